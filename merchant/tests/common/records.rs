//! Records on the disk, which outlive the merchant that writes them.

use std::path::PathBuf;
use uuid::Uuid;

/// A database that is removed in the end.
#[derive(Debug)]
pub(crate) struct Records(PathBuf);

impl Records {
    /// A new one.
    pub(crate) fn new() -> Records {
        Records(std::env::temp_dir().join(format!("merchant-{}.db", Uuid::new_v4())))
    }

    /// Its `DATABASE_URL`.
    pub(crate) fn url(&self) -> String {
        format!("sqlite:{}", self.0.display())
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            // Not all of them need be there.
            let _ = std::fs::remove_file(format!("{}{suffix}", self.0.display()));
        }
    }
}
