//! The backend as a process that is killed in the middle of a payment: its successor settles what was under way.

#![cfg(unix)]
// The helpers unwrap as the tests do.
#![allow(clippy::unwrap_used)]

mod common;

use common::process::{SHOP, start};
use common::records::Records;
use common::wire::{Cut, Wire};
use common::{DEADLINE, SUCCEEDS, THREE_D_SECURE, config, good, id, problem, until};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use uuid::Uuid;

/// The merchant's process, a wire, and a sandbox.
struct House {
    sandbox: sandbox::Running,
    wire: Wire,
    settings: merchant::Config,
    records: Records,
    process: Child,
    address: String,
    client: Client,
    cookie: String,
    payment: String,
}

impl House {
    /// With an order of a mug.
    async fn open() -> House {
        let listen = ([127, 0, 0, 1], 0).into();
        let sandbox = sandbox::Config { listen, ..Default::default() };
        let sandbox = sandbox::start(sandbox).await.expect("a sandbox");
        let mut settings = config(&sandbox);
        let wire = Wire::between(&mut settings);
        let records = Records::new();
        let (process, address) = start(&settings, &records.url()).await;
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client");
        let reply = client.post(format!("{address}/shop/orders")).send().await.expect("a reply");
        let cookie = reply.headers()["set-cookie"].to_str().unwrap().to_owned();
        let payment = good(reply, 200).await["payment_id"].as_str().unwrap().to_owned();
        House { sandbox, wire, settings, records, process, address, client, cookie, payment }
    }

    /// Ends the process by that signal, and starts another with its records.
    async fn restart(&mut self, signal: &str) {
        let process = self.process.id().expect("a process that runs").to_string();
        let sent = Command::new("kill").args([signal, &process]).status().await.expect("a signal");
        assert!(sent.success());
        timeout(DEADLINE, self.process.wait()).await.expect("an end").unwrap();
        (self.process, self.address) = start(&self.settings, &self.records.url()).await;
    }

    fn request(&self, method: Method, rest: &str) -> RequestBuilder {
        let url = format!("{}/api/payments/{}{rest}", self.address, self.payment);
        self.client.request(method, url).header("cookie", &self.cookie)
    }

    async fn create(&self, card: &str, key: Uuid) -> RequestBuilder {
        let body = json!({
            "payment_method": {"type": "tokenized", "token": self.token(card).await},
            "merchant_site_url": SHOP, "reconciliation_id": key,
            "expected": {"amount": 4097, "currency": "USD"},
        });
        self.request(Method::POST, "/charges").header("idempotency-key", key.to_string()).json(&body)
    }

    async fn pay(&self, card: &str, key: Uuid) -> Response {
        self.create(card, key).await.send().await.expect("a reply")
    }

    async fn token(&self, card: &str) -> String {
        let body = json!({"token_type": "credit_card", "holder_name": "A B", "card_number": card, "expiration_date": "12/2031"});
        let request = self.client.post(format!("http://{}/tokens", self.sandbox.address)).json(&body);
        let request = request.header("public-key", sandbox::Config::default().public_key);
        let reply = request.header("x-payments-os-env", "test").send().await.expect("a reply");
        good(reply, 201).await["token"].as_str().unwrap().to_owned()
    }

    /// Pays until the wire is cut there, and has the process killed at that point.
    async fn killed_while_paying(&mut self, cut: Cut, key: Uuid) {
        self.wire.cut(cut);
        let paying = tokio::spawn(self.create(SUCCEEDS, key).await.send());
        until(async || self.wire.is_stuck().then_some(())).await;
        self.restart("-KILL").await;
        assert!(paying.await.unwrap().is_err());
    }

    /// What PaymentsOS has of the payment.
    async fn charges(&self) -> Vec<Value> {
        let keys = sandbox::Config::default();
        let request = self.client.get(format!("http://{}/payments/{}/charges", self.sandbox.address, self.payment));
        let request = request.header("app-id", keys.app_id).header("private-key", keys.private_key);
        let reply = request.header("x-payments-os-env", "test").send().await.expect("a reply");
        good(reply, 200).await.as_array().unwrap().clone()
    }

