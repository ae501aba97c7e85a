//! Webhooks come early, twice, never, or from somebody else: the status is right all the same.

mod common;

use common::{PENDING_THEN_SUCCEEDS, SUCCEEDS, Shop, Shopper, THREE_D_SECURE, good, id, problem, until};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::sync::Arc;

const EVENT: &str = "payment.charge.update";

fn webhook(name: &str, payment: &str, status: &str) -> Value {
    json!({
        "id": name, "account_id": "a", "app_id": "b", "payment_id": payment, "created": "2018-10-03T05:14:17.196Z",
        "data": {"id": "t", "amount": 4097, "result": {"status": status}},
    })
}

async fn send(shop: &Shop, webhook: &Value, key: &str) -> Response {
    let signature = format!("sig1={}", sandbox::signature::sign(key, EVENT, webhook));
    let request = shop.request(Method::POST, "/webhooks/paymentsos").header("event-type", EVENT);
    request.header("signature", signature).json(webhook).send().await.expect("a reply")
}

fn key() -> String {
    sandbox::Config::default().private_key
}

async fn status(shopper: &Shopper, charge: &Value) -> Value {
    let answer = good(shopper.get(&format!("/charges/{}", id(charge))).await, 200).await;
    answer["result"]["status"].clone()
}

#[tokio::test]
async fn before_the_reply() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    shop.faults(&json!({"webhooks": {"before_reply": true}})).await;
    let charge = shopper.paid(SUCCEEDS).await;
    assert_eq!(charge["result"]["status"], "Succeed");
    let told = shop.entries("webhook", "POST", "").await;
    assert!(told.iter().any(|entry| entry["event"] == "payment.charge.create" && entry["status"] == 200), "{told:?}");
    assert_eq!(shopper.transactions().await.len(), 1);
    assert_eq!(shop.merchant.alerts(), []);
}

#[tokio::test]
async fn doubled() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    shop.faults(&json!({"webhooks": {"copies": 3, "shuffle": true}})).await;
    let charge = shopper.paid(PENDING_THEN_SUCCEEDS).await;
    until(async || (status(&shopper, &charge).await == "Succeed").then_some(())).await;
    assert_eq!(shop.merchant.alerts(), []);
}

#[tokio::test]
async fn the_second_copy_is_not_acted_on() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let readings = async || shop.entries("request", "GET", &shopper.payment).await.len();
    let one = webhook("one", &shopper.payment, "Succeed");
    assert_eq!(send(&shop, &one, &key()).await.status(), 200);
    assert_eq!(readings().await, 1);
    assert_eq!(send(&shop, &one, &key()).await.status(), 200);
    assert_eq!(readings().await, 1);
    assert_eq!(send(&shop, &webhook("two", &shopper.payment, "Succeed"), &key()).await.status(), 200);
    assert_eq!(readings().await, 2);
}

#[tokio::test]
async fn one_that_could_not_be_acted_on_may_come_again() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let one = webhook("one", &shopper.payment, "Succeed");
    shop.faults(&json!({"api": [{"path": "", "status": 503, "times": 1}]})).await;
    assert_eq!(problem(send(&shop, &one, &key()).await, 502).await, "paymentsos-unavailable");
    assert_eq!(send(&shop, &one, &key()).await.status(), 200);
    assert_eq!(shop.entries("request", "GET", &shopper.payment).await.len(), 2);
}

#[tokio::test]
async fn one_about_a_capture_that_could_not_be_read_may_come_again() {
    let secret = "a-key-of-the-warehouse-that-is-long-enough";
    let shop = Shop::open_with(|config| {
        config.system_keys = vec![merchant::Secret::new(secret)];
        config.follow_after = std::time::Duration::from_secs(3_600);
    });
    let shop = Arc::new(shop.await);
    shop.sandbox.set_webhook_url(None);
    let shopper = shop.shopper_of(&json!({"kind": "authorization"})).await;
    shopper.paid(SUCCEEDS).await;
    let asked = uuid::Uuid::new_v4().to_string();
    let path = format!("/systems/payments/{}/captures", shopper.payment);
    let capture = async || {
        let request = shop.request(Method::POST, &path).bearer_auth(secret).header("idempotency-key", &asked);
        good(request.json(&json!({"amount": 2_000})).send().await.expect("a reply"), 201).await
    };
    assert_eq!(capture().await["result"]["status"], "Pending");
    let at_paymentsos = format!("/payments/{}/captures", shopper.payment);
    until(async || (shop.at_paymentsos(&at_paymentsos).await[0]["result"]["status"] == "Succeed").then_some(())).await;
    let one = webhook("one", &shopper.payment, "Succeed");
    shop.faults(&json!({"api": [{"method": "GET", "path": "/captures", "status": 503}]})).await;
    assert_eq!(problem(send(&shop, &one, &key()).await, 502).await, "paymentsos-unavailable");
    shop.faults(&json!({})).await;
    assert_eq!(send(&shop, &one, &key()).await.status(), 200);
    shop.faults(&json!({"api": [{"path": "/captures", "status": 503}]})).await;
    assert_eq!(capture().await["result"]["status"], "Succeed", "it is known without PaymentsOS");
}

#[tokio::test]
async fn what_it_says_is_not_believed() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let charge = shopper.paid(THREE_D_SECURE).await;
    let mut forged = webhook("one", &shopper.payment, "Succeed");
    forged["data"]["id"] = charge["id"].clone();
    assert_eq!(send(&shop, &forged, &key()).await.status(), 200);
    assert_eq!(status(&shopper, &charge).await, "Pending");
}

