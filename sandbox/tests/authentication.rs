//! Self-handled 3-D Secure: the issuer collects its data, then the merchant goes on.

mod common;

use common::{
    COLLECTS_THEN_CHALLENGES, COLLECTS_THEN_SUCCEEDS, Merchant, SUCCEEDS, THREE_D_SECURE, good, id, location, page,
    quick,
};
use reqwest::{Method, Response, StatusCode};
use sandbox::{Replay, Switches};
use serde_json::{Value, json};

/// Does what the collector's script does: where it says to go back to.
async fn collect(merchant: &Merchant, transaction: &Value) -> Value {
    let facts =
        json!({"language": "en-GB", "color_depth": 24, "screen_height": 900, "screen_width": 1440, "time_zone": -60});
    let reply = merchant.client.post(page(transaction)).body(facts.to_string()).send().await.expect("a reply");
    good(reply, 200).await["merchant_site_url"].clone()
}

/// The transaction at a path, with its payment's id.
struct Begun {
    payment: String,
    path: String,
    transaction: Value,
}

async fn begin(merchant: &Merchant, kind: &str, card: &str) -> Begun {
    let payment = merchant.payment().await;
    let path = format!("/payments/{payment}/{kind}");
    let transaction = merchant.post(&path, &merchant.with_card(card).await).await;
    Begun { payment, path: format!("{path}/{}", id(&transaction)), transaction }
}

async fn go_on(merchant: &Merchant, begun: &Begun, completed: &str, key: &str) -> Response {
    let body = json!({
        "reconciliation_id": "attempt-1",
        "three_d_secure_attributes": {"internal": {"data_collection_completed_ind": completed, "browser_language": "en"}},
    });
    let request = merchant.request(Method::POST, &format!("{}/authentication-flows", begun.path));
    request.header("idempotency-key", key).json(&body).send().await.expect("a reply")
}

/// The one transaction of the payment that was replied.
fn only<'a>(payment: &'a Value, kind: &str) -> &'a Value {
    let list = payment["related_resources"][kind].as_array().expect("a list");
    assert_eq!(list.len(), 1);
    &list[0]
}

#[tokio::test]
async fn a_collection_is_told_from_a_page_for_the_shopper() {
    let merchant = Merchant::open().await;
    for kind in ["charges", "authorizations"] {
        let begun = begin(&merchant, kind, COLLECTS_THEN_SUCCEEDS).await;
        assert_eq!(begun.transaction["result"], json!({"status": "Pending"}));
        assert_eq!(begun.transaction["redirection"]["operation_type"], "data_collection");
        assert!(page(&begun.transaction).starts_with(&format!("{}/collect/", merchant.running.public_url)));
        assert_eq!(merchant.get(&begun.path).await["redirection"], begun.transaction["redirection"]);
    }
    let begun = begin(&merchant, "charges", THREE_D_SECURE).await;
    assert!(begun.transaction["redirection"].get("operation_type").is_none());
}

#[tokio::test]
async fn it_goes_back_to_the_shop_with_the_status_as_it_is() {
    let merchant = Merchant::open().await;
    let begun = begin(&merchant, "authorizations", COLLECTS_THEN_SUCCEEDS).await;
    let (payment, id) = (&begun.payment, id(&begun.transaction));
    let expected =
        format!("https://shop.example/return?cart=7&payment_id={payment}&authorization_id={id}&status=Pending#top");
    // A page that is loaded again does it again.
    for _ in 0..2 {
        assert_eq!(collect(&merchant, &begun.transaction).await, json!(expected));
    }
    assert_eq!(merchant.get(&begun.path).await["result"]["status"], "Pending");
}

#[tokio::test]
async fn where_the_data_is_enough_it_succeeds_at_once() {
    let merchant = Merchant::open().await;
    for (kind, status) in [("charges", "Captured"), ("authorizations", "Authorized")] {
        let begun = begin(&merchant, kind, COLLECTS_THEN_SUCCEEDS).await;
        collect(&merchant, &begun.transaction).await;
        let payment = good(go_on(&merchant, &begun, "Y", kind).await, 201).await;
        assert_eq!((&payment["id"], &payment["status"]), (&json!(begun.payment), &json!(status)));
        let transaction = only(&payment, kind);
        assert_eq!(transaction["id"], begun.transaction["id"]);
        assert_eq!(transaction["result"], json!({"status": "Succeed"}));
        assert_eq!(merchant.get(&begun.path).await["result"]["status"], "Succeed");
    }
}

