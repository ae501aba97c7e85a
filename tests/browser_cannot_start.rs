//! The element where the module beside it cannot be had.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod stub;

use js_sys::{Function, Promise};
use serde_json::json;
use std::cell::RefCell;
use std::rc::Rc;
use stub::{PAYMENT, Page, document, function, get, in_time, to_json, until};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/www/class.js")]
extern "C" {
    #[wasm_bindgen(js_name = PaymentsosCheckout)]
    type ElementClass;
    #[wasm_bindgen(static_method_of = ElementClass, js_class = PaymentsosCheckout, getter, js_name = observedAttributes)]
    fn observed_attributes() -> js_sys::Array;
    fn define();
}

#[wasm_bindgen_test]
async fn it_says_so_and_every_promise_is_kept() {
    assert!(ElementClass::observed_attributes().length() > 0);
    define();
    let page = Page::new();
    let element = document().create_element("paymentsos-checkout").unwrap();
    element.set_attribute("backend", &page.backend).unwrap();
    element.set_attribute("payment-id", PAYMENT).unwrap();
    let errors: Rc<RefCell<Vec<serde_json::Value>>> = Rc::default();
    let list = errors.clone();
    let listener = function(move |event, _| {
        list.borrow_mut().push(to_json(&get(&event, "detail")));
        JsValue::UNDEFINED
    });
    element.add_event_listener_with_callback("checkout-error", &listener).unwrap();
    let asks = |name: &str| -> Promise {
        let method: Function = get(&element, name).unchecked_into();
        method.call0(&element).unwrap().unchecked_into()
    };
    // Where there is nothing to press, it says so at once.
    let early = asks("pay");
    document().body().unwrap().append_child(&element).unwrap();
    assert_eq!(element.get_attribute("data-state").as_deref(), Some("loading"));
    let (paid, looked) = ([early, asks("pay")], [asks("checkNow"), asks("reset")]);

    until("an end of the loading", || element.get_attribute("data-state").as_deref() == Some("unavailable")).await;
    let text = element.shadow_root().unwrap().text_content().unwrap();
    // On a page that is returned to, the shopper may have paid: nothing is said of the money.
    assert!(text.contains("If you may have paid already, look at your order"), "{text}");
    assert!(!text.contains("charged"), "{text}");
    let error = json!({ "code": "cannot_start", "who": "network", "retriable": false });
    assert_eq!(errors.borrow().len(), 1);
    assert_eq!(errors.borrow()[0]["error"], error);
    assert_eq!(errors.borrow()[0]["payment_id"], serde_json::Value::Null);
    for (promises, state) in [(paid, "loading"), (looked, "unavailable")] {
        for promise in promises {
            let told = in_time(state, async move { JsFuture::from(promise).await.unwrap() }).await;
            assert_eq!(told.as_string().as_deref(), Some(state));
        }
    }
    // It looked, and did nothing else.
    assert!(page.log().iter().all(|sent| sent.starts_with("GET ")), "{:?}", page.log());
    element.remove();
}
