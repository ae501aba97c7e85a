//! What is kept, and for how long. What is not decided yet, or not told yet, is kept however old it is.

use super::clock::milliseconds;
use super::sessions::LIFETIME;
use super::{Engine, Store, StoreError, now};
use sqlx::Row;
use std::time::Duration;

/// So many orders are looked at in one go.
const PORTION: i64 = 100;

/// All that belongs to a payment, the order last.
pub(super) const OF_A_PAYMENT: [&str; 6] = [
    "DELETE FROM alerts WHERE payment = $1",
    "DELETE FROM outbox WHERE payment = $1",
    "DELETE FROM operations WHERE payment = $1",
    "DELETE FROM transactions WHERE payment = $1",
    "DELETE FROM attempts WHERE payment = $1",
    "DELETE FROM orders WHERE payment = $1",
];

pub(super) const OLD: &str = "SELECT payment FROM orders WHERE payment IS NOT NULL AND created < $1 \
     AND NOT EXISTS (SELECT 1 FROM follows WHERE follows.payment = orders.payment) \
     AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.payment = orders.payment AND acknowledged IS NULL) \
     ORDER BY created LIMIT $2";

impl Store {
    /// Forgets sessions that have ended, and webhooks that PaymentsOS does not repeat any more.
    pub(crate) async fn forget_what_has_ended(&self) -> Result<(), StoreError> {
        let oldest = now().saturating_sub(milliseconds(LIFETIME));
        let mut statements = vec![
            "DELETE FROM credentials WHERE created < $1",
            "DELETE FROM webhooks WHERE seen < $1",
            "DELETE FROM orders WHERE payment IS NULL AND created < $1",
        ];
        if self.engine == Engine::Postgres {
            statements.push("DELETE FROM readings WHERE began < $1");
            statements.push("DELETE FROM turns WHERE until < $1");
        }
        for statement in statements {
            sqlx::query(statement).bind(oldest).execute(&self.pool).await?;
        }
        Ok(())
    }

    /// Forgets orders that are older than that, with all that belongs to their payments. How many.
    pub(crate) async fn forget_orders(&self, age: Duration) -> Result<usize, StoreError> {
        let oldest = now().saturating_sub(milliseconds(age));
        let mut forgotten = 0;
        loop {
            let rows = sqlx::query(OLD).bind(oldest).bind(PORTION).fetch_all(&self.pool).await?;
            for row in &rows {
                let payment: String = row.try_get("payment")?;
                let mut writing = self.write(&payment).await?;
                for statement in OF_A_PAYMENT {
                    sqlx::query(statement).bind(&payment).execute(&mut *writing).await?;
                }
                writing.commit().await?;
                forgotten += 1;
            }
            if rows.is_empty() {
                return Ok(forgotten);
            }
        }
    }
}
