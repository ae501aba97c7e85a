//! Two hundred payments, while replicas and the database are killed and started again at random: none is lost, none is made twice,
//! and nobody is told what is not so.

// The helpers unwrap as the tests do.
#![allow(clippy::unwrap_used)]

mod common;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::chance::Chance;
use common::process::{SHOP, start_with};
use common::system::{KEY, System};
use common::{FAILS, PENDING_THEN_SUCCEEDS, SUCCEEDS, THREE_D_SECURE, config};
use postgres_for_tests::Server;
use reqwest::{Client, Response};
use sandbox::Switches;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::process::Child;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

const PAYMENTS: usize = 200;
/// So many shoppers at once.
const AT_ONCE: usize = 20;
const REPLICAS: usize = 3;
/// No shopper is that patient.
const PATIENCE: Duration = Duration::from_secs(60);

/// The replicas' addresses, as the load balancer has them: a killed one is in it until the next has started.
type Balancer = Arc<Mutex<Vec<String>>>;

struct House {
    sandbox: sandbox::Running,
    settings: merchant::Config,
    database: String,
    balancer: Balancer,
    client: Client,
    /// Where the shop's system is told of results.
    hook: String,
}

/// What came of a shopper.
struct Ending {
    payment: String,
    /// The transaction that a create was replied to with.
    transaction: String,
    /// The last status that was told.
    told: String,
}

