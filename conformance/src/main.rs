//! `conformance`: the checks as a program. It succeeds where every rule was checked, and none is broken.

use clap::Parser;
use conformance::{Options, run};
use std::process::ExitCode;

/// No rule is broken, as far as they were checked.
const AS_FAR_AS_CHECKED: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        // clap's own code for what cannot be understood is 2, which means something else here.
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    match run(&options).await {
        Ok(report) => {
            print!("{report}");
            match (report.is_kept(), report.not_run()) {
                (false, _) => ExitCode::FAILURE,
                (true, 0) => ExitCode::SUCCESS,
                (true, _) if options.allow_not_run => ExitCode::SUCCESS,
                (true, _) => ExitCode::from(AS_FAR_AS_CHECKED),
            }
        }
        Err(unusable) => {
            eprintln!("error: {unusable}");
            ExitCode::FAILURE
        }
    }
}
