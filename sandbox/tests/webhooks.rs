//! The news for the merchant: signed, sent again, and gone wrong on demand.

mod common;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use common::{Merchant, PENDING_THEN_SUCCEEDS, SUCCEEDS, THREE_D_SECURE, id, page, quick, until};
use sandbox::signature::sign;
use sandbox::{Config, Switches};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A webhook as it arrived.
#[derive(Clone, Debug)]
struct Hook {
    headers: HeaderMap,
    body: Value,
}

impl Hook {
    fn event(&self) -> &str {
        self.header("event-type")
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }

    fn is_genuine(&self) -> bool {
        let expected = sign(&Config::default().private_key, self.event(), &self.body);
        self.header("signature") == format!("sig1={expected}")
    }
}

/// Where webhooks arrive: as many are refused as it is told to.
#[derive(Clone, Default)]
struct Inbox(Arc<Mutex<(Vec<Hook>, u32)>>);

impl Inbox {
    async fn open(switches: Switches) -> (Inbox, Merchant) {
        let inbox = Inbox::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().route("/hooks", post(Inbox::receive)).with_state(inbox.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let merchant = Merchant::open_with(switches, Some(format!("http://{address}/hooks"))).await;
        (inbox, merchant)
    }

    async fn receive(State(inbox): State<Inbox>, headers: HeaderMap, body: Bytes) -> StatusCode {
        let body = serde_json::from_slice(&body).expect("JSON");
        let mut inner = inbox.0.lock().expect("no panic");
        inner.0.push(Hook { headers, body });
        match inner.1.checked_sub(1) {
            Some(left) => {
                inner.1 = left;
                StatusCode::INTERNAL_SERVER_ERROR
            }
            None => StatusCode::NO_CONTENT,
        }
    }

    fn refuse(&self, times: u32) {
        self.0.lock().expect("no panic").1 = times;
    }

    fn hooks(&self) -> Vec<Hook> {
        self.0.lock().expect("no panic").0.clone()
    }

    fn of(&self, event: &str) -> Vec<Hook> {
        self.hooks().into_iter().filter(|hook| hook.event() == event).collect()
    }

    /// Those of the event, once there are so many.
    async fn until(&self, event: &str, count: usize) -> Vec<Hook> {
        until(async || Some(self.of(event)).filter(|hooks| hooks.len() >= count)).await
    }
}

#[tokio::test]
async fn a_charge_is_told_from_its_creation_to_its_end() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    let (payment, charge) = merchant.charge(PENDING_THEN_SUCCEEDS).await;
    let hooks = until(async || Some(inbox.hooks()).filter(|hooks| hooks.len() == 5)).await;
    let told: Vec<_> =
        hooks.iter().map(|hook| (hook.event(), hook.body["data"]["result"]["status"].as_str())).collect();
    let expected = [
        ("payment.payment.create", None),
        ("payment.charge.create", Some("Pending")),
        ("payment.payment.update", None),
        ("payment.charge.update", Some("Succeed")),
        ("payment.payment.update", None),
    ];
    assert_eq!(told, expected);
    for hook in &hooks {
        assert!(hook.is_genuine(), "{hook:?}");
        assert_eq!((hook.header("version"), hook.header("x-payments-os-env")), ("1.3.0", "test"));
        assert!(!hook.header("x-zooz-request-id").is_empty());
        assert_eq!(hook.body["payment_id"], payment);
        assert_eq!(hook.body["app_id"], Config::default().app_id);
        let created = hook.body["created"].as_str().expect("a date");
        assert!(hook.body["id"].as_str().is_some_and(|id| id.starts_with(&format!("{payment}-{created}-"))));
    }
    let data = &hooks[3].body["data"];
    assert_eq!(
        (id(data), &data["reconciliation_id"], &data["amount"]),
        (id(&charge), &json!("attempt-1"), &json!(4097))
    );
    let sums: Vec<_> = [0, 2, 4].map(|at: usize| hooks[at].body["data"]["status"].clone()).into();
    assert_eq!(sums, ["Initialized", "Pending", "Captured"]);
    assert_eq!(hooks[1].header("x-zooz-request-id"), hooks[3].header("x-zooz-request-id"), "the charge's request");
}

