//! What must not get into which crate: browser crates into the core, and what is too big into the wasm.

use crate::command;
use crate::failure::{Failure, Result};
use std::collections::BTreeMap;

const BROWSER: [&str; 6] = ["gloo", "gloo-net", "js-sys", "wasm-bindgen", "web-sys", "yew"];
/// Each is done by the browser itself, at no cost.
const BIG: [&str; 5] = ["chrono", "regex", "serde_json", "url", "uuid"];
/// Yew's own, and the only one that may bring something big: what of it is not used is not in the wasm.
const YEWS_OWN: &str = "gloo v0.11.0";

pub(super) fn check() -> Result<()> {
    let core = tree("paymentsos-core", &[])?;
    if let Some(found) = core.reaches(&BROWSER, None) {
        return Err(Failure(format!("paymentsos-core must not depend on a browser crate, and does on {found}")));
    }
    let checkout = tree("paymentsos-checkout", &["--target", "wasm32-unknown-unknown"])?;
    if !checkout.knows(YEWS_OWN) {
        return Err(Failure(format!("yew no longer brings {YEWS_OWN}: look at xtask/src/test/walls.rs anew")));
    }
    if let Some(found) = checkout.reaches(&BIG, Some(YEWS_OWN)) {
        return Err(Failure(format!(
            "{found} must not get into the wasm: see `cargo tree --target wasm32-unknown-unknown -e normal -i {found}`"
        )));
    }
    println!("the core knows no browser, and the wasm has none of {}", BIG.join(", "));
    Ok(())
}

fn tree(package: &str, options: &[&str]) -> Result<Tree> {
    let mut cargo = command::program("cargo");
    cargo.args(["tree", "--package", package, "--edges", "normal,no-proc-macro", "--prefix", "depth"]);
    Tree::read(&command::read(cargo.args(options))?)
        .ok_or_else(|| Failure("`cargo tree` cannot be understood".to_owned()))
}

/// Who depends on whom; a crate is named as `name vX.Y.Z`.
struct Tree {
    root: String,
    children: BTreeMap<String, Vec<String>>,
}

impl Tree {
    /// Takes `cargo tree --prefix depth`: `0root v0.1.0 (/path)`, `1child v1.0.0 (*)`.
    fn read(text: &str) -> Option<Tree> {
        let mut path: Vec<String> = Vec::new();
        let mut children: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let name_at = line.find(|c: char| !c.is_ascii_digit())?;
            let depth: usize = line[..name_at].parse().ok()?;
            let mut words = line[name_at..].split_whitespace();
            let name = format!("{} {}", words.next()?, words.next()?);
            path.truncate(depth);
            if let Some(parent) = path.last() {
                children.entry(parent.clone()).or_default().push(name.clone());
            }
            path.push(name);
        }
        Some(Tree { root: path.first()?.clone(), children })
    }

    fn knows(&self, name: &str) -> bool {
        self.children.contains_key(name)
    }

    /// The first of `crates` that the root depends on, not counting what comes only by way of `but_through`.
    fn reaches<'a>(&self, crates: &[&'a str], but_through: Option<&str>) -> Option<&'a str> {
        let mut seen = vec![self.root.as_str()];
        let mut at = 0;
        while let Some(name) = seen.get(at) {
            let own = name.split(' ').next().unwrap_or_default();
            if let Some(found) = crates.iter().find(|wanted| **wanted == own) {
                return Some(found);
            }
            for child in self.children.get(*name).into_iter().flatten() {
                if Some(child.as_str()) != but_through && !seen.contains(&child.as_str()) {
                    seen.push(child);
                }
            }
            at += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    const TREE: &str = "\
0checkout v0.1.0 (/somewhere)
1net v0.7.0
2bytes v1.0.0
1yew v0.23.0
2gloo v0.11.0
3json v1.0.0
4itoa v1.0.0
2tokise v0.2.1
3gloo v0.11.0 (*)
";

    #[test]
    fn finds_a_crate_however_deep() {
        let tree = Tree::read(TREE).unwrap();
        assert_eq!(tree.reaches(&["json", "bytes"], None), Some("bytes"));
        assert_eq!(tree.reaches(&["json"], None), Some("json"));
        assert_eq!(tree.reaches(&["jso", "son"], None), None);
    }

    #[test]
    fn lets_through_what_only_the_excepted_one_brings() {
        let tree = Tree::read(TREE).unwrap();
        assert_eq!(tree.reaches(&["json"], Some("gloo v0.11.0")), None);
        let own = Tree::read(&TREE.replace("2bytes", "2json")).unwrap();
        assert_eq!(own.reaches(&["json"], Some("gloo v0.11.0")), Some("json"));
    }

    #[test]
    fn says_so_where_it_is_no_tree() {
        assert!(Tree::read("").is_none());
        assert!(Tree::read("what v1.0.0").is_none());
    }
}
