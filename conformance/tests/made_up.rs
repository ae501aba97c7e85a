//! Requests that are made up from the contract itself: whatever is sent, the reference replies as the contract says.

mod common;

use common::{address, config, sandbox};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::process::Command;
use url::Url;
use uuid::Uuid;

/// What is held against each reply. That any request that fits the shapes is accepted is not: some fields depend on others.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,negative_data_rejection,ignored_auth";

struct Shop {
    url: Url,
    client: Client,
    cookie: String,
}

impl Shop {
    async fn post(&self, path: &str, key: &str, body: &Value) -> (Option<String>, Value) {
        let request = self.client.request(Method::POST, self.url.join(path).expect("an address")).json(body);
        let request = request.header("cookie", &self.cookie).header("idempotency-key", key);
        let reply = request.send().await.expect("a reply");
        assert!(reply.status().is_success(), "{}", reply.status());
        let cookie = reply.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
        (cookie, reply.json().await.expect("JSON"))
    }

    async fn payment(&self) -> String {
        let (_, order) = self.post("/shop/orders", "", &json!({"new": true})).await;
        order["payment_id"].as_str().expect("a payment").to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs schemathesis on PATH, which `cargo xtask test contract` sets up"]
async fn whatever_is_sent_is_replied_to_as_the_contract_says() {
    let sandbox = sandbox().await;
    let merchant = merchant::start(config(address(sandbox.address))).await.expect("a merchant");
    let client = Client::builder().no_proxy().build().expect("a client");
    let mut shop = Shop { url: address(merchant.address), client, cookie: String::new() };
    let (cookie, _) = shop.post("/shop/orders", "", &json!({})).await;
    shop.cookie = cookie.expect("a cookie");
    let (paid, free) = (shop.payment().await, shop.payment().await);
    let key = Uuid::new_v4().to_string();
    let body = json!({
        "payment_method": {
            "type": "untokenized", "source_type": "payment_page", "vendor": "PBL",
            // Final, or every preference for waiting would be kept.
            "additional_details": {"untokenized_result_status": "succeed"},
        },
        "reconciliation_id": key,
        "merchant_site_url": shop.url.join("/return").expect("an address").as_str(),
        "expected": {"amount": 4_097, "currency": "USD"},
    });
    let (_, charge) = shop.post(&format!("/api/payments/{paid}/charges"), &key, &body).await;
    let charge = charge["id"].as_str().expect("a charge");

    let folder = std::env::temp_dir().join(format!("schemathesis-{}", Uuid::new_v4()));
    std::fs::create_dir(&folder).expect("a folder");
    // Half of the calls find something, and half of the creates may create.
    let settings = format!(
        "headers = {{ Cookie = \"{}\" }}\n\
         [[operations]]\ninclude-method = \"GET\"\nparameters = {{ payment_id = \"{paid}\", id = \"{charge}\" }}\n\
         [[operations]]\ninclude-path-regex = \"flows\"\nparameters = {{ payment_id = \"{paid}\", id = \"{charge}\" }}\n\
         [[operations]]\ninclude-path-regex = \"(charges|authorizations)$\"\nparameters = {{ payment_id = \"{free}\" }}\n",
        shop.cookie
    );
    let file = folder.join("schemathesis.toml");
    std::fs::write(&file, settings).expect("a file");
    let document = shop.url.join("/openapi.json").expect("an address");
    let ran = tokio::task::spawn_blocking({
        let folder = folder.clone();
        move || {
            Command::new("schemathesis")
                .current_dir(folder)
                .args(["--config-file", "schemathesis.toml", "run", document.as_str(), "--checks", CHECKS, "-n", "50"])
                .args(["--generation-database", "none"])
                .status()
        }
    });
    let status = ran.await.expect("no panic").expect("schemathesis is not on PATH");
    std::fs::remove_dir_all(folder).expect("it was there");
    assert!(status.success(), "a reply is not as the contract says; what was asked is above");
}
