//! The local PaymentsOS behind the backend: what reached it, and what goes wrong there.

use crate::client::{Client, NoReply};
use http::header::HeaderMap;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Mutex;
use url::Url;

/// It. What it does not answer says nothing.
#[derive(Clone, Debug)]
pub(crate) struct Sandbox {
    base: Url,
    client: Client,
    faults: Arc<Mutex<Faults>>,
}

/// What goes wrong. What is put to it replaces all of it, so what a check that runs beside the others needs is said each time.
#[derive(Debug, Default)]
struct Faults {
    now: Value,
    always: Vec<Value>,
}

/// Why it is none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoSandbox {
    #[error("{0}")]
    NoReply(#[from] NoReply),
    #[error("{0} is no address in it")]
    Address(#[from] url::ParseError),
    #[error("its /sandbox/log replied {0}")]
    Status(StatusCode),
    #[error("its /sandbox/log cannot be read: {0}")]
    Log(#[from] serde_json::Error),
}

impl Sandbox {
    pub(crate) fn new(base: Url, client: Client) -> Sandbox {
        Sandbox { base, client, faults: Arc::default() }
    }

    /// All that reached it.
    pub(crate) async fn log(&self) -> Result<Vec<Value>, NoSandbox> {
        let url = self.base.join("/sandbox/log")?;
        let reply = self.client.send(Method::GET, &url, HeaderMap::new(), Vec::new()).await?;
        if !reply.status.is_success() {
            return Err(NoSandbox::Status(reply.status));
        }
        Ok(serde_json::from_str(&reply.text)?)
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

    /// How many different creates of that payment reached it, whatever became of them: a repeat has the key of the first.
    pub(crate) async fn keys(&self, payment: &str) -> usize {
        let creates = self.creates(payment).await;
        creates.iter().map(|entry| entry["idempotency_key"].as_str()).collect::<BTreeSet<_>>().len()
    }

    /// Sets what goes wrong; `{}` is nothing.
    pub(crate) async fn faults(&self, now: &Value) {
        let mut faults = self.faults.lock().await;
        faults.now = now.clone();
        self.put(&faults).await;
    }

    /// Adds what goes wrong with the API from now on, whatever else does.
    pub(crate) async fn always(&self, fault: Value) {
        let mut faults = self.faults.lock().await;
        faults.always.push(fault);
        self.put(&faults).await;
    }

    pub(crate) async fn no_faults(&self) {
        self.faults(&json!({})).await;
    }

    /// Takes back whatever was set, for good.
    pub(crate) async fn leave(&self) {
        let mut faults = self.faults.lock().await;
        *faults = Faults::default();
        self.put(&faults).await;
    }

    /// Under the lock, as of two that are put at once the later one must stay.
    async fn put(&self, faults: &Faults) {
        let mut all = faults.now.clone();
        let api = all["api"].as_array().into_iter().flatten().chain(&faults.always).cloned().collect();
        all["api"] = Value::Array(api);
        // What was not set is found out by the check itself.
        self.send(Method::PUT, self.base.join("/sandbox/faults"), all.to_string()).await;
    }

    /// Presses a button on the page of a redirection.
    pub(crate) async fn press(&self, redirection: &str, outcome: &str) {
        self.send(Method::POST, Url::parse(redirection), format!("outcome={outcome}")).await;
    }

    async fn send(&self, method: Method, url: Result<Url, url::ParseError>, body: String) {
        if let Ok(url) = url {
            let _ = self.client.send(method, &url, HeaderMap::new(), body.into_bytes()).await;
        }
    }
}
