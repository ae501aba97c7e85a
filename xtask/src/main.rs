//! `cargo xtask`: runs the demo, the tests and what else the workspace needs, and sets up the tools for it.

mod bench;
mod command;
mod demo;
mod engines;
mod examples;
mod failure;
mod files;
mod fuzz;
mod locales;
mod minify;
mod mutants;
mod package;
mod programs;
mod reference;
mod replay;
mod screenshots;
mod shop;
mod size;
mod smallest;
mod test;

mod tools;
mod wasm;

use clap::{Parser, Subcommand};
use failure::{Failure, Result};
use std::env;
use std::path::Path;
use std::process::ExitCode;

#[cfg(not(unix))]
compile_error!("cargo xtask runs on Linux and macOS; on Windows, use it inside WSL");

/// The workspace's commands. Each sets up the tools that it needs, the first time.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run the demo shop with its backend and a local PaymentsOS, until Ctrl-C
    Demo(demo::Options),
    /// Run every check and test, and count them
    Test(test::Options),
    /// Make the journeys of every engine, with random walks, and print them as a table
    Journeys(engines::Options),
    /// Build the demo shop into dist/, as it is published
    Build,
    /// Build the npm package into target/package/, and pack it
    Package,
    /// Pack the npm package, and build the pages of www/examples/ with it
    Examples,
    /// Write docs/reference.md from the custom elements manifest
    Reference,
    /// Check the languages, and count those that are complete and reviewed
    Locales,
    /// Picture every state, wide and narrow, light, dark and from right to left, in target/screenshots/states/
    Screenshots,
    /// Tell whether a merchant's backend keeps the contract of the Merchant API; `--help` says what it needs to be told
    #[command(disable_help_flag = true)]
    Conformance(programs::Options),
    /// Measure the component beside others, or the backend with many shoppers (`bench backend`); `--help` says more
    #[command(disable_help_flag = true)]
    Bench(programs::Options),
    /// Pay many times on virtual time, while anything goes wrong, and look whether the rules hold; `--help` says more
    #[command(disable_help_flag = true)]
    Simulate(programs::Options),
    /// Go through everything that two tabs can come to, as far as a depth; `--help` says more
    #[command(disable_help_flag = true)]
    Explore(programs::Options),
    /// Change the flow in many small ways, and look whether a test finds each
    Mutants(mutants::Options),
    /// Give bytes to everything that reads what others have written, and to the flow, for as long as wanted
    Fuzz(fuzz::Options),
    /// Tell a trace from a support ticket in words, and replay it
    Replay(replay::Options),
    /// Measure what a page loads until Pay can be pressed, against sizes.json
    Size(size::Options),
    /// Minify what trunk has built (trunk's hook in Trunk.toml calls it)
    Minify,
    /// Set up every tool without running anything, but for the fuzzer's, which need another toolchain
    Setup,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(failure) if failure.is_already_said() => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    env::set_current_dir(root()).map_err(|e| Failure(format!("{} cannot be entered: {e}", root().display())))?;
    // Ctrl-C is the ordinary end of the demo.
    command::stop_on_signals(if matches!(task, Task::Demo(_)) { 0 } else { 130 })?;
    match task {
        Task::Demo(options) => demo::run(&options),
        Task::Test(options) => test::run(&options),
        Task::Journeys(options) => engines::run(&options),
        Task::Build => shop::build(),
        Task::Examples => examples::run(),
        Task::Package => package::run(),
        Task::Reference => reference::run(),
        Task::Screenshots => screenshots::run(),
        Task::Conformance(options) => return programs::conformance(&options),
        Task::Bench(options) => return bench::run(&options),
        Task::Simulate(options) => return programs::simulate(&options),
        Task::Explore(options) => return programs::explore(&options),
        Task::Mutants(options) => mutants::run(&options),
        Task::Fuzz(options) => return fuzz::run(&options),
        Task::Replay(options) => replay::run(&options),
        Task::Locales => locales::run(),
        Task::Size(options) => size::run(&options),
        Task::Minify => minify::run(),
        Task::Setup => tools::Toolbox::with(tools::ALL).map(drop),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// The workspace's folder.
fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}
