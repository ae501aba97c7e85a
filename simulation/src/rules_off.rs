//! Each rule is switched off in turn: that must be found, and soon, or the simulation does not look.

use paymentsos_core::flow::switch_off;
use simulation::story;
use std::process::ExitCode;

/// By then, a rule that is off must have been found broken.
const SOON: u64 = 10_000;

const RULES: [(u8, &str); 6] = [
    (1, "one payment, never two: each press has a key of its own"),
    (2, "no false result: what is not known at the deadline has failed"),
    (3, "from anywhere, but only to look: Pay is offered to whoever has an address"),
    (5, "every wait ends: there is no deadline"),
    (6, "no dead end: a page that is shown again does nothing"),
    (8, "what the shopper saw is what is charged: whatever was read is sent"),
];

pub(crate) fn run() -> ExitCode {
    let mut exit = ExitCode::SUCCESS;
    for (rule, what) in RULES {
        switch_off(rule);
        let found = (0..SOON).find_map(|seed| {
            let violation = story::of_seed(seed, false).violation.filter(|violation| violation.rule == rule)?;
            Some((seed, violation))
        });
        match found {
            Some((seed, violation)) => println!("rule {rule} off ({what}): found by seed {seed}: {}", violation.name),
            None => {
                println!("rule {rule} off ({what}): NOT found by {SOON} seeds");
                exit = ExitCode::FAILURE;
            }
        }
    }
    exit
}
