//! Tells whether a backend keeps the contract of the Merchant API: it calls the backend as the checkout component would, and as
//! nobody should, and says of each rule that is broken what a shopper would have suffered.
//!
//! Where to look: [`Options`] for what it needs to be told; `checks` for the rules, a file a subject; `lab` for what a check works with.

#![warn(missing_docs)]

mod backend;
mod checks;
mod lab;
mod options;
mod orders;
mod report;
mod sandbox;

pub use options::{Options, Unusable};
pub use report::{Outcome, Report, Verdict};

use lab::Lab;

/// Runs every check, one after the other.
///
/// # Errors
///
/// Where the backend cannot be called at all, or there is nothing to pay.
pub async fn run(options: &Options) -> Result<Report, Unusable> {
    let lab = Lab::open(options).await?;
    let mut report = Report::default();
    for check in checks::all() {
        if options.only.is_empty() || options.only.iter().any(|name| name == check.name) {
            let verdict = (check.run)(&lab).await;
            lab.tidy_up().await;
            report.add(check, verdict);
        }
    }
    Ok(report)
}
