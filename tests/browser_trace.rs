//! What an element tells of itself for a support ticket: all that decided, so that it can be repeated, and nothing else.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod element;
mod stub;

use element::{Mounted, TAG, give_the_element_its_module, set};
use js_sys::Object;
use paymentsos_checkout::core::flow::StateName;
use paymentsos_checkout::core::trace::{LIMIT, Trace};
use serde_json::{Value, json};
use stub::{
    PAYMENT, Page, dispatch, document, get, js_object, payment, redirecting_to, settle, succeeded, to_json, window,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;
use web_sys::Element;

wasm_bindgen_test_configure!(run_in_browser);

fn trace(element: &Element) -> Trace {
    serde_json::from_value(to_json(&get(element, "trace"))).unwrap()
}

#[wasm_bindgen_test]
async fn a_run_is_told_and_comes_to_the_same_again() {
    let page = Page::new();
    let element = Mounted::new(&page, |_| {}).await;
    element.pay(&page).await;
    page.create().await.reply(201, &succeeded());
    element.is("succeeded").await;
    settle().await;
    let trace = trace(&element.element);
    assert_eq!(trace.release, env!("CARGO_PKG_VERSION"));
    let replayed = trace.replay().unwrap();
    assert_eq!(replayed.difference, None);
    let state = to_json(&get(&element.element, "state"));
    assert_eq!(state["state"], replayed.view.state.name());
    assert_eq!(state["transaction_id"].as_str(), replayed.view.transaction_id.as_deref());
    assert_eq!(replayed.view.state, StateName::Succeeded);
}

#[wasm_bindgen_test]
async fn nothing_personal_is_in_it() {
    let page = Page::new();
    let secrets = |mut charge: Value| {
        for (name, value) in [("holder_name", "SECRETHOLDER"), ("last_4_digits", "9137"), ("vendor", "SECRETVENDOR")] {
            charge["payment_method"][name] = value.into();
        }
        charge["result"]["description"] = "SECRETDESCRIPTION".into();
        charge["result"]["category"] = "SECRET category".into();
        charge
    };
    let mut order = payment();
    order["order"] = json!({ "id": "SECRETORDER" });
    stub::set_address("/?SECRETQUERY=1#SECRETFRAGMENT", &JsValue::NULL);
    let element = Mounted::new(&page, |element| {
        element.set_attribute("client-token", "SECRETBEARER").unwrap();
        element.set_attribute("merchant-site-url", "https://secretshop.example/back?SECRETRETURN=1").unwrap();
        element.set_attribute("redirect-hosts", "secretbank.example").unwrap();
        let method = json!({
            "type": "tokenized", "token": "SECRETTOKEN", "credit_card_cvv": "SECRETCVV", "vendor": "SECRETVENDOR", "last_4_digits": "9137",
        });
        set(element, "paymentMethod", &js_object(&method));
        set(element, "messages", &js_object(&json!({ "ready": "SECRETWORDS" })));
        // The page stays, so that it can be paid to its end here.
        element.set_attribute("presentation", "link").unwrap();
    })
    .await;
    page.read().await.reply(200, &order);
    stub::until("Pay", || element.root().query_selector("button[part~=pay]:not([aria-disabled])").unwrap().is_some())
        .await;
    let paid = element.call("pay");
    page.create().await.reply(201, &secrets(redirecting_to("https://secretbank.example/SECRETPATH?SECRETURL=1")));
    element.is("link").await;
    page.last_ask().await.reply(200, &secrets(succeeded()));
    element.is("succeeded").await;
    settle().await;
    let told = to_json(&get(&element.element, "trace")).to_string();
    assert!(told.contains(PAYMENT), "{told}");
    for secret in ["secret", "9137", "http", "example"] {
        assert!(!told.to_lowercase().contains(secret), "{secret} is in {told}");
    }
    assert_eq!(trace(&element.element).replay().unwrap().difference, None);
    drop(paid);
}

#[wasm_bindgen_test]
async fn it_is_there_to_be_read() {
    give_the_element_its_module();
    let element = document().create_element(TAG).unwrap();
    assert_eq!(trace(&element), Trace::default(), "nothing has happened before it is on a page");
    let before = get(&element, "trace");
    for object in [get(&before, "lines"), before] {
        assert!(Object::is_frozen(object.unchecked_ref::<Object>()));
    }
    assert!(!js_sys::Reflect::set(&element, &"trace".into(), &JsValue::NULL).unwrap_or(false));
    assert_eq!(trace(&element), Trace::default());
}

#[wasm_bindgen_test]
async fn it_is_kept_within_bounds() {
    let page = Page::new();
    let element = Mounted::new(&page, |_| {}).await;
    let start = trace(&element.element).lines[..2].to_vec();
    for _ in 0..LIMIT / 4 + 1 {
        dispatch(&window(), "offline");
        dispatch(&window(), "online");
        settle().await;
    }
    let trace = trace(&element.element);
    assert_eq!((trace.lines.len(), &trace.lines[..2]), (LIMIT, &start[..]));
    assert!(trace.dropped >= 6 && trace.dropped.is_multiple_of(2), "{}", trace.dropped);
    assert!(!trace.steps().unwrap().is_empty());
    element.element.remove();
    settle().await;
    assert_eq!(to_json(&get(&element.element, "trace.dropped")), trace.dropped, "taken off, it is still told");
}
