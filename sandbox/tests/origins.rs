//! Who may set the sandbox from a browser: its own page, and no page of another origin.

mod common;

use common::{Merchant, THREE_D_SECURE, good, id};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Everything that can be set, and a body for it.
fn settings(payment: &str, charge: &Value) -> Vec<(Method, String, Value)> {
    let transaction = format!("/sandbox/payments/{payment}/transactions/{}", id(charge));
    vec![
        (Method::PUT, "/sandbox/faults".to_owned(), json!({"webhooks": {"drop": true}})),
        (Method::PUT, "/sandbox/switches".to_owned(), json!({"late_ms": 1})),
        (Method::DELETE, "/sandbox/log".to_owned(), Value::Null),
        (Method::POST, format!("{transaction}/fail"), Value::Null),
        (Method::POST, format!("/sandbox/payments/{payment}/chargeback"), Value::Null),
        (Method::POST, "/sandbox/reset".to_owned(), Value::Null),
    ]
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused_and_changes_nothing() {
    let merchant = Merchant::open().await;
    let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
    let state = async || good(merchant.bare(Method::GET, "/sandbox/state").send().await.expect("a reply"), 200).await;
    let (before, entries) = (state().await, merchant.log().await.len());
    for (method, path, body) in settings(&payment, &charge) {
        for origin in ["https://shop.example", "http://localhost:1", "null"] {
            let request = merchant.bare(method.clone(), &path).header("origin", origin).body(body.to_string());
            let refused = good(request.send().await.expect("a reply"), 403).await;
            assert_eq!(refused["category"], "sandbox_error", "{method} {path} from {origin}");
        }
    }
    assert_eq!((state().await, merchant.log().await.len()), (before, entries));
}

#[tokio::test]
async fn its_own_page_sets_it_by_whatever_address_it_was_opened() {
    let merchant = Merchant::open().await;
    let port = merchant.running.address.port();
    for origin in [format!("http://localhost:{port}"), format!("http://127.0.0.1:{port}")] {
        let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
        for (method, path, body) in settings(&payment, &charge) {
            let request = merchant.client.request(method, format!("{origin}{path}")).header("origin", &origin);
            let reply = request.body(body.to_string()).send().await.expect("a reply");
            assert!(reply.status().is_success(), "{path} from {origin}: {}", reply.status());
        }
    }
}

#[tokio::test]
async fn no_other_origin_may_read_it_either() {
    let merchant = Merchant::open().await;
    for path in ["/sandbox/state", "/sandbox/log", "/sandbox/faults"] {
        let request = merchant.bare(Method::GET, path).header("origin", "https://shop.example");
        let reply = request.send().await.expect("a reply");
        assert_eq!(reply.status(), StatusCode::OK);
        assert!(!reply.headers().contains_key("access-control-allow-origin"), "{path}: no page gets to see it");
    }
}
