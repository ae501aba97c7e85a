//! Several tabs of one browser. The other tab is the test: locks and channels are the same from the next page.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod stub;

use js_sys::{Function, Promise, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use stub::{
    CHARGE, PAYMENT, Page, Pretend, Shop, failed, function, get, payment, payment_with, pending, redirecting_to,
    settle, succeeded, until, window,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

/// What a method of an object gives.
fn method(object: &JsValue, name: &str, arguments: &[JsValue]) -> JsValue {
    let function: Function = get(object, name).unchecked_into();
    function.apply(object, &arguments.iter().collect()).unwrap()
}

fn locks() -> JsValue {
    get(&window(), "navigator.locks")
}

fn name(page: &Page) -> String {
    format!("{}|{PAYMENT}", page.backend)
}

/// A lock that the other tab has, until it is dropped.
struct Held {
    release: Function,
}

impl Held {
    async fn of(name: &str) -> Held {
        let release = Rc::new(RefCell::new(None));
        let got = Rc::new(Cell::new(false));
        let (slot, told) = (release.clone(), got.clone());
        let hold = function(move |_, _| {
            told.set(true);
            Promise::new(&mut |done, _| drop(slot.replace(Some(done)))).into()
        });
        method(&locks(), "request", &[name.into(), hold.into()]);
        until("the lock", || got.get()).await;
        Held { release: release.take().unwrap() }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

/// Whether anybody has that lock, or has asked for it.
async fn is_wanted(name: &str) -> bool {
    let state = JsFuture::from(method(&locks(), "query", &[]).unchecked_into::<Promise>()).await.unwrap();
    ["held", "pending"].iter().any(|list| {
        let list: js_sys::Array = get(&state, list).unchecked_into();
        list.iter().any(|lock| get(&lock, "name").as_string().as_deref() == Some(name))
    })
}

/// Waits until nobody wants it any more.
async fn is_given_back(name: &str) {
    for _ in 0..200 {
        if !is_wanted(name).await {
            return;
        }
        stub::sleep(5).await;
    }
    panic!("{name} is still wanted");
}

/// The channel of a payment's tabs, and what was heard there.
struct Other {
    channel: JsValue,
    heard: Rc<RefCell<Vec<JsValue>>>,
}

impl Other {
    fn of(page: &Page) -> Other {
        let class: Function = get(&window(), "BroadcastChannel").unchecked_into();
        let channel = Reflect::construct(&class, &js_sys::Array::of1(&name(page).into())).unwrap();
        let heard: Rc<RefCell<Vec<JsValue>>> = Rc::default();
        let list = heard.clone();
        let listen = function(move |event, _| {
            list.borrow_mut().push(get(&event, "data"));
            JsValue::UNDEFINED
        });
        Reflect::set(&channel, &"onmessage".into(), &listen).unwrap();
        Other { channel, heard }
    }

    fn says(&self, message: impl Into<JsValue>) {
        method(&self.channel, "postMessage", &[message.into()]);
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        method(&self.channel, "close", &[]);
    }
}

async fn ready(page: &Page) -> Shop {
    let shop = page.mount(page.props()).await;
    page.read().await.reply(200, &payment());
    until("Pay", || shop.text().contains("Pay $40.97")).await;
    shop
}

/// The page is left, or shown again.
fn transition(name: &str) {
    let class: Function = get(&window(), "PageTransitionEvent").unchecked_into();
    let options = stub::js_object(&serde_json::json!({ "persisted": true }));
    let event = Reflect::construct(&class, &js_sys::Array::of2(&name.into(), &options)).unwrap();
    window().dispatch_event(event.unchecked_ref()).unwrap();
}

#[wasm_bindgen_test]
async fn nothing_is_sent_while_another_tab_is_paying() {
    let page = Page::new();
    let shop = ready(&page).await;
    let other = Held::of(&name(&page)).await;
    shop.pay().await;
    until("the other tab is named", || shop.text().contains("being made in another window")).await;
    assert_eq!((shop.heading().as_str(), page.count("POST", "")), ("Starting your payment", 0));
    page.read().await.reply(200, &payment());
    drop(other);
    let create = page.create().await;
    assert!(!shop.text().contains("another window"), "{}", shop.text());
    create.reply(201, &succeeded());
    shop.reads("Payment complete").await;
    is_given_back(&name(&page)).await;
}

#[wasm_bindgen_test]
async fn what_another_tab_has_begun_is_gone_on_with_under_its_key() {
    let page = Page::new();
    let shop = ready(&page).await;
    let other = Held::of(&name(&page)).await;
    shop.pay().await;
    let key = "0b8f2f4e-1111-4222-8333-444455556666";
    let line = format!("1 {key} charge {} - - - -", js_sys::Date::now() as u64);
    stub::local().set_item(&name(&page), &line).unwrap();
    drop(other);
    assert_eq!(page.create().await.headers["idempotency-key"], key);
}

#[wasm_bindgen_test]
async fn the_lock_is_held_from_the_reading_to_the_answer() {
    let page = Page::new();
    let shop = ready(&page).await;
    assert!(!is_wanted(&name(&page)).await);
    shop.pay().await;
    let read = page.read().await;
    assert!(is_wanted(&name(&page)).await);
    read.reply(200, &payment());
    let create = page.create().await;
    assert!(is_wanted(&name(&page)).await);
    create.reply(201, &failed());
    shop.reads("Payment not completed").await;
    is_given_back(&name(&page)).await;
}

#[wasm_bindgen_test]
async fn where_a_page_has_no_locks_and_no_channels_it_pays_without() {
    let refusal = || function(|_, _| Promise::reject(&"SecurityError".into()).into());
    let throws = js_sys::Function::new_no_args("throw new Error('no')");
    let without: [(&str, JsValue); 4] = [
        ("locks", JsValue::UNDEFINED),
        ("locks", stub::js_object(&serde_json::json!({}))),
        ("locks", {
            let locks = js_sys::Object::new();
            Reflect::set(&locks, &"request".into(), &refusal()).unwrap();
            locks.into()
        }),
        ("locks", {
            let locks = js_sys::Object::new();
            Reflect::set(&locks, &"request".into(), &throws).unwrap();
            locks.into()
        }),
    ];
    for (member, value) in without {
        let _locks = Pretend::new(get(&window(), "navigator"), member, value);
        let _channels = Pretend::new(window(), "BroadcastChannel", JsValue::UNDEFINED);
        let page = Page::new();
        let shop = ready(&page).await;
        shop.pay().await;
        page.create().await.reply(201, &pending());
        // Nobody else waits, so this tab does.
        let ask = page.ask().await;
        assert_eq!(ask.headers.get("prefer").map(String::as_str), Some("wait=25"));
        ask.reply(200, &succeeded());
        shop.reads("Payment complete").await;
    }
}

#[wasm_bindgen_test]
async fn one_tab_waits_at_the_backend() {
    let page = Page::new();
    let wait = name(&page) + "|wait";
    let other = Held::of(&wait).await;
    let shop = ready(&page).await;
    shop.pay().await;
    page.create().await.reply(201, &pending());
    let ask = page.ask().await;
    assert_eq!(ask.headers.get("prefer"), None);
    ask.reply(200, &pending());
    shop.reads("Confirming your payment").await;
    drop(other);
    let ask = page.ask().await;
    assert_eq!(ask.headers.get("prefer").map(String::as_str), Some("wait=25"));
    ask.reply(200, &succeeded());
    shop.reads("Payment complete").await;
    is_given_back(&wait).await;
}

#[wasm_bindgen_test]
async fn what_another_tab_says_is_looked_at_and_not_believed() {
    let page = Page::new();
    let other = Other::of(&page);
    let shop = ready(&page).await;
    let before = page.log().len();
    // Another release, or somebody else on this origin.
    other.says("2");
    other.says(JsValue::NULL);
    other.says(stub::js_object(&serde_json::json!({ "state": "succeeded", "v": 1 })));
    other.says("1");
    page.read().await.reply(200, &payment());
    settle().await;
    assert_eq!((page.log().len() - before, shop.heading().as_str()), (1, "Your payment"));
    other.says("1");
    page.read().await.reply(200, &payment_with(serde_json::json!([succeeded()])));
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
}

#[wasm_bindgen_test]
async fn the_other_tabs_are_told_to_look_and_nothing_else() {
    let page = Page::new();
    let other = Other::of(&page);
    let shop = ready(&page).await;
    shop.pay().await;
    page.create().await.reply(201, &succeeded());
    shop.reads("Payment complete").await;
    until("it is said", || !other.heard.borrow().is_empty()).await;
    assert!(other.heard.borrow().iter().all(|message| *message == "1"), "{:?}", other.heard.borrow());
}

#[wasm_bindgen_test]
async fn a_page_that_is_put_aside_holds_nothing_and_hears_nothing() {
    let page = Page::new();
    let other = Other::of(&page);
    let shop = ready(&page).await;
    shop.pay().await;
    let create = page.create().await;
    transition("pagehide");
    is_given_back(&name(&page)).await;
    assert!(!create.is_aborted(), "what was sent cannot be taken back");
    let before = page.log().len();
    other.says("1");
    stub::sleep(50).await;
    assert_eq!(page.log().len(), before);
    transition("pageshow");
    until("the lock is asked for again", || page.log().len() > before).await;
    assert!(is_wanted(&name(&page)).await);
    page.read().await;
    page.read().await.reply(200, &payment_with(serde_json::json!([redirecting_to("https://issuer.example/")])));
    page.call("GET", CHARGE).await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
    is_given_back(&name(&page)).await;
}

#[wasm_bindgen_test]
async fn unmounted_it_holds_nothing_and_hears_nothing() {
    let page = Page::new();
    let other = Other::of(&page);
    let mut shop = ready(&page).await;
    shop.pay().await;
    page.create().await.reply(201, &pending());
    page.ask().await;
    shop.unmount();
    is_given_back(&name(&page)).await;
    is_given_back(&(name(&page) + "|wait")).await;
    let before = page.log().len();
    other.says("1");
    stub::sleep(50).await;
    assert_eq!(page.log().len(), before);
}
