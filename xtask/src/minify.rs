//! Makes of what trunk has built what is published: the scripts minified for the oldest browsers that they have to run in, the style
//! sheet as a script, the wasm small. Trunk's own minifier does not understand wasm-bindgen's glue.

use crate::command;
use crate::failure::{Failure, Result};
use crate::files::failed;
use crate::locales;
use crate::shop;
use crate::tools::{Need, Toolbox};
use crate::wasm;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MODULES: [&str; 2] = ["paymentsos-checkout", "paymentsos-qr"];
const STYLES: &str = "checkout.css";
/// What browsers of 2018 read, Chrome 67 and Firefox 67 for instance.
pub(crate) const OLD_BROWSERS: [&str; 3] =
    ["--target=es2018", "--supported:dynamic-import=true", "--supported:import-meta=true"];
/// In this order: the first takes the second in.
pub(crate) const FOR_OLD_BROWSERS: [&str; 4] = ["element.js", "class.js", "card.js", "locales/index.js"];
/// They refer to these by name, and load them when they are needed.
const LOADED: [&str; 4] = ["./paymentsos-checkout.js", "./paymentsos-qr.js", "./card.js", "./locales/index.js"];
const LOCALES: &str = "locales";

/// As trunk's hook; by hand it takes `dist/`.
pub(crate) fn run() -> Result<()> {
    let staging = env::var_os("TRUNK_STAGING_DIR").map(|dir| PathBuf::from(dir).join("paymentsos-checkout"));
    let folder = staging.as_deref().unwrap_or(shop::component());
    let Some(tools) = Toolbox::at_hand(&[Need::NpmTools]) else {
        return Err(Failure("esbuild is not set up: run `cargo xtask setup`".into()));
    };
    let css = folder.join(STYLES);
    command::read(minified(&tools, &css).arg("--allow-overwrite").arg(to(&css)))?;
    let styles = styles(&css)?;
    locales::publish(&folder.join(LOCALES))?;
    for file in FOR_OLD_BROWSERS.map(|name| folder.join(name)) {
        // What a shopper waits for is not worth a request of its own.
        let mut esbuild = for_old_browsers(&tools, &file);
        esbuild.arg(format!("--define:STYLES={styles}"));
        command::read(esbuild.arg("--allow-overwrite").arg(to(&file)))?;
    }
    MODULES.iter().try_for_each(|name| module(&tools, folder, name))
}

/// A module and its glue, in that folder.
pub(crate) fn module(tools: &Toolbox, folder: &Path, name: &str) -> Result<()> {
    let (wasm, glue) = (folder.join(format!("{name}_bg.wasm")), folder.join(format!("{name}.js")));
    wasm::publish(tools, &wasm, &glue, |glue| {
        let mut esbuild = minified(tools, glue);
        esbuild.args(["--format=esm", "--tree-shaking=true", "--target=es2021", "--allow-overwrite"]);
        command::read(esbuild.arg(to(glue))).map(drop)
    })
}

/// Bundled and minified, without what browsers of 2018 cannot read: they show a text, and no blank.
fn for_old_browsers(tools: &Toolbox, file: &Path) -> Command {
    let mut esbuild = minified(tools, file);
    esbuild.args(["--bundle", "--format=esm"]).args(OLD_BROWSERS);
    esbuild.args(LOADED.map(|name| format!("--external:{name}")));
    if file.parent().is_some_and(|folder| folder.ends_with(LOCALES)) {
        esbuild.arg("--external:./*.js");
    }
    esbuild
}

/// The style sheet as a text in a script, where neither a policy nor a bundler takes it for a page's own. Values of custom properties and
/// fallbacks are what esbuild leaves as they are.
fn styles(css: &Path) -> Result<String> {
    let text = fs::read_to_string(css).map_err(|e| failed(css, &e))?;
    let text = text.trim_end().replace(", ", ",").replace(" * ", "*").replace(": ", ":");
    serde_json::to_string(&text).map_err(|e| failed(css, &e))
}

fn minified(tools: &Toolbox, file: &Path) -> Command {
    let mut command = tools.command("esbuild");
    command.arg(file).args(["--minify", "--log-level=warning"]);
    command
}

fn to(file: &Path) -> String {
    format!("--outfile={}", file.display())
}
