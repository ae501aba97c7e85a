//! WebKitGTK with its driver, and a screen that nobody sees, for the journeys that are made in every engine.

use super::{Place, debian, on_path};
use crate::command;
use crate::failure::{Failure, Result};
use std::path::PathBuf;

/// Where distributions put the browser that the driver starts: no package has it on PATH.
const PLACES: [&str; 5] = [
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1",
    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1",
    "/usr/lib64/webkit2gtk-4.1",
    "/usr/libexec/webkit2gtk-4.1",
    "/usr/lib/webkit2gtk-4.1",
];

pub(super) fn find() -> Option<Place> {
    let there = on_path("WebKitWebDriver").is_some() && on_path("Xvfb").is_some() && mini_browser().is_some();
    there.then_some(Place::Here)
}

pub(super) fn install() -> Result<Place> {
    if on_path("apt-get").is_none() {
        return Err(Failure(
            "WebKitGTK with WebKitWebDriver and MiniBrowser, and Xvfb, are missing: install them".into(),
        ));
    }
    debian::install("WebKitGTK", &["webkit2gtk-driver", "xvfb", "procps"])?;
    find().ok_or_else(|| Failure("WebKitGTK is installed, and yet its MiniBrowser or Xvfb is not found".into()))
}

/// The browser itself.
pub(super) fn mini_browser() -> Option<PathBuf> {
    let known = PLACES.iter().map(|folder| PathBuf::from(folder).join("MiniBrowser")).find(|file| file.is_file());
    known.or_else(|| {
        let said = command::read(command::program("dpkg").args(["-L", "libwebkit2gtk-4.1-0"])).ok()?;
        said.lines().map(PathBuf::from).find(|path| path.ends_with("MiniBrowser") && path.is_file())
    })
}
