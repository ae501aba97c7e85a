//! The local PaymentsOS behind the backend: what reached it, and what goes wrong there.

use reqwest::Client;
use serde_json::{Value, json};
use url::Url;

/// It. What it does not answer says nothing.
#[derive(Clone, Debug)]
pub(crate) struct Sandbox {
    base: Url,
    client: Client,
}

impl Sandbox {
    pub(crate) fn new(base: Url, client: Client) -> Sandbox {
        Sandbox { base, client }
    }

    pub(crate) async fn is_there(&self) -> bool {
        self.log().await.is_some()
    }

    async fn log(&self) -> Option<Vec<Value>> {
        let reply = self.client.get(self.base.join("/sandbox/log").ok()?).send().await.ok()?;
        reply.json().await.ok()
    }

    /// The requests for a charge or an authorization that reached it, of that payment.
    pub(crate) async fn creates(&self, payment: &str) -> Vec<Value> {
        let under = format!("/payments/{payment}/");
        let is_create = |entry: &Value| {
            let path = entry["path"].as_str().and_then(|path| path.strip_prefix(&under));
            entry["method"] == "POST" && path.is_some_and(|rest| matches!(rest, "charges" | "authorizations"))
        };
        self.log().await.unwrap_or_default().into_iter().filter(is_create).collect()
    }

    /// How many different transactions it has made of that payment, as far as the log tells.
    pub(crate) async fn made(&self, payment: &str) -> usize {
        let mut made: Vec<Value> =
            self.creates(payment).await.iter().map(|entry| entry["transaction_id"].clone()).collect();
        made.retain(|id| !id.is_null());
        made.sort_by_key(Value::to_string);
        made.dedup();
        made.len()
    }

    /// Sets what goes wrong; `{}` is nothing.
    pub(crate) async fn faults(&self, faults: &Value) {
        if let Ok(url) = self.base.join("/sandbox/faults") {
            // What was not set is found out by the check itself.
            let _ = self.client.put(url).json(faults).send().await;
        }
    }

    pub(crate) async fn no_faults(&self) {
        self.faults(&json!({})).await;
    }

    /// Presses a button on the page of a redirection.
    pub(crate) async fn press(&self, redirection: &str, outcome: &str) {
        let _ = self.client.post(redirection).body(format!("outcome={outcome}")).send().await;
    }
}