#[tokio::test]
async fn a_press_on_the_issuers_page_is_told() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    let (_, charge) = merchant.charge(THREE_D_SECURE).await;
    merchant.press(&charge, "cancel").await;
    let hooks = inbox.until("payment.charge.update", 1).await;
    assert_eq!(hooks[0].body["data"]["result"]["sub_category"], "cancelled_by_customer");
    assert!(hooks[0].is_genuine());
}

#[tokio::test]
async fn an_abandoned_redirection_is_told_when_its_time_is_over() {
    let (inbox, merchant) = Inbox::open(Switches { redirection_ms: 200, ..quick() }).await;
    let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
    // Opened, and left.
    assert_eq!(merchant.client.get(page(&charge)).send().await.expect("a page").status(), StatusCode::OK);
    let hooks = inbox.until("payment.charge.update", 1).await;
    let result = &hooks[0].body["data"]["result"];
    assert_eq!((&result["status"], &result["sub_category"]), (&json!("Failed"), &json!("expired")));
    assert_eq!((id(&hooks[0].body["data"]), &hooks[0].body["payment_id"]), (id(&charge), &json!(payment)));
    assert!(hooks[0].is_genuine());
    // The payment was `Pending`, and is open again.
    let sums = inbox.until("payment.payment.update", 2).await;
    assert_eq!(sums[1].body["data"]["status"], "Initialized");
}

#[tokio::test]
async fn a_late_outcome_is_told_even_where_nobody_returned() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    merchant.faults(&json!({"return": {"none": true}})).await;
    let (_, charge) = merchant.charge(THREE_D_SECURE).await;
    merchant.press(&charge, "late-succeed").await;
    let hooks = inbox.until("payment.charge.update", 1).await;
    assert_eq!(hooks[0].body["data"]["result"]["status"], "Succeed");
}

#[tokio::test]
async fn what_closes_a_payment_is_told() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    for (opened, closed, status) in [("charges", "refunds", "Refunded"), ("authorizations", "voids", "Voided")] {
        let payment = merchant.payment().await;
        merchant.post(&format!("/payments/{payment}/{opened}"), &merchant.with_card(SUCCEEDS).await).await;
        merchant.post(&format!("/payments/{payment}/{closed}"), &json!({})).await;
        let event = format!("payment.{}.create", closed.trim_end_matches('s'));
        assert_eq!(inbox.until(&event, 1).await[0].body["data"]["result"]["status"], "Succeed");
        until(async || {
            let sums = inbox.of("payment.payment.update");
            sums.into_iter().find(|hook| hook.body["payment_id"] == payment && hook.body["data"]["status"] == status)
        })
        .await;
    }
    let payment = merchant.payment().await;
    let path = format!("/sandbox/payments/{payment}/chargeback");
    assert_eq!(merchant.bare(reqwest::Method::POST, &path).send().await.expect("a reply").status(), StatusCode::OK);
    let sums = inbox.until("payment.payment.update", 5).await;
    assert!(sums.iter().any(|hook| hook.body["payment_id"] == payment && hook.body["data"]["is_chargedback"] == true));
}

#[tokio::test]
async fn another_amount_is_told() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    let path = format!("/payments/{}", merchant.payment().await);
    let changed = json!({"amount": 5_000, "currency": "EUR"});
    let reply = merchant.request(reqwest::Method::PUT, &path).json(&changed).send().await.expect("a reply");
    assert_eq!(reply.status(), StatusCode::OK);
    let hooks = inbox.until("payment.payment.update", 1).await;
    let data = &hooks[0].body["data"];
    assert_eq!((&data["amount"], &data["currency"]), (&json!(5_000), &json!("EUR")));
    assert!(hooks[0].is_genuine());
}

#[tokio::test]
async fn delayed_ones_come_that_much_later() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    merchant.faults(&json!({"webhooks": {"delay_ms": 300}})).await;
    let before = Instant::now();
    merchant.payment().await;
    inbox.until("payment.payment.create", 1).await;
    assert!(before.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    inbox.refuse(3);
    merchant.payment().await;
    let hooks = inbox.until("payment.payment.create", 4).await;
    assert!(
        hooks.iter().all(|hook| hook.body == hooks[0].body && hook.is_genuine()),
        "the same one, under the same id"
    );
    let logged = until(async || {
        let hooks: Vec<_> = merchant.log().await.into_iter().filter(|entry| entry["kind"] == "webhook").collect();
        Some(hooks).filter(|hooks| hooks.len() == 4)
    })
    .await;
    let statuses: Vec<_> = logged.iter().map(|entry| &entry["status"]).collect();
    assert_eq!(statuses, [500, 500, 500, 204]);
}

