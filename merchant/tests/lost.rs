//! What gets lost between the shop and PaymentsOS is found again, and made no second time.

mod common;

use common::records::Records;
use common::{SUCCEEDS, Shop, config, good, id, lost_and_not_found, problem};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

#[tokio::test]
async fn a_lost_reply_is_found_at_once() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    shop.faults(&json!({"api": [{"method": "POST", "path": "/charges", "lose_reply": true, "times": 1}]})).await;
    let paid = shopper.paid(SUCCEEDS).await;
    assert_eq!(paid["result"]["status"], "Succeed");
    assert_eq!(shopper.creates().await.len(), 1);
    assert_eq!(shopper.transactions().await.len(), 1);
}

#[tokio::test]
async fn a_repeat_finds_what_the_first_request_made() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    shop.faults(&lost_and_not_found(true)).await;
    assert_eq!(problem(shopper.pay(SUCCEEDS, key).await, 502).await, "paymentsos-unavailable");
    shop.faults(&json!({})).await;
    let paid = good(shopper.pay(SUCCEEDS, key).await, 201).await;
    assert_eq!(paid["reconciliation_id"], json!(key));
    assert_eq!(shopper.creates().await.len(), 1);
    assert_eq!(shopper.transactions().await.len(), 1);
}

#[tokio::test]
async fn a_repeat_makes_what_the_first_request_did_not() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    shop.faults(&lost_and_not_found(false)).await;
    assert_eq!(problem(shopper.pay(SUCCEEDS, key).await, 502).await, "paymentsos-unavailable");
    shop.faults(&json!({})).await;
    assert_eq!(good(shopper.pay(SUCCEEDS, key).await, 201).await["reconciliation_id"], json!(key));
    assert_eq!(shopper.transactions().await.len(), 1);
    let used: Vec<_> = shopper.creates().await.iter().map(|entry| entry["idempotency_key"].clone()).collect();
    assert_eq!(used[0], used[1]);
}

#[tokio::test]
async fn another_key_does_not_pass_one_that_was_lost_and_carried_out() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    shop.faults(&lost_and_not_found(true)).await;
    let key = Uuid::new_v4();
    assert_eq!(shopper.pay(SUCCEEDS, key).await.status(), 502);
    shop.faults(&json!({})).await;
    assert_eq!(problem(shopper.pay(SUCCEEDS, Uuid::new_v4()).await, 409).await, "payment-has-transaction");
    assert_eq!(shopper.pay(SUCCEEDS, key).await.status(), 201);
    assert_eq!(shopper.transactions().await.len(), 1);
}

#[tokio::test]
async fn another_key_takes_the_place_of_one_that_was_lost_for_good() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let (lost, other) = (Uuid::new_v4(), Uuid::new_v4());
    shop.faults(&lost_and_not_found(false)).await;
    assert_eq!(shopper.pay(SUCCEEDS, lost).await.status(), 502);
    shop.faults(&json!({})).await;
    let paid = good(shopper.pay(SUCCEEDS, other).await, 201).await;
    assert_eq!(paid["reconciliation_id"], json!(other));
    // Under the lost one's key: should PaymentsOS have carried that one out after all, there would still be one charge.
    let upstream = json!(format!("{}:{lost}", shopper.payment));
    assert!(shopper.creates().await.iter().all(|entry| entry["idempotency_key"] == upstream));
    // The two have one outcome, and whoever asks again is told of it.
    for key in [lost, other] {
        assert_eq!(id(&good(shopper.pay(SUCCEEDS, key).await, 201).await), id(&paid));
    }
    assert_eq!(shopper.transactions().await.len(), 1);
}

