//! The program that tells whether a backend keeps the contract, built and run.

use crate::command;
use crate::failure::Result;
use std::ffi::OsString;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// What the program is given
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "BACKEND [OPTIONS]")]
    arguments: Vec<OsString>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut program = command::program("cargo");
    program.args(["run", "--quiet", "--package", "conformance", "--"]).args(&options.arguments);
    command::run(&mut program)
}
