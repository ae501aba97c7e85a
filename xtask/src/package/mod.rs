//! The npm package, ready to be published and to be copied to a CDN: `target/package/`, and packed beside it.

mod check;
pub(crate) mod install;
mod integrity;

pub(crate) use check::check;

use crate::command;
use crate::failure::{Failure, Result};
use crate::shop;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What a browser may load. All else in the package is for people and tools.
const LOADED: [&str; 8] = [
    "element.js",
    "class.js",
    "styles.js",
    "checkout.css",
    "paymentsos-checkout.js",
    "paymentsos-checkout_bg.wasm",
    "paymentsos-qr.js",
    "paymentsos-qr_bg.wasm",
];
const SOURCES: &str = "www/package";
const THEMES: &str = "www/themes";
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Where the package is.
pub(crate) fn folder() -> &'static Path {
    Path::new("target/package")
}

/// Builds and packs it.
pub(crate) fn run() -> Result<()> {
    shop::build()?;
    let packed = of_what_is_built()?;
    let entry =
        fs::read_to_string(folder().join("integrity.html")).map_err(|e| Failure(format!("integrity.html: {e}")))?;
    println!("{}\n{}\n\nFor a page that loads it from a CDN:\n\n{entry}", folder().display(), packed.display());
    Ok(())
}

/// Packs what is in `dist/`; gives the tarball.
pub(crate) fn of_what_is_built() -> Result<PathBuf> {
    let folder = folder();
    make_anew(folder)?;
    for name in LOADED {
        copy(&shop::component().join(name), &folder.join(name))?;
    }
    for name in LICENCES {
        copy(Path::new(name), &folder.join(name))?;
    }
    copy_all(Path::new(SOURCES), folder)?;
    copy_all(Path::new(THEMES), &folder.join("themes"))?;
    let version = version(folder)?;
    integrity::write(folder, &LOADED, &version)?;
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

fn make_anew(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(folder, &e)),
        _ => {}
    }
    fs::create_dir_all(folder).map_err(|e| failed(folder, &e))
}

pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(drop).map_err(|e| failed(from, &e))
}

/// A folder with all below it, without what was built or installed there by hand.
pub(crate) fn copy_all(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).map_err(|e| failed(to, &e))?;
    for entry in fs::read_dir(from).map_err(|e| failed(from, &e))? {
        let entry = entry.map_err(|e| failed(from, &e))?;
        let name = entry.file_name();
        if ["node_modules", "dist", "target"].iter().any(|own| name == *own) {
            continue;
        }
        if entry.path().is_dir() {
            copy_all(&entry.path(), &to.join(name))?;
        } else {
            copy(&entry.path(), &to.join(name))?;
        }
    }
    Ok(())
}

pub(crate) fn failed(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure(format!("{}: {error}", path.display()))
}
