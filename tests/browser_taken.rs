//! The tag is taken before the class comes: by another release, or by something else.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod stub;

use js_sys::{Function, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use stub::{document, function, get, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/www/class.js")]
extern "C" {
    #[wasm_bindgen(js_name = PaymentsosCheckout)]
    type ElementClass;
    #[wasm_bindgen(static_method_of = ElementClass, js_class = PaymentsosCheckout, getter)]
    fn release() -> String;
    fn define();
}

#[wasm_bindgen(
    inline_js = "export const other = (release) => class extends HTMLElement { static release = release; };"
)]
extern "C" {
    /// An element's class of that release.
    fn other(release: &JsValue) -> JsValue;
}

#[wasm_bindgen_test]
fn the_first_stays_and_the_console_says_so() {
    let said: Rc<RefCell<Vec<String>>> = Rc::default();
    let list = said.clone();
    let warn = function(move |text, _| {
        list.borrow_mut().push(text.as_string().unwrap_or_default());
        JsValue::UNDEFINED
    });
    let own = get(&window(), "console.warn");
    let console = get(&window(), "console");
    let taken = other(&"0.0.7".into());
    let registry = get(&window(), "customElements");
    let register: Function = get(&registry, "define").unchecked_into();
    register.call2(&registry, &"paymentsos-checkout".into(), &taken).unwrap();
    Reflect::set(&console, &"warn".into(), &warn).unwrap();
    define();
    define();
    Reflect::set(&console, &"warn".into(), &own).unwrap();
    assert_eq!(said.borrow().len(), 2);
    let text = &said.borrow()[0];
    assert!(text.contains("release 0.0.7") && text.contains(&ElementClass::release()), "{text}");
    let element = document().create_element("paymentsos-checkout").unwrap();
    assert!(get(&element, "constructor") == taken);
}
