//! Tokens, as a browser makes them.

mod common;

use common::{FAILS, Merchant, SUCCEEDS, good};
use reqwest::{Method, RequestBuilder};
use sandbox::Config;
use serde_json::{Value, json};

fn browser(merchant: &Merchant, method: Method) -> RequestBuilder {
    merchant
        .bare(method, "/tokens")
        .header("origin", "https://shop.example")
        .header("public-key", Config::default().public_key)
        .header("x-payments-os-env", "test")
        .header("api-version", "1.3.0")
}

fn card(number: &str) -> Value {
    json!({"token_type": "credit_card", "holder_name": "A B", "card_number": number, "expiration_date": "12-31"})
}

#[tokio::test]
async fn a_browser_of_any_origin_may_make_one() {
    let merchant = Merchant::open().await;
    let asked = "public-key,x-payments-os-env,api-version,app-id,content-type";
    let preflight = merchant
        .bare(Method::OPTIONS, "/tokens")
        .header("origin", "https://shop.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", asked)
        .send()
        .await
        .expect("a reply");
    assert!(preflight.status().is_success());
    assert_eq!(preflight.headers()["access-control-allow-origin"], "*");
    assert!(preflight.headers()["access-control-allow-methods"].to_str().expect("methods").contains("POST"));
    let allowed = preflight.headers()["access-control-allow-headers"].to_str().expect("headers").to_lowercase();
    for header in asked.split(',') {
        assert!(allowed.contains(header), "{header} in {allowed}");
    }
    assert!(merchant.log().await.is_empty(), "a preflight is no request of anybody's");

    let reply = browser(&merchant, Method::POST).json(&card(SUCCEEDS)).send().await.expect("a reply");
    assert_eq!(reply.headers()["access-control-allow-origin"], "*");
    let token = good(reply, 201).await;
    assert_eq!(token["expiration_date"], "12/2031");
    assert_eq!((&token["bin_number"], &token["last_4_digits"]), (&json!("411111"), &json!("1111")));
    assert_eq!((&token["vendor"], &token["state"]), (&json!("VISA"), &json!("created")));
    assert!(token.get("encrypted_cvv").is_none(), "no security code was sent");
}

#[tokio::test]
async fn a_browser_can_read_why_it_was_refused() {
    let merchant = Merchant::open().await;
    let request = merchant.bare(Method::POST, "/tokens").header("origin", "https://shop.example").json(&card(SUCCEEDS));
    let reply = request.send().await.expect("a reply");
    assert_eq!(reply.headers()["access-control-allow-origin"], "*");
    good(reply, 401).await;
}

#[tokio::test]
async fn only_tokens_are_open_to_other_origins() {
    let merchant = Merchant::open().await;
    let request = merchant.request(Method::GET, "/payments/p").header("origin", "https://shop.example");
    let reply = request.send().await.expect("a reply");
    assert!(!reply.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn the_same_key_with_another_card_makes_another_token() {
    let merchant = Merchant::open().await;
    let mut made = Vec::new();
    for number in [SUCCEEDS, FAILS] {
        let reply = browser(&merchant, Method::POST).header("idempotency-key", "k").json(&card(number)).send();
        made.push(good(reply.await.expect("a reply"), 201).await);
    }
    assert_ne!(made[0]["token"], made[1]["token"]);
    assert_eq!(made[1]["last_4_digits"], "4242");
}

#[tokio::test]
async fn secrets_do_not_come_back() {
    let merchant = Merchant::open().await;
    let mut body = card(SUCCEEDS);
    body["credit_card_cvv"] = "987".into();
    let reply = browser(&merchant, Method::POST).json(&body).send().await.expect("a reply");
    let token = good(reply, 201).await;
    assert!(token["encrypted_cvv"].as_str().is_some_and(|code| code.len() > 100));
    assert!(!token.to_string().contains(SUCCEEDS));
    let read = merchant.get(&format!("/tokens/{}", token["token"].as_str().expect("a token"))).await;
    assert!(read.get("encrypted_cvv").is_none() && !read.to_string().contains(SUCCEEDS));
}

#[tokio::test]
async fn a_token_is_used_once_money_was_got_with_it() {
    let merchant = Merchant::open().await;
    let (_, charge) = merchant.charge(SUCCEEDS).await;
    let token = charge["payment_method"]["token"].as_str().expect("a token");
    assert_eq!(merchant.get(&format!("/tokens/{token}")).await["state"], "used");
    let (_, charge) = merchant.charge(FAILS).await;
    let token = charge["payment_method"]["token"].as_str().expect("a token");
    assert_eq!(merchant.get(&format!("/tokens/{token}")).await["state"], "created");
}

#[tokio::test]
async fn cards_must_look_like_cards() {
    let merchant = Merchant::open().await;
    for (field, value) in [
        ("holder_name", Value::Null),
        ("token_type", json!("cheque")),
        ("card_number", json!("123456789")),
        ("card_number", json!("4111 1111 1111 1111")),
        ("expiration_date", json!("31/12/2031")),
    ] {
        let mut body = card(SUCCEEDS);
        body[field] = value;
        let reply = browser(&merchant, Method::POST).json(&body).send().await.expect("a reply");
        let error = good(reply, 400).await;
        assert!(error["more_info"].as_str().is_some_and(|info| info.contains(field)), "{error}");
    }
}
