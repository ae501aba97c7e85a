//! A PaymentsOS that says what the story wants, and a merchant that believes it.

// The helpers unwrap as the tests do.
#![allow(clippy::unwrap_used)]

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use merchant::{AlertCode, Config, Running};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use url::Url;

pub(crate) const PAYMENT: &str = "dd1fbe34-4636-4a61-8cb1-27ac8a175284";
/// An attempt, and another.
pub(crate) const KEY: &str = "0b8f2f4e-1111-4222-8333-444455556666";
pub(crate) const OTHER: &str = "0b8f2f4e-1111-4222-8333-999999999999";

/// What it replies with, and what it was asked last.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) charges: Value,
    /// What takes their place once they were read.
    pub(crate) next_charges: Option<Value>,
    /// Whether it has another account's payments.
    pub(crate) knows_nothing: bool,
    /// Known by its id, though no list has it yet, or not as it is now.
    pub(crate) unlisted: Option<Value>,
    /// The reply to a create. What is no charge cannot be read: what came of it is not known.
    pub(crate) created: Value,
    /// The reply to a request to go on with an authentication.
    pub(crate) gone_on: Value,
    /// The statuses that the next creates are replied to with; then, and where it is 201, with `created`.
    pub(crate) statuses: VecDeque<u16>,
    /// The last create.
    pub(crate) asked: Option<(HeaderMap, Value)>,
}

pub(crate) type Shared = Arc<Mutex<Script>>;

async fn paymentsos(
    State(script): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut script = script.lock().unwrap();
    let payment = format!("/payments/{PAYMENT}");
    if script.knows_nothing {
        return StatusCode::NOT_FOUND.into_response();
    }
    let reply = match (method.as_str(), uri.path().strip_prefix(&payment)) {
        ("POST", Some("/charges")) => {
            script.asked = Some((headers, serde_json::from_slice(&body).unwrap()));
            if let Some(status) = script.statuses.pop_front().filter(|status| *status != 201) {
                return StatusCode::from_u16(status).unwrap().into_response();
            }
            script.created.clone()
        }
        ("POST", Some(path)) if path.ends_with("/authentication-flows") => script.gone_on.clone(),
        ("GET", Some("")) | ("POST", None) => json!({
            "id": PAYMENT, "amount": 4097, "currency": "USD", "status": "Initialized",
            "related_resources": script.charges.is_array().then(|| json!({"charges": script.charges, "authorizations": []})),
        }),
        ("GET", Some(path)) => {
            let mut found = script.unlisted.iter().chain(script.charges.as_array().into_iter().flatten());
            match found.find(|charge| path.strip_prefix("/charges/") == charge["id"].as_str()) {
                Some(charge) => charge.clone(),
                None => return StatusCode::NOT_FOUND.into_response(),
            }
        }
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    if let Some(next) = script.next_charges.take() {
        script.charges = next;
    }
    (StatusCode::CREATED, axum::Json(reply)).into_response()
}

/// A merchant with an order, whose PaymentsOS is scripted.
pub(crate) struct Shop {
    pub(crate) script: Shared,
    pub(crate) paymentsos: Url,
    merchant: Running,
    client: reqwest::Client,
    cookie: String,
}

impl Shop {
    pub(crate) async fn open() -> Shop {
        Shop::open_with(|_| {}).await
    }

    /// A shop whose merchant is set up otherwise.
    pub(crate) async fn open_with(set_up: impl FnOnce(&mut Config)) -> Shop {
        let script = Shared::default();
        script.lock().unwrap().charges = json!([]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let service = Router::new().fallback(paymentsos).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, service).await });
        let mut config = Config::in_memory(url.clone(), "app", "the-private-key", "public");
        if let Some(server) = super::records::postgres() {
            config.database_url = postgres_for_tests::database_at(&server).expect("a database");
        }
        set_up(&mut config);
        let merchant = merchant::start(config).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let order = client.post(format!("http://{}/shop/orders", merchant.address)).send().await.unwrap();
        let cookie = order.headers()["set-cookie"].to_str().unwrap().to_owned();
        Shop { script, paymentsos: url, merchant, client, cookie }
    }

    pub(crate) fn charges(&self, charges: Value) {
        self.script.lock().unwrap().charges = charges;
    }

    /// Has the merchant read the payment.
    pub(crate) async fn read(&self) -> reqwest::Response {
        let url = format!("http://{}/api/payments/{PAYMENT}", self.merchant.address);
        self.client.get(url).header("cookie", &self.cookie).send().await.unwrap()
    }

    pub(crate) async fn pay(&self, more: Value) -> reqwest::Response {
        self.pay_as(KEY, more).await
    }

    pub(crate) async fn pay_as(&self, key: &str, more: Value) -> reqwest::Response {
        let mut body = json!({
            "payment_method": {"type": "tokenized", "token": "t"}, "reconciliation_id": key,
            "expected": {"amount": 4097, "currency": "USD"},
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let url = format!("http://{}/api/payments/{PAYMENT}/charges", self.merchant.address);
        let request = self.client.post(url).header("cookie", &self.cookie).header("idempotency-key", key);
        let request = request.header("user-agent", "Browser/1.0").header("accept", "application/json");
        request.json(&body).send().await.unwrap()
    }

    /// Has it go on with the authentication of a charge of that attempt's.
    pub(crate) async fn authenticate(&self, key: &str, id: &str) -> reqwest::Response {
        let body = json!({
            "reconciliation_id": key, "three_d_secure_attributes": {"internal": {"data_collection_completed_ind": "Y"}},
        });
        let path = format!("/api/payments/{PAYMENT}/charges/{id}/authentication-flows");
        let request = self.client.post(format!("http://{}{path}", self.merchant.address));
        request.header("cookie", &self.cookie).header("idempotency-key", key).json(&body).send().await.unwrap()
    }

    pub(crate) fn alerts(&self) -> Vec<(AlertCode, String)> {
        self.merchant.alerts().into_iter().map(|alert| (alert.code, alert.transaction)).collect()
    }
}

/// A charge of nobody's.
pub(crate) fn charge(id: &str, status: &str) -> Value {
    json!({"id": id, "result": {"status": status}, "amount": 4097})
}

/// A charge of that attempt's.
pub(crate) fn charge_of(attempt: &str, id: &str, status: &str) -> Value {
    json!({"id": id, "result": {"status": status}, "amount": 4097, "reconciliation_id": attempt})
}

/// A charge of that attempt's that the provider could not carry out.
pub(crate) fn fault_of(attempt: &str, id: &str) -> Value {
    let result = json!({"status": "Failed", "category": "provider_error"});
    json!({"id": id, "result": result, "amount": 4097, "reconciliation_id": attempt})
}
