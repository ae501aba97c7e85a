//! What belongs to the Rust toolchain itself. `rust-toolchain.toml` names it, but rustup adds it to no toolchain that is there already.

use super::{Place, announce, instead, on_path};
use crate::command;
use crate::failure::Result;
use std::path::Path;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Asks the compiler, so that one without rustup is as good.
pub(super) fn find_target() -> Result<Option<Place>> {
    let sysroot = command::read(command::program("rustc").args(["--print", "sysroot"]))?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib");
    Ok(library.is_dir().then_some(Place::Here))
}

pub(super) fn add_target() -> Result<Place> {
    announce(&format!("Rust's {TARGET}"), "less than a minute");
    rustup(&["target", "add", TARGET], "your Rust toolchain needs its library for wasm32-unknown-unknown")
}

pub(super) fn find_components() -> Option<Place> {
    let there =
        |program| on_path(program).is_some() && command::read(command::program(program).arg("--version")).is_ok();
    (there("cargo-fmt") && there("cargo-clippy")).then_some(Place::Here)
}

pub(super) fn add_components() -> Result<Place> {
    announce("rustfmt and clippy", "less than a minute");
    rustup(&["component", "add", "rustfmt", "clippy"], "your Rust toolchain needs rustfmt and clippy")
}

/// The toolchain that the fuzzer's programs are built with, and the package's module.
pub(crate) const NIGHTLY: &str = "nightly";
/// LLVM's own programs, which tell the fuzzer what was reached.
pub(super) const LLVM: &str = "llvm-tools";
/// The standard library's.
pub(super) const SOURCES: &str = "rust-src";

/// With that component.
pub(super) fn find_nightly(component: &str) -> Option<Place> {
    let list = |arguments: &[&str]| command::read(command::program("rustup").args(arguments)).unwrap_or_default();
    // The components of a toolchain that is not there cannot be asked for.
    let is_there = list(&["toolchain", "list"]).lines().any(|line| line.starts_with(NIGHTLY));
    let has_it = || list(&["component", "list", "--installed", "--toolchain", NIGHTLY]).contains(component);
    (is_there && has_it()).then_some(Place::Here)
}

pub(super) fn add_nightly(component: &str) -> Result<Place> {
    announce(&format!("a nightly Rust toolchain with {component}"), "a minute or two");
    let install = ["toolchain", "install", NIGHTLY, "--profile", "minimal", "--component", component];
    rustup(&install, &format!("a nightly toolchain with {component} is needed"))
}

fn rustup(arguments: &[&str], otherwise: &str) -> Result<Place> {
    command::run(command::program("rustup").args(arguments)).map_err(|e| instead(e, otherwise))?;
    Ok(Place::Here)
}
