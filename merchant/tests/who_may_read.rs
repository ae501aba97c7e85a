//! Knowing both ids shows the status; anything more needs the session that the order was made in.

mod common;

use common::{SUCCEEDS, Shop, good, id, problem};
use reqwest::Method;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

#[tokio::test]
async fn a_stranger_who_knows_both_ids_sees_the_status() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let charge = shopper.paid(SUCCEEDS).await;
    let path = shopper.path(&format!("/charges/{}", id(&charge)));
    let limited = json!({"id": charge["id"], "result": {"status": "Succeed"}, "amount": 4097, "currency": "USD"});
    let stranger = shop.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(good(stranger, 200).await, limited);
    let other = shop.shopper().await;
    assert_eq!(good(other.request(Method::GET, &path).send().await.unwrap(), 200).await, limited);
    let own = good(shopper.request(Method::GET, &path).send().await.unwrap(), 200).await;
    assert_eq!(own["payment_method"], json!({"vendor": "VISA", "last_4_digits": "1111"}));
    assert!(own["reconciliation_id"].is_string());
}

#[tokio::test]
async fn more_needs_the_session() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let stranger = shop.request(Method::GET, &shopper.path("")).send().await.unwrap();
    assert_eq!(problem(stranger, 401).await, "no-session");
    let forged = shop.request(Method::GET, &shopper.path("")).header("cookie", "shop_session=00").send().await.unwrap();
    assert_eq!(problem(forged, 401).await, "no-session");
    let key = Uuid::new_v4();
    let body = shopper.body(SUCCEEDS, key).await;
    let post = shop.request(Method::POST, &shopper.path("/charges")).header("idempotency-key", key.to_string());
    assert_eq!(problem(post.json(&body).send().await.unwrap(), 401).await, "no-session");
    let mut other = shop.shopper().await;
    other.payment.clone_from(&shopper.payment);
    assert_eq!(problem(other.get("").await, 403).await, "another-session");
    assert_eq!(problem(other.post(key, &body).await, 403).await, "another-session");
    assert_eq!(shopper.creates().await.len(), 0);
}

#[tokio::test]
async fn what_there_is_not_is_not_found() {
    let shop = Arc::new(Shop::open().await);
    let mut shopper = shop.shopper().await;
    let charge = shopper.paid(SUCCEEDS).await;
    let unknown = Uuid::new_v4();
    assert_eq!(problem(shopper.get(&format!("/charges/{unknown}")).await, 404).await, "not-found");
    assert_eq!(problem(shopper.get(&format!("/authorizations/{}", id(&charge))).await, 404).await, "not-found");
    assert_eq!(problem(shopper.get("/refunds").await, 404).await, "not-found");
    shopper.payment = unknown.to_string();
    assert_eq!(problem(shopper.get("").await, 404).await, "not-found");
    assert_eq!(problem(shopper.get(&format!("/charges/{}", id(&charge))).await, 404).await, "not-found");
}

#[tokio::test]
async fn a_client_token_stands_for_the_session() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper_of(&json!({"client_token": true})).await;
    let token = shopper.order["client_token"].as_str().unwrap();
    let reply = shop.request(Method::GET, &shopper.path("")).bearer_auth(token).send().await.unwrap();
    assert_eq!(good(reply, 200).await["id"], json!(shopper.payment));
    // It is good for one payment, and for nothing else.
    let another = shop.shopper().await;
    let reply = shop.request(Method::GET, &another.path("")).bearer_auth(token).send().await.unwrap();
    assert_eq!(problem(reply, 401).await, "no-session");
    let reply = shop.request(Method::POST, "/shop/orders").bearer_auth(token).send().await.unwrap();
    assert_ne!(good(reply, 200).await["payment_id"], json!(shopper.payment));
    let key = Uuid::new_v4();
    let body = shopper.body(SUCCEEDS, key).await;
    let post = shop.request(Method::POST, &shopper.path("/charges")).bearer_auth(token).json(&body);
    good(post.header("idempotency-key", key.to_string()).send().await.unwrap(), 201).await;
    let as_cookie = shop.request(Method::GET, &shopper.path("")).header("cookie", format!("shop_session={token}"));
    assert_eq!(as_cookie.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn the_cookie_is_kept_from_scripts_and_other_sites() {
    let shop = Shop::open().await;
    let order = shop.request(Method::POST, "/shop/orders").send().await.unwrap();
    let cookie = order.headers()["set-cookie"].to_str().unwrap().to_owned();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    let shop = Shop::open_with(|config| config.public_url = "https://shop.example".parse().ok()).await;
    let order = shop.request(Method::POST, "/shop/orders").send().await.unwrap();
    let cookie = order.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-shop_session=") && cookie.contains("; Path=/;"), "{cookie}");
    assert!(cookie.ends_with("; Secure") && !cookie.contains("Domain"), "{cookie}");
    // One that another host of the same site has set is not taken for it.
    let own = cookie.split(';').next().unwrap().to_owned();
    let planted = own.trim_start_matches("__Host-").to_owned();
    for (shown, is_known) in [(own, true), (planted, false)] {
        let order = shop.request(Method::POST, "/shop/orders").header("cookie", &shown).send().await.unwrap();
        assert_eq!(order.headers().contains_key("set-cookie"), !is_known, "{shown}");
    }
}

#[tokio::test]
async fn posts_come_from_the_shops_own_pages() {
    let shop =
        Arc::new(Shop::open_with(|config| config.shop_origins = vec!["https://other.example".parse().unwrap()]).await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let body = shopper.body(SUCCEEDS, key).await;
    let post = |name: &str, value: &str| {
        let request =
            shopper.request(Method::POST, &shopper.path("/charges")).header("idempotency-key", key.to_string());
        request.header(name, value).json(&body).send()
    };
    assert_eq!(problem(post("origin", "https://evil.example").await.unwrap(), 403).await, "origin");
    assert_eq!(problem(post("sec-fetch-site", "cross-site").await.unwrap(), 403).await, "origin");
    let port = shop.merchant.address.port();
    assert_eq!(post("origin", &format!("http://localhost:{port}")).await.unwrap().status(), 201);
    let other = post("origin", "https://other.example").await.unwrap();
    assert_eq!(other.headers()["access-control-allow-origin"], "https://other.example");
    assert_eq!(other.headers()["access-control-allow-credentials"], "true");
    let exposed = other.headers()["access-control-expose-headers"].to_str().unwrap().to_lowercase();
    assert!(exposed.contains("preference-applied") && exposed.contains("retry-after"), "{exposed}");
    let foreign = shop.request(Method::GET, &shopper.path("")).header("origin", "https://evil.example").send().await;
    assert!(!foreign.unwrap().headers().contains_key("access-control-allow-origin"));
}
