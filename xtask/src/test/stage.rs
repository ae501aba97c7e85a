//! The stages of `cargo xtask test`. One that fails does not keep the later ones from being run.

use super::browser;
use super::report::{Kind, Report};
use super::tally::{Counts, Tally};
use super::walls;
use crate::command::{self, follow};
use crate::engines::{self, Table};
use crate::examples;
use crate::failure::{Failure, Result};
use crate::files::{failed, make_anew};
use crate::locales;
use crate::mutants;
use crate::package;
use crate::programs;
use crate::shop;
use crate::size;
use crate::tools::{self, Need, Toolbox};
use clap::ValueEnum;
use postgres_for_tests::Server;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long one command may take: what hangs must not take the others' time too.
pub(super) const LIMIT: Duration = Duration::from_secs(30 * 60);

/// Tests wait for servers more than they compute.
const THREADS: &str = "4";
const ADVISORIES_LIMIT: Duration = Duration::from_secs(60);

/// In the order of their runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Stage {
    Format,
    Clippy,
    Dependencies,
    Docs,
    Unit,
    Locales,
    Native,
    Simulation,
    Mutants,
    Postgresql,
    Contract,
    Browser,
    Build,
    Size,
    Walls,
    Package,
    Examples,
    Journeys,
}

impl Stage {
    pub(super) fn name(self) -> &'static str {
        match self {
            Stage::Format => "format",
            Stage::Clippy => "clippy",
            Stage::Dependencies => "dependencies",
            Stage::Docs => "docs",
            Stage::Unit => "unit",
            Stage::Locales => "locales",
            Stage::Native => "native",
            Stage::Simulation => "simulation",
            Stage::Mutants => "mutants",
            Stage::Postgresql => "postgresql",
            Stage::Contract => "contract",
            Stage::Browser => "browser",
            Stage::Build => "build",
            Stage::Size => "size",
            Stage::Walls => "walls",
            Stage::Package => "package",
            Stage::Examples => "examples",
            Stage::Journeys => "journeys",
        }
    }

    pub(super) fn kind(self) -> Kind {
        match self {
            Stage::Native => Kind::Native,
            Stage::Postgresql => Kind::Postgresql,
            Stage::Contract => Kind::Contract,
            Stage::Browser => Kind::Browser,
            Stage::Journeys => Kind::Journey,
            _ => Kind::Check,
        }
    }

    pub(super) fn is_quick(self) -> bool {
        matches!(self, Stage::Format | Stage::Clippy | Stage::Native | Stage::Browser)
    }

    pub(super) fn run(self, report: &mut Report, quick: bool) -> Result<()> {
        match self {
            Stage::Format => format(),
            Stage::Clippy => clippy(quick),
            Stage::Dependencies => dependencies(report),
            Stage::Docs => docs(),
            Stage::Unit => unit(report),
            Stage::Locales => locales::run(),
            Stage::Native => native(report),
            Stage::Simulation => simulation(),
            Stage::Mutants => mutants::run_a_part(),
            Stage::Postgresql => postgresql(report),
            Stage::Contract => contract(report),
            Stage::Browser if quick && !browser::is_warm(&shop::target_folder()?) => {
                report.note(
                    "the browser tests were left out, as they are not built yet: `cargo xtask test` runs them".into(),
                );
                Ok(())
            }
            Stage::Browser => browser::run(report),
            Stage::Build => shop::build().inspect_err(|_| report.shop_failed = true),
            Stage::Size if report.shop_failed => Err(no_shop()),
            Stage::Size => size::run(&size::Options { no_build: true, ..Default::default() }),
            Stage::Walls => walls::check(),
            Stage::Package | Stage::Examples if report.shop_failed => Err(no_shop()),
            Stage::Package => package::check(),
            Stage::Examples => examples::with_what_is_built(),
            Stage::Journeys if report.shop_failed => Err(no_shop()),
            Stage::Journeys => journeys(report),
        }
    }
}

fn no_shop() -> Failure {
    Failure("not run, as the shop could not be built".into())
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = command::program("cargo");
    command.args(arguments);
    command
}

fn finish(command: Command) -> Result<()> {
    follow(command, LIMIT, |_| {})
}

