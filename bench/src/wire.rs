//! The wire between the merchant and PaymentsOS: it notes when a reading that tells of a success had passed, and gives each webhook to
//! a replica, in turn.

use crate::client::Client;
use crate::failure::Failure;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;
use tokio::net::TcpListener;

/// It.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) url: String,
    client: Client,
    ends: Arc<OnceLock<Ends>>,
    webhooks: Arc<AtomicUsize>,
    told: Arc<Mutex<HashMap<String, Instant>>>,
}

/// What it lies between.
#[derive(Debug)]
struct Ends {
    paymentsos: String,
    replicas: Vec<String>,
}

/// Where PaymentsOS sends webhooks.
pub(crate) const WEBHOOKS: &str = "/webhooks/paymentsos";

impl Wire {
    /// One whose ends are not there yet.
    pub(crate) async fn new() -> Result<Wire, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let own = format!("http://{}", listener.local_addr()?);
        let wire = Wire {
            url: own,
            client: Client::new(),
            ends: Arc::default(),
            webhooks: Arc::default(),
            told: Arc::default(),
        };
        let service = Router::new().fallback(pass).with_state(wire.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        Ok(wire)
    }

    /// Lays it between those, once.
    pub(crate) fn lay(&self, paymentsos: &str, replicas: Vec<String>) {
        // It is laid once.
        let _ = self.ends.set(Ends { paymentsos: paymentsos.to_owned(), replicas });
    }

    fn target(&self, path: &str) -> Option<String> {
        let ends = self.ends.get()?;
        if path != WEBHOOKS {
            return Some(format!("{}{path}", ends.paymentsos));
        }
        let turn = self.webhooks.fetch_add(1, Ordering::Relaxed);
        Some(format!("{}{path}", ends.replicas.get(turn % ends.replicas.len().max(1))?))
    }

    /// When PaymentsOS had first told of the payment's success.
    pub(crate) fn told(&self, payment: &str) -> Option<Instant> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).get(payment).copied()
    }
}

async fn pass(
    State(wire): State<Wire>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, Vec<u8>) {
    let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "host" | "content-length" | "content-type"))
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let body = serde_json::from_slice(&body).ok();
    let Some(target) = wire.target(&path) else { return (StatusCode::BAD_GATEWAY, Vec::new()) };
    let Ok(reply) = wire.client.send(method, &target, &headers, body.as_ref()).await else {
        return (StatusCode::BAD_GATEWAY, Vec::new());
    };
    if path.contains("expand=all")
        && reply.text.contains("\"status\":\"Succeed\"")
        && let Some(payment) = reply.body["id"].as_str()
    {
        let mut told = wire.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.entry(payment.to_owned()).or_insert_with(Instant::now);
    }
    (reply.status, reply.text.into_bytes())
}
