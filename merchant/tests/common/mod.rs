//! A shop for the stories: a sandbox and a merchant in this process, and shoppers who call them over HTTP.

// Each story is its own crate and uses a part of this.
#![allow(dead_code)]

pub(crate) mod chance;
pub(crate) mod process;
pub(crate) mod records;
pub(crate) mod scripted;
pub(crate) mod system;
pub(crate) mod wire;

use merchant::{Config, Running};
use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use sandbox::Switches;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

pub(crate) const DEADLINE: Duration = Duration::from_secs(15);

pub(crate) const SUCCEEDS: &str = "4111111111111111";
pub(crate) const FAILS: &str = "4242424242424242";
pub(crate) const PENDING_THEN_SUCCEEDS: &str = "4000000000000077";
pub(crate) const THREE_D_SECURE: &str = "4000000000003220";
pub(crate) const COLLECTS_THEN_CHALLENGES: &str = "4000000000003238";
pub(crate) const COLLECTS_THEN_SUCCEEDS: &str = "4000000000003246";

/// A sandbox, and a merchant that its webhooks go to.
pub(crate) struct Shop {
    pub(crate) sandbox: sandbox::Running,
    pub(crate) merchant: Running,
    pub(crate) client: Client,
}

impl Shop {
    pub(crate) async fn open() -> Shop {
        Shop::open_with(|_| {}).await
    }

    /// A shop whose merchant is set up otherwise.
    pub(crate) async fn open_with(set_up: impl FnOnce(&mut Config)) -> Shop {
        let switches =
            Switches { pending_ms: 200, late_ms: 200, webhook_ms: 0, webhook_retry_ms: 20, ..Switches::default() };
        let listen = ([127, 0, 0, 1], 0).into();
        let sandbox =
            sandbox::start(sandbox::Config { listen, switches, ..Default::default() }).await.expect("a sandbox");
        let mut config = config(&sandbox);
        set_up(&mut config);
        let merchant = merchant::start(config).await.expect("a merchant");
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client");
        let shop = Shop { sandbox, merchant, client };
        shop.register_webhooks();
        shop
    }

    /// A shop that hears of nothing.
    pub(crate) async fn open_deaf() -> Shop {
        let shop = Shop::open().await;
        shop.sandbox.set_webhook_url(None);
        shop
    }

    pub(crate) fn register_webhooks(&self) {
        self.sandbox.set_webhook_url(Some(self.url("/webhooks/paymentsos")));
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.merchant.address)
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// A shopper with a new order.
    pub(crate) async fn shopper(self: &Arc<Self>) -> Shopper {
        self.shopper_of(&json!({})).await
    }

    pub(crate) async fn shopper_of(self: &Arc<Self>, wanted: &Value) -> Shopper {
        let reply = self.request(Method::POST, "/shop/orders").json(wanted).send().await.expect("a reply");
        let cookie =
            reply.headers()[SET_COOKIE].to_str().expect("a cookie").split(';').next().expect("a pair").to_owned();
        let order = good(reply, 200).await;
        let payment = order["payment_id"].as_str().expect("a payment").to_owned();
        Shopper { shop: Arc::clone(self), at: self.merchant.address, cookie, payment, order }
    }

    pub(crate) async fn faults(&self, faults: &Value) {
        self.set("/sandbox/faults", faults).await;
    }

    /// How often a fault of the API will still happen.
    pub(crate) async fn faults_left(&self) -> u64 {
        let url = format!("http://{}/sandbox/faults", self.sandbox.address);
        let faults = good(self.client.get(url).send().await.expect("a reply"), 200).await;
        faults["api"].as_array().expect("faults").iter().filter_map(|fault| fault["times"].as_u64()).sum()
    }

    pub(crate) async fn switches(&self, switches: &Value) {
        self.set("/sandbox/switches", switches).await;
    }

    async fn set(&self, path: &str, value: &Value) {
        let url = format!("http://{}{path}", self.sandbox.address);
        let reply = self.client.put(url).json(value).send().await.expect("a reply");
        assert_eq!(reply.status(), 200);
    }

