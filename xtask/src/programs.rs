//! Commands that are programs of their own, built and run with what is given.

use crate::command;
use crate::failure::Result;
use std::ffi::OsString;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// What the program is given
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    arguments: Vec<OsString>,
}

/// Tells whether a backend keeps the contract, by its exit code too.
pub(crate) fn conformance(options: &Options) -> Result<ExitCode> {
    run(&["--package", "conformance"], options)
}

/// Measures; unoptimized, there is nothing to be measured.
pub(crate) fn bench(options: &Options) -> Result<ExitCode> {
    run(&["--release", "--package", "bench"], options)
}

fn run(which: &[&str], options: &Options) -> Result<ExitCode> {
    let mut program = command::program("cargo");
    program.args(["run", "--quiet"]).args(which).arg("--").args(&options.arguments);
    command::code(&mut program).map(ExitCode::from)
}
