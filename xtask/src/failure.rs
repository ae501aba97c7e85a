//! What a command ends with when it cannot go on.

use std::fmt;

/// One line for the person who ran the command: what is wrong, and what to do.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl Failure {
    /// Nothing is left to be said; only the exit code tells.
    pub(crate) fn already_said() -> Failure {
        Failure(String::new())
    }

    pub(crate) fn is_already_said(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

pub(crate) type Result<T> = std::result::Result<T, Failure>;
