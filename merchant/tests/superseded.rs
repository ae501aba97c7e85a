//! An attempt whose place another took is not forgotten: it shares that one's key at PaymentsOS, and so its outcome.

mod common;

use common::scripted::{self, KEY, OTHER, charge_of};
use common::{FAILS, PENDING_THEN_SUCCEEDS, SUCCEEDS, Shop, Shopper, good, id, lost_and_not_found, problem, until};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// A create whose reply is lost, and whose outcome cannot be read.
async fn lost(shopper: &Shopper, key: Uuid, carried_out: bool) {
    shopper.shop.faults(&lost_and_not_found(carried_out)).await;
    assert_eq!(problem(shopper.pay(SUCCEEDS, key).await, 502).await, "paymentsos-unavailable");
    shopper.shop.faults(&json!({})).await;
}

async fn repeated(shopper: &Shopper, key: Uuid) -> Value {
    good(shopper.pay(SUCCEEDS, key).await, 201).await
}

/// All creates used the key of that attempt.
async fn assert_key_of(shopper: &Shopper, attempt: Uuid) {
    let upstream = json!(format!("{}:{attempt}", shopper.payment));
    let creates = shopper.creates().await;
    assert!(creates.iter().all(|entry| entry["idempotency_key"] == upstream), "{creates:?}");
}

#[tokio::test]
async fn a_chain_of_attempts_has_one_outcome() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let keys = [Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()];
    for key in &keys[..3] {
        lost(&shopper, *key, false).await;
    }
    let paid = good(shopper.pay(PENDING_THEN_SUCCEEDS, keys[3]).await, 201).await;
    for key in keys {
        assert_eq!(id(&repeated(&shopper, key).await), id(&paid));
    }
    // As it is now, not as it was.
    until(async || (repeated(&shopper, keys[0]).await["result"]["status"] == "Succeed").then_some(())).await;
    assert_key_of(&shopper, keys[0]).await;
    assert_eq!(shopper.transactions().await.len(), 1);
    assert_eq!(shop.merchant.alerts(), []);
}

#[tokio::test]
async fn it_takes_its_place_back_from_one_that_was_lost_too() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let keys = [Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()];
    for key in keys {
        lost(&shopper, key, false).await;
    }
    let paid = repeated(&shopper, keys[1]).await;
    assert_eq!(paid["reconciliation_id"], json!(keys[1]));
    for key in keys {
        assert_eq!(id(&repeated(&shopper, key).await), id(&paid));
    }
    assert_key_of(&shopper, keys[0]).await;
    assert_eq!(shopper.transactions().await.len(), 1);
}

#[tokio::test]
async fn it_finds_what_was_made_of_the_one_in_its_place() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
    lost(&shopper, first, false).await;
    lost(&shopper, second, true).await;
    let found = repeated(&shopper, first).await;
    assert_eq!(found["reconciliation_id"], json!(second));
    assert_eq!(id(&repeated(&shopper, second).await), id(&found));
    assert_eq!(shopper.creates().await.len(), 2);
    assert_eq!(shopper.transactions().await.len(), 1);
}

#[tokio::test]
async fn a_failure_of_the_one_in_its_place_is_its_own() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let first = Uuid::new_v4();
    lost(&shopper, first, false).await;
    let failed = shopper.paid(FAILS).await;
    let told = repeated(&shopper, first).await;
    assert_eq!((id(&told), &told["result"]["status"]), (id(&failed), &json!("Failed")));
    // And leaves the payment free.
    let paid = shopper.paid(SUCCEEDS).await;
    assert_eq!(paid["result"]["status"], "Succeed");
    assert_eq!(id(&repeated(&shopper, first).await), id(&failed));
    assert_eq!(shop.merchant.alerts(), []);
}