    /// The keys that the creates came to PaymentsOS with.
    fn keys(&self) -> Vec<String> {
        self.wire.creates().iter().map(|(headers, _)| headers["idempotency-key"].to_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn killed_before_paymentsos_heard_of_it_the_same_key_pays() {
    let mut house = House::open().await;
    let key = Uuid::new_v4();
    house.killed_while_paying(Cut::There, key).await;
    assert_eq!(house.charges().await, Vec::<Value>::new());
    assert_eq!(good(house.pay(SUCCEEDS, key).await, 201).await["reconciliation_id"], json!(key));
    let upstream = format!("{}:{key}", house.payment);
    assert_eq!(house.keys(), [upstream.clone(), upstream]);
    assert_eq!(house.charges().await.len(), 1);
}

#[tokio::test]
async fn killed_before_paymentsos_heard_of_it_another_key_pays_in_its_place() {
    let mut house = House::open().await;
    let (key, other) = (Uuid::new_v4(), Uuid::new_v4());
    house.killed_while_paying(Cut::There, key).await;
    let paid = good(house.pay(SUCCEEDS, other).await, 201).await;
    let upstream = format!("{}:{key}", house.payment);
    assert_eq!(house.keys(), [upstream.clone(), upstream]);
    assert_eq!(id(&good(house.pay(SUCCEEDS, key).await, 201).await), id(&paid));
    assert_eq!(house.charges().await.len(), 1);
}

#[tokio::test]
async fn killed_before_the_reply_was_written_down_the_same_key_finds_it() {
    let mut house = House::open().await;
    let key = Uuid::new_v4();
    house.killed_while_paying(Cut::Back, key).await;
    let charges = house.charges().await;
    assert_eq!(charges.len(), 1);
    assert_eq!(id(&good(house.pay(SUCCEEDS, key).await, 201).await), id(&charges[0]));
    assert_eq!((house.keys().len(), house.charges().await.len()), (1, 1));
}

#[tokio::test]
async fn killed_before_the_reply_was_written_down_another_key_is_told_of_it() {
    let mut house = House::open().await;
    let (key, other) = (Uuid::new_v4(), Uuid::new_v4());
    house.killed_while_paying(Cut::Back, key).await;
    assert_eq!(problem(house.pay(SUCCEEDS, other).await, 409).await, "payment-has-transaction");
    let read = good(house.request(Method::GET, "").send().await.unwrap(), 200).await;
    let charge = &read["related_resources"]["charges"][0];
    assert_eq!((&charge["reconciliation_id"], &charge["result"]["status"]), (&json!(key), &json!("Succeed")));
    assert_eq!(id(&good(house.pay(SUCCEEDS, key).await, 201).await), id(charge));
    assert_eq!((house.keys().len(), house.charges().await.len()), (1, 1));
}

#[tokio::test]
async fn killed_again_and_again_it_pays_once() {
    let mut house = House::open().await;
    let keys = [Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()];
    house.killed_while_paying(Cut::There, keys[0]).await;
    house.killed_while_paying(Cut::There, keys[1]).await;
    house.killed_while_paying(Cut::Back, keys[2]).await;
    let charges = house.charges().await;
    for key in keys {
        assert_eq!(id(&good(house.pay(SUCCEEDS, key).await, 201).await), id(&charges[0]));
    }
    let upstream = format!("{}:{}", house.payment, keys[0]);
    assert_eq!(house.keys(), [upstream.clone(), upstream.clone(), upstream]);
    assert_eq!(house.charges().await.len(), 1);
}

/// Waits for a status while the process ends by that signal: what the waiter is told, if anything. The next process knows the rest.
async fn answer_during_a_restart(signal: &str) -> Option<Value> {
    let mut house = House::open().await;
    let charge = good(house.pay(THREE_D_SECURE, Uuid::new_v4()).await, 201).await;
    let path = format!("/charges/{}", id(&charge));
    let wait = |house: &House| house.request(Method::GET, &path).header("prefer", "wait=25").send();
    let before = house.wire.readings();
    let waiting = tokio::spawn(wait(&house));
    // Whoever waits has the payment read.
    until(async || (house.wire.readings() > before).then_some(())).await;
    house.restart(signal).await;
    let url = charge["redirection"]["url"].as_str().unwrap();
    let pressed = house.client.post(url).body("outcome=succeed").send().await.unwrap();
    assert_eq!(pressed.status(), 303);
    assert_eq!(good(wait(&house).await.unwrap(), 200).await["result"]["status"], "Succeed");
    match waiting.await.unwrap() {
        Ok(answer) => Some(good(answer, 200).await),
        Err(_) => None,
    }
}

#[tokio::test]
async fn whoever_waits_when_the_process_is_stopped_gets_an_answer_and_the_next_one_goes_on() {
    let answer = answer_during_a_restart("-TERM").await.expect("an answer");
    assert_eq!(answer["result"]["status"], "Pending");
}

#[tokio::test]
async fn whoever_waits_when_the_process_is_killed_is_answered_by_the_next_one() {
    assert_eq!(answer_during_a_restart("-KILL").await, None);
}
