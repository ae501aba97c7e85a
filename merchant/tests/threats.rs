//! The threat model: every test that it names is one.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// Whether a function of that name has an attribute such as `#[test]` or `#[tokio::test(…)]`.
fn is_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| line.contains(&format!("fn {name}(")));
    let above = lines[..at.unwrap_or_default()].iter().rev();
    let mut attributes = above.take_while(|line| line.starts_with("#[") || line.starts_with("//"));
    attributes.any(|line| {
        let path = line.trim_start_matches("#[").split(['(', ']']).next();
        line.starts_with("#[") && path.is_some_and(|path| path.ends_with("test"))
    })
}

#[test]
fn every_test_that_the_threat_model_names_is_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let model = read("docs/security.md");
    let named: HashSet<(&str, &str)> = model.split('`').filter_map(|code| code.split_once(".rs::")).collect();
    assert!(named.len() > 25, "{}", named.len());
    let checks = read("conformance/src/checks/mod.rs");
    for (file, test) in named {
        let source = read(&format!("{file}.rs"));
        assert!(source.contains(&format!("fn {test}(")), "{file}.rs has no {test}");
        let is_run = match file.strip_prefix("conformance/src/checks/") {
            // What is in the table of checks is run by the conformance tests.
            Some(subject) => checks.lines().any(|line| line.trim().starts_with(&format!("{subject}::{test}, \""))),
            None => is_test(&source, test),
        };
        assert!(is_run, "{test} in {file}.rs is no test");
    }
}

#[test]
fn a_function_is_no_test_until_it_is_marked() {
    let source = "#[test]\nfn one() {}\n\n#[tokio::test(flavor = \"multi_thread\")]\n#[ignore = \"slow\"]\nasync fn two() {}\n\n\
                  #[wasm_bindgen_test]\nasync fn three() {}\n\nfn four() {}\n\n#[cfg(test)]\nfn five() {}\n\n// #[test]\nfn six() {}\n";
    let tests = ["one", "two", "three", "four", "five", "six", "seven"].map(|name| is_test(source, name));
    assert_eq!(tests, [true, true, true, false, false, false, false]);
}

#[test]
fn every_threat_is_shown_to_be_met() {
    let model = include_str!("../../docs/security.md");
    let threats = model.split("\n## ").filter(|section| section.starts_with("Threats"));
    let rows: Vec<&str> =
        threats.flat_map(|section| section.lines().filter(|line| line.starts_with("| ")).skip(1)).collect();
    assert!(rows.len() > 20, "{}", rows.len());
    for row in rows {
        assert!(row.contains(".rs::"), "no test: {row}");
    }
}
