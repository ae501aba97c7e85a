//! What goes wrong on purpose, and how it is set.

mod common;

use common::{Merchant, PENDING_THEN_SUCCEEDS, SUCCEEDS, THREE_D_SECURE, good, id, quick};
use reqwest::Method;
use sandbox::Switches;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn shown(merchant: &Merchant, path: &str) -> Value {
    good(merchant.bare(Method::GET, path).send().await.expect("a reply"), 200).await
}

#[tokio::test]
async fn faults_are_replaced_as_a_whole() {
    let merchant = Merchant::open().await;
    let nothing = shown(&merchant, "/sandbox/faults").await;
    let all = json!({
        "webhooks": {
            "delay_ms": 1, "copies": 2, "shuffle": true, "drop": true, "bad_signature": true, "before_reply": true,
        },
        "api": [{
            "method": "POST", "path": "/charges", "times": 1, "latency_ms": 5, "status": 503, "retry_after": 2,
            "lose_reply": false, "after": true,
        }],
        "return": {"status": "Succeed", "payment_id": "p", "transaction_id": "t", "none": false},
        "redirection_url": "javascript:alert(1)",
        "refuse_framing": true,
        "collect_never_returns": true,
    });
    merchant.faults(&all).await;
    assert_eq!(shown(&merchant, "/sandbox/faults").await, all);
    merchant.faults(&json!({})).await;
    assert_eq!(shown(&merchant, "/sandbox/faults").await, nothing);
}

#[tokio::test]
async fn what_is_not_understood_is_named() {
    let merchant = Merchant::open().await;
    for (path, body, named) in [
        ("/sandbox/faults", json!({"webhook": {}}), "webhook"),
        ("/sandbox/faults", json!({"webhooks": {"delay": 5}}), "delay"),
        ("/sandbox/faults", json!({"api": [{"paths": "/charges"}]}), "paths"),
        ("/sandbox/faults", json!({"api": [{"status": 200}]}), "status"),
        ("/sandbox/faults", json!({"return": {"nothing": true}}), "nothing"),
        ("/sandbox/switches", json!({"pending": 5}), "pending"),
        ("/sandbox/switches", json!({"replay": "never"}), "never"),
    ] {
        let error = good(merchant.set(path, &body).await, 400).await;
        assert!(error["more_info"].as_str().is_some_and(|info| info.contains(named)), "{error}");
    }
}

#[tokio::test]
async fn an_error_comes_as_often_as_it_is_told_to() {
    let merchant = Merchant::open().await;
    merchant
        .faults(&json!({"api": [{"method": "GET", "path": "/payments", "times": 2, "status": 429, "retry_after": 7}]}))
        .await;
    let payment = merchant.payment().await;
    let path = format!("/payments/{payment}");
    for _ in 0..2 {
        let reply = merchant.request(Method::GET, &path).send().await.expect("a reply");
        assert_eq!(reply.headers()["retry-after"], "7");
        good(reply, 429).await;
    }
    merchant.get(&path).await;
}

#[tokio::test]
async fn an_error_stands_for_the_work_unless_it_comes_after() {
    let merchant = Merchant::open().await;
    let payment = merchant.payment().await;
    let (path, body) = (format!("/payments/{payment}/charges"), merchant.with_card(SUCCEEDS).await);
    for (fault, made) in [
        (json!({"path": "/charges", "method": "POST", "status": 500}), 0),
        (json!({"path": "/charges", "method": "POST", "lose_reply": true, "after": false}), 0),
        (json!({"path": "/charges", "method": "POST", "status": 500, "after": true}), 1),
    ] {
        merchant.faults(&json!({"api": [fault]})).await;
        let _ = merchant.request(Method::POST, &path).json(&body).send().await;
        assert_eq!(merchant.get(&path).await.as_array().map(Vec::len), Some(made), "{fault}");
    }
}

