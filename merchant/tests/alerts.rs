//! What PaymentsOS should never do, and what reaches it: told with a PaymentsOS that says what the story wants.

mod common;

use common::scripted::{KEY, OTHER, PAYMENT, Shop, charge, charge_of};
use merchant::AlertCode;
use serde_json::{Value, json};

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
    assert_eq!(shop.pay_as(OTHER, json!({})).await.status(), 409);
    let (headers, _) = shop.script.lock().unwrap().asked.take().unwrap();
    assert_eq!(headers["idempotency-key"], format!("{PAYMENT}:{KEY}"));
    let repeat = shop.pay(json!({})).await;
    assert_eq!(repeat.status(), 201);
    assert_eq!(repeat.json::<Value>().await.unwrap()["id"], "one");
    assert_eq!(shop.pay_as(OTHER, json!({})).await.status(), 409);
    assert_eq!(shop.alerts(), []);
}

#[tokio::test]
async fn a_charge_under_our_key_that_names_nobodys_attempt_is_ours() {
    let shop = Shop::open().await;
    {
        let mut script = shop.script.lock().unwrap();
        script.created = charge_of("an attempt of records that are gone", "one", "Succeed");
        script.unlisted = Some(script.created.clone());
    }
    for _ in 0..2 {
        let reply = shop.pay(json!({})).await;
        assert_eq!(reply.status(), 201);
        assert_eq!(reply.json::<Value>().await.unwrap()["id"], "one");
    }
    assert_eq!(shop.pay_as(OTHER, json!({})).await.status(), 409);
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
