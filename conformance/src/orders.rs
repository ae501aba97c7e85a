//! Where payments come from: from the shop, or from the command line.

use crate::backend::{Backend, NoReply, Sent};
use reqwest::Method;
use serde_json::json;
use std::sync::{Mutex, PoisonError};
use url::Url;

/// A payment, and what its shopper shows.
#[derive(Clone, Debug)]
pub(crate) struct Paid {
    pub(crate) payment: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// Why there is no payment.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum NoPayment {
    #[error("there is no payment left: give another --payment")]
    UsedUp,
    #[error("{0}")]
    NoReply(#[from] NoReply),
    #[error("{0}")]
    Wrong(String),
    #[error("it needs a second session, which needs --orders")]
    OneSession,
}

/// Where they come from.
#[derive(Debug)]
pub(crate) enum Orders {
    /// A POST to that address, by a shopper without a session or with that cookie.
    Made(Url),
    /// Given.
    Given { left: Mutex<Vec<String>>, headers: Vec<(&'static str, String)> },
}

impl Orders {
    /// A payment of a session of its own or, where they are given, of the one there is.
    pub(crate) async fn next(&self, backend: &Backend, origin: &str) -> Result<Paid, NoPayment> {
        match self {
            Orders::Given { left, headers } => {
                let payment = left.lock().unwrap_or_else(PoisonError::into_inner).pop().ok_or(NoPayment::UsedUp)?;
                Ok(Paid { payment, headers: headers.clone() })
            }
            Orders::Made(_) => self.made(backend, origin, Vec::new()).await,
        }
    }

    /// Another payment of the same session.
    pub(crate) async fn another(&self, backend: &Backend, origin: &str, first: &Paid) -> Result<Paid, NoPayment> {
        match self {
            Orders::Given { .. } => self.next(backend, origin).await,
            Orders::Made(_) => self.made(backend, origin, first.headers.clone()).await,
        }
    }

    /// A payment that surely is another session's.
    pub(crate) async fn of_a_stranger(&self, backend: &Backend, origin: &str) -> Result<Paid, NoPayment> {
        match self {
            Orders::Given { .. } => Err(NoPayment::OneSession),
            Orders::Made(_) => self.next(backend, origin).await,
        }
    }

    async fn made(
        &self,
        backend: &Backend,
        origin: &str,
        mut headers: Vec<(&'static str, String)>,
    ) -> Result<Paid, NoPayment> {
        let Orders::Made(url) = self else { return Err(NoPayment::UsedUp) };
        let sent = Sent { headers: headers.clone(), body: None };
        let sent = sent.header("origin", origin).json(&json!({"new": true, "kind": "charge"}));
        let reply = backend.send_to(Method::POST, url.clone(), sent).await?;
        let payment = reply.body["payment_id"].as_str();
        let payment =
            payment.ok_or_else(|| NoPayment::Wrong(format!("the reply {} has no payment_id", reply.status)))?;
        let cookies = reply.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
        let cookies: Vec<&str> = cookies.filter_map(|cookie| cookie.split(';').next()).collect();
        if !cookies.is_empty() {
            headers.retain(|(name, _)| *name != "cookie");
            headers.push(("cookie", cookies.join("; ")));
        }
        if let Some(token) = reply.body["client_token"].as_str() {
            headers.retain(|(name, _)| *name != "authorization");
            headers.push(("authorization", format!("Bearer {token}")));
        }
        Ok(Paid { payment: payment.to_owned(), headers })
    }
}
