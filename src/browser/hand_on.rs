//! Handing a link on, and moving the focus.

use super::objects::{call, global, member, object};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Element;
use yew::NodeRef;

/// Whether the browser can share, and whether it can copy.
pub fn can_hand_on() -> (bool, bool) {
    let navigator = global("navigator");
    (member(&navigator, "share").is_function(), member(&navigator, "clipboard").is_object())
}

/// Opens the browser's own sheet to share an address. A shopper who closes it has changed their mind, which is no error.
pub fn share(address: &str) {
    let shared = call(&global("navigator"), "share", &[object(&[("url", address.into())])]);
    then(shared, || {});
}

/// Copies an address, then calls `done`.
pub fn copy(address: &str, done: impl FnOnce() + 'static) {
    let copied = call(&member(&global("navigator"), "clipboard"), "writeText", &[address.into()]);
    then(copied, done);
}

fn then(promise: Option<JsValue>, done: impl FnOnce() + 'static) {
    let Some(promise) = promise else { return };
    spawn_local(async move {
        if JsFuture::from(Promise::resolve(&promise)).await.is_ok() {
            done();
        }
    });
}

/// How much room there is: the width of what is shown here, and the height of the window, in CSS pixels.
pub fn room(base: &NodeRef) -> (i32, i32) {
    let pixels = |number: JsValue| number.as_f64().unwrap_or_default() as i32;
    let width = base.cast::<Element>().map(|base| pixels(member(&base, "offsetWidth"))).unwrap_or_default();
    (width, pixels(global("innerHeight")))
}

/// Moves the focus to a frame, or to the heading, where the element that had it has gone. Says whether it had.
pub fn focus_anew(base: &NodeRef) -> bool {
    let Some(base) = base.cast::<Element>() else { return false };
    // Of the shadow root, or of the document where there is none: there, what has no focus of its own is the body's.
    let focused = member(&base.get_root_node(), "activeElement");
    let document = global("document");
    let (body, elsewhere) = (member(&document, "body"), member(&document, "activeElement"));
    let first = |part: &str| base.query_selector(part).ok().flatten();
    let (frame, heading) = (first("[part~=frame]"), first("[part~=heading]"));
    // From the heading it goes on into a frame.
    let is_at_heading = frame.is_some() && heading.as_ref().is_some_and(|heading| focused == JsValue::from(heading));
    if !focused.is_null() && focused != body && !is_at_heading {
        return false;
    }
    // Somewhere else on the page the focus is not ours.
    if (elsewhere == body || is_at_heading)
        && let Some(target) = frame.or(heading)
    {
        call(&target, "focus", &[]);
    }
    true
}
