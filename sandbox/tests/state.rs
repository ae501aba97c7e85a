//! The state in one piece: what an engineer looks at, how what is pending is ended by hand, and how all of it goes.

mod common;

use axum::Router;
use axum::routing::post;
use common::{Merchant, PENDING_THEN_FAILS, SUCCEEDS, THREE_D_SECURE, good, id, page, quick, until};
use reqwest::{Method, StatusCode};
use sandbox::signature::sign;
use sandbox::{Config, Switches};
use serde_json::{Value, json};
use tokio::net::TcpListener;

async fn state(merchant: &Merchant) -> Value {
    good(merchant.bare(Method::GET, "/sandbox/state").send().await.expect("a reply"), 200).await
}

/// The state, once so many webhooks were sent.
async fn state_with(merchant: &Merchant, webhooks: usize) -> Value {
    let is_there = |state: &Value| state["webhooks"].as_array().is_some_and(|sent| sent.len() >= webhooks);
    until(async || Some(state(merchant).await).filter(is_there)).await
}

/// A merchant whose webhooks are all answered with "taken".
async fn with_receiver() -> Merchant {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().route("/hooks", post(async || "taken"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Merchant::open_with(quick(), Some(format!("http://me:secret@{address}/hooks?key=secret"))).await
}

async fn finish(merchant: &Merchant, payment: &str, transaction: &str, end: &str) -> reqwest::Response {
    let path = format!("/sandbox/payments/{payment}/transactions/{transaction}/{end}");
    merchant.bare(Method::POST, &path).send().await.expect("a reply")
}

#[tokio::test]
async fn it_shows_a_payment_and_what_was_done_to_it() {
    let merchant = Merchant::open().await;
    let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
    let state = state(&merchant).await;
    let shown = &state["payments"][0];
    assert_eq!((&shown["id"], &shown["order_id"]), (&json!(payment), &json!("order-17")));
    assert_eq!(
        (&shown["amount"], &shown["decimal"], &shown["currency"]),
        (&json!(4097), &json!("40.97"), &json!("USD"))
    );
    assert_eq!(shown["status"], "Pending");
    let transaction = &shown["transactions"][0];
    assert_eq!(
        (&transaction["kind"], &transaction["id"], &transaction["status"], &transaction["reconciliation_id"]),
        (&json!("charge"), &charge["id"], &json!("Pending"), &json!("attempt-1"))
    );
    assert_eq!(transaction["redirection"], page(&charge));
}

#[tokio::test]
async fn a_redirection_is_shown_while_it_leads_somewhere() {
    let merchant = Merchant::open().await;
    let (_, charge) = merchant.charge(THREE_D_SECURE).await;
    merchant.press(&charge, "fail").await;
    let transaction = &state(&merchant).await["payments"][0]["transactions"][0];
    assert_eq!((&transaction["status"], &transaction["redirection"]), (&json!("Failed"), &Value::Null));
    assert_eq!(transaction["sub_category"], "declined_by_issuing_bank");
}

#[tokio::test]
async fn the_newest_payments_come_first_and_the_others_are_counted() {
    let merchant = Merchant::open().await;
    let mut last = String::new();
    for _ in 0..105 {
        last = merchant.payment().await;
    }
    let state = state(&merchant).await;
    let shown = state["payments"].as_array().expect("payments");
    assert_eq!((shown.len(), &state["payments_count"]), (100, &json!(105)));
    assert!(shown.windows(2).all(|pair| pair[0]["created"].as_u64() >= pair[1]["created"].as_u64()));
    assert!(shown.iter().any(|payment| payment["id"] == last));
}

#[tokio::test]
async fn it_shows_each_webhook_with_its_signature_its_body_and_its_answer() {
    let merchant = with_receiver().await;
    let (payment, charge) = merchant.charge(SUCCEEDS).await;
    let state = state_with(&merchant, 3).await;
    let webhook = &state["webhooks"][1];
    assert_eq!(webhook["event"], "payment.charge.create");
    assert_eq!((&webhook["payment_id"], &webhook["transaction_id"]), (&json!(payment), &charge["id"]));
    assert_eq!((&webhook["status"], &webhook["reply"], &webhook["attempt"]), (&json!(200), &json!("taken"), &json!(1)));
    let signature = sign(&Config::default().private_key, "payment.charge.create", &webhook["body"]);
    assert_eq!(webhook["headers"]["signature"], format!("sig1={signature}"));
    assert_eq!(webhook["headers"]["event-type"], "payment.charge.create");
    assert_eq!(webhook["body"]["data"]["id"], charge["id"]);
    assert!(webhook["at"].as_u64() > Some(0));
    let numbers: Vec<_> = (0..3).map(|at| state["webhooks"][at]["number"].as_u64()).collect();
    assert_eq!(numbers, [Some(3), Some(2), Some(1)], "the newest first");
}

#[tokio::test]
async fn it_tells_why_a_webhook_was_not_answered_and_which_time_it_was() {
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let merchant = Merchant::open_with(quick(), Some(format!("http://{gone}/hooks"))).await;
    merchant.payment().await;
    let state = state_with(&merchant, 2).await;
    let mut oldest = state["webhooks"].as_array().expect("webhooks").iter().rev();
    let (first, second) = (oldest.next().expect("one"), oldest.next().expect("another"));
    assert_eq!((&first["attempt"], &second["attempt"]), (&json!(1), &json!(2)));
    assert_eq!((&first["status"], &first["reply"]), (&Value::Null, &json!("no connection")));
    assert_eq!(first["body"], second["body"]);
    merchant.running.set_webhook_url(None);

    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hooks", silent.local_addr().expect("an address"));
    let merchant = Merchant::open_with(Switches { webhook_timeout_ms: 50, ..quick() }, Some(url)).await;
    merchant.payment().await;
    assert_eq!(state_with(&merchant, 1).await["webhooks"][0]["reply"], "no answer within 50 ms");
}

#[tokio::test]
async fn so_many_webhooks_are_kept_and_no_more() {
    let merchant = with_receiver().await;
    merchant.faults(&json!({"webhooks": {"copies": 103}})).await;
    merchant.payment().await;
    let last = |state: &Value| state["webhooks"][0]["number"] == 103;
    let state = until(async || Some(state(&merchant).await).filter(last)).await;
    let webhooks = state["webhooks"].as_array().expect("webhooks");
    assert_eq!((webhooks.len(), &webhooks[99]["number"]), (100, &json!(4)));
}

#[tokio::test]
async fn it_holds_no_secret() {
    let merchant = with_receiver().await;
    merchant.charge(SUCCEEDS).await;
    let state = state_with(&merchant, 3).await;
    assert!(state["webhook_url"].as_str().is_some_and(|url| url.ends_with("/hooks")));
    let text = state.to_string();
    let Config { private_key, public_key, .. } = Config::default();
    for secret in [SUCCEEDS, &private_key, &public_key, "me:secret", "key=secret"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn it_shows_which_faults_are_on() {
    let merchant = Merchant::open().await;
    assert_eq!(state(&merchant).await["faults"]["webhooks"]["drop"], false);
    merchant.faults(&json!({"webhooks": {"drop": true}, "api": [{"path": "/charges", "status": 503}]})).await;
    let faults = &state(&merchant).await["faults"];
    assert_eq!((&faults["webhooks"]["drop"], &faults["api"][0]["status"]), (&json!(true), &json!(503)));
    merchant.faults(&json!({})).await;
    let faults = &state(&merchant).await["faults"];
    assert_eq!((&faults["webhooks"]["drop"], &faults["api"]), (&json!(false), &json!([])));
}

#[tokio::test]
async fn what_is_pending_is_ended_by_hand_and_told() {
    let merchant = with_receiver().await;
    merchant.set("/sandbox/switches", &json!({"pending_ms": 60_000})).await;
    for (card, end, status, sum) in
        [(PENDING_THEN_FAILS, "succeed", "Succeed", "Captured"), (THREE_D_SECURE, "fail", "Failed", "Initialized")]
    {
        let (payment, charge) = merchant.charge(card).await;
        let ended = good(finish(&merchant, &payment, &id(&charge), end).await, 200).await;
        assert_eq!((&ended["id"], &ended["result"]["status"]), (&charge["id"], &json!(status)));
        assert_eq!(merchant.payment_status(&payment).await, sum);
        let told = |webhook: &&Value| {
            webhook["event"] == "payment.charge.update" && webhook["body"]["data"]["result"]["status"] == status
        };
        until(async || state(&merchant).await["webhooks"].as_array()?.iter().find(told).cloned()).await;
        for other in ["succeed", "fail"] {
            assert_eq!(finish(&merchant, &payment, &id(&charge), other).await.status(), StatusCode::CONFLICT);
        }
    }
}

#[tokio::test]
async fn a_refund_that_is_ended_fails_as_refunds_do() {
    let merchant = Merchant::open_with(Switches { pending_ms: 60_000, ..quick() }, None).await;
    let (payment, _) = merchant.charge(SUCCEEDS).await;
    let refund = merchant.post(&format!("/payments/{payment}/refunds"), &json!({"amount": 2_000})).await;
    let ended = good(finish(&merchant, &payment, &id(&refund), "fail").await, 200).await;
    assert_eq!(ended["result"]["category"], "provider_error");
    assert_eq!(merchant.payment_status(&payment).await, "Captured");
}

#[tokio::test]
async fn nothing_else_can_be_ended() {
    let merchant = Merchant::open().await;
    let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
    for (payment, transaction) in [("none", &*id(&charge)), (&payment, "none")] {
        assert_eq!(finish(&merchant, payment, transaction, "succeed").await.status(), StatusCode::NOT_FOUND);
    }
    assert_eq!(merchant.payment_status(&payment).await, "Pending");
}

#[tokio::test]
async fn one_call_empties_it() {
    let merchant = with_receiver().await;
    merchant.charge(THREE_D_SECURE).await;
    merchant.faults(&json!({"webhooks": {"bad_signature": true}, "refuse_framing": true})).await;
    state_with(&merchant, 3).await;
    let reply = merchant.bare(Method::POST, "/sandbox/reset").send().await.expect("a reply");
    assert_eq!(reply.status(), StatusCode::NO_CONTENT);
    let state = state(&merchant).await;
    assert_eq!((&state["payments"], &state["payments_count"], &state["webhooks"]), (&json!([]), &json!(0), &json!([])));
    assert_eq!(
        (&state["faults"]["webhooks"]["bad_signature"], &state["faults"]["refuse_framing"]),
        (&json!(false), &json!(false))
    );
    assert!(merchant.log().await.is_empty());
}
