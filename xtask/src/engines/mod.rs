//! The engines that journeys are made in: which of them can be had here, and what became of the journeys in each.

mod table;

pub(crate) use table::Table;

use crate::command::{self, follow};
use crate::failure::{Failure, Result};
use crate::shop;
use crate::tools::{self, Need, Toolbox};
use clap::ValueEnum;
use std::process::Command;
use std::time::Duration;

/// How long all journeys and walks may take.
const LIMIT: Duration = Duration::from_secs(3 * 60 * 60);
/// Journeys wait for browsers more than they compute.
const THREADS: &str = "3";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    Webkit,
}

impl Engine {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Engine::Chromium => "chromium",
            Engine::Firefox => "firefox",
            Engine::Webkit => "webkit",
        }
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Engine::Chromium => &[Need::Browser],
            Engine::Firefox => &[Need::Firefox, Need::Geckodriver],
            Engine::Webkit => &[Need::WebKit],
        }
    }
}

/// Sets up the engines, and has those left out of the journeys that cannot be had. What is left out is said.
pub(crate) fn leave_out_what_is_missing(journeys: &mut Command) -> Vec<String> {
    let mut said = Vec::new();
    for engine in Engine::value_variants() {
        if let Err(failure) = Toolbox::with(engine.needs()) {
            leave_out(*engine, journeys);
            said.push(format!("no journey was made in {}: {failure}", engine.name()));
        }
    }
    said
}

fn leave_out(engine: Engine, journeys: &mut Command) {
    journeys.args(["--skip", &format!("::{}", engine.name())]);
}

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only in this one
    #[arg(long)]
    engine: Option<Engine>,
    /// How many random walks in each
    #[arg(long, default_value_t = 100)]
    walks: u32,
    /// The seed of the first random walk, to make it again; each further one has the next number
    #[arg(long)]
    seed: Option<u64>,
    /// Only journeys with this in their name, such as `hard::` or `random_walks`
    #[arg(long, default_value = "")]
    only: String,
    /// With the shop as it was built last
    #[arg(long)]
    no_build: bool,
}

/// Makes the journeys of every engine, at full size, and prints the table.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !options.no_build {
        shop::build()?;
    }
    Toolbox::with(&[Need::WebTools])?;
    let mut journeys = command::program("cargo");
    let only = format!("engines::{}", options.only);
    journeys.args(["test", "--workspace", "--test", "journeys", "--", "--ignored", &only]);
    for engine in Engine::value_variants() {
        if options.engine.is_some_and(|wanted| wanted != *engine) {
            leave_out(*engine, &mut journeys);
        }
    }
    let missing = match options.engine {
        Some(engine) => Toolbox::with(engine.needs()).map(|_| Vec::new())?,
        None => leave_out_what_is_missing(&mut journeys),
    };
    journeys.env("JOURNEYS_WALKS", options.walks.to_string());
    if let Some(seed) = options.seed {
        journeys.env("JOURNEYS_SEED", seed.to_string());
    }
    journeys.env("RUST_TEST_THREADS", THREADS).env("CARGO_TERM_COLOR", "never");
    tools::for_journeys(&mut journeys)?;
    let mut table = Table::default();
    let outcome = follow(journeys, LIMIT, |line| table.line(line));
    println!("\n{table}");
    for said in missing {
        println!("{said}");
    }
    if table.is_empty() {
        return Err(Failure(format!("no journey has “{only}” in its name")));
    }
    outcome
}
