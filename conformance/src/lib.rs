//! Tells whether a backend keeps the contract of the Merchant API: it calls the backend as the checkout component would, and as
//! nobody should, and says of each rule that is broken what a shopper would have suffered.
//!
//! Where to look: [`Options`] for what it needs to be told; `checks` for the rules, a file a subject; `lab` for what a check works with.

#![warn(missing_docs)]

mod authorizations;
mod backend;
mod checks;
mod client;
mod kind;
mod lab;
mod options;
mod orders;
mod report;
mod sandbox;

pub use checks::payments_needed;
pub use options::{Options, Unusable};
pub use report::{Outcome, Report, Verdict};

use checks::{Check, When};
use lab::Lab;

/// Runs every check: one after the other, beside them those that are long, and afterwards what looks through the replies to all.
///
/// # Errors
///
/// Where the backend cannot be called at all, or there is nothing to pay.
pub async fn run(options: &Options) -> Result<Report, Unusable> {
    let lab = Lab::open(options).await?;
    let is_wanted = |check: &Check| options.only.is_empty() || options.only.iter().any(|name| name == check.name);
    let wanted: Vec<Check> = checks::all().into_iter().filter(is_wanted).collect();
    let run_those = async |when: When| {
        let mut outcomes = Vec::new();
        for check in wanted.iter().filter(|check| check.when() == when) {
            let verdict = check.verdict(&lab).await;
            lab.tidy_up().await;
            outcomes.push(Outcome { name: check.name, rule: check.rule, suffered: check.suffered, verdict });
        }
        outcomes
    };
    let (in_turn, beside) = tokio::join!(run_those(When::InTurn), run_those(When::Beside));
    let mut outcomes = [in_turn, beside, run_those(When::Afterwards).await].concat();
    lab.leave().await;
    outcomes.sort_by_key(|outcome| wanted.iter().position(|check| check.name == outcome.name));
    Ok(Report { outcomes })
}
