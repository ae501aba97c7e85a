//! Files and folders, with errors that name them.

use crate::failure::{Failure, Result};
use std::fmt::Display;
use std::fs;
use std::io;
use std::path::Path;

/// What a call failed of, with the path it was about.
pub(crate) fn failed(path: &Path, error: &dyn Display) -> Failure {
    Failure(format!("{}: {error}", path.display()))
}

/// An empty folder, whatever was there.
pub(crate) fn make_anew(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(folder, &e)),
        _ => {}
    }
    fs::create_dir_all(folder).map_err(|e| failed(folder, &e))
}

/// What a folder holds, in order. What is not called in UTF-8 is none of ours.
pub(crate) fn names_in(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, &e))? {
        names.extend(entry.map_err(|e| failed(folder, &e))?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Copies a file.
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