impl House {
    async fn open(server: &Server, system: &System) -> House {
        let listen = ([127, 0, 0, 1], 0).into();
        let switches = Switches { pending_ms: 1_500, webhook_ms: 0, webhook_retry_ms: 100, ..Switches::default() };
        let sandbox = sandbox::Config { listen, switches, ..Default::default() };
        let sandbox = sandbox::start(sandbox).await.expect("a sandbox");
        let settings = merchant::Config { follow_after: Duration::from_secs(1), ..config(&sandbox) };
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(40)).build().unwrap();
        let database = server.database().expect("a database");
        let hook = system.clone().open().await;
        House { sandbox, settings, database, balancer: Balancer::default(), client, hook }
    }

    /// Starts a replica.
    async fn start(&self) -> (Child, String) {
        let secret = format!("whsec_{}", STANDARD.encode(KEY));
        let told = [("SHOP_HOOK_URL", self.hook.as_str()), ("SHOP_HOOK_SECRET", secret.as_str())];
        start_with(&self.settings, &self.database, &told).await
    }

    fn url(&self, chance: &Mutex<Chance>, path: &str) -> String {
        let replicas = self.balancer.lock().unwrap();
        let replica = &replicas[chance.lock().unwrap().below(replicas.len())];
        format!("{replica}{path}")
    }

    /// An order: the cookie and the payment. What is lost on the way is asked for again.
    async fn order(&self, chance: &Mutex<Chance>) -> (String, String) {
        let begun = Instant::now();
        loop {
            let asked = self.client.post(self.url(chance, "/shop/orders")).json(&json!({"new": true})).send().await;
            if let Some(reply) = asked.ok().filter(|reply| reply.status() == 200) {
                let cookie = reply.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
                if let Ok(order) = reply.json::<Value>().await {
                    return (cookie, order["payment_id"].as_str().unwrap().to_owned());
                }
            }
            patience(begun, "an order").await;
        }
    }

    /// Pays, and asks until the end is known or the shopper has had enough.
    async fn shop(&self, chance: &Mutex<Chance>) -> Ending {
        let (cookie, payment) = self.order(chance).await;
        let card = chance.lock().unwrap().of(&[
            SUCCEEDS,
            SUCCEEDS,
            SUCCEEDS,
            PENDING_THEN_SUCCEEDS,
            PENDING_THEN_SUCCEEDS,
            FAILS,
            THREE_D_SECURE,
        ]);
        let attempt = Uuid::new_v4().to_string();
        let body = json!({
            "payment_method": {"type": "tokenized", "token": self.token(card).await},
            "merchant_site_url": SHOP, "reconciliation_id": attempt,
            "expected": {"amount": 4097, "currency": "USD"},
        });
        let begun = Instant::now();
        let made: Value = loop {
            let url = self.url(chance, &format!("/api/payments/{payment}/charges"));
            let request = self.client.post(url).header("cookie", &cookie).header("idempotency-key", &attempt);
            match json_of(request.json(&body).send().await).await {
                Some((201, made)) => break made,
                Some((status, problem)) => assert!(matches!(status, 409 | 500..), "{status}: {problem}"),
                None => {}
            }
            patience(begun, "a charge").await;
        };
        let transaction = made["id"].as_str().unwrap().to_owned();
        assert_eq!(made["reconciliation_id"], attempt.as_str());
        let mut told = made["result"]["status"].as_str().unwrap().to_owned();
        let begun = Instant::now();
        // Nobody is at the bank.
        let enough = if card == THREE_D_SECURE { Duration::ZERO } else { PATIENCE };
        while !matches!(told.as_str(), "Succeed" | "Failed") && begun.elapsed() < enough {
            let url = self.url(chance, &format!("/api/payments/{payment}/charges/{transaction}"));
            let request = self.client.get(url).header("cookie", &cookie).header("prefer", "wait=10");
            match json_of(request.send().await).await {
                Some((200, read)) => read["result"]["status"].as_str().unwrap().clone_into(&mut told),
                _ => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        Ending { payment, transaction, told }
    }

    async fn token(&self, card: &str) -> String {
        let body = json!({"token_type": "credit_card", "holder_name": "A B", "card_number": card, "expiration_date": "12/2031"});
        let request = self.client.post(format!("http://{}/tokens", self.sandbox.address)).json(&body);
        let request = request.header("public-key", sandbox::Config::default().public_key);
        let reply = request.header("x-payments-os-env", "test").send().await.expect("a reply");
        reply.json::<Value>().await.unwrap()["token"].as_str().unwrap().to_owned()
    }

    /// What PaymentsOS has: each charge's status, by its id.
    async fn charges(&self, payment: &str) -> BTreeMap<String, String> {
        let keys = sandbox::Config::default();
        let request = self.client.get(format!("http://{}/payments/{payment}/charges", self.sandbox.address));
        let request = request.header("app-id", keys.app_id).header("private-key", keys.private_key);
        let charges: Value = request.header("x-payments-os-env", "test").send().await.unwrap().json().await.unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let all = charges.as_array().unwrap().iter();
        all.map(|charge| (text(&charge["id"]), text(&charge["result"]["status"]))).collect()
    }
}

/// The status and the body of a reply that has come whole.
async fn json_of(reply: Result<Response, reqwest::Error>) -> Option<(u16, Value)> {
    let reply = reply.ok()?;
    let status = reply.status().as_u16();
    Some((status, reply.json().await.ok()?))
}

async fn patience(begun: Instant, what: &str) {
    assert!(begun.elapsed() < PATIENCE, "{what} did not come");
    tokio::time::sleep(Duration::from_millis(100)).await;
}

/// Kills and starts again, until it is told to end; then all are up. Returns how often it killed a replica, and the database.
async fn rampage(
    house: Arc<House>,
    mut server: Server,
    mut replicas: Vec<Child>,
    is_over: Arc<AtomicBool>,
) -> ((usize, usize), Server, Vec<Child>) {
    let mut chance = Chance::new();
    let mut killed = (0, 0);
    while !is_over.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(200 + chance.below(600) as u64)).await;
        let down = Duration::from_millis(chance.below(500) as u64);
        if chance.below(4) == 0 {
            server = tokio::task::spawn_blocking(move || {
                server.kill().expect("killed");
                std::thread::sleep(down);
                server.start_again().expect("started again");
                server
            })
            .await
            .unwrap();
            killed.1 += 1;
        } else {
            let at = chance.below(REPLICAS);
            replicas[at].kill().await.expect("killed");
            tokio::time::sleep(down).await;
            let (process, address) = house.start().await;
            replicas[at] = process;
            house.balancer.lock().unwrap()[at] = address;
            killed.0 += 1;
        }
    }
    (killed, server, replicas)
}

