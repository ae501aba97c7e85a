//! What the shop's own systems ask for: capture and void, each once, whatever gets lost.

mod common;

use common::records::Records;
use common::{SUCCEEDS, Shop, Shopper, config, good, id, problem, until};
use merchant::{Config, Operate, Secret, operate};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

const KEY: &str = "a-key-of-the-warehouse-that-is-long-enough";

fn with_key(config: &mut Config) {
    config.system_keys = vec![Secret::new("another-key-that-is-as-long-as-it-must-be"), Secret::new(KEY)];
}

/// A shopper whose amount, 40.97, is reserved.
async fn reserved() -> Shopper {
    reserved_at(Shop::open_with(with_key).await).await
}

async fn reserved_at(shop: Shop) -> Shopper {
    let shop = Arc::new(shop);
    let shopper = shop.shopper_of(&json!({"kind": "authorization"})).await;
    assert_eq!(shopper.paid(SUCCEEDS).await["result"]["status"], "Succeed");
    shopper
}

async fn ask_with(shopper: &Shopper, what: &str, key: Uuid, body: &Value, secret: &str) -> Response {
    let path = format!("/systems/payments/{}/{what}", shopper.payment);
    let request = shopper.shop.request(Method::POST, &path).bearer_auth(secret);
    request.header("idempotency-key", key.to_string()).json(body).send().await.expect("a reply")
}

async fn ask(shopper: &Shopper, what: &str, key: Uuid, body: &Value) -> Response {
    ask_with(shopper, what, key, body, KEY).await
}

