//! The handle that `class.js` holds: settings as text in, events as plain objects out.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod stub;

use js_sys::{Function, Promise};
use paymentsos_checkout::element::{Handle, version};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;
use stub::{
    CHARGE, PAYMENT, Page, Shop, failed, function, get, js_object, payment, payment_with, pending, redirecting_to,
    settle, succeeded, to_json, until,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

/// A handle, where it is mounted, and the events it has emitted.
struct Held {
    handle: Handle,
    shop: Shop,
    events: Events,
}

type Events = Rc<RefCell<Vec<(String, Value)>>>;

impl Held {
    async fn new(settings: &Value) -> Held {
        Held::with(js_object(settings), JsValue::UNDEFINED).await
    }

    /// With these settings; `checkout-redirect` is answered by that.
    async fn with(settings: JsValue, redirect: JsValue) -> Held {
        let events: Events = Rc::default();
        let list = events.clone();
        let emit = function(move |name, detail| {
            let name = name.as_string().unwrap();
            list.borrow_mut().push((name.clone(), to_json(&detail)));
            if name == "checkout-redirect" { redirect.clone() } else { JsValue::UNDEFINED }
        });
        let base = stub::div();
        let handle = Handle::new(base.clone(), &settings, emit);
        settle().await;
        Held { handle, shop: Shop { base, app: None }, events }
    }

    /// The details of the events of that type.
    fn told(&self, name: &str) -> Vec<Value> {
        self.events.borrow().iter().filter(|(own, _)| own == name).map(|(_, detail)| detail.clone()).collect()
    }

    fn states(&self) -> Vec<Value> {
        self.told("checkout-state").iter().map(|detail| detail["state"].clone()).collect()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.handle.destroy();
    }
}

fn settings(page: &Page) -> Value {
    json!({
        "backend": page.backend,
        "payment-id": PAYMENT,
        "locale": "en-US",
        "paymentMethod": { "type": "tokenized", "token": "t" },
    })
}

fn with(page: &Page, more: Value) -> Value {
    let mut settings = settings(page);
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    settings
}

/// A callback, and what it was called with.
fn awaited() -> (Function, Rc<RefCell<Vec<Value>>>) {
    let came: Rc<RefCell<Vec<Value>>> = Rc::default();
    let list = came.clone();
    let done = function(move |detail, _| {
        list.borrow_mut().push(to_json(&detail));
        JsValue::UNDEFINED
    });
    (done, came)
}

#[wasm_bindgen_test]
fn both_sides_are_of_the_same_version() {
    assert_eq!(version(), 1);
    let class = include_str!("../www/class.js");
    assert!(class.contains("const VERSION = 1;"));
    assert!(class.contains(concat!("const RELEASE = '", env!("CARGO_PKG_VERSION"), "';")));
}

#[wasm_bindgen_test]
async fn details_have_the_documented_shape() {
    let page = Page::new();
    let held = Held::new(&settings(&page)).await;
    page.read().await.reply(200, &payment());
    held.shop.pay().await;
    page.create().await.reply(201, &failed());
    held.shop.reads("Payment not completed").await;
    let nothing = json!({
        "state": "ready",
        "payment_id": PAYMENT,
        "kind": "charge",
        "transaction_id": null,
        "result": null,
        "error": null,
    });
    let mut creating = nothing.clone();
    creating["state"] = "creating".into();
    let ended = json!({
        "state": "failed",
        "payment_id": PAYMENT,
        "kind": "charge",
        "transaction_id": CHARGE,
        "result": failed()["result"],
        "error": { "code": "declined", "who": "shopper", "retriable": true },
    });
    assert_eq!(held.told("checkout-state"), [nothing, creating, ended.clone()]);
    assert_eq!(held.told("checkout-result"), [ended]);
}

#[wasm_bindgen_test]
async fn a_result_says_what_is_known_and_no_more() {
    let page = Page::new();
    let held = Held::new(&settings(&page)).await;
    page.read().await.reply(200, &payment());
    held.shop.pay().await;
    page.create().await.reply(201, &succeeded());
    held.shop.reads("Payment complete").await;
    let result = &held.told("checkout-result")[0];
    assert_eq!((&result["state"], &result["error"]), (&json!("succeeded"), &Value::Null));
    assert_eq!(result["result"], json!({ "status": "Succeed" }));
}

#[wasm_bindgen_test]
async fn what_is_wrong_is_an_event() {
    let page = Page::new();
    let held = Held::new(&settings(&page)).await;
    page.read().await.reply(403, &json!({}));
    held.shop.reads("You cannot pay here right now").await;
    let errors = held.told("checkout-error");
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["error"], json!({ "code": "not_authorized_here", "who": "shopper", "retriable": false }));
    assert_eq!(errors[0]["state"], "unavailable");
}

