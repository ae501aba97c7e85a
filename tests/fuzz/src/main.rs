//! Gives files to a target: `fuzz-targets TARGET FILE…`. What a fuzzer has found is so repeated without it.

use std::env;
use std::fs;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let Some(target) = arguments.next().as_deref().and_then(fuzz_targets::target) else {
        let names: Vec<&str> = fuzz_targets::TARGETS.iter().map(|target| target.name).collect();
        eprintln!("the first argument names a target: {}", names.join(", "));
        return ExitCode::FAILURE;
    };
    for path in arguments {
        match fs::read(&path) {
            Ok(bytes) => (target.run)(&bytes),
            Err(error) => {
                eprintln!("{path}: {error}");
                return ExitCode::FAILURE;
            }
        }
        println!("{path}: all holds");
    }
    ExitCode::SUCCESS
}
