//! How many lines were reached by what the fuzzer has kept, file by file.

use super::{Fuzzer, KEPT, PROGRAMS};
use crate::command;
use crate::failure::{Failure, Result};
use crate::files::failed;
use crate::tools;
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Where the programs that measure are built.
const MEASURED: &str = "measured";
/// What the targets are about. The rest of the backend has tests of its own.
const ABOUT: [&str; 3] = ["core/src/", "merchant/src/webhooks.rs", "merchant/src/signature.rs"];

pub(super) fn measured(fuzzer: &Fuzzer, targets: &[&str]) -> Result<String> {
    for target in targets {
        let mut cargo = fuzzer.cargo("coverage", MEASURED);
        command::run(cargo.arg(target).arg(fuzzer.corpus(target)).arg(Path::new(KEPT).join(target)))?;
    }
    let tools = llvm()?;
    let all = fuzzer.folder.join("all.profdata");
    let mut merge = command::program(tools.join("llvm-profdata"));
    merge.args(["merge", "-sparse", "-o"]).arg(&all);
    merge
        .args(targets.iter().map(|target| Path::new(PROGRAMS).join("coverage").join(target).join("coverage.profdata")));
    command::run(&mut merge)?;
    let mut export = command::program(tools.join("llvm-cov"));
    export.args(["export", "-summary-only", "-instr-profile"]).arg(&all);
    for program in targets.iter().map(|target| program(fuzzer, target)) {
        export.arg("-object").arg(program?);
    }
    let said = command::read(&mut export)?;
    let said: Value = serde_json::from_str(&said).map_err(|e| Failure(format!("llvm-cov says no JSON: {e}")))?;
    Ok(told(&said))
}

/// The folder of the nightly toolchain's own LLVM programs.
fn llvm() -> Result<PathBuf> {
    let asked = |what: &[&str]| {
        let mut rustc = command::program("rustup");
        command::read(rustc.args(["run", tools::NIGHTLY, "rustc"]).args(what))
    };
    let (sysroot, version) = (asked(&["--print", "sysroot"])?, asked(&["-vV"])?);
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or_else(|| Failure("rustc does not say what it is for".into()))?;
    Ok(Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin"))
}

/// The program that cargo-fuzz has measured with, which lies below a folder named after the host.
fn program(fuzzer: &Fuzzer, target: &str) -> Result<PathBuf> {
    let folder = fuzzer.folder.join(MEASURED);
    let entries = std::fs::read_dir(&folder).map_err(|e| failed(&folder, &e))?;
    let found = entries.flatten().flat_map(|entry| {
        let of_host = entry.path();
        let below = of_host.join("coverage").join(entry.file_name());
        [of_host, below].map(|folder| folder.join("release").join(target))
    });
    let found = found.into_iter().find(|path| path.is_file());
    found.ok_or_else(|| Failure(format!("{target}'s program is not in {}", folder.display())))
}

fn told(said: &Value) -> String {
    let mut text = String::new();
    let (mut all, mut reached) = (0, 0);
    let mut line = |name: &str, covered: u64, count: u64| {
        let _ = writeln!(text, "{name:<36} {covered:>6} of {count:>6} lines");
    };
    for file in said["data"][0]["files"].as_array().into_iter().flatten() {
        let path = file["filename"].as_str().unwrap_or_default();
        let Some(name) = ABOUT.iter().find_map(|about| path.find(about).map(|at| &path[at..])) else { continue };
        let lines = |what: &str| file["summary"]["lines"][what].as_u64().unwrap_or_default();
        line(name, lines("covered"), lines("count"));
        all += lines("count");
        reached += lines("covered");
    }
    line("all of these", reached, all);
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::told;
    use serde_json::json;

    #[test]
    fn only_what_the_targets_are_about() {
        let file = |name: &str, covered: u64| json!({"filename": name, "summary": {"lines": {"count": 10, "covered": covered}}});
        let files = [
            file("/x/core/src/flow/mod.rs", 9),
            file("/x/serde/src/lib.rs", 1),
            file("/x/merchant/src/webhooks.rs", 10),
        ];
        let said = told(&json!({"data": [{"files": files}]}));
        let lines: Vec<Vec<&str>> = said.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[0], ["core/src/flow/mod.rs", "9", "of", "10", "lines"]);
        assert_eq!((lines.len(), lines[2][3]), (3, "19"));
    }
}
