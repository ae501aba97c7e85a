//! Tools that are Rust programs.

use super::{Place, announce, cache, instead, on_path, on_path_in, version};
use crate::command;
use crate::failure::{Failure, Result};
use std::fs;
use std::path::PathBuf;

/// A Rust program, and how it is built quickest.
pub(super) struct Tool {
    package: &'static str,
    version: String,
    programs: &'static [&'static str],
    features: &'static [&'static str],
    /// 1 where it does real work on the wasm, else 0: these are built for a few runs.
    opt_level: &'static str,
}

pub(super) fn wasm_bindgen() -> Result<Tool> {
    let lock = fs::read_to_string("Cargo.lock").map_err(|e| Failure(format!("Cargo.lock cannot be read: {e}")))?;
    let version =
        version::locked(&lock, "wasm-bindgen").ok_or_else(|| Failure("Cargo.lock has no wasm-bindgen".into()))?;
    Ok(Tool {
        package: "wasm-bindgen-cli",
        version: version.to_owned(),
        programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        features: &[],
        opt_level: "1",
    })
}

pub(super) fn trunk() -> Tool {
    let features = &["--no-default-features", "--features", "rustls"];
    Tool { package: "trunk", version: "0.21.14".into(), programs: &["trunk"], features, opt_level: "0" }
}

pub(super) fn wasm_pack() -> Tool {
    Tool { package: "wasm-pack", version: "0.15.1".into(), programs: &["wasm-pack"], features: &[], opt_level: "0" }
}

pub(super) fn cargo_deny() -> Tool {
    Tool { package: "cargo-deny", version: "0.20.2".into(), programs: &["cargo-deny"], features: &[], opt_level: "0" }
}

pub(super) fn cargo_mutants() -> Tool {
    let programs = &["cargo-mutants"];
    Tool { package: "cargo-mutants", version: "27.1.0".into(), programs, features: &[], opt_level: "0" }
}

pub(super) fn cargo_fuzz() -> Tool {
    Tool { package: "cargo-fuzz", version: "0.13.2".into(), programs: &["cargo-fuzz"], features: &[], opt_level: "0" }
}

pub(super) fn geckodriver() -> Tool {
    Tool { package: "geckodriver", version: "0.37.1".into(), programs: &["geckodriver"], features: &[], opt_level: "0" }
}

impl Tool {
    /// Its name in the cache.
    fn name(&self) -> String {
        format!("{}-{}", self.package, self.version)
    }
}

pub(super) fn find(tool: &Tool) -> Result<Option<Place>> {
    if tool.programs.iter().all(|program| on_path_in(program, &tool.version)) {
        return Ok(Some(Place::Here));
    }
    let folder = cache::folder(&tool.name())?.join("bin");
    let whole = tool.programs.iter().all(|program| folder.join(program).is_file());
    Ok(whole.then_some(Place::Folder(folder)))
}

/// One of its programs, wherever it was found.
pub(super) fn program(tool: &Tool, name: &str) -> Result<Option<PathBuf>> {
    Ok(find(tool)?.and_then(|place| match place {
        Place::Here => on_path(name),
        Place::Folder(folder) => Some(folder.join(name)),
    }))
}

pub(super) fn install(tool: &Tool) -> Result<Place> {
    let Tool { package, version, .. } = tool;
    announce(&format!("{package} {version}"), "built from source, this may take some minutes");
    let draft = cache::Draft::of(&tool.name())?;
    let prebuilt = on_path("cargo-binstall").is_some_and(|_| {
        let mut binstall = command::program("cargo");
        binstall.args(["binstall", "--no-confirm", "--disable-strategies", "compile", "--root"]).arg(draft.folder());
        command::run(binstall.arg(format!("{package}@{version}"))).is_ok()
    });
    if !prebuilt {
        let mut install = command::program("cargo");
        install
            .args(["install", "--locked", package, "--version", version, "--root"])
            .arg(draft.folder())
            .args(tool.features);
        install
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", tool.opt_level)
            // Not among the workspace's own builds.
            .env_remove("CARGO_TARGET_DIR");
        command::run(&mut install).map_err(|e| instead(e, &format!("or put {package} {version} on PATH")))?;
    }
    Ok(Place::Folder(draft.keep()?.join("bin")))
}
