//! 3-D Secure that the merchant handles itself: after the issuer's data collection it has PaymentsOS go on, once.

// The helpers unwrap as the tests do.
#![allow(clippy::unwrap_used)]

mod common;

use common::scripted::{self, KEY, PAYMENT, charge_of};
use common::wire::Wire;
use common::{
    COLLECTS_THEN_CHALLENGES, COLLECTS_THEN_SUCCEEDS, FAILS, PENDING_THEN_SUCCEEDS, SUCCEEDS, Shop, Shopper,
    THREE_D_SECURE, good, id, lost_and_not_found, problem,
};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// Has the issuer collect its data, as the script on its page does.
async fn collect(shopper: &Shopper, charge: &Value) {
    assert_eq!(charge["redirection"]["operation_type"], "data_collection");
    let facts =
        json!({"language": "en", "color_depth": 24, "screen_height": 900, "screen_width": 1440, "time_zone": 0});
    let url = charge["redirection"]["url"].as_str().expect("a redirection");
    let reply = shopper.shop.client.post(url).body(facts.to_string()).send().await.expect("a reply");
    assert_eq!(reply.status(), 200);
}

fn body(attempt: Uuid, completed: &str) -> Value {
    json!({
        "reconciliation_id": attempt,
        "three_d_secure_attributes": {"internal": {"data_collection_completed_ind": completed, "browser_language": "en"}},
    })
}

fn request(shopper: &Shopper, charge: &Value, attempt: Uuid) -> RequestBuilder {
    let path = shopper.path(&format!("/charges/{}/authentication-flows", id(charge)));
    shopper.request(Method::POST, &path).header("idempotency-key", attempt.to_string())
}

async fn go_on(shopper: &Shopper, charge: &Value, attempt: Uuid) -> Response {
    request(shopper, charge, attempt).json(&body(attempt, "Y")).send().await.expect("a reply")
}

/// A charge with that card whose data was collected, and its attempt.
async fn collected(shopper: &Shopper, card: &str) -> (Value, Uuid) {
    let attempt = Uuid::new_v4();
    let charge = good(shopper.pay(card, attempt).await, 201).await;
    collect(shopper, &charge).await;
    (charge, attempt)
}

/// The keys of the requests to go on that reached PaymentsOS.
async fn keys(shopper: &Shopper) -> Vec<Value> {
    let path = format!("/payments/{}/", shopper.payment);
    let sent = shopper.shop.entries("request", "POST", "/authentication-flows").await;
    let own = sent.into_iter().filter(|entry| entry["path"].as_str().is_some_and(|sent| sent.starts_with(&path)));
    own.map(|entry| entry["idempotency_key"].clone()).collect()
}

fn key(shopper: &Shopper, attempt: Uuid) -> Value {
    json!(format!("{}:{attempt}:authentication", shopper.payment))
}

#[tokio::test]
async fn where_the_data_is_enough_the_charge_is_done() {
    let mut wire = None;
    let shop = Arc::new(Shop::open_with(|config| wire = Some(Wire::between(config))).await);
    let shopper = shop.shopper().await;
    let (charge, attempt) = collected(&shopper, COLLECTS_THEN_SUCCEEDS).await;
    let mut asked = body(attempt, "Y");
    asked["amount"] = json!(1);
    asked["three_d_secure_attributes"]["external"] = json!({"cavv": "x"});
    asked["three_d_secure_attributes"]["internal"]["challenge_indicator"] = json!("04");
    let sent = request(&shopper, &charge, attempt).header("user-agent", "Browser/1.0").json(&asked).send();
    let paid = good(sent.await.expect("a reply"), 200).await;
    assert_eq!((&paid["id"], &paid["result"]), (&charge["id"], &json!({"status": "Succeed"})));
    assert_eq!((&paid["amount"], &paid["currency"]), (&json!(4097), &json!("USD")));
    assert_eq!(good(shopper.get(&format!("/charges/{}", id(&charge))).await, 200).await, paid);

    let (headers, sent) = wire.expect("a wire").creates().pop().expect("a request");
    let internal = json!({"data_collection_completed_ind": "Y", "browser_language": "en", "browser_header": "*/*"});
    assert_eq!(sent, json!({"reconciliation_id": attempt, "three_d_secure_attributes": {"internal": internal}}));
    assert_eq!(headers["x-client-ip-address"], "127.0.0.1");
    assert_eq!(headers["x-client-user-agent"], "Browser/1.0");
    assert_eq!(keys(&shopper).await, [key(&shopper, attempt)]);
    assert_eq!(shop.merchant.alerts(), []);
}

