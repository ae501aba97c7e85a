//! What makes requests up from an OpenAPI document, in a Python environment of its own, pinned by `xtask/tools/schemathesis.txt`.

use super::{Place, announce, cache, debian, instead, on_path};
use crate::command;
use crate::failure::{Failure, Result};
use std::fs;
use std::path::PathBuf;

const PACKAGES: &str = include_str!("../../tools/schemathesis.txt");

fn folder() -> Result<PathBuf> {
    let line = PACKAGES.lines().find(|line| line.starts_with("schemathesis=="));
    let name = line.ok_or_else(|| Failure("xtask/tools/schemathesis.txt must pin schemathesis".into()))?;
    cache::folder(&name.replace("==", "-"))
}

pub(super) fn find() -> Result<Option<Place>> {
    let folder = folder()?.join("bin");
    Ok(folder.join("schemathesis").is_file().then_some(Place::Folder(folder)))
}

pub(super) fn install() -> Result<Place> {
    if on_path("python3").is_none() && on_path("apt-get").is_some() {
        debian::install("Python", &["python3-venv"])?;
    }
    announce("schemathesis", "from PyPI, less than a minute");
    let folder = folder()?;
    // A Python environment cannot be moved: it gets its place at once, and its last part last.
    let _ = fs::remove_dir_all(&folder);
    let needed = |e| instead(e, "Python 3.10 or later with venv and pip is needed");
    let mut venv = command::program("python3");
    command::run(venv.args(["-m", "venv"]).arg(&folder)).map_err(needed)?;
    let list = folder.join("packages.txt");
    fs::write(&list, PACKAGES).map_err(|e| Failure(format!("{} cannot be written: {e}", list.display())))?;
    let mut pip = command::program(folder.join("bin/pip"));
    command::run(pip.args(["install", "--quiet", "--no-input", "--disable-pip-version-check", "-r"]).arg(&list))
        .inspect_err(|_| drop(fs::remove_dir_all(&folder)))?;
    Ok(Place::Folder(folder.join("bin")))
}
