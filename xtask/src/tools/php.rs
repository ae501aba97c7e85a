//! PHP, which one of the example backends is written in.

use super::{Place, debian, on_path};
use crate::command;
use crate::failure::{Failure, Result};

/// What the example needs beside the language.
const MODULES: [&str; 2] = ["pdo_sqlite", "curl"];

pub(super) fn find() -> Option<Place> {
    let php = on_path("php")?;
    let said = command::read(command::program(php).arg("-m")).ok()?;
    let has = |module: &&str| said.lines().any(|line| line.trim().eq_ignore_ascii_case(module));
    MODULES.iter().all(has).then_some(Place::Here)
}

pub(super) fn install() -> Result<Place> {
    if on_path("apt-get").is_none() {
        return Err(Failure("PHP is missing: install it, with its modules pdo_sqlite and curl".into()));
    }
    debian::install("PHP", &["php-cli", "php-sqlite3", "php-curl"])?;
    find().ok_or_else(|| Failure("PHP is installed, and yet it or its modules are not found".into()))
}
