//! A run as others can be told it: what happened, what the flow made of it, and nothing that is nobody's business.
//!
//! Every input brings its own moment, so a run is repeated by repeating its inputs. A trace is these inputs, one line each, each
//! followed by a line that says what came of it: the state, and the effects by their letters. [`Trace::replay`] gives the inputs to the
//! flow of today, and says whether it does the same; [`Step::story`] tells one step in words.
//!
//! A line is made of words of letters, digits, `_` and `-`, with spaces between. Whatever comes from outside and is no such word is
//! written as `?`, so that no address, no query string and no sentence can get in. What the flow does not decide on is not written at
//! all: descriptions, the order's number, what was paid with (but for whether it is by link), and of an address anything but whether a
//! shopper may be sent there.
//!
//! Two ids of a backend that are both no words would look the same in a trace; PaymentsOS's are UUIDs.

mod read;
mod replay;
mod story;
mod write;

pub use read::{Done, Outcome, Step, Unreadable};
pub use replay::{Difference, Replayed};
pub use write::{input_line, outcome_line};

use serde::{Deserialize, Serialize};

/// The version of the lines. What is written in another is not read: a trace is replayed by the release that made it, or by one that
/// writes the same.
pub const VERSION: u32 = 1;

/// How many lines are kept. A payment that is asked for until its deadline is over takes about half of it.
pub const LIMIT: usize = 1_000;

/// What `element.trace` gives, and what is attached to a support ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// [`VERSION`], at the time of writing.
    pub version: u32,
    /// The release of the component that wrote it.
    pub release: String,
    /// How many lines after the first two were dropped to make room for later ones.
    #[serde(default)]
    pub dropped: usize,
    /// An input, what came of it, the next input, and so on, oldest first.
    pub lines: Vec<String>,
}

impl Default for Trace {
    /// An empty one, of this release.
    fn default() -> Trace {
        Trace { version: VERSION, release: env!("CARGO_PKG_VERSION").to_owned(), dropped: 0, lines: Vec::new() }
    }
}

impl Trace {
    /// Takes a line in. Where there are too many, the oldest step goes, but never the first: without the start, nothing is understood.
    pub fn note(&mut self, line: String) {
        self.lines.push(line);
        if self.lines.len() > LIMIT {
            self.lines.drain(2..4);
            self.dropped += 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_and_the_latest_are_kept() {
        let mut trace = Trace::default();
        for n in 0..LIMIT + 6 {
            trace.note(n.to_string());
        }
        assert_eq!((trace.lines.len(), trace.dropped), (LIMIT, 6));
        assert_eq!(trace.lines[..3], ["0", "1", "8"]);
        assert_eq!(trace.lines[LIMIT - 1], (LIMIT + 5).to_string());
    }
}
