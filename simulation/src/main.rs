//! `simulate`: many stories, or one of them told in words.

use clap::Parser;
use simulation::Fault;
use simulation::shrink::shrink;
use simulation::story::{self, End, Story};
use std::process::ExitCode;
use std::time::Instant;

#[cfg(rules_can_be_off)]
mod rules_off;

#[derive(Parser)]
#[command(name = "cargo xtask simulate", bin_name = "cargo xtask simulate")]
struct Options {
    /// How many payments
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first of the seeds
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Tells the story of that seed alone
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// Tells the story of those choices, as a shortened story gives them
    #[arg(long, value_delimiter = '.', conflicts_with_all = ["seeds", "seed"])]
    tape: Option<Vec<u32>>,
    /// Switches each rule off in turn, and looks how soon that is found
    #[cfg(rules_can_be_off)]
    #[arg(long)]
    rules_off: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    #[cfg(rules_can_be_off)]
    if options.rules_off {
        return rules_off::run();
    }
    if let Some(tape) = options.tape {
        return tell(&story::of_tape(&tape, true));
    }
    if let Some(seed) = options.seed {
        return tell(&story::of_seed(seed, true));
    }
    let began = Instant::now();
    let (mut faults, mut ends, mut inputs) = (vec![0; Fault::ALL.len()], [0u64; 4], 0);
    for seed in options.from..options.from.saturating_add(options.seeds) {
        let story = story::of_seed(seed, false);
        if story.violation.is_some() {
            return shortest(seed, &story);
        }
        for (count, more) in faults.iter_mut().zip(&story.faults) {
            *count += more;
        }
        ends[story.end as usize] += 1;
        inputs += story.inputs;
    }
    let took = began.elapsed().as_secs_f64();
    println!(
        "{:>10}  payments, {:.0} a second on one core, {inputs} inputs of the flow",
        options.seeds,
        options.seeds as f64 / took
    );
    for (end, name) in [
        (End::Succeeded, "succeeded"),
        (End::Failed, "failed"),
        (End::Pending, "undecided"),
        (End::Nothing, "nothing made"),
    ] {
        println!("{:>10}  {name}", ends[end as usize]);
    }
    println!("faults injected:");
    for (fault, count) in Fault::ALL.iter().zip(&faults) {
        println!("{count:>10}  {}", fault.name());
    }
    println!("{} payments, 0 violations", options.seeds);
    ExitCode::SUCCESS
}

/// The story in words; a failure where it breaks a rule.
fn tell(story: &Story) -> ExitCode {
    for (at, what) in &story.told {
        println!("{:>12.3}  {what}", *at as f64 / 1_000.0);
    }
    match &story.violation {
        Some(violation) => {
            println!("broken: rule {}, {}: {}", violation.rule, violation.name, violation.seen);
            ExitCode::FAILURE
        }
        None => {
            println!("no rule was broken");
            ExitCode::SUCCESS
        }
    }
}

fn shortest(seed: u64, story: &Story) -> ExitCode {
    println!("seed {seed} breaks a rule; its shortest story:");
    let tape = shrink(story);
    let exit = tell(&story::of_tape(&tape, true));
    let tape: Vec<String> = tape.iter().map(u32::to_string).collect();
    println!("to tell it again: cargo xtask simulate --tape {}", tape.join("."));
    println!("to tell the whole: cargo xtask simulate --seed {seed}");
    exit
}
