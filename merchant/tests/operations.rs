//! What whoever runs the merchant is told: whether it lives, whether it can serve, and what it counts.

mod common;

use common::{PENDING_THEN_SUCCEEDS, SUCCEEDS, Shop, Shopper, good, id, until};
use reqwest::Method;
use std::net::SocketAddr;
use std::sync::Arc;

async fn shop() -> Arc<Shop> {
    Arc::new(Shop::open_with(|config| config.metrics_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)))).await)
}

/// What is counted, a line each.
async fn counted(shop: &Shop) -> Vec<String> {
    let address = shop.merchant.metrics_address.expect("an address for operators");
    let reply = shop.client.get(format!("http://{address}/metrics")).send().await.expect("a reply");
    assert_eq!(reply.headers()["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    reply.text().await.expect("text").lines().map(str::to_owned).collect()
}

fn value(lines: &[String], name: &str) -> Option<f64> {
    lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

#[tokio::test]
async fn a_merchant_that_serves_lives_and_is_ready() {
    let shop = shop().await;
    for (path, said) in [("/healthz", "alive\n"), ("/readyz", "ready\n")] {
        let reply = shop.request(Method::GET, path).send().await.expect("a reply");
        assert_eq!((reply.status().as_u16(), reply.text().await.expect("text").as_str()), (200, said));
    }
}

#[tokio::test]
async fn what_happens_is_counted_and_nobody_is_named() {
    let shop = shop().await;
    let mut shoppers: Vec<Shopper> = Vec::new();
    for card in [SUCCEEDS, PENDING_THEN_SUCCEEDS] {
        let shopper = shop.shopper().await;
        let charge = shopper.paid(card).await;
        assert_eq!(good(shopper.wait(&charge).await, 200).await["result"]["status"], "Succeed");
        shoppers.push(shopper);
    }
    let result = "merchant_results_total{kind=\"charge\",status=\"Succeed\"}";
    let lines = until(async || Some(counted(&shop).await).filter(|lines| value(lines, result) == Some(2.0))).await;
    assert_eq!(value(&lines, "merchant_payments{state=\"succeeded\"}"), Some(2.0));
    assert_eq!(value(&lines, "merchant_time_to_result_seconds_count"), Some(2.0));
    assert_eq!(value(&lines, "merchant_waiters"), Some(0.0));
    let creates = "merchant_paymentsos_calls_total{call=\"POST /payments/…/…\",outcome=\"replied\"}";
    assert_eq!(value(&lines, creates), Some(2.0), "{lines:#?}");
    assert!(value(&lines, "merchant_webhook_lag_seconds_count") >= Some(1.0));
    let text = lines.concat();
    for shopper in &shoppers {
        assert!(!text.contains(&shopper.payment) && !text.contains(id(&shopper.transactions().await[0])));
    }
}

#[tokio::test]
async fn shoppers_cannot_see_what_is_counted() {
    let shop = shop().await;
    assert_eq!(shop.request(Method::GET, "/metrics").send().await.expect("a reply").status(), 404);
}
