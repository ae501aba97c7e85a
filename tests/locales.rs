//! The translators' file for English says what the code says.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

use paymentsos_checkout::messages::Key;
use serde_json::Value;
use std::collections::BTreeMap;

const ENGLISH: &str = include_str!("../www/locales/en.json");
const SCRIPTS: [&str; 2] = [include_str!("../www/class.js"), include_str!("../www/card.js")];

/// The texts that a script has in its own table.
fn of_script(script: &str) -> impl Iterator<Item = (String, String)> {
    let (table, _) = script.split_once("const TEXTS = {").unwrap().1.split_once("\n};").unwrap();
    table.lines().filter_map(|line| {
        let (key, text) = line.trim().split_once(": ")?;
        Some((key.to_owned(), text.trim_end_matches(',').trim_matches('\'').to_owned()))
    })
}

#[test]
fn english_is_what_the_module_and_the_scripts_say() {
    let english: Value = serde_json::from_str(ENGLISH).unwrap();
    let written: BTreeMap<String, String> = serde_json::from_value(english["texts"].clone()).unwrap();
    let of_module = Key::ALL.iter().map(|key| (key.name().to_owned(), key.english().to_owned()));
    let said: BTreeMap<String, String> = of_module.chain(SCRIPTS.into_iter().flat_map(of_script)).collect();
    assert_eq!(written, said);
}
