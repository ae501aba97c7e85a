//! `merchant reconcile`: the records are compared with PaymentsOS, and mended.

// The helpers unwrap as the tests do.
#![allow(clippy::unwrap_used)]

mod common;

use common::records::Records;
use common::scripted::{PAYMENT, Shop, charge};
use merchant::{Config, Reconciled, reconcile};
use serde_json::json;
use std::time::Duration;

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
