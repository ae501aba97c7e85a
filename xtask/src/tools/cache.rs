//! The folder that keeps tools between clones. What lies in it has its version in its name, and is whole.

use crate::failure::{Failure, Result};
use std::env;
use std::fs;
use std::path::PathBuf;

/// The cache, or a folder in it.
pub(super) fn folder(name: &str) -> Result<PathBuf> {
    let given = |variable| env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = given("XDG_CACHE_HOME").or_else(|| given("HOME").map(|home| home.join(".cache")));
    let base = base.ok_or_else(|| Failure("there is no place for tools: set HOME or XDG_CACHE_HOME".into()))?;
    Ok(base.join("paymentsos-checkout/tools").join(name))
}

/// An empty folder beside `name`, to be renamed to it once all is in it: what is broken off halfway is not taken for whole.
pub(super) fn draft(name: &str) -> Result<PathBuf> {
    let draft = folder(&format!("{name}.{}", std::process::id()))?;
    fs::create_dir_all(&draft).map_err(|e| Failure(format!("{} cannot be made: {e}", draft.display())))?;
    Ok(draft)
}

/// Makes a finished draft the folder `name`.
pub(super) fn keep(draft: &PathBuf, name: &str) -> Result<PathBuf> {
    let place = folder(name)?;
    match fs::rename(draft, &place) {
        Ok(()) => Ok(place),
        // Another clone was quicker.
        Err(_) if place.is_dir() => {
            let _ = fs::remove_dir_all(draft);
            Ok(place)
        }
        Err(e) => Err(Failure(format!("{} cannot be made: {e}", place.display()))),
    }
}
