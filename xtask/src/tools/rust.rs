//! What belongs to the Rust toolchain itself. `rust-toolchain.toml` names it, but rustup adds it to no toolchain that is there already.

use super::{Place, announce, instead, on_path};
use crate::command;
use crate::failure::Result;
use std::path::Path;

const TARGET: &str = "wasm32-unknown-unknown";

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

/// The toolchain that the fuzzer's programs are built with.
pub(crate) const NIGHTLY: &str = "nightly";

/// With LLVM's own programs, which tell what was reached.
pub(super) fn find_nightly() -> Option<Place> {
    let list = |arguments: &[&str]| command::read(command::program("rustup").args(arguments)).unwrap_or_default();
    // The components of a toolchain that is not there cannot be asked for.
    let is_there = list(&["toolchain", "list"]).lines().any(|line| line.starts_with(NIGHTLY));
    let has_llvm = || list(&["component", "list", "--installed", "--toolchain", NIGHTLY]).contains("llvm-tools");
    (is_there && has_llvm()).then_some(Place::Here)
}

pub(super) fn add_nightly() -> Result<Place> {
    announce("a nightly Rust toolchain, for the fuzzer", "a minute or two");
    let install = ["toolchain", "install", NIGHTLY, "--profile", "minimal", "--component", "llvm-tools"];
    rustup(&install, "the fuzzer needs a nightly toolchain with llvm-tools")
}

fn rustup(arguments: &[&str], otherwise: &str) -> Result<Place> {
    command::run(command::program("rustup").args(arguments)).map_err(|e| instead(e, otherwise))?;
    Ok(Place::Here)
}
