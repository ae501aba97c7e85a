//! A shop, its backend and its PaymentsOS, on ports of their own.

use crate::browser::Browser;
use crate::built;
use crate::engine::Engine;
use crate::habits::Habit;
use crate::proxy::Proxy;
use serde_json::Value;
use std::path::{Path, PathBuf};
use url::Url;

const APP_ID: &str = "com.example.journeys";
const PRIVATE_KEY: &str = "3f1c9c5e-0000-4000-8000-00000000000a";
const PUBLIC_KEY: &str = "3f1c9c5e-0000-4000-8000-00000000000b";

/// One journey's surroundings. They end with it.
pub struct World {
    pub(crate) client: reqwest::Client,
    engine: Engine,
    pub(crate) sandbox: sandbox::Running,
    /// The merchant backend, which also serves the shop.
    pub merchant: merchant::Running,
    /// What lies between it and the browsers.
    pub proxy: Proxy,
    paymentsos: Url,
    records: Option<PathBuf>,
    /// Whether its pages may show PaymentsOS's in frames.
    frames: bool,
}

impl World {
    /// Starts everything. Late outcomes come after a second, so that a journey need not wait for them long.
    pub async fn start() -> World {
        World::with(|_| {}).await
    }

    /// As [`start`](World::start), with other switches at PaymentsOS.
    pub async fn with(switch: impl FnOnce(&mut sandbox::Switches)) -> World {
        World::made_with(switch, |_, _| {}).await
    }

    /// As [`start`](World::start), with a backend that is set up otherwise: `set_up` gets the shop's port and its configuration.
    async fn set_up(set_up: impl FnOnce(u16, &mut merchant::Config)) -> World {
        World::made_with(|_| {}, set_up).await
    }

    async fn made_with(
        switch: impl FnOnce(&mut sandbox::Switches),
        set_up: impl FnOnce(u16, &mut merchant::Config),
    ) -> World {
        let mut switches = sandbox::Switches { pending_ms: 1_500, late_ms: 1_500, ..sandbox::Switches::default() };
        switch(&mut switches);
        let sandbox = sandbox::start(sandbox::Config {
            listen: ([127, 0, 0, 1], 0).into(),
            app_id: APP_ID.into(),
            private_key: PRIVATE_KEY.into(),
            public_key: PUBLIC_KEY.into(),
            switches,
            ..sandbox::Config::default()
        })
        .await
        .expect("the sandbox starts");
        let paymentsos = Url::parse(&sandbox.public_url).expect("the sandbox has an address");
        let proxy = Proxy::start().await;
        let port = proxy.address.port();
        let merchant = backend(&proxy, &paymentsos, |config| set_up(port, config)).await;
        let world = World {
            // A connection kept from before PaymentsOS began anew would lead nowhere.
            client: reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("a client"),
            engine: Engine::chosen(),
            sandbox,
            merchant,
            proxy,
            paymentsos,
            records: None,
            frames: false,
        };
        world.is_told_by_webhooks();
        world
    }

    /// As [`start`](World::start), with records that outlive the backend.
    pub async fn that_remembers() -> World {
        World::remembering(false).await
    }

    /// As [`that_remembers`](World::that_remembers), with pages that may show PaymentsOS's in frames.
    pub async fn that_remembers_and_frames() -> World {
        World::remembering(true).await
    }

    async fn remembering(frames: bool) -> World {
        let mut records = None;
        let mut world = World::set_up(|port, config| {
            let file = std::env::temp_dir().join(format!("journeys-{}-{port}.db", std::process::id()));
            keep(config, records.insert(file));
            if frames {
                frame_paymentsos(config);
            }
        })
        .await;
        (world.records, world.frames) = (records, frames);
        world
    }

    /// As [`start`](World::start), with the pages of another folder than the demo shop's.
    pub async fn serving(pages: &Path) -> World {
        World::set_up(|_, config| config.shop_dir = Some(pages.to_owned())).await
    }

    /// As [`start`](World::start), with pages that may show PaymentsOS's in frames, and have PayU's Secure Fields.
    pub async fn that_frames() -> World {
        World::set_up(|_, config| {
            frame_paymentsos(config);
            config.shop_secure_fields = Some(config.paymentsos_url.clone());
        })
        .await
    }

    /// As [`start`](World::start), with pages that those of another origin may show in a frame.
    pub async fn framed_by(origin: &str) -> World {
        let origin = Url::parse(origin).expect("an origin");
        World::set_up(|_, config| config.shop_framed_by = vec![origin]).await
    }

