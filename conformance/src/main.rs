//! `conformance`: the checks as a program. It succeeds where no rule is broken.

use clap::Parser;
use conformance::{Options, run};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(report) => {
            print!("{report}");
            if report.is_kept() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(unusable) => {
            eprintln!("error: {unusable}");
            ExitCode::FAILURE
        }
    }
}
