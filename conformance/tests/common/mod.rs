//! Backends to be checked, and what stands between them and those who call.

// Each story is its own crate and uses a part of this.
#![allow(dead_code)]

pub(crate) mod proxy;
pub(crate) mod tls;

use conformance::{Options, Report, Verdict, run};
use merchant::Config;
use sandbox::Switches;
use url::Url;

/// A local PaymentsOS that is not slower than it must be.
pub(crate) async fn sandbox() -> sandbox::Running {
    let switches =
        Switches { pending_ms: 200, late_ms: 200, webhook_ms: 0, webhook_retry_ms: 20, ..Switches::default() };
    let listen = ([127, 0, 0, 1], 0).into();
    sandbox::start(sandbox::Config { listen, switches, ..Default::default() }).await.expect("a sandbox")
}

pub(crate) fn address(of: std::net::SocketAddr) -> Url {
    format!("http://localhost:{}", of.port()).parse().expect("an address")
}

/// The reference's configuration, in front of that PaymentsOS.
pub(crate) fn config(paymentsos: Url) -> Config {
    let keys = sandbox::Config::default();
    Config::in_memory(paymentsos, &keys.app_id, &keys.private_key, &keys.public_key)
}

/// Who makes orders in one session.
pub(crate) struct Shopper {
    orders: Url,
    client: reqwest::Client,
    pub(crate) cookie: String,
}

impl Shopper {
    pub(crate) async fn at(backend: Url) -> Shopper {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut shopper =
            Shopper { orders: backend.join("/shop/orders").expect("an address"), client, cookie: String::new() };
        let reply = shopper.post("charge").await;
        let cookie = reply.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok());
        shopper.cookie = cookie.and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned();
        shopper
    }

    async fn post(&self, kind: &str) -> reqwest::Response {
        let request = self.client.post(self.orders.clone()).header("cookie", &self.cookie);
        request.json(&serde_json::json!({"new": true, "kind": kind})).send().await.expect("a reply")
    }

    /// A payment that is not paid.
    pub(crate) async fn order(&self, kind: &str) -> String {
        let order: serde_json::Value = self.post(kind).await.json().await.expect("JSON");
        order["payment_id"].as_str().expect("a payment").to_owned()
    }
}

/// What came of all checks, or of those of the names.
pub(crate) async fn checked(backend: Url, sandbox: &sandbox::Running, only: &[&str]) -> Report {
    let mut options = Options::new(backend, address(sandbox.address));
    options.only = only.iter().map(|name| (*name).to_owned()).collect();
    options.secrets = vec![sandbox::Config::default().private_key];
    run(&options).await.expect("a backend that can be checked")
}

/// That each check was run, and its rule kept; but those of the names, which need not be run.
pub(crate) fn assert_kept(report: &Report, but: &[&str]) {
    print!("{report}");
    assert!(!report.outcomes.is_empty());
    for outcome in &report.outcomes {
        let is_right = match &outcome.verdict {
            Verdict::Kept => true,
            Verdict::NotRun(_) | Verdict::NotNeeded(_) => but.contains(&outcome.name),
            Verdict::Broken(_) => false,
        };
        assert!(is_right, "{}: {:?}", outcome.name, outcome.verdict);
    }
}