#[tokio::test]
async fn a_challenge_is_handed_on_and_decides() {
    let shop = Arc::new(Shop::open().await);
    for (card, completed) in [(COLLECTS_THEN_CHALLENGES, "Y"), (COLLECTS_THEN_SUCCEEDS, "N")] {
        let shopper = shop.shopper().await;
        let (charge, attempt) = collected(&shopper, card).await;
        let reply = request(&shopper, &charge, attempt).json(&body(attempt, completed)).send().await.expect("a reply");
        let challenged = good(reply, 200).await;
        assert_eq!((&challenged["id"], &challenged["result"]), (&charge["id"], &json!({"status": "Pending"})));
        assert_eq!(challenged["redirection"].get("operation_type"), None);
        assert_ne!(challenged["redirection"]["url"], charge["redirection"]["url"]);
        // As the create said, which the reply in between does not repeat.
        assert_eq!(challenged["provider_specific_data"], json!({"iframeAllowed": true}));
        assert_eq!(good(shopper.get(&format!("/charges/{}", id(&charge))).await, 200).await, challenged);
        shopper.press(&challenged, "succeed").await;
        assert_eq!(good(shopper.wait(&charge).await, 200).await["result"]["status"], "Succeed");
    }
}

#[tokio::test]
async fn an_authorization_goes_on_like_a_charge() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper_of(&json!({"kind": "authorization"})).await;
    let (authorization, attempt) = collected(&shopper, COLLECTS_THEN_SUCCEEDS).await;
    let as_charge = go_on(&shopper, &authorization, attempt).await;
    assert_eq!(problem(as_charge, 422).await, "kind");
    let path = shopper.path(&format!("/authorizations/{}/authentication-flows", id(&authorization)));
    let request = shopper.request(Method::POST, &path).header("idempotency-key", attempt.to_string());
    let done = good(request.json(&body(attempt, "Y")).send().await.expect("a reply"), 200).await;
    assert_eq!(done["result"]["status"], "Succeed");
    assert_eq!(good(shopper.get("").await, 200).await["status"], "Authorized");
}

#[tokio::test]
async fn a_repeat_gets_the_same_and_what_is_final_is_not_asked_for_again() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let (charge, attempt) = collected(&shopper, COLLECTS_THEN_CHALLENGES).await;
    let challenged = good(go_on(&shopper, &charge, attempt).await, 200).await;
    assert_eq!(good(go_on(&shopper, &charge, attempt).await, 200).await, challenged);
    shopper.press(&challenged, "succeed").await;
    let paid = good(shopper.wait(&charge).await, 200).await;
    let before = keys(&shopper).await;
    assert_eq!(before, vec![key(&shopper, attempt); 2]);
    assert_eq!(good(go_on(&shopper, &charge, attempt).await, 200).await, paid);
    assert_eq!(keys(&shopper).await, before);
}

#[tokio::test]
async fn two_at_once_reach_paymentsos_one_after_the_other() {
    let shop = Arc::new(Shop::open().await);
    for (card, sent) in [(COLLECTS_THEN_SUCCEEDS, 1), (COLLECTS_THEN_CHALLENGES, 2)] {
        let shopper = shop.shopper().await;
        let (charge, attempt) = collected(&shopper, card).await;
        // At once, the second would be told of a conflict.
        shop.faults(&json!({"api": [{"method": "POST", "path": "/authentication-flows", "latency_ms": 200}]})).await;
        let (one, two) = tokio::join!(go_on(&shopper, &charge, attempt), go_on(&shopper, &charge, attempt));
        assert_eq!(good(one, 200).await, good(two, 200).await);
        assert_eq!(keys(&shopper).await, vec![key(&shopper, attempt); sent]);
    }
}

#[tokio::test]
async fn a_lost_reply_is_found_at_once() {
    let shop = Arc::new(Shop::open_deaf().await);
    for (card, status) in [(COLLECTS_THEN_SUCCEEDS, "Succeed"), (COLLECTS_THEN_CHALLENGES, "Pending")] {
        let shopper = shop.shopper().await;
        let (charge, attempt) = collected(&shopper, card).await;
        shop.faults(&json!({"api": [{"path": "/authentication-flows", "lose_reply": true}]})).await;
        let found = good(go_on(&shopper, &charge, attempt).await, 200).await;
        shop.faults(&json!({})).await;
        assert_eq!(found["result"]["status"], status);
        assert_eq!(found["redirection"]["url"], shopper.transactions().await[0]["redirection"]["url"]);
        assert_eq!(keys(&shopper).await.len(), 1);
    }
}