    /// The backend ends, and another begins with its records.
    pub async fn restarts_the_backend(&mut self) {
        let records = self.records.as_ref().expect("a world that remembers");
        let next = backend(&self.proxy, &self.paymentsos, |config| {
            keep(config, records);
            if self.frames {
                frame_paymentsos(config);
            }
        })
        .await;
        std::mem::replace(&mut self.merchant, next).stop().await;
        self.is_told_by_webhooks();
    }

    /// PaymentsOS breaks off whatever it is doing, and is there again with all that it knew.
    pub async fn restarts_paymentsos(&mut self) {
        self.sandbox.restart().await;
    }

    /// PaymentsOS has forgotten everything, as no real one does; the page must be honest all the same.
    pub async fn paymentsos_forgets(&self) {
        let reply = self.client.post(self.at_sandbox("/sandbox/reset")).send().await.expect("the sandbox answers");
        assert!(reply.status().is_success());
    }

    fn is_told_by_webhooks(&self) {
        self.sandbox.set_webhook_url(Some(format!("http://{}/webhooks/paymentsos", self.merchant.address)));
    }

    /// The same, seen with another engine from now on.
    pub fn seen_with(mut self, engine: Engine) -> World {
        self.engine = engine;
        self
    }

    /// What it is seen with.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// A browser with a fresh profile.
    pub async fn browser(&self) -> Browser {
        Browser::open(self, &[]).await
    }

    /// A browser with these habits.
    pub async fn browser_that(&self, habits: &[Habit]) -> Browser {
        Browser::open(self, habits).await
    }

    /// The shop's address.
    pub fn shop(&self) -> String {
        format!("{}/", self.proxy.origin())
    }

    /// Whether an address is one of the shop's or of PaymentsOS's.
    pub fn has_the_page(&self, address: &str) -> bool {
        address.starts_with(&self.shop()) || address.starts_with(&self.sandbox.public_url)
    }

    /// Sets what goes wrong at PaymentsOS.
    pub async fn faults(&self, faults: Value) {
        let reply = self.client.put(self.at_sandbox("/sandbox/faults")).json(&faults).send().await;
        let reply = reply.expect("the sandbox answers");
        assert!(reply.status().is_success(), "{}", reply.text().await.unwrap_or_default());
    }

    /// Sets PaymentsOS's switches.
    pub async fn switches(&self, switches: Value) {
        let reply = self.client.put(self.at_sandbox("/sandbox/switches")).json(&switches).send().await;
        let reply = reply.expect("the sandbox answers");
        assert!(reply.status().is_success(), "{}", reply.text().await.unwrap_or_default());
    }

    /// Does something to a payment as the shop's own systems would: `voids`, `refunds` …, or `chargeback` at the sandbox's own address.
    pub async fn does(&self, path: &str, body: Value) -> Value {
        let reply = self.as_merchant(self.client.post(self.at_sandbox(path))).json(&body).send().await;
        let reply = reply.expect("the sandbox answers");
        assert!(reply.status().is_success(), "{}", reply.text().await.unwrap_or_default());
        reply.json().await.unwrap_or_default()
    }

    /// An address of the sandbox.
    pub fn at_sandbox(&self, path: &str) -> String {
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

impl Drop for World {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            if let Some(records) = &self.records {
                let _ = std::fs::remove_file(format!("{}{suffix}", records.display()));
            }
        }
    }
}

fn keep(config: &mut merchant::Config, records: &Path) {
    config.database_url = format!("sqlite:{}", records.display());
}

fn frame_paymentsos(config: &mut merchant::Config) {
    config.shop_frames = vec![config.paymentsos_url.clone()];
}

/// A merchant backend that the proxy leads to from now on.
async fn backend(proxy: &Proxy, paymentsos: &Url, set_up: impl FnOnce(&mut merchant::Config)) -> merchant::Running {
    let mut config = merchant::Config {
        shop_dir: Some(built::shop()),
        public_url: Url::parse(&proxy.origin()).ok(),
        ..merchant::Config::in_memory(paymentsos.clone(), APP_ID, PRIVATE_KEY, PUBLIC_KEY)
    };
    set_up(&mut config);
    let merchant = merchant::start(config).await.expect("the merchant backend starts");
    proxy.leads_to(merchant.address);
    merchant
}