#[tokio::test]
async fn the_amount_must_still_be_what_was_shown() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
    lost(&shopper, first, false).await;
    lost(&shopper, second, false).await;
    let changed = json!({"amount": 5_000, "currency": "USD"});
    shop.do_at_paymentsos(Method::PUT, &format!("/payments/{}", shopper.payment), &changed).await;
    for key in [first, second] {
        assert_eq!(problem(shopper.pay(SUCCEEDS, key).await, 412).await, "amount-differs");
    }
    assert_eq!(shopper.creates().await.len(), 2);
}

#[tokio::test]
async fn it_stands_where_paymentsos_had_carried_it_out_after_all() {
    let shop = scripted::Shop::open().await;
    // The replies cannot be read, and the charge is in no list yet.
    for key in [KEY, OTHER] {
        assert_eq!(shop.pay_as(key, json!({})).await.status(), 502);
    }
    shop.charges(json!([charge_of(KEY, "one", "Succeed")]));
    shop.script.lock().unwrap().asked = None;
    assert_eq!(good(shop.pay(json!({})).await, 201).await["id"], "one");
    assert_eq!(problem(shop.pay_as(OTHER, json!({})).await, 409).await, "payment-has-transaction");
    assert_eq!(good(shop.pay(json!({})).await, 201).await["id"], "one");
    assert!(shop.script.lock().unwrap().asked.is_none());
    assert_eq!(shop.alerts(), []);
}

#[tokio::test]
async fn the_one_that_gave_the_place_back_is_free_after_a_failure() {
    let shop = scripted::Shop::open().await;
    for key in [KEY, OTHER] {
        assert_eq!(shop.pay_as(key, json!({})).await.status(), 502);
    }
    // Under the key of both, PaymentsOS has carried out the first.
    shop.charges(json!([charge_of(KEY, "one", "Failed")]));
    shop.script.lock().unwrap().created = charge_of(KEY, "one", "Failed");
    assert_eq!(problem(shop.pay_as(OTHER, json!({})).await, 409).await, "conflict");
    let first = good(shop.pay(json!({})).await, 201).await;
    assert_eq!((&first["id"], &first["result"]["status"]), (&json!("one"), &json!("Failed")));
    {
        let mut script = shop.script.lock().unwrap();
        script.created = charge_of(OTHER, "two", "Succeed");
        script.unlisted = Some(script.created.clone());
    }
    assert_eq!(good(shop.pay_as(OTHER, json!({})).await, 201).await["id"], "two");
    let (headers, _) = shop.script.lock().unwrap().asked.take().unwrap();
    assert_eq!(headers["idempotency-key"], format!("{}:{OTHER}", scripted::PAYMENT));
}

#[tokio::test]
async fn what_it_was_refused_for_is_not_taken_for_its_own_later() {
    let shop = scripted::Shop::open().await;
    assert_eq!(shop.pay(json!({})).await.status(), 502);
    // Another attempt, under the lost one's key, is told of the lost one's charge, and refused.
    let pending = charge_of(KEY, "one", "Pending");
    {
        let mut script = shop.script.lock().unwrap();
        (script.unlisted, script.created) = (Some(pending.clone()), pending);
    }
    assert_eq!(shop.pay_as(OTHER, json!({})).await.status(), 409);
    // That charge fails, so it begins anew under its own key: carried out, but the reply cannot be read.
    {
        let mut script = shop.script.lock().unwrap();
        (script.charges, script.unlisted) = (json!([charge_of(KEY, "one", "Failed")]), None);
        script.created = Value::Null;
    }
    assert_eq!(shop.pay_as(OTHER, json!({})).await.status(), 502);
    {
        let mut script = shop.script.lock().unwrap();
        script.created = charge_of(OTHER, "two", "Succeed");
        script.unlisted = Some(script.created.clone());
    }
    // To take the failure of the lost one's charge for its own would be to say "failed" of what was paid.
    let repeat = good(shop.pay_as(OTHER, json!({})).await, 201).await;
    assert_eq!((&repeat["id"], &repeat["result"]["status"]), (&json!("two"), &json!("Succeed")));
}
