//! The custom element as a page has it: `element.js` over the handle of this very module.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod stub;

use js_sys::{Function, Object, Promise, Reflect};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use stub::{
    PAYMENT, Page, dispatch, document, failed, function, get, in_time, js_object, payment, pending, redirecting_to,
    settle, sleep, succeeded, to_json, until, window,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::*;
use web_sys::{Element, Event, ShadowRoot};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/www/element.js")]
extern "C" {
    #[wasm_bindgen(js_name = PaymentsosCheckout)]
    type ElementClass;
    #[wasm_bindgen(static_method_of = ElementClass, js_class = PaymentsosCheckout, getter, js_name = observedAttributes)]
    fn observed_attributes() -> js_sys::Array;
}

const TAG: &str = "paymentsos-checkout";

/// An element on the page. Dropped, it is taken off.
struct Mounted {
    element: Element,
    /// The events that have bubbled to the document, with what they said.
    events: Rc<RefCell<Vec<(String, Value)>>>,
    listener: Function,
}

const EVENTS: [&str; 4] = ["checkout-state", "checkout-result", "checkout-redirect", "checkout-error"];

impl Mounted {
    /// Puts an element on the page, once `prepare` has made it ready.
    async fn new(page: &Page, prepare: impl FnOnce(&Element)) -> Mounted {
        give_the_element_its_module();
        let element = document().create_element(TAG).unwrap();
        for (name, value) in [("backend", &*page.backend), ("payment-id", PAYMENT), ("locale", "en-US")] {
            element.set_attribute(name, value).unwrap();
        }
        set(&element, "paymentMethod", &js_object(&json!({ "token": "t" })));
        prepare(&element);
        Mounted::put(element).await
    }

    async fn put(element: Element) -> Mounted {
        let events: Rc<RefCell<Vec<(String, Value)>>> = Rc::default();
        let (list, own) = (events.clone(), element.clone());
        let listener = function(move |event, _| {
            let event: Event = event.unchecked_into();
            if event.target().is_some_and(|target| target == *own.as_ref()) {
                list.borrow_mut().push((event.type_(), to_json(&get(&event, "detail"))));
            }
            JsValue::UNDEFINED
        });
        for name in EVENTS {
            document().add_event_listener_with_callback(name, &listener).unwrap();
        }
        document().body().unwrap().append_child(&element).unwrap();
        let mounted = Mounted { element, events, listener };
        until("the element has started", || mounted.state() != "loading").await;
        settle().await;
        mounted
    }

    fn state(&self) -> String {
        self.element.get_attribute("data-state").unwrap_or_default()
    }

    async fn is(&self, state: &str) {
        until(state, || self.state() == state).await;
    }

    fn root(&self) -> ShadowRoot {
        self.element.shadow_root().expect("an open shadow root")
    }

    fn text(&self) -> String {
        self.root().text_content().unwrap_or_default()
    }

    /// Reads the payment, and presses Pay.
    async fn pay(&self, page: &Page) {
        page.read().await.reply(200, &payment());
        let pay = || self.root().query_selector("button[part~=pay]:not([aria-disabled])").unwrap();
        until("Pay can be pressed", || pay().is_some()).await;
        pay().unwrap().unchecked_into::<web_sys::HtmlElement>().click();
        settle().await;
    }

    fn told(&self, name: &str) -> Vec<Value> {
        self.events.borrow().iter().filter(|(own, _)| own == name).map(|(_, detail)| detail.clone()).collect()
    }

    /// Calls a method that gives a promise.
    fn call(&self, method: &str) -> Promise {
        let function: Function = get(&self.element, method).unchecked_into();
        function.call0(&self.element).unwrap().unchecked_into()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        for name in EVENTS {
            let _ = document().remove_event_listener_with_callback(name, &self.listener);
        }
        self.element.remove();
    }
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    Reflect::set(object, &name.into(), value).unwrap();
}

/// `element.js` loads the module beside it; beside it here is, by an import map, what re-exports the module that is running already.
fn give_the_element_its_module() {
    thread_local!(static GIVEN: Cell<bool> = const { Cell::new(false) });
    if GIVEN.replace(true) {
        return;
    }
    assert!(ElementClass::observed_attributes().length() > 0);
    let performance = window().performance().unwrap();
    let list: Function = get(&performance, "getEntriesByType").unchecked_into();
    let loaded: Vec<String> = js_sys::Array::from(&list.call1(&performance, &"resource".into()).unwrap())
        .iter()
        .filter_map(|entry| get(&entry, "name").as_string())
        .collect();
    let element = loaded.iter().find(|address| address.ends_with("/element.js")).expect("element.js");
    let own = loaded.iter().find(|address| address.ends_with("/wasm-bindgen-test")).expect("this module's glue");
    let beside = element.replace("element.js", "paymentsos-checkout.js");
    let module = format!("data:text/javascript,export * from '{own}'; export default async () => {{}};");
    let script = document().create_element("script").unwrap();
    script.set_attribute("type", "importmap").unwrap();
    script.set_text_content(Some(&json!({ "imports": { beside: module } }).to_string()));
    document().head().unwrap().append_child(&script).unwrap();
}

/// What a promise gives, as text.
async fn text_of(promise: Promise) -> String {
    in_time("a promise", async move { JsFuture::from(promise).await.unwrap().as_string().unwrap() }).await
}

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
    settle().await;
    // What the backend was to hold, if it was asked already, is given up.
    let mut ask = page.ask().await;
    if ask.is_aborted() {
        ask = page.ask().await;
    }
    ask.reply(200, &succeeded());
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

/// The last of the stories: after it no element of this page starts any more.
#[wasm_bindgen_test]
async fn after_a_trap_every_element_says_so_and_none_pays() {
    let page = Page::new();
    let one = Mounted::new(&page, |_| {}).await;
    let two = Mounted::new(&page, |_| {}).await;
    one.pay(&page).await;
    trap_in("https://shop.example/game_bg.wasm:wasm-function[7]:0x12");
    assert_eq!(one.state(), "creating", "that was another module on the page");
    trap_in("https://shop.example/paymentsos-checkout_bg.wasm:wasm-function[7]:0x12");
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
