//! What PaymentsOS should never do, and what reaches it: told with a PaymentsOS that says what the story wants.

// The helpers unwrap as the tests do.
#![allow(clippy::unwrap_used)]

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use merchant::{AlertCode, Config, Running};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

const PAYMENT: &str = "dd1fbe34-4636-4a61-8cb1-27ac8a175284";
const KEY: &str = "0b8f2f4e-1111-4222-8333-444455556666";

/// What it replies with, and what it was asked last.
#[derive(Default)]
struct Script {
    charges: Value,
    /// Known by its id, though no list has it yet.
    unlisted: Option<Value>,
    created: Value,
    asked: Option<(HeaderMap, Value)>,
}

type Shared = Arc<Mutex<Script>>;

async fn paymentsos(
    State(script): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut script = script.lock().unwrap();
    let payment = format!("/payments/{PAYMENT}");
    let reply = match (method.as_str(), uri.path().strip_prefix(&payment)) {
        ("POST", Some("/charges")) => {
            script.asked = Some((headers, serde_json::from_slice(&body).unwrap()));
            script.created.clone()
        }
        ("GET", Some("")) | ("POST", None) => json!({
            "id": PAYMENT, "amount": 4097, "currency": "USD", "status": "Initialized",
            "related_resources": script.charges.is_array().then(|| json!({"charges": script.charges, "authorizations": []})),
        }),
        ("GET", Some(path)) => {
            let mut found = script.charges.as_array().into_iter().flatten().chain(&script.unlisted);
            match found.find(|charge| path.strip_prefix("/charges/") == charge["id"].as_str()) {
                Some(charge) => charge.clone(),
                None => return StatusCode::NOT_FOUND.into_response(),
            }
        }
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    (StatusCode::CREATED, axum::Json(reply)).into_response()
}

struct Shop {
    script: Shared,
    merchant: Running,
    client: reqwest::Client,
    cookie: String,
}

impl Shop {
    async fn open() -> Shop {
        let script = Shared::default();
        script.lock().unwrap().charges = json!([]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let service = Router::new().fallback(paymentsos).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, service).await });
        let merchant = merchant::start(Config::in_memory(url, "app", "the-private-key", "public")).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let order = client.post(format!("http://{}/shop/orders", merchant.address)).send().await.unwrap();
        let cookie = order.headers()["set-cookie"].to_str().unwrap().to_owned();
        Shop { script, merchant, client, cookie }
    }

    fn charges(&self, charges: Value) {
        self.script.lock().unwrap().charges = charges;
    }

    /// Has the merchant read the payment.
    async fn read(&self) -> reqwest::Response {
        let url = format!("http://{}/api/payments/{PAYMENT}", self.merchant.address);
        self.client.get(url).header("cookie", &self.cookie).send().await.unwrap()
    }

    async fn pay(&self, more: Value) -> reqwest::Response {
        self.pay_as(KEY, more).await
    }

    async fn pay_as(&self, key: &str, more: Value) -> reqwest::Response {
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

    fn alerts(&self) -> Vec<(AlertCode, String)> {
        self.merchant.alerts().into_iter().map(|alert| (alert.code, alert.transaction)).collect()
    }
}

fn charge(id: &str, status: &str) -> Value {
    json!({"id": id, "result": {"status": status}, "amount": 4097})
}

#[tokio::test]
async fn a_second_live_transaction_is_reported_once() {
    let shop = Shop::open().await;
    shop.charges(json!([charge("one", "Succeed"), charge("two", "Failed")]));
    shop.read().await;
    assert_eq!(shop.alerts(), []);
    shop.charges(json!([charge("one", "Succeed"), charge("two", "Failed"), charge("three", "Pending")]));
    for _ in 0..3 {
        shop.read().await;
    }
    assert_eq!(shop.alerts(), [(AlertCode::SecondLiveTransaction, "three".to_owned())]);
}

