//! What the log never holds, whatever happens: keys, tokens, cookies, addresses, and what was paid with.

mod common;

use common::{FAILS, SUCCEEDS, Shop, THREE_D_SECURE, id, lost_and_not_found, until};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use tracing_subscriber::fmt::MakeWriter;
use uuid::Uuid;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Kept;

    fn make_writer(&'a self) -> Kept {
        self.clone()
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

#[tokio::test]
async fn the_log_holds_nothing_that_is_nobodys_business() {
    let kept = Kept::default();
    // All that the merchant itself would ever write, and what its libraries would at a level that anybody runs with.
    tracing_subscriber::fmt().with_env_filter("info,merchant=trace,tower_http=debug").with_writer(kept.clone()).init();
    let shop = Arc::new(Shop::open().await);
    let mut secrets = vec![
        sandbox::Config::default().private_key,
        "4111111111111111".to_owned(),
        "secret-cvv".to_owned(),
        "203.0.113.77".to_owned(),
        "Very Particular Browser".to_owned(),
        "return-secret".to_owned(),
        "shopper@example.com".to_owned(),
    ];
    for card in [SUCCEEDS, FAILS, THREE_D_SECURE] {
        let shopper = shop.shopper_of(&json!({"client_token": true})).await;
        let key = Uuid::new_v4();
        let mut body = shopper.body(card, key).await;
        secrets.push(text(&body["payment_method"]["token"]));
        secrets.push(text(&shopper.order["client_token"]));
        secrets.push(shopper.cookie.split_once('=').expect("a pair").1.to_owned());
        body["payment_method"]["credit_card_cvv"] = json!("secret-cvv");
        body["payment_method"]["additional_details"] = json!({"email": "shopper@example.com"});
        let back = shop.merchant.public_url.join("/return?x=return-secret").expect("an address");
        body["merchant_site_url"] = json!(back.as_str());
        let path = shopper.path("/charges?secret=return-secret");
        let request = shopper.request(Method::POST, &path).header("idempotency-key", key.to_string());
        let request = request.header("user-agent", "Very Particular Browser").header("x-forwarded-for", "203.0.113.77");
        let token = text(&shopper.order["client_token"]);
        let charge: Value =
            request.bearer_auth(token).json(&body).send().await.expect("a reply").json().await.expect("JSON");
        if let Some(url) = charge["redirection"]["url"].as_str() {
            secrets.push(url.to_owned());
            shopper.press(&charge, "succeed").await;
        }
        let settled = async || {
            let read: Value = shopper.get(&format!("/charges/{}", id(&charge))).await.json().await.expect("JSON");
            (read["result"]["status"] != "Pending").then_some(())
        };
        until(settled).await;
    }
    // And where things go wrong: lost replies, refusals, strangers, forged webhooks.
    let shopper = shop.shopper().await;
    shop.faults(&lost_and_not_found(true)).await;
    shopper.pay(SUCCEEDS, Uuid::new_v4()).await;
    shop.faults(&json!({"webhooks": {"bad_signature": true}})).await;
    shop.shopper().await.pay(SUCCEEDS, Uuid::new_v4()).await;
    let forged = shop.request(Method::POST, "/webhooks/paymentsos").header("signature", "sig1=return-secret");
    let forged = forged.header("event-type", "payment.charge.create").json(&json!({"id": "1", "x": "secret-cvv"}));
    assert_eq!(forged.send().await.expect("a reply").status(), 401);
    let other = shop.shopper().await;
    let stranger =
        shop.request(Method::GET, &shopper.path("")).header("cookie", &other.cookie).bearer_auth("return-secret");
    assert_eq!(stranger.send().await.expect("a reply").status(), 403);

    let log = kept.text();
    assert!(log.contains("a webhook with a wrong signature") && log.contains("PaymentsOS replied"), "{log}");
    // Nobody named a proxy: that X-Forwarded-For came all the same is said once, without it.
    assert_eq!(log.matches("TRUSTED_PROXIES").count(), 1, "{log}");
    for secret in secrets {
        assert!(!log.contains(&secret), "the log holds {secret}");
    }
}
