//! Several replicas on one PostgreSQL database: what one of them writes is known to all, and what is to be done once is done by one.

// The helpers unwrap as the tests do.
#![allow(clippy::unwrap_used)]

mod common;

use common::system::{System, tell};
use common::{SUCCEEDS, Shop, Shopper, THREE_D_SECURE, config, good, id, problem, until};
use merchant::{Config, Running};
use postgres_for_tests::Server;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection, Executor};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

/// A shop with three replicas; PaymentsOS's webhooks reach the first.
struct House {
    server: Server,
    shop: Arc<Shop>,
    others: Vec<Running>,
}

impl House {
    async fn open() -> House {
        House::open_where(true).await
    }

    /// Where PaymentsOS answers the others or not.
    async fn open_where(others_reach_paymentsos: bool) -> House {
        House::open_with(others_reach_paymentsos, |_| {}).await
    }

    async fn open_with(others_reach_paymentsos: bool, more: impl Fn(&mut Config)) -> House {
        let server = Server::start().expect("a server");
        let url = server.database().expect("a database");
        // What shoppers see is the load balancer.
        let set_up = |config: &mut Config| {
            config.database_url.clone_from(&url);
            config.public_url = Some("http://localhost:8080".parse().unwrap());
            more(config);
        };
        let shop = Arc::new(Shop::open_with(set_up).await);
        let mut others = Vec::new();
        for _ in 0..2 {
            let mut settings = config(&shop.sandbox);
            set_up(&mut settings);
            if !others_reach_paymentsos {
                settings.paymentsos_url = "http://127.0.0.1:9".parse().unwrap();
            }
            others.push(merchant::start(settings).await.expect("a replica"));
        }
        House { server, shop, others }
    }

    /// The same shopper at each replica.
    fn at_all(&self, shopper: &Shopper) -> Vec<Shopper> {
        let first = shopper.sent_to(&self.shop.merchant);
        std::iter::once(first).chain(self.others.iter().map(|replica| shopper.sent_to(replica))).collect()
    }

    fn waiters(&self) -> usize {
        self.others.iter().map(Running::waiters).sum()
    }
}

