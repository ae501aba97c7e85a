//! Time and chance.

use super::objects::{call, global};
use js_sys::{Date, Math, Uint8Array};
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
    let random = Uint8Array::new_with_length(16);
    call(&crypto, "getRandomValues", &[random.clone().into()]);
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
