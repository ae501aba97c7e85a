//! What the shop's own systems are told, and how a payment is followed to its end though nobody asks.

// The helpers unwrap as the tests do.
#![allow(clippy::unwrap_used)]

mod common;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::records::Records;
use common::scripted::{self, charge};
use common::system::{KEY, System, tell};
use common::{FAILS, PENDING_THEN_SUCCEEDS, SUCCEEDS, Shop, THREE_D_SECURE, config, id, until};
use hmac::{Hmac, KeyInit, Mac};
use merchant::Secret;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

async fn shop(system: &System) -> Arc<Shop> {
    let url = system.clone().open().await;
    Arc::new(Shop::open_with(|config| tell(config, &url)).await)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn types(told: &[Value]) -> Vec<&str> {
    told.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_result_is_told_once_signed_and_with_what_it_is_about() {
    let system = System::default();
    let shop = shop(&system).await;
    let shopper = shop.shopper().await;
    let made = shopper.paid(SUCCEEDS).await;
    let told = system.hears(1).await;
    assert_eq!(types(&told), ["charge.succeeded"]);
    let data = &told[0]["data"];
    assert_eq!(data["payment_id"], shopper.payment.as_str());
    assert_eq!(data["order_id"], shopper.order["order_id"]);
    assert_eq!(data["transaction_id"], made["id"]);
    assert_eq!((&data["status"], &data["amount"], &data["currency"]), (&json!("Succeed"), &json!(4097), &json!("USD")));
    assert_eq!(data["reconciliation_id"], made["reconciliation_id"]);

    let (headers, body) = system.told.lock().unwrap()[0].clone();
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("webhook-id"), id(&told[0]));
    let mut mac = Hmac::<Sha256>::new_from_slice(&KEY).unwrap();
    mac.update(format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    assert_eq!(header("webhook-signature"), format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())));

    // Readings and repeats of webhooks bring no more.
    for _ in 0..3 {
        shopper.get("").await;
    }
    let other = shop.shopper_of(&json!({"new": true})).await;
    other.paid(FAILS).await;
    assert_eq!(types(&system.hears(2).await), ["charge.succeeded", "charge.failed"]);
}

