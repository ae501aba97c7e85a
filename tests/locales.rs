//! The translators' file for English says what the code says.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

use paymentsos_checkout::languages::files_for;
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

#[test]
fn a_language_is_looked_for_from_its_region_to_its_name() {
    let cases: [(&str, &[&str]); 9] = [
        ("pt-BR", &["pt-BR", "pt"]),
        ("de-AT", &["de-AT", "de"]),
        ("es-MX", &["es-419", "es"]),
        ("es-ES", &["es-ES", "es"]),
        ("zh-TW", &["zh-Hant", "zh"]),
        ("nn", &["nb"]),
        ("iw-IL", &["iw-IL", "he"]),
        ("en-GB", &[]),
        ("EN", &[]),
    ];
    for (tag, files) in cases {
        assert_eq!(files_for(tag), files, "{tag}");
    }
}

#[test]
fn the_element_and_yew_apps_look_in_the_same_files() {
    let script = include_str!("../www/locales/index.js");
    let quoted = script.split_once("const OTHERS = {").unwrap().1.split_once('}').unwrap().0;
    for pair in quoted.split(',').filter_map(|pair| pair.split_once(':')) {
        let (from, to) = (pair.0.trim().trim_matches('\''), pair.1.trim().trim_matches('\''));
        assert!(files_for(from).iter().any(|file| file.eq_ignore_ascii_case(to)), "{from} is read as {to}");
    }
}
