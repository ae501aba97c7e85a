//! Commands that are programs of their own, built and run with what is given.

use crate::command;
use crate::failure::Result;
use crate::shop;
use std::ffi::OsString;
use std::process::{Command, ExitCode};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// What the program is given
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    arguments: Vec<OsString>,
}

impl Options {
    pub(crate) fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// The program of that package, with what it is given.
    pub(crate) fn program(&self, which: &[&str]) -> Command {
        let mut program = command::program("cargo");
        program.args(["run", "--quiet"]).args(which).arg("--").args(&self.arguments);
        program
    }
}

/// Tells whether a backend keeps the contract, by its exit code too.
pub(crate) fn conformance(options: &Options) -> Result<ExitCode> {
    run(&["--package", "conformance"], options)
}

/// Simulates whole payments. Where a rule is to be switched off, that is a build of its own.
pub(crate) fn simulate(options: &Options) -> Result<ExitCode> {
    run_where_rules_can_be_off(&["--package", "simulation", "--bin", "simulation"], options)
}

/// Goes through all that can happen to a payment in two tabs.
pub(crate) fn explore(options: &Options) -> Result<ExitCode> {
    run_where_rules_can_be_off(&["--package", "simulation", "--bin", "explore"], options)
}

fn run_where_rules_can_be_off(which: &[&str], options: &Options) -> Result<ExitCode> {
    let mut program = options.program(which);
    if options.arguments.iter().any(|argument| argument == "--rules-off") {
        where_rules_can_be_off(&mut program)?;
    }
    command::code(&mut program).map(ExitCode::from)
}

/// A build in which the flow's rules can be switched off, in a folder of its own.
pub(crate) fn where_rules_can_be_off(cargo: &mut Command) -> Result<()> {
    let folder = shop::target_folder()?.join("rules-off");
    cargo.env("RUSTFLAGS", "--cfg rules_can_be_off").env("CARGO_TARGET_DIR", folder);
    Ok(())
}

fn run(which: &[&str], options: &Options) -> Result<ExitCode> {
    command::code(&mut options.program(which)).map(ExitCode::from)
}