#[tokio::test]
async fn what_is_not_acknowledged_is_told_again_under_the_same_id() {
    let system = System::default();
    *system.refusals.lock().unwrap() = 1;
    let shop = shop(&system).await;
    shop.shopper().await.paid(SUCCEEDS).await;
    let told = until(async || (system.told().len() == 2).then(|| system.told())).await;
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn a_slow_system_is_told_of_many_at_once_and_of_each_once() {
    let system = System::default();
    system.crowd.send_modify(|crowd| crowd.wanted = 8);
    let shop = shop(&system).await;
    for _ in 0..8 {
        shop.shopper_of(&json!({"new": true})).await.paid(SUCCEEDS).await;
    }
    // One after the other they would wait for ever.
    system.hears(8).await;
    assert_eq!(system.told().len(), 8);
}

#[tokio::test]
async fn what_was_not_told_before_the_process_ended_is_told_by_the_next() {
    let system = System::default();
    let url = system.clone().open().await;
    let records = Records::new();
    let shop = Shop::open_with(|config| {
        tell(config, "http://127.0.0.1:9/nobody");
        config.database_url = records.url();
    });
    let shop = Arc::new(shop.await);
    let shopper = shop.shopper().await;
    shopper.paid(PENDING_THEN_SUCCEEDS).await;
    let mut settings = config(&shop.sandbox);
    tell(&mut settings, &url);
    settings.database_url = records.url();
    // The system's address was wrong, and is put right.
    drop(shopper);
    let Shop { sandbox: _sandbox, merchant, .. } = Arc::into_inner(shop).unwrap();
    merchant.stop().await;
    let _next = merchant::start(settings).await.unwrap();
    assert_eq!(types(&system.hears(1).await), ["charge.succeeded"]);
}

#[tokio::test]
async fn what_is_being_told_when_the_process_is_stopped_is_told_once() {
    let system = System::default();
    // It answers nobody before somebody says so.
    system.crowd.send_modify(|crowd| crowd.wanted = 2);
    let url = system.clone().open().await;
    let records = Records::new();
    let shop = Shop::open_with(|config| {
        tell(config, &url);
        config.database_url = records.url();
    });
    let shop = Arc::new(shop.await);
    shop.shopper().await.paid(SUCCEEDS).await;
    system.hears(1).await;
    let Shop { sandbox: _sandbox, merchant, .. } = Arc::into_inner(shop).unwrap();
    let stopped = tokio::spawn(merchant.stop());
    system.crowd.send_modify(|crowd| crowd.wanted = 1);
    stopped.await.unwrap();
    let untold = "SELECT count(*) FROM outbox WHERE acknowledged IS NULL";
    assert_eq!(records.count(untold).await, 0);
    assert_eq!(system.told().len(), 1);
}

#[tokio::test]
async fn a_payment_that_everybody_has_left_is_followed_to_its_end() {
    let system = System::default();
    let shop = shop(&system).await;
    shop.sandbox.set_webhook_url(None);
    for (count, outcome, event) in [(1, "late-succeed", "charge.succeeded"), (2, "late-fail", "charge.failed")] {
        let shopper = shop.shopper_of(&json!({"new": true})).await;
        let pending = shopper.paid(THREE_D_SECURE).await;
        shopper.press(&pending, outcome).await;
        assert_eq!(types(&system.hears(count).await)[count - 1], event);
    }
}

#[tokio::test]
async fn a_create_whose_reply_was_lost_is_followed_to_its_end() {
    let system = System::default();
    let shop = shop(&system).await;
    shop.sandbox.set_webhook_url(None);
    let shopper = shop.shopper().await;
    let attempt = Uuid::new_v4();
    let body = shopper.body(SUCCEEDS, attempt).await;
    shop.faults(&common::lost_and_not_found(true)).await;
    assert!(!shopper.post(attempt, &body).await.status().is_success());
    shop.faults(&json!({})).await;
    let told = system.hears(1).await;
    assert_eq!(types(&told), ["charge.succeeded"]);
    assert_eq!(told[0]["data"]["reconciliation_id"], json!(attempt));
}

#[tokio::test]
async fn an_alert_is_told_and_so_is_a_failure_that_turns_into_a_success() {
    let system = System::default();
    let url = system.clone().open().await;
    let shop = scripted::Shop::open_with(|config| tell(config, &url)).await;
    for charges in [
        json!([charge("one", "Failed")]),
        json!([charge("one", "Succeed")]),
        json!([charge("one", "Succeed"), charge("two", "Pending")]),
    ] {
        shop.charges(charges);
        shop.read().await;
    }
    let told = system.hears(4).await;
    let about = |event: &Value| (text(&event["type"]), text(&event["data"]["transaction_id"]));
    assert_eq!(
        told.iter().map(about).collect::<BTreeSet<_>>(),
        [
            ("charge.failed", "one"),
            ("charge.succeeded", "one"),
            ("alert.failed_turned_succeed", "one"),
            ("alert.second_live_transaction", "two"),
        ]
        .map(|(event, transaction)| (event.to_owned(), transaction.to_owned()))
        .into()
    );
}

#[tokio::test]
async fn what_became_of_a_capture_is_told_once_though_nobody_asks() {
    let system = System::default();
    let url = system.clone().open().await;
    let key = "a-key-of-the-warehouse-that-is-long-enough";
    let shop = Shop::open_with(|config| {
        tell(config, &url);
        config.system_keys = vec![Secret::new(key)];
    });
    let shop = Arc::new(shop.await);
    shop.sandbox.set_webhook_url(None);
    let shopper = shop.shopper_of(&json!({"kind": "authorization"})).await;
    shopper.paid(SUCCEEDS).await;
    let path = format!("/systems/payments/{}/captures", shopper.payment);
    let asked = Uuid::new_v4();
    let request = shop.request(Method::POST, &path).bearer_auth(key).header("idempotency-key", asked.to_string());
    // Pending at first.
    let reply = request.json(&json!({"amount": 2_000})).send().await.unwrap();
    assert_eq!(reply.status(), 201);
    let told = system.hears(2).await;
    let captures: Vec<_> = told.iter().filter(|event| event["type"] == "capture.succeeded").collect();
    assert_eq!(captures.len(), 1);
    let data = &captures[0]["data"];
    assert_eq!((&data["amount"], &data["currency"]), (&json!(2_000), &json!("USD")));
    assert_eq!(data["reconciliation_id"], json!(asked));
    assert_eq!(data["payment_id"], json!(shopper.payment));
}

#[tokio::test]
async fn a_capture_that_came_to_nothing_is_told_as_failed() {
    let system = System::default();
    let url = system.clone().open().await;
    let key = "a-key-of-the-warehouse-that-is-long-enough";
    let records = Records::new();
    let shop = Shop::open_with(|config| {
        tell(config, &url);
        config.system_keys = vec![Secret::new(key)];
        config.database_url = records.url();
    });
    let shop = Arc::new(shop.await);
    let shopper = shop.shopper_of(&json!({"kind": "authorization"})).await;
    shopper.paid(SUCCEEDS).await;
    let path = format!("/systems/payments/{}/captures", shopper.payment);
    let asked = Uuid::new_v4();
    let capture = async || {
        let request = shop.request(Method::POST, &path).bearer_auth(key).header("idempotency-key", asked.to_string());
        request.json(&json!({"amount": 2_000})).send().await.unwrap().status()
    };
    shop.faults(&json!({"api": [{"method": "POST", "path": "/captures", "lose_reply": true, "after": false}]})).await;
    assert_eq!(capture().await, 502);
    shop.faults(&json!({"api": [{"method": "POST", "path": "/captures", "status": 400}]})).await;
    records.change("UPDATE operations SET created = created - 601000").await;
    assert_eq!(capture().await, 422);
    let told = system.hears(2).await;
    let failed: Vec<_> = told.iter().filter(|event| event["type"] == "capture.failed").collect();
    assert_eq!(failed.len(), 1);
    let data = &failed[0]["data"];
    assert_eq!(
        (&data["status"], &data["transaction_id"], &data["amount"]),
        (&json!("Failed"), &Value::Null, &json!(2_000))
    );
    assert_eq!(data["reconciliation_id"], json!(asked));
    assert_eq!(data["payment_id"], json!(shopper.payment));
}