/// Waits until the shop's system was told of each result: of each as one event, however often that was sent.
async fn everything_is_told(endings: &[Ending], system: &System) {
    let begun = Instant::now();
    let ended = endings.iter().filter(|ending| ending.told != "Pending");
    let results: BTreeSet<(&str, &str)> =
        ended.map(|ending| (ending.transaction.as_str(), ending.told.as_str())).collect();
    loop {
        let mut ids: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for event in system.told() {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let about = (text(&event["data"]["transaction_id"]), text(&event["data"]["status"]));
            ids.entry(about).or_default().insert(text(&event["id"]));
        }
        assert!(ids.values().all(|ids| ids.len() == 1), "an event has two ids: {ids:?}");
        let told: BTreeSet<(&str, &str)> = ids.keys().map(|(id, status)| (id.as_str(), status.as_str())).collect();
        if results.is_subset(&told) {
            return;
        }
        // What a killed replica was sending is sent by another half a minute later.
        patience(begun, "what the shop's system is to be told").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: cargo xtask test"]
async fn nothing_is_lost_made_twice_or_told_wrongly_whatever_is_killed() {
    let server = Server::start().expect("a server");
    let system = System::default();
    let house = Arc::new(House::open(&server, &system).await);
    let mut replicas = Vec::new();
    for _ in 0..REPLICAS {
        let (process, address) = house.start().await;
        replicas.push(process);
        house.balancer.lock().unwrap().push(address);
    }
    // Only one hears of webhooks, and none after it was killed.
    let webhooks = format!("{}/webhooks/paymentsos", house.balancer.lock().unwrap()[0]);
    house.sandbox.set_webhook_url(Some(webhooks));

    // So that whoever is killed is in the middle of something.
    let slow = |method, path| json!({"method": method, "path": path, "times": 1_000_000, "latency_ms": 80});
    let faults = json!({"api": [slow("POST", "/charges"), slow("GET", "/payments/")]});
    let reply = house.client.put(format!("http://{}/sandbox/faults", house.sandbox.address)).json(&faults).send().await;
    assert_eq!(reply.unwrap().status(), 200);

    let is_over = Arc::new(AtomicBool::new(false));
    let rampage = tokio::spawn(rampage(Arc::clone(&house), server, replicas, Arc::clone(&is_over)));
    let chance = Arc::new(Mutex::new(Chance::new()));
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut shoppers = JoinSet::new();
    for _ in 0..PAYMENTS {
        let (house, chance, room) = (Arc::clone(&house), Arc::clone(&chance), Arc::clone(&room));
        shoppers.spawn(async move {
            let _room = room.acquire_owned().await.unwrap();
            house.shop(&chance).await
        });
    }
    let endings = shoppers.join_all().await;
    is_over.store(true, Ordering::Relaxed);
    let ((replicas_killed, databases_killed), _server, _replicas) = rampage.await.unwrap();

    assert_eq!(endings.len(), PAYMENTS);
    let mut pending = 0;
    for Ending { payment, transaction, told } in &endings {
        let charges = house.charges(payment).await;
        let live = charges.values().filter(|status| *status != "Failed").count();
        assert!(live <= 1, "{payment} is paid twice: {charges:?}");
        let status = charges.get(transaction).unwrap_or_else(|| panic!("{payment}: {transaction} is lost"));
        assert_eq!(status, told, "{payment}");
        pending += usize::from(told == "Pending");
    }
    everything_is_told(&endings, &system).await;
    println!(
        "{PAYMENTS} payments, {replicas_killed} replicas and {databases_killed} times the database killed: 0 lost, 0 double, {pending} honestly pending"
    );
    assert!(replicas_killed >= 5 && databases_killed >= 1, "too little was killed to say anything");
}
