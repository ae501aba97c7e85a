//! The look: every custom property does something, the page's own styles stay out, and light and dark are the page's to choose.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod screens;
mod stub;

use js_sys::{Function, Reflect};
use paymentsos_checkout::core::flow::StateName;
use screens::{HREF, Screen, screen, with};
use serde_json::Value;
use std::collections::BTreeSet;
use stub::{document, get, settle, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;
use web_sys::{Element, HtmlElement, ShadowRoot};
use yew::prelude::*;

wasm_bindgen_test_configure!(run_in_browser);

const STYLES: &str = include_str!("../www/checkout.css");
const MANIFEST: &str = include_str!("../www/package/custom-elements.json");

/// What is not there for a script to bring about.
const MOMENTS: [&str; 3] = [":hover", ":active", ":focus-visible"];
/// What is there all the time, and weighs as much.
const ALWAYS: &str = ":not(br)";

const SEEN: [&str; 30] = [
    "color",
    "background-color",
    "background-image",
    "border-top-color",
    "border-top-width",
    "border-top-left-radius",
    "box-shadow",
    "font-family",
    "font-size",
    "font-weight",
    "letter-spacing",
    "line-height",
    "text-transform",
    "min-height",
    "max-width",
    "padding-top",
    "padding-left",
    "margin-top",
    "row-gap",
    "width",
    "height",
    "transition-duration",
    "animation-duration",
    "animation-timing-function",
    "border-bottom-color",
    "outline-color",
    "outline-width",
    "outline-offset",
    "opacity",
    "stroke",
];

/// Several screens under one another, so that every piece is there.
#[component]
fn Everything() -> Html {
    let screens = [
        screen(StateName::Loading),
        screen(StateName::Ready),
        with(StateName::Ready, |props| {
            props.view.can_pay = false;
            props.view.amount_changed = true;
        }),
        screen(StateName::Link),
        with(StateName::Confirming, |props| props.href = Some(HREF.into())),
        screen(StateName::Succeeded),
        with(StateName::Failed, |props| props.view.can_retry = true),
        screen(StateName::Processing),
    ];
    screens.into_iter().map(|props| html! { <Screen ..props /> }).collect()
}

/// The screens in a shadow root on the page. Dropped, they are taken off.
struct Shown {
    host: HtmlElement,
    root: ShadowRoot,
    app: Option<yew::AppHandle<Everything>>,
}

impl Shown {
    async fn new() -> Shown {
        Shown::styled(STYLES).await
    }

    async fn styled(styles: &str) -> Shown {
        let host: HtmlElement = stub::div().unchecked_into();
        host.set_attribute("data-state", "ready").unwrap();
        let root = host.attach_shadow(&web_sys::ShadowRootInit::new(web_sys::ShadowRootMode::Open)).unwrap();
        let sheet = web_sys::CssStyleSheet::new().unwrap();
        let replace: Function = get(&sheet, "replaceSync").unchecked_into();
        replace.call1(&sheet, &styles.into()).unwrap();
        Reflect::set(&root, &"adoptedStyleSheets".into(), &js_sys::Array::of1(&sheet)).unwrap();
        let base = document().create_element("div").unwrap();
        base.set_attribute("part", "base").unwrap();
        root.append_child(&base).unwrap();
        let app = yew::Renderer::<Everything>::with_root(base).render();
        settle().await;
        let shown = Shown { host, root, app: Some(app) };
        // Colours are what they are at once.
        shown.set("--checkout-transition", "0s");
        shown
    }

    fn set(&self, property: &str, value: &str) {
        let style = self.host.style();
        style.set_property(property, value).unwrap();
    }

    fn unset(&self, property: &str) {
        self.host.style().remove_property(property).unwrap();
    }

    fn piece(&self, selector: &str) -> Element {
        self.root.query_selector(selector).unwrap().expect(selector)
    }

    /// Everything that is seen of everything, a line each.
    fn look(&self) -> Vec<String> {
        let pieces = self.root.query_selector_all("section, section *").unwrap();
        let pieces = (0..pieces.length()).map(|at| pieces.get(at).unwrap().unchecked_into::<Element>());
        pieces.map(|piece| [&piece.tag_name(), " ", &look(&piece, &SEEN)].concat()).collect()
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(app) = self.app.take() {
            app.destroy();
        }
        self.host.remove();
    }
}

fn look(element: &Element, properties: &[&str]) -> String {
    let computed = window().get_computed_style(element).unwrap().unwrap();
    properties.iter().map(|property| computed.get_property_value(property).unwrap() + ";").collect()
}

/// Something that no default is.
fn odd(syntax: &str) -> &'static str {
    match syntax {
        "colour" => "rgb(1, 2, 3)",
        "length" => "37px",
        "number" => "437",
        "percentage" => "73%",
        "font family" => "Odd",
        "shadow" => "rgb(1, 2, 3) 3px 7px 0px 0px",
        "time" => "37s",
        "easing" => "steps(3)",
        "keyword" => "uppercase",
        other => panic!("{other} is no sort of value"),
    }
}

