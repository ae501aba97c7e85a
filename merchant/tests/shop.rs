//! The demo shop: orders, its pages, and the way back to them.

mod common;

use common::{FAILS, SUCCEEDS, Shop, Shopper, THREE_D_SECURE, good, lost_and_not_found, problem};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

async fn order(shopper: &Shopper, wanted: Value) -> Response {
    shopper.request(Method::POST, "/shop/orders").json(&wanted).send().await.expect("a reply")
}

#[tokio::test]
async fn a_session_has_one_open_order() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let wanted = &shopper.order;
    assert_eq!(
        (&wanted["amount"], &wanted["currency"], &wanted["kind"]),
        (&json!(4097), &json!("USD"), &json!("charge"))
    );
    assert_eq!(wanted["items"], json!([{"id": "mug", "name": "Mug", "quantity": 1, "unit_price": 4097}]));
    let (one, two) = tokio::join!(order(&shopper, json!({})), order(&shopper, json!({"kind": "charge"})));
    assert!(!one.headers().contains_key("set-cookie"));
    assert_eq!(&good(one, 200).await, wanted);
    assert_eq!(&good(two, 200).await, wanted);
    assert_eq!(shop.entries("request", "POST", "/payments").await.len(), 1);
    let payment = shop.at_paymentsos(&format!("/payments/{}", shopper.payment)).await;
    assert_eq!(payment["order"]["id"], wanted["order_id"]);
}

#[tokio::test]
async fn another_kind_makes_another_order_unless_this_one_is_being_paid() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let other = good(order(&shopper, json!({"kind": "authorization"})).await, 200).await;
    assert_eq!(other["kind"], "authorization");
    assert_ne!(other["payment_id"], shopper.order["payment_id"]);
    let shopper = shop.shopper().await;
    shopper.paid(FAILS).await;
    assert_eq!(good(order(&shopper, json!({})).await, 200).await, shopper.order);
    shopper.paid(THREE_D_SECURE).await;
    assert_eq!(good(order(&shopper, json!({"kind": "authorization"})).await, 200).await, shopper.order);
    assert_ne!(good(order(&shopper, json!({"new": true})).await, 200).await["order_id"], shopper.order["order_id"]);
}

#[tokio::test]
async fn one_of_which_it_is_not_known_whether_it_is_paid_is_gone_on_with() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    shop.faults(&lost_and_not_found(true)).await;
    assert_eq!(problem(shopper.pay(SUCCEEDS, Uuid::new_v4()).await, 502).await, "paymentsos-unavailable");
    for wanted in [json!({"item": "teapot"}), json!({"kind": "authorization"})] {
        assert_eq!(good(order(&shopper, wanted).await, 200).await, shopper.order);
    }
}

#[tokio::test]
async fn a_paid_order_is_closed_and_can_be_looked_at() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    shopper.paid(SUCCEEDS).await;
    let next = good(order(&shopper, json!({"item": "teapot"})).await, 200).await;
    assert_ne!(next["order_id"], shopper.order["order_id"]);
    assert_eq!((&next["amount"], &next["currency"]), (&json!(8900), &json!("EUR")));
    let path = format!("/shop/orders/{}", shopper.order["order_id"].as_str().unwrap());
    let seen = shopper.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(good(seen, 200).await, shopper.order);
    assert_eq!(problem(shop.request(Method::GET, &path).send().await.unwrap(), 401).await, "no-session");
    let other = shop.shopper().await;
    assert_eq!(problem(other.request(Method::GET, &path).send().await.unwrap(), 404).await, "not-found");
}

#[tokio::test]
async fn what_the_shop_does_not_have_is_refused() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    assert_eq!(problem(order(&shopper, json!({"kind": "refund"})).await, 422).await, "kind");
    assert_eq!(problem(order(&shopper, json!({"item": "yacht"})).await, 422).await, "item");
    assert_eq!(problem(order(&shopper, json!("mug")).await, 400).await, "json");
}

#[tokio::test]
async fn what_is_no_order_does_not_become_one() {
    let shop = Shop::open().await;
    let post = async |media_type: Option<&str>, body: String| {
        let request = shop.request(Method::POST, "/shop/orders").body(body);
        let request = media_type.into_iter().fold(request, |request, name| request.header("content-type", name));
        request.send().await.expect("a reply")
    };
    let json = Some("application/json");
    for media_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
        assert_eq!(problem(post(media_type, "{}".to_owned()).await, 415).await, "media-type", "{media_type:?}");
    }
    assert_eq!(problem(post(Some("text/plain"), String::new()).await, 415).await, "media-type");
    assert_eq!(problem(post(json, format!("{{}}{}", " ".repeat(64 * 1024))).await, 413).await, "too-large");
    assert_eq!(problem(post(json, "{".to_owned()).await, 400).await, "json");
    assert_eq!(shop.entries("request", "POST", "/payments").await.len(), 0);
    // Who asks for nothing in particular gets what is usual.
    for media_type in [None, json] {
        assert_eq!(good(post(media_type, String::new()).await, 200).await["items"][0]["id"], "mug");
    }
}

