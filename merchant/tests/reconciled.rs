//! `merchant reconcile`: the records are compared with PaymentsOS, and mended.

// The helpers unwrap as the tests do.
#![allow(clippy::unwrap_used)]

mod common;

use common::records::Records;
use common::scripted::{PAYMENT, Shop, charge};
use common::{SUCCEEDS, good, until};
use merchant::{Config, Reconciled, Secret, reconcile};
use reqwest::Method;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

const ALL: Duration = Duration::from_secs(24 * 60 * 60);

/// A shop with records that outlive it, and the configuration to reconcile them by.
async fn shop(records: &Records) -> (Shop, Config) {
    let mut settings = None;
    let shop = Shop::open_with(|config| {
        config.database_url = records.url();
        settings = Some(config.clone());
    });
    (shop.await, settings.unwrap())
}

fn told(reconciled: &Reconciled) -> Vec<String> {
    reconciled.differences.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn what_was_missed_is_found_and_mended_and_then_nothing_differs() {
    let records = Records::new();
    let (shop, settings) = shop(&records).await;
    shop.charges(json!([charge("one", "Pending")]));
    shop.read().await;
    shop.charges(json!([charge("one", "Succeed"), charge("two", "Failed")]));
    let first = reconcile(settings.clone(), ALL).await.unwrap();
    assert_eq!(
        told(&first),
        [
            format!("{PAYMENT} one: stored Pending, at PaymentsOS Succeed: mended"),
            format!("{PAYMENT} two: stored none, at PaymentsOS Failed: mended"),
        ]
    );
    assert!(first.is_right());
    assert_eq!(reconcile(settings, ALL).await.unwrap(), Reconciled { compared: 1, ..Reconciled::default() });
}

#[tokio::test]
async fn a_success_is_not_taken_back_but_reported() {
    let records = Records::new();
    let (shop, settings) = shop(&records).await;
    shop.charges(json!([charge("one", "Succeed")]));
    shop.read().await;
    shop.charges(json!([charge("one", "Failed")]));
    let reconciled = reconcile(settings.clone(), ALL).await.unwrap();
    let line = format!("{PAYMENT} one: stored Succeed, at PaymentsOS Failed: NOT MENDED: somebody must look");
    assert_eq!(told(&reconciled), [line]);
    assert!(!reconciled.is_right());
    // And one that PaymentsOS does not have at all.
    shop.charges(json!([]));
    let line = format!("{PAYMENT} one: stored Succeed, at PaymentsOS none: NOT MENDED: somebody must look");
    assert_eq!(told(&reconcile(settings, ALL).await.unwrap()), [line]);
}

#[tokio::test]
async fn what_cannot_be_read_is_said() {
    let records = Records::new();
    let (_shop, settings) = shop(&records).await;
    let settings = Config { paymentsos_url: "http://127.0.0.1:9".parse().unwrap(), ..settings };
    let reconciled = reconcile(settings, ALL).await.unwrap();
    assert_eq!(reconciled.unread, [PAYMENT]);
    assert!(!reconciled.is_right());
}

#[tokio::test]
async fn a_payment_without_its_list_of_transactions_says_nothing_of_them() {
    let records = Records::new();
    let (shop, settings) = shop(&records).await;
    shop.charges(json!([charge("one", "Succeed")]));
    shop.read().await;
    shop.charges(json!(null));
    let reconciled = reconcile(settings, ALL).await.unwrap();
    assert_eq!(reconciled, Reconciled { unread: vec![PAYMENT.to_owned()], ..Reconciled::default() });
}

#[tokio::test]
async fn a_status_that_changes_meanwhile_is_no_difference_that_somebody_must_look_at() {
    let records = Records::new();
    let (shop, settings) = shop(&records).await;
    shop.charges(json!([charge("one", "Pending")]));
    // By a second reading it would be another.
    shop.script.lock().unwrap().next_charges = Some(json!([charge("one", "Succeed")]));
    let reconciled = reconcile(settings, ALL).await.unwrap();
    assert_eq!(told(&reconciled), [format!("{PAYMENT} one: stored none, at PaymentsOS Pending: mended")]);
}

#[tokio::test]
async fn a_payment_that_paymentsos_does_not_have_is_not_to_be_tried_again() {
    let records = Records::new();
    let (_shop, settings) = shop(&records).await;
    let other = Shop::open().await;
    other.script.lock().unwrap().knows_nothing = true;
    let settings = Config { paymentsos_url: other.paymentsos.clone(), ..settings };
    let reconciled = reconcile(settings, ALL).await.unwrap();
    assert_eq!(reconciled, Reconciled { unknown: vec![PAYMENT.to_owned()], ..Reconciled::default() });
    assert!(!reconciled.is_right());
}

#[tokio::test]
async fn captures_are_compared_too() {
    let secret = "a-key-of-the-warehouse-that-is-long-enough";
    let records = Records::new();
    let shop = common::Shop::open_with(|config| {
        config.database_url = records.url();
        config.system_keys = vec![Secret::new(secret)];
        config.follow_after = Duration::from_secs(3_600);
    });
    let shop = Arc::new(shop.await);
    shop.sandbox.set_webhook_url(None);
    let shopper = shop.shopper_of(&json!({"kind": "authorization"})).await;
    shopper.paid(SUCCEEDS).await;
    let path = format!("/systems/payments/{}/captures", shopper.payment);
    let request = shop.request(Method::POST, &path).bearer_auth(secret);
    let request = request.header("idempotency-key", Uuid::new_v4().to_string()).json(&json!({"amount": 2_000}));
    let capture = good(request.send().await.unwrap(), 201).await;
    let at_paymentsos = format!("/payments/{}/captures", shopper.payment);
    until(async || (shop.at_paymentsos(&at_paymentsos).await[0]["result"]["status"] == "Succeed").then_some(())).await;
    let mut settings = common::config(&shop.sandbox);
    settings.database_url = records.url();
    let line = format!("{} {}: stored Pending, at PaymentsOS Succeed: mended", shopper.payment, common::id(&capture));
    assert_eq!(told(&reconcile(settings.clone(), ALL).await.unwrap()), [line]);
    assert_eq!(told(&reconcile(settings, ALL).await.unwrap()), [""; 0]);
}
