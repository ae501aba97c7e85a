//! How many charges are made a second, guard and all.

use crate::client::Client;
use crate::failure::Failure;
use crate::servers::{PUBLIC, Shop};
use hyper::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use uuid::Uuid;

/// So many shoppers press Pay at a time.
const AT_ONCE: usize = 32;

/// An order that nobody has paid.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) payment: String,
    pub(crate) cookie: String,
    amount: Value,
    currency: Value,
}

impl Order {
    pub(crate) async fn make(client: &Client, replica: &str) -> Result<Order, Failure> {
        let made = client.must(Method::POST, &format!("{replica}/shop/orders"), &[], Some(&json!({}))).await?;
        Ok(Order {
            payment: made.body["payment_id"].as_str().unwrap_or_default().to_owned(),
            cookie: made.cookie.unwrap_or_default(),
            amount: made.body["amount"].clone(),
            currency: made.body["currency"].clone(),
        })
    }

    /// Pays it; `succeeds` or stays pending with a redirection. The charge.
    pub(crate) async fn pay(&self, client: &Client, replica: &str, succeeds: bool) -> Result<Value, Failure> {
        let attempt = Uuid::new_v4().to_string();
        let mut method = json!({"type": "untokenized", "source_type": "payment_page", "vendor": "PBL"});
        if succeeds {
            method["additional_details"] = json!({"untokenized_result_status": "succeed"});
        }
        let body = json!({
            "payment_method": method,
            "merchant_site_url": format!("{PUBLIC}/return"),
            "reconciliation_id": attempt,
            "expected": {"amount": self.amount, "currency": self.currency},
        });
        let url = format!("{replica}/api/payments/{}/charges", self.payment);
        let headers = [("cookie", self.cookie.as_str()), ("idempotency-key", &attempt)];
        Ok(client.must(Method::POST, &url, &headers, Some(&body)).await?.body)
    }
}

/// Does something for each number, so many at a time.
pub(crate) async fn each<T, F>(count: usize, at_once: usize, work: impl Fn(usize) -> F) -> Result<Vec<T>, Failure>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    let next = Arc::new(AtomicUsize::new(0));
    let mut done = Vec::with_capacity(count);
    let mut under_way = tokio::task::JoinSet::new();
    loop {
        while under_way.len() < at_once {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                break;
            }
            under_way.spawn(work(number));
        }
        match under_way.join_next().await {
            Some(one) => done.push(one??),
            None => return Ok(done),
        }
    }
}

/// Charges a second.
pub(crate) async fn measure(shop: &Shop, count: usize) -> Result<f64, Failure> {
    let orders = each(count, AT_ONCE, |number| {
        let (client, replica) = (shop.client.clone(), shop.replica(number).url.clone());
        async move { Order::make(&client, &replica).await }
    })
    .await?;
    let began = Instant::now();
    each(count, AT_ONCE, |number| {
        let (client, replica, order) = (shop.client.clone(), shop.replica(number).url.clone(), orders[number].clone());
        async move { order.pay(&client, &replica, true).await }
    })
    .await?;
    Ok(count as f64 / began.elapsed().as_secs_f64())
}
