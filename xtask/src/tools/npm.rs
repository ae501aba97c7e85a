//! Tools that npm delivers, pinned by `xtask/tools/package.json` and its lock.

use super::{Place, announce, cache, instead, on_path_in};
use crate::command;
use crate::failure::{Failure, Result};
use std::fs;
use std::path::Path;

const PACKAGES: &str = include_str!("../../tools/package.json");
const LOCK: &str = include_str!("../../tools/package-lock.json");

struct Versions {
    binaryen: String,
    esbuild: String,
}

fn versions() -> Result<Versions> {
    let unreadable = || Failure("xtask/tools/package.json must pin binaryen and esbuild".into());
    let packages: serde_json::Value = serde_json::from_str(PACKAGES).map_err(|_| unreadable())?;
    let pinned = |name| packages["dependencies"][name].as_str().map(str::to_owned).ok_or_else(unreadable);
    Ok(Versions { binaryen: pinned("binaryen")?, esbuild: pinned("esbuild")? })
}

impl Versions {
    /// Their name in the cache.
    fn name(&self) -> String {
        format!("npm-binaryen-{}-esbuild-{}", self.binaryen, self.esbuild)
    }
}

fn programs(folder: &Path) -> std::path::PathBuf {
    folder.join("node_modules/.bin")
}

pub(super) fn find() -> Result<Option<Place>> {
    let wanted = versions()?;
    // The package's version is the tool's and a patch level: 132.0.0 has wasm-opt 132.
    let binaryen = wanted.binaryen.split('.').next().unwrap_or_default();
    let folder = programs(&cache::folder(&wanted.name())?);
    if folder.join("wasm-opt").exists() && folder.join("esbuild").exists() {
        return Ok(Some(Place::Folder(folder)));
    }
    let on_path = on_path_in("wasm-opt", binaryen) && on_path_in("esbuild", &wanted.esbuild);
    Ok(on_path.then_some(Place::Here))
}

pub(super) fn install() -> Result<Place> {
    let wanted = versions()?;
    announce("wasm-opt and esbuild", "from npm, less than a minute");
    let draft = cache::Draft::of(&wanted.name())?;
    for (name, text) in [("package.json", PACKAGES), ("package-lock.json", LOCK)] {
        fs::write(draft.folder().join(name), text)
            .map_err(|e| Failure(format!("{} cannot be written: {e}", draft.folder().join(name).display())))?;
    }
    let mut npm = command::program("npm");
    // Their install scripts are not needed.
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(draft.folder());
    command::run(&mut npm).map_err(|e| {
        let Versions { binaryen, esbuild } = &wanted;
        instead(
            e,
            &format!("Node.js 18 or later with npm is needed, or binaryen {binaryen} and esbuild {esbuild} on PATH"),
        )
    })?;
    Ok(Place::Folder(programs(&draft.keep()?)))
}
