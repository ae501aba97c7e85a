//! The records that outlive the process: a database, in SQLite for one process or in PostgreSQL for any number of them.
//!
//! The statements are the same for both. What only several processes need of each other is in `replicas`.

mod alerts;
mod attempts;
mod clock;
mod counts;
mod follows;
mod operations;
mod orders;
mod outbox;
#[cfg(test)]
mod plans;
mod replicas;
mod retention;
mod sessions;
mod transactions;
mod webhooks;

pub(crate) use attempts::{Attempt, AttemptState, NewAttempt};
pub(crate) use clock::milliseconds;
pub(crate) use counts::Counts;
pub(crate) use follows::Follow;
pub(crate) use operations::{Operation, OperationKind, OperationState};
pub(crate) use orders::Order;
pub(crate) use outbox::Event;
pub(crate) use replicas::News;

use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor};
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

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    /// In a file, or in memory: no other process has it.
    Sqlite,
    /// On a server: other replicas may have it too.
    Postgres,
}

impl Engine {
    fn of(url: &str) -> Engine {
        if url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres }
    }
}

/// Whether the records can be kept at an address of that sort.
pub(crate) fn is_database(url: &str) -> bool {
    ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
}

/// The records.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: AnyPool,
    engine: Engine,
    url: Arc<str>,
    /// How long the end of a payment may be unknown before it is asked for.
    follow_after: Duration,
    /// Whether the shop's own systems are told of results.
    tells_shop: bool,
}

/// A transaction that is going to write.
type Writing = sqlx::Transaction<'static, Any>;

/// How long a request waits for a connection of its own.
const PATIENCE: Duration = Duration::from_secs(5);
const SQLITE_CONNECTIONS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;

impl Store {
    /// Opens the database, makes it where there is none (SQLite), and brings it up to date.
    pub(crate) async fn open(url: &str, follow_after: Duration, tells_shop: bool) -> Result<Store, StoreError> {
        sqlx::any::install_default_drivers();
        let engine = Engine::of(url);
        let pool = match engine {
            Engine::Sqlite => {
                let pool = open_sqlite(url).await?;
                sqlx::migrate!("migrations/sqlite").run(&pool).await?;
                pool
            }
            Engine::Postgres => {
                // On a connection of its own, which may take its time: an index of a large table does, and whoever else starts waits.
                let mut migrating = AnyConnection::connect(url).await?;
                sqlx::migrate!("migrations/postgres").run(&mut migrating).await?;
                migrating.close().await?;
                open_postgres(url).await?
            }
        };
        Ok(Store { pool, engine, url: url.into(), follow_after, tells_shop })
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    /// Begins to write what belongs to a payment or a session. Of those who write of the same, one waits for the other, whatever
    /// they read before they write.
    async fn write(&self, of: &str) -> Result<Writing, StoreError> {
        match self.engine {
            Engine::Sqlite => Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?),
            Engine::Postgres => {
                let mut writing = self.pool.begin().await?;
                sqlx::query("SELECT 1 FROM pg_advisory_xact_lock(hashtextextended($1, 0))")
                    .bind(of)
                    .execute(&mut *writing)
                    .await?;
                Ok(writing)
            }
        }
    }
}

async fn open_postgres(url: &str) -> Result<AnyPool, sqlx::Error> {
    AnyPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .after_connect(|connection: &mut AnyConnection, _| {
            Box::pin(async move {
                // No statement here takes long. A replica that stands still, or is cut off in the middle of writing, would keep what it has
                // locked from all others, for as long as the server takes it for alive.
                connection
                    .execute(
                        "SET lock_timeout = '5s'; SET statement_timeout = '10s'; SET idle_in_transaction_session_timeout = '10s'",
                    )
                    .await?;
                Ok(())
            })
        })
        .connect(url)
        .await
}

async fn open_sqlite(url: &str) -> Result<AnyPool, sqlx::Error> {
    let in_memory = url.contains(":memory:") || url.contains("mode=memory");
    let make = match (in_memory, url.contains("mode="), url.contains('?')) {
        (true, ..) | (_, true, _) => "",
        (.., true) => "&mode=rwc",
        (.., false) => "?mode=rwc",
    };
    AnyPoolOptions::new()
        // Each connection to a database in memory has its own.
        .max_connections(if in_memory { 1 } else { SQLITE_CONNECTIONS })
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        // A request that is broken off in that test takes the connection with it, and so the database in memory.
        .test_before_acquire(!in_memory)
        .after_connect(|connection: &mut AnyConnection, _| {
            Box::pin(async move {
                // A record must be on the disk before PaymentsOS is called.
                connection
                    .execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
                    .await?;
                connection.execute("PRAGMA busy_timeout = 5000").await?;
                Ok(())
            })
        })
        .connect(&format!("{url}{make}"))
        .await
}

/// Milliseconds since 1970 (UTC).
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use paymentsos_core::paymentsos::{Kind, Transaction};
    use postgres_for_tests::Server;
    use std::time::Instant;

    #[tokio::test]
    #[ignore = "needs PostgreSQL: cargo xtask test"]
    async fn a_replica_that_stands_still_in_the_middle_of_writing_loses_what_it_has_locked() {
        let server = Server::start().unwrap();
        let url = server.database().unwrap();
        let open = || Store::open(&url, Duration::from_secs(30), false);
        let (still, other) = (open().await.unwrap(), open().await.unwrap());
        let _writing = still.write("p").await.unwrap();
        let begun = Instant::now();
        // Each time, it gives up before long; in the end it need not.
        while other.write("p").await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "it is locked for good");
        }
    }

    #[tokio::test]
    async fn what_says_nothing_new_does_not_wait_for_whoever_writes() {
        let file = std::env::temp_dir().join(format!("nothing-new-{}.db", std::process::id()));
        let store = Store::open(&format!("sqlite:{}", file.display()), Duration::from_secs(30), false).await.unwrap();
        let told = |status: &str| -> Transaction {
            serde_json::from_value(serde_json::json!({"id": "t", "result": {"status": status}})).unwrap()
        };
        store.open_order(&orders::tests::order()).await.unwrap();
        assert!(store.see("p", Kind::Charge, &told("Pending")).await.unwrap().changed);
        let writing = store.write("p").await.unwrap();
        assert!(!store.see("p", Kind::Charge, &told("Pending")).await.unwrap().changed);
        drop(writing);
        assert!(store.see("p", Kind::Charge, &told("Succeed")).await.unwrap().changed);
        store.close().await;
        std::fs::remove_file(file).unwrap();
    }
}