#[wasm_bindgen_test]
async fn settings_come_as_text() {
    let page = Page::new();
    let more = json!({
        "kind": "authorization",
        "amount": " 4097 ",
        "currency": "USD",
        "merchant-site-url": "/done",
        "presentation": "link",
        "redirect-hosts": "issuer.example, *.bank.example",
        "client-token": "token",
        "credentials": "include",
        "locale": "de-DE",
        "deadline": "60",
        "messages": { "reserve_amount": "{amount} reservieren", "nonsense": "ignored", "ready": 7 },
    });
    let held = Held::new(&with(&page, more)).await;
    let text = held.shop.text();
    assert!(text.contains("40,97 $ reservieren"), "{text}");
    assert!(text.starts_with("Your payment"), "{text}");
    let read = page.read().await;
    assert_eq!(read.headers["authorization"], "Bearer token");
    assert_eq!(read.credentials, web_sys::RequestCredentials::Include);
    read.reply(200, &payment());
    held.shop.pay().await;
    let create = page.create().await;
    assert_eq!(create.path, format!("/payments/{PAYMENT}/authorizations"));
    assert_eq!(create.body().await["merchant_site_url"], stub::origin() + "/done");
    create.reply(201, &redirecting_to("https://a.bank.example/3ds"));
    held.shop.reads("Pay with this link").await;
    assert_eq!(held.states(), ["ready", "creating", "link"]);
    assert_eq!(held.told("checkout-state")[2]["kind"], "authorization");
}

/// What is told of a checkout with that in place of a setting.
async fn told_of(page: &Page, more: Value) -> (Value, String) {
    let held = Held::new(&with(page, more.clone())).await;
    let errors = held.told("checkout-error");
    assert_eq!(errors.len(), 1, "{more}: {errors:?}");
    (errors[0].clone(), held.shop.text())
}

#[wasm_bindgen_test]
async fn a_setting_that_cannot_be_understood_is_named_and_nobody_pays() {
    let page = Page::new();
    let all = [
        ("kind", json!({ "kind": "gift" })),
        ("amount", json!({ "amount": "40.97", "currency": "USD" })),
        ("currency", json!({ "amount": "4097" })),
        ("currency", json!({ "amount": "4097", "currency": "dollars" })),
        ("presentation", json!({ "presentation": "hologram" })),
        ("credentials", json!({ "credentials": "maybe" })),
        ("deadline", json!({ "deadline": "soon" })),
        ("messages", json!({ "messages": "none" })),
        ("redirect-hosts", json!({ "redirect-hosts": "bank.example https://other.example" })),
        ("host-origin", json!({ "host-origin": "*" })),
        ("host-origin", json!({ "host-origin": "https://shop.example/basket" })),
    ];
    for (name, more) in all {
        let (told, text) = told_of(&page, more).await;
        let error = json!({ "code": "invalid_attribute", "who": "merchant", "retriable": false, "attribute": name });
        assert_eq!((&told["error"], &told["state"]), (&error, &json!("unavailable")), "{name}");
        assert!(text.contains(&["“", name, "” is missing or cannot be used"].concat()), "{text}");
    }
    assert!(page.log().is_empty(), "{:?}", page.log());
}

