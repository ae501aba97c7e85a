//! What the shop's own systems ask for: capture and void, each once, whatever gets lost.

mod common;

use common::process::run;
use common::records::Records;
use common::{DEADLINE, SUCCEEDS, Shop, Shopper, config, good, id, problem, until};
use merchant::{AlertCode, Config, Operate, Secret, operate};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::time::timeout;
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
    reserved_for(shop, &json!({"kind": "authorization"})).await
}

/// One of whom 89.00 is: of that, parts can be captured that succeed at once.
async fn reserved_in_parts() -> Shopper {
    reserved_for(Shop::open_with(with_key).await, &json!({"kind": "authorization", "item": "teapot"})).await
}

async fn reserved_for(shop: Shop, order: &Value) -> Shopper {
    let shop = Arc::new(shop);
    let shopper = shop.shopper_of(order).await;
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
async fn all_captures_together_take_no_more_than_is_reserved() {
    let shopper = reserved_in_parts().await;
    let capture = async |amount: Value| ask(&shopper, "captures", Uuid::new_v4(), &amount).await;
    good(capture(json!({"amount": 4_500})).await, 201).await;
    // What is left is 44.00, and not all of it.
    assert_eq!(problem(capture(json!({"amount": 4_401})).await, 422).await, "amount");
    assert_eq!(problem(capture(json!({})).await, 422).await, "amount");
    // One that has failed has taken nothing.
    assert_eq!(good(capture(json!({"amount": 1_000})).await, 201).await["result"]["status"], "Failed");
    good(capture(json!({"amount": 4_400})).await, 201).await;
    assert_eq!(problem(capture(json!({"amount": 1})).await, 409).await, "not-authorized");
    assert_eq!(problem(capture(json!({})).await, 409).await, "not-authorized");
    let taken = made(&shopper, "captures").await;
    assert_eq!(taken.iter().filter(|capture| capture["result"]["status"] == "Succeed").count(), 2);
    assert_eq!(taken.len(), 3);
}

#[tokio::test]
async fn what_was_captured_by_somebody_else_counts_too() {
    let shopper = reserved_in_parts().await;
    let theirs = format!("/payments/{}/captures", shopper.payment);
    shopper.shop.do_at_paymentsos(Method::POST, &theirs, &json!({"amount": 5_000})).await;
    let more = ask(&shopper, "captures", Uuid::new_v4(), &json!({"amount": 3_901})).await;
    assert_eq!(problem(more, 422).await, "amount");
    // Nor is anything captured while it is not known what was.
    shopper.shop.faults(&json!({"api": [{"method": "GET", "path": "/captures", "status": 503}]})).await;
    let blind = ask(&shopper, "captures", Uuid::new_v4(), &json!({"amount": 3_900})).await;
    assert_eq!(problem(blind, 502).await, "paymentsos-unavailable");
    shopper.shop.faults(&json!({})).await;
    assert_eq!(made(&shopper, "captures").await.len(), 1);
}

#[tokio::test]
async fn of_what_is_paid_already_nothing_is_captured() {
    let shop = Arc::new(Shop::open_with(with_key).await);
    let shopper = shop.shopper().await;
    shopper.paid(SUCCEEDS).await;
    for what in ["captures", "voids"] {
        assert_eq!(problem(ask(&shopper, what, Uuid::new_v4(), &json!({})).await, 409).await, "not-authorized");
        assert_eq!(made(&shopper, what).await.len(), 0);
    }
}

#[tokio::test]
async fn its_key_at_paymentsos_is_no_authorizations() {
    let shopper = reserved().await;
    let (capture, void) = (Uuid::new_v4(), Uuid::new_v4());
    assert_eq!(good(ask(&shopper, "captures", capture, &json!({"amount": 1_000})).await, 201).await["amount"], 1_000);
    good(ask(&shopper, "voids", void, &json!({})).await, 201).await;
    let keys: Vec<Value> = shopper.creates().await.into_iter().map(|entry| entry["idempotency_key"].clone()).collect();
    let payment = &shopper.payment;
    assert_eq!(keys[1..], [json!(format!("{payment}:{capture}:capture")), json!(format!("{payment}:{void}:void"))]);
}

#[tokio::test]
async fn a_capture_that_its_payment_does_not_have_is_not_believed() {
    let shopper = reserved().await;
    let key = Uuid::new_v4();
    shopper.shop.faults(&json!({"api": [{"method": "GET", "path": "/captures/", "status": 404}]})).await;
    assert_eq!(problem(ask(&shopper, "captures", key, &json!({})).await, 502).await, "paymentsos-unavailable");
    let alerts: Vec<AlertCode> = shopper.shop.merchant.alerts().iter().map(|alert| alert.code).collect();
    assert_eq!(alerts, [AlertCode::TransactionNotUnderPayment]);
    shopper.shop.faults(&json!({})).await;
    assert_eq!(good(ask(&shopper, "captures", key, &json!({})).await, 201).await["result"]["status"], "Succeed");
    assert_eq!(made(&shopper, "captures").await.len(), 1);
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
    let other = good(ask(&shopper, "captures", Uuid::new_v4(), &json!({"amount": 2_000})).await, 409).await;
    assert_eq!(other["type"], "urn:paymentsos-checkout:problem:payment-has-operation");
    assert!(other["detail"].as_str().expect("a text").contains(&key.to_string()), "{other}");
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
            // What is there before can be read.
            {"method": "GET", "path": "/captures", "times": 1, "latency_ms": 1},
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
async fn one_that_came_to_nothing_does_not_stand_in_the_way_for_ever() {
    let records = Records::new();
    let shop = Shop::open_with(|config| {
        with_key(config);
        config.database_url = records.url();
    });
    let shopper = reserved_at(shop.await).await;
    let key = Uuid::new_v4();
    let repeat = async || ask(&shopper, "captures", key, &json!({})).await;
    shopper
        .shop
        .faults(&json!({"api": [{"method": "POST", "path": "/captures", "lose_reply": true, "after": false}]}))
        .await;
    assert_eq!(problem(repeat().await, 502).await, "paymentsos-unavailable");
    shopper.shop.faults(&json!({"api": [{"method": "POST", "path": "/captures", "status": 400}]})).await;
    // The one whose reply was lost may still be under way.
    assert_eq!(problem(repeat().await, 502).await, "paymentsos-unavailable");
    assert_eq!(problem(ask(&shopper, "voids", Uuid::new_v4(), &json!({})).await, 409).await, "payment-has-operation");
    // Some ten minutes later.
    records.change("UPDATE operations SET created = created - 601000").await;
    let blind = json!([
        {"method": "POST", "path": "/captures", "status": 400},
        {"method": "GET", "path": "/captures", "status": 503},
    ]);
    shopper.shop.faults(&json!({"api": blind})).await;
    assert_eq!(problem(repeat().await, 502).await, "paymentsos-unavailable");
    shopper.shop.faults(&json!({"api": [{"method": "POST", "path": "/captures", "status": 400}]})).await;
    assert_eq!(problem(repeat().await, 422).await, "refused");
    good(ask(&shopper, "voids", Uuid::new_v4(), &json!({})).await, 201).await;
    assert_eq!(made(&shopper, "captures").await.len(), 0);
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
    let key = Uuid::new_v4();
    for _ in 0..2 {
        let done = operate(by_hand.clone(), &shopper.payment, Operate::Capture(Some(4_050)), key).await;
        assert_eq!(done.expect("an outcome").outcome.as_deref(), Ok("Succeed"));
    }
    assert_eq!(made(&shopper, "captures").await.len(), 1);
    let unknown = operate(by_hand, &Uuid::new_v4().to_string(), Operate::Void, key).await.expect("an outcome");
    assert!(unknown.outcome.is_err() && unknown.to_string().contains("--key"), "{unknown}");
}

#[tokio::test]
async fn by_hand_the_key_is_known_before_anything_is_asked() {
    let records = Records::new();
    let shopper = reserved_at(Shop::open_with(|config| config.database_url = records.url()).await).await;
    // A PaymentsOS that takes every connection, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mut settings = config(&shopper.shop.sandbox);
    settings.paymentsos_url = format!("http://{}", silent.local_addr().expect("an address")).parse().expect("a URL");
    let mut process = run(&settings, &records.url(), &["void", &shopper.payment]).spawn().expect("a process");
    let mut said = BufReader::new(process.stdout.take().expect("its output")).lines();
    let said = async { said.next_line().await.expect("text").expect("a line") };
    let line = timeout(DEADLINE, said).await.expect("a line in time");
    let key = line.rsplit(' ').next().expect("a word");
    assert!(line.contains("--key") && Uuid::try_parse(key).is_ok(), "{line}");
}