fn format() -> Result<()> {
    Toolbox::with(&[Need::Components])?;
    finish(cargo(&["fmt", "--all", "--check"])).map_err(|_| Failure("not formatted: run `cargo fmt`".into()))
}

fn clippy(quick: bool) -> Result<()> {
    Toolbox::with(&[Need::Components])?;
    let native = finish(cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]));
    if quick {
        return native;
    }
    Toolbox::with(&[Need::WasmTarget])?;
    let wasm = ["clippy", "--target", "wasm32-unknown-unknown", "--all-targets", "--", "-D", "warnings"];
    native.and(finish(cargo(&wasm)))
}

/// Licences, sources and bans; advisories where their list can be had.
fn dependencies(report: &mut Report) -> Result<()> {
    finish(cargo(&["metadata", "--locked", "--no-deps", "--format-version=1", "--quiet"]))
        .map_err(|_| Failure("Cargo.lock is not up to date: run `cargo check`, and commit it".into()))?;
    let tools = Toolbox::with(&[Need::CargoDeny])?;
    let deny = |arguments: &[&str]| {
        let mut command = tools.command("cargo-deny");
        command.arg("--workspace").args(arguments);
        command
    };
    let rules = finish(deny(&["check", "licenses", "bans", "sources"]));
    let advisories = match follow(deny(&["fetch", "db"]), ADVISORIES_LIMIT, |_| {}) {
        Ok(()) => finish(deny(&["check", "--disable-fetch", "advisories"])),
        Err(_) => {
            report.note("security advisories were not checked, as their database cannot be fetched from here".into());
            Ok(())
        }
    };
    rules.and(advisories)
}

