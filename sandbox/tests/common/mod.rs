//! A merchant and a shopper for the stories: a sandbox in this process, called over HTTP.

// Each story is its own crate and uses a part of this.
#![allow(dead_code)]

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use sandbox::{Config, Running, Switches};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub(crate) const DEADLINE: Duration = Duration::from_secs(10);

pub(crate) const SUCCEEDS: &str = "4111111111111111";
pub(crate) const FAILS: &str = "4242424242424242";
pub(crate) const PENDING_THEN_SUCCEEDS: &str = "4000000000000077";
pub(crate) const PENDING_THEN_FAILS: &str = "4000000400000008";
pub(crate) const THREE_D_SECURE: &str = "4000000000003220";
pub(crate) const COLLECTS_THEN_CHALLENGES: &str = "4000000000003238";
pub(crate) const COLLECTS_THEN_SUCCEEDS: &str = "4000000000003246";

/// Switches under which nothing takes long.
pub(crate) fn quick() -> Switches {
    Switches { pending_ms: 100, late_ms: 100, webhook_ms: 0, webhook_retry_ms: 20, ..Switches::default() }
}

pub(crate) struct Merchant {
    pub(crate) running: Running,
    pub(crate) client: Client,
}

impl Merchant {
    pub(crate) async fn open() -> Merchant {
        Merchant::open_with(quick(), None).await
    }

    pub(crate) async fn open_with(switches: Switches, webhook_url: Option<String>) -> Merchant {
        let listen = ([127, 0, 0, 1], 0).into();
        let running =
            sandbox::start(Config { listen, switches, webhook_url, ..Config::default() }).await.expect("a sandbox");
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client");
        Merchant { running, client }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address)
    }

    /// A request without any of the headers.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// A server's request.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let config = Config::default();
        self.bare(method, path)
            .header("app-id", config.app_id)
            .header("private-key", config.private_key)
            .header("x-payments-os-env", "test")
            .header("api-version", "1.3.0")
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        good(self.request(Method::GET, path).send().await.expect("a reply"), 200).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        good(self.request(Method::POST, path).json(body).send().await.expect("a reply"), 201).await
    }

    /// Posts, and expects to be refused with that status.
    pub(crate) async fn refused(&self, path: &str, body: &Value, status: u16) -> Value {
        good(self.request(Method::POST, path).json(body).send().await.expect("a reply"), status).await
    }

    /// A new payment's id.
    pub(crate) async fn payment(&self) -> String {
        self.payment_of(4097).await
    }

    pub(crate) async fn payment_of(&self, amount: u64) -> String {
        let body = json!({"amount": amount, "currency": "USD", "order": {"id": "order-17"}});
        id(&self.post("/payments", &body).await)
    }

    /// A new token for the card.
    pub(crate) async fn token(&self, card: &str) -> String {
        let body = json!({"token_type": "credit_card", "holder_name": "A B", "card_number": card, "expiration_date": "12/2031"});
        let reply = self
            .bare(Method::POST, "/tokens")
            .header("public-key", Config::default().public_key)
            .header("x-payments-os-env", "test")
            .json(&body)
            .send()
            .await
            .expect("a reply");
        good(reply, 201).await["token"].as_str().expect("a token").to_owned()
    }

    /// The body of a create with that card.
    pub(crate) async fn with_card(&self, card: &str) -> Value {
        json!({
            "payment_method": {"type": "tokenized", "token": self.token(card).await},
            "merchant_site_url": "https://shop.example/return?cart=7#top",
            "reconciliation_id": "attempt-1",
        })
    }

    /// A charge of a new payment with that card: its payment's id and itself.
    pub(crate) async fn charge(&self, card: &str) -> (String, Value) {
        let payment = self.payment().await;
        let body = self.with_card(card).await;
        let charge = self.post(&format!("/payments/{payment}/charges"), &body).await;
        (payment, charge)
    }

    /// The transaction at `path`, once its status is that.
    pub(crate) async fn until(&self, path: &str, status: &str) -> Value {
        until(async || Some(self.get(path).await).filter(|found| found["result"]["status"] == status)).await
    }

    pub(crate) async fn payment_status(&self, payment: &str) -> Value {
        self.get(&format!("/payments/{payment}")).await["status"].clone()
    }

    /// Presses a button on the page of a redirection: the reply.
    pub(crate) async fn press(&self, transaction: &Value, outcome: &str) -> Response {
        let url = page(transaction);
        self.client.post(url).body(format!("outcome={outcome}")).send().await.expect("a reply")
    }

    pub(crate) async fn set(&self, path: &str, value: &Value) -> Response {
        self.client.put(self.url(path)).body(value.to_string()).send().await.expect("a reply")
    }

    pub(crate) async fn faults(&self, faults: &Value) {
        assert_eq!(self.set("/sandbox/faults", faults).await.status(), 200);
    }

    pub(crate) async fn log(&self) -> Vec<Value> {
        let reply = self.client.get(self.url("/sandbox/log")).send().await.expect("a reply");
        reply.json().await.expect("a log")
    }
}

/// The body of a reply that must have that status.
pub(crate) async fn good(reply: Response, status: u16) -> Value {
    let (found, text) = (reply.status(), reply.text().await.expect("a body"));
    assert_eq!(found, status, "{text}");
    serde_json::from_str(&text).expect("JSON")
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

pub(crate) fn id(resource: &Value) -> String {
    resource["id"].as_str().expect("an id").to_owned()
}

/// The address of the page that a transaction redirects to.
pub(crate) fn page(transaction: &Value) -> &str {
    transaction["redirection"]["url"].as_str().expect("a redirection")
}

/// Where a reply redirects to.
pub(crate) fn location(reply: &Response) -> &str {
    assert_eq!(reply.status(), 303);
    location_of(reply)
}

/// The same, whatever kind of redirection it is.
pub(crate) fn location_of(reply: &Response) -> &str {
    reply.headers()[LOCATION].to_str().expect("an address")
}