#[wasm_bindgen_test]
async fn without_a_backend_nobody_is_asked() {
    let page = Page::new();
    stub::set_address(&format!("?payment_id={PAYMENT}&charge_id={CHARGE}&status=Pending"), &JsValue::NULL);
    for backend in [json!(null), json!(""), json!("mailto:shop@shop.example"), json!("https://")] {
        let (told, text) = told_of(&page, json!({ "backend": backend })).await;
        assert_eq!(told["error"]["attribute"], "backend", "{backend}");
        assert!(text.contains("“backend”"), "{text}");
    }
    assert!(page.log().is_empty(), "{:?}", page.log());
}

#[wasm_bindgen_test]
async fn whoever_comes_back_is_told_the_result_whatever_else_is_wrong() {
    let page = Page::new();
    stub::set_address(&format!("?payment_id={PAYMENT}&charge_id={CHARGE}&status=Pending"), &JsValue::NULL);
    let held = Held::new(&with(&page, json!({ "amount": "much" }))).await;
    page.last_ask().await.reply(200, &succeeded());
    page.read().await.reply(200, &payment_with(json!([succeeded()])));
    held.shop.reads("Payment complete").await;
}

#[wasm_bindgen_test]
async fn a_locale_that_is_none_keeps_nobody_from_paying() {
    let page = Page::new();
    let held = Held::new(&with(&page, json!({ "locale": "de_DE" }))).await;
    assert_eq!(held.told("checkout-error")[0]["error"]["attribute"], "locale");
    page.read().await.reply(200, &payment());
    held.shop.pay().await;
    page.create().await.reply(201, &succeeded());
    held.shop.reads("Payment complete").await;
    assert_eq!(held.told("checkout-error").len(), 1);
}

#[wasm_bindgen_test]
async fn the_language_around_it_counts_where_none_is_set() {
    let page = Page::new();
    let around = json!({ "locale": null, "lang": "de-DE", "amount": "4097", "currency": "USD" });
    let held = Held::new(&with(&page, around)).await;
    assert!(held.shop.text().contains("40,97"), "{}", held.shop.text());
    let broken = json!({ "locale": null, "lang": "not a language", "amount": "4097", "currency": "USD" });
    let held = Held::new(&with(&page, broken)).await;
    assert!(held.shop.text().contains("40"), "{}", held.shop.text());
    assert!(held.told("checkout-error").is_empty());
}

#[wasm_bindgen_test]
async fn settings_that_are_empty_are_the_defaults() {
    let page = Page::new();
    let more = json!({
        "kind": "",
        "amount": "",
        "currency": "",
        "presentation": "",
        "credentials": "",
        "deadline": "",
        "messages": null,
        "redirect-hosts": " ,  ",
        "host-origin": "",
    });
    let held = Held::new(&with(&page, more)).await;
    assert_eq!(held.told("checkout-state")[0]["kind"], "charge");
    let read = page.read().await;
    assert_eq!(read.credentials, web_sys::RequestCredentials::SameOrigin);
    read.reply(200, &payment());
    held.shop.pay().await;
    page.create().await.reply(201, &succeeded());
    held.shop.reads("Payment complete").await;
    // None at all.
    let nothing = Held::with(JsValue::UNDEFINED, JsValue::UNDEFINED).await;
    nothing.shop.reads("You cannot pay here right now").await;
    assert_eq!(nothing.told("checkout-error")[0]["error"]["attribute"], "backend");
    assert_eq!(nothing.told("checkout-state")[0]["payment_id"], Value::Null);
}

#[wasm_bindgen_test]
async fn a_setting_that_is_put_right_lets_the_shopper_pay() {
    let page = Page::new();
    let mut held = Held::new(&with(&page, json!({ "amount": "4097" }))).await;
    until("what is wrong", || held.shop.text().contains("“currency”")).await;
    held.handle.update(&js_object(&with(&page, json!({ "amount": "4097", "currency": "USD", "kind": "gift" }))));
    until("what is wrong now", || held.shop.text().contains("“kind”")).await;
    let told = held.told("checkout-error");
    let named: Vec<_> = told.iter().map(|detail| detail["error"]["attribute"].clone()).collect();
    assert_eq!(named, ["currency", "kind"]);
    held.handle.update(&js_object(&with(&page, json!({ "amount": "4097", "currency": "USD" }))));
    page.read().await.reply(200, &payment());
    held.shop.pay().await;
    page.create().await.reply(201, &succeeded());
    held.shop.reads("Payment complete").await;
}

