//! What a panic says, and where, is 3 kB that no shopper reads: a published module's panics are bare traps, which the element meets
//! all the same, and whose place is in the trap's stack. The builder's own paths do not get out with them either.

use crate::failure::{Failure, Result};
use walrus::{FunctionId, Module};

/// What never returns. Those that end in `::` stand for all below.
const PANICS: [&str; 21] = [
    "core::panicking::",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_already_borrowed",
    "core::cell::panic_already_mutably_borrowed",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "core::str::slice_error_fail_rt",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::capacity_overflow",
    "std::panicking::panic_handler::",
    "<std::panicking::panic_handler::",
    "std::panicking::panic_with_hook",
    "std::thread::local::panic_access_error",
    "__rustc::rust_begin_unwind",
    "wasm_bindgen::__rt::borrow_fail",
    "console_error_panic_hook::hook",
    "<char>::escape_debug_ext",
    "core::fmt::builders::",
];
/// Nothing but a panic writes a value as a programmer sees it.
const DEBUG: &str = " as core::fmt::Debug>::fmt";
/// All of these are in a module that can panic, or their names are others than they were. One that was built to trap instead has none.
const ALWAYS: [&str; 2] = ["core::panicking::panic_fmt", "__rustc::rust_begin_unwind"];

/// The functions that panics consist of.
pub(super) fn functions(module: &Module) -> Result<Vec<FunctionId>> {
    let mut named = named(module);
    let can_panic = named.iter().any(|(_, path)| path.contains("panicking"));
    named.retain(|(_, path)| is_panic(path));
    if can_panic && let Some(missing) = ALWAYS.iter().find(|always| !named.iter().any(|(_, path)| path == *always)) {
        return Err(Failure(format!("the wasm has no {missing}: its panics go by other names than `PANICS` has")));
    }
    Ok(named.into_iter().map(|(id, _)| id).collect())
}

fn is_panic(path: &str) -> bool {
    path.ends_with(DEBUG)
        || PANICS.iter().any(|panic| path == *panic || panic.ends_with("::") && path.starts_with(panic))
}

/// The functions of its own that have a name, by their paths.
pub(super) fn named(module: &Module) -> Vec<(FunctionId, String)> {
    let functions = module.funcs.iter_local();
    functions.filter_map(|(id, _)| Some((id, path(module.funcs.get(id).name.as_deref()?)))).collect()
}

/// A function's path without the hashes and numbers that the compiler puts into it.
pub(super) fn path(name: &str) -> String {
    let mut path = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('[') {
        path.push_str(before);
        rest = match after.split_once(']') {
            Some((hash, after)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => after,
            _ => {
                path.push('[');
                after
            }
        };
    }
    path.push_str(rest);
    // The linker tells two of one name apart so: `call_once.17`, or `call_once[1]`.
    let number = path.trim_end_matches(']').trim_end_matches(|letter: char| letter.is_ascii_digit());
    if number.len() < path.len() && number.ends_with(['.', '[']) {
        path.truncate(number.len() - 1);
    }
    path
}

/// The sources' paths of the standard library and of the packages, which only panics refer to. They begin in the midst of other texts,
/// so only what begins as nothing else does is touched.
pub(super) fn blank_paths(data: &mut [u8]) {
    const MIDDLES: [&[u8]; 2] = [b"/library/", b"/registry/src/"];
    const LONGEST: usize = 250;
    let cargo = std::env::home_dir().unwrap_or_default().join(".cargo");
    let starts = [
        "/rustc/".to_owned(),
        format!("{}/registry/src/", std::env::var("CARGO_HOME").map_or(cargo, Into::into).display()),
    ];
    for start in starts {
        let mut from = 0;
        while let Some(at) = find(&data[from..], start.as_bytes()).map(|at| from + at) {
            from = at + start.len();
            let path = &mut data[at..];
            let Some(end) = find(path, b".rs").map(|end| end + 3).filter(|end| *end < LONGEST) else { continue };
            if MIDDLES.iter().any(|middle| find(&path[..end], middle).is_some()) {
                path[..end].fill(0);
            }
        }
    }
}

fn find(data: &[u8], wanted: &[u8]) -> Option<usize> {
    data.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::tests::module;

    #[test]
    fn panics_are_known_by_their_names() {
        let panics = [
            "core[c5930c85a12de822]::panicking::panic_fmt",
            "__rustc[b7974e8690430dd9]::rust_begin_unwind",
            "console_error_panic_hook[323318a59e28310c]::hook",
            "<wasm_bindgen[65550e3560441638]::JsValue as core[c5930c85a12de822]::fmt::Debug>::fmt.17",
            "<wasm_bindgen[65550e3560441638]::JsError as core[c5930c85a12de822]::fmt::Debug>::fmt[1]",
        ];
        let others =
            ["core[c5930c85a12de822]::option::map", "shop::core::panicking::not", "<u32 as core::fmt::Display>::fmt"];
        let module = module(&[&panics[..], &others].concat());
        let found = functions(&module).unwrap();
        let names: Vec<&str> = found.iter().filter_map(|id| module.funcs.get(*id).name.as_deref()).collect();
        assert_eq!(names, panics);
    }

    #[test]
    fn other_names_for_panics_are_noticed() {
        let failure = functions(&module(&["core[c5930c85a12de822]::panicking::panic_fmt"])).unwrap_err();
        assert!(failure.to_string().contains("rust_begin_unwind"), "{failure}");
    }

    #[test]
    fn a_module_may_have_no_panics() {
        let module = module(&["core[c5930c85a12de822]::option::map", "<shop::Cart as core::fmt::Debug>::fmt"]);
        assert_eq!(functions(&module).unwrap().len(), 1);
    }

    #[test]
    fn paths_are_blank_and_what_is_around_them_stays() {
        let mut data = b"Paid./rustc/59807616/library/core/src/lib.rsPay/rustc/ is a path.src/panel.rs".to_vec();
        blank_paths(&mut data);
        let path = "/rustc/59807616/library/core/src/lib.rs".len();
        assert_eq!(data, [b"Paid.".to_vec(), vec![0; path], b"Pay/rustc/ is a path.src/panel.rs".to_vec()].concat());
    }
}
