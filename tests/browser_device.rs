//! What 3-D Secure is told of the browser.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod stub;

use paymentsos_checkout::browser::device::{FULL_SCREEN, challenge_window, color_depth, language};
use serde_json::{Value, json};
use stub::{Page, Pretend, get, payment, window};
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

/// What a create says of this browser.
async fn told() -> Value {
    let page = Page::new();
    let shop = page.mount(page.props()).await;
    page.read().await.reply(200, &payment());
    shop.pay().await;
    page.create().await.body().await["three_d_secure_attributes"]["internal"].take()
}

#[wasm_bindgen_test]
async fn all_that_a_script_can_read_is_told_and_as_text() {
    let told = told().await;
    let told = told.as_object().unwrap();
    let mut names: Vec<_> = told.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "browser_color_depth",
            "browser_java_enabled",
            "browser_language",
            "browser_screen_height",
            "browser_screen_width",
            "browser_time_zone",
            "challenge_window_size",
        ]
    );
    assert_eq!(told["challenge_window_size"], "05", "a page of its own takes what it gets");
    for (name, value) in told {
        match name.as_str() {
            "browser_java_enabled" => assert_eq!(*value, json!(false)),
            _ => assert!(value.is_string(), "{name}: {value}"),
        }
    }
    for name in ["browser_color_depth", "browser_screen_height", "browser_screen_width", "browser_time_zone"] {
        assert!(told[name].as_str().unwrap().parse::<i32>().is_ok(), "{name}: {}", told[name]);
    }
    let screen = window().screen().unwrap();
    assert_eq!(told["browser_screen_width"], screen.width().unwrap().to_string());
    assert_eq!(told["browser_screen_height"], screen.height().unwrap().to_string());
}

#[wasm_bindgen_test]
async fn what_the_browser_says_is_made_what_3_d_secure_knows() {
    let screen = || window().screen().unwrap();
    let _deep = Pretend::new(screen(), "colorDepth", 30);
    let _wide = Pretend::new(screen(), "width", 3840);
    let _odd = Pretend::new(screen(), "height", -1);
    let _language = Pretend::new(window().navigator(), "language", "zh-Hant-TW");
    let told = told().await;
    assert_eq!(told["browser_color_depth"], "24");
    assert_eq!(told["browser_screen_width"], "3840");
    assert_eq!(told["browser_screen_height"], "0");
    assert_eq!(told["browser_language"], "zh-Hant");
}

#[wasm_bindgen_test]
async fn the_time_zone_is_minutes_from_here_to_utc_east_being_negative() {
    for (offset, expected) in [(-120.0, "-120"), (300.0, "300"), (-345.0, "-345"), (0.0, "0"), (-0.0, "0")] {
        let offset = stub::function(move |_, _| offset.into());
        let _zone = Pretend::new(get(&window(), "Date.prototype"), "getTimezoneOffset", offset);
        assert_eq!(told().await["browser_time_zone"], expected);
    }
}

#[wasm_bindgen_test]
async fn a_browser_that_says_nothing_of_itself_stops_nothing() {
    let _language = Pretend::new(window().navigator(), "language", wasm_bindgen::JsValue::UNDEFINED);
    assert_eq!(told().await["browser_language"], "en");
}

#[wasm_bindgen_test]
fn a_colour_depth_is_the_next_lower_one_that_3_d_secure_knows() {
    for (depth, expected) in [
        (1, 1),
        (2, 1),
        (4, 4),
        (8, 8),
        (12, 8),
        (15, 15),
        (16, 16),
        (18, 16),
        (24, 24),
        (30, 24),
        (32, 32),
        (36, 32),
        (48, 48),
        (64, 48),
        (0, 1),
        (-8, 1),
    ] {
        assert_eq!(color_depth(depth), expected, "{depth}");
    }
}

#[wasm_bindgen_test]
fn a_language_has_at_most_eight_characters_and_is_a_valid_tag() {
    for (tag, expected) in [
        ("en", "en"),
        ("en-US", "en-US"),
        ("fil-PH", "fil-PH"),
        ("es-419", "es-419"),
        ("zh-Hant", "zh-Hant"),
        ("zh-Hant-TW", "zh-Hant"),
        ("sr-Latn-RS", "sr-Latn"),
        ("de-DE-u-co-phonebk", "de-DE"),
        ("de-CH-1901", "de-CH"),
        ("en-a-bbb-x-a-ccc", "en-a-bbb"),
        ("en-a-bbbb-ccc", "en"),
        ("x-private", "en"),
        ("i-klingon", "en"),
        ("abcdefghi", "en"),
        ("", "en"),
        ("-", "en"),
        ("c", "en"),
    ] {
        assert_eq!(language(tag), expected, "{tag}");
    }
}

#[wasm_bindgen_test]
fn a_challenge_gets_the_largest_window_that_fits() {
    for (room, code) in [
        ((1280, 900), "03"),
        ((500, 600), "03"),
        ((1280, 500), "04"),
        ((599, 500), "02"),
        ((400, 700), "02"),
        ((320, 640), "01"),
        ((240, 640), "05"),
        ((1280, 300), "05"),
        ((0, 0), "05"),
    ] {
        let (chosen, size) = challenge_window(room.0, room.1);
        assert_eq!(chosen, code, "{room:?}");
        assert!(size.is_none_or(|(width, height)| width <= room.0 && height <= room.1), "{room:?}");
        assert_eq!(size.is_none(), code == FULL_SCREEN);
    }
}
