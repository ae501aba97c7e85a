//! `cargo xtask bench`: builds the pages that are measured, and measures them.

use crate::command;
use crate::failure::Result;
use crate::files::{copy, copy_all, failed, make_anew};
use crate::package;
use crate::programs::Options;
use crate::shop;
use crate::tools::{self, Need, Toolbox};
use crate::wasm;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const SOURCES: &str = "bench/pages";
/// What each measurement needs built: the element by either compiler, or a page of `bench/pages`.
const NEEDS: [(&str, &[&str]); 7] = [
    ("start", &["stable", "published", "ours", "adyen", "counter"]),
    ("return", &["published", "ours", "told"]),
    ("told", &["published", "ours", "told"]),
    ("many", &["published", "ours"]),
    ("frames", &["stable"]),
    ("asked", &[]),
    ("backend", &[]),
];

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let is_told = |names: &[&str]| options.arguments().iter().any(|argument| names.iter().any(|name| argument == name));
    // Unoptimized, there is nothing to be measured of the backend; pages are measured by their own clocks.
    let release: &[&str] = if is_told(&["backend"]) { &["--release"] } else { &[] };
    let mut program = options.program(&[release, &["--package", "bench"]].concat());
    let needs: BTreeSet<&str> = match NEEDS.iter().find(|(name, _)| is_told(&[name])) {
        Some((_, needs)) => needs.iter().copied().collect(),
        None if is_told(&["--help", "-h", "help"]) => BTreeSet::new(),
        None => NEEDS.iter().flat_map(|(_, needs)| needs.iter().copied()).collect(),
    };
    if !needs.is_empty() {
        Toolbox::with(&[Need::Browser])?;
        program.env("BENCH_PAGES", pages(&needs)?);
        tools::for_journeys(&mut program)?;
    }
    command::code(&mut program).map(ExitCode::from)
}

/// Builds them; gives their folder.
fn pages(needs: &BTreeSet<&str>) -> Result<PathBuf> {
    let folder = shop::target_folder()?.join("bench-pages");
    make_anew(&folder)?;
    for need in needs {
        let page = folder.join(need);
        match *need {
            "stable" => {
                shop::build()?;
                copy_all(shop::component(), &page)?;
            }
            "published" => {
                package::run()?;
                copy_all(package::folder(), &page)?;
            }
            "adyen" => adyen(&page)?,
            "counter" => counter(&page)?,
            _ => copy_all(&Path::new(SOURCES).join(need), &page)?,
        }
    }
    Ok(folder)
}

/// The peer as a merchant would ship it: bundled and minified.
fn adyen(folder: &Path) -> Result<()> {
    let tools = Toolbox::with(&[Need::NpmTools, Need::Peers])?;
    let source = Path::new(SOURCES).join("adyen");
    fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
    copy(&source.join("index.html"), &folder.join("index.html"))?;
    let mut esbuild = tools.command("esbuild");
    esbuild.arg(source.join("adyen.mjs")).args(["--bundle", "--minify", "--format=esm", "--target=es2022"]);
    esbuild.args(["--define:process.env.NODE_ENV=\"production\"", "--legal-comments=none", "--log-level=error"]);
    esbuild.arg(format!("--outdir={}", folder.display())).env("NODE_PATH", tools::peer_modules()?);
    command::run(&mut esbuild)
}

/// Yew's counter, built with the flags of the component, and optimized as it is.
fn counter(folder: &Path) -> Result<()> {
    let tools = Toolbox::with(&[Need::NpmTools, Need::WasmTarget, Need::WasmBindgen])?;
    let mut cargo = command::program("cargo");
    cargo.args(["build", "--package", "counter", "--profile", "wasm", "--target", "wasm32-unknown-unknown"]);
    command::run(&mut cargo)?;
    let built = shop::target_folder()?.join("wasm32-unknown-unknown/wasm/counter.wasm");
    fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
    let mut bindgen = tools.command("wasm-bindgen");
    command::run(bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(folder).arg(built))?;
    let glue = folder.join("counter.js");
    let mut esbuild = tools.command("esbuild");
    esbuild.arg(&glue).args([
        "--minify",
        "--format=esm",
        "--target=es2021",
        "--allow-overwrite",
        "--log-level=warning",
    ]);
    command::run(esbuild.arg(format!("--outfile={}", glue.display())))?;
    wasm::optimize(&tools, &folder.join("counter_bg.wasm"))?;
    for name in ["index.html", "start.js"] {
        copy(&Path::new(SOURCES).join("counter").join(name), &folder.join(name))?;
    }
    Ok(())
}
