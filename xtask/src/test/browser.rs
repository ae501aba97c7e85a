//! The tests that run in a browser: the root crate's own, and those under `tests/`.

use super::report::{Kind, Report};
use super::stage::LIMIT;
use super::tally::{Counts, Tally};
use crate::command;
use crate::failure::{Failure, Result};
use crate::tools::{self, Need, Toolbox};
use std::fs;
use std::path::Path;

const NEEDS: &[Need] = &[Need::WasmTarget, Need::Browser, Need::WasmBindgen, Need::WasmPack];

/// Whether they run without much being installed or compiled first.
pub(super) fn is_warm(target: &Path) -> bool {
    target.join("wasm32-unknown-unknown/debug/deps").is_dir() && Toolbox::at_hand(NEEDS).is_some()
}

pub(super) fn run(report: &mut Report) -> Result<()> {
    let tools = Toolbox::with(NEEDS)?;
    let mut wasm_pack = tools.command("wasm-pack");
    wasm_pack.args(["test", "--headless", "--chrome", "--mode", "no-install"]);
    // The runner's limit is for a whole program of tests, and short.
    wasm_pack.env("WASM_BINDGEN_TEST_TIMEOUT", "120").env("CARGO_TERM_COLOR", "never");
    if let Some(driver) = tools::chromedriver() {
        wasm_pack.arg("--chromedriver").arg(driver);
    }
    let mut tally = Tally::default();
    let outcome = command::follow(wasm_pack, LIMIT, |line| tally.line(line));
    report.add_tally(Kind::Browser, &tally);
    outcome?;
    // A program in which no test is found ends well, so each that has some is asked for.
    let expected = expected()?;
    if expected.is_empty() {
        return Err(Failure("no browser tests were found".into()));
    }
    for program in expected {
        if tally.of(|name| name == program) == Counts::default() {
            report.problem(Kind::Browser, format!("browser: {program} has tests, and none was run"));
        }
    }
    Ok(())
}

/// The programs that have browser tests, as cargo names them.
fn expected() -> Result<Vec<String>> {
    let mut programs = Vec::new();
    if any_file(Path::new("src"), &has_browser_tests)? {
        programs.push("unittests src/lib.rs".to_owned());
    }
    for entry in entries(Path::new("tests"))? {
        if entry.is_file() && has_browser_tests(&entry)? {
            programs.push(entry.display().to_string());
        }
    }
    Ok(programs)
}

fn has_browser_tests(file: &Path) -> Result<bool> {
    if file.extension().is_none_or(|extension| extension != "rs") {
        return Ok(false);
    }
    Ok(fs::read_to_string(file).map_err(|e| unreadable(file, &e))?.contains("wasm_bindgen_test]"))
}

fn any_file(folder: &Path, fits: &dyn Fn(&Path) -> Result<bool>) -> Result<bool> {
    for entry in entries(folder)? {
        if if entry.is_dir() { any_file(&entry, fits)? } else { fits(&entry)? } {
            return Ok(true);
        }
    }
    Ok(false)
}

fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let read = |entries: fs::ReadDir| entries.map(|entry| entry.map(|entry| entry.path())).collect();
    fs::read_dir(folder).and_then(read).map_err(|e| unreadable(folder, &e))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure(format!("{} cannot be read: {error}", path.display()))
}
