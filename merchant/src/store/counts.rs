//! How much there is of what.

use super::{Store, StoreError};
use sqlx::Row;

/// How much there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Payments that somebody tried to pay, by where they stand.
    pub(crate) payments: Vec<(String, i64)>,
    /// Payments whose end is not known.
    pub(crate) followed: i64,
    /// Events that were not acknowledged.
    pub(crate) untold: i64,
}

impl Store {
    pub(crate) async fn counts(&self) -> Result<Counts, StoreError> {
        let rows = sqlx::query(
            "SELECT CASE best WHEN 2 THEN 'succeeded' WHEN 1 THEN 'pending' ELSE 'failed' END AS state, count(*) AS count \
             FROM (SELECT max(CASE status WHEN 'Succeed' THEN 2 WHEN 'Failed' THEN 0 ELSE 1 END) AS best \
             FROM transactions GROUP BY payment) AS payments GROUP BY best",
        )
        .fetch_all(&self.pool)
        .await?;
        let payments = rows.iter().map(|row| Ok((row.try_get("state")?, row.try_get("count")?)));
        let sums = sqlx::query(
            "SELECT (SELECT count(*) FROM follows) AS followed, \
             (SELECT count(*) FROM outbox WHERE acknowledged IS NULL) AS untold",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(Counts {
            payments: payments.collect::<Result<_, StoreError>>()?,
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
