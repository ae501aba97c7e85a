//! A module that has trapped: no element of the page starts any more, which is why this story has a page of its own.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod element;
mod stub;

use element::{Mounted, set, text_of};
use js_sys::{Function, Object, Reflect};
use serde_json::json;
use stub::{Page, document, get, settle, succeeded, to_json, until, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

/// The page is told of a trap in that place.
fn trap_in(place: &str) {
    let error: Function = get(&window(), "WebAssembly.RuntimeError").unchecked_into();
    let trap = Reflect::construct(&error, &js_sys::Array::of1(&"unreachable".into())).unwrap();
    set(&trap, "stack", &["RuntimeError: unreachable\n    at ", place].concat().into());
    let options = Object::new();
    set(&options, "error", &trap);
    set(&options, "cancelable", &true.into());
    let class: Function = get(&window(), "ErrorEvent").unchecked_into();
    let event = Reflect::construct(&class, &js_sys::Array::of2(&"error".into(), &options)).unwrap();
    window().dispatch_event(event.unchecked_ref()).unwrap();
}

#[wasm_bindgen_test]
async fn after_a_trap_every_element_says_so_and_none_pays() {
    let page = Page::new();
    let one = Mounted::new(&page, |_| {}).await;
    let two = Mounted::new(&page, |_| {}).await;
    one.pay(&page).await;
    trap_in("https://shop.example/game_bg.wasm:wasm-function[7]:0x12");
    assert_eq!(one.state(), "creating", "that was another module on the page");
    trap_in("https://shop.example/paymentsos-checkout_rest.wasm:wasm-function[7]:0x12");
    for element in [&one, &two] {
        assert_eq!(element.state(), "unavailable");
        assert!(element.text().contains("look at your order or your e-mail"), "{}", element.text());
        let buttons = element.root().query_selector_all("button").unwrap();
        let words = buttons.get(0).and_then(|button| button.text_content());
        assert_eq!((buttons.length(), words.as_deref()), (1, Some("Reload the page")), "there is a way on, and no Pay");
        assert!(element.root().query_selector("[role=alert]").unwrap().is_some());
        let error = json!({ "code": "stopped", "who": "merchant", "retriable": false });
        assert_eq!(element.told("checkout-error").last().unwrap()["error"], error);
        assert_eq!(to_json(&get(&element.element, "state.error")), error);
        assert_eq!(text_of(element.call("pay")).await, "unavailable");
    }
    let lines = to_json(&get(&one.element, "trace.lines"));
    assert!(lines.as_array().unwrap().len() > 4, "what led to it is still told: {lines}");
    // Nor does one that comes into the page now.
    let late = Mounted::new(&page, |_| {}).await;
    until("the late one to say so", || late.state() == "unavailable").await;
    assert!(late.text().contains("look at your order or your e-mail"), "{}", late.text());
    // What comes now is not shown.
    page.create().await.reply(201, &succeeded());
    settle().await;
    assert_eq!(one.state(), "unavailable");
    assert!(one.told("checkout-result").is_empty());
    // Taken off and put back, it still says so.
    one.element.remove();
    settle().await;
    document().body().unwrap().append_child(&one.element).unwrap();
    settle().await;
    assert!(one.text().contains("look at your order"), "{}", one.text());
}
