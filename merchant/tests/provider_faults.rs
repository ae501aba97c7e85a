//! A fault of the provider is repeated with the same key: until the repeat's outcome is known, nothing is decided.

// The helpers unwrap as the tests do.
#![allow(clippy::unwrap_used)]

mod common;

use common::scripted::{self, KEY, OTHER, charge_of, fault_of};
use common::{FAILS, SUCCEEDS, Shop, Shopper, good, id, problem};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// The provider fails, and the repeat's reply is lost before it was carried out: a repeat of that will be.
async fn failed_and_lost(shopper: &Shopper, key: Uuid) {
    let shop = &shopper.shop;
    shop.switches(&json!({"replay_failed": false})).await;
    let faults = json!({"api": [
        {"method": "POST", "path": "/charges", "times": 1, "latency_ms": 1},
        {"method": "POST", "path": "/charges", "times": 1, "lose_reply": true, "after": false},
    ]});
    shop.faults(&faults).await;
    assert_eq!(problem(shopper.pay(FAILS, key).await, 502).await, "paymentsos-unavailable");
    let made = shopper.transactions().await;
    assert_eq!((made.len(), &made[0]["result"]["category"]), (1, &json!("provider_error")));
}

async fn keys(shopper: &Shopper) -> Vec<Value> {
    shopper.creates().await.iter().map(|entry| entry["idempotency_key"].clone()).collect()
}

#[tokio::test]
async fn a_repeat_of_a_lost_repeat_is_carried_out_and_not_called_failed() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    failed_and_lost(&shopper, key).await;
    // The provider is well again.
    let paid = good(shopper.pay(SUCCEEDS, key).await, 201).await;
    assert_eq!(paid["result"]["status"], "Succeed");
    let upstream = json!(format!("{}:{key}", shopper.payment));
    assert_eq!(keys(&shopper).await, [upstream.clone(), upstream.clone(), upstream]);
    assert_eq!(shop.merchant.alerts(), []);
}

#[tokio::test]
async fn another_attempt_goes_on_with_the_key_of_a_lost_repeat() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let (key, other) = (Uuid::new_v4(), Uuid::new_v4());
    failed_and_lost(&shopper, key).await;
    let paid = good(shopper.pay(SUCCEEDS, other).await, 201).await;
    assert_eq!(paid["result"]["status"], "Succeed");
    // Should PaymentsOS still carry out the lost repeat, it would find its key taken.
    let upstream = json!(format!("{}:{key}", shopper.payment));
    assert_eq!(keys(&shopper).await, [upstream.clone(), upstream.clone(), upstream]);
    assert_eq!(id(&good(shopper.pay(SUCCEEDS, key).await, 201).await), id(&paid));
    assert_eq!(shop.merchant.alerts(), []);
}

/// As above, at a PaymentsOS that says what the story wants.
async fn scripted_and_lost() -> scripted::Shop {
    let shop = scripted::Shop::open().await;
    {
        let mut script = shop.script.lock().unwrap();
        script.created = fault_of(KEY, "one");
        script.charges = json!([script.created]);
        script.statuses = [201, 503].into();
    }
    assert_eq!(problem(shop.pay(json!({})).await, 502).await, "paymentsos-unavailable");
    shop
}

#[tokio::test]
async fn a_conflict_with_the_repeat_under_way_is_no_failure() {
    let shop = scripted_and_lost().await;
    for key in [KEY, OTHER, KEY] {
        shop.script.lock().unwrap().statuses = [409].into();
        assert_eq!(problem(shop.pay_as(key, json!({})).await, 409).await, "conflict");
    }
    {
        let mut script = shop.script.lock().unwrap();
        script.created = charge_of(KEY, "two", "Succeed");
        script.charges = json!([fault_of(KEY, "one"), script.created]);
    }
    let paid = good(shop.pay(json!({})).await, 201).await;
    assert_eq!((&paid["id"], &paid["result"]["status"]), (&json!("two"), &json!("Succeed")));
    assert_eq!(shop.alerts(), []);
}

#[tokio::test]
async fn a_fault_is_no_news_while_its_repeat_is_undecided() {
    let shop = scripted_and_lost().await;
    let listed = async || good(shop.read().await, 200).await["related_resources"]["charges"].clone();
    // Else the page would say "failed" of what may be paid.
    assert_eq!(listed().await, json!([]));
    shop.script.lock().unwrap().statuses = [503].into();
    assert_eq!(problem(shop.pay_as(OTHER, json!({})).await, 502).await, "paymentsos-unavailable");
    assert_eq!(listed().await, json!([]));
    // What others made is told, and so is what the repeat came to.
    shop.charges(json!([fault_of(KEY, "one"), scripted::charge("theirs", "Failed")]));
    assert_eq!(listed().await.as_array().map(Vec::len), Some(1));
    assert_eq!(good(shop.pay(json!({})).await, 201).await["result"]["status"], "Failed");
    assert_eq!(listed().await[0]["id"], "one");
}

#[tokio::test]
async fn a_charge_that_is_taken_up_again_lives_whoevers_repeat_it_was() {
    let shop = scripted_and_lost().await;
    let taken_up = charge_of(KEY, "one", "Pending");
    {
        let mut script = shop.script.lock().unwrap();
        (script.created, script.unlisted) = (taken_up.clone(), Some(taken_up));
    }
    assert_eq!(problem(shop.pay_as(OTHER, json!({})).await, 409).await, "payment-has-transaction");
    let repeat = good(shop.pay(json!({})).await, 201).await;
    assert_eq!((&repeat["id"], &repeat["result"]["status"]), (&json!("one"), &json!("Pending")));
    assert_eq!(shop.alerts(), []);
}

#[tokio::test]
async fn a_refusal_of_another_repeat_is_no_failure_either() {
    let shop = scripted_and_lost().await;
    shop.script.lock().unwrap().statuses = [400].into();
    assert_eq!(problem(shop.pay(json!({})).await, 502).await, "paymentsos-unavailable");
    shop.charges(json!([fault_of(KEY, "one"), charge_of(KEY, "two", "Pending")]));
    assert_eq!(good(shop.pay(json!({})).await, 201).await["id"], "two");
}

#[tokio::test]
async fn a_repeat_that_is_refused_at_once_leaves_the_failure() {
    for refusal in [400, 409] {
        let shop = scripted::Shop::open().await;
        {
            let mut script = shop.script.lock().unwrap();
            script.created = fault_of(KEY, "one");
            script.charges = json!([script.created]);
            script.statuses = [201, refusal].into();
        }
        let failed = good(shop.pay(json!({})).await, 201).await;
        assert_eq!((&failed["id"], &failed["result"]["status"]), (&json!("one"), &json!("Failed")));
        // Another attempt has a key of its own.
        shop.script.lock().unwrap().statuses = [503].into();
        shop.pay_as(OTHER, json!({})).await;
        let (headers, _) = shop.script.lock().unwrap().asked.take().unwrap();
        assert_eq!(headers["idempotency-key"], format!("{}:{OTHER}", scripted::PAYMENT));
    }
}

#[tokio::test]
async fn a_lost_repeat_is_not_repeated_where_somebody_else_has_charged_meanwhile() {
    let shop = scripted_and_lost().await;
    shop.charges(json!([fault_of(KEY, "one"), scripted::charge("theirs", "Succeed")]));
    shop.script.lock().unwrap().asked = None;
    assert_eq!(problem(shop.pay(json!({})).await, 409).await, "payment-has-transaction");
    assert!(shop.script.lock().unwrap().asked.is_none());
}
