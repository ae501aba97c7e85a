//! The engines that journeys are made in: which of them can be had here, and what became of the journeys in each.

mod table;

pub(crate) use table::Table;

use crate::command::{self, follow};
use crate::examples;
use crate::failure::{Failure, Result};
use crate::files::copy_all;
use crate::shop;
use crate::smallest;
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

    /// What the names of its journeys end with.
    fn suffix(self) -> String {
        format!("::{}", self.name())
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
            said.push(no_journey_in(*engine, &failure));
        }
    }
    said.extend(sets_up_the_clock());
    said
}

fn no_journey_in(engine: Engine, failure: &Failure) -> String {
    format!("no journey was made in {}: {failure}", engine.name())
}

/// Sets up what a browser has another clock with. Without it, pages have one.
fn sets_up_the_clock() -> Option<String> {
    let failure = Toolbox::with(&[Need::Faketime]).err()?;
    Some(format!("no browser's own clock was set ahead: {failure}"))
}

fn leave_out(engine: Engine, journeys: &mut Command) {
    journeys.args(["--skip", &engine.suffix()]);
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
    /// The journeys too that `cargo xtask test` makes in Chromium alone
    #[arg(long)]
    all: bool,
    /// With the shop, and the example pages, as they were built last
    #[arg(long)]
    no_build: bool,
    /// With the module that the npm package has, which a nightly compiler builds
    #[arg(long, conflicts_with = "no_build")]
    published: bool,
}

/// Makes the journeys of every engine, at full size, and prints the table.
pub(crate) fn run(options: &Options) -> Result<()> {
    match (options.no_build, options.all) {
        (true, _) => {}
        (false, true) => examples::run()?,
        (false, false) => shop::build()?,
    }
    if options.published {
        copy_all(&smallest::build()?, shop::component())?;
    }
    Toolbox::with(&[Need::WebTools])?;
    let (mut engines, mut missing) = (Vec::new(), Vec::new());
    for engine in Engine::value_variants() {
        if options.engine.is_none_or(|wanted| wanted == *engine) {
            match Toolbox::with(engine.needs()) {
                Ok(_) => engines.push(*engine),
                Err(failure) if options.engine.is_some() => return Err(failure),
                Err(failure) => missing.push(no_journey_in(*engine, &failure)),
            }
        }
    }
    missing.extend(sets_up_the_clock());
    let mut table = Table::default();
    let is_left_out = |name: &str| {
        Engine::value_variants().iter().any(|engine| !engines.contains(engine) && name.ends_with(&engine.suffix()))
    };
    let wanted = names()?.into_iter().filter(|name| name.contains(&options.only) && !is_left_out(name));
    let (of_every_engine, others): (Vec<_>, Vec<_>) = wanted.partition(|name| name.starts_with("engines::"));
    let mut outcome = Ok(());
    if !of_every_engine.is_empty() {
        outcome = follow(made(&of_every_engine, options)?, LIMIT, |line| table.line(line));
    }
    for engine in engines.into_iter().filter(|_| options.all && !others.is_empty()) {
        table.has_at_hand(engine);
        let mut journeys = made(&others, options)?;
        journeys.env("JOURNEYS_ENGINE", engine.name());
        outcome = outcome.and(follow(journeys, LIMIT, |line| table.line(line)));
    }
    println!("\n{table}");
    for said in missing {
        println!("{said}");
    }
    if table.is_empty() {
        return Err(Failure(format!("no journey has “{}” in its name", options.only)));
    }
    outcome
}

const JOURNEYS: [&str; 6] = ["test", "--workspace", "--test", "journeys", "--", "--ignored"];

/// The names of all journeys.
fn names() -> Result<Vec<String>> {
    let mut list = command::program("cargo");
    list.args(JOURNEYS).args(["--list", "--format", "terse"]);
    let listed = command::read(&mut list)?;
    Ok(listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

/// What makes those journeys.
fn made(names: &[String], options: &Options) -> Result<Command> {
    let mut journeys = command::program("cargo");
    journeys.args(JOURNEYS).arg("--exact").args(names);
    journeys.env("JOURNEYS_WALKS", options.walks.to_string());
    if let Some(seed) = options.seed {
        journeys.env("JOURNEYS_SEED", seed.to_string());
    }
    journeys.env("RUST_TEST_THREADS", THREADS).env("CARGO_TERM_COLOR", "never");
    tools::for_journeys(&mut journeys)?;
    Ok(journeys)
}
