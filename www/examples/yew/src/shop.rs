//! What is a shop's own: its backend makes the order and the payment, and PaymentsOS makes a token of the shopper's card.

use gloo_net::Error;
use gloo_net::http::Request;
use serde::{Deserialize, Serialize};
use serde_json::json;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::UrlSearchParams;

#[derive(Clone, Deserialize, PartialEq)]
pub struct Order {
    pub order_id: String,
    pub payment_id: String,
    pub amount: u64,
    pub currency: String,
}

#[derive(Deserialize)]
struct Config {
    paymentsos_url: String,
    public_key: String,
    environment: String,
}

#[derive(Deserialize)]
struct Card {
    token: String,
    encrypted_cvv: Option<String>,
}

/// The order that the address names, or a new one.
pub async fn order() -> Result<Order, Error> {
    match named().and_then(|query| query.get("order")) {
        Some(id) => Request::get(&format!("/shop/orders/{id}")).send().await?.json().await,
        None => Request::post("/shop/orders").json(&json!({}))?.send().await?.json().await,
    }
}

fn named() -> Option<UrlSearchParams> {
    let query = web_sys::window()?.location().search().ok()?;
    UrlSearchParams::new_with_str(&query).ok()
}

/// A function that promises a payment method, called in each press on Pay.
pub fn payment_method() -> JsValue {
    let promise = || {
        future_to_promise(async {
            let method = token().await.map_err(|error| JsError::new(&error.to_string()))?;
            js_sys::JSON::parse(&method)
        })
    };
    Closure::<dyn Fn() -> js_sys::Promise>::new(promise).into_js_value()
}

/// Of a test card with 3-D Secure. A real shop uses PayU's Secure Fields here, so that no card number reaches its pages.
async fn token() -> Result<String, Error> {
    #[derive(Serialize)]
    struct Method {
        r#type: &'static str,
        token: String,
        credit_card_cvv: Option<String>,
    }
    let config: Config = Request::get("/shop/config").send().await?.json().await?;
    let card: Card = Request::post(&format!("{}/tokens", config.paymentsos_url))
        .header("public-key", &config.public_key)
        .header("x-payments-os-env", &config.environment)
        .header("api-version", "1.3.0")
        .json(&json!({
            "token_type": "credit_card",
            "holder_name": "Ada Byron",
            "card_number": "4000000000003220",
            "expiration_date": "12-2031",
            "credit_card_cvv": "123",
        }))?
        .send()
        .await?
        .json()
        .await?;
    let method = Method { r#type: "tokenized", token: card.token, credit_card_cvv: card.encrypted_cvv };
    Ok(serde_json::to_string(&method)?)
}
