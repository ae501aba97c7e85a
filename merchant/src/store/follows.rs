//! Payments whose end is not known yet, and when PaymentsOS is to be asked for it.

use super::clock::{by_clock, milliseconds};
use super::{Engine, Store, StoreError, Writing};
use sqlx::Row;
use std::time::Duration;

/// A payment to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Follow {
    pub(crate) payment: String,
    /// For how long its end has been unknown.
    pub(crate) age: Duration,
}

/// By no other replica is one asked for meanwhile: longer than asking takes.
const LEASE: Duration = Duration::from_secs(60);

/// Ends the following of a payment of which all is known, or ($2) whatever is known.
pub(super) const END: &str = "DELETE FROM follows WHERE payment = $1 AND ($2 = 1 OR (\
     NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.payment = $1 AND state = 'open') AND \
     NOT EXISTS (SELECT 1 FROM operations WHERE operations.payment = $1 AND state IN ('open', 'pending')) AND \
     NOT EXISTS (SELECT 1 FROM transactions WHERE transactions.payment = $1 AND status NOT IN ('Succeed', 'Failed'))))";

impl Store {
    /// Follows a payment from now on. One that is followed already is, with `anew`, followed as if it were new.
    pub(super) async fn follow(&self, writing: &mut Writing, payment: &str, anew: bool) -> Result<(), StoreError> {
        let statement = if anew {
            by_clock!(
                self.engine,
                "INSERT INTO follows (payment, since, next) VALUES ($1, ",
                ", ",
                " + $2) ON CONFLICT (payment) DO UPDATE SET since = excluded.since, next = excluded.next",
            )
        } else {
            by_clock!(
                self.engine,
                "INSERT INTO follows (payment, since, next) VALUES ($1, ",
                ", ",
                " + $2) ON CONFLICT (payment) DO NOTHING",
            )
        };
        sqlx::query(statement).bind(payment).bind(milliseconds(self.follow_after)).execute(&mut **writing).await?;
        Ok(())
    }

    /// Takes payments that are to be asked for now, at most so many: whoever takes one asks for it at once.
    pub(crate) async fn due_follows(&self, most: usize) -> Result<Vec<Follow>, StoreError> {
        let statement = match self.engine {
            Engine::Sqlite => by_clock!(
                Engine::Sqlite,
                "UPDATE follows SET next = ",
                " + $1 WHERE payment IN (SELECT payment FROM follows WHERE next <= ",
                " ORDER BY next LIMIT $2) RETURNING payment, ",
                " - since AS age",
            ),
            Engine::Postgres => by_clock!(
                Engine::Postgres,
                "UPDATE follows SET next = ",
                " + $1 WHERE payment IN (SELECT payment FROM follows WHERE next <= ",
                " ORDER BY next LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING payment, ",
                " - since AS age",
            ),
        };
        let rows = sqlx::query(statement)
            .bind(milliseconds(LEASE))
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        let follow = |row: &sqlx::any::AnyRow| {
            let age = u64::try_from(row.try_get::<i64, _>("age")?).unwrap_or(0);
            Ok(Follow { payment: row.try_get("payment")?, age: Duration::from_millis(age) })
        };
        rows.iter().map(follow).collect()
    }

    /// Asks for a payment again later.
    pub(crate) async fn follow_later(&self, payment: &str, wait: Duration) -> Result<(), StoreError> {
        sqlx::query(by_clock!(self.engine, "UPDATE follows SET next = ", " + $1 WHERE payment = $2"))
            .bind(milliseconds(wait))
            .bind(payment)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Asks for a payment no more, if all is known of it, or if it is to be given up; says whether that is so.
    pub(crate) async fn end_follow(&self, payment: &str, given_up: bool) -> Result<bool, StoreError> {
        let mut writing = self.write(payment).await?;
        let done = sqlx::query(END).bind(payment).bind(i64::from(given_up)).execute(&mut *writing).await?;
        writing.commit().await?;
        Ok(done.rows_affected() == 1)
    }
}
