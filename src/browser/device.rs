//! What 3-D Secure wants to know of the browser (EMV 3DS 2.2, browser information), as far as a script can read it. The backend adds
//! the shopper's address, user agent and `Accept` header from the request itself.

use super::objects::{global, member, object, text};
use js_sys::Date;
use paymentsos_core::decimal;
use wasm_bindgen::JsValue;

/// The colour depths that EMV knows.
const DEPTHS: [i32; 8] = [48, 32, 24, 16, 15, 8, 4, 1];

/// The EMV code of a challenge that takes what it gets.
pub const FULL_SCREEN: &str = "05";

/// `three_d_secure_attributes.internal`: the `browser_*` fields, and `more`. All are strings but `browser_java_enabled`.
pub(super) fn browser(more: &[(&str, JsValue)]) -> JsValue {
    let screen = global("screen");
    let number = |name: &str| member(&screen, name).as_f64().unwrap_or_default().max(0.0) as i32;
    let depth = Some(number("colorDepth")).filter(|depth| *depth > 0).unwrap_or(24);
    let written = |number: i32| {
        let digits = decimal(number.unsigned_abs().into());
        JsValue::from(if number < 0 { ["-", &digits].concat() } else { digits })
    };
    let mut members = vec![
        ("browser_java_enabled", JsValue::FALSE),
        ("browser_language", language(&own_language()).into()),
        ("browser_color_depth", written(color_depth(depth))),
        ("browser_screen_height", written(number("height"))),
        ("browser_screen_width", written(number("width"))),
        ("browser_time_zone", written(Date::new_0().get_timezone_offset() as i32)),
    ];
    members.extend_from_slice(more);
    object(&members)
}

/// The largest challenge window that fits (EMV 3DS, challenge window size): its code, and its width and height in CSS pixels; neither
/// where none fits.
pub fn challenge_window(width: i32, height: i32) -> (&'static str, Option<(i32, i32)>) {
    const WINDOWS: [(&str, i32, i32); 4] = [("03", 500, 600), ("04", 600, 400), ("02", 390, 400), ("01", 250, 400)];
    let fitting = WINDOWS.into_iter().find(|(_, wide, high)| *wide <= width && *high <= height);
    fitting.map_or((FULL_SCREEN, None), |(code, wide, high)| (code, Some((wide, high))))
}

/// The browser's own language, a BCP 47 tag.
pub fn own_language() -> String {
    text(&global("navigator"), "language")
}

/// The next lower depth that EMV knows: 30 bits are refused, 24 are not.
pub fn color_depth(depth: i32) -> i32 {
    DEPTHS.into_iter().find(|known| *known <= depth).unwrap_or(1)
}

/// The longest valid start of a BCP 47 tag that has at most eight characters: whole subtags are left out from the end, and a single
/// letter too, which only introduces what is left out.
pub fn language(tag: &str) -> &str {
    let mut end = tag.len();
    let last_dash = |end: usize| tag.bytes().take(end).rposition(|byte| byte == b'-');
    while end > 8 || last_dash(end).is_some_and(|dash| end - dash <= 2) {
        end = last_dash(end).unwrap_or(0);
    }
    tag.get(..end).filter(|tag| tag.len() > 1).unwrap_or("en")
}
