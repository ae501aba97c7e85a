//! Repeats of a create: never two, whatever went wrong with the first.

mod common;

use common::{DEADLINE, FAILS, Merchant, PENDING_THEN_SUCCEEDS, SUCCEEDS, good, id, quick, until};
use reqwest::{Method, Response};
use sandbox::{ConcurrentDuplicate, Replay, Switches};
use serde_json::{Value, json};
use tokio::time::timeout;

async fn with_key(merchant: &Merchant, path: &str, key: &str, body: &Value) -> reqwest::Result<Response> {
    merchant.request(Method::POST, path).header("idempotency-key", key).json(body).send().await
}

async fn created(merchant: &Merchant, path: &str, key: &str, body: &Value) -> Value {
    good(with_key(merchant, path, key, body).await.expect("a reply"), 201).await
}

async fn count(merchant: &Merchant, path: &str) -> usize {
    merchant.get(path).await.as_array().expect("an array").len()
}

#[tokio::test]
async fn a_repeat_gets_the_original_even_with_another_body() {
    let merchant = Merchant::open().await;
    let first = created(&merchant, "/payments", "k1", &json!({"amount": 1, "currency": "USD"})).await;
    let second = created(&merchant, "/payments", "k1", &json!({"amount": 2, "currency": "EUR"})).await;
    assert_eq!(first, second);
    let third = created(&merchant, "/payments", "k2", &json!({"amount": 1, "currency": "USD"})).await;
    assert_ne!(id(&first), id(&third));
}

#[tokio::test]
async fn a_key_counts_for_its_address_alone() {
    let merchant = Merchant::open().await;
    let body = merchant.with_card(SUCCEEDS).await;
    let charges = [merchant.payment().await, merchant.payment().await];
    let [one, two] = charges.map(|payment| format!("/payments/{payment}/charges"));
    let first = created(&merchant, &one, "k", &body).await;
    let other = created(&merchant, &two, "k", &body).await;
    assert_ne!(id(&first), id(&other));
    assert_eq!(id(&created(&merchant, &one, "k", &body).await), id(&first));
    assert_eq!(count(&merchant, &one).await, 1);
}

#[tokio::test]
async fn a_repeat_shows_the_resource_as_it_is_now() {
    let merchant = Merchant::open().await;
    let path = format!("/payments/{}/charges", merchant.payment().await);
    let body = merchant.with_card(PENDING_THEN_SUCCEEDS).await;
    let first = created(&merchant, &path, "k", &body).await;
    assert_eq!(first["result"]["status"], "Pending");
    merchant.until(&format!("{path}/{}", id(&first)), "Succeed").await;
    let repeat = created(&merchant, &path, "k", &body).await;
    assert_eq!((id(&repeat), &repeat["result"]["status"]), (id(&first), &json!("Succeed")));
}

#[tokio::test]
async fn a_repeat_shows_the_reply_as_it_was_where_that_is_switched_on() {
    let merchant = Merchant::open_with(Switches { replay: Replay::Snapshot, ..quick() }, None).await;
    let path = format!("/payments/{}/charges", merchant.payment().await);
    let body = merchant.with_card(PENDING_THEN_SUCCEEDS).await;
    let first = created(&merchant, &path, "k", &body).await;
    merchant.until(&format!("{path}/{}", id(&first)), "Succeed").await;
    assert_eq!(created(&merchant, &path, "k", &body).await, first);
}

#[tokio::test]
async fn a_lost_reply_is_got_back_with_the_same_key() {
    let merchant = Merchant::open().await;
    let path = format!("/payments/{}/charges", merchant.payment().await);
    let body = merchant.with_card(SUCCEEDS).await;
    merchant.faults(&json!({"api": [{"path": "/charges", "times": 1, "lose_reply": true}]})).await;
    assert!(with_key(&merchant, &path, "k", &body).await.is_err(), "no reply at all");
    let found = created(&merchant, &path, "k", &body).await;
    let listed = merchant.get(&path).await;
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(id(&listed[0]), id(&found));
}

