//! Leaving for the payment page: by this window, or from within a frame by the window around all frames.

use super::objects::{call, global, member, object};
use js_sys::Reflect;
use paymentsos_core::flow::View;
use wasm_bindgen::JsValue;

/// Whether this page is shown within another.
pub fn framed() -> bool {
    global("top") != global("self")
}

/// Goes there. Says whether the browser has let it: a frame may be kept from leaving by its `sandbox`, or before anything was pressed.
/// Where this window's own navigation is refused, the page stays as it is, and the flow's watchdog offers a link.
pub(super) fn go(address: &str) -> bool {
    if framed() {
        // Of a window of another origin, no more than this may be set.
        return Reflect::set(&member(&global("top"), "location"), &"href".into(), &address.into()).unwrap_or_default();
    }
    call(&global("location"), "assign", &[address.into()]);
    true
}

/// Closes this window, if the browser lets it: one that the shopper has opened stays, and so does what is in a frame.
pub(super) fn close() {
    if !framed() {
        call(&js_sys::global(), "close", &[]);
    }
}

/// Tells the page around this frame, if it is of that very origin, where the shopper has to be taken.
pub(super) fn tell_host(origin: &str, address: &str, view: &View) {
    let id = |id: &Option<String>| id.as_deref().map_or(JsValue::NULL, JsValue::from_str);
    let message = object(&[
        ("source", "paymentsos-checkout".into()),
        ("version", 1.into()),
        ("type", "checkout-redirect".into()),
        ("payment_id", id(&view.payment_id)),
        ("kind", view.kind.name().into()),
        ("transaction_id", id(&view.transaction_id)),
        ("url", address.into()),
    ]);
    call(&global("parent"), "postMessage", &[message, origin.into()]);
}
