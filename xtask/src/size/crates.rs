//! How much of the module each crate is, as the linker leaves it and its functions' names still say whose they are.

use crate::failure::{Failure, Result};
use std::collections::BTreeMap;
use walrus::{FunctionKind, Module};

/// What only tells wasm-bindgen how to write the glue.
const DESCRIPTION: &str = "__wbindgen_describe";

/// Bytes of code by crate.
pub(super) type Crates = BTreeMap<String, u64>;

pub(super) fn of(wasm: &[u8]) -> Result<Crates> {
    let module = Module::from_buffer(wasm).map_err(|e| Failure(format!("the wasm cannot be read: {e}")))?;
    let mut crates = Crates::new();
    for function in module.funcs.iter() {
        let name = function.name.as_deref().unwrap_or_default();
        if let FunctionKind::Local(local) = &function.kind
            && !name.starts_with(DESCRIPTION)
        {
            let bytes = local.original_range.as_ref().map_or(0, |range| range.len() as u64);
            let name = crate_of(name).unwrap_or("(none)");
            *crates.entry(name.to_owned()).or_default() += bytes;
        }
    }
    Ok(crates)
}

/// The crate that a mangled name begins in: `Cs`, a hash, `_`, and how long its name is before that.
/// (<https://doc.rust-lang.org/rustc/symbol-mangling/v0.html>)
fn crate_of(mangled: &str) -> Option<&str> {
    let (_, root) = mangled.strip_prefix("_R")?.split_once("Cs")?;
    let (_, name) = root.split_once('_')?;
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let (length, name) = name.split_at(digits);
    name.strip_prefix('_').unwrap_or(name).get(..length.parse().ok()?)
}

/// What has grown and what has shrunk, the most first: `paymentsos_core +312`.
pub(super) fn differences(before: &Crates, now: &Crates) -> Vec<String> {
    let of = |crates: &Crates, name: &String| crates.get(name).map_or(0, |bytes| *bytes as i64);
    let names = before.keys().chain(now.keys().filter(|name| !before.contains_key(*name)));
    let mut differences: Vec<(i64, &String)> = names.map(|name| (of(now, name) - of(before, name), name)).collect();
    differences.retain(|(more, _)| *more != 0);
    differences.sort_by_key(|(more, _)| -more.abs());
    differences.into_iter().map(|(more, name)| format!("{name} {more:+}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_whose_they_are() {
        let names = [
            ("_RNvMs_NtNtCsfTZ5wzQ9Jwm_15paymentsos_core4flow4lookNtB6_4Flow9have_read", Some("paymentsos_core")),
            ("_RNvCs1234_7mycrate3foo", Some("mycrate")),
            ("_RINvNtCs6Ia_4core3ptr13drop_in_placeNtCs1_3yew3AppEB2_", Some("core")),
            ("_RNvCs1A_7___rustc12___rust_alloc", Some("__rustc")),
            ("handle_new", None),
            ("_RNvCs1", None),
        ];
        for (name, whose) in names {
            assert_eq!(crate_of(name), whose, "{name}");
        }
    }

    #[test]
    fn what_differs_is_told_the_most_first() {
        let crates = |list: &[(&str, u64)]| list.iter().map(|(name, bytes)| ((*name).to_owned(), *bytes)).collect();
        let before: Crates = crates(&[("core", 10), ("gone", 500), ("yew", 7)]);
        let now: Crates = crates(&[("core", 322), ("new", 1), ("yew", 7)]);
        assert_eq!(differences(&before, &now), ["gone -500", "core +312", "new +1"]);
    }
}
