//! Every check and test of the workspace, and how many of each kind passed.

mod browser;
mod report;
mod stage;
mod tally;
mod walls;

use crate::failure::{Failure, Result};
use clap::ValueEnum;
use report::Report;
use stage::Stage;
use std::time::Instant;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only what is quick: format, clippy, native tests, and the browser tests if they have been built before
    #[arg(long)]
    quick: bool,
    /// Only these, as often as wanted
    #[arg(long, value_name = "STAGE", conflicts_with = "quick")]
    only: Vec<Stage>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut report = Report::default();
    for stage in Stage::value_variants() {
        let wanted =
            if options.quick { stage.is_quick() } else { options.only.is_empty() || options.only.contains(stage) };
        if !wanted {
            continue;
        }
        println!("\n== {} ==", stage.name());
        let started = Instant::now();
        let outcome = stage.run(&mut report, options.quick);
        report.finish(stage.name(), stage.kind(), outcome);
        println!("== {}: {} s ==", stage.name(), started.elapsed().as_secs());
    }
    print!("\n{report}");
    // The very last line is the count, so nothing is said after it.
    if report.passed() { Ok(()) } else { Err(Failure::already_said()) }
}
