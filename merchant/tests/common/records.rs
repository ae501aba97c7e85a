//! Records that outlive the merchant that writes them.

use sqlx::{AnyConnection, Connection};
use std::path::PathBuf;
use uuid::Uuid;

/// The PostgreSQL server that all stories are to be told on, instead of SQLite: its address without a database.
pub(crate) fn postgres() -> Option<String> {
    std::env::var("MERCHANT_TESTS_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// A database.
#[derive(Debug)]
pub(crate) enum Records {
    /// A file, which is removed in the end.
    File(PathBuf),
    /// A database on the server, which ends with it.
    Served(String),
}

impl Records {
    /// A new one.
    pub(crate) fn new() -> Records {
        match postgres() {
            Some(server) => Records::Served(postgres_for_tests::database_at(&server).expect("a database")),
            None => Records::File(std::env::temp_dir().join(format!("merchant-{}.db", Uuid::new_v4()))),
        }
    }

    /// Its `DATABASE_URL`.
    pub(crate) fn url(&self) -> String {
        match self {
            Records::File(path) => format!("sqlite:{}", path.display()),
            Records::Served(url) => url.clone(),
        }
    }

    /// How many of something there are.
    pub(crate) async fn count(&self, statement: &'static str) -> i64 {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&self.url()).await.expect("a connection");
        sqlx::query_scalar(statement).fetch_one(&mut connection).await.expect("a number")
    }

    /// Does to the records what only time, or a fault, does to them.
    pub(crate) async fn change(&self, statement: &'static str) {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&self.url()).await.expect("a connection");
        sqlx::query(statement).execute(&mut connection).await.expect("a change");
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        let Records::File(path) = self else { return };
        for suffix in ["", "-wal", "-shm"] {
            // Not all of them need be there.
            let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
        }
    }
}
