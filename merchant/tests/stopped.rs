//! A merchant that is stopped carries what PaymentsOS was asked to do to its end, though whoever asked has gone.

mod common;

use common::records::Records;
use common::wire::Wire;
use common::{SUCCEEDS, Shop, config, good, until};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_create_whose_shopper_has_gone_is_carried_to_its_end() {
    let records = Records::new();
    let mut wire = None;
    let shop = Shop::open_with(|config| {
        config.database_url = records.url();
        wire = Some(Wire::between(config));
    });
    let shop = Arc::new(shop.await);
    let wire = wire.expect("a wire");
    shop.sandbox.set_webhook_url(None);
    let shopper = shop.shopper().await;
    shop.faults(&json!({"api": [{"method": "POST", "path": "/charges", "latency_ms": 2_000}]})).await;
    let body = shopper.body(SUCCEEDS, Uuid::new_v4()).await;
    let attempt = body["reconciliation_id"].as_str().expect("an id").parse().expect("a UUID");
    let paying = {
        let shopper = shopper.clone();
        tokio::spawn(async move { shopper.post(attempt, &body).await })
    };
    until(async || (wire.creates().len() == 1).then_some(())).await;
    paying.abort();
    assert!(paying.await.expect_err("no reply").is_cancelled());

    let mut settings = config(&shop.sandbox);
    settings.database_url = records.url();
    // The next knows it without PaymentsOS.
    settings.paymentsos_url = "http://127.0.0.1:9".parse().expect("a URL");
    let (order, cookie, payment, client) =
        (shopper.order.clone(), shopper.cookie.clone(), shopper.payment.clone(), shop.client.clone());
    drop(shopper);
    let Shop { sandbox, merchant, .. } = Arc::into_inner(shop).expect("the only one");
    merchant.stop().await;
    let charges: Vec<String> = charges(&client, &sandbox, &payment).await;
    let next = merchant::start(settings).await.expect("a merchant");
    let url = format!("http://{}/api/payments/{payment}/charges/{}", next.address, charges[0]);
    let read = good(client.get(url).header("cookie", cookie).send().await.expect("a reply"), 200).await;
    assert_eq!((&read["result"]["status"], &read["amount"]), (&json!("Succeed"), &order["amount"]));
}

/// The ids of the charges that PaymentsOS has.
async fn charges(client: &reqwest::Client, sandbox: &sandbox::Running, payment: &str) -> Vec<String> {
    let keys = sandbox::Config::default();
    let request = client.get(format!("http://{}/payments/{payment}/charges", sandbox.address));
    let request = request.header("app-id", keys.app_id).header("private-key", keys.private_key);
    let charges = good(request.header("x-payments-os-env", "test").send().await.expect("a reply"), 200).await;
    charges.as_array().expect("a list").iter().map(|charge| common::id(charge).to_owned()).collect()
}
