//! The custom element as a page has it: `class.js` over the handle of this very module.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod element;
mod stub;

use element::{Mounted, TAG, give_the_element_its_module, set, text_of};
use js_sys::{Function, Object, Promise};
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use stub::{
    PAYMENT, Page, dispatch, document, failed, function, get, js_object, payment, pending, redirecting_to, settle,
    sleep, succeeded, to_json, until, window,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;
use web_sys::Event;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn from_markup_to_paid() {
    let page = Page::new();
    let element = Mounted::new(&page, |_| {}).await;
    assert_eq!(element.state(), "ready");
    element.pay(&page).await;
    page.create().await.reply(201, &succeeded());
    element.is("succeeded").await;
    until("the receipt", || element.text().contains("Payment complete")).await;
    let states: Vec<_> = element.told("checkout-state").iter().map(|detail| detail["state"].clone()).collect();
    assert_eq!(states, ["ready", "creating", "succeeded"]);
    assert_eq!(element.told("checkout-result"), [to_json(&get(&element.element, "state"))]);
    assert!(Object::is_frozen(get(&element.element, "state").unchecked_ref::<Object>()));
    assert_eq!(get(&element.root(), "adoptedStyleSheets.length"), 1);
}

#[wasm_bindgen_test]
async fn what_was_set_before_the_class_was_there_is_picked_up() {
    give_the_element_its_module();
    let page = Page::new();
    // An element of a document without a window is not upgraded before it comes here.
    let elsewhere = document().implementation().unwrap().create_html_document().unwrap();
    let element = elsewhere.create_element(TAG).unwrap();
    set(&element, "paymentMethod", &js_object(&json!({ "token": "early" })));
    set(&element, "messages", &js_object(&json!({ "ready": "Your basket" })));
    for (name, value) in [("backend", &*page.backend), ("payment-id", PAYMENT)] {
        element.set_attribute(name, value).unwrap();
    }
    assert!(element.shadow_root().is_none());
    let element = Mounted::put(element).await;
    assert!(element.text().contains("Your basket"), "{}", element.text());
    element.pay(&page).await;
    assert_eq!(page.create().await.body().await["payment_method"]["token"], "early");
    assert!(!Object::has_own(element.element.unchecked_ref::<Object>(), &"paymentMethod".into()));
}

#[wasm_bindgen_test]
async fn attributes_and_properties_may_change() {
    let page = Page::new();
    let element = Mounted::new(&page, |_| {}).await;
    page.read().await.reply(200, &payment());
    until("the amount", || element.text().contains("Pay $40.97")).await;
    element.element.set_attribute("locale", "de-DE").unwrap();
    set(&element.element, "messages", &js_object(&json!({ "pay_amount": "{amount} zahlen" })));
    until("other words", || element.text().contains("40,97\u{a0}$ zahlen")).await;
    assert_eq!(page.log().len(), 1);
    element.element.set_attribute("kind", "authorization").unwrap();
    page.read().await.reply(200, &payment());
    until("the other kind", || element.text().contains("Reserve 40,97")).await;
    element.element.remove_attribute("kind").unwrap();
    page.read().await.reply(200, &payment());
    until("the first kind", || element.text().contains("40,97\u{a0}$ zahlen")).await;
}

#[wasm_bindgen_test]
async fn what_is_set_one_after_the_other_is_taken_in_together() {
    let page = Page::new();
    let element = Mounted::new(&page, |_| {}).await;
    page.read().await.reply(200, &payment());
    until("the amount", || element.text().contains("Pay $40.97")).await;
    // Alone, the first of them would be wrong.
    element.element.set_attribute("amount", "4097").unwrap();
    element.element.set_attribute("currency", "USD").unwrap();
    settle().await;
    assert_eq!(element.state(), "ready");
    assert!(element.told("checkout-error").is_empty());
}

#[wasm_bindgen_test]
async fn what_is_set_right_before_a_method_is_called_counts_for_it() {
    let page = Page::new();
    let element = Mounted::new(&page, |element| {
        element.set_attribute("amount", "4097").unwrap();
        element.set_attribute("currency", "USD").unwrap();
    })
    .await;
    page.read().await.reply(200, &payment());
    set(&element.element, "paymentMethod", &js_object(&json!({ "token": "late" })));
    element.element.set_attribute("merchant-site-url", "https://shop.example/late").unwrap();
    let paid = element.call("pay");
    page.read().await.reply(200, &payment());
    let body = page.create().await.body().await;
    assert_eq!(
        (&body["payment_method"]["token"], &body["merchant_site_url"]),
        (&json!("late"), &json!("https://shop.example/late"))
    );
    drop(paid);
}

#[wasm_bindgen_test]
async fn a_wrong_attribute_is_named_in_the_element_and_told() {
    let page = Page::new();
    let element = Mounted::new(&page, |element| element.set_attribute("amount", "40.97").unwrap()).await;
    assert_eq!(element.state(), "unavailable");
    assert!(element.text().contains("“amount” is missing or cannot be used"), "{}", element.text());
    let told = element.told("checkout-error");
    assert_eq!((told.len(), &told[0]["error"]["attribute"]), (1, &json!("amount")));
    assert_eq!(to_json(&get(&element.element, "state.error.attribute")), "amount");
    let looked = page.read().await;
    until("the look that was not asked for is dropped", || looked.is_aborted()).await;
    element.element.remove_attribute("amount").unwrap();
    page.read().await.reply(200, &payment());
    until("Pay, once it is put right", || element.text().contains("Pay $40.97")).await;
}

#[wasm_bindgen_test]
async fn several_on_a_page_are_of_one_module() {
    let page = Page::new();
    let all = [Mounted::new(&page, |_| {}).await, Mounted::new(&page, |_| {}).await, Mounted::new(&page, |_| {}).await];
    for element in &all {
        assert_eq!(element.state(), "ready");
        let sheet = get(&element.root(), "adoptedStyleSheets.0");
        assert!(sheet == get(&all[0].root(), "adoptedStyleSheets.0"));
    }
}

#[wasm_bindgen_test]
async fn the_language_is_that_of_the_page_around_it() {
    let page = Page::new();
    let around = stub::div();
    around.set_attribute("lang", "de-DE").unwrap();
    let element = Mounted::new(&page, |element| {
        element.remove_attribute("locale").unwrap();
        around.append_child(element).unwrap();
    })
    .await;
    // It was moved to the body; its language is read where it is.
    around.append_child(&element.element).unwrap();
    element.element.set_attribute("amount", "4097").unwrap();
    element.element.set_attribute("currency", "USD").unwrap();
    until("the amount", || element.text().contains("40,97\u{a0}$")).await;
    around.remove();
}

#[wasm_bindgen_test]
async fn methods_are_promises_of_the_state() {
    let page = Page::new();
    let early: Rc<RefCell<Option<Promise>>> = Rc::default();
    let kept = early.clone();
    // Also before anything is loaded.
    let element = Mounted::new(&page, |element| {
        let check: Function = get(element, "checkNow").unchecked_into();
        kept.replace(Some(check.call0(element).unwrap().unchecked_into()));
    })
    .await;
    page.read().await.reply(200, &payment());
    assert_eq!(text_of(early.take().unwrap()).await, "ready");
    until("the amount", || element.text().contains("Pay $40.97")).await;
    let paid = element.call("pay");
    page.create().await.reply(201, &pending());
    assert_eq!(text_of(paid).await, "confirming");
    element.is("confirming").await;
    let checked = element.call("checkNow");
    page.last_ask().await.reply(200, &succeeded());
    assert_eq!(text_of(checked).await, "succeeded");
    assert_eq!(text_of(element.call("pay")).await, "succeeded");
    assert_eq!(page.count("POST", ""), 1);
}

#[wasm_bindgen_test]
async fn moved_it_goes_on_and_removed_it_ends() {
    let page = Page::new();
    let element = Mounted::new(&page, |_| {}).await;
    element.pay(&page).await;
    let create = page.create().await;
    let elsewhere = stub::div();
    elsewhere.append_child(&element.element).unwrap();
    settle().await;
    assert_eq!(element.state(), "creating");
    assert!(!create.is_aborted());

    element.element.remove();
    settle().await;
    assert!(create.is_aborted());
    assert_eq!(element.root().child_element_count(), 0);
    let before = page.log().len();
    dispatch(&window(), "online");
    settle().await;
    assert_eq!(page.log().len(), before);

    // Back again, it looks what has become of it.
    elsewhere.append_child(&element.element).unwrap();
    until("it has started", || element.root().query_selector("[part=base] [part~=heading]").unwrap().is_some()).await;
    page.read().await.reply(200, &stub::payment_with(json!([pending()])));
    page.ask().await.reply(200, &succeeded());
    element.is("succeeded").await;
    elsewhere.remove();
}

#[wasm_bindgen_test]
async fn removed_and_added_at_once_it_starts_once() {
    let page = Page::new();
    let element = Mounted::new(&page, |element| {
        let body = document().body().unwrap();
        for _ in 0..3 {
            body.append_child(element).unwrap();
            element.remove();
        }
    })
    .await;
    sleep(50).await;
    assert_eq!(page.log().len(), 1);
    assert_eq!(element.root().query_selector_all("[part=base]").unwrap().length(), 1);
}

#[wasm_bindgen_test]
async fn a_page_that_prevents_leaving_goes_there_itself() {
    let page = Page::new();
    let element = Mounted::new(&page, |_| {}).await;
    let prevent = function(|event, _| {
        event.unchecked_into::<Event>().prevent_default();
        JsValue::UNDEFINED
    });
    element.element.add_event_listener_with_callback("checkout-redirect", &prevent).unwrap();
    element.pay(&page).await;
    page.create().await.reply(201, &redirecting_to(&format!("{}/#bank", stub::origin())));
    element.is("redirecting").await;
    settle().await;
    assert_eq!(element.told("checkout-redirect")[0]["state"], "redirecting");
    until("its link", || element.root().query_selector("a[part~=continue]").unwrap().is_some()).await;
    assert!(!stub::address().ends_with("#bank"));
}

#[wasm_bindgen_test]
async fn leaving_waits_for_what_the_page_has_to_do() {
    let page = Page::new();
    let element = Mounted::new(&page, |_| {}).await;
    let finish: Rc<RefCell<Option<Function>>> = Rc::default();
    let kept = finish.clone();
    let wait = function(move |event, _| {
        let promise = Promise::new(&mut |_, failed| {
            kept.replace(Some(failed));
        });
        let until: Function = get(&event, "detail.waitUntil").unchecked_into();
        until.call1(&JsValue::UNDEFINED, &promise).unwrap();
        JsValue::UNDEFINED
    });
    element.element.add_event_listener_with_callback("checkout-redirect", &wait).unwrap();
    element.pay(&page).await;
    page.create().await.reply(201, &redirecting_to(&format!("{}{}#bank", stub::origin(), stub::address())));
    element.is("redirecting").await;
    sleep(200).await;
    assert!(!stub::address().ends_with("#bank"));
    // However that ends.
    finish.take().unwrap().call1(&JsValue::UNDEFINED, &"broken".into()).unwrap();
    until("the page goes there", || stub::address().ends_with("#bank")).await;
}

#[wasm_bindgen_test]
async fn leaving_does_not_wait_for_ever() {
    let page = Page::new();
    let element = Mounted::new(&page, |_| {}).await;
    let wait = function(|event, _| {
        let never = Promise::new(&mut |_, _| {});
        let until: Function = get(&event, "detail.waitUntil").unchecked_into();
        until.call1(&JsValue::UNDEFINED, &never).unwrap()
    });
    element.element.add_event_listener_with_callback("checkout-redirect", &wait).unwrap();
    element.pay(&page).await;
    page.create().await.reply(201, &redirecting_to(&format!("{}{}#bank", stub::origin(), stub::address())));
    until("the page goes there", || stub::address().ends_with("#bank")).await;
}

#[wasm_bindgen_test]
async fn events_cross_the_borders_of_other_components() {
    let page = Page::new();
    let host = stub::div();
    let root = host.attach_shadow(&web_sys::ShadowRootInit::new(web_sys::ShadowRootMode::Open)).unwrap();
    let heard = Rc::new(Cell::new(0));
    let counted = heard.clone();
    let listener = function(move |_, _| {
        counted.set(counted.get() + 1);
        JsValue::UNDEFINED
    });
    host.add_event_listener_with_callback("checkout-result", &listener).unwrap();
    let element = Mounted::new(&page, |_| {}).await;
    root.append_child(&element.element).unwrap();
    settle().await;
    element.pay(&page).await;
    page.create().await.reply(201, &failed());
    element.is("failed").await;
    settle().await;
    assert_eq!(heard.get(), 1);
    host.remove();
}
