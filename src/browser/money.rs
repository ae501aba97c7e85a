//! Amounts and times, as the locale writes them.

use super::objects::{call, construct, global, object};
use paymentsos_core::decimal;
use paymentsos_core::flow::{Millis, Money};
use wasm_bindgen::prelude::*;

/// An amount in the shopper's language. A locale or a currency that the browser refuses is written plainly: the amount is never left out.
pub fn money(money: &Money, locale: &str) -> String {
    formatted(money, locale)
        .unwrap_or_else(|| [&money.currency, " ", &decimal(money.amount), " (minor units)"].concat())
}

fn formatted(money: &Money, locale: &str) -> Option<String> {
    const POWERS: [f64; 5] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];
    let decimals = decimals(&money.currency);
    let digits = JsValue::from_f64(decimals as f64);
    let options = object(&[
        ("style", "currency".into()),
        ("currency", money.currency.as_str().into()),
        ("minimumFractionDigits", digits.clone()),
        ("maximumFractionDigits", digits),
    ]);
    let format = formatter("NumberFormat", locale, &options)?;
    let amount = money.amount as f64 / POWERS[decimals];
    let mut text = call(&format, "format", &[amount.into()])?.as_string()?;
    // From right to left, the sign in `US$` would come to stand before its letters.
    if text.starts_with('\u{200f}') {
        text.push('\u{200e}');
    }
    Some(text)
}

/// ISO 4217's number of decimals. Browsers have CLDR's, which is how people write a currency: 0 for the forint, which has 2.
fn decimals(currency: &str) -> usize {
    const OTHERS: [(usize, &str); 3] = [
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
    ];
    let own = OTHERS.iter().find(|(_, currencies)| currencies.split(' ').any(|one| one.eq_ignore_ascii_case(currency)));
    own.map_or(2, |(decimals, _)| *decimals)
}

/// A time of day in the shopper's language.
pub fn time(at: Millis, locale: &str) -> Option<String> {
    let options = object(&[("timeStyle", "short".into())]);
    let format = formatter("DateTimeFormat", locale, &options)?;
    call(&format, "format", &[JsValue::from_f64(at as f64)])?.as_string()
}

/// So many minutes or seconds in words: `3 minutes`.
pub fn duration(number: u64, unit: &str, locale: &str) -> Option<String> {
    let options = object(&[("style", "unit".into()), ("unit", unit.into()), ("unitDisplay", "long".into())]);
    number_with(number, locale, &options)
}

/// A number of two digits at least.
pub fn two_digits(number: u64, locale: &str) -> Option<String> {
    number_with(number, locale, &object(&[("minimumIntegerDigits", 2.into())]))
}

fn number_with(number: u64, locale: &str, options: &JsValue) -> Option<String> {
    let format = formatter("NumberFormat", locale, options)?;
    call(&format, "format", &[JsValue::from_f64(number as f64)])?.as_string()
}

/// Whether that is a BCP 47 tag.
pub fn is_locale(tag: &str) -> bool {
    construct(&global("Intl"), "Locale", &[tag.into()]).is_some()
}

/// A formatter of `Intl`, in the browser's own language where it does not know the one asked for.
fn formatter(name: &str, locale: &str, options: &JsValue) -> Option<JsValue> {
    let intl = global("Intl");
    let new = |locale: JsValue| construct(&intl, name, &[locale, options.clone()]);
    Some(locale)
        .filter(|locale| !locale.is_empty())
        .and_then(|locale| new(locale.into()))
        .or_else(|| new(JsValue::UNDEFINED))
}