#[tokio::test]
async fn a_create_that_cannot_be_verified_is_settled_later() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    shop.faults(&json!({"api": [{"method": "GET", "path": "/charges/", "status": 503}]})).await;
    assert_eq!(problem(shopper.pay(SUCCEEDS, key).await, 502).await, "paymentsos-unavailable");
    shop.faults(&json!({})).await;
    assert_eq!(shopper.pay(SUCCEEDS, key).await.status(), 201);
    assert_eq!(shopper.creates().await.len(), 1);
}

#[tokio::test]
async fn a_refusal_is_known_and_leaves_the_payment_free() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    shop.faults(&json!({"api": [{"method": "POST", "path": "/charges", "status": 400}]})).await;
    let refused = good(shopper.pay(SUCCEEDS, key).await, 422).await;
    assert_eq!(refused["category"], "api_request_error");
    assert_eq!(shopper.pay(SUCCEEDS, Uuid::new_v4()).await.status(), 422);
    shop.faults(&json!({})).await;
    assert_eq!(shopper.pay(SUCCEEDS, key).await.status(), 201);
    assert_eq!(shopper.transactions().await.len(), 1);
}

#[tokio::test]
async fn patience_is_passed_on() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    shop.faults(&json!({"api": [{"method": "POST", "path": "/charges", "status": 429, "retry_after": 7, "times": 1}]}))
        .await;
    let reply = shopper.pay(SUCCEEDS, key).await;
    assert_eq!(reply.headers()["retry-after"], "7");
    assert_eq!(problem(reply, 503).await, "paymentsos-busy");
    assert_eq!(shopper.pay(SUCCEEDS, key).await.status(), 201);
}

#[tokio::test]
async fn the_records_outlive_the_process() {
    let records = Records::new();
    let url = records.url();
    let before = Arc::new(Shop::open_with(|config| config.database_url.clone_from(&url)).await);
    before.sandbox.set_webhook_url(None);
    let keys = (Uuid::new_v4(), Uuid::new_v4());
    let shopper = before.shopper().await;
    before.faults(&lost_and_not_found(true)).await;
    assert_eq!(shopper.pay(SUCCEEDS, keys.0).await.status(), 502);
    before.faults(&json!({})).await;
    // The process ends, and another begins with its records.
    let (payment, cookie, order) = (shopper.payment.clone(), shopper.cookie.clone(), shopper.order.clone());
    drop(shopper);
    let Shop { sandbox, merchant, client } = Arc::into_inner(before).expect("nobody else");
    merchant.stop().await;
    let mut again = config(&sandbox);
    again.database_url.clone_from(&url);
    let merchant = merchant::start(again).await.expect("a merchant");
    let shop = Arc::new(Shop { sandbox, merchant, client });
    let shopper = common::Shopper { at: shop.merchant.address, shop: Arc::clone(&shop), cookie, payment, order };
    assert_eq!(problem(shopper.pay(SUCCEEDS, keys.1).await, 409).await, "payment-has-transaction");
    assert_eq!(good(shopper.pay(SUCCEEDS, keys.0).await, 201).await["reconciliation_id"], json!(keys.0));
    assert_eq!(shopper.creates().await.len(), 1);
}

#[tokio::test]
async fn a_refusal_of_a_repeat_says_nothing_of_the_first_request() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    shop.faults(&lost_and_not_found(false)).await;
    assert_eq!(problem(shopper.pay(SUCCEEDS, key).await, 502).await, "paymentsos-unavailable");
    shop.faults(&json!({"api": [{"method": "POST", "path": "/charges", "status": 404, "times": 1}]})).await;
    problem(shopper.pay(SUCCEEDS, key).await, 502).await;
    // Another attempt does not pass it under a key of its own.
    good(shopper.pay(SUCCEEDS, Uuid::new_v4()).await, 201).await;
    assert_eq!(shopper.transactions().await.len(), 1);
    let used: Vec<_> = shopper.creates().await.iter().map(|entry| entry["idempotency_key"].clone()).collect();
    assert!(used.len() == 3 && used.iter().all(|key| *key == used[0]), "{used:?}");
}
