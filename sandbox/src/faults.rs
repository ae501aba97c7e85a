//! What goes wrong on purpose, as `PUT /sandbox/faults` sets it.

use axum::http::Method;
use serde::{Deserialize, Serialize};

/// Everything that goes wrong; the default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Faults {
    pub(crate) webhooks: WebhookFaults,
    pub(crate) api: Vec<ApiFault>,
    #[serde(rename = "return")]
    pub(crate) back: ReturnFaults,
    /// Stands in a new redirection instead of the page's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirection_url: Option<String>,
    /// The page of a redirection refuses to be shown in a frame, whatever was said of it.
    pub(crate) refuse_framing: bool,
    /// The page of a data collection stays, and never goes back to the shop.
    pub(crate) collect_never_returns: bool,
}

/// What goes wrong with webhooks of events from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WebhookFaults {
    /// They come that much later.
    pub(crate) delay_ms: u64,
    /// Each is sent that many times.
    pub(crate) copies: u32,
    /// A resource's event is held back until the next one of the same resource has overtaken it.
    pub(crate) shuffle: bool,
    /// They are not sent.
    pub(crate) drop: bool,
    /// They are signed with another key.
    pub(crate) bad_signature: bool,
    /// They are sent, and answered, before the request that causes them gets its reply.
    pub(crate) before_reply: bool,
}

impl Default for WebhookFaults {
    fn default() -> Self {
        WebhookFaults { delay_ms: 0, copies: 1, shuffle: false, drop: false, bad_signature: false, before_reply: false }
    }
}

/// What goes wrong with a request to the API. The first that fits and has times left is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ApiFault {
    /// Any, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    /// Part of the path.
    pub(crate) path: String,
    /// For ever, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u32>,
    /// The request is carried out that much later, with its idempotency key taken.
    pub(crate) latency_ms: u64,
    /// The error to reply with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// The seconds of a `Retry-After` beside `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after: Option<u32>,
    /// The connection is closed without a reply.
    pub(crate) lose_reply: bool,
    /// Whether the request is carried out nevertheless: by default only where the reply is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<bool>,
}

impl ApiFault {
    /// Whether the request fails without being carried out.
    pub(crate) fn instead(&self) -> bool {
        (self.lose_reply || self.status.is_some()) && !self.after.unwrap_or(self.lose_reply)
    }
}

/// What goes wrong with the way back to the shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ReturnFaults {
    /// Stands in the address instead of the true status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<String>,
    /// Stands in the address instead of the payment's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_id: Option<String>,
    /// Stands in the address instead of the charge's or authorization's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transaction_id: Option<String>,
    /// The page says that it is done, and the shopper stays there.
    pub(crate) none: bool,
}

impl Faults {
    /// What is wrong with them, if they cannot be meant.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self.api.iter().filter_map(|fault| fault.status).find(|status| !(400..600).contains(status)) {
            Some(status) => Err(format!("api: status must be 400 to 599, not {status}")),
            None => Ok(()),
        }
    }

    /// The fault that hits this request; it has then happened once more.
    pub(crate) fn take(&mut self, method: &Method, path: &str) -> Option<ApiFault> {
        let hit = self.api.iter_mut().find(|fault| {
            fault.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()))
                && path.contains(&fault.path)
                && fault.times != Some(0)
        })?;
        hit.times = hit.times.map(|times| times - 1);
        Some(hit.clone())
    }
}