#[wasm_bindgen_test]
async fn an_empty_payment_id_is_none() {
    let page = Page::new();
    let held = Held::new(&with(&page, json!({ "payment-id": "" }))).await;
    held.shop.reads("You cannot pay here right now").await;
    assert!(page.log().is_empty());
}

#[wasm_bindgen_test]
async fn pay_is_done_when_the_payment_has_started() {
    let page = Page::new();
    let held = Held::new(&settings(&page)).await;
    page.read().await.reply(200, &payment());
    until("the amount", || held.shop.text().contains("$40.97")).await;
    let (done, came) = awaited();
    held.handle.command("pay", done);
    settle().await;
    assert!(came.borrow().is_empty());
    page.create().await.reply(201, &pending());
    until("an answer", || !came.borrow().is_empty()).await;
    assert_eq!(came.borrow().len(), 1);
    assert_eq!(came.borrow()[0]["state"], "confirming");
    // Once more does nothing, and says so at once.
    let (done, came) = awaited();
    held.handle.command("pay", done);
    until("an answer", || !came.borrow().is_empty()).await;
    assert_eq!((&came.borrow()[0]["state"], page.count("POST", "")), (&json!("confirming"), 1));
}

#[wasm_bindgen_test]
async fn check_now_is_done_when_it_is_answered() {
    let page = Page::new();
    let held = Held::new(&settings(&page)).await;
    page.read().await.reply(200, &payment());
    held.shop.pay().await;
    page.create().await.reply(201, &pending());
    held.shop.reads("Confirming your payment").await;
    let (done, came) = awaited();
    held.handle.command("checkNow", done);
    let asked = page.last_ask().await;
    assert!(came.borrow().is_empty());
    asked.reply(200, &succeeded());
    until("an answer", || !came.borrow().is_empty()).await;
    assert_eq!(came.borrow()[0]["state"], "succeeded");
    assert_eq!(came.borrow()[0]["result"]["status"], "Succeed");
}

#[wasm_bindgen_test]
async fn reset_looks_anew_and_drops_nothing() {
    let page = Page::new();
    let held = Held::new(&settings(&page)).await;
    page.read().await.reply(200, &payment());
    held.shop.pay().await;
    page.create().await.reply(201, &pending());
    held.shop.reads("Confirming your payment").await;
    let (done, came) = awaited();
    held.handle.command("reset", done);
    page.read().await.reply(200, &payment_with(json!([pending()])));
    page.last_ask().await.reply(200, &pending());
    until("an answer", || !came.borrow().is_empty()).await;
    assert_eq!(came.borrow()[0]["state"], "confirming");
    assert!(page.saved().is_some());

    page.ask().await.reply(200, &failed());
    held.shop.reads("Payment not completed").await;
    let (done, came) = awaited();
    held.handle.command("reset", done);
    page.read().await.reply(200, &payment_with(json!([failed()])));
    until("an answer", || !came.borrow().is_empty()).await;
    assert_eq!(came.borrow()[0]["state"], "ready");
}

#[wasm_bindgen_test]
async fn the_page_may_keep_itself_from_being_left() {
    let page = Page::new();
    // As an async function of `class.js` answers.
    let stays = Promise::resolve(&JsValue::FALSE);
    let held = Held::with(js_object(&settings(&page)), stays.into()).await;
    page.read().await.reply(200, &payment());
    held.shop.pay().await;
    page.create().await.reply(201, &redirecting_to(&format!("{}/#bank", stub::origin())));
    held.shop.reads("Taking you to the payment page").await;
    let told = held.told("checkout-redirect");
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["state"], &told[0]["transaction_id"]), (&json!("redirecting"), &json!(CHARGE)));
    // The page hears of the state before it is asked.
    let names: Vec<String> = held.events.borrow().iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names[names.len() - 2..], ["checkout-state", "checkout-redirect"]);
    assert_ne!(stub::address(), "/#bank");
}

