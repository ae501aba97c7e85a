//! How much there is of what.

use super::{Store, StoreError};
use sqlx::Row;

/// How much there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Transactions, by status.
    pub(crate) transactions: Vec<(String, i64)>,
    /// Payments whose end is not known.
    pub(crate) followed: i64,
    /// Events that were not acknowledged.
    pub(crate) untold: i64,
}

impl Store {
    pub(crate) async fn counts(&self) -> Result<Counts, StoreError> {
        let rows = sqlx::query("SELECT status, count(*) AS count FROM transactions GROUP BY status ORDER BY status")
            .fetch_all(&self.pool)
            .await?;
        let transactions = rows.iter().map(|row| Ok((row.try_get("status")?, row.try_get("count")?)));
        let sums = sqlx::query(
            "SELECT (SELECT count(*) FROM follows) AS followed, \
             (SELECT count(*) FROM outbox WHERE acknowledged IS NULL) AS untold",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(Counts {
            transactions: transactions.collect::<Result<_, StoreError>>()?,
            followed: sums.try_get("followed")?,
            untold: sums.try_get("untold")?,
        })
    }

    /// Whether the database answers.
    pub(crate) async fn is_there(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1 AS one").fetch_one(&self.pool).await?;
        Ok(())
    }
}
