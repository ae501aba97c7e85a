//! Time and chance.

use js_sys::{Array, Date, Math, Reflect, Uint8Array};
use paymentsos_core::flow::Now;
use wasm_bindgen::prelude::*;

/// This moment. Steady time counts from the page's beginning; `Date` may jump.
pub(super) fn now() -> Now {
    let steady = web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now());
    Now { steady: steady as u64, wall: Date::now() as u64, chance: (Math::random() * 65_536.0) as u16 }
}

/// A fresh UUID (RFC 9562, version 4) from the browser's secure random numbers.
pub(super) fn uuid() -> String {
    let window = JsValue::from(web_sys::window());
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or_default();
    let call = |name: &str, arguments: &Array| {
        let crypto = get(&window, "crypto");
        get(&crypto, name).dyn_into().and_then(|function: js_sys::Function| function.apply(&crypto, arguments))
    };
    if let Some(uuid) = call("randomUUID", &Array::new()).ok().and_then(|uuid| uuid.as_string()) {
        return uuid;
    }
    // `randomUUID` is there only over https and on loopback, `getRandomValues` everywhere.
    let random = Uint8Array::new_with_length(16);
    let _ = call("getRandomValues", &Array::of1(&random));
    let mut bytes = [0; 16];
    random.copy_to(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 0x0f] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    text
}
