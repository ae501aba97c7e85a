//! One payment, never two: whatever arrives twice, at once, or after a loss.

mod common;

use common::records::{self, Records};
use common::{FAILS, PENDING_THEN_SUCCEEDS, SUCCEEDS, Shop, Shopper, good, id, problem, until};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// Pays with all those keys at once: what each is answered, the lowest status first.
async fn at_once(shopper: &Shopper, keys: &[Uuid]) -> Vec<(u16, Value)> {
    let tasks: Vec<_> = keys
        .iter()
        .map(|key| {
            let (shopper, key) = (shopper.clone(), *key);
            tokio::spawn(async move {
                let reply = shopper.pay(PENDING_THEN_SUCCEEDS, key).await;
                (reply.status().as_u16(), reply.json().await.expect("JSON"))
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("an answer"));
    }
    answers.sort_unstable_by_key(|(status, _)| *status);
    answers
}

fn statuses(answers: &[(u16, Value)]) -> Vec<u16> {
    answers.iter().map(|(status, _)| *status).collect()
}

#[tokio::test]
async fn two_requests_at_once_make_one_charge() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let answers = at_once(&shopper, &[Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()]).await;
    assert_eq!(statuses(&answers), [201, 409, 409, 409]);
    assert_eq!(shopper.creates().await.len(), 1);
    assert_eq!(shopper.transactions().await.len(), 1);
}

#[tokio::test]
async fn requests_at_once_make_one_charge_while_paymentsos_is_slow_too() {
    let shop = Arc::new(Shop::open().await);
    let (key, other) = (Uuid::new_v4(), Uuid::new_v4());
    for (keys, expected) in [([key, key, key], [201, 201, 201]), ([other, Uuid::new_v4(), other], [201, 201, 409])] {
        let shopper = shop.shopper().await;
        shop.faults(&json!({"api": [{"method": "POST", "path": "/charges", "latency_ms": 300}]})).await;
        let answers = at_once(&shopper, &keys).await;
        let mut made: Vec<_> = answers.iter().filter(|(status, _)| *status == 201).map(|(_, made)| id(made)).collect();
        made.dedup();
        assert_eq!(made.len(), 1, "{answers:?}");
        // Of two keys, either may have been the first.
        assert!(statuses(&answers) == expected || keys[0] != keys[1] && statuses(&answers) == [201, 409, 409]);
        assert_eq!((shopper.creates().await.len(), shopper.transactions().await.len()), (1, 1));
    }
}

#[tokio::test]
async fn requests_at_once_make_one_charge_when_the_first_ones_reply_is_lost() {
    let shop = Arc::new(Shop::open_deaf().await);
    let (key, other) = (Uuid::new_v4(), Uuid::new_v4());
    for (keys, carried_out) in [([key, key], true), ([other, other], false), (new_keys(), true), (new_keys(), false)] {
        let shopper = shop.shopper().await;
        // The first create is lost, and cannot be looked for at once.
        let lost = json!({"api": [
            {"method": "POST", "path": "/charges", "times": 1, "latency_ms": 200, "lose_reply": true, "after": carried_out},
            {"method": "GET", "path": "/payments/", "times": 1, "latency_ms": 1},
            {"method": "GET", "path": "/payments/", "times": 1, "status": 503},
        ]});
        shop.faults(&lost).await;
        let answers = at_once(&shopper, &keys).await;
        shop.faults(&json!({})).await;
        // The second finds what was made of the first, or makes it under its key.
        let second = if keys[0] != keys[1] && carried_out { 409 } else { 201 };
        let mut expected = [502, second];
        expected.sort_unstable();
        assert_eq!(statuses(&answers), expected, "{answers:?}");
        let made = shopper.transactions().await;
        assert_eq!(made.len(), 1);
        for key in keys {
            let repeat = shopper.pay(SUCCEEDS, key).await;
            if repeat.status() != 409 {
                assert_eq!(id(&good(repeat, 201).await), id(&made[0]));
            }
        }
        let creates = shopper.creates().await;
        assert!(creates.iter().all(|entry| entry["idempotency_key"] == creates[0]["idempotency_key"]), "{creates:?}");
    }
    assert_eq!(shop.merchant.alerts(), []);
}

fn new_keys() -> [Uuid; 2] {
    [Uuid::new_v4(), Uuid::new_v4()]
}

#[tokio::test]
async fn the_same_request_twice_at_once_gets_one_charge_twice() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let body = shopper.body(SUCCEEDS, key).await;
    let (one, two) = tokio::join!(shopper.post(key, &body), shopper.post(key, &body));
    let (one, two) = (good(one, 201).await, good(two, 201).await);
    assert_eq!(one, two);
    assert_eq!(shopper.creates().await.len(), 1);
}