#[tokio::test]
async fn a_slow_reply_is_slow() {
    let merchant = Merchant::open().await;
    let payment = merchant.payment().await;
    merchant.faults(&json!({"api": [{"path": "/payments/", "latency_ms": 200}]})).await;
    let before = Instant::now();
    merchant.get(&format!("/payments/{payment}")).await;
    assert!(before.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_slow_reading_is_slow_and_tells_what_is_true_when_it_comes() {
    let merchant = Merchant::open().await;
    let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
    let path = format!("/payments/{payment}/charges/{}", id(&charge));
    merchant.faults(&json!({"api": [{"method": "GET", "path": "/charges/", "times": 1, "latency_ms": 500}]})).await;
    let before = Instant::now();
    let (slow, _) = tokio::join!(merchant.get(&path), merchant.press(&charge, "succeed"));
    assert!(before.elapsed() >= Duration::from_millis(500));
    assert_eq!(slow["result"]["status"], "Succeed");
    assert_eq!(shown(&merchant, "/sandbox/faults").await["api"][0]["times"], 0);
}

#[tokio::test]
async fn a_reading_may_fail_or_be_lost() {
    let merchant = Merchant::open().await;
    let (payment, charge) = merchant.charge(SUCCEEDS).await;
    let path = format!("/payments/{payment}/charges/{}", id(&charge));
    for status in [400, 401, 404, 409, 429, 500, 503] {
        merchant.faults(&json!({"api": [{"method": "GET", "path": "/charges/", "status": status}]})).await;
        good(merchant.request(Method::GET, &path).send().await.expect("a reply"), status).await;
    }
    merchant.faults(&json!({"api": [{"method": "GET", "path": "/charges/", "lose_reply": true}]})).await;
    assert!(merchant.request(Method::GET, &path).send().await.is_err());
    merchant.faults(&json!({})).await;
    assert_eq!(merchant.get(&path).await["result"]["status"], "Succeed");
}

#[tokio::test]
async fn things_take_as_long_as_the_switches_say() {
    let merchant = Merchant::open().await;
    let long = 400;
    for (switch, card, press, last) in [
        ("pending_ms", PENDING_THEN_SUCCEEDS, None, "Succeed"),
        ("late_ms", THREE_D_SECURE, Some("late-succeed"), "Succeed"),
        ("redirection_ms", THREE_D_SECURE, None, "Failed"),
    ] {
        good(merchant.set("/sandbox/switches", &json!({switch: long})).await, 200).await;
        let before = Instant::now();
        let (payment, charge) = merchant.charge(card).await;
        if let Some(outcome) = press {
            merchant.press(&charge, outcome).await;
        }
        assert_eq!(charge["result"]["status"], "Pending", "{switch}");
        merchant.until(&format!("/payments/{payment}/charges/{}", id(&charge)), last).await;
        assert!(before.elapsed() >= Duration::from_millis(long), "{switch}");
    }
}

#[tokio::test]
async fn switches_not_named_are_as_at_the_start() {
    let merchant = Merchant::open_with(Switches { pending_ms: 7, ..quick() }, None).await;
    let set = good(merchant.set("/sandbox/switches", &json!({"late_ms": 9, "replay": "snapshot"})).await, 200).await;
    assert_eq!((&set["pending_ms"], &set["late_ms"], &set["replay"]), (&json!(7), &json!(9), &json!("snapshot")));
    assert_eq!(shown(&merchant, "/sandbox/switches").await, set);
    let set = good(merchant.set("/sandbox/switches", &json!({})).await, 200).await;
    assert_eq!((&set["pending_ms"], &set["replay"]), (&json!(7), &json!("current")));
}

#[tokio::test]
async fn a_reset_forgets_everything() {
    let merchant = Merchant::open().await;
    let payment = merchant.payment().await;
    merchant.faults(&json!({"api": [{"path": "/", "status": 500}]})).await;
    merchant.set("/sandbox/switches", &json!({"late_ms": 1})).await;
    let reply = merchant.bare(Method::POST, "/sandbox/reset").send().await.expect("a reply");
    assert_eq!(reply.status(), 204);
    assert!(merchant.log().await.is_empty());
    let gone = merchant.request(Method::GET, &format!("/payments/{payment}")).send().await.expect("a reply");
    assert_eq!(gone.status(), 404);
    assert_eq!(shown(&merchant, "/sandbox/switches").await["late_ms"], quick().late_ms);
}