/// The properties that change nothing under these styles.
async fn idle(styles: &str) -> BTreeSet<String> {
    let shown = Shown::styled(styles).await;
    let before = shown.look();
    let manifest: Value = serde_json::from_str(MANIFEST).unwrap();
    let mut idle = BTreeSet::new();
    for property in manifest["modules"][0]["declarations"][0]["cssProperties"].as_array().unwrap() {
        let name = property["name"].as_str().unwrap();
        shown.set(name, odd(property["syntax"].as_str().unwrap()));
        if shown.look() == before {
            idle.insert(name.to_owned());
        }
        shown.unset(name);
        shown.set("--checkout-transition", "0s");
    }
    assert!(shown.look() == before, "what is taken back leaves nothing behind");
    idle
}

#[wasm_bindgen_test]
async fn every_custom_property_changes_something() {
    let mut never = idle(STYLES).await;
    for moment in MOMENTS {
        assert!(STYLES.contains(moment), "{moment}");
        let then = idle(&STYLES.replace(moment, ALWAYS)).await;
        never.retain(|name| then.contains(name));
    }
    assert!(never.is_empty(), "these do nothing: {never:?}");
}

#[wasm_bindgen_test]
async fn what_a_page_says_of_text_stays_outside() {
    let shown = Shown::new().await;
    let before = shown.look();
    let hostile = document().create_element("style").unwrap();
    let rules = "body { letter-spacing: 1em; word-spacing: 1em; text-transform: uppercase; text-indent: 3em; white-space: pre; \
                 font-style: italic; font-variant: small-caps; font-weight: 900; line-height: 4; text-align: right; color: red; \
                 text-shadow: 0 0 3px red; cursor: crosshair } \
                 p, h2, button, section, dl, dd, dt, svg, span, a { display: none !important; font-size: 40px !important } \
                 * { --accent: red; --text: red; --border: red; --radius: 99px; --space: 9px; --tint: red; --line: 9px }";
    hostile.set_text_content(Some(rules));
    document().head().unwrap().append_child(&hostile).unwrap();
    let after = shown.look();
    let style =
        look(&shown.piece("[part~=heading]"), &["font-style", "text-indent", "white-space", "cursor", "text-shadow"]);
    hostile.remove();
    let changed = before.iter().zip(&after).find(|(before, after)| before != after);
    assert_eq!(changed, None, "something of the page's got in");
    assert!(style.starts_with("normal;0px;normal;"), "{style}");
}

#[wasm_bindgen_test]
async fn a_pages_own_names_mean_in_a_slot_what_they_mean_around() {
    let shown = Shown::new().await;
    let own = document().create_element("style").unwrap();
    own.set_text_content(Some(":root { --accent: 1; --text: 2; --border: 3; --radius: 4; --muted: 5; --error: 6 }"));
    document().head().unwrap().append_child(&own).unwrap();
    shown.host.set_inner_html("<p slot=\"summary\">Two tickets</p>");
    let inside = shown.host.first_element_child().unwrap();
    let names = ["--accent", "--text", "--border", "--radius", "--muted", "--error"];
    let found = look(&inside, &names);
    let height = look(&inside, &["height"]);
    own.remove();
    assert_ne!(height, "auto;", "it is in its slot");
    assert_eq!(found, "1;2;3;4;5;6;");
}

#[wasm_bindgen_test]
async fn the_pages_font_and_direction_are_the_checkouts() {
    let shown = Shown::new().await;
    shown.set("font-family", "Odd");
    shown.set("direction", "rtl");
    assert_eq!(look(&shown.piece("[part~=heading]"), &["font-family", "direction"]), "Odd;rtl;");
    shown.set("visibility", "hidden");
    assert_eq!(look(&shown.piece("[part~=heading]"), &["visibility"]), "hidden;");
}

#[wasm_bindgen_test]
async fn light_and_dark_can_be_forced() {
    let shown = Shown::new().await;
    let text = || look(&shown.piece("[part~=heading]"), &["color"]);
    shown.set("color-scheme", "light");
    let light = text();
    shown.set("color-scheme", "dark");
    let dark = text();
    assert_eq!((light.as_str(), dark.as_str()), ("rgb(22, 27, 38);", "rgb(238, 241, 246);"));
}

#[wasm_bindgen_test]
async fn a_part_can_be_styled_from_outside() {
    let shown = Shown::new().await;
    shown.host.set_id("styled-from-outside");
    let own = document().create_element("style").unwrap();
    own.set_text_content(Some(
        "#styled-from-outside::part(pay) { text-decoration-line: underline; background-color: rgb(9, 8, 7) }",
    ));
    document().head().unwrap().append_child(&own).unwrap();
    let style = look(&shown.piece("[part~=pay]"), &["text-decoration-line", "background-color"]);
    own.remove();
    assert_eq!(style, "underline;rgb(9, 8, 7);");
}
