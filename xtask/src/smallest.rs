//! The component's module as the npm package has it. A nightly compiler builds the standard library together with it: for size, and with
//! panics that are traps from the beginning. That takes 2.5 kB from what a page loads.

use crate::command;
use crate::failure::Result;
use crate::files::make_anew;
use crate::minify;
use crate::shop;
use crate::tools::{self, Need, Toolbox};
use std::path::PathBuf;

const MODULE: &str = "paymentsos-checkout";
const FLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort";
const STANDARD_LIBRARY: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];

/// Builds it, as it is published; gives the folder that it and its glue are in.
pub(crate) fn build() -> Result<PathBuf> {
    let tools = Toolbox::with(&[Need::NightlySources, Need::NpmTools, Need::WasmBindgen])?;
    let target = shop::target_folder()?.join("smallest");
    let mut cargo = tools.command("rustup");
    cargo.args(["run", tools::NIGHTLY, "cargo", "build", "--locked", "--profile", "wasm", "--bin", MODULE]);
    cargo.args(["--target", tools::WASM_TARGET, "--target-dir"]).arg(&target).args(STANDARD_LIBRARY);
    command::run(cargo.env("RUSTFLAGS", FLAGS))?;
    let folder = target.join("published");
    make_anew(&folder)?;
    let mut bindgen = tools.command("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(&folder);
    command::read(bindgen.arg(target.join(tools::WASM_TARGET).join("wasm").join(MODULE).with_extension("wasm")))?;
    minify::module(&tools, &folder, MODULE)?;
    Ok(folder)
}
