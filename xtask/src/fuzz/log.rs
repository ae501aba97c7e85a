//! What libFuzzer has written of a run.

use std::fmt;

/// How far a run of a target came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Figures {
    runs: u64,
    per_second: u64,
    /// Edges of the control flow that were taken.
    edges: u64,
    /// The same, told apart by how often in one input.
    features: u64,
    /// Inputs that are worth keeping.
    inputs: u64,
    pub(super) findings: Vec<String>,
}

impl Figures {
    /// What the log says, if it is one of a run.
    pub(super) fn of(log: &str, findings: Vec<String>) -> Option<Figures> {
        let stat = |name: &str| log.lines().rev().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        let last = log.lines().rev().find(|line| line.contains(" cov: "))?;
        let words: Vec<&str> = last.split_whitespace().collect();
        let after = |name: &str| {
            let at = words.iter().position(|word| *word == name)?;
            words.get(at + 1)?.split('/').next()?.parse().ok()
        };
        Some(Figures {
            runs: stat("stat::number_of_executed_units:")?,
            per_second: stat("stat::average_exec_per_sec:")?,
            edges: after("cov:")?,
            features: after("ft:")?,
            inputs: after("corp:")?,
            findings,
        })
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { runs, per_second, edges, features, inputs, findings } = self;
        let found = findings.len();
        write!(
            f,
            "{runs} runs, {per_second} a second, {edges} edges, {features} features, {inputs} inputs, {found} findings"
        )
    }
}

/// A row for each target.
pub(super) fn table(rows: &[(String, Figures)]) -> String {
    let mut lines = vec![format!(
        "{:<10} {:>12} {:>9} {:>7} {:>9} {:>7} {:>8}",
        "", "runs", "a second", "edges", "features", "inputs", "findings"
    )];
    lines.extend(rows.iter().map(|(target, figures)| {
        let Figures { runs, per_second, edges, features, inputs, findings } = figures;
        format!("{target:<10} {runs:>12} {per_second:>9} {edges:>7} {features:>9} {inputs:>7} {:>8}", findings.len())
    }));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Figures, table};

    const LOG: &str = "
#2\tINITED cov: 412 ft: 413 corp: 1/1b exec/s: 0 rss: 40Mb
#4096\tpulse  cov: 900 ft: 2000 corp: 90/4096b lim: 43 exec/s: 2048 rss: 44Mb
#81920\tDONE   cov: 1012 ft: 4031 corp: 214/12Kb lim: 122 exec/s: 8192 rss: 60Mb
Done 81920 runs in 10 second(s)
stat::number_of_executed_units: 81920
stat::average_exec_per_sec:     8192
stat::new_units_added:          513
";

    #[test]
    fn tells_how_far_it_came() {
        let figures = Figures::of(LOG, Vec::new()).unwrap();
        let said = "81920 runs, 8192 a second, 1012 edges, 4031 features, 214 inputs, 0 findings";
        assert_eq!(figures.to_string(), said);
        assert!(table(&[("place".into(), figures)]).contains("place             81920      8192    1012"));
    }

    #[test]
    fn what_did_not_run_has_no_figures() {
        assert_eq!(Figures::of("error: could not compile", Vec::new()), None);
    }
}