#[tokio::test]
async fn a_reply_that_is_lost_and_not_found_is_asked_for_again_under_the_same_key() {
    let shop = Arc::new(Shop::open_deaf().await);
    for carried_out in [true, false] {
        let shopper = shop.shopper().await;
        let (charge, attempt) = collected(&shopper, COLLECTS_THEN_SUCCEEDS).await;
        let faults = json!({"api": [
            {"path": "/authentication-flows", "lose_reply": true, "after": carried_out},
            {"method": "GET", "path": "/payments/", "status": 503},
        ]});
        shop.faults(&faults).await;
        assert_eq!(problem(go_on(&shopper, &charge, attempt).await, 502).await, "paymentsos-unavailable");
        shop.faults(&json!({})).await;
        assert_eq!(good(go_on(&shopper, &charge, attempt).await, 200).await["result"]["status"], "Succeed");
        assert_eq!(keys(&shopper).await, vec![key(&shopper, attempt); 2]);
        assert_eq!(shopper.transactions().await.len(), 1);
    }
}

#[tokio::test]
async fn what_came_of_it_is_not_known_while_the_transaction_still_waits() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let (charge, attempt) = collected(&shopper, COLLECTS_THEN_SUCCEEDS).await;
    for (status, expected) in [
        (500, (502, "paymentsos-unavailable")),
        (429, (503, "paymentsos-busy")),
        (409, (409, "conflict")),
        (404, (422, "refused")),
        (400, (422, "refused")),
    ] {
        shop.faults(&json!({"api": [{"path": "/authentication-flows", "status": status, "times": 1}]})).await;
        let (replied, kind) = expected;
        assert_eq!(problem(go_on(&shopper, &charge, attempt).await, replied).await, kind);
    }
    assert_eq!(good(go_on(&shopper, &charge, attempt).await, 200).await["result"]["status"], "Succeed");
}

#[tokio::test]
async fn a_transaction_that_does_not_wait_for_it_is_replied_as_it_is() {
    let shop = Arc::new(Shop::open_deaf().await);
    for (card, asked) in [(SUCCEEDS, 0), (THREE_D_SECURE, 1), (PENDING_THEN_SUCCEEDS, 1)] {
        let shopper = shop.shopper().await;
        let attempt = Uuid::new_v4();
        let charge = good(shopper.pay(card, attempt).await, 201).await;
        assert_eq!(good(go_on(&shopper, &charge, attempt).await, 200).await, charge);
        assert_eq!(keys(&shopper).await.len(), asked);
    }
}

#[tokio::test]
async fn only_the_attempt_that_made_the_transaction_goes_on() {
    let shop = Arc::new(Shop::open().await);
    let (shopper, other) = (shop.shopper().await, shop.shopper().await);
    let failed = Uuid::new_v4();
    good(shopper.pay(FAILS, failed).await, 201).await;
    let (_, elsewhere) = collected(&other, COLLECTS_THEN_SUCCEEDS).await;
    let (charge, attempt) = collected(&shopper, COLLECTS_THEN_SUCCEEDS).await;
    for another in [Uuid::new_v4(), failed, elsewhere] {
        assert_eq!(problem(go_on(&shopper, &charge, another).await, 422).await, "another-attempt");
    }
    let unknown = json!({"id": Uuid::new_v4()});
    assert_eq!(problem(go_on(&shopper, &unknown, attempt).await, 404).await, "not-found");
    assert_eq!(keys(&shopper).await, Vec::<Value>::new());
    assert_eq!(good(go_on(&shopper, &charge, attempt).await, 200).await["result"]["status"], "Succeed");
}

