//! Firefox, for the journeys that are made in every engine. Its driver is a Rust program, set up as such.

use super::{Place, debian, on_path};
use crate::failure::{Failure, Result};
use std::path::Path;

const BROWSERS: [&str; 2] = ["firefox", "firefox-esr"];
const MAC: &str = "/Applications/Firefox.app/Contents/MacOS/firefox";

pub(super) fn find() -> Option<Place> {
    let there = BROWSERS.iter().any(|name| on_path(name).is_some()) || Path::new(MAC).is_file();
    there.then_some(Place::Here)
}

pub(super) fn install() -> Result<Place> {
    if on_path("apt-get").is_none() {
        return Err(Failure("Firefox is missing: install it".into()));
    }
    debian::install("Firefox", &["firefox-esr"])?;
    find().ok_or_else(|| Failure("Firefox is installed, and yet not on PATH".into()))
}
