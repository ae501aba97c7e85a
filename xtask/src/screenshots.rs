//! Pictures of every state, at three widths, in three modes, with a sheet of them all: `target/screenshots/states/`.

use crate::command;
use crate::failure::Result;
use crate::files::{failed, make_anew};
use crate::shop;
use crate::tools::{self, Need, Toolbox};
use std::fs;
use std::path::Path;

const FOLDER: &str = "target/screenshots/states";

pub(crate) fn run() -> Result<()> {
    shop::build()?;
    Toolbox::with(&[Need::Browser, Need::WebTools])?;
    make_anew(Path::new(FOLDER))?;
    let folder = fs::canonicalize(FOLDER).map_err(|e| failed(Path::new(FOLDER), &e))?;
    let mut look = command::program("cargo");
    look.args([
        "test",
        "--package",
        "journeys",
        "--test",
        "journeys",
        "--",
        "seen::",
        "--ignored",
        "--test-threads",
        "3",
    ]);
    tools::for_journeys(&mut look)?;
    command::run(look.env("JOURNEYS_PICTURES", &folder))?;
    let mut sheet = command::program("cargo");
    sheet.args(["run", "--quiet", "--package", "journeys", "--example", "sheet", "--"]).arg(&folder);
    tools::for_journeys(&mut sheet)?;
    command::run(&mut sheet)
}
