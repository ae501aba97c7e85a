//! The npm package, ready to be published and to be copied to a CDN: `target/package/`, and packed beside it.

mod check;
pub(crate) mod install;
mod integrity;

pub(crate) use check::check;

use crate::command;
use crate::failure::{Failure, Result};
use crate::files::{copy, copy_all, failed, make_anew, names_in};
use crate::shop;
use crate::smallest;
use std::fs;
use std::path::{Path, PathBuf};

/// What a browser may load. All else in the package is for people and tools.
const LOADED: [&str; 9] = [
    "element.js",
    "class.js",
    "card.js",
    "checkout.css",
    "paymentsos-checkout.js",
    "paymentsos-checkout_bg.wasm",
    "paymentsos-checkout_rest.wasm",
    "paymentsos-qr.js",
    "paymentsos-qr_bg.wasm",
];
const SOURCES: &str = "www/package";
const LOCALES: &str = "locales";
const THEMES: &str = "www/themes";
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Where the package is.
pub(crate) fn folder() -> &'static Path {
    Path::new("target/package")
}

/// Builds and packs it.
pub(crate) fn run() -> Result<()> {
    shop::build()?;
    let smallest = smallest::build();
    if let Err(failure) = &smallest {
        println!("the package has the module of the stable compiler, which is 2.5 kB larger: {failure}");
    }
    let packed = pack(smallest.ok().as_deref())?;
    let entry =
        fs::read_to_string(folder().join("integrity.html")).map_err(|e| Failure(format!("integrity.html: {e}")))?;
    println!("{}\n{}\n\nFor a page that loads it from a CDN:\n\n{entry}", folder().display(), packed.display());
    Ok(())
}

/// Packs what is in `dist/`; gives the tarball.
pub(crate) fn of_what_is_built() -> Result<PathBuf> {
    pack(None)
}

/// Packs what is in `dist/`, but for what is in that folder.
fn pack(instead: Option<&Path>) -> Result<PathBuf> {
    let folder = folder();
    make_anew(folder)?;
    for name in LOADED {
        let found = instead.map(|instead| instead.join(name)).filter(|path| path.is_file());
        copy(&found.unwrap_or_else(|| shop::component().join(name)), &folder.join(name))?;
    }
    copy_all(&shop::component().join(LOCALES), &folder.join(LOCALES))?;
    for name in LICENCES {
        copy(Path::new(name), &folder.join(name))?;
    }
    copy_all(Path::new(SOURCES), folder)?;
    copy_all(Path::new(THEMES), &folder.join("themes"))?;
    let version = version(folder)?;
    let locales = names_in(&folder.join(LOCALES))?.into_iter().map(|name| format!("{LOCALES}/{name}"));
    let loaded: Vec<String> = LOADED.into_iter().map(str::to_owned).chain(locales).collect();
    integrity::write(folder, &loaded, &version)?;
    let mut npm = command::program("npm");
    npm.args(["pack", "--silent", "--pack-destination", ".."]).current_dir(folder);
    command::read(&mut npm)?;
    Ok(PathBuf::from(format!("target/paymentsos-checkout-{version}.tgz")))
}

/// The version that the package states; it must be the workspace's.
fn version(folder: &Path) -> Result<String> {
    let path = folder.join("package.json");
    let text = fs::read_to_string(&path).map_err(|e| failed(&path, &e))?;
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|e| failed(&path, &e))?;
    match json["version"].as_str() {
        Some(version) if version == env!("CARGO_PKG_VERSION") => Ok(version.to_owned()),
        stated => Err(Failure(format!(
            "{SOURCES}/package.json states {stated:?}, and the workspace is of version {}",
            env!("CARGO_PKG_VERSION")
        ))),
    }
}
