//! A shop, its backend and its PaymentsOS, on ports of their own.

use crate::browser::Browser;
use crate::chromedriver::Chromedriver;
use serde_json::Value;
use std::path::PathBuf;
use url::Url;

const APP_ID: &str = "com.example.journeys";
const PRIVATE_KEY: &str = "3f1c9c5e-0000-4000-8000-00000000000a";
const PUBLIC_KEY: &str = "3f1c9c5e-0000-4000-8000-00000000000b";

/// One journey's surroundings. They end with it.
pub struct World {
    pub(crate) client: reqwest::Client,
    pub(crate) chromedriver: Chromedriver,
    pub(crate) sandbox: sandbox::Running,
    /// The merchant backend, which also serves the shop.
    pub merchant: merchant::Running,
}

impl World {
    /// Starts everything. Late outcomes come after a second, so that a journey need not wait for them long.
    pub async fn start() -> World {
        let sandbox = sandbox::start(sandbox::Config {
            listen: ([127, 0, 0, 1], 0).into(),
            app_id: APP_ID.into(),
            private_key: PRIVATE_KEY.into(),
            public_key: PUBLIC_KEY.into(),
            switches: sandbox::Switches { pending_ms: 1_500, late_ms: 1_500, ..sandbox::Switches::default() },
            ..sandbox::Config::default()
        })
        .await
        .expect("the sandbox starts");
        let paymentsos = Url::parse(&sandbox.public_url).expect("the sandbox has an address");
        let merchant = merchant::start(merchant::Config {
            shop_dir: Some(dist()),
            ..merchant::Config::in_memory(paymentsos, APP_ID, PRIVATE_KEY, PUBLIC_KEY)
        })
        .await
        .expect("the merchant backend starts");
        sandbox.set_webhook_url(Some(format!("http://{}/webhooks/paymentsos", merchant.address)));
        World { client: reqwest::Client::new(), chromedriver: Chromedriver::start().await, sandbox, merchant }
    }

    /// A browser with a fresh profile.
    pub async fn browser(&self) -> Browser {
        Browser::open(self).await
    }

    /// The shop's address.
    pub fn shop(&self) -> String {
        format!("http://localhost:{}/", self.merchant.address.port())
    }

    /// Sets what goes wrong at PaymentsOS.
    pub async fn faults(&self, faults: Value) {
        let reply = self.client.put(self.at_sandbox("/sandbox/faults")).json(&faults).send().await;
        let reply = reply.expect("the sandbox answers");
        assert!(reply.status().is_success(), "{}", reply.text().await.unwrap_or_default());
    }

    pub(crate) fn at_sandbox(&self, path: &str) -> String {
        format!("http://{}{path}", self.sandbox.address)
    }

    pub(crate) fn as_merchant(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request
            .header("app-id", APP_ID)
            .header("private-key", PRIVATE_KEY)
            .header("api-version", "1.3.0")
            .header("x-payments-os-env", "test")
    }
}

fn dist() -> PathBuf {
    let dist = std::env::var_os("JOURNEYS_DIST").map(PathBuf::from);
    dist.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../dist")))
}
