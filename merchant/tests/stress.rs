//! Many payments, each with whatever may go wrong, by chance: what holds for all of them.

mod common;

use common::chance::Chance;
use common::{FAILS, PENDING_THEN_SUCCEEDS, SUCCEEDS, Shop, Shopper, THREE_D_SECURE, id};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

const ROUNDS: u32 = 30;
/// Two waves of requests a round, so many at once.
const AT_ONCE: usize = 5;

fn api_fault(chance: &mut Chance) -> Value {
    let (method, path) = chance.of(&[("POST", "/charges"), ("POST", "/charges"), ("GET", "/payments/")]);
    let mut fault =
        json!({"method": method, "path": path, "times": 1 + chance.below(3), "latency_ms": chance.below(20)});
    match chance.below(6) {
        0 => {}
        1 | 2 => {
            fault["lose_reply"] = json!(true);
            fault["after"] = json!(chance.coin());
        }
        _ => {
            fault["status"] = json!(chance.of(&[409, 429, 500, 503]));
            fault["after"] = json!(chance.coin());
        }
    }
    fault
}

fn faults(chance: &mut Chance) -> Value {
    let api: Vec<_> = (0..chance.below(5)).map(|_| api_fault(chance)).collect();
    let webhooks = json!({
        "delay_ms": chance.below(30), "copies": 1 + chance.below(3), "shuffle": chance.coin(), "drop": chance.below(4) == 0,
        "bad_signature": chance.below(4) == 0, "before_reply": chance.coin(),
    });
    json!({"api": api, "webhooks": webhooks})
}

fn switches(chance: &mut Chance) -> Value {
    json!({
        "replay_failed": chance.coin(), "replay": chance.of(&["current", "snapshot"]),
        "concurrent_duplicate": chance.of(&["conflict", "wait"]), "shuffle_ms": 20,
    })
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
        shop.switches(&switches(&mut chance)).await;
        shop.clear_log().await;
        let shopper = shop.shopper().await;
        let keys = [Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()];
        let mut replied = Vec::new();
        for _ in 0..2 {
            shop.faults(&faults(&mut chance)).await;
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
