//! The threat model: every test that it names exists.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let model = fs::read_to_string(root.join("docs/security.md")).expect("docs/security.md");
    let named: HashSet<(&str, &str)> = model.split('`').filter_map(|code| code.split_once(".rs::")).collect();
    assert!(named.len() > 25, "{}", named.len());
    for (file, test) in named {
        let path = root.join(format!("{file}.rs"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}.rs: {error}"));
        assert!(text.contains(&format!("fn {test}(")), "{file}.rs has no {test}");
    }
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
