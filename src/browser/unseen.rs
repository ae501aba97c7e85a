//! A frame that nobody sees, in which the issuer collects data on the browser (EMV 3DS: the 3DS Method).

use super::objects::{call, global, member};
use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// The frame. Dropped, it is gone.
pub(super) struct Unseen(JsValue);

impl Unseen {
    pub(super) fn load(address: &str) -> Option<Unseen> {
        let document = global("document");
        let frame = call(&document, "createElement", &["iframe".into()])?;
        let set = |object: &JsValue, name: &str, value: &str| Reflect::set(object, &name.into(), &value.into());
        // A policy forbids styles in attributes, and not these.
        set(&member(&frame, "style"), "display", "none").ok()?;
        call(&frame, "setAttribute", &["aria-hidden".into(), "true".into()]);
        set(&frame, "src", address).ok()?;
        call(&member(&document, "body"), "appendChild", std::slice::from_ref(&frame))?;
        Some(Unseen(frame))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        call(&self.0, "remove", &[]);
    }
}
