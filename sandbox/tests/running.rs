//! Starting, being reached, and stopping.

mod common;

use common::{DEADLINE, Merchant, good, until};
use reqwest::{Method, StatusCode};
use sandbox::{Config, StartError};
use serde_json::json;
use tokio::time::timeout;

#[tokio::test]
async fn localhost_reaches_it_and_redirections_begin_with_the_public_address() {
    let merchant = Merchant::open().await;
    assert_eq!(merchant.running.public_url, format!("http://localhost:{}", merchant.running.address.port()));
    let url = format!("{}/sandbox/log", merchant.running.public_url);
    good(merchant.client.get(&url).send().await.expect("a reply"), 200).await;
}

#[tokio::test]
async fn stopping_drops_what_is_under_way() {
    let merchant = Merchant::open().await;
    merchant.faults(&json!({"api": [{"path": "/payments", "times": 1, "latency_ms": 60_000}]})).await;
    let waiting = tokio::spawn(merchant.request(Method::POST, "/payments").json(&json!({})).send());
    until(async || {
        let reply = merchant.bare(Method::GET, "/sandbox/faults").send().await.expect("a reply");
        let faults = good(reply, 200).await;
        (faults["api"][0]["times"] == 0).then_some(())
    })
    .await;
    let (client, url) = (merchant.client.clone(), merchant.url("/sandbox/log"));
    merchant.running.stop().await;
    let dropped = timeout(DEADLINE, waiting).await.expect("not for a minute").expect("no panic");
    // Whichever end is dropped first.
    assert!(dropped.is_err() || dropped.is_ok_and(|reply| reply.status() == StatusCode::SERVICE_UNAVAILABLE));
    assert!(client.get(&url).send().await.is_err());
}

#[tokio::test]
async fn one_that_restarts_drops_what_is_under_way_and_knows_what_it_knew() {
    let mut merchant = Merchant::open().await;
    let payment = merchant.payment().await;
    merchant.faults(&json!({"api": [{"path": "/payments", "times": 1, "latency_ms": 60_000}]})).await;
    let waiting = tokio::spawn(merchant.request(Method::POST, "/payments").json(&json!({})).send());
    until(async || {
        let reply = merchant.bare(Method::GET, "/sandbox/faults").send().await.expect("a reply");
        (good(reply, 200).await["api"][0]["times"] == 0).then_some(())
    })
    .await;
    merchant.running.restart().await;
    timeout(DEADLINE, waiting).await.expect("not for a minute").expect("no panic").expect_err("it is dropped");
    let reply = merchant.request(Method::GET, &format!("/payments/{payment}")).send().await.expect("a reply");
    assert_eq!(good(reply, 200).await["id"], payment);
}

#[tokio::test]
async fn a_stopped_sandbox_leaves_its_port() {
    let merchant = Merchant::open().await;
    let listen = merchant.running.address;
    let taken = sandbox::start(Config { listen, ..Config::default() }).await;
    assert!(matches!(taken, Err(StartError::Listen { .. })));
    merchant.running.stop().await;
    let again = sandbox::start(Config { listen, ..Config::default() }).await.expect("the same port");
    assert_eq!(again.address, listen);
}

#[tokio::test]
async fn the_public_address_must_be_one_that_shoppers_can_go_to() {
    let listen = ([127, 0, 0, 1], 0).into();
    let public_url = Some("shop.example".to_owned());
    let refused = sandbox::start(Config { listen, public_url, ..Config::default() }).await;
    assert!(matches!(refused, Err(StartError::PublicUrl(_))));
}
