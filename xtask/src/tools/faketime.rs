//! libfaketime, by which a browser has the clock of another day.

use super::{Place, debian, on_path};
use crate::failure::{Failure, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Distributions have it in a folder below one of these, or below one that is named for the processor.
const FOLDERS: [&str; 3] = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];
const LIBRARY: &str = "faketime/libfaketime.so.1";

pub(super) fn find() -> Option<Place> {
    library().map(|_| Place::Here)
}

pub(super) fn install() -> Result<Place> {
    if on_path("apt-get").is_none() {
        return Err(Failure("libfaketime is missing: install it".into()));
    }
    debian::install("libfaketime", &["libfaketime"])?;
    find().ok_or_else(|| Failure("libfaketime is installed, and yet not found".into()))
}

/// What has to be loaded before a program's own libraries.
pub(super) fn library() -> Option<PathBuf> {
    let inner = fs::read_dir(FOLDERS[0]).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let folders = FOLDERS.iter().map(|folder| Path::new(folder).to_owned()).chain(inner);
    folders.map(|folder| folder.join(LIBRARY)).find(|file| file.is_file())
}
