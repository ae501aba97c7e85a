//! The contract: as it is checked in, as it is served, and as the backend keeps it.

mod common;

use common::{FAILS, SUCCEEDS, Shop, THREE_D_SECURE, good};
use merchant::{contract, contract_page};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

fn document() -> Value {
    serde_json::from_str(&contract()).expect("JSON")
}

#[test]
fn what_is_checked_in_is_current() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    for (name, made) in [("merchant-api.json", contract()), ("merchant-api.md", contract_page())] {
        let read = fs::read_to_string(docs.join(name)).expect(name);
        assert!(read == made, "docs/{name} is not current: run `cargo run -p merchant -- contract --write`");
    }
}

#[test]
fn the_page_says_who_asks_from_where_and_which_headers_come() {
    let page = contract_page();
    let call = |title: &str| {
        let calls: Vec<_> = page.split("\n## ").filter(|part| part.starts_with(title)).collect();
        calls.first().copied().unwrap_or_else(|| panic!("{title} is missing")).to_owned()
    };
    let (create, status) = (call("Makes a charge"), call("The charge, as it is now"));
    assert!(create.contains("| who | [session](#who-asks) or [client-token](#who-asks) |"), "{create}");
    assert!(create.contains("`Origin`") && create.contains("`Sec-Fetch-Site`"), "{create}");
    assert!(create.contains("| 429 header | `Retry-After` |"), "{create}");
    assert!(status.contains("| who | anybody or [session]"), "{status}");
    assert!(status.contains("| 200 header | `Preference-Applied` |"), "{status}");
    let who = call("Who asks");
    assert!(who.contains("the cookie `shop_session`") && who.contains("`Authorization: Bearer …`"), "{who}");
    assert!(page.contains("`Access-Control-Allow-Origin`"));
}

#[tokio::test]
async fn it_is_served() {
    let shop = Shop::open().await;
    let served = good(shop.request(Method::GET, "/openapi.json").send().await.expect("a reply"), 200).await;
    assert_eq!(served, document());
}

#[test]
fn every_reference_leads_somewhere() {
    fn check(value: &Value, document: &Value) {
        match value {
            Value::Object(fields) => {
                if let Some(at) = fields.get("$ref") {
                    let at = at.as_str().and_then(|at| at.strip_prefix('#')).expect("a local reference");
                    assert!(document.pointer(at).is_some(), "{at}");
                }
                fields.values().for_each(|field| check(field, document));
            }
            Value::Array(items) => items.iter().for_each(|item| check(item, document)),
            _ => {}
        }
    }
    let document = document();
    check(&document, &document);
}

/// Holds a reply to what the contract says of its call: its status, its media type and what its body must have.
async fn keeps(path: &str, method: &str, reply: Response) {
    let document = document();
    let status = reply.status().as_u16().to_string();
    let said = &document["paths"][path][method]["responses"][&status];
    assert!(said.is_object(), "{method} {path} is not said to reply {status}");
    assert_eq!(reply.headers()["cache-control"], "no-store");
    let media_type = reply.headers()["content-type"].to_str().expect("text").to_owned();
    let at = said["content"][&media_type]["schema"]["$ref"].as_str();
    let schema = document.pointer(at.unwrap_or_else(|| panic!("{path}: {media_type}")).trim_start_matches('#'));
    let schema = schema.expect("a schema");
    let body: Value = reply.json().await.expect("JSON");
    for name in schema["required"].as_array().expect("names") {
        assert!(body.get(name.as_str().expect("a name")).is_some(), "{path} {status}: {name} is missing");
    }
    for name in body.as_object().expect("an object").keys() {
        assert!(schema["properties"].get(name).is_some(), "{path} {status}: {name} is not in the contract");
    }
}

#[tokio::test]
async fn replies_are_those_of_the_contract() {
    let shop = Arc::new(Shop::open().await);
    let (payment, creates, reads) =
        ("/api/payments/{payment_id}", "/api/payments/{payment_id}/charges", "/api/payments/{payment_id}/charges/{id}");
    for card in [SUCCEEDS, FAILS, THREE_D_SECURE] {
        let shopper = shop.shopper().await;
        keeps(creates, "post", shopper.pay(card, Uuid::new_v4()).await).await;
        let read = good(shopper.get("").await, 200).await;
        let id = read["related_resources"]["charges"][0]["id"].as_str().expect("a charge").to_owned();
        keeps(payment, "get", shopper.get("").await).await;
        keeps(reads, "get", shopper.get(&format!("/charges/{id}")).await).await;
    }
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let body = shopper.body(SUCCEEDS, key).await;
    let mut otherwise = body.clone();
    otherwise["expected"] = json!({"amount": 1, "currency": "USD"});
    keeps(creates, "post", shopper.post(key, &otherwise).await).await;
    keeps(creates, "post", shopper.post(Uuid::new_v4(), &body).await).await;
    keeps(creates, "post", shopper.post(key, &json!([])).await).await;
    keeps(creates, "post", shop.request(Method::POST, &shopper.path("/charges")).send().await.expect("a reply")).await;
    keeps(payment, "get", shop.request(Method::GET, &shopper.path("")).send().await.expect("a reply")).await;
    keeps(reads, "get", shopper.get(&format!("/charges/{}", Uuid::new_v4())).await).await;
    shop.faults(&json!({"api": [{"method": "POST", "path": "/charges", "status": 503}]})).await;
    keeps(creates, "post", shopper.pay(SUCCEEDS, Uuid::new_v4()).await).await;
}