#[tokio::test]
async fn without_the_data_the_shopper_is_challenged() {
    let merchant = Merchant::open().await;
    for (card, collects, completed) in [
        (COLLECTS_THEN_CHALLENGES, true, "Y"),
        (COLLECTS_THEN_SUCCEEDS, true, "N"),
        // Whatever the merchant says of it.
        (COLLECTS_THEN_SUCCEEDS, false, "Y"),
    ] {
        let begun = begin(&merchant, "charges", card).await;
        if collects {
            collect(&merchant, &begun.transaction).await;
        }
        let payment = good(go_on(&merchant, &begun, completed, "k").await, 201).await;
        let charge = only(&payment, "charges");
        assert_eq!(charge["result"], json!({"status": "Pending"}));
        assert!(charge["redirection"].get("operation_type").is_none());
        assert!(page(charge).contains("/3ds/"), "{charge}");
        assert_eq!(payment["related_resources"]["redirections"], json!([charge["redirection"]]));
        let shown = merchant.client.get(page(charge)).send().await.expect("a page").text().await.expect("its text");
        assert!(shown.contains("name=\"outcome\" value=\"succeed\""), "{shown}");
        assert!(location(&merchant.press(charge, "succeed").await).ends_with("status=Succeed#top"));
        assert_eq!(merchant.payment_status(&begun.payment).await, "Captured");
    }
}

#[tokio::test]
async fn a_repeat_under_the_same_key_gets_the_same() {
    for replay in [Replay::Current, Replay::Snapshot] {
        let merchant = Merchant::open_with(Switches { replay, ..quick() }, None).await;
        for card in [COLLECTS_THEN_SUCCEEDS, COLLECTS_THEN_CHALLENGES] {
            let begun = begin(&merchant, "charges", card).await;
            collect(&merchant, &begun.transaction).await;
            let first = good(go_on(&merchant, &begun, "Y", "k").await, 201).await;
            assert_eq!(good(go_on(&merchant, &begun, "N", "k").await, 201).await, first);
            good(go_on(&merchant, &begun, "Y", "another").await, 409).await;
        }
    }
}

#[tokio::test]
async fn what_does_not_wait_for_it_conflicts() {
    let merchant = Merchant::open().await;
    for card in [SUCCEEDS, THREE_D_SECURE] {
        let begun = begin(&merchant, "charges", card).await;
        let refusal = good(go_on(&merchant, &begun, "Y", "k").await, 409).await;
        assert_eq!(refusal["more_info"], "Please check the current state of the payment.");
    }
    let begun = begin(&merchant, "charges", COLLECTS_THEN_SUCCEEDS).await;
    let elsewhere = Begun { path: begun.path.replace("/charges/", "/authorizations/"), ..begun };
    good(go_on(&merchant, &elsewhere, "Y", "k").await, 404).await;
    let unknown = Begun { path: "/payments/none/charges/none".to_owned(), ..elsewhere };
    good(go_on(&merchant, &unknown, "Y", "k").await, 404).await;
}

#[tokio::test]
async fn the_merchant_must_say_whether_it_was_completed_and_be_one() {
    let merchant = Merchant::open().await;
    let begun = begin(&merchant, "charges", COLLECTS_THEN_SUCCEEDS).await;
    let refusal = good(go_on(&merchant, &begun, "yes", "k").await, 400).await;
    assert!(refusal["more_info"].as_str().is_some_and(|info| info.contains("data_collection_completed_ind")));
    let stranger = merchant.bare(Method::POST, &format!("{}/authentication-flows", begun.path));
    good(stranger.header("x-payments-os-env", "test").send().await.expect("a reply"), 401).await;
    assert_eq!(merchant.get(&begun.path).await["result"]["status"], "Pending");
}

#[tokio::test]
async fn a_collection_that_nobody_goes_on_from_fails_and_a_challenge_has_its_own_time() {
    let merchant = Merchant::open_with(Switches { redirection_ms: 1_500, ..quick() }, None).await;
    let begun = begin(&merchant, "charges", COLLECTS_THEN_CHALLENGES).await;
    let left = begin(&merchant, "charges", COLLECTS_THEN_CHALLENGES).await;
    let long = json!({"redirection_ms": 60_000});
    assert_eq!(merchant.set("/sandbox/switches", &long).await.status(), StatusCode::OK);
    good(go_on(&merchant, &begun, "Y", "k").await, 201).await;
    let failed = merchant.until(&left.path, "Failed").await;
    assert_eq!(failed["result"]["sub_category"], "expired");
    good(go_on(&merchant, &left, "Y", "k").await, 409).await;
    assert_eq!(merchant.get(&begun.path).await["result"]["status"], "Pending");
}

