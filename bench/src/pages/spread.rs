//! What came of several runs.

use std::fmt;

/// The figures of one thing, of each run.
#[derive(Clone, Debug, Default)]
pub(super) struct Spread(Vec<f64>);

impl Spread {
    pub(super) fn add(&mut self, figure: f64) {
        let at = self.0.partition_point(|other| *other < figure);
        self.0.insert(at, figure);
    }

    pub(super) fn median(&self) -> f64 {
        self.0.get(self.0.len() / 2).copied().unwrap_or_default()
    }

    /// Its median as a multiple of another's.
    pub(super) fn beside(&self, other: &Spread) -> String {
        format!("{:.2} ×", self.median() / other.median())
    }
}

/// The median, and where the runs lay.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(least), Some(most)) = (self.0.first(), self.0.last()) else { return f.write_str("–") };
        let decimals = if self.median() < 20.0 { 1 } else { 0 };
        write!(f, "{:.decimals$} ({least:.decimals$}–{most:.decimals$})", self.median())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_by_its_median_and_its_ends() {
        let mut spread = Spread::default();
        for figure in [30.0, 10.0, 100.0, 20.0, 40.0] {
            spread.add(figure);
        }
        assert_eq!(spread.to_string(), "30 (10–100)");
        let mut other = Spread::default();
        other.add(60.0);
        assert_eq!(spread.beside(&other), "0.50 ×");
        assert_eq!(Spread::default().to_string(), "–");
    }
}