/// Sends all of them at once, and returns the statuses and bodies of the replies.
async fn all_at_once(posts: Vec<(Shopper, Uuid, Value)>) -> Vec<(u16, Value)> {
    let mut under_way = JoinSet::new();
    for (shopper, attempt, body) in posts {
        under_way.spawn(async move {
            let reply = shopper.post(attempt, &body).await;
            (reply.status().as_u16(), reply.json().await.expect("JSON"))
        });
    }
    under_way.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: cargo xtask test"]
async fn a_change_that_one_replica_hears_of_wakes_those_who_wait_at_all() {
    let house = House::open_where(false).await;
    let shopper = house.shop.shopper().await;
    let pending = shopper.paid(THREE_D_SECURE).await;
    let mut waiting = JoinSet::new();
    for replica in &house.others {
        let (shopper, pending) = (shopper.sent_to(replica), pending.clone());
        waiting.spawn(async move { good(shopper.wait(&pending).await, 200).await });
    }
    until(async || (house.waiters() == 2).then_some(())).await;
    shopper.press(&pending, "succeed").await;
    for answer in waiting.join_all().await {
        assert_eq!(answer["result"]["status"], "Succeed", "the others cannot have asked PaymentsOS themselves");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: cargo xtask test"]
async fn one_attempt_that_is_sent_to_all_at_once_makes_one_charge() {
    let house = House::open().await;
    for card in [SUCCEEDS, THREE_D_SECURE] {
        let shopper = house.shop.shopper_of(&json!({"new": true})).await;
        let attempt = Uuid::new_v4();
        let body = shopper.body(card, attempt).await;
        let twice = [house.at_all(&shopper), house.at_all(&shopper)].concat();
        let replies = all_at_once(twice.into_iter().map(|at| (at, attempt, body.clone())).collect()).await;
        assert_eq!(replies.len(), 6);
        for (status, reply) in &replies {
            assert_eq!((*status, id(reply)), (201, id(&replies[0].1)), "{reply}");
        }
        assert_eq!(shopper.creates().await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: cargo xtask test"]
async fn of_two_attempts_at_two_replicas_one_is_made() {
    let house = House::open().await;
    for _ in 0..5 {
        let shopper = house.shop.shopper_of(&json!({"new": true})).await;
        let mut posts = Vec::new();
        for at in house.at_all(&shopper) {
            let attempt = Uuid::new_v4();
            posts.push((at, attempt, shopper.body(SUCCEEDS, attempt).await));
        }
        let mut statuses: Vec<u16> = all_at_once(posts).await.into_iter().map(|(status, _)| status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409]);
        assert_eq!(shopper.transactions().await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: cargo xtask test"]
async fn whoever_is_told_of_a_charge_by_one_replica_is_told_the_same_by_another() {
    let house = House::open().await;
    let shopper = house.shop.shopper().await;
    let made = shopper.paid(SUCCEEDS).await;
    for at in house.at_all(&shopper) {
        let read = good(at.get(&format!("/charges/{}", id(&made))).await, 200).await;
        assert_eq!(read["result"]["status"], "Succeed");
        assert_eq!(problem(at.pay(SUCCEEDS, Uuid::new_v4()).await, 409).await, "payment-has-transaction");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: cargo xtask test"]
async fn where_no_webhook_comes_one_replica_asks_for_all() {
    let house = House::open().await;
    house.shop.sandbox.set_webhook_url(None);
    house.shop.switches(&json!({"late_ms": 6_000})).await;
    let shopper = house.shop.shopper().await;
    let pending = shopper.paid(THREE_D_SECURE).await;
    shopper.press(&pending, "late-succeed").await;
    house.shop.clear_log().await;
    let mut waiting = JoinSet::new();
    for at in house.at_all(&shopper) {
        let pending = pending.clone();
        waiting.spawn(async move { good(at.wait(&pending).await, 200).await });
    }
    for answer in waiting.join_all().await {
        assert_eq!(answer["result"]["status"], "Succeed");
    }
    let readings = house.shop.entries("request", "GET", "/payments/").await.len();
    // One replica that has all the shoppers reads at 0, 2, 6 and 14 s; three that know nothing of each other read thrice as often.
    assert!((3..=6).contains(&readings), "{readings} readings");
}

async fn readiness(shopper: &Shopper) -> u16 {
    shopper.request(Method::GET, "/readyz").send().await.expect("a reply").status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: cargo xtask test"]
async fn a_database_that_is_killed_forgets_nothing_and_is_listened_to_again() {
    let mut house = House::open_where(false).await;
    let paid = house.shop.shopper_of(&json!({"new": true})).await;
    let attempt = Uuid::new_v4();
    let made = good(paid.pay(SUCCEEDS, attempt).await, 201).await;
    let shopper = house.shop.shopper_of(&json!({"new": true})).await;
    let pending = shopper.paid(THREE_D_SECURE).await;

    let ready = async || readiness(&paid).await;
    assert_eq!(ready().await, 200);
    house.server.kill().unwrap();
    assert_eq!(ready().await, 503);
    house.server.start_again().unwrap();
    until(async || (ready().await == 200).then_some(())).await;
    let repeated = until(async || {
        let reply = paid.pay(SUCCEEDS, attempt).await;
        (reply.status() == 201).then_some(reply)
    })
    .await;
    assert_eq!(id(&good(repeated, 201).await), id(&made));
    assert_eq!(paid.creates().await.len(), 1);

    let (other, asked) = (shopper.sent_to(&house.others[0]), pending.clone());
    let waiting = tokio::spawn(async move {
        // What it waits for may break off with the database.
        loop {
            let answer: Value = other.wait(&asked).await.json().await.expect("JSON");
            if answer["result"]["status"] == "Succeed" {
                break;
            }
        }
    });
    until(async || (house.waiters() == 1).then_some(())).await;
    shopper.press(&pending, "succeed").await;
    tokio::time::timeout(Duration::from_secs(15), waiting).await.expect("an answer").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: cargo xtask test"]
async fn what_one_replica_is_telling_a_slow_system_no_other_tells() {
    let system = System::default();
    // It answers nobody before it was told of all.
    system.crowd.send_modify(|crowd| crowd.wanted = 24);
    let url = system.clone().open().await;
    let house = House::open_with(true, |config| tell(config, &url)).await;
    for number in 0..24 {
        let shopper = house.shop.shopper_of(&json!({"new": true})).await;
        house.at_all(&shopper)[number % 3].paid(SUCCEEDS).await;
    }
    system.hears(24).await;
    let told = system.told();
    let ids: std::collections::BTreeSet<&str> = told.iter().map(id).collect();
    assert_eq!((told.len(), ids.len()), (24, 24));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: cargo xtask test"]
async fn nobody_waits_for_ever_for_what_another_session_has_locked() {
    let server = Server::start().expect("a server");
    let url = server.database().expect("a database");
    let shop = Arc::new(Shop::open_with(|config| config.database_url.clone_from(&url)).await);
    let shopper = shop.shopper().await;
    // A session that is cut off in the middle of writing, as a replica's is whose machine is gone.
    let mut held = sqlx::AnyConnection::connect(&url).await.unwrap();
    let lock = format!("SELECT 1 FROM pg_advisory_xact_lock(hashtextextended('{}', 0))", shopper.payment);
    held.execute(sqlx::AssertSqlSafe(format!("BEGIN; {lock}"))).await.unwrap();
    let reply = shopper.pay(SUCCEEDS, Uuid::new_v4()).await;
    assert_eq!(problem(reply, 500).await, "internal");
    drop(held);
    until(async || (shopper.pay(SUCCEEDS, Uuid::new_v4()).await.status() == 201).then_some(())).await;
}
