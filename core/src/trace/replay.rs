//! Repeats a run, and holds what the flow does now against what it did then.

use super::{Trace, Unreadable, outcome_line};
use crate::flow::{Flow, View};

/// What became of a replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// What the shopper sees in the end, or after the step that differs. What a trace leaves out is not there.
    pub view: View,
    /// The first step after which it is not as it was; then it ends there.
    pub difference: Option<Difference>,
}

/// A step of which something else comes now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The step, from 1.
    pub step: usize,
    /// What came of it then, as a trace writes it.
    pub then: String,
    /// What comes of it now.
    pub now: String,
}

impl Trace {
    /// Gives the inputs of the run to the flow of today.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or lines were dropped.
    pub fn replay(&self) -> Result<Replayed, Unreadable> {
        let steps = self.steps()?;
        if self.dropped > 0 {
            return Err(Unreadable::Gap(self.dropped));
        }
        let mut flow = Flow::new();
        for (at, step) in steps.into_iter().enumerate() {
            let effects = flow.handle(step.input, step.now);
            let now = outcome_line(&flow.view(), &effects);
            // Where nothing was written of it any more, there is nothing to differ from.
            let then = step.outcome.map_or_else(|| now.clone(), |outcome| outcome.line);
            if then != now {
                return Ok(Replayed { view: flow.view(), difference: Some(Difference { step: at + 1, then, now }) });
            }
        }
        Ok(Replayed { view: flow.view(), difference: None })
    }
}