fn docs() -> Result<()> {
    let mut doc = cargo(&["doc", "--workspace", "--no-deps"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    finish(doc)
}

/// The merchant's unit file, as systemd itself reads it.
fn unit(report: &mut Report) -> Result<()> {
    let systemd = "systemd-analyze";
    if tools::on_path(systemd).is_none() {
        report.note(format!("merchant/merchant.service was not verified, as there is no {systemd} here"));
        return Ok(());
    }
    let path = Path::new("merchant/merchant.service");
    let unit = fs::read_to_string(path).map_err(|e| failed(path, &e))?;
    let folder = shop::target_folder()?.join("unit");
    make_anew(&folder)?;
    // The program need not be installed where it is read.
    let copy = folder.join("merchant.service");
    fs::write(&copy, unit.replace("/usr/local/bin/merchant", "/bin/true")).map_err(|e| failed(&copy, &e))?;
    let mut verify = command::program(systemd);
    verify.arg("verify").arg(&copy);
    // It warns of what it does not know, and succeeds.
    let mut said = Vec::new();
    follow(verify, LIMIT, |line| said.extend(line.contains("merchant.service").then(|| line.to_owned())))?;
    match said.first() {
        Some(line) => Err(Failure(line.clone())),
        None => Ok(()),
    }
}

fn native(report: &mut Report) -> Result<()> {
    let mut test = cargo(&["test", "--workspace", "--no-fail-fast"]);
    test.env("RUST_TEST_THREADS", THREADS).env("CARGO_TERM_COLOR", "never");
    let mut tally = Tally::default();
    let outcome = follow(test, LIMIT, |line| tally.line(line));
    report.add_tally(Kind::Native, &tally);
    outcome.and_then(|()| some(tally.of(|_| true), "native tests"))
}

/// Thousands of payments on virtual time, everything that two tabs can come to, and each rule switched off in turn, which must be found.
fn simulation() -> Result<()> {
    const SIMULATED: &[&str] = &["run", "--quiet", "--package", "simulation", "--bin", "simulation", "--"];
    const EXPLORED: &[&str] = &["run", "--quiet", "--package", "simulation", "--bin", "explore", "--"];
    let with = |command: &[&str], arguments: &[&str]| {
        let mut command = cargo(command);
        command.args(arguments);
        command
    };
    finish(with(SIMULATED, &["--seeds", "20000"]))?;
    finish(with(EXPLORED, &["--deeper", "-3"]))?;
    for looks in [SIMULATED, EXPLORED] {
        let mut rules_off = with(looks, &["--rules-off"]);
        programs::where_rules_can_be_off(&mut rules_off)?;
        finish(rules_off)?;
    }
    Ok(())
}

/// The merchant's tests once more, with PostgreSQL for SQLite, and those of its replicas, which keep the contract together.
fn postgresql(report: &mut Report) -> Result<()> {
    Toolbox::with(&[Need::Postgresql])?;
    let server = Server::start().map_err(|e| Failure(e.to_string()))?;
    // All of the workspace, as another selection of packages would be compiled anew.
    let mut test = cargo(&["test", "--workspace", "--no-fail-fast"]);
    for name in merchant_tests()? {
        test.arg("--test").arg(name);
    }
    test.args(["--test", "reference"]);
    test.args(["--", "--include-ignored", "--skip", "the_reference_keeps_the_contract"])
        .env("MERCHANT_TESTS_POSTGRES", server.url())
        .env("RUST_TEST_THREADS", THREADS)
        .env("CARGO_TERM_COLOR", "never");
    let mut tally = Tally::default();
    let outcome = follow(test, LIMIT, |line| tally.line(line));
    report.add_tally(Kind::Postgresql, &tally);
    outcome.and_then(|()| some(tally.of(|_| true), "tests of the merchant"))
}

/// The contract: requests made up from it, thousands of them, and the example backends.
fn contract(report: &mut Report) -> Result<()> {
    let mut needs = vec![Need::NpmTools];
    let mut left_out = Vec::new();
    for (need, test, what) in [
        (Need::Schemathesis, "whatever_is_sent", "requests that are made up from the contract were not sent"),
        (Need::Php, "php_keeps", "the example in PHP was not checked"),
    ] {
        match Toolbox::with(&[need]) {
            Ok(_) => needs.push(need),
            Err(failure) => {
                report.note(format!("{what}: {failure}"));
                left_out.extend(["--skip", test]);
            }
        }
    }
    let mut test = Toolbox::with(&needs)?.command("cargo");
    test.args(["test", "--workspace", "--test", "made_up", "--test", "examples", "--no-fail-fast", "--", "--ignored"]);
    test.args(left_out).env("RUST_TEST_THREADS", THREADS).env("CARGO_TERM_COLOR", "never");
    let mut tally = Tally::default();
    let outcome = follow(test, LIMIT, |line| tally.line(line));
    report.add_tally(Kind::Contract, &tally);
    outcome.and_then(|()| some(tally.of(|_| true), "tests of the contract"))
}

fn merchant_tests() -> Result<Vec<OsString>> {
    let folder = Path::new("merchant/tests");
    let entries = fs::read_dir(folder).map_err(|e| failed(folder, &e))?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| failed(folder, &e))?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(OsString::from));
        }
    }
    names.sort();
    Ok(names)
}

/// Whole payments, in real browsers: the ignored tests. Those that are made in every engine are shown as a table.
fn journeys(report: &mut Report) -> Result<()> {
    Toolbox::with(&[Need::Browser, Need::WebTools])?;
    if !Path::new(shop::DIST).join("index.html").is_file() {
        return Err(Failure("the shop is not built: run `cargo xtask build`".into()));
    }
    // All of the workspace, as another selection of packages would be compiled anew.
    let mut test = cargo(&["test", "--workspace", "--test", "journeys", "--no-fail-fast", "--", "--ignored"]);
    for missing in engines::leave_out_what_is_missing(&mut test) {
        report.note(missing);
    }
    test.env("RUST_TEST_THREADS", "3").env("CARGO_TERM_COLOR", "never");
    tools::for_journeys(&mut test)?;
    let (mut tally, mut table) = (Tally::default(), Table::default());
    let outcome = follow(test, LIMIT, |line| {
        tally.line(line);
        table.line(line);
    });
    println!("\n{table}");
    report.add_tally(Kind::Journey, &tally);
    outcome.and_then(|()| some(tally.of(|_| true), "journeys"))
}

fn some(counts: Counts, what: &str) -> Result<()> {
    if counts == Counts::default() { Err(Failure(format!("no {what} were found"))) } else { Ok(()) }
}
