//! Commands that are programs of their own, built and run with what is given.

use crate::command;
use crate::failure::Result;
use std::ffi::OsString;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// What the program is given
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    arguments: Vec<OsString>,
}

/// Tells whether a backend keeps the contract.
pub(crate) fn conformance(options: &Options) -> Result<()> {
    run(&["--package", "conformance"], options)
}

/// Measures; unoptimized, there is nothing to be measured.
pub(crate) fn bench(options: &Options) -> Result<()> {
    run(&["--release", "--package", "bench"], options)
}

fn run(which: &[&str], options: &Options) -> Result<()> {
    let mut program = command::program("cargo");
    program.args(["run", "--quiet"]).args(which).arg("--").args(&options.arguments);
    command::run(&mut program)
}
