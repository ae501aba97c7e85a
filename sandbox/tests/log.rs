//! The log: what a test counts charges by.

mod common;

use common::{Merchant, SUCCEEDS, THREE_D_SECURE, good, id, page};
use reqwest::Method;
use sandbox::Config;
use serde_json::{Value, json};

#[tokio::test]
async fn it_tells_who_did_what_to_which_transaction() {
    let merchant = Merchant::open().await;
    let payment = merchant.payment().await;
    let body = merchant.with_card(THREE_D_SECURE).await;
    let charges = format!("/payments/{payment}/charges");
    let request = merchant.request(Method::POST, &charges).header("idempotency-key", "k").json(&body);
    let charge: Value = request.send().await.expect("a reply").json().await.expect("a charge");
    merchant.client.get(page(&charge)).send().await.expect("a page");
    merchant.press(&charge, "succeed").await;
    let one = format!("{charges}/{}", id(&charge));
    merchant.get(&format!("{one}?secret=1")).await;
    merchant.refused(&charges, &body, 409).await;

    let log = merchant.log().await;
    let folder = format!("/3ds/{}", id(&charge["redirection"]));
    let told: Vec<_> = log
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap_or("-").to_owned();
            (text("kind"), text("method"), text("path"), entry["status"].as_u64().unwrap_or_default(), text("result"))
        })
        .collect();
    let line = |kind: &str, method: &str, path: &str, status, result: &str| {
        (kind.to_owned(), method.to_owned(), path.to_owned(), status, result.to_owned())
    };
    let expected = [
        line("request", "POST", "/payments", 201, "-"),
        line("request", "POST", "/tokens", 201, "-"),
        line("request", "POST", &charges, 201, "Pending"),
        line("page", "GET", &folder, 200, "Pending"),
        line("page", "POST", &folder, 303, "Succeed"),
        line("request", "GET", &one, 200, "Succeed"),
        line("request", "POST", &charges, 409, "-"),
    ];
    assert_eq!(told, expected);
    assert_eq!(log[2]["idempotency_key"], "k");
    for entry in &log[2..6] {
        assert_eq!((&entry["payment_id"], &entry["transaction_id"]), (&json!(payment), &charge["id"]));
    }
    assert!(log.windows(2).all(|pair| pair[0]["at"].as_u64() <= pair[1]["at"].as_u64()));
}

#[tokio::test]
async fn a_lost_reply_has_no_status_but_its_charge_is_there() {
    let merchant = Merchant::open().await;
    let (payment, body) = (merchant.payment().await, merchant.with_card(SUCCEEDS).await);
    merchant.faults(&json!({"api": [{"path": "/charges", "lose_reply": true}]})).await;
    let lost = merchant.request(Method::POST, &format!("/payments/{payment}/charges")).json(&body).send().await;
    assert!(lost.is_err());
    let log = merchant.log().await;
    let entry = log.last().expect("an entry");
    assert_eq!((&entry["status"], &entry["result"]), (&Value::Null, &json!("Succeed")));
    assert!(entry["transaction_id"].is_string());
}

#[tokio::test]
async fn it_holds_no_secret() {
    let merchant = Merchant::open().await;
    merchant.charge(SUCCEEDS).await;
    let payment = merchant.payment().await;
    let body =
        json!({"payment_method": {"type": "untokenized", "source_type": "credit_card", "card_number": SUCCEEDS}});
    let charge = merchant.post(&format!("/payments/{payment}/charges"), &body).await;
    assert!(!charge.to_string().contains(SUCCEEDS));
    let log = json!(merchant.log().await).to_string();
    let Config { private_key, public_key, .. } = Config::default();
    for secret in [SUCCEEDS, &private_key, &public_key] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn it_is_left_at_one_payment_or_at_the_newest_entries() {
    let merchant = Merchant::open().await;
    let (payment, _) = merchant.charge(SUCCEEDS).await;
    merchant.charge(SUCCEEDS).await;
    let ask = async |query: &str| {
        let reply = merchant.bare(Method::GET, &format!("/sandbox/log?{query}")).send().await.expect("a reply");
        good(reply, 200).await
    };
    let all = merchant.log().await;
    assert_eq!(ask("last=2").await, json!(all[all.len() - 2..]));
    let of_one: Vec<_> = all.iter().filter(|entry| entry["payment_id"] == payment).collect();
    assert_eq!(of_one.len(), 2);
    assert_eq!(ask(&format!("payment_id={payment}")).await, json!(of_one));
    assert_eq!(ask(&format!("payment_id={payment}&last=1")).await, json!(of_one[1..]));
    for odd in ["last=few", "payment=p"] {
        let reply = merchant.bare(Method::GET, &format!("/sandbox/log?{odd}")).send().await.expect("a reply");
        good(reply, 400).await;
    }
}

#[tokio::test]
async fn it_can_be_cleared() {
    let merchant = Merchant::open().await;
    merchant.payment().await;
    let reply = merchant.bare(Method::DELETE, "/sandbox/log").send().await.expect("a reply");
    assert_eq!(reply.status(), 204);
    assert!(merchant.log().await.is_empty());
}