    /// What happened at PaymentsOS.
    pub(crate) async fn log(&self) -> Vec<Value> {
        let url = format!("http://{}/sandbox/log", self.sandbox.address);
        self.client.get(url).send().await.expect("a reply").json().await.expect("a log")
    }

    /// Forgets what happened at PaymentsOS.
    pub(crate) async fn clear_log(&self) {
        let url = format!("http://{}/sandbox/log", self.sandbox.address);
        assert_eq!(self.client.delete(url).send().await.expect("a reply").status(), 204);
    }

    /// The entries of a sort: `request` or `webhook`, their method, and a part of their path.
    pub(crate) async fn entries(&self, kind: &str, method: &str, path: &str) -> Vec<Value> {
        let fits = |entry: &Value| {
            entry["kind"] == kind
                && entry["method"] == method
                && entry["path"].as_str().is_some_and(|found| found.contains(path))
        };
        self.log().await.into_iter().filter(fits).collect()
    }

    /// What PaymentsOS has of a payment, asked with the private key.
    pub(crate) async fn at_paymentsos(&self, path: &str) -> Value {
        good(self.with_keys(Method::GET, path).send().await.expect("a reply"), 200).await
    }

    /// Has somebody else who holds the private key do something at PaymentsOS.
    pub(crate) async fn do_at_paymentsos(&self, method: Method, path: &str, body: &Value) -> Value {
        let reply = self.with_keys(method, path).json(body).send().await.expect("a reply");
        assert!(reply.status().is_success(), "{}", reply.status());
        reply.json().await.expect("JSON")
    }

    fn with_keys(&self, method: Method, path: &str) -> RequestBuilder {
        let keys = sandbox::Config::default();
        self.client
            .request(method, format!("http://{}{path}", self.sandbox.address))
            .header("app-id", keys.app_id)
            .header("private-key", keys.private_key)
            .header("x-payments-os-env", "test")
            .header("api-version", "1.3.0")
    }

    pub(crate) async fn token(&self, card: &str) -> String {
        let body = json!({"token_type": "credit_card", "holder_name": "A B", "card_number": card, "expiration_date": "12/2031"});
        let request = self.client.post(format!("http://{}/tokens", self.sandbox.address));
        let request =
            request.header("public-key", sandbox::Config::default().public_key).header("x-payments-os-env", "test");
        let reply = request.header("api-version", "1.3.0").json(&body).send().await.expect("a reply");
        good(reply, 201).await["token"].as_str().expect("a token").to_owned()
    }
}

/// A merchant's configuration for that sandbox.
pub(crate) fn config(sandbox: &sandbox::Running) -> Config {
    let keys = sandbox::Config::default();
    let url = format!("http://{}", sandbox.address).parse().expect("an address");
    let mut config = Config::in_memory(url, &keys.app_id, &keys.private_key, &keys.public_key);
    if let Some(server) = records::postgres() {
        config.database_url = postgres_for_tests::database_at(&server).expect("a database");
    }
    config
}

/// A browser with a session, and its order.
#[derive(Clone)]
pub(crate) struct Shopper {
    pub(crate) shop: Arc<Shop>,
    /// The merchant that is asked.
    pub(crate) at: SocketAddr,
    pub(crate) cookie: String,
    pub(crate) payment: String,
    pub(crate) order: Value,
}