#[wasm_bindgen_test]
async fn when_the_page_is_asked_all_is_saved() {
    let page = Page::new();
    let kept = Rc::new(RefCell::new(None));
    let seen = kept.clone();
    let key = format!("{}|{PAYMENT}", page.backend);
    let emit = function(move |name, _| {
        if name == "checkout-redirect" {
            seen.replace(stub::local().get_item(&key).unwrap());
        }
        if name == "checkout-redirect" { JsValue::FALSE } else { JsValue::UNDEFINED }
    });
    let base = stub::div();
    let mut handle = Handle::new(base.clone(), &js_object(&settings(&page)), emit);
    let shop = Shop { base, app: None };
    page.read().await.reply(200, &payment());
    shop.pay().await;
    page.create().await.reply(201, &redirecting_to("https://issuer.example/3ds"));
    shop.reads("Taking you to the payment page").await;
    assert!(kept.borrow().as_deref().is_some_and(|line: &str| line.contains(CHARGE)), "{kept:?}");
    handle.destroy();
}

#[wasm_bindgen_test]
async fn a_listener_that_throws_stops_nothing() {
    let page = Page::new();
    let throws: Function = get(&stub::window(), "Storage.prototype.clear").unchecked_into();
    let base = stub::div();
    let mut handle = Handle::new(base.clone(), &js_object(&settings(&page)), throws);
    let shop = Shop { base, app: None };
    page.read().await.reply(200, &payment());
    shop.pay().await;
    let (done, came) = awaited();
    handle.command("checkNow", get(&stub::window(), "Storage.prototype.clear").unchecked_into());
    page.create().await.reply(201, &succeeded());
    shop.reads("Payment complete").await;
    handle.command("pay", done);
    until("an answer", || !came.borrow().is_empty()).await;
    handle.destroy();
}

#[wasm_bindgen_test]
async fn other_settings_are_taken_in() {
    let page = Page::new();
    let mut held = Held::new(&settings(&page)).await;
    page.read().await.reply(200, &payment());
    until("the amount", || held.shop.text().contains("Pay $40.97")).await;
    let more = json!({ "locale": "de-DE", "messages": { "pay_amount": "{amount} zahlen" } });
    held.handle.update(&js_object(&with(&page, more)));
    until("other words", || held.shop.text().contains("40,97 $ zahlen")).await;
    assert_eq!(page.log().len(), 1);
    held.handle.update(&js_object(&with(&page, json!({ "kind": "authorization" }))));
    until("the other kind", || held.shop.text().contains("Reserve")).await;
}

#[wasm_bindgen_test]
async fn after_it_is_destroyed_nothing_does_harm() {
    let page = Page::new();
    let mut held = Held::new(&settings(&page)).await;
    let read = page.read().await;
    held.handle.destroy();
    settle().await;
    assert!(read.is_aborted());
    assert_eq!(held.shop.base.child_element_count(), 0);
    held.handle.destroy();
    held.handle.update(&js_object(&settings(&page)));
    held.handle.command("pay", awaited().0);
    settle().await;
    assert_eq!(page.log().len(), 1);
    let told = held.events.borrow().len();
    read.reply(200, &payment());
    settle().await;
    assert_eq!(held.events.borrow().len(), told);
}

#[wasm_bindgen_test]
async fn what_is_waited_for_when_it_is_destroyed_does_no_harm() {
    let page = Page::new();
    let mut held = Held::new(&settings(&page)).await;
    page.read().await.reply(200, &payment());
    held.shop.pay().await;
    let (done, came) = awaited();
    held.handle.command("pay", done);
    let create = page.create().await;
    held.handle.destroy();
    settle().await;
    create.reply(201, &succeeded());
    settle().await;
    assert!(came.borrow().is_empty());
    // The POST may have been heard: the attempt is there when the payment is looked at again.
    assert!(page.saved().is_some());
}
