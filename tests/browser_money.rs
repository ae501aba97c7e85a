//! Amounts and times as the shopper reads them.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod stub;

use paymentsos_checkout::browser;
use paymentsos_core::flow::Money;
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

fn money(amount: u64, currency: &str, locale: &str) -> String {
    // The spaces that do not break are nobody's business here.
    browser::money(&Money { amount, currency: currency.into() }, locale).replace(['\u{a0}', '\u{202f}'], " ")
}

#[wasm_bindgen_test]
fn minor_units_are_those_of_the_currency() {
    assert_eq!(money(4097, "USD", "en-US"), "$40.97");
    assert_eq!(money(1200, "JPY", "en-US"), "¥1,200");
    assert_eq!(money(12500, "KWD", "en-US"), "KWD 12.500");
    assert_eq!(money(5, "EUR", "en-US"), "€0.05");
    // People leave these decimals out, and so do browsers; the minor units are there all the same.
    assert_eq!(money(409_700, "HUF", "en-US"), "HUF 4,097.00");
    assert_eq!(money(409_700, "IDR", "en-US"), "IDR 4,097.00");
    assert_eq!(money(4_097_000, "IQD", "en-US"), "IQD 4,097.000");
    assert_eq!(money(4097, "CLP", "en-US"), "CLP 4,097");
    assert_eq!(money(0, "USD", "en-US"), "$0.00");
    assert_eq!(money(123_456_789_012, "USD", "en-US"), "$1,234,567,890.12");
}

#[wasm_bindgen_test]
fn an_amount_is_written_as_the_locale_writes_it() {
    assert_eq!(money(123_456, "EUR", "de-DE"), "1.234,56 €");
    assert_eq!(money(123_456, "EUR", "fr-FR"), "1 234,56 €");
    assert_eq!(money(4097, "USD", "en-CA"), "US$40.97");
    assert_eq!(money(10_000_000, "INR", "en-IN"), "₹1,00,000.00");
}

#[wasm_bindgen_test]
fn cents_are_not_lost_on_the_way_through_a_float() {
    for amount in [1, 7, 29, 57, 58, 113, 115, 1005, 1999, 8_341, 110_550, 35_041_255] {
        assert_eq!(money(amount, "USD", "en-US").replace(',', ""), format!("${}.{:02}", amount / 100, amount % 100));
    }
}

#[wasm_bindgen_test]
fn a_currency_that_the_browser_refuses_is_written_plainly() {
    for currency in ["", "US", "DOLLAR", "U$D", "€"] {
        assert_eq!(money(4097, currency, "en-US"), format!("{currency} 4097 (minor units)"));
    }
    // Of one that might exist, the code is shown.
    assert_eq!(money(4097, "XQQ", "en-US"), "XQQ 40.97");
}

#[wasm_bindgen_test]
fn a_locale_that_the_browser_refuses_is_its_own() {
    let own = money(4097, "USD", "");
    for locale in ["not a locale", "en_US", "-", "ü", "x"] {
        assert_eq!(money(4097, "USD", locale), own, "{locale}");
    }
    assert!(own.contains("40"), "{own}");
}

#[wasm_bindgen_test]
fn no_amount_is_too_large_to_be_written() {
    assert!(money(u64::MAX, "USD", "en-US").starts_with("$184,467,440,737,09"));
    assert!(money(u64::MAX, "?", "?").starts_with("? 18446744073709551615"));
}

#[wasm_bindgen_test]
fn a_time_is_written_as_the_locale_writes_it() {
    let noon = js_sys::Date::new_with_year_month_day_hr_min(2026, 0, 31, 14, 5).get_time() as u64;
    let time = |locale| browser::time(noon, locale).map(|time| time.replace('\u{202f}', " "));
    assert_eq!(time("en-US").as_deref(), Some("2:05 PM"));
    assert_eq!(time("de-DE").as_deref(), Some("14:05"));
    assert!(time("not a locale").is_some());
    assert_eq!(browser::time(u64::MAX, "en-US"), None);
}
