//! A wasm module as it is published: without what a panic would say and what is never used, with short names, and made small.

mod formatting;
mod glue;
mod names;
mod panics;
mod parts;
mod unread;
mod unused;

use crate::command;
use crate::failure::{Failure, Result};
use crate::files::failed;
use crate::tools::Toolbox;
use parts::Parts;
use std::fs;
use std::path::{Path, PathBuf};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module, ModuleConfig};

/// What Rust's wasm uses of what came after the first release of WebAssembly.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];
/// Over and over, as the one makes room for the other. What a load or a division would trap of is checked by Rust's own code before, and
/// its data never lies in the first kilobyte.
const PASSES: &str = "--flatten --rereloop -Oz --gufa-optimizing -Oz --reorder-functions -Oz --converge -ocimfs 40 -aimfs 4 \
                      --ignore-implicit-traps --low-memory-unused --strip-producers --strip-target-features";
/// What `parts.rs` goes by.
const KEEP_NAMES: &str = "-g";
/// Once more, as what has become zeros is to be packed.
const PACKING: &str = "--memory-packing -Oz -ocimfs 40 -aimfs 4 --ignore-implicit-traps --low-memory-unused --strip-producers --strip-target-features";

/// Makes a module and its glue what is published, where they are. `minify` takes out of a script what nothing in it uses.
pub(crate) fn publish(tools: &Toolbox, wasm: &Path, glue: &Path, minify: impl Fn(&Path) -> Result<()>) -> Result<()> {
    let bytes = fs::read(wasm).map_err(|e| failed(wasm, &e))?;
    let text = fs::read_to_string(glue).map_err(|e| failed(glue, &e))?;
    let mut module = parse(&bytes, wasm)?;
    let panics = panics::functions(&module)?;
    let formatting = formatting::functions(&module, &panics);
    for id in [panics, formatting, unused::ways_in(&module)?].concat() {
        make_a_trap(&mut module, id);
    }
    let pieces = unread::pieces(&module);
    let data: Vec<_> = module.data.iter().map(|data| data.id()).collect();
    for id in data {
        panics::blank_paths(&mut module.data.get_mut(id).value);
    }
    fs::write(wasm, module.emit_wasm()).map_err(|e| failed(wasm, &e))?;
    pass(tools, wasm, &format!("{KEEP_NAMES} {PASSES}"))?;
    let bytes = fs::read(wasm).map_err(|e| failed(wasm, &e))?;
    let mut module = parse(&bytes, wasm)?;
    unread::blank(&mut module, pieces);
    let first = parts::first(&module)?;
    let text = glue::without_unused(&module, &text);
    fs::write(glue, if first.is_some() { glue::for_parts(&text)? } else { text }).map_err(|e| failed(glue, &e))?;
    minify(glue)?;
    let text = fs::read_to_string(glue).map_err(|e| failed(glue, &e))?;
    glue::keep_exports_of(&mut module, &text);
    let text = names::shorten(&mut module, &text, first.as_ref());
    fs::write(glue, &text).map_err(|e| failed(glue, &e))?;
    let write = |module: &mut Module, file: &Path| {
        fs::write(file, module.emit_wasm()).map_err(|e| failed(file, &e))?;
        pass(tools, file, PACKING)
    };
    if first.is_none() {
        return write(&mut nameless(&module.emit_wasm())?, wasm);
    }
    let mut parts = Parts::of(&module.emit_wasm())?;
    let file = rest_of(wasm);
    write(&mut parts.rest, &file)?;
    let bytes = fs::read(&file).map_err(|e| failed(&file, &e))?;
    parts.keep_exports_for(&glue::words(&text), &parse(&bytes, &file)?);
    write(&mut parts.first, wasm)
}

/// Where the second part of a module is written.
fn rest_of(wasm: &Path) -> PathBuf {
    let name = wasm.file_name().unwrap_or_default().to_string_lossy();
    wasm.with_file_name(name.replace("_bg.", "_rest."))
}

/// Makes a module small, wherever it comes from.
pub(crate) fn optimize(tools: &Toolbox, wasm: &Path) -> Result<()> {
    pass(tools, wasm, PASSES)
}

fn pass(tools: &Toolbox, wasm: &Path, passes: &str) -> Result<()> {
    let mut optimize = tools.command("wasm-opt");
    optimize.arg(wasm).arg("-o").arg(wasm).args(FEATURES).args(passes.split_whitespace());
    command::read(&mut optimize).map(drop)
}

fn parse(bytes: &[u8], wasm: &Path) -> Result<Module> {
    Module::from_buffer(bytes).map_err(|e| Failure(format!("{} is no module: {e}", wasm.display())))
}

/// A module as it is published, without its functions' names.
fn nameless(bytes: &[u8]) -> Result<Module> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    config.parse(bytes).map_err(|e| Failure(format!("the wasm cannot be read: {e}")))
}

fn make_a_trap(module: &mut Module, id: FunctionId) {
    let (takes, gives) = module.types.params_results(module.funcs.get(id).ty());
    let (takes, gives) = (takes.to_vec(), gives.to_vec());
    let arguments = takes.iter().map(|kind| module.locals.add(*kind)).collect();
    let mut trap = FunctionBuilder::new(&mut module.types, &takes, &gives);
    trap.func_body().unreachable();
    module.funcs.get_mut(id).kind = FunctionKind::Local(trap.local_func(arguments));
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::ValType;

    /// Functions of those names, which give back what they take.
    pub(super) fn module(names: &[&str]) -> Module {
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
    fn what_is_made_a_trap_is_one_and_nothing_else_is() {
        let mut module = module(&["one", "other"]);
        let one = module.funcs.by_name("one").unwrap();
        make_a_trap(&mut module, one);
        assert!(traps(&module, "one") && !traps(&module, "other"));
    }
}