/// What PaymentsOS has made of it.
async fn made(shopper: &Shopper, what: &str) -> Vec<Value> {
    let list = shopper.shop.at_paymentsos(&format!("/payments/{}/{what}", shopper.payment)).await;
    list.as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_capture_is_made_once() {
    let shopper = reserved().await;
    let key = Uuid::new_v4();
    let first = good(ask(&shopper, "captures", key, &json!({})).await, 201).await;
    assert_eq!(first["result"]["status"], "Succeed");
    assert_eq!((&first["amount"], &first["currency"]), (&json!(4_097), &json!("USD")));
    let again = good(ask(&shopper, "captures", key, &json!({})).await, 201).await;
    assert_eq!(id(&first), id(&again));
    assert_eq!(made(&shopper, "captures").await.len(), 1);
    assert_eq!(good(shopper.get("").await, 200).await["status"], "Captured");
    assert_eq!(problem(ask(&shopper, "captures", key, &json!({"amount": 1})).await, 422).await, "key-of-another");
    assert_eq!(problem(ask(&shopper, "voids", key, &json!({})).await, 422).await, "key-of-another");
}

#[tokio::test]
async fn a_part_is_captured_and_not_more_than_there_is() {
    let shopper = reserved().await;
    for (amount, expected) in [(json!(0), "amount"), (json!(4_098), "amount")] {
        let reply = ask(&shopper, "captures", Uuid::new_v4(), &json!({"amount": amount})).await;
        assert_eq!(problem(reply, 422).await, expected);
    }
    for rubbish in [json!({"amount": -1}), json!({"amount": "all"}), json!({"amuont": 1}), json!([1, 2])] {
        assert_eq!(problem(ask(&shopper, "captures", Uuid::new_v4(), &rubbish).await, 400).await, "json");
    }
    let part = good(ask(&shopper, "captures", Uuid::new_v4(), &json!({"amount": 4_050})).await, 201).await;
    assert_eq!(part["amount"], 4_050);
    assert_eq!(made(&shopper, "captures").await[0]["amount"], 4_050);
}

#[tokio::test]
async fn a_void_gives_it_free_and_leaves_nothing_to_capture() {
    let shopper = reserved().await;
    assert_eq!(problem(ask(&shopper, "voids", Uuid::new_v4(), &json!({"amount": 1})).await, 422).await, "amount");
    let void = good(ask(&shopper, "voids", Uuid::new_v4(), &json!({})).await, 201).await;
    assert_eq!(void["result"]["status"], "Succeed");
    assert_eq!(good(shopper.get("").await, 200).await["status"], "Voided");
    let late = ask(&shopper, "captures", Uuid::new_v4(), &json!({})).await;
    assert_eq!(problem(late, 409).await, "not-authorized");
    assert_eq!(made(&shopper, "captures").await.len(), 0);
}

#[tokio::test]
async fn while_one_is_pending_no_other_is_made() {
    let shopper = reserved().await;
    let key = Uuid::new_v4();
    let pending = good(ask(&shopper, "captures", key, &json!({"amount": 2_000})).await, 201).await;
    assert_eq!(pending["result"]["status"], "Pending");
    shopper.shop.faults(&json!({"api": [{"method": "GET", "path": "/captures", "status": 503}]})).await;
    let other = ask(&shopper, "captures", Uuid::new_v4(), &json!({"amount": 2_000})).await;
    assert_eq!(problem(other, 409).await, "payment-has-operation");
    assert_eq!(problem(ask(&shopper, "voids", Uuid::new_v4(), &json!({})).await, 409).await, "payment-has-operation");
    shopper.shop.faults(&json!({})).await;
    until(async || {
        let now = good(ask(&shopper, "captures", key, &json!({"amount": 2_000})).await, 201).await;
        (now["result"]["status"] == "Succeed").then_some(())
    })
    .await;
    assert_eq!(made(&shopper, "captures").await.len(), 1);
}

#[tokio::test]
async fn one_that_has_failed_leaves_room_for_another() {
    let shopper = reserved().await;
    let failed = good(ask(&shopper, "captures", Uuid::new_v4(), &json!({"amount": 1_000})).await, 201).await;
    assert_eq!(failed["result"]["status"], "Failed");
    let second = good(ask(&shopper, "captures", Uuid::new_v4(), &json!({"amount": 4_050})).await, 201).await;
    assert_eq!(second["result"]["status"], "Succeed");
}

#[tokio::test]
async fn of_those_that_come_at_once_one_is_made() {
    let shopper = reserved().await;
    let key = Uuid::new_v4();
    let none = json!({});
    let one = || ask(&shopper, "captures", key, &none);
    for reply in <[Response; 3]>::from(tokio::join!(one(), one(), one())) {
        good(reply, 201).await;
    }
    assert_eq!(made(&shopper, "captures").await.len(), 1);
    let shopper = reserved().await;
    let half = json!({"amount": 2_000});
    let (a, b) = tokio::join!(
        ask(&shopper, "captures", Uuid::new_v4(), &half),
        ask(&shopper, "captures", Uuid::new_v4(), &half)
    );
    let mut statuses = [a.status().as_u16(), b.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    assert_eq!(made(&shopper, "captures").await.len(), 1);
}

#[tokio::test]
async fn a_lost_reply_is_found() {
    let shopper = reserved().await;
    let key = Uuid::new_v4();
    shopper
        .shop
        .faults(&json!({"api": [{"method": "POST", "path": "/captures", "lose_reply": true, "times": 1}]}))
        .await;
    let found = good(ask(&shopper, "captures", key, &json!({})).await, 201).await;
    assert_eq!(found["result"]["status"], "Succeed");
    assert_eq!(made(&shopper, "captures").await.len(), 1);
}

#[tokio::test]
async fn what_is_not_known_is_said_to_be_and_found_by_a_repeat() {
    for carried_out in [true, false] {
        let shopper = reserved().await;
        let key = Uuid::new_v4();
        let lost = json!({"api": [
            {"method": "POST", "path": "/captures", "lose_reply": true, "after": carried_out, "times": 1},
            {"method": "GET", "path": "/captures", "status": 503},
        ]});
        shopper.shop.faults(&lost).await;
        let reply = ask(&shopper, "captures", key, &json!({})).await;
        assert_eq!(problem(reply, 502).await, "paymentsos-unavailable");
        // What stands in the way is not passed, and not forgotten.
        let other = ask(&shopper, "voids", Uuid::new_v4(), &json!({})).await;
        assert_eq!(problem(other, 409).await, "payment-has-operation");
        shopper.shop.faults(&json!({})).await;
        let found = good(ask(&shopper, "captures", key, &json!({})).await, 201).await;
        assert_eq!(found["result"]["status"], "Succeed");
        assert_eq!(made(&shopper, "captures").await.len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_is_told_and_may_be_tried_again() {
    let shopper = reserved().await;
    let key = Uuid::new_v4();
    shopper.shop.faults(&json!({"api": [{"method": "POST", "path": "/captures", "status": 400, "times": 1}]})).await;
    assert_eq!(problem(ask(&shopper, "captures", key, &json!({})).await, 422).await, "refused");
    assert_eq!(good(ask(&shopper, "captures", key, &json!({})).await, 201).await["result"]["status"], "Succeed");
}

#[tokio::test]
async fn nobody_may_without_a_key() {
    let shopper = reserved().await;
    for secret in ["", "wrong", &KEY[1..], shopper.cookie.as_str()] {
        let reply = ask_with(&shopper, "captures", Uuid::new_v4(), &json!({}), secret).await;
        assert_eq!(problem(reply, 401).await, "no-system-key");
    }
    let path = format!("/systems/payments/{}/captures", shopper.payment);
    let with_cookie = shopper.request(Method::POST, &path).json(&json!({})).send().await.expect("a reply");
    assert_eq!(problem(with_cookie, 401).await, "no-system-key");
    let without = shopper.shop.request(Method::POST, &path).bearer_auth(KEY).json(&json!({})).send().await;
    assert_eq!(problem(without.expect("a reply"), 400).await, "idempotency-key");
    let unset = reserved_at(Shop::open().await).await;
    assert_eq!(problem(ask(&unset, "captures", Uuid::new_v4(), &json!({})).await, 401).await, "no-system-key");
    assert_eq!(made(&shopper, "captures").await.len(), 0);
}

#[tokio::test]
async fn a_pending_one_is_followed_to_its_end() {
    let shop = Shop::open_with(|config| {
        with_key(config);
        config.follow_after = std::time::Duration::from_millis(200);
    });
    let shopper = reserved_at(shop.await).await;
    shopper.shop.sandbox.set_webhook_url(None);
    let key = Uuid::new_v4();
    good(ask(&shopper, "captures", key, &json!({"amount": 2_000})).await, 201).await;
    // Nobody asks any more: it is read all the same.
    let read = async || {
        let entries = shopper.shop.entries("request", "GET", "/captures/").await;
        entries.iter().any(|entry| entry["result"] == "Succeed").then_some(())
    };
    until(read).await;
}

#[tokio::test]
async fn it_can_be_done_by_hand() {
    let records = Records::new();
    let shopper = reserved_at(Shop::open_with(|config| config.database_url = records.url()).await).await;
    let mut by_hand = config(&shopper.shop.sandbox);
    by_hand.database_url = records.url();
    let done =
        operate(by_hand.clone(), &shopper.payment, Operate::Capture(Some(4_050)), None).await.expect("an outcome");
    assert_eq!(done.outcome.as_deref(), Ok("Succeed"));
    let key = done.key.parse().expect("a UUID");
    let again = operate(by_hand.clone(), &shopper.payment, Operate::Capture(Some(4_050)), Some(key)).await;
    assert_eq!(again.expect("an outcome").outcome.as_deref(), Ok("Succeed"));
    assert_eq!(made(&shopper, "captures").await.len(), 1);
    let unknown = operate(by_hand, &Uuid::new_v4().to_string(), Operate::Void, None).await.expect("an outcome");
    assert!(unknown.outcome.is_err() && unknown.to_string().contains("--key"), "{unknown}");
}
