//! What came of the checks, as a table.

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
    /// The backend does not do what the rule is about, and need not.
    NotNeeded(String),
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
    /// In the order of the rules.
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// Whether no rule is broken, as far as they were checked.
    pub fn is_kept(&self) -> bool {
        self.broken().next().is_none()
    }

    /// How many rules were not checked, though the backend must keep them.
    pub fn not_run(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::NotRun(_)))
    }

    fn count(&self, is: impl Fn(&Verdict) -> bool) -> usize {
        self.outcomes.iter().filter(|outcome| is(&outcome.verdict)).count()
    }

    /// The rules that are broken, and what was found.
    pub fn broken(&self) -> impl Iterator<Item = (&Outcome, &str)> {
        self.outcomes.iter().filter_map(|outcome| match &outcome.verdict {
            Verdict::Broken(found) => Some((outcome, found.as_str())),
            Verdict::Kept | Verdict::NotRun(_) | Verdict::NotNeeded(_) => None,
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
                Verdict::NotNeeded(why) => writeln!(f, "  no need  {name:longest$}  {why}")?,
            }
        }
        for (Outcome { name, rule, suffered, .. }, found) in self.broken() {
            writeln!(f, "\n{name}: {rule}\n  found:   {found}\n  suffers: {suffered}")?;
        }
        let (kept, broken) = (self.count(|verdict| *verdict == Verdict::Kept), self.broken().count());
        let (not_run, not_needed) = (self.not_run(), self.count(|verdict| matches!(verdict, Verdict::NotNeeded(_))));
        writeln!(f, "\n{kept} rules kept, {broken} broken, {not_run} not run, {not_needed} not needed")?;
        match (self.is_kept(), not_run) {
            (true, 0) | (false, _) => Ok(()),
            (true, 1) => writeln!(f, "kept as far as it was checked: 1 rule was not, for the reason above"),
            (true, _) => writeln!(f, "kept as far as it was checked: {not_run} rules were not, for the reasons above"),
        }
    }
}
