//! Traces: what a collector gets, and what it never does.

mod common;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use common::records::Records;
use common::{SUCCEEDS, Shop, config, process, until};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::process::Command;
use uuid::Uuid;

#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<(String, Bytes)>>>);

impl Collector {
    async fn open(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let routes = Router::new().fallback(take).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        url
    }

    /// All that it got, as text: names and values stand in it as they are.
    fn text(&self) -> String {
        let got = self.0.lock().expect("no panic");
        got.iter().map(|(path, body)| format!("{path} {}\n", String::from_utf8_lossy(body))).collect()
    }
}

async fn take(State(collector): State<Collector>, uri: Uri, body: Bytes) {
    collector.0.lock().expect("no panic").push((uri.path().to_owned(), body));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_leaves_a_trace_without_what_is_nobodys_business() {
    let collector = Collector::default();
    let url = collector.open().await;
    let shop = Arc::new(Shop::open().await);
    let records = Records::new();
    let telemetry = [("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()), ("OTEL_SERVICE_NAME", "the-shop")];
    let (mut traced, address) = process::start_with(&config(&shop.sandbox), &records.url(), &telemetry).await;
    let at = address.strip_prefix("http://").and_then(|at| at.parse().ok()).expect("an address");
    let order = shop.client.post(format!("{address}/shop/orders")).send().await.expect("a reply");
    let cookie = order.headers()["set-cookie"].to_str().expect("text").split(';').next().expect("a pair").to_owned();
    let order: serde_json::Value = order.json().await.expect("JSON");
    let payment = order["payment_id"].as_str().expect("a payment").to_owned();
    let shopper = common::Shopper { shop: Arc::clone(&shop), at, cookie, payment, order };
    let key = Uuid::new_v4();
    let mut body = shopper.body(SUCCEEDS, key).await;
    body["merchant_site_url"] = format!("{}/return?secret=1", process::SHOP).into();
    let token = body["payment_method"]["token"].as_str().expect("a token").to_owned();
    assert_eq!(shopper.post(key, &body).await.status(), 201);
    // What has not been sent yet is sent when it is stopped.
    let id = traced.id().expect("a process").to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.expect("kill").success());
    assert!(traced.wait().await.expect("an end").success());
    until(async || collector.text().contains("/v1/traces").then_some(())).await;
    let text = collector.text();
    for told in [
        "the-shop",
        "POST /api/payments/{payment}/charges",
        "POST /payments/…/…",
        "http.response.status_code",
        "request_id",
    ] {
        assert!(text.contains(told), "{told} is missing in {text}");
    }
    let private_key = sandbox::Config::default().private_key;
    let session = shopper.cookie.split_once('=').expect("a pair").1;
    for secret in [private_key.as_str(), session, &token, "secret=1", "/return"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}
