//! The browser of the browser tests and the journeys, with the driver of the same version.

use super::{Place, debian, on_path, version};
use crate::command;
use crate::failure::{Failure, Result};
use std::path::{Path, PathBuf};

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-noto-core"];

pub(super) fn find() -> Result<Option<Place>> {
    let Some(driver) = on_path("chromedriver") else { return Ok(None) };
    let installed: Vec<_> =
        BROWSERS.iter().filter_map(on_path).chain(MAC.map(PathBuf::from).into_iter().filter(|p| p.is_file())).collect();
    if installed.is_empty() {
        return Ok(None);
    }
    let wanted = major(&driver)?;
    if installed.iter().any(|browser| major(browser).is_ok_and(|version| version == wanted)) {
        return Ok(Some(Place::Here));
    }
    let names = installed.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    Err(Failure(format!("chromedriver has version {wanted}, and {names} another: install those of one version")))
}

pub(super) fn install() -> Result<Place> {
    if on_path("apt-get").is_none() {
        return Err(Failure(
            "Chromium or Chrome, and the chromedriver of its version, are needed on PATH: install both".into(),
        ));
    }
    debian::install("Chromium and chromedriver", &PACKAGES)?;
    find()?.ok_or_else(|| Failure("Chromium and chromedriver are installed, and yet not on PATH".into()))
}

fn major(program: &Path) -> Result<u32> {
    let said = command::read(command::program(program).arg("--version"))?;
    let number = version::stated(&said).and_then(|version| version.split('.').next()?.parse().ok());
    number.ok_or_else(|| Failure(format!("{} does not say its version", program.display())))
}