#[tokio::test]
async fn an_error_after_the_work_is_got_over_with_the_same_key() {
    let merchant = Merchant::open().await;
    let path = format!("/payments/{}/charges", merchant.payment().await);
    let body = merchant.with_card(SUCCEEDS).await;
    merchant
        .faults(&json!({"api": [{"path": "/charges", "method": "POST", "times": 1, "status": 503, "after": true}]}))
        .await;
    good(with_key(&merchant, &path, "k", &body).await.expect("a reply"), 503).await;
    assert_eq!(count(&merchant, &path).await, 1);
    created(&merchant, &path, "k", &body).await;
    assert_eq!(count(&merchant, &path).await, 1);
}

#[tokio::test]
async fn what_was_refused_may_be_repeated_with_the_same_key() {
    let merchant = Merchant::open().await;
    let refused = with_key(&merchant, "/payments", "k", &json!({"amount": 0, "currency": "USD"})).await;
    good(refused.expect("a reply"), 400).await;
    merchant.faults(&json!({"api": [{"path": "/payments", "times": 1, "status": 500}]})).await;
    let body = json!({"amount": 5, "currency": "USD"});
    good(with_key(&merchant, "/payments", "k", &body).await.expect("a reply"), 500).await;
    assert_eq!(created(&merchant, "/payments", "k", &body).await["amount"], 5);
}

/// Sends a create that takes long, and another with its key while it does; the two statuses.
async fn two_at_once(merchant: &Merchant) -> (u16, u16, usize) {
    let path = format!("/payments/{}/charges", merchant.payment().await);
    let body = merchant.with_card(SUCCEEDS).await;
    merchant.faults(&json!({"api": [{"path": "/charges", "times": 1, "latency_ms": 1_000}]})).await;
    let first = merchant.request(Method::POST, &path).header("idempotency-key", "k").json(&body).send();
    let first = tokio::spawn(first);
    until(async || {
        let reply = merchant.bare(Method::GET, "/sandbox/faults").send().await.expect("a reply");
        (good(reply, 200).await["api"][0]["times"] == 0).then_some(())
    })
    .await;
    let second = with_key(merchant, &path, "k", &body).await.expect("a reply").status().as_u16();
    let first = timeout(DEADLINE, first).await.expect("in time").expect("no panic").expect("a reply");
    (first.status().as_u16(), second, count(merchant, &path).await)
}

#[tokio::test]
async fn a_repeat_while_the_first_is_under_way_is_a_conflict() {
    assert_eq!(two_at_once(&Merchant::open().await).await, (201, 409, 1));
}

#[tokio::test]
async fn a_repeat_waits_for_the_first_where_that_is_switched_on() {
    let switches = Switches { concurrent_duplicate: ConcurrentDuplicate::Wait, ..quick() };
    assert_eq!(two_at_once(&Merchant::open_with(switches, None).await).await, (201, 201, 1));
}

#[tokio::test]
async fn a_request_goes_on_when_its_caller_has_left() {
    let merchant = Merchant::open().await;
    let path = format!("/payments/{}/charges", merchant.payment().await);
    let body = merchant.with_card(SUCCEEDS).await;
    merchant.faults(&json!({"api": [{"path": "/charges", "times": 1, "latency_ms": 200}]})).await;
    let impatient = merchant.request(Method::POST, &path).header("idempotency-key", "k").json(&body);
    let impatient = impatient.timeout(std::time::Duration::from_millis(50)).send().await;
    assert!(impatient.is_err_and(|error| error.is_timeout()));
    until(async || (count(&merchant, &path).await == 1).then_some(())).await;
}

#[tokio::test]
async fn a_key_is_new_again_after_its_time() {
    let merchant = Merchant::open_with(Switches { idempotency_ms: 0, ..quick() }, None).await;
    let body = json!({"amount": 5, "currency": "USD"});
    let first = created(&merchant, "/payments", "k", &body).await;
    let second = created(&merchant, "/payments", "k", &body).await;
    assert_ne!(id(&first), id(&second));
}

#[tokio::test]
async fn a_stored_failure_is_repeated_or_tried_again() {
    let merchant = Merchant::open().await;
    let path = format!("/payments/{}/charges", merchant.payment().await);
    let body = merchant.with_card(FAILS).await;
    let first = created(&merchant, &path, "k", &body).await;
    assert_eq!(id(&created(&merchant, &path, "k", &body).await), id(&first));
    merchant.set("/sandbox/switches", &json!({"replay_failed": false})).await;
    let again = created(&merchant, &path, "k", &body).await;
    assert_ne!(id(&again), id(&first));
    assert_eq!(count(&merchant, &path).await, 2);
}
