//! What is refused, and in which words.

mod common;

use common::{Merchant, SUCCEEDS, good};
use reqwest::Method;
use sandbox::Config;
use serde_json::{Value, json};

fn assert_shape(error: &Value) {
    for field in ["category", "description", "more_info"] {
        assert!(error[field].is_string(), "{field} of {error}");
    }
}

#[tokio::test]
async fn callers_must_be_known_and_mean_the_test_environment() {
    let merchant = Merchant::open().await;
    let Config { app_id, private_key, .. } = Config::default();
    for headers in [
        vec![],
        vec![("app-id", app_id.as_str()), ("private-key", private_key.as_str())],
        vec![("app-id", &app_id), ("private-key", &private_key), ("x-payments-os-env", "live")],
        vec![("app-id", &app_id), ("private-key", "guess"), ("x-payments-os-env", "test")],
        vec![("private-key", &private_key), ("x-payments-os-env", "test")],
    ] {
        let request = merchant.bare(Method::GET, "/payments/p");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let error = good(request.send().await.expect("a reply"), 401).await;
        assert_shape(&error);
        assert_eq!(error["category"], "api_authentication_error", "{headers:?}");
    }
}

#[tokio::test]
async fn headers_may_be_spelled_with_underscores_and_the_version_left_out() {
    let merchant = Merchant::open().await;
    let Config { app_id, private_key, .. } = Config::default();
    let request = || {
        merchant
            .bare(Method::POST, "/payments")
            .header("app_id", &app_id)
            .header("private_key", &private_key)
            .header("x-payments-os-env", "test")
            .header("idempotency_key", "k")
            .json(&json!({"amount": 5, "currency": "USD"}))
            .send()
    };
    let first = good(request().await.expect("a reply"), 201).await;
    assert_eq!(good(request().await.expect("a reply"), 201).await, first);
}

#[tokio::test]
async fn an_unknown_version_is_refused() {
    let merchant = Merchant::open().await;
    let Config { app_id, private_key, .. } = Config::default();
    let request = merchant
        .bare(Method::GET, "/payments/p")
        .header("app-id", app_id)
        .header("private-key", private_key)
        .header("x-payments-os-env", "test")
        .header("api-version", "9.9.9");
    assert_shape(&good(request.send().await.expect("a reply"), 400).await);
}

#[tokio::test]
async fn every_reply_has_a_request_id() {
    let merchant = Merchant::open().await;
    let payment = merchant.payment().await;
    let mut seen = Vec::new();
    for path in [format!("/payments/{payment}"), "/payments/none".into(), "/nowhere".into()] {
        let reply = merchant.request(Method::GET, &path).send().await.expect("a reply");
        seen.push(reply.headers()["x-zooz-request-id"].clone());
    }
    seen.dedup();
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn what_is_not_there_is_said_in_paymentsos_words() {
    let merchant = Merchant::open().await;
    let payment = merchant.payment().await;
    for (path, more_info) in [
        ("/payments/none".to_owned(), "Payment resource does not exists"),
        ("/payments/none/charges".to_owned(), "Payment resource does not exists"),
        (format!("/payments/{payment}/charges/none"), "charges resource does not exits"),
        (format!("/payments/{payment}/authorizations/none"), "authorizations resource does not exits"),
        (format!("/payments/{payment}/redirections/none"), "redirections resource does not exits"),
        ("/tokens/none".to_owned(), "Not Found, Payment method token was not found"),
        ("/customers".to_owned(), ""),
    ] {
        let error = good(merchant.request(Method::GET, &path).send().await.expect("a reply"), 404).await;
        let expected = json!({"category": "api_request_error", "description": "The resource was not found.", "more_info": more_info});
        assert_eq!(error, expected, "{path}");
    }
    merchant.refused("/payments/none/charges", &json!({}), 404).await;
    let gone = json!({"payment_method": {"type": "tokenized", "token": "none"}});
    merchant.refused(&format!("/payments/{payment}/charges"), &gone, 404).await;
}

#[tokio::test]
async fn another_method_is_not_allowed() {
    let merchant = Merchant::open().await;
    for path in ["/payments", "/tokens"] {
        let reply = merchant.request(Method::DELETE, path).send().await.expect("a reply");
        assert_shape(&good(reply, 405).await);
    }
}

#[tokio::test]
async fn bodies_must_make_sense() {
    let merchant = Merchant::open().await;
    for body in [
        json!({}),
        json!([]),
        json!({"amount": 0, "currency": "USD"}),
        json!({"amount": -5, "currency": "USD"}),
        json!({"amount": 4.5, "currency": "USD"}),
        json!({"amount": "5", "currency": "USD"}),
        json!({"amount": 5}),
        json!({"amount": 5, "currency": "usd"}),
        json!({"amount": 5, "currency": 840}),
    ] {
        assert_shape(&merchant.refused("/payments", &body, 400).await);
    }
    let reply = merchant.request(Method::POST, "/payments").body("{").send().await.expect("a reply");
    assert_shape(&good(reply, 400).await);

    let charges = format!("/payments/{}/charges", merchant.payment().await);
    let mut numbered = merchant.with_card(SUCCEEDS).await;
    numbered["reconciliation_id"] = json!(17);
    for body in [
        json!({}),
        json!({"payment_method": "card"}),
        json!({"payment_method": {"type": "tokenized"}}),
        json!({"payment_method": {"type": "cash"}}),
        json!({"payment_method": {"type": "untokenized"}}),
        json!({"payment_method": {"type": "untokenized", "source_type": "cash", "additional_details": {"untokenized_result_status": "maybe"}}}),
        numbered,
    ] {
        assert_shape(&merchant.refused(&charges, &body, 400).await);
    }
    assert_eq!(merchant.get(&charges).await, json!([]));
}
