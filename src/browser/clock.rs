//! Time and chance.

use super::objects::{call, construct, global};
use js_sys::{Array, Date, Math};
use paymentsos_core::flow::Now;

/// This moment. Steady time counts from the page's beginning; `Date` may jump.
pub(super) fn now() -> Now {
    let steady = call(&global("performance"), "now", &[]).and_then(|now| now.as_f64()).unwrap_or_default();
    Now { steady: steady as u64, wall: Date::now() as u64, chance: (Math::random() * 65_536.0) as u16 }
}

/// A fresh UUID (RFC 9562, version 4) from the browser's secure random numbers.
pub(super) fn uuid() -> String {
    let crypto = global("crypto");
    if let Some(uuid) = call(&crypto, "randomUUID", &[]).and_then(|uuid| uuid.as_string()) {
        return uuid;
    }
    // `randomUUID` is there only over https and on loopback, `getRandomValues` everywhere.
    let random = construct(&js_sys::global(), "Uint8Array", &[16.into()]).unwrap_or_default();
    call(&crypto, "getRandomValues", std::slice::from_ref(&random));
    let mut text = String::with_capacity(36);
    for (at, byte) in Array::from(&random).iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let byte = byte.as_f64().unwrap_or_default() as u8;
        let byte = match at {
            6 => byte & 0x0f | 0x40,
            8 => byte & 0x3f | 0x80,
            _ => byte,
        };
        for digit in [byte >> 4, byte & 0x0f] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    text
}
