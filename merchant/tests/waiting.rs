//! An answer held back comes the moment the status changes, and a waiter who leaves is forgotten.

mod common;

use common::records::Records;
use common::{SUCCEEDS, Shop, Shopper, THREE_D_SECURE, good, id, until};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// Waits for the transaction's status on another task, until it is known to be waiting.
async fn waiting(shopper: &Shopper, transaction: &Value) -> JoinHandle<(Value, Instant)> {
    let (shop, shopper, transaction) = (Arc::clone(&shopper.shop), shopper.clone(), transaction.clone());
    let before = shop.merchant.waiters();
    let task = tokio::spawn(async move {
        let reply = shopper.wait(&transaction).await;
        assert_eq!(reply.headers()["preference-applied"], "wait=25");
        (good(reply, 200).await, Instant::now())
    });
    until(async || (shop.merchant.waiters() > before).then_some(())).await;
    task
}

/// How often the merchant has read the payment.
async fn readings(shopper: &Shopper) -> usize {
    let entries = shopper.shop.entries("request", "GET", &shopper.payment).await;
    entries.iter().filter(|entry| !entry["path"].as_str().is_some_and(|path| path.contains("/charges"))).count()
}

#[tokio::test]
async fn a_webhook_ends_the_wait_at_once() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let charge = shopper.paid(THREE_D_SECURE).await;
    assert!(charge["redirection"]["url"].is_string());
    let (one, two) = (waiting(&shopper, &charge).await, waiting(&shopper, &charge).await);
    // Reads become rarer: after this one, the next is four seconds off.
    let first = readings(&shopper).await;
    until(async || (readings(&shopper).await > first).then_some(())).await;
    let pressed = Instant::now();
    shopper.press(&charge, "succeed").await;
    for task in [one, two] {
        let (answer, at) = task.await.unwrap();
        assert_eq!(answer["result"]["status"], "Succeed");
        assert!(at - pressed < Duration::from_secs(2), "{:?}", at - pressed);
    }
    assert_eq!(shop.merchant.waiters(), 0);
}

#[tokio::test]
async fn without_webhooks_the_payment_is_read_sparingly() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let charge = shopper.paid(THREE_D_SECURE).await;
    let before = readings(&shopper).await;
    let tasks = [waiting(&shopper, &charge).await, waiting(&shopper, &charge).await, waiting(&shopper, &charge).await];
    shopper.press(&charge, "late-succeed").await;
    for task in tasks {
        assert_eq!(task.await.unwrap().0["result"]["status"], "Succeed");
    }
    // Three waiters, and hardly more readings than one would need.
    assert!(readings(&shopper).await - before <= 4);
}

#[tokio::test]
async fn a_look_reads_when_the_last_look_is_old() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let charge = shopper.paid(THREE_D_SECURE).await;
    shopper.press(&charge, "succeed").await;
    let before = readings(&shopper).await;
    until(async || {
        let answer = good(shopper.get(&format!("/charges/{}", id(&charge))).await, 200).await;
        (answer["result"]["status"] == "Succeed").then_some(())
    })
    .await;
    // It was asked all the time, and read about once a second.
    assert!(readings(&shopper).await - before <= 3);
}

#[tokio::test]
async fn a_final_status_is_answered_from_the_records() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let charge = shopper.paid(SUCCEEDS).await;
    shop.faults(&json!({"api": [{"path": "", "status": 503}]})).await;
    let answer = good(shopper.wait(&charge).await, 200).await;
    assert_eq!(answer["result"]["status"], "Succeed");
    assert_eq!(answer["payment_method"]["last_4_digits"], "1111");
    assert_eq!(shopper.get("").await.status(), 502);
}

#[tokio::test]
async fn a_pending_status_is_answered_while_paymentsos_is_away() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let charge = shopper.paid(THREE_D_SECURE).await;
    shop.faults(&json!({"api": [{"path": "", "status": 503}]})).await;
    let path = shopper.path(&format!("/charges/{}", id(&charge)));
    let held = shopper.request(reqwest::Method::GET, &path).header("prefer", "wait=1").send().await.unwrap();
    assert_eq!(held.headers()["preference-applied"], "wait=1");
    assert_eq!(good(held, 200).await["redirection"], charge["redirection"]);
}

#[tokio::test]
async fn a_waiter_who_leaves_is_forgotten() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let charge = shopper.paid(THREE_D_SECURE).await;
    let task = waiting(&shopper, &charge).await;
    task.abort();
    until(async || (shop.merchant.waiters() == 0).then_some(())).await;
}

#[tokio::test]
async fn whoever_waits_when_the_merchant_stops_gets_an_answer() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let charge = shopper.paid(THREE_D_SECURE).await;
    // The waiter must not hold the shop that is taken apart here.
    let request = shopper.request(reqwest::Method::GET, &shopper.path(&format!("/charges/{}", id(&charge))));
    let waiter = tokio::spawn(request.header("prefer", "wait=25").send());
    until(async || (shop.merchant.waiters() == 1).then_some(())).await;
    drop(shopper);
    let Shop { merchant, sandbox, .. } = Arc::into_inner(shop).expect("nobody else");
    merchant.stop().await;
    assert_eq!(good(waiter.await.unwrap().unwrap(), 200).await["result"]["status"], "Pending");
    sandbox.stop().await;
}

#[tokio::test]
async fn not_everybody_may_wait() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let charge = shopper.paid(THREE_D_SECURE).await;
    let mut held = Vec::new();
    for _ in 0..16 {
        held.push(waiting(&shopper, &charge).await);
    }
    let at_once = shopper.wait(&charge).await;
    assert!(!at_once.headers().contains_key("preference-applied"));
    assert_eq!(good(at_once, 200).await["result"]["status"], "Pending");
    shopper.press(&charge, "succeed").await;
    for task in held {
        assert_eq!(task.await.expect("no panic").0["result"]["status"], "Succeed");
    }
}

#[tokio::test]
async fn whoever_waits_while_the_database_has_a_fault_is_told_what_is_known() {
    let records = Records::new();
    let shop = Arc::new(Shop::open_with(|config| config.database_url = records.url()).await);
    let shopper = shop.shopper().await;
    let charge = shopper.paid(THREE_D_SECURE).await;
    let path = shopper.path(&format!("/charges/{}", id(&charge)));
    let asked = shopper.request(Method::GET, &path).header("prefer", "wait=2").send();
    let asked = tokio::spawn(asked);
    until(async || (shop.merchant.waiters() == 1).then_some(())).await;
    records.change("ALTER TABLE transactions RENAME TO lost").await;
    assert_eq!(good(asked.await.unwrap().expect("a reply"), 200).await["result"]["status"], "Pending");
    records.change("ALTER TABLE lost RENAME TO transactions").await;
}
