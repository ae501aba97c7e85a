//! `cargo xtask fuzz`: gives bytes to everything that reads what others have written, and to the flow, led by which of the code's lines
//! they reach (libFuzzer, by cargo-fuzz, on a nightly toolchain). What each target looks at is in `tests/fuzz/src/`.

mod coverage;
mod log;

use crate::command;
use crate::failure::{Failure, Result};
use crate::files::{self, failed, make_anew, names_in};
use crate::shop;
use crate::tools::{self, Need, Toolbox};
use log::Figures;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const PROGRAMS: &str = "tests/fuzz/cargo-fuzz";
const KEPT: &str = "tests/fuzz/corpus";
/// The longest input that is tried, in bytes: more would only be slower.
const LONGEST: u32 = 4_096;
/// What takes longer than this for one input, in seconds, is a finding.
const SLOW: u32 = 10;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only this target
    #[arg(long)]
    target: Option<String>,
    /// How long each target is given bytes, in seconds
    #[arg(long, default_value_t = 600)]
    seconds: u32,
    /// Only give this file to the target, without a fuzzer: repeats what was found
    #[arg(long, value_name = "FILE", requires = "target")]
    input: Option<PathBuf>,
    /// Afterwards say how many lines of the code were reached, file by file; takes a build of its own
    #[arg(long)]
    coverage: bool,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    if let (Some(target), Some(input)) = (&options.target, &options.input) {
        return repeat(target, input);
    }
    let targets = wanted(options)?;
    let fuzzer = Fuzzer::ready()?;
    fuzzer.build(options.target.as_deref())?;
    let mut table = Vec::new();
    for target in targets {
        let figures = fuzzer.fuzz(&target, options.seconds)?;
        println!("{figures}");
        table.push((target, figures));
    }
    println!("\n{}", log::table(&table));
    if options.coverage {
        let targets: Vec<&str> = table.iter().map(|(target, _)| target.as_str()).collect();
        println!("\n{}", coverage::measured(&fuzzer, &targets)?);
    }
    let mut code = ExitCode::SUCCESS;
    for (target, figures) in &table {
        for input in &figures.findings {
            println!("{target} has found something: cargo xtask fuzz --target {target} --input {input}");
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// Gives a file to a target, on the toolchain that the project is built with.
fn repeat(target: &str, input: &Path) -> Result<ExitCode> {
    let mut program = command::program("cargo");
    program.args(["run", "--quiet", "--package", "fuzz-targets", "--", target]).arg(input);
    command::code(&mut program).map(ExitCode::from)
}

fn wanted(options: &Options) -> Result<Vec<String>> {
    let programs = names_in(&Path::new(PROGRAMS).join("fuzz_targets"))?;
    let all: Vec<String> = programs.iter().filter_map(|name| name.strip_suffix(".rs")).map(str::to_owned).collect();
    match &options.target {
        None => Ok(all),
        Some(target) if all.contains(target) => Ok(vec![target.clone()]),
        Some(target) => Err(Failure(format!("there is no target {target}, only {}", all.join(", ")))),
    }
}

/// cargo-fuzz, and the folder that all of it is written to.
struct Fuzzer {
    tools: Toolbox,
    folder: PathBuf,
}

impl Fuzzer {
    fn ready() -> Result<Fuzzer> {
        let tools = Toolbox::with(&[Need::Nightly, Need::CargoFuzz])?;
        // Its workspace is another, and is to be built from the same versions.
        files::copy(Path::new("Cargo.lock"), &Path::new(PROGRAMS).join("Cargo.lock"))?;
        Ok(Fuzzer { tools, folder: shop::target_folder()?.join("fuzz") })
    }

    /// `cargo fuzz` with a subcommand, on the nightly toolchain. The project has no unsafe code, for which alone a sanitizer would look.
    /// What is built goes into that folder.
    fn cargo(&self, subcommand: &str, folder: &str) -> Command {
        let mut cargo = self.tools.command("rustup");
        cargo.args(["run", tools::NIGHTLY, "cargo", "fuzz", subcommand]);
        cargo.args(["--fuzz-dir", PROGRAMS, "--sanitizer", "none", "--target-dir"]).arg(self.folder.join(folder));
        cargo
    }

    fn build(&self, target: Option<&str>) -> Result<()> {
        command::run(self.cargo("build", "build").args(target))
    }

    /// What was found worth keeping while a target was run.
    fn corpus(&self, target: &str) -> PathBuf {
        self.folder.join("corpus").join(target)
    }

    /// Runs a target from the inputs that are kept.
    fn fuzz(&self, target: &str, seconds: u32) -> Result<Figures> {
        let (found, artifacts) = (self.corpus(target), self.folder.join("findings").join(target));
        make_anew(&found)?;
        make_anew(&artifacts)?;
        let path = self.folder.join(format!("{target}.log"));
        let log = File::create(&path).map_err(|e| failed(&path, &e))?;
        let mut fuzz = self.cargo("run", "build");
        fuzz.arg(target).arg(&found).arg(Path::new(KEPT).join(target)).arg("--");
        fuzz.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={LONGEST}"));
        fuzz.arg(format!("-timeout={SLOW}")).arg("-print_final_stats=1");
        // It ends in the file's name, so the folder needs its separator.
        let mut prefix = OsString::from("-artifact_prefix=");
        prefix.push(artifacts.join(""));
        fuzz.arg(prefix);
        fuzz.stdout(log.try_clone().map_err(|e| failed(&path, &e))?).stderr(log);
        let code = command::code(&mut fuzz)?;
        let text = fs::read_to_string(&path).map_err(|e| failed(&path, &e))?;
        let findings = names_in(&artifacts)?.into_iter().map(|name| artifacts.join(name).display().to_string());
        let figures = Figures::of(&text, findings.collect());
        match figures {
            Some(figures) if code == 0 || !figures.findings.is_empty() => Ok(figures),
            _ => Err(Failure(format!("{target} could not be run: {} says why", path.display()))),
        }
    }
}
