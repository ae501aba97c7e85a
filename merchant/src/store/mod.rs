//! The records that outlive the process: an SQLite database.

mod attempts;
mod orders;
mod sessions;
mod transactions;
mod webhooks;

pub(crate) use attempts::{Attempt, AttemptState, NewAttempt};
pub(crate) use orders::Order;
pub(crate) use sessions::CredentialKind;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A record could not be read or written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused.
    #[error("database: {0}")]
    Database(Arc<sqlx::Error>),
    /// The database could not be brought up to date.
    #[error("migration: {0}")]
    Migration(Arc<sqlx::migrate::MigrateError>),
    /// A record holds something that this version does not write.
    #[error("a record cannot be understood: {0}")]
    Unreadable(&'static str),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::Database(Arc::new(error))
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        StoreError::Migration(Arc::new(error))
    }
}

impl StoreError {
    /// Whether a record like it is there already.
    fn is_taken(error: &sqlx::Error) -> bool {
        error.as_database_error().is_some_and(|error| error.is_unique_violation())
    }
}

/// The records.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: SqlitePool,
}

/// Readers and writers alternate by it: a transaction that is going to write takes its turn at once.
const WRITE: &str = "BEGIN IMMEDIATE";

impl Store {
    /// Opens the database, makes it where there is none, and brings it up to date.
    pub(crate) async fn open(url: &str) -> Result<Store, StoreError> {
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A record must be on the disk before PaymentsOS is called.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5));
        // Each connection to a database in memory has its own.
        let pool = SqlitePoolOptions::new()
            .max_connections(if in_memory { 1 } else { 4 })
            .idle_timeout(None)
            .max_lifetime(None)
            // A request that is broken off in that test takes the connection with it, and so the database in memory.
            .test_before_acquire(!in_memory)
            .connect_with(options)
            .await?;
        sqlx::migrate!().run(&pool).await?;
        Ok(Store { pool })
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Milliseconds since 1970 (UTC).
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
