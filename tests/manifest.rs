//! `custom-elements.json`, from which the reference is made, and the types say what the code does, and nothing else.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod screens;

use paymentsos_checkout::core::codes::Code;
use paymentsos_checkout::core::flow::StateName;
use paymentsos_checkout::core::trace;
use paymentsos_checkout::messages::Key;
use screens::{every_screen, html};
use serde_json::Value;
use std::collections::BTreeSet;

const MANIFEST: &str = include_str!("../www/package/custom-elements.json");
const TYPES: &str = include_str!("../www/package/class.d.ts");
const CARD: &str = include_str!("../www/card.js");
const CLASS: &str = include_str!("../www/class.js");
const STYLES: &str = include_str!("../www/checkout.css");
const THEMING: &str = include_str!("../docs/theming.md");

/// Codes that the class says by itself, where there is no module to say them.
const OF_THE_CLASS: [&str; 2] = ["cannot_start", "stopped"];

type Names = BTreeSet<String>;

fn element() -> Value {
    let manifest: Value = serde_json::from_str(MANIFEST).unwrap();
    manifest["modules"][0]["declarations"][0].clone()
}

/// The names in a list of the manifest.
fn listed(list: &str) -> Names {
    let element = element();
    element[list].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

fn names<'a>(all: impl IntoIterator<Item = &'a str>) -> Names {
    all.into_iter().map(str::to_owned).collect()
}

/// Everything between the quotes of that sort in a piece of code.
fn quoted(code: &str, quote: char) -> Names {
    names(code.split(quote).skip(1).step_by(2))
}

/// What stands between two pieces of a text.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split_once(start).unwrap().1.split_once(end).unwrap().0
}

/// The names of a union of the types.
fn union(name: &str) -> Names {
    quoted(between(TYPES, &format!("export type {name} ="), ";"), '\'')
}

/// The names that follow a marker, as far as they go.
fn after(text: &str, marker: &str) -> Names {
    let is_name = |letter: char| letter.is_ascii_lowercase() || letter == '-';
    names(text.split(marker).skip(1).map(|rest| rest.split(|letter| !is_name(letter)).next().unwrap()))
}

#[test]
fn attributes_are_those_that_the_class_observes() {
    let attributes = listed("attributes");
    assert_eq!(attributes, quoted(between(CLASS, "const ATTRIBUTES = [", "]"), '\''));
    let typed = between(TYPES, "export interface CheckoutAttributes {", "\n}");
    let typed = typed.lines().filter_map(|line| line.trim().split_once("?:")).map(|(name, _)| name.trim_matches('\''));
    assert_eq!(attributes, names(typed));
}

#[test]
fn properties_and_methods_are_those_of_the_class() {
    let class = between(CLASS, "export class PaymentsosCheckout", "\n}");
    let members = |starts: &str| {
        let lines = class.lines().filter_map(|line| line.trim().strip_prefix(starts)?.split_once('('));
        names(lines.map(|(name, _)| name))
    };
    let element = element();
    let of_kind = |kind: &str| {
        let members = element["members"].as_array().unwrap().iter().filter(|member| member["kind"] == kind);
        members.map(|member| member["name"].as_str().unwrap().to_owned()).collect::<Names>()
    };
    assert_eq!(of_kind("field"), members("get "));
    let methods =
        class.lines().filter(|line| line.contains("command('")).filter_map(|line| line.trim().split_once("()"));
    assert_eq!(of_kind("method"), names(methods.map(|(name, _)| name)));
    for name in of_kind("field").union(&of_kind("method")) {
        assert!(TYPES.contains(&format!("  {name}(")) || TYPES.contains(&format!(" {name}: ")), "{name} has no type");
    }
    let settable = quoted(between(CLASS, "const PROPERTIES = [", "]"), '\'');
    assert_eq!(settable, members("set "));
}

#[test]
fn the_class_keeps_a_trace_as_the_flow_writes_it() {
    let number = |start: &str| between(CLASS, start, ";").parse::<usize>().unwrap();
    assert_eq!(number("const TRACE_LIMIT = "), trace::LIMIT);
    let version = between(CLASS, "  trace() {", "release");
    assert!(version.contains(&format!("version: {},", trace::VERSION)), "{version}");
    let typed = between(TYPES, "export interface CheckoutTrace {", "\n}");
    assert!(typed.contains(&format!("version: {};", trace::VERSION)), "{typed}");
}

#[test]
fn events_are_those_that_are_told() {
    let told = include_str!("../src/element.rs");
    let told = quoted(told, '"').into_iter().filter(|text| text.starts_with("checkout-")).collect::<Names>();
    assert_eq!(listed("events"), told);
    let typed = between(TYPES, "export interface CheckoutEventMap {", "}");
    assert_eq!(listed("events"), quoted(typed, '\''));
}

