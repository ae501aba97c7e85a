//! Tools that npm delivers, pinned by `xtask/tools/package.json` and its lock; and those that only the npm package and the example pages
//! need, by `xtask/tools/web/`.

use super::{Place, announce, cache, instead, on_path_in};
use crate::command;
use crate::failure::{Failure, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

const PACKAGES: &str = include_str!("../../tools/package.json");
const LOCK: &str = include_str!("../../tools/package-lock.json");

const WEB_PACKAGES: &str = include_str!("../../tools/web/package.json");
const WEB_LOCK: &str = include_str!("../../tools/web/package-lock.json");

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

fn programs(folder: &Path) -> PathBuf {
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
    let folder = deliver(&wanted.name(), PACKAGES, LOCK).map_err(|e| {
        let Versions { binaryen, esbuild } = &wanted;
        instead(
            e,
            &format!("Node.js 18 or later with npm is needed, or binaryen {binaryen} and esbuild {esbuild} on PATH"),
        )
    })?;
    Ok(Place::Folder(programs(&folder)))
}

/// The folder of the web tools in the cache. Another lock has another.
pub(crate) fn web() -> Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    WEB_LOCK.hash(&mut hasher);
    cache::folder(&format!("npm-web-{:016x}", hasher.finish()))
}

pub(super) fn find_web() -> Result<Option<Place>> {
    let folder = web()?;
    Ok(folder.is_dir().then(|| Place::Folder(programs(&folder))))
}

pub(super) fn install_web() -> Result<Place> {
    announce("what the package is checked and the examples are built with", "from npm, less than a minute");
    let name = web()?.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder =
        deliver(&name, WEB_PACKAGES, WEB_LOCK).map_err(|e| instead(e, "Node.js 20.19 or later with npm is needed"))?;
    Ok(Place::Folder(programs(&folder)))
}

/// Installs what a lock pins, into a folder of that name in the cache.
fn deliver(name: &str, packages: &str, lock: &str) -> Result<PathBuf> {
    let draft = cache::Draft::of(name)?;
    for (name, text) in [("package.json", packages), ("package-lock.json", lock)] {
        fs::write(draft.folder().join(name), text)
            .map_err(|e| Failure(format!("{} cannot be written: {e}", draft.folder().join(name).display())))?;
    }
    let mut npm = command::program("npm");
    // Their install scripts are not needed.
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(draft.folder());
    command::run(&mut npm)?;
    draft.keep()
}