#[tokio::test]
async fn a_failure_that_turns_into_a_success_is_reported() {
    let shop = Shop::open().await;
    shop.charges(json!([charge("one", "Failed")]));
    shop.read().await;
    shop.charges(json!([charge("one", "Succeed")]));
    let payment: Value = shop.read().await.json().await.unwrap();
    assert_eq!(payment["related_resources"]["charges"][0]["result"]["status"], "Succeed");
    assert_eq!(shop.alerts(), [(AlertCode::FailedTurnedSucceed, "one".to_owned())]);
    // And a success is not taken back by an older reading.
    shop.charges(json!([charge("one", "Pending")]));
    let payment: Value = shop.read().await.json().await.unwrap();
    assert_eq!(payment["related_resources"]["charges"][0]["result"]["status"], "Succeed");
}

#[tokio::test]
async fn a_charge_that_its_payment_does_not_have_is_not_believed() {
    let shop = Shop::open().await;
    shop.script.lock().unwrap().created = charge("one", "Succeed");
    assert_eq!(shop.pay(json!({})).await.status(), 502);
    assert_eq!(shop.alerts(), [(AlertCode::TransactionNotUnderPayment, "one".to_owned())]);
}

#[tokio::test]
async fn a_lost_attempt_that_turns_up_under_its_key_stands() {
    let shop = Shop::open().await;
    // The reply cannot be read, and the charge is in no list yet.
    assert_eq!(shop.pay(json!({})).await.status(), 502);
    let mut lost = charge("one", "Succeed");
    lost["reconciliation_id"] = json!(KEY);
    {
        let mut script = shop.script.lock().unwrap();
        script.unlisted = Some(lost.clone());
        script.created = lost;
    }
    // Another attempt, under the lost one's key, is told of the lost one's charge.
    let other = "0b8f2f4e-1111-4222-8333-999999999999";
    assert_eq!(shop.pay_as(other, json!({})).await.status(), 409);
    let (headers, _) = shop.script.lock().unwrap().asked.take().unwrap();
    assert_eq!(headers["idempotency-key"], format!("{PAYMENT}:{KEY}"));
    let repeat = shop.pay(json!({})).await;
    assert_eq!(repeat.status(), 201);
    assert_eq!(repeat.json::<Value>().await.unwrap()["id"], "one");
    assert_eq!(shop.pay_as(other, json!({})).await.status(), 409);
    assert_eq!(shop.alerts(), []);
}

#[tokio::test]
async fn without_the_list_of_transactions_nothing_is_made() {
    let shop = Shop::open().await;
    shop.charges(json!(null));
    assert_eq!(shop.pay(json!({})).await.status(), 502);
    assert!(shop.script.lock().unwrap().asked.is_none());
}

#[tokio::test]
async fn paymentsos_is_asked_for_what_is_listed_and_nothing_else() {
    let shop = Shop::open().await;
    shop.script.lock().unwrap().created = charge("one", "Succeed");
    shop.pay(json!({
        "payment_method": {"type": "tokenized", "token": "t", "card_number": "4111111111111111"},
        "amount": 1, "installments": {"number_of_installments": 3},
        "three_d_secure_attributes": {
            "internal": {"browser_language": "en", "work_phone": "1"}, "external": {"cavv": "x"}, "sca_exemptions": {},
        },
    }))
    .await;
    let (headers, body) = shop.script.lock().unwrap().asked.take().unwrap();
    assert_eq!(
        body,
        json!({
            "payment_method": {"type": "tokenized", "token": "t"},
            "reconciliation_id": KEY,
            "three_d_secure_attributes": {"internal": {"browser_language": "en", "browser_header": "application/json"}},
        })
    );
    for (name, value) in [
        ("app-id", "app"),
        ("private-key", "the-private-key"),
        ("x-payments-os-env", "test"),
        ("api-version", "1.3.0"),
        ("idempotency-key", &format!("{PAYMENT}:{KEY}")),
        ("x-client-ip-address", "127.0.0.1"),
        ("x-client-user-agent", "Browser/1.0"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
}
