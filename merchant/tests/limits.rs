//! How much one address may ask, and what the shop's pages may do.

mod common;

use common::{SUCCEEDS, Shop, good, problem};
use merchant::{Config, Rate};
use reqwest::{Method, Response};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

fn posts(at_once: u32) -> impl FnOnce(&mut Config) {
    move |config| {
        config.rate_of_posts = Some(Rate { at_once, per_second: 1 });
        config.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
    }
}

#[tokio::test]
async fn who_asks_too_much_is_told_when_to_come_back() {
    let shop = Arc::new(Shop::open_with(posts(3)).await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let body = shopper.body(SUCCEEDS, key).await;
    let path = shopper.path("/charges");
    let post = |address: &str| {
        let request = shopper.request(Method::POST, &path).header("x-forwarded-for", address);
        request.header("idempotency-key", key.to_string()).json(&body).send()
    };
    for _ in 0..3 {
        assert_eq!(post("192.0.2.1").await.expect("a reply").status(), 201);
    }
    let refused = post("192.0.2.1").await.expect("a reply");
    let seconds = refused.headers()["retry-after"].to_str().expect("text").parse().expect("a number");
    assert_eq!(problem(refused, 429).await, "too-many");
    assert!((1..=2).contains(&seconds), "{seconds}");
    assert_eq!(post("192.0.2.2").await.expect("a reply").status(), 201);
    // Reading has a rate of its own: nobody is kept from the truth.
    assert_eq!(good(shopper.get("").await, 200).await["status"], "Captured");
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    assert_eq!(post("192.0.2.1").await.expect("a reply").status(), 201);
    assert_eq!(shopper.creates().await.len(), 1);
}

#[tokio::test]
async fn an_address_that_nobody_vouches_for_does_not_count() {
    let shop = Shop::open_with(|config| config.rate_of_posts = Some(Rate { at_once: 2, per_second: 1 })).await;
    let mut statuses = Vec::new();
    for forged in 1..5 {
        let request = shop.request(Method::POST, "/shop/orders").header("x-forwarded-for", format!("192.0.2.{forged}"));
        statuses.push(request.send().await.expect("a reply").status().as_u16());
    }
    assert_eq!(statuses[..2], [200, 200]);
    assert!(statuses[2..].contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn nobody_guesses_a_key_of_the_shops_systems() {
    let shop = Shop::open_with(posts(2)).await;
    let post = |address: &str| {
        let request = shop.request(Method::POST, "/systems/payments/p/captures").header("x-forwarded-for", address);
        request.bearer_auth(Uuid::new_v4()).json(&json!({})).send()
    };
    for _ in 0..2 {
        assert_eq!(problem(post("192.0.2.1").await.expect("a reply"), 401).await, "no-system-key");
    }
    let refused = post("192.0.2.1").await.expect("a reply");
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(problem(refused, 429).await, "too-many");
    assert_eq!(problem(post("192.0.2.2").await.expect("a reply"), 401).await, "no-system-key");
}

#[tokio::test]
async fn shoppers_behind_a_proxy_that_names_their_ports_are_told_apart() {
    let shop = Shop::open_with(posts(1)).await;
    let post = |forwarded: &str| {
        let request = shop.request(Method::POST, "/systems/payments/p/voids").header("x-forwarded-for", forwarded);
        request.json(&json!({})).send()
    };
    for forwarded in ["192.0.2.1:5678", "192.0.2.2:5678", "[2001:db8::1]:443", "[2001:db8:0:100::1]"] {
        assert_eq!(post(forwarded).await.expect("a reply").status(), 401, "{forwarded}");
    }
    assert_eq!(post("192.0.2.1:5679").await.expect("a reply").status(), 429);
    assert_eq!(post("[2001:db8:0:ff::2]:80").await.expect("a reply").status(), 429);
}

#[tokio::test]
async fn a_webhook_is_never_too_many() {
    let shop = Shop::open_with(posts(1)).await;
    for _ in 0..5 {
        let reply = shop.request(Method::POST, "/webhooks/paymentsos").json(&json!({})).send().await.expect("a reply");
        assert_eq!(problem(reply, 400).await, "webhook");
    }
}

#[tokio::test]
async fn every_reply_is_what_it_says_it_is_and_nobody_frames_it() {
    let shop = Shop::open_with(|config| {
        config.shop_origins = vec!["https://other.example".parse().expect("an address")];
        config.metrics_listen = Some(([127, 0, 0, 1], 0).into());
    })
    .await;
    let check = |what: &str, reply: Response| {
        let header = |name: &str| reply.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
        assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
        let policy = header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{what}: {policy}"
        );
    };
    for path in
        ["/", "/none", "/api/none", "/shop/config", "/systems/payments/p/voids", "/openapi.json", "/healthz", "/readyz"]
    {
        check(path, shop.request(Method::GET, path).send().await.expect("a reply"));
    }
    let preflight = shop.request(Method::OPTIONS, "/api/payments/p/charges").header("origin", "https://other.example");
    let preflight = preflight.header("access-control-request-method", "POST").send().await.expect("a reply");
    assert_eq!(preflight.headers()["access-control-allow-origin"], "https://other.example");
    check("a preflight", preflight);
    let metrics = format!("http://{}/metrics", shop.merchant.metrics_address.expect("an address"));
    check("/metrics", shop.client.get(metrics).send().await.expect("a reply"));
}

#[tokio::test]
async fn pages_may_do_what_a_checkout_needs() {
    let shop = Shop::open_with(|config| config.public_url = "https://shop.example".parse().ok()).await;
    let headers = shop.request(Method::GET, "/").send().await.expect("a reply").headers().clone();
    let text = |name: &str| headers[name].to_str().expect("text").to_owned();
    assert!(text("content-security-policy").starts_with("default-src 'none'"));
    assert!(text("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(text("x-content-type-options"), "nosniff");
    assert_eq!(text("referrer-policy"), "same-origin");
    assert!(text("permissions-policy").contains("geolocation=()"));
    assert!(text("strict-transport-security").contains("max-age="));
    let shop = Shop::open().await;
    let headers = shop.request(Method::GET, "/").send().await.expect("a reply").headers().clone();
    assert!(!headers.contains_key("strict-transport-security"));
}