impl Shopper {
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.shop.client.request(method, format!("http://{}{path}", self.at)).header("cookie", &self.cookie)
    }

    /// The same shopper, whom a load balancer has sent to another replica.
    pub(crate) fn sent_to(&self, replica: &Running) -> Shopper {
        Shopper { at: replica.address, ..self.clone() }
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/api/payments/{}{rest}", self.payment)
    }

    /// The body of a create with that card.
    pub(crate) async fn body(&self, card: &str, attempt: Uuid) -> Value {
        json!({
            "payment_method": {"type": "tokenized", "token": self.shop.token(card).await},
            "merchant_site_url": self.shop.merchant.public_url.join("/return").expect("an address").as_str(),
            "reconciliation_id": attempt,
            "expected": {"amount": self.order["amount"], "currency": self.order["currency"]},
        })
    }

    pub(crate) async fn post(&self, attempt: Uuid, body: &Value) -> Response {
        let kind = format!("/{}s", self.order["kind"].as_str().expect("a kind"));
        let request = self.request(Method::POST, &self.path(&kind)).header("idempotency-key", attempt.to_string());
        request.json(body).send().await.expect("a reply")
    }

    /// Pays with that card.
    pub(crate) async fn pay(&self, card: &str, attempt: Uuid) -> Response {
        self.post(attempt, &self.body(card, attempt).await).await
    }

    /// Pays with that card, and is told of the transaction.
    pub(crate) async fn paid(&self, card: &str) -> Value {
        good(self.pay(card, Uuid::new_v4()).await, 201).await
    }

    pub(crate) async fn get(&self, rest: &str) -> Response {
        self.request(Method::GET, &self.path(rest)).send().await.expect("a reply")
    }

    /// The transaction, by an answer that may be held back.
    pub(crate) async fn wait(&self, transaction: &Value) -> Response {
        let path = self.path(&format!("/charges/{}", id(transaction)));
        self.request(Method::GET, &path).header("prefer", "wait=25").send().await.expect("a reply")
    }

    /// Presses a button on the page of a redirection.
    pub(crate) async fn press(&self, transaction: &Value, outcome: &str) {
        let url = transaction["redirection"]["url"].as_str().expect("a redirection");
        let reply = self.shop.client.post(url).body(format!("outcome={outcome}")).send().await.expect("a reply");
        assert_eq!(reply.status(), 303);
    }

    /// The creates that reached PaymentsOS for this payment.
    pub(crate) async fn creates(&self) -> Vec<Value> {
        self.shop.entries("request", "POST", &format!("/payments/{}/", self.payment)).await
    }

    /// The transactions that PaymentsOS has of this payment.
    pub(crate) async fn transactions(&self) -> Vec<Value> {
        let payment = self.shop.at_paymentsos(&format!("/payments/{}?expand=all", self.payment)).await;
        let list = |name: &str| payment["related_resources"][name].as_array().cloned().unwrap_or_default();
        [list("charges"), list("authorizations")].concat()
    }
}

/// Faults by which a create's reply is lost: the reading before it succeeds, the one after it does not.
pub(crate) fn lost_and_not_found(carried_out: bool) -> Value {
    json!({"api": [
        {"method": "POST", "path": "/charges", "lose_reply": true, "after": carried_out},
        {"method": "GET", "path": "/payments/", "times": 1, "latency_ms": 1},
        {"method": "GET", "path": "/payments/", "status": 503},
    ]})
}

/// The body of a reply that must have that status, and that nobody may keep.
pub(crate) async fn good(reply: Response, status: u16) -> Value {
    let (found, headers) = (reply.status(), reply.headers().clone());
    let text = reply.text().await.expect("a body");
    assert_eq!(found, status, "{text}");
    if headers.contains_key("content-security-policy") {
        assert_eq!(headers["cache-control"], "no-store");
    }
    serde_json::from_str(&text).expect("JSON")
}

/// The problem of a reply that must have that status: the end of its type.
pub(crate) async fn problem(reply: Response, status: u16) -> String {
    assert_eq!(media_type(reply.headers()), Some(&HeaderValue::from_static("application/problem+json")));
    let body = good(reply, status).await;
    assert_eq!(body["status"], status);
    for member in ["title", "detail"] {
        assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    }
    let text = body.to_string();
    assert!(!text.contains("sandbox-private-key"), "{text}");
    body["type"].as_str().and_then(|name| name.rsplit(':').next()).expect("a type").to_owned()
}

fn media_type(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers.get("content-type")
}

/// Asks again until there is something, but not for ever.
pub(crate) async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < end, "it did not come in time");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub(crate) fn id(resource: &Value) -> &str {
    resource["id"].as_str().expect("an id")
}
