//! What a create request must hold, and what of it reaches PaymentsOS.

mod common;

use common::{SUCCEEDS, Shop, good, id, problem};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

#[tokio::test]
async fn the_amount_that_was_shown_must_hold() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let body = shopper.body(SUCCEEDS, key).await;
    shop.merchant.change_amount(&shopper.payment, 5_000).await.unwrap();
    assert_eq!(problem(shopper.post(key, &body).await, 412).await, "amount-differs");
    assert_eq!(shopper.creates().await.len(), 0);
    let payment = good(shopper.get("").await, 200).await;
    assert_eq!(payment["amount"], 5_000);
    let mut body = body;
    body["expected"] = json!({"amount": 5_000, "currency": "EUR"});
    assert_eq!(problem(shopper.post(key, &body).await, 412).await, "amount-differs");
    body["expected"] = json!({"amount": 5_000, "currency": "USD"});
    assert_eq!(good(shopper.post(key, &body).await, 201).await["amount"], 5_000);
}

#[tokio::test]
async fn what_is_not_right_is_refused_before_paymentsos_hears_of_it() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let good_body = shopper.body(SUCCEEDS, key).await;
    let changed = |name: &str, value: Value| {
        let mut body = good_body.clone();
        body[name] = value;
        body
    };
    for (body, status, expected) in [
        (changed("merchant_site_url", json!("https://evil.example/")), 422, "merchant-site-url"),
        (changed("reconciliation_id", json!(Uuid::new_v4())), 400, "reconciliation-id"),
        (changed("reconciliation_id", json!(null)), 400, "reconciliation-id"),
        (changed("payment_method", json!(null)), 422, "payment-method"),
        (changed("expected", json!(null)), 422, "expected-missing"),
        (changed("expected", json!({"amount": "much"})), 400, "json"),
        (json!([]), 400, "reconciliation-id"),
    ] {
        assert_eq!(problem(shopper.post(key, &body).await, status).await, expected, "{body}");
    }
    let without_key = shopper.request(Method::POST, &shopper.path("/charges")).json(&good_body).send().await.unwrap();
    assert_eq!(problem(without_key, 400).await, "idempotency-key");
    let post = |key: &str| shopper.request(Method::POST, &shopper.path("/charges")).header("idempotency-key", key);
    assert_eq!(problem(post("1").json(&good_body).send().await.unwrap(), 400).await, "idempotency-key");
    let key = key.to_string();
    let form = post(&key).body("a=b").header("content-type", "application/x-www-form-urlencoded").send();
    assert_eq!(problem(form.await.unwrap(), 415).await, "media-type");
    let large = json!({"payment_method": "x".repeat(70_000)});
    assert_eq!(problem(post(&key).json(&large).send().await.unwrap(), 413).await, "body");
    let other_kind = shopper.request(Method::POST, &shopper.path("/authorizations")).header("idempotency-key", &key);
    assert_eq!(problem(other_kind.json(&good_body).send().await.unwrap(), 422).await, "kind");
    assert_eq!(problem(shopper.request(Method::DELETE, &shopper.path("")).send().await.unwrap(), 405).await, "method");
    assert_eq!(shopper.creates().await.len(), 0);
}

#[tokio::test]
async fn an_authorization_is_made_where_the_order_wants_one() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper_of(&json!({"kind": "authorization"})).await;
    let made = shopper.paid(SUCCEEDS).await;
    let read = good(shopper.get(&format!("/authorizations/{}", id(&made))).await, 200).await;
    assert_eq!(read, made);
    let payment = good(shopper.get("").await, 200).await;
    assert_eq!(payment["status"], "Authorized");
    assert_eq!(payment["related_resources"]["charges"], json!([]));
    assert_eq!(payment["related_resources"]["authorizations"][0]["id"], made["id"]);
}

#[tokio::test]
async fn replies_hold_the_listed_fields_and_no_others() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    shopper.paid(SUCCEEDS).await;
    let payment = good(shopper.get("").await, 200).await;
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut found = names(&payment);
    found.sort_unstable();
    assert_eq!(found, ["amount", "currency", "id", "order", "related_resources", "status"]);
    let mut found = names(&payment["related_resources"]["charges"][0]);
    found.sort_unstable();
    assert_eq!(found, ["amount", "currency", "id", "payment_method", "reconciliation_id", "result"]);
    assert_eq!(payment["order"], json!({"id": shopper.order["order_id"]}));
}

#[tokio::test]
async fn the_shoppers_address_is_told_as_far_as_it_can_be_believed() {
    for (trusted, expected) in [(vec![], "127.0.0.1"), (vec!["127.0.0.0/8"], "198.51.100.7")] {
        let set_up = |config: &mut merchant::Config| {
            config.trusted_proxies = trusted.iter().map(|text: &&str| text.parse().unwrap()).collect();
        };
        let shop = Arc::new(Shop::open_with(set_up).await);
        let shopper = shop.shopper().await;
        let key = Uuid::new_v4();
        let request =
            shopper.request(Method::POST, &shopper.path("/charges")).header("idempotency-key", key.to_string());
        let request = request.header("x-forwarded-for", "198.51.100.7").json(&shopper.body(SUCCEEDS, key).await);
        assert_eq!(request.send().await.unwrap().status(), 201);
        assert_eq!(shopper.transactions().await[0]["ip_address"], expected);
    }
}
