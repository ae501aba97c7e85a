//! Makes what trunk has built smaller. Trunk's own minifier does not understand wasm-bindgen's glue.

use crate::command;
use crate::failure::{Failure, Result};
use crate::names;
use crate::shop;
use crate::tools::{Need, Toolbox};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

const FILES: [&str; 4] = ["paymentsos-checkout.js", "paymentsos-qr.js", "element.js", "checkout.css"];
const MODULES: [&str; 2] = ["paymentsos-checkout", "paymentsos-qr"];

/// As trunk's hook; by hand it takes `dist/`.
pub(crate) fn run() -> Result<()> {
    if env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile != "release") {
        return Ok(());
    }
    let staging = env::var_os("TRUNK_STAGING_DIR").map(|dir| PathBuf::from(dir).join("paymentsos-checkout"));
    let folder = staging.as_deref().unwrap_or(shop::component());
    let Some(tools) = Toolbox::at_hand(&[Need::NpmTools]) else {
        println!("not minified: esbuild is not set up (`cargo xtask build` does it)");
        return Ok(());
    };
    for file in FILES.map(|name| folder.join(name)).iter().filter(|file| file.exists()) {
        command::read(&mut esbuild(&tools, file))?;
    }
    for module in MODULES {
        let wasm = folder.join(format!("{module}_bg.wasm"));
        if wasm.exists() {
            shorten_names(&wasm, &folder.join(format!("{module}.js")))?;
        }
    }
    Ok(())
}

fn shorten_names(wasm: &Path, glue: &Path) -> Result<()> {
    let failed = |path: &Path, error: &dyn std::fmt::Display| Failure(format!("{}: {error}", path.display()));
    let module = fs::read(wasm).map_err(|e| failed(wasm, &e))?;
    let text = fs::read_to_string(glue).map_err(|e| failed(glue, &e))?;
    let (module, text) = names::shorten(&module, &text).map_err(|e| failed(wasm, &e))?;
    fs::write(wasm, module).map_err(|e| failed(wasm, &e))?;
    fs::write(glue, text).map_err(|e| failed(glue, &e))
}

fn esbuild(tools: &Toolbox, file: &Path) -> std::process::Command {
    let mut command = tools.command("esbuild");
    command.arg(file).args(["--minify", "--allow-overwrite", "--log-level=warning"]);
    command.arg(format!("--outfile={}", file.display()));
    if file.extension().is_some_and(|extension| extension == "js") {
        command.args(["--format=esm", "--target=esnext"]);
    }
    command
}
