//! Which version a tool has, and which one is wanted.

/// The version in what a tool says of itself: `trunk 0.21.14`, `wasm-opt version 132 (version_132)`, `0.28.2`.
pub(super) fn stated(text: &str) -> Option<&str> {
    text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

/// The version of a package in `Cargo.lock`.
pub(super) fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let mut lines = lock.lines();
    lines.find(|line| line.strip_prefix("name = ").is_some_and(|name| name.trim_matches('"') == package))?;
    lines.next()?.strip_prefix("version = ").map(|version| version.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::{locked, stated};

    #[test]
    fn finds_the_version_that_a_tool_states() {
        for (text, version) in [
            ("trunk 0.21.14\n", Some("0.21.14")),
            ("wasm-bindgen 0.2.129", Some("0.2.129")),
            ("wasm-opt version 132 (version_132)", Some("132")),
            ("ChromeDriver 156.0.8078.79 (a21ce95c24ce-refs/branch-heads/8078@{#1704})", Some("156.0.8078.79")),
            ("0.28.2", Some("0.28.2")),
            ("no such option", None),
        ] {
            assert_eq!(stated(text), version, "{text}");
        }
    }

    #[test]
    fn finds_the_locked_version_of_that_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(locked(lock, "wasm-bindgen"), Some("0.2.129"));
        assert_eq!(locked(lock, "wasm"), None);
    }

    #[test]
    fn trunk_is_pinned_to_the_same_wasm_bindgen() {
        let trunk = include_str!("../../../Trunk.toml");
        let bindgen = locked(include_str!("../../../Cargo.lock"), "wasm-bindgen").unwrap();
        assert!(trunk.contains(&format!("wasm_bindgen = \"{bindgen}\"")), "{trunk}");
    }
}
