//! Many payments, each with whatever may go wrong, by chance: what holds for all of them.

mod common;

use common::{FAILS, PENDING_THEN_SUCCEEDS, SUCCEEDS, Shop, Shopper, THREE_D_SECURE, id};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

const ROUNDS: u32 = 30;
/// Two waves of requests a round, so many at once.
const AT_ONCE: usize = 5;

/// Chance that can be had again: `SplitMix64`. Says its seed if the test fails.
struct Chance {
    seed: u64,
    state: u64,
    round: u32,
}

impl Chance {
    /// By the seed in `STRESS_SEED`, or by a new one.
    fn new() -> Chance {
        let told = std::env::var("STRESS_SEED").ok().map(|seed| seed.parse().expect("STRESS_SEED must be a number"));
        let seed = told.unwrap_or_else(|| Uuid::new_v4().as_u64_pair().0);
        Chance { seed, state: seed, round: 0 }
    }

    fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 32).expect("32 bits") % end
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn api_fault(&mut self) -> Value {
        let (method, path) = self.of(&[("POST", "/charges"), ("POST", "/charges"), ("GET", "/payments/")]);
        let mut fault =
            json!({"method": method, "path": path, "times": 1 + self.below(3), "latency_ms": self.below(20)});
        match self.below(6) {
            0 => {}
            1 | 2 => {
                fault["lose_reply"] = json!(true);
                fault["after"] = json!(self.coin());
            }
            _ => {
                fault["status"] = json!(self.of(&[409, 429, 500, 503]));
                fault["after"] = json!(self.coin());
            }
        }
        fault
    }

    fn faults(&mut self) -> Value {
        let api: Vec<_> = (0..self.below(5)).map(|_| self.api_fault()).collect();
        let webhooks = json!({
            "delay_ms": self.below(30), "copies": 1 + self.below(3), "shuffle": self.coin(), "drop": self.below(4) == 0,
            "bad_signature": self.below(4) == 0, "before_reply": self.coin(),
        });
        json!({"api": api, "webhooks": webhooks})
    }

    fn switches(&mut self) -> Value {
        json!({
            "replay_failed": self.coin(), "replay": self.of(&["current", "snapshot"]),
            "concurrent_duplicate": self.of(&["conflict", "wait"]), "shuffle_ms": 20,
        })
    }
}

impl Drop for Chance {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("round {} of STRESS_SEED={}", self.round, self.seed);
        }
    }
}

/// Pays that many times at once: the transactions that are replied.
async fn wave(chance: &mut Chance, shopper: &Shopper, keys: &[Uuid]) -> Vec<Value> {
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let card = chance.of(&[SUCCEEDS, SUCCEEDS, PENDING_THEN_SUCCEEDS, THREE_D_SECURE, FAILS]);
            let (key, shopper) = (chance.of(keys), shopper.clone());
            tokio::spawn(async move {
                let reply = shopper.pay(card, key).await;
                let status = reply.status().as_u16();
                assert!(matches!(status, 201 | 409 | 502 | 503), "{status}");
                (status == 201).then_some(reply.json().await.expect("JSON"))
            })
        })
        .collect();
    let mut replied = Vec::new();
    for task in tasks {
        replied.extend(task.await.expect("a reply that may come"));
    }
    replied
}

/// The creates as far as the first that failed: until then, one key must have been enough.
fn keys_before_a_failure(creates: &[Value]) -> BTreeSet<&str> {
    let last = creates.iter().position(|entry| entry["result"] == "Failed").unwrap_or(creates.len());
    creates.iter().take(last + 1).filter_map(|entry| entry["idempotency_key"].as_str()).collect()
}

#[tokio::test]
async fn whatever_goes_wrong_there_is_one_charge_at_most_and_every_reply_is_true() {
    let mut chance = Chance::new();
    let shop = Arc::new(Shop::open().await);
    for round in 1..=ROUNDS {
        chance.round = round;
        shop.switches(&chance.switches()).await;
        shop.clear_log().await;
        let shopper = shop.shopper().await;
        let keys = [Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()];
        let mut replied = Vec::new();
        for _ in 0..2 {
            shop.faults(&chance.faults()).await;
            replied.extend(wave(&mut chance, &shopper, &keys).await);
        }
        shop.faults(&json!({})).await;
        for key in keys {
            let reply = shopper.pay(SUCCEEDS, key).await;
            match reply.status().as_u16() {
                201 => replied.push(reply.json().await.expect("JSON")),
                status => assert_eq!(status, 409),
            }
        }
        let transactions = shopper.transactions().await;
        let live = transactions.iter().filter(|found| found["result"]["status"] != "Failed").count();
        let creates = shopper.creates().await;
        let story = || format!("{transactions:#?}\n{creates:#?}");
        assert!(live <= 1, "{}", story());
        assert!(!transactions.is_empty(), "nothing was made: {}", story());
        assert!(keys_before_a_failure(&creates).len() <= 1, "{}", story());
        for told in &replied {
            let known = transactions.iter().find(|found| id(found) == id(told));
            let known = known.unwrap_or_else(|| panic!("{told:#} is not in {}", story()));
            let (said, is) = (&told["result"]["status"], &known["result"]["status"]);
            assert!(said == "Pending" || said == is, "{told:#} is not in {}", story());
        }
        assert_eq!(shop.merchant.alerts(), [], "{}", story());
    }
}