#[tokio::test]
async fn badly_signed() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let one = webhook("one", &shopper.payment, "Succeed");
    assert_eq!(problem(send(&shop, &one, "another-key").await, 401).await, "signature");
    assert_eq!(shop.entries("request", "GET", &shopper.payment).await.len(), 0);
    let unsigned = shop.request(Method::POST, "/webhooks/paymentsos").header("event-type", EVENT).json(&one).send();
    assert_eq!(problem(unsigned.await.unwrap(), 401).await, "signature");
    let rubbish = shop.request(Method::POST, "/webhooks/paymentsos").body("x").send();
    assert_eq!(problem(rubbish.await.unwrap(), 400).await, "webhook");
}

#[tokio::test]
async fn named_as_no_record_can_be() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let nameless = send(&shop, &webhook("a\0b", &shopper.payment, "Succeed"), &key()).await;
    assert_eq!(problem(nameless, 400).await, "webhook");
    let elsewhere = send(&shop, &webhook("one", "a\0b", "Succeed"), &key()).await;
    assert_eq!(elsewhere.status(), 200, "a payment that is not ours");
    assert_eq!(shop.entries("request", "GET", &shopper.payment).await.len(), 0);
}

#[tokio::test]
async fn larger_than_any() {
    let shop = Shop::open_deaf().await;
    for (length, status, expected) in [(1024 * 1024, 400, "webhook"), (1024 * 1024 + 1, 413, "too-large")] {
        let reply = shop.request(Method::POST, "/webhooks/paymentsos").body(" ".repeat(length)).send().await.unwrap();
        assert_eq!(problem(reply, status).await, expected);
    }
}

#[tokio::test]
async fn signed_with_the_key_before() {
    let shop = Arc::new(
        Shop::open_with(|config| config.previous_private_key = Some(merchant::Secret::new("the-key-before"))).await,
    );
    shop.sandbox.set_webhook_url(None);
    let shopper = shop.shopper().await;
    for (id, key) in [("one", "the-key-before"), ("two", &key())] {
        assert_eq!(send(&shop, &webhook(id, &shopper.payment, "Succeed"), key).await.status(), 200);
    }
    assert_eq!(shop.entries("request", "GET", &shopper.payment).await.len(), 2);
    let forged = send(&shop, &webhook("three", &shopper.payment, "Succeed"), "another-key").await;
    assert_eq!(problem(forged, 401).await, "signature");
}

#[tokio::test]
async fn badly_signed_by_the_sandbox_is_made_up_for_by_reading() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    shop.faults(&json!({"webhooks": {"bad_signature": true}})).await;
    let charge = shopper.paid(THREE_D_SECURE).await;
    shopper.press(&charge, "succeed").await;
    assert_eq!(good(shopper.wait(&charge).await, 200).await["result"]["status"], "Succeed");
    let refused = shop.entries("webhook", "POST", "").await;
    assert!(refused.iter().any(|entry| entry["status"] == 401), "{refused:?}");
}

#[tokio::test]
async fn about_a_payment_that_is_not_ours() {
    let shop = Arc::new(Shop::open_deaf().await);
    assert_eq!(send(&shop, &webhook("one", "another", "Succeed"), &key()).await.status(), 200);
    assert_eq!(shop.entries("request", "GET", "").await.len(), 0);
}

#[tokio::test]
async fn about_a_transaction_that_is_not_known() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let unknown = webhook("one", &shopper.payment, "Succeed");
    assert_eq!(send(&shop, &unknown, &key()).await.status(), 200);
    assert_eq!(problem(shopper.get("/charges/t").await, 404).await, "not-found");
    // It kept nobody from paying.
    let charge = shopper.paid(SUCCEEDS).await;
    assert_eq!(charge["result"]["status"], "Succeed");
    assert_eq!(shop.merchant.alerts(), []);
}

#[tokio::test]
async fn about_a_transaction_that_somebody_else_made() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let body = json!({"payment_method": {"type": "tokenized", "token": shop.token(SUCCEEDS).await}});
    let theirs = shop.do_at_paymentsos(Method::POST, &format!("/payments/{}/charges", shopper.payment), &body).await;
    until(async || {
        let told = shop.entries("webhook", "POST", "").await;
        let is_theirs = |entry: &&Value| entry["transaction_id"] == theirs["id"] && entry["status"] == 200;
        told.iter().find(is_theirs).map(|_| ())
    })
    .await;
    // From here on it is known without PaymentsOS.
    shop.faults(&json!({"api": [{"path": "", "status": 503}]})).await;
    assert_eq!(status(&shopper, &theirs).await, "Succeed");
}

#[tokio::test]
async fn out_of_order_an_older_one_does_not_turn_a_status_back() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let charge = shopper.paid(THREE_D_SECURE).await;
    shopper.press(&charge, "succeed").await;
    for (name, status) in [("newer", "Succeed"), ("older", "Pending"), ("oldest", "Pending")] {
        let mut one = webhook(name, &shopper.payment, status);
        one["data"]["id"] = charge["id"].clone();
        assert_eq!(send(&shop, &one, &key()).await.status(), 200);
        assert_eq!(self::status(&shopper, &charge).await, "Succeed", "after the {name} one");
    }
    assert_eq!(shop.merchant.alerts(), []);
}

#[tokio::test]
async fn dropped_all_of_them() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    shop.faults(&json!({"webhooks": {"drop": true}})).await;
    let charge = shopper.paid(THREE_D_SECURE).await;
    shopper.press(&charge, "late-succeed").await;
    assert_eq!(good(shopper.wait(&charge).await, 200).await["result"]["status"], "Succeed");
    let told = shop.entries("webhook", "POST", "").await;
    assert!(told.iter().all(|entry| entry["transaction_id"] != charge["id"]), "{told:?}");
}