#[tokio::test]
async fn only_the_orders_own_session_goes_on_from_the_shops_own_pages() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let (charge, attempt) = collected(&shopper, COLLECTS_THEN_SUCCEEDS).await;
    let stranger = Shopper { cookie: "shop_session=00".to_owned(), ..shopper.clone() };
    assert_eq!(problem(go_on(&stranger, &charge, attempt).await, 401).await, "no-session");
    let other = Shopper { cookie: shop.shopper().await.cookie, ..shopper.clone() };
    assert_eq!(problem(go_on(&other, &charge, attempt).await, 403).await, "another-session");
    let evil = request(&shopper, &charge, attempt).header("origin", "https://evil.example");
    let evil = evil.json(&body(attempt, "Y")).send().await.expect("a reply");
    assert_eq!(problem(evil, 403).await, "origin");
    assert_eq!(keys(&shopper).await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_not_right_is_refused_before_paymentsos_hears_of_it() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let (charge, attempt) = collected(&shopper, COLLECTS_THEN_SUCCEEDS).await;
    let mut without = body(attempt, "Y");
    without["three_d_secure_attributes"] = json!({"internal": {}});
    for (body, status, expected) in [
        (body(attempt, "yes"), 422, "data-collection-completed-ind"),
        (without, 422, "data-collection-completed-ind"),
        (body(Uuid::new_v4(), "Y"), 400, "reconciliation-id"),
        (json!("Y"), 400, "json"),
    ] {
        let reply = request(&shopper, &charge, attempt).json(&body).send().await.expect("a reply");
        assert_eq!(problem(reply, status).await, expected, "{body}");
    }
    let path = shopper.path(&format!("/charges/{}/authentication-flows", id(&charge)));
    let without_key = shopper.request(Method::POST, &path).json(&body(attempt, "Y")).send().await.expect("a reply");
    assert_eq!(problem(without_key, 400).await, "idempotency-key");
    assert_eq!(problem(shopper.request(Method::GET, &path).send().await.expect("a reply"), 405).await, "method");
    assert_eq!(keys(&shopper).await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_attempt_whose_create_was_lost_goes_on_all_the_same() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let attempt = Uuid::new_v4();
    shop.faults(&lost_and_not_found(true)).await;
    problem(shopper.pay(COLLECTS_THEN_SUCCEEDS, attempt).await, 502).await;
    shop.faults(&json!({})).await;
    let charge = shopper.transactions().await.remove(0);
    collect(&shopper, &charge).await;
    let paid = good(go_on(&shopper, &charge, attempt).await, 200).await;
    assert_eq!(paid["result"]["status"], "Succeed");
    assert_eq!(good(shopper.pay(COLLECTS_THEN_SUCCEEDS, attempt).await, 201).await, paid);
    assert_eq!(shopper.transactions().await.len(), 1);
}

#[tokio::test]
async fn an_attempt_whose_place_another_took_goes_on_under_that_ones_key() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let (lost, other) = (Uuid::new_v4(), Uuid::new_v4());
    shop.faults(&lost_and_not_found(false)).await;
    problem(shopper.pay(COLLECTS_THEN_CHALLENGES, lost).await, 502).await;
    shop.faults(&json!({})).await;
    let charge = good(shopper.pay(COLLECTS_THEN_CHALLENGES, other).await, 201).await;
    let challenged = good(go_on(&shopper, &charge, lost).await, 200).await;
    assert_eq!(good(go_on(&shopper, &charge, other).await, 200).await, challenged);
    assert_eq!(keys(&shopper).await, vec![key(&shopper, other); 2]);
}

#[tokio::test]
async fn a_reply_that_does_not_tell_of_the_transaction_is_not_believed() {
    let shop = scripted::Shop::open().await;
    let mut charge = charge_of(KEY, "one", "Pending");
    charge["redirection"] = json!({"url": "https://issuer.example/", "operation_type": "data_collection"});
    shop.script.lock().unwrap().created = charge.clone();
    shop.script.lock().unwrap().unlisted = Some(charge.clone());
    good(shop.pay(json!({})).await, 201).await;
    shop.charges(json!([charge]));
    let payment = |id: &str, charges: Value| {
        let related = json!({"charges": charges, "authorizations": []});
        json!({"id": id, "amount": 4097, "currency": "USD", "status": "Captured", "related_resources": related})
    };
    let done = json!([charge_of(KEY, "one", "Succeed")]);
    for gone_on in [
        json!({}),
        done[0].clone(),
        payment("another", done.clone()),
        payment(PAYMENT, json!([])),
        payment(PAYMENT, json!([charge_of(KEY, "two", "Succeed")])),
        json!({"id": PAYMENT, "amount": 4097, "currency": "USD", "status": "Captured"}),
    ] {
        shop.script.lock().unwrap().gone_on = gone_on;
        assert_eq!(problem(shop.authenticate(KEY, "one").await, 502).await, "paymentsos-unavailable");
    }
    shop.script.lock().unwrap().gone_on = payment(PAYMENT, done);
    assert_eq!(good(shop.authenticate(KEY, "one").await, 200).await["result"]["status"], "Succeed");
    assert_eq!(shop.alerts(), []);
}
