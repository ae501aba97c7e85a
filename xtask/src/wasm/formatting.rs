//! The standard library's formatting, which makes texts of values. Nothing that the element does needs it, but all that can panic refers to it,
//! and so it stays: 3 kB.

use super::panics::path;
use std::collections::BTreeSet;
use walrus::ir::{Call, Visitor, dfs_in_order};
use walrus::{FunctionId, FunctionKind, Module};

/// In the name of everything that formats, or is written to.
const FORMATTING: &str = "core::fmt::";

/// The functions that formatting consists of; none if anything calls one of them that is none, and none of these panics.
///
/// Who calls one by a pointer has to have a `Formatter`, which no other function makes, or a text as a `dyn Write`, which only formatting takes.
pub(super) fn functions(module: &Module, panics: &[FunctionId]) -> Vec<FunctionId> {
    let formats =
        |id: &FunctionId| module.funcs.get(*id).name.as_deref().is_some_and(|name| path(name).contains(FORMATTING));
    let all: BTreeSet<FunctionId> = module.funcs.iter_local().map(|(id, _)| id).filter(formats).collect();
    let mut calls = Calls { of: &all, any: false };
    for function in module.funcs.iter() {
        let id = function.id();
        if let FunctionKind::Local(local) = &function.kind
            && !all.contains(&id)
            && !panics.contains(&id)
        {
            dfs_in_order(&mut calls, local, local.entry_block());
        }
    }
    if calls.any { Vec::new() } else { all.into_iter().collect() }
}

struct Calls<'a> {
    of: &'a BTreeSet<FunctionId>,
    any: bool,
}

impl Visitor<'_> for Calls<'_> {
    fn visit_call(&mut self, call: &Call) {
        self.any |= self.of.contains(&call.func);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::tests::module;
    use walrus::{FunctionBuilder, ValType};

    /// How many functions are found to format, where a function of that name calls one of them.
    fn found(caller: &str) -> usize {
        let mut module =
            module(&["core[c5930c85a12de822]::fmt::write", "<u32 as core::fmt::Display>::fmt", "shop::pay"]);
        let write = module.funcs.by_name("core[c5930c85a12de822]::fmt::write").unwrap();
        let mut body = FunctionBuilder::new(&mut module.types, &[], &[ValType::I32]);
        body.func_body().i32_const(1).call(write);
        let caller_id = body.finish(vec![], &mut module.funcs);
        module.funcs.get_mut(caller_id).name = Some(caller.to_owned());
        let panics = if caller == "panic" { vec![caller_id] } else { vec![] };
        functions(&module, &panics).len()
    }

    #[test]
    fn what_only_panics_and_formatting_itself_call_formats() {
        assert_eq!(found("panic"), 2);
        assert_eq!(found("<shop::Cart as core::fmt::Display>::fmt"), 3);
    }

    #[test]
    fn what_anything_else_calls_stays() {
        assert_eq!(found("shop::cart"), 0);
    }
}