#[tokio::test]
async fn a_lost_payment_is_asked_for_again_and_not_twice() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    shop.faults(&json!({"api": [{"method": "POST", "path": "/payments", "lose_reply": true, "times": 1}]})).await;
    assert_eq!(problem(order(&shopper, json!({"new": true})).await, 502).await, "paymentsos-unavailable");
    assert_eq!(order(&shopper, json!({})).await.status(), 200);
    let created = shop.entries("request", "POST", "/payments").await;
    assert_eq!(created.len(), 3);
    assert_eq!(created[1]["idempotency_key"], created[2]["idempotency_key"]);
    assert_eq!(created[1]["payment_id"], created[2]["payment_id"]);
}

#[tokio::test]
async fn the_page_is_told_where_tokens_are_made() {
    let browser_url = "http://localhost:9999";
    let shop = Shop::open_with(|config| {
        config.paymentsos_browser_url = browser_url.parse().ok();
        config.shop_secure_fields = "https://js.paymentsos.com".parse().ok();
    })
    .await;
    let config = good(shop.request(Method::GET, "/shop/config").send().await.unwrap(), 200).await;
    let public_key = sandbox::Config::default().public_key;
    assert_eq!(
        config,
        json!({
            "paymentsos_url": browser_url, "public_key": public_key, "environment": "test",
            "secure_fields": "https://js.paymentsos.com/v3/latest/secure-fields.min.js",
        })
    );
}

#[tokio::test]
async fn pages_come_with_the_strictest_policy() {
    let folder = std::env::temp_dir().join(format!("shop-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&folder).unwrap();
    for (name, text) in [("index.html", "<!doctype html>"), ("a.wasm", "\0asm"), ("a.js", "1"), ("a.css", "")] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let shop = Shop::open_with(|config| {
        config.shop_dir = Some(folder.clone());
        config.paymentsos_browser_url = "http://localhost:9999".parse().ok();
    })
    .await;
    for (path, media_type) in [
        ("/?status=Pending", "text/html"),
        ("/a.wasm", "application/wasm"),
        ("/a.js", "text/javascript"),
        ("/a.css", "text/css"),
    ] {
        let reply = shop.request(Method::GET, path).send().await.unwrap();
        assert_eq!(reply.status(), 200, "{path}");
        let header = |name: &str| reply.headers()[name].to_str().unwrap();
        assert_eq!(header("content-type"), media_type);
        assert_eq!(header("cache-control"), "no-cache");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(
            header("content-security-policy"),
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
             connect-src 'self' http://localhost:9999; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'; require-trusted-types-for 'script'"
        );
    }
    assert_eq!(shop.request(Method::GET, "/none").send().await.unwrap().status(), 404);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_page_that_frames_a_bank_or_has_secure_fields_is_allowed_just_that() {
    let policy = async |change: fn(&mut merchant::Config)| {
        let shop = Shop::open_with(change).await;
        let reply = shop.request(Method::GET, "/").send().await.unwrap();
        reply.headers()["content-security-policy"].to_str().unwrap().to_owned()
    };
    let framing = policy(|config| config.shop_frames = vec!["https://bank.example/".parse().unwrap()]).await;
    assert!(framing.contains("; frame-src 'self' https://bank.example; "), "{framing}");
    assert!(framing.contains("frame-ancestors 'self';") && !framing.contains("script-src 'self' 'wasm-unsafe-eval' "));
    let fields = policy(|config| config.shop_secure_fields = "https://js.paymentsos.com".parse().ok()).await;
    assert!(fields.contains("script-src 'self' 'wasm-unsafe-eval' https://js.paymentsos.com;"), "{fields}");
    assert!(fields.contains("frame-src 'self' https://js.paymentsos.com; "), "{fields}");
}

#[tokio::test]
async fn a_form_that_comes_back_becomes_an_address() {
    let shop = Shop::open().await;
    let post = |path: &str| {
        let request = shop.request(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
        request
            .header("origin", "https://issuer.example")
            .body("payment_id=p&charge_id=c&status=Pending&PaRes=x")
            .send()
    };
    let reply = post("/?order=7").await.unwrap();
    assert_eq!(reply.status(), 303);
    assert_eq!(reply.headers()["location"], "/?order=7&payment_id=p&charge_id=c&status=Pending");
    assert_eq!(
        post("//evil.example/").await.unwrap().headers()["location"],
        "/evil.example/?payment_id=p&charge_id=c&status=Pending"
    );
}
