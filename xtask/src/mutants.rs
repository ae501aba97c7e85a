//! `cargo xtask mutants`: changes the flow in a thousand small ways, and looks whether a test finds each.

use crate::command::{self, follow};
use crate::failure::{Failure, Result};
use crate::shop;
use crate::tools::{Need, Toolbox};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(3 * 60 * 60);
/// CI takes one of so many parts: a few minutes.
const PARTS: u64 = 40;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only those with this in their names, such as `confirm.rs` or `Flow::decide` (a regular expression)
    #[arg(long)]
    only: Option<String>,
    /// Only one part of many, such as 3/40
    #[arg(long)]
    part: Option<String>,
}

/// All of them, or those that are wanted.
pub(crate) fn run(options: &Options) -> Result<()> {
    let only = options.only.iter().flat_map(|only| ["--re", only]);
    let part = options.part.iter().flat_map(|part| ["--shard", part, "--sharding", "round-robin"]);
    finish(mutants(only.chain(part))?)
}

/// One part of many, another one for every commit.
pub(crate) fn run_a_part() -> Result<()> {
    let head = command::read(command::program("git").args(["rev-parse", "HEAD"]))?;
    let number = head.get(..8).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default() % PARTS;
    println!("part {number}/{PARTS}; again by `cargo xtask mutants --part {number}/{PARTS}`");
    run(&Options { only: None, part: Some(format!("{number}/{PARTS}")) })
}

fn mutants<'a>(which: impl Iterator<Item = &'a str>) -> Result<Command> {
    let mut mutants = Toolbox::with(&[Need::CargoMutants])?.command("cargo");
    mutants.args(["mutants", "--package", "paymentsos-core", "--no-times", "--colors", "never", "--output"]);
    mutants.arg(shop::target_folder()?);
    // What waits for ever does so within the time of a thousand stories.
    mutants.args(["--timeout", "90"]);
    mutants.args(which);
    // Every mutant is compiled, and run once.
    mutants.args(["--cargo-arg", "--config=profile.dev.package.paymentsos-core.opt-level=0"]);
    mutants.env("CARGO_PROFILE_DEV_DEBUG", "0");
    // A million inputs would take longer than all other tests together, and find nothing more.
    mutants.args(["--", "--lib", "--tests", "--", "--skip", "a_million_inputs"]);
    Ok(mutants)
}

fn finish(mutants: Command) -> Result<()> {
    let mut missed = Vec::new();
    follow(mutants, LIMIT, |line| {
        if ["MISSED", "TIMEOUT"].iter().any(|start| line.starts_with(start)) {
            missed.push(line.to_owned());
        }
    })
    .map_err(|Failure(why)| {
        if missed.is_empty() {
            return Failure(why);
        }
        Failure(format!(
            "not every mutant was found; write a test that tells it apart, or say in .cargo/mutants.toml why none can:\n{}",
            missed.join("\n")
        ))
    })
}
