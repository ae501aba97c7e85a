//! Browsers break requests off all the time; nothing is lost by it.

mod common;

use common::{SUCCEEDS, Shop};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_broken_off_at_any_moment_lose_nothing() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let address = shop.url(&format!("/api/payments/{}/charges/x", shopper.payment));
    for round in 0..600 {
        let moment = Duration::from_micros(300 + round % 60 * 50);
        let _ = tokio::time::timeout(moment, shop.client.get(&address).send()).await;
    }
    assert_eq!(shopper.pay(SUCCEEDS, Uuid::new_v4()).await.status(), 201);
    assert_eq!(shopper.transactions().await.len(), 1);
}