#[test]
fn states_codes_and_keys_are_those_of_the_code() {
    assert_eq!(listed("x-states"), names(StateName::ALL.iter().map(|state| state.name())));
    assert_eq!(listed("x-states"), union("CheckoutStateName"));
    let codes = names(Code::ALL.iter().map(|code| code.name()).chain(OF_THE_CLASS));
    assert_eq!(listed("x-codes"), codes);
    assert_eq!(codes, union("CheckoutErrorCode"));
    let of_scripts = [CLASS, CARD].into_iter().flat_map(|script| {
        let texts = between(script, "const TEXTS = {", "\n};").lines();
        texts.filter_map(|line| line.trim().split_once(": ")).map(|(key, _)| key)
    });
    let keys = names(Key::ALL.iter().map(|key| key.name()).chain(of_scripts));
    assert_eq!(listed("x-messages"), keys);
    assert_eq!(keys, union("CheckoutMessageKey"));
    for code in OF_THE_CLASS {
        assert!(CLASS.contains(&format!("'{code}'")), "{code}");
    }
}

#[test]
fn what_is_said_of_codes_and_keys_is_so() {
    let element = element();
    for told in element["x-codes"].as_array().unwrap() {
        let Some(code) = Code::ALL.iter().find(|code| told["name"] == code.name()) else { continue };
        assert_eq!((&told["who"], &told["retriable"]), (&code.who().name().into(), &code.retriable().into()), "{told}");
    }
    for told in element["x-messages"].as_array().unwrap() {
        let Some(key) = Key::from_name(told["name"].as_str().unwrap()) else { continue };
        assert_eq!(told["default"], key.english());
    }
}

#[test]
fn parts_and_slots_are_those_that_are_drawn() {
    let mut parts = names(["base"]);
    let mut slots = Names::new();
    for html in every_screen().into_iter().map(html) {
        let values = |marker: &str| {
            let values = html.split(marker).skip(1).map(|rest| rest.split_once('"').unwrap().0);
            names(values.flat_map(|value| value.split(' ')))
        };
        parts.extend(values(" part=\""));
        slots.extend(values("<slot name=\""));
        for tag in html.split('<').filter(|tag| tag.starts_with(|first: char| first.is_ascii_lowercase())) {
            let is_inside = ["slot", "path", "p>"].iter().any(|inside| tag.starts_with(inside));
            assert!(tag.contains(" part=\"") || is_inside, "a piece without a part: <{tag}");
        }
    }
    // What the class draws where there is no module.
    assert!(CLASS.contains("'button reload'"));
    parts.insert("reload".to_owned());
    assert_eq!(listed("cssParts"), parts);
    assert_eq!(listed("slots"), slots);
    let styled = after(STYLES, "[part~=");
    assert!(styled.is_subset(&parts), "styled, and never there: {:?}", styled.difference(&parts));
}

#[test]
fn the_guide_lists_the_parts_of_each_state() {
    let drawn = |state: StateName| {
        let screens = every_screen().into_iter().filter(|props| props.view.state == state).map(html);
        screens.fold(Names::new(), |mut all, html| {
            let parts = html.split(" part=\"").skip(1).flat_map(|rest| rest.split_once('"').unwrap().0.split(' '));
            all.extend(names(parts));
            all
        })
    };
    let lists = between(THEMING, "| in | there are |\n|---|---|\n", "\n\n");
    let lists: Vec<_> = lists.lines().map(|line| line.trim_matches(['|', ' ']).split_once(" | ").unwrap()).collect();
    let (first, rest) = lists.split_first().unwrap();
    let everywhere = quoted(first.1, '`');
    assert_eq!(rest.len(), StateName::ALL.len());
    for (state, parts) in rest {
        let state = StateName::ALL.into_iter().find(|one| format!("`{}`", one.name()) == *state).unwrap();
        let mut listed = quoted(parts, '`');
        listed.extend(everywhere.iter().filter(|part| *part != "base").cloned());
        assert_eq!(listed, drawn(state), "{}", state.name());
    }
}

#[test]
fn custom_properties_are_those_of_the_style_sheet() {
    let used: Names = after(STYLES, "var(--checkout-").into_iter().map(|name| format!("--checkout-{name}")).collect();
    assert_eq!(listed("cssProperties"), used);
    assert!(used.len() >= 40, "{}", used.len());
    let element = element();
    // The sheet keeps a property that it needs often under a name of its own.
    let styles = STYLES.replace("var(--_", "var(--checkout-");
    for property in element["cssProperties"].as_array().unwrap() {
        let name = property["name"].as_str().unwrap();
        let default = property["default"].as_str().unwrap();
        assert!(styles.contains(&format!("var({name}, {default})")), "{name} has another default than {default}");
    }
}
