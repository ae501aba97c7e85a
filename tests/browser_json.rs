//! The browser's readers read the same of a reply as the servers' serde does.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

use js_sys::JSON;
use paymentsos_checkout::browser::json;
use paymentsos_core::paymentsos::{Payment, Transaction};
use serde_json::{Value, from_str, json as value};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const TRANSACTIONS: [&str; 4] = [
    include_str!("../core/fixtures/charge-succeeded.json"),
    include_str!("../core/fixtures/charge-pending-redirection.json"),
    include_str!("../core/fixtures/charge-failed.json"),
    include_str!("../core/fixtures/charge-odd.json"),
];
const PAYMENTS: [&str; 2] =
    [include_str!("../core/fixtures/payment-initialized.json"), include_str!("../core/fixtures/payment-expanded.json")];

fn parsed(text: &str) -> JsValue {
    JSON::parse(text).unwrap()
}

fn same_transaction(text: &str) {
    let by_serde = from_str::<Transaction>(text).ok();
    assert_eq!(json::transaction(&parsed(text)), by_serde, "{text}");
    assert_eq!(serde_wasm_bindgen::from_value::<Transaction>(parsed(text)).ok(), by_serde, "{text}");
}

fn same_payment(text: &str) {
    let by_serde = from_str::<Payment>(text).ok();
    assert_eq!(json::payment(&parsed(text)), by_serde, "{text}");
    assert_eq!(serde_wasm_bindgen::from_value::<Payment>(parsed(text)).ok(), by_serde, "{text}");
}

/// Every value in every place of the object.
fn with_each_member_odd(text: &str, check: fn(&str)) {
    let odd = [
        value!(null),
        value!(true),
        value!("true"),
        value!(7),
        value!(-1),
        value!(0.5),
        value!("7"),
        value!([]),
        value!({}),
    ];
    let whole: Value = from_str(text).unwrap();
    for name in whole.as_object().unwrap().keys() {
        for odd in &odd {
            let mut changed = whole.clone();
            changed[name] = odd.clone();
            check(&changed.to_string());
        }
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(name);
        check(&without.to_string());
    }
}

#[wasm_bindgen_test]
fn transactions_are_read_alike() {
    for text in TRANSACTIONS {
        same_transaction(text);
        assert!(json::transaction(&parsed(text)).is_some());
    }
}

#[wasm_bindgen_test]
fn payments_are_read_alike() {
    for text in PAYMENTS {
        same_payment(text);
        assert!(json::payment(&parsed(text)).is_some());
    }
}

#[wasm_bindgen_test]
fn odd_members_are_read_alike() {
    for text in TRANSACTIONS {
        with_each_member_odd(text, same_transaction);
    }
    for text in PAYMENTS {
        with_each_member_odd(text, same_payment);
    }
}

#[wasm_bindgen_test]
fn what_is_no_object_is_nothing() {
    for text in ["null", "1", "\"text\"", "[]", "{}", "true"] {
        same_transaction(text);
        same_payment(text);
    }
}
