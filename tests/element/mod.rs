//! `<paymentsos-checkout>` on a page, over the module that the tests run in.

#![allow(dead_code, reason = "each story uses its own part of it")]

use crate::stub::{
    PAYMENT, Page, document, function, get, in_time, js_object, payment, settle, to_json, until, window,
};
use js_sys::{Function, Promise, Reflect};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, ShadowRoot};

#[wasm_bindgen(module = "/www/class.js")]
extern "C" {
    #[wasm_bindgen(js_name = PaymentsosCheckout)]
    type ElementClass;
    #[wasm_bindgen(static_method_of = ElementClass, js_class = PaymentsosCheckout, getter, js_name = observedAttributes)]
    fn observed_attributes() -> js_sys::Array;
    fn define();
}

pub(crate) const TAG: &str = "paymentsos-checkout";

/// An element on the page. Dropped, it is taken off.
pub(crate) struct Mounted {
    pub(crate) element: Element,
    /// The events that have bubbled to the document, with what they said.
    events: Rc<RefCell<Vec<(String, Value)>>>,
    listener: Function,
}

const EVENTS: [&str; 4] = ["checkout-state", "checkout-result", "checkout-redirect", "checkout-error"];

impl Mounted {
    /// Puts an element on the page, once `prepare` has made it ready.
    pub(crate) async fn new(page: &Page, prepare: impl FnOnce(&Element)) -> Mounted {
        give_the_element_its_module();
        let element = document().create_element(TAG).unwrap();
        for (name, value) in [("backend", &*page.backend), ("payment-id", PAYMENT), ("locale", "en-US")] {
            element.set_attribute(name, value).unwrap();
        }
        set(&element, "paymentMethod", &js_object(&json!({ "token": "t" })));
        prepare(&element);
        Mounted::put(element).await
    }

    pub(crate) async fn put(element: Element) -> Mounted {
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

    pub(crate) fn state(&self) -> String {
        self.element.get_attribute("data-state").unwrap_or_default()
    }

    pub(crate) async fn is(&self, state: &str) {
        until(state, || self.state() == state).await;
    }

    pub(crate) fn root(&self) -> ShadowRoot {
        self.element.shadow_root().expect("an open shadow root")
    }

    pub(crate) fn text(&self) -> String {
        self.root().text_content().unwrap_or_default()
    }

    /// Reads the payment, and presses Pay.
    pub(crate) async fn pay(&self, page: &Page) {
        page.read().await.reply(200, &payment());
        let pay = || self.root().query_selector("button[part~=pay]:not([aria-disabled])").unwrap();
        until("Pay can be pressed", || pay().is_some()).await;
        pay().unwrap().unchecked_into::<web_sys::HtmlElement>().click();
        settle().await;
    }

    pub(crate) fn told(&self, name: &str) -> Vec<Value> {
        self.events.borrow().iter().filter(|(own, _)| own == name).map(|(_, detail)| detail.clone()).collect()
    }

    /// Calls a method that gives a promise.
    pub(crate) fn call(&self, method: &str) -> Promise {
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

pub(crate) fn set(object: &JsValue, name: &str, value: &JsValue) {
    Reflect::set(object, &name.into(), value).unwrap();
}

/// The class loads the module beside it; beside it here is, by an import map, what re-exports the module that is running already.
pub(crate) fn give_the_element_its_module() {
    thread_local!(static GIVEN: Cell<bool> = const { Cell::new(false) });
    if GIVEN.replace(true) {
        return;
    }
    assert!(ElementClass::observed_attributes().length() > 0);
    define();
    let performance = window().performance().unwrap();
    let list: Function = get(&performance, "getEntriesByType").unchecked_into();
    let loaded: Vec<String> = js_sys::Array::from(&list.call1(&performance, &"resource".into()).unwrap())
        .iter()
        .filter_map(|entry| get(&entry, "name").as_string())
        .collect();
    let element = loaded.iter().find(|address| address.ends_with("/class.js")).expect("class.js");
    let own = loaded.iter().find(|address| address.ends_with("/wasm-bindgen-test")).expect("this module's glue");
    let beside = element.replace("class.js", "paymentsos-checkout.js");
    // It is whole, and nothing waits for its rest.
    let module = format!(
        "data:text/javascript,export * from '{own}'; export default async () => {{}}; export const hold = () => {{}}; \
         export const rest = async () => () => {{}};"
    );
    let script = document().create_element("script").unwrap();
    script.set_attribute("type", "importmap").unwrap();
    script.set_text_content(Some(&json!({ "imports": { beside: module } }).to_string()));
    document().head().unwrap().append_child(&script).unwrap();
}

/// What a promise gives, as text.
pub(crate) async fn text_of(promise: Promise) -> String {
    in_time("a promise", async move { JsFuture::from(promise).await.unwrap().as_string().unwrap() }).await
}