#[tokio::test]
async fn two_processes_with_the_same_records_make_one_charge() {
    let records = Records::new();
    let mut settings = None;
    let shop = Shop::open_with(|config| {
        config.database_url = records.url();
        settings = Some(config.clone());
    });
    let shop = Arc::new(shop.await);
    // As in a restart: the next process begins while the last one still finishes a create.
    let next = merchant::start(settings.expect("settings")).await.expect("another merchant");
    for keys in [new_keys(), [Uuid::new_v4(); 2]] {
        let shopper = shop.shopper().await;
        let slow = json!({"api": [{"method": "POST", "path": "/charges", "times": 1, "latency_ms": 300}]});
        shop.faults(&slow).await;
        let paying = tokio::spawn({
            let (shopper, key) = (shopper.clone(), keys[0]);
            async move { shopper.pay(SUCCEEDS, key).await }
        });
        // The fault is taken when the create has arrived.
        until(async || (shop.faults_left().await == 0).then_some(())).await;
        let request = shop.client.post(format!("http://{}{}", next.address, shopper.path("/charges")));
        let request = request.header("cookie", &shopper.cookie).header("idempotency-key", keys[1].to_string());
        let mut body = shopper.body(SUCCEEDS, keys[1]).await;
        body["merchant_site_url"] = json!(next.public_url.as_str());
        let second = request.json(&body).send().await.expect("a reply");
        match records::postgres() {
            None => assert_eq!(problem(second, 409).await, "conflict"),
            // On a server, the processes take turns.
            Some(_) if keys[0] == keys[1] => drop(good(second, 201).await),
            Some(_) => assert_eq!(problem(second, 409).await, "payment-has-transaction"),
        }
        let paid = good(paying.await.expect("a reply"), 201).await;
        assert_eq!(id(&good(shopper.pay(SUCCEEDS, keys[0]).await, 201).await), id(&paid));
        if keys[0] != keys[1] {
            assert_eq!(problem(shopper.pay(SUCCEEDS, keys[1]).await, 409).await, "payment-has-transaction");
        }
        let creates = shopper.creates().await;
        assert!(creates.iter().all(|entry| entry["idempotency_key"] == creates[0]["idempotency_key"]), "{creates:?}");
        assert_eq!(shopper.transactions().await.len(), 1);
    }
}

#[tokio::test]
async fn a_repeat_replies_with_the_original_as_it_is_now() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let first = good(shopper.pay(PENDING_THEN_SUCCEEDS, key).await, 201).await;
    assert_eq!(first["result"], json!({"status": "Pending"}));
    assert_eq!(first["reconciliation_id"], json!(key));
    assert_eq!((&first["amount"], &first["currency"]), (&json!(4097), &json!("USD")));
    let repeat = until(async || {
        let repeat = good(shopper.pay(SUCCEEDS, key).await, 201).await;
        assert_eq!(id(&repeat), id(&first));
        (repeat["result"]["status"] == "Succeed").then_some(repeat)
    });
    repeat.await;
    let creates = shopper.creates().await;
    assert_eq!(creates.len(), 1);
    assert_eq!(creates[0]["idempotency_key"], json!(format!("{}:{key}", shopper.payment)));
}

#[tokio::test]
async fn a_payment_that_is_paid_takes_no_other_key() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    shopper.paid(SUCCEEDS).await;
    assert_eq!(problem(shopper.pay(SUCCEEDS, Uuid::new_v4()).await, 409).await, "payment-has-transaction");
    assert_eq!(shopper.creates().await.len(), 1);
    assert_eq!(shop.merchant.alerts(), []);
}

#[tokio::test]
async fn a_charge_that_somebody_else_made_stands_in_the_way_too() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let body = json!({"payment_method": {"type": "tokenized", "token": shop.token(SUCCEEDS).await}});
    shop.do_at_paymentsos(Method::POST, &format!("/payments/{}/charges", shopper.payment), &body).await;
    assert_eq!(problem(shopper.pay(SUCCEEDS, Uuid::new_v4()).await, 409).await, "payment-has-transaction");
    assert_eq!(shopper.transactions().await.len(), 1);
}

#[tokio::test]
async fn after_a_failure_another_attempt_is_free() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let failed = shopper.paid(FAILS).await;
    assert_eq!(failed["result"]["status"], "Failed");
    let paid = shopper.paid(SUCCEEDS).await;
    assert_eq!(paid["result"]["status"], "Succeed");
    assert_ne!(id(&paid), id(&failed));
    assert_eq!(shop.merchant.alerts(), []);
}

#[tokio::test]
async fn a_fault_of_the_provider_is_tried_once_more_with_the_same_key() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let failed = good(shopper.pay(FAILS, key).await, 201).await;
    assert_eq!(failed["result"]["category"], "provider_error");
    let used: Vec<_> = shopper.creates().await.iter().map(|entry| entry["idempotency_key"].clone()).collect();
    let upstream = json!(format!("{}:{key}", shopper.payment));
    assert_eq!(used, [upstream.clone(), upstream]);
    // A repeat is a repeat of the answer, not of the charge.
    assert_eq!(id(&good(shopper.pay(FAILS, key).await, 201).await), id(&failed));
    assert_eq!(shopper.creates().await.len(), 2);
}

#[tokio::test]
async fn a_decline_is_not_tried_again() {
    let shop = Arc::new(Shop::open().await);
    let mut shopper = shop.shopper().await;
    shop.merchant.change_amount(&shopper.payment, 2006).await.unwrap();
    shopper.order["amount"] = json!(2006);
    let failed = shopper.paid(FAILS).await;
    assert_eq!(failed["result"]["category"], "payment_method_declined");
    assert_eq!(shopper.creates().await.len(), 1);
}

#[tokio::test]
async fn a_fault_that_is_gone_the_second_time_leaves_one_good_charge() {
    let shop = Arc::new(Shop::open().await);
    shop.switches(&json!({"replay_failed": false})).await;
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let failed = good(shopper.pay(FAILS, key).await, 201).await;
    assert_eq!(failed["result"]["status"], "Failed");
    assert_eq!(shopper.creates().await.len(), 2);
    assert_eq!(good(shopper.pay(SUCCEEDS, Uuid::new_v4()).await, 201).await["result"]["status"], "Succeed");
    assert_eq!(shop.merchant.alerts(), []);
}

#[tokio::test]
async fn a_key_belongs_to_one_payment() {
    let shop = Arc::new(Shop::open().await);
    let (one, two) = (shop.shopper().await, shop.shopper().await);
    let key = Uuid::new_v4();
    assert_eq!(one.pay(SUCCEEDS, key).await.status(), 201);
    assert_eq!(problem(two.pay(SUCCEEDS, key).await, 422).await, "key-of-another");
    assert_eq!(two.creates().await.len(), 0);
}