#[tokio::test]
async fn the_collector_runs_its_own_script_and_may_be_framed_by_anybody() {
    let merchant = Merchant::open_with(Switches { iframe_allowed: false, ..quick() }, None).await;
    let begun = begin(&merchant, "charges", COLLECTS_THEN_SUCCEEDS).await;
    let shown = merchant.client.get(page(&begun.transaction)).send().await.expect("a page");
    let headers = shown.headers().clone();
    let policy = headers["content-security-policy"].to_str().expect("a policy");
    assert_eq!(
        policy,
        "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'"
    );
    assert!(!headers.contains_key("x-frame-options"));
    assert!(shown.text().await.expect("its text").contains("src=\"../collector.js\""));
    let script = merchant.client.get(merchant.url("/collector.js")).send().await.expect("a script");
    assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
    // The challenge behind it is a page for the shopper.
    let payment = good(go_on(&merchant, &begun, "N", "k").await, 201).await;
    let challenge = merchant.client.get(page(only(&payment, "charges"))).send().await.expect("a page");
    assert_eq!(challenge.headers()["x-frame-options"], "DENY");
}

#[tokio::test]
async fn what_no_browser_says_of_itself_is_no_data() {
    let merchant = Merchant::open().await;
    let begun = begin(&merchant, "charges", COLLECTS_THEN_SUCCEEDS).await;
    for facts in ["", "{}", r#"{"language":"","color_depth":24,"screen_height":1,"screen_width":1,"time_zone":0}"#] {
        let reply = merchant.client.post(page(&begun.transaction)).body(facts).send().await.expect("a reply");
        assert_eq!(reply.status(), StatusCode::BAD_REQUEST, "{facts}");
    }
    for other in ["/collect/none".to_owned(), page(&begun.transaction).replace("/collect/", "/3ds/")] {
        let other = if other.starts_with('/') { merchant.url(&other) } else { other };
        assert_eq!(merchant.client.get(&other).send().await.expect("a page").status(), StatusCode::NOT_FOUND);
    }
    let payment = good(go_on(&merchant, &begun, "Y", "k").await, 201).await;
    assert_eq!(only(&payment, "charges")["result"]["status"], "Pending");
}

#[tokio::test]
async fn a_collector_stays_when_told_to() {
    let merchant = Merchant::open().await;
    for faults in [json!({"collect_never_returns": true}), json!({"return": {"none": true}})] {
        merchant.faults(&faults).await;
        let begun = begin(&merchant, "charges", COLLECTS_THEN_SUCCEEDS).await;
        assert_eq!(collect(&merchant, &begun.transaction).await, Value::Null);
        let payment = good(go_on(&merchant, &begun, "N", "k").await, 201).await;
        assert_eq!(only(&payment, "charges")["result"]["status"], "Pending");
    }
}

#[tokio::test]
async fn the_log_tells_of_each_step() {
    let merchant = Merchant::open().await;
    let begun = begin(&merchant, "charges", COLLECTS_THEN_SUCCEEDS).await;
    merchant.client.get(page(&begun.transaction)).send().await.expect("a page");
    collect(&merchant, &begun.transaction).await;
    go_on(&merchant, &begun, "Y", "k").await;
    let log = merchant.log().await;
    let folder = format!("/collect/{}", id(&begun.transaction["redirection"]));
    let flow = format!("{}/authentication-flows", begun.path);
    let expected = [
        ("page", "GET", &folder, Value::Null, 200, "Pending"),
        ("page", "POST", &folder, Value::Null, 200, "Pending"),
        ("request", "POST", &flow, json!("k"), 201, "Succeed"),
    ];
    let last = &log[log.len() - expected.len()..];
    for (entry, (kind, method, path, key, status, result)) in last.iter().zip(expected) {
        assert_eq!((&entry["kind"], &entry["method"], &entry["path"]), (&json!(kind), &json!(method), &json!(path)));
        assert_eq!((&entry["idempotency_key"], &entry["status"]), (&key, &json!(status)));
        assert_eq!(entry["result"], result);
        assert_eq!((&entry["payment_id"], &entry["transaction_id"]), (&json!(begun.payment), &begun.transaction["id"]));
    }
}
