//! Tools that npm delivers, pinned by `xtask/tools/package.json` and its lock; those that only the npm package and the example pages
//! need, by `xtask/tools/web/`; and what the component is measured beside, by `xtask/tools/peers/`.

use super::{Place, announce, cache, instead, on_path_in};
use crate::command;
use crate::failure::{Failure, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

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

/// Packages that a lock pins, in a folder of the cache. Another lock has another.
struct Modules {
    name: &'static str,
    what: &'static str,
    packages: &'static str,
    lock: &'static str,
}

const WEB: Modules = Modules {
    name: "web",
    what: "what the package is checked and the examples are built with",
    packages: include_str!("../../tools/web/package.json"),
    lock: include_str!("../../tools/web/package-lock.json"),
};

/// What the component is measured beside.
const PEERS: Modules = Modules {
    name: "peers",
    what: "what the component is measured beside",
    packages: include_str!("../../tools/peers/package.json"),
    lock: include_str!("../../tools/peers/package-lock.json"),
};

impl Modules {
    fn folder_name(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.lock.hash(&mut hasher);
        format!("npm-{}-{:016x}", self.name, hasher.finish())
    }

    fn folder(&self) -> Result<PathBuf> {
        cache::folder(&self.folder_name())
    }

    fn find(&self) -> Result<Option<Place>> {
        let folder = self.folder()?;
        Ok(folder.is_dir().then(|| Place::Folder(programs(&folder))))
    }

    fn install(&self) -> Result<Place> {
        announce(self.what, "from npm, less than a minute");
        let folder = deliver(&self.folder_name(), self.packages, self.lock)
            .map_err(|e| instead(e, "Node.js 20.19 or later with npm is needed"))?;
        Ok(Place::Folder(programs(&folder)))
    }
}

/// The folder of the web tools in the cache.
pub(crate) fn web() -> Result<PathBuf> {
    WEB.folder()
}

/// The folder of what the component is measured beside.
pub(crate) fn peers() -> Result<PathBuf> {
    PEERS.folder()
}

pub(super) fn find_web() -> Result<Option<Place>> {
    WEB.find()
}

pub(super) fn install_web() -> Result<Place> {
    WEB.install()
}

pub(super) fn find_peers() -> Result<Option<Place>> {
    PEERS.find()
}

pub(super) fn install_peers() -> Result<Place> {
    PEERS.install()
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
