//! What came of the checks, as a table.

use crate::checks::Check;
use std::fmt;

/// What came of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The rule is kept.
    Kept,
    /// The rule is broken: what was found.
    Broken(String),
    /// It could not be told: what would be needed.
    NotRun(String),
}

/// One check's outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its name, stable.
    pub name: &'static str,
    /// The rule, in a line.
    pub rule: &'static str,
    /// What a shopper suffers where it is broken.
    pub suffered: &'static str,
    /// What came of it.
    pub verdict: Verdict,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order of their runs.
    pub outcomes: Vec<Outcome>,
}

impl Report {
    pub(crate) fn add(&mut self, check: &Check, verdict: Verdict) {
        let Check { name, rule, suffered, .. } = *check;
        self.outcomes.push(Outcome { name, rule, suffered, verdict });
    }

    /// Whether no rule is broken.
    pub fn is_kept(&self) -> bool {
        self.broken().next().is_none()
    }

    /// The rules that are broken, and what was found.
    pub fn broken(&self) -> impl Iterator<Item = (&Outcome, &str)> {
        self.outcomes.iter().filter_map(|outcome| match &outcome.verdict {
            Verdict::Broken(found) => Some((outcome, found.as_str())),
            Verdict::Kept | Verdict::NotRun(_) => None,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest = self.outcomes.iter().map(|outcome| outcome.name.len()).max().unwrap_or(0);
        for Outcome { name, rule, verdict, .. } in &self.outcomes {
            match verdict {
                Verdict::Kept => writeln!(f, "  kept     {name:longest$}  {rule}")?,
                Verdict::Broken(_) => writeln!(f, "  BROKEN   {name:longest$}  {rule}")?,
                Verdict::NotRun(why) => writeln!(f, "  not run  {name:longest$}  {why}")?,
            }
        }
        for (Outcome { name, rule, suffered, .. }, found) in self.broken() {
            writeln!(f, "\n{name}: {rule}\n  found:   {found}\n  suffers: {suffered}")?;
        }
        let count = |is: fn(&Verdict) -> bool| self.outcomes.iter().filter(|outcome| is(&outcome.verdict)).count();
        writeln!(
            f,
            "\n{} rules kept, {} broken, {} not run",
            count(|verdict| matches!(verdict, Verdict::Kept)),
            count(|verdict| matches!(verdict, Verdict::Broken(_))),
            count(|verdict| matches!(verdict, Verdict::NotRun(_))),
        )
    }
}
