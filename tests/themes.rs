//! The ready themes: they set what exists, and can be read in light and in dark.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const STYLES: &str = include_str!("../www/checkout.css");

/// A theme's properties by name, without `--checkout-`.
type Theme = BTreeMap<String, String>;

fn themes() -> BTreeMap<String, Theme> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/www/themes"));
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), read(&path))).collect()
}

fn read(path: &Path) -> Theme {
    let text = fs::read_to_string(path).unwrap();
    let lines =
        text.lines().filter_map(|line| line.trim().strip_prefix("--checkout-")?.strip_suffix(';')?.split_once(": "));
    lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The colours of the sheet itself, on a page in white or nearly black.
fn plain() -> Theme {
    let mut theme = Theme::from([("surface".to_owned(), "light-dark(#fff, #16181d)".to_owned())]);
    for line in STYLES.lines().filter(|line| line.contains("light-dark(") && line.contains(": var(--checkout-")) {
        let (name, value) = line.split_once("var(--checkout-").unwrap().1.split_once(", ").unwrap();
        theme.insert(name.to_owned(), value.strip_suffix(");").unwrap().to_owned());
    }
    theme
}

fn themes_and_plain() -> BTreeMap<String, Theme> {
    let mut all = themes();
    all.insert("no theme".to_owned(), plain());
    all
}

/// A colour in light and in dark.
fn both(theme: &Theme, name: &str) -> [[f64; 3]; 2] {
    let value = theme.get(name).unwrap_or_else(|| panic!("{name} is not set"));
    let (light, dark) = value.strip_prefix("light-dark(").unwrap().strip_suffix(')').unwrap().split_once(", ").unwrap();
    [rgb(light), rgb(dark)]
}

fn rgb(hex: &str) -> [f64; 3] {
    let digits = hex.strip_prefix('#').unwrap();
    let wide: String =
        if digits.len() == 3 { digits.chars().flat_map(|digit| [digit; 2]).collect() } else { digits.into() };
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&wide[at..at + 2], 16).unwrap()))
}

/// As `color-mix(in srgb, …)` does it.
fn mix(one: [f64; 3], share: f64, other: [f64; 3]) -> [f64; 3] {
    [0, 1, 2].map(|at| one[at] * share + other[at] * (1.0 - share))
}

/// WCAG 2.2, relative luminance.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |channel: f64| {
        let share = channel / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// WCAG 2.2, contrast ratio.
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    (one / other).max(other / one)
}

#[test]
fn black_on_white_is_as_the_guidelines_say() {
    assert!((contrast([0.0; 3], [255.0; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast(rgb("#777"), rgb("#fff")) - 4.478).abs() < 1e-3);
}

#[test]
fn there_are_three_and_they_set_what_exists() {
    let themes = themes();
    assert_eq!(themes.len(), 3);
    for (name, theme) in &themes {
        for property in theme.keys() {
            assert!(STYLES.contains(&format!("var(--checkout-{property},")), "{name} sets {property}");
        }
    }
}

#[test]
fn they_can_be_read_in_light_and_in_dark() {
    for (name, theme) in themes_and_plain() {
        // What is read against what is behind it, and how much there has to be between them.
        let pairs = [
            ("text", "surface", 7.0),
            ("muted", "surface", 4.5),
            ("error", "surface", 4.5),
            ("success", "surface", 4.5),
            ("warning", "surface", 4.5),
            ("accent-text", "accent", 4.5),
            ("accent", "surface", 3.0),
        ];
        for (front, back, least) in pairs {
            for (mode, (front_colour, back_colour)) in
                both(&theme, front).into_iter().zip(both(&theme, back)).enumerate()
            {
                let found = contrast(front_colour, back_colour);
                assert!(found >= least, "{name}, {}: {front} on {back} has {found:.2}", ["light", "dark"][mode]);
            }
        }
    }
}

#[test]
fn boxes_icons_and_quiet_buttons_stand_out() {
    for (name, theme) in themes_and_plain() {
        let tint = theme.get("tint").map_or("11", |tint| tint.strip_suffix('%').unwrap());
        let tint = tint.parse::<f64>().unwrap() / 100.0;
        for mode in [0, 1] {
            let colour = |name| both(&theme, name)[mode];
            let (surface, text) = (colour("surface"), colour("text"));
            for own in ["error", "success", "warning", "accent"] {
                let behind = mix(colour(own), tint, surface);
                let found = contrast(colour(own), behind);
                assert!(found >= 3.0, "{name}: the sign in {own} has {found:.2}");
                let found = contrast(text, behind);
                assert!(found >= 4.5, "{name}: what is written in a box in {own} has {found:.2}");
            }
            let found = contrast(mix(text, 0.55, surface), surface);
            assert!(found >= 3.0, "{name}: the line around quieter buttons has {found:.2}");
        }
    }
}

#[test]
fn a_button_under_the_pointer_changes_and_can_be_read() {
    for (name, theme) in themes_and_plain() {
        for (moment, share) in [("accent-hover", 0.88), ("accent-active", 0.78)] {
            for mode in [0, 1] {
                let colour = |name| both(&theme, name)[mode];
                let then = match theme.get(moment) {
                    Some(_) => colour(moment),
                    None => mix(colour("accent"), share, colour("text")),
                };
                let found = contrast(then, colour("accent"));
                assert!(found >= 1.05, "{name}: {moment} is told from the accent by {found:.2}");
                let found = contrast(colour("accent-text"), then);
                assert!(found >= 4.5, "{name}: what is written on {moment} has {found:.2}");
            }
        }
    }
}
