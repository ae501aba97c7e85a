//! The tools of the build: found on PATH in the right version, else in a cache that all clones share, else installed there.

mod browser;
mod cache;
mod cargo;
mod debian;
mod faketime;
mod firefox;
mod npm;
mod php;
mod postgresql;
mod rust;
mod schemathesis;
mod version;
mod webkit;

use crate::command;
use crate::failure::{Failure, Result};
use crate::shop;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use rust::{NIGHTLY, TARGET as WASM_TARGET};

/// What a command cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Rust's library for the wasm target.
    WasmTarget,
    /// rustfmt and clippy.
    Components,
    /// wasm-bindgen and its test runner, in the version that `Cargo.lock` has.
    WasmBindgen,
    Trunk,
    WasmPack,
    CargoDeny,
    CargoMutants,
    /// binaryen's wasm-opt, and esbuild.
    NpmTools,
    /// What the npm package is checked with, and the example pages are built with.
    WebTools,
    /// What the component is measured beside.
    Peers,
    /// Chromium or Chrome, and its chromedriver.
    Browser,
    Firefox,
    /// Firefox's driver.
    Geckodriver,
    /// WebKitGTK with its driver, and Xvfb.
    WebKit,
    /// libfaketime.
    Faketime,
    /// PostgreSQL's server.
    Postgresql,
    /// PHP, for an example.
    Php,
    /// What makes requests up from an OpenAPI document.
    Schemathesis,
    /// A nightly toolchain, for the fuzzer alone.
    Nightly,
    /// One that can build the standard library too, for the package alone.
    NightlySources,
    CargoFuzz,
}

/// All but what the fuzzer, the package and the benchmarks need: who may never use them need not set it up.
pub(crate) const ALL: &[Need] = &[
    Need::WasmTarget,
    Need::Components,
    Need::Browser,
    Need::NpmTools,
    Need::WebTools,
    Need::WasmBindgen,
    Need::Trunk,
    Need::WasmPack,
    Need::CargoDeny,
    Need::CargoMutants,
    Need::Postgresql,
    Need::Php,
    Need::Schemathesis,
    Need::Firefox,
    Need::Geckodriver,
    Need::WebKit,
    Need::Faketime,
];

/// Where a tool is.
enum Place {
    /// Found as it is: on PATH, or a part of the toolchain.
    Here,
    /// In a folder that must come first on PATH.
    Folder(PathBuf),
}

impl Need {
    fn find(self) -> Result<Option<Place>> {
        match self {
            Need::WasmTarget => rust::find_target(),
            Need::Components => Ok(rust::find_components()),
            Need::WasmBindgen => cargo::find(&cargo::wasm_bindgen()?),
            Need::Trunk => cargo::find(&cargo::trunk()),
            Need::WasmPack => cargo::find(&cargo::wasm_pack()),
            Need::CargoDeny => cargo::find(&cargo::cargo_deny()),
            Need::CargoMutants => cargo::find(&cargo::cargo_mutants()),
            Need::NpmTools => npm::find(),
            Need::WebTools => npm::find_web(),
            Need::Peers => npm::find_peers(),
            Need::Browser => browser::find(),
            Need::Firefox => Ok(firefox::find()),
            Need::Geckodriver => cargo::find(&cargo::geckodriver()),
            Need::WebKit => Ok(webkit::find()),
            Need::Faketime => Ok(faketime::find()),
            Need::Postgresql => Ok(postgresql::find()),
            Need::Php => Ok(php::find()),
            Need::Schemathesis => schemathesis::find(),
            Need::Nightly => Ok(rust::find_nightly(rust::LLVM)),
            Need::NightlySources => Ok(rust::find_nightly(rust::SOURCES)),
            Need::CargoFuzz => cargo::find(&cargo::cargo_fuzz()),
        }
    }