#[tokio::test]
async fn it_is_given_up_in_the_end() {
    let (inbox, merchant) = Inbox::open(Switches { webhook_give_up_ms: 0, ..quick() }).await;
    inbox.refuse(1);
    merchant.payment().await;
    inbox.until("payment.payment.create", 1).await;
    merchant.payment().await;
    assert_eq!(inbox.until("payment.payment.create", 2).await.len(), 2);
}

#[tokio::test]
async fn they_go_where_they_are_registered_now() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    merchant.running.set_webhook_url(None);
    merchant.payment().await;
    let elsewhere = format!("http://{}/elsewhere", merchant.running.address);
    merchant.running.set_webhook_url(Some(elsewhere));
    merchant.payment().await;
    until(async || {
        let log = merchant.log().await;
        log.into_iter().find(|entry| entry["kind"] == "webhook" && entry["path"] == "/elsewhere")
    })
    .await;
    assert!(inbox.hooks().is_empty());
}

#[tokio::test]
async fn copies_are_the_same_event() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    merchant.faults(&json!({"webhooks": {"copies": 3}})).await;
    merchant.payment().await;
    let hooks = inbox.until("payment.payment.create", 3).await;
    assert!(hooks.iter().all(|hook| hook.body["id"] == hooks[0].body["id"]));
}

#[tokio::test]
async fn dropped_ones_never_come() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    merchant.faults(&json!({"webhooks": {"drop": true}})).await;
    merchant.charge(SUCCEEDS).await;
    merchant.faults(&json!({})).await;
    merchant.payment().await;
    inbox.until("payment.payment.create", 1).await;
    assert_eq!(inbox.hooks().len(), 1);
}

#[tokio::test]
async fn a_bad_signature_fits_nothing() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    merchant.faults(&json!({"webhooks": {"bad_signature": true}})).await;
    merchant.payment().await;
    let hooks = inbox.until("payment.payment.create", 1).await;
    assert!(!hooks[0].is_genuine());
    assert!(hooks[0].header("signature").starts_with("sig1="));
}

#[tokio::test]
async fn they_may_arrive_before_the_reply() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    merchant.faults(&json!({"webhooks": {"before_reply": true, "delay_ms": 50}})).await;
    let (_, charge) = merchant.charge(SUCCEEDS).await;
    assert_eq!(id(&inbox.of("payment.charge.create")[0].body["data"]), id(&charge), "here already");
}

#[tokio::test]
async fn they_may_arrive_before_the_shopper_does() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    merchant.faults(&json!({"webhooks": {"before_reply": true, "delay_ms": 50}})).await;
    let (_, charge) = merchant.charge(THREE_D_SECURE).await;
    merchant.press(&charge, "succeed").await;
    assert_eq!(inbox.of("payment.charge.update").len(), 1, "here already");
}

#[tokio::test]
async fn they_normally_arrive_after_it() {
    let (inbox, merchant) = Inbox::open(Switches { webhook_ms: 500, ..quick() }).await;
    merchant.payment().await;
    assert!(inbox.hooks().is_empty());
    inbox.until("payment.payment.create", 1).await;
}

#[tokio::test]
async fn shuffled_an_update_overtakes_its_creation() {
    let (inbox, merchant) = Inbox::open(quick()).await;
    merchant.faults(&json!({"webhooks": {"shuffle": true}})).await;
    merchant.charge(PENDING_THEN_SUCCEEDS).await;
    let hooks = until(async || {
        let of_the_charge: Vec<_> =
            inbox.hooks().into_iter().filter(|hook| hook.event().starts_with("payment.charge.")).collect();
        Some(of_the_charge).filter(|hooks| hooks.len() == 2)
    })
    .await;
    let events: Vec<_> = hooks.iter().map(Hook::event).collect();
    assert_eq!(events, ["payment.charge.update", "payment.charge.create"]);
    assert_eq!(hooks[1].body["data"]["result"]["status"], "Pending", "as it was then");
}

#[tokio::test]
async fn a_shuffled_one_that_is_alone_comes_in_the_end() {
    let (inbox, merchant) = Inbox::open(Switches { shuffle_ms: 50, ..quick() }).await;
    merchant.faults(&json!({"webhooks": {"shuffle": true}})).await;
    merchant.payment().await;
    inbox.until("payment.payment.create", 1).await;
}
