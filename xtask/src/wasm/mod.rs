//! A wasm module as it is published: without what a panic would say, with short names, and made small.

mod names;
mod panics;

use crate::command;
use crate::failure::{Failure, Result};
use crate::files::failed;
use crate::tools::Toolbox;
use std::fs;
use std::path::Path;
use walrus::ModuleConfig;

/// What Rust's wasm uses of what came after the first release of WebAssembly.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];
/// Twice over, as the one makes room for the other. What a load or a division would trap of is checked by Rust's own code before, and
/// its data never lies in the first kilobyte.
const PASSES: &str = "--flatten --rereloop -Oz --gufa-optimizing -Oz --reorder-functions -Oz -ocimfs 40 -aimfs 4 \
                      --ignore-implicit-traps --low-memory-unused --strip-producers --strip-target-features";

/// Makes a module and its glue what is published, where they are.
pub(crate) fn publish(tools: &Toolbox, wasm: &Path, glue: &Path) -> Result<()> {
    let bytes = fs::read(wasm).map_err(|e| failed(wasm, &e))?;
    let text = fs::read_to_string(glue).map_err(|e| failed(glue, &e))?;
    let mut module = ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(&bytes)
        .map_err(|e| Failure(format!("{} is no module: {e}", wasm.display())))?;
    panics::take_out(&mut module)?;
    let text = names::shorten(&mut module, &text);
    fs::write(wasm, module.emit_wasm()).map_err(|e| failed(wasm, &e))?;
    fs::write(glue, text).map_err(|e| failed(glue, &e))?;
    let mut optimize = tools.command("wasm-opt");
    optimize.arg(wasm).arg("-o").arg(wasm).args(FEATURES).args(PASSES.split_whitespace());
    command::read(&mut optimize).map(drop)
}