    fn install(self) -> Result<Place> {
        match self {
            Need::WasmTarget => rust::add_target(),
            Need::Components => rust::add_components(),
            Need::WasmBindgen => cargo::install(&cargo::wasm_bindgen()?),
            Need::Trunk => cargo::install(&cargo::trunk()),
            Need::WasmPack => cargo::install(&cargo::wasm_pack()),
            Need::CargoDeny => cargo::install(&cargo::cargo_deny()),
            Need::CargoMutants => cargo::install(&cargo::cargo_mutants()),
            Need::NpmTools => npm::install(),
            Need::WebTools => npm::install_web(),
            Need::Peers => npm::install_peers(),
            Need::Browser => browser::install(),
            Need::Firefox => firefox::install(),
            Need::Geckodriver => cargo::install(&cargo::geckodriver()),
            Need::WebKit => webkit::install(),
            Need::Faketime => faketime::install(),
            Need::Postgresql => postgresql::install(),
            Need::Php => php::install(),
            Need::Schemathesis => schemathesis::install(),
            Need::Nightly => rust::add_nightly(rust::LLVM),
            Need::NightlySources => rust::add_nightly(rust::SOURCES),
            Need::CargoFuzz => cargo::install(&cargo::cargo_fuzz()),
        }
    }
}

/// The tools that were asked for, ready to be run.
pub(crate) struct Toolbox {
    folders: Vec<PathBuf>,
}

impl Toolbox {
    /// Sets up what is missing.
    pub(crate) fn with(needs: &[Need]) -> Result<Toolbox> {
        let mut folders = Vec::new();
        for need in needs {
            let place = match need.find()? {
                Some(place) => place,
                None => need.install()?,
            };
            if let Place::Folder(folder) = place {
                folders.push(folder);
            }
        }
        Ok(Toolbox { folders })
    }

    /// The tools if all of them are there already; nothing is set up.
    pub(crate) fn at_hand(needs: &[Need]) -> Option<Toolbox> {
        let places = needs.iter().map(|need| need.find().ok().flatten()).collect::<Option<Vec<_>>>()?;
        let folders = places.into_iter().filter_map(|place| match place {
            Place::Here => None,
            Place::Folder(folder) => Some(folder),
        });
        Some(Toolbox { folders: folders.collect() })
    }

    /// A command that finds these tools, and whose children do.
    pub(crate) fn command(&self, name: &str) -> Command {
        // The program itself is looked up in this process's PATH, not in the one that it gets.
        let own = self.folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
        let mut command = command::program(own.as_deref().unwrap_or(Path::new(name)));
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = self.folders.iter().cloned().chain(env::split_paths(&path));
        // Only a folder with a colon in its name cannot be joined; then the tools are not found, and that is said.
        if let Ok(joined) = env::join_paths(folders) {
            command.env("PATH", joined);
        }
        command
    }
}

/// The first program of this name on PATH.
pub(crate) fn on_path(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name.as_ref())).find(|file| file.is_file())
}

/// Whether the first program of this name on PATH has this very version.
fn on_path_in(name: &str, wanted: &str) -> bool {
    let said = on_path(name).and_then(|file| command::read(command::program(file).arg("--version")).ok());
    said.as_deref().and_then(version::stated) == Some(wanted)
}

/// Says what is about to be done, as it may take a while.
fn announce(what: &str, how_long: &str) {
    println!("setting up {what} (once; {how_long})");
}

fn instead(failure: Failure, what_to_do: &str) -> Failure {
    Failure(format!("{failure}; {what_to_do}"))
}

/// The modules that the web tools are: what a project with them has in `node_modules`.
pub(crate) fn web_modules() -> Result<PathBuf> {
    Ok(npm::web()?.join("node_modules"))
}

/// The modules that the component is measured beside.
pub(crate) fn peer_modules() -> Result<PathBuf> {
    Ok(npm::peers()?.join("node_modules"))
}

/// Says to a journey where what it needs is.
pub(crate) fn for_journeys(command: &mut Command) -> Result<()> {
    let here = env::current_dir().map_err(|e| Failure(format!("there is no current folder: {e}")))?;
    command.env("JOURNEYS_DIST", here.join(shop::DIST));
    command.env("JOURNEYS_AXE", web_modules()?.join("axe-core/axe.min.js"));
    if let Some(driver) = chromedriver() {
        command.env("CHROMEDRIVER", driver);
    }
    if let Some(driver) = cargo::program(&cargo::geckodriver(), "geckodriver")? {
        command.env("GECKODRIVER", driver);
    }
    if let Some(browser) = webkit::mini_browser() {
        command.env("JOURNEYS_MINIBROWSER", browser);
    }
    if let Some(library) = faketime::library() {
        command.env("JOURNEYS_FAKETIME", library);
    }
    Ok(())
}

/// The chromedriver that the browser tests and the journeys use.
pub(crate) fn chromedriver() -> Option<PathBuf> {
    on_path("chromedriver")
}
