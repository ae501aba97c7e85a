//! `explore`: goes through everything that two tabs can come to, as far as a depth, and prints how much that was.

use clap::Parser;
use simulation::model::{Bounds, TwoTabs};
use stateright::{Checker, Expectation, Model};
use std::process::ExitCode;
use std::time::Instant;

#[derive(Parser)]
#[command(name = "cargo xtask explore", bin_name = "cargo xtask explore")]
struct Options {
    /// How many things happen one after the other
    #[arg(long, default_value_t = 12)]
    depth: usize,
    /// How many times Pay is pressed
    #[arg(long, default_value_t = 2)]
    presses: u8,
    /// How many requests or answers are lost
    #[arg(long, default_value_t = 1)]
    losses: u8,
    /// How many times a page is loaded again
    #[arg(long, default_value_t = 1)]
    reloads: u8,
    /// The backend knows its keys, and has no other guard
    #[arg(long)]
    keys_alone: bool,
    /// Switches rules off, of which each must be found out
    #[cfg(rules_can_be_off)]
    #[arg(long)]
    rules_off: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    #[cfg(rules_can_be_off)]
    if options.rules_off {
        return rules_off(&options);
    }
    if explore(&options, options.keys_alone) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether nothing was found to be wrong.
fn explore(options: &Options, keys_alone: bool) -> bool {
    let began = Instant::now();
    let bounds =
        Bounds { presses: options.presses, losses: options.losses, reloads: options.reloads, guards: !keys_alone };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let checker = TwoTabs(bounds).checker().threads(threads).target_max_depth(options.depth).spawn_bfs().join();
    println!(
        "{} states, {} of them different, to a depth of {}, in {:.0} s",
        checker.state_count(),
        checker.unique_state_count(),
        checker.max_depth(),
        began.elapsed().as_secs_f64(),
    );
    let mut is_right = true;
    for property in checker.model().properties() {
        let found = checker.discovery(property.name);
        let word = match (&property.expectation, &found) {
            (Expectation::Sometimes, Some(_)) => "happens",
            // A smaller depth may not get there.
            (Expectation::Sometimes, None) => "not within this depth",
            (_, None) => "holds",
            (_, Some(path)) => {
                is_right = false;
                println!("what leads there:");
                for (at, action) in path.clone().into_actions().iter().enumerate() {
                    println!("{:>4}  {action:?}", at + 1);
                }
                "IS BROKEN"
            }
        };
        println!("{}: {word}", property.name);
    }
    if is_right {
        println!("0 counterexamples");
    }
    is_right
}

/// Rules that two tabs can break within a few steps: the first where no guard stands behind the page.
#[cfg(rules_can_be_off)]
fn rules_off(options: &Options) -> ExitCode {
    let mut exit = ExitCode::SUCCESS;
    for (rule, keys_alone) in [(1, true), (2, false)] {
        paymentsos_core::flow::switch_off(rule);
        println!("rule {rule} off:");
        if explore(options, keys_alone) {
            println!("NOT found");
            exit = ExitCode::FAILURE;
        }
    }
    exit
}
