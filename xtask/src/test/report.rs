//! What `cargo xtask test` ends with: a table of the kinds, what is wrong, and the sum.

use super::tally::{Counts, Tally};
use crate::failure::Result;
use std::fmt;

/// What a stage consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Check,
    Native,
    Doc,
    Postgresql,
    Contract,
    Browser,
    Journey,
}

const KINDS: [(Kind, &str); 7] = [
    (Kind::Check, "checks"),
    (Kind::Native, "native"),
    (Kind::Doc, "doc"),
    (Kind::Postgresql, "postgresql"),
    (Kind::Contract, "contract"),
    (Kind::Browser, "browser"),
    (Kind::Journey, "journeys"),
];

#[derive(Default)]
pub(super) struct Report {
    counts: [Counts; KINDS.len()],
    problems: Vec<String>,
    /// What could not be checked here, and is not counted.
    notes: Vec<String>,
    /// Set once the shop could not be built: what is in `dist/` is then of another time.
    pub(super) shop_failed: bool,
}

impl Report {
    fn of(&mut self, kind: Kind) -> &mut Counts {
        &mut self.counts[kind as usize]
    }

    fn add(&mut self, kind: Kind, counts: Counts) {
        *self.of(kind) += counts;
    }

    /// Counts what failed though no test said so.
    pub(super) fn problem(&mut self, kind: Kind, problem: String) {
        self.of(kind).failed += 1;
        self.problems.push(problem);
    }

    pub(super) fn note(&mut self, note: String) {
        println!("{note}");
        self.notes.push(note);
    }

    /// Takes what a stage ended with. A stage of tests has counted its failures, unless it broke off without one.
    pub(super) fn finish(&mut self, stage: &str, kind: Kind, outcome: Result<()>) {
        match outcome {
            Ok(()) if kind == Kind::Check => self.of(kind).passed += 1,
            Ok(()) => {}
            Err(failure) => {
                println!("error: {failure}");
                self.problems.push(format!("{stage}: {failure}"));
                if kind == Kind::Check || self.of(kind).failed == 0 {
                    self.of(kind).failed += 1;
                }
            }
        }
    }

    pub(super) fn passed(&self) -> bool {
        self.sum().failed == 0
    }

    fn sum(&self) -> Counts {
        self.counts.iter().fold(Counts::default(), |mut sum, counts| {
            sum += *counts;
            sum
        })
    }

    /// Adds the tests that a program's output told of.
    pub(super) fn add_tally(&mut self, tests: Kind, tally: &Tally) {
        self.add(tests, tally.of(|runner| !runner.starts_with("doc-tests")));
        self.add(Kind::Doc, tally.of(|runner| runner.starts_with("doc-tests")));
        self.problems.extend(tally.failures().iter().map(|name| format!("test {name}")));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        for problem in &self.problems {
            writeln!(f, "failed: {problem}")?;
        }
        writeln!(f, "{:<10}{:>8}{:>8}", "", "passed", "failed")?;
        for (kind, name) in KINDS {
            let Counts { passed, failed } = self.counts[kind as usize];
            writeln!(f, "{name:<10}{passed:>8}{failed:>8}")?;
        }
        let Counts { passed, failed } = self.sum();
        writeln!(f, "{passed} passed, {failed} failed")
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, KINDS, Kind, Report};
    use crate::failure::Failure;

    #[test]
    fn the_table_has_the_kinds_in_their_order() {
        assert!(KINDS.iter().enumerate().all(|(at, (kind, _))| *kind as usize == at));
    }

    #[test]
    fn ends_with_the_sum() {
        let mut report = Report::default();
        report.finish("format", Kind::Check, Ok(()));
        report.add(Kind::Native, Counts { passed: 7, failed: 0 });
        report.finish("native", Kind::Native, Ok(()));
        assert!(report.passed());
        assert!(report.to_string().ends_with("\n8 passed, 0 failed\n"), "{report}");
    }

    #[test]
    fn a_stage_that_breaks_off_fails_though_no_test_did() {
        let mut report = Report::default();
        report.finish("browser", Kind::Browser, Err(Failure("`wasm-pack` failed".into())));
        report.add(Kind::Native, Counts { passed: 7, failed: 2 });
        report.finish("native", Kind::Native, Err(Failure("`cargo` failed".into())));
        assert!(!report.passed());
        assert!(report.to_string().ends_with("\n7 passed, 3 failed\n"), "{report}");
        assert!(report.to_string().contains("failed: browser: `wasm-pack` failed\n"), "{report}");
    }
}
