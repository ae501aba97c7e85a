//! What a panic says, and where, is 3 kB that no shopper reads: a published module's panics are bare traps, which the element meets
//! all the same, and whose place is in the trap's stack. The builder's own paths do not get out with them either.

use crate::failure::{Failure, Result};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module};

/// What never returns. Those that end in `::` stand for all below.
const PANICS: [&str; 18] = [
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
    "std::panicking::panic_with_hook",
    "std::thread::local::panic_access_error",
    "__rustc::rust_begin_unwind",
    "wasm_bindgen::__rt::borrow_fail",
    "console_error_panic_hook::hook",
];
/// Of these there is none in a module without panics, or their names are others than they were.
const ALWAYS: [&str; 2] = ["core::panicking::panic_fmt", "__rustc::rust_begin_unwind"];

pub(super) fn take_out(module: &mut Module) -> Result<()> {
    let named: Vec<(FunctionId, String)> = module
        .funcs
        .iter_local()
        .filter_map(|(id, _)| Some((id, path(module.funcs.get(id).name.as_deref()?))))
        .filter(|(_, path)| {
            PANICS.iter().any(|panic| path == panic || panic.ends_with("::") && path.starts_with(panic))
        })
        .collect();
    if let Some(missing) = ALWAYS.iter().find(|always| !named.iter().any(|(_, path)| path == *always)) {
        return Err(Failure(format!("the wasm has no {missing}: its panics go by other names than `PANICS` has")));
    }
    for (id, _) in named {
        let (takes, gives) = module.types.params_results(module.funcs.get(id).ty());
        let (takes, gives) = (takes.to_vec(), gives.to_vec());
        let arguments = takes.iter().map(|kind| module.locals.add(*kind)).collect();
        let mut trap = FunctionBuilder::new(&mut module.types, &takes, &gives);
        trap.func_body().unreachable();
        module.funcs.get_mut(id).kind = FunctionKind::Local(trap.local_func(arguments));
    }
    let data: Vec<_> = module.data.iter().map(|data| data.id()).collect();
    for id in data {
        blank_paths(&mut module.data.get_mut(id).value);
    }
    Ok(())
}

/// A function's path without the hashes that the compiler puts into it.
fn path(name: &str) -> String {
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
    match path.rsplit_once("::h") {
        Some((before, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            before.to_owned()
        }
        _ => path,
    }
}

/// The sources' paths of the standard library and of the packages, which only panics refer to. They begin in the midst of other texts,
/// so only what begins as nothing else does is touched.
fn blank_paths(data: &mut [u8]) {
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
    use walrus::ValType;

    fn module(names: &[&str]) -> Module {
        let mut module = Module::default();
        for name in names {
            let mut body = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[ValType::I32]);
            let argument = module.locals.add(ValType::I32);
            body.func_body().local_get(argument);
            let id = body.finish(vec![argument], &mut module.funcs);
            module.funcs.get_mut(id).name = Some((*name).to_owned());
        }
        module
    }

    fn traps(module: &Module, name: &str) -> bool {
        let function = module.funcs.iter().find(|function| function.name.as_deref() == Some(name)).unwrap();
        let body = function.kind.unwrap_local();
        body.block(body.entry_block()).instrs.iter().any(|(instruction, _)| instruction.is_unreachable())
    }

    #[test]
    fn panics_trap_and_nothing_else_does() {
        let panics = [
            "core[c5930c85a12de822]::panicking::panic_fmt",
            "__rustc[b7974e8690430dd9]::rust_begin_unwind",
            "console_error_panic_hook::hook::h323318a59e28310c",
        ];
        let others = ["core[c5930c85a12de822]::option::map", "shop::core::panicking::not"];
        let mut module = module(&[&panics[..], &others].concat());
        take_out(&mut module).unwrap();
        for name in panics {
            assert!(traps(&module, name), "{name}");
        }
        for name in others {
            assert!(!traps(&module, name), "{name}");
        }
    }

    #[test]
    fn other_names_for_panics_are_noticed() {
        let failure = take_out(&mut module(&["core[c5930c85a12de822]::panicking::panic_fmt"])).unwrap_err();
        assert!(failure.to_string().contains("rust_begin_unwind"), "{failure}");
    }

    #[test]
    fn paths_are_blank_and_what_is_around_them_stays() {
        let mut data = b"Paid./rustc/59807616/library/core/src/lib.rsPay/rustc/ is a path.src/panel.rs".to_vec();
        blank_paths(&mut data);
        let path = "/rustc/59807616/library/core/src/lib.rs".len();
        assert_eq!(data, [b"Paid.".to_vec(), vec![0; path], b"Pay/rustc/ is a path.src/panel.rs".to_vec()].concat());
    }
}
