//! What is to happen once: a webhook is acted on, an alert is raised.

use super::{Store, StoreError, now};

impl Store {
    /// Whether a webhook was acted on already.
    pub(crate) async fn knows_webhook(&self, id: &str) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT 1 FROM webhooks WHERE id = ?").bind(id).fetch_optional(&self.pool).await?;
        Ok(row.is_some())
    }

    /// Notes that a webhook was acted on.
    pub(crate) async fn add_webhook(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("INSERT OR IGNORE INTO webhooks (id, seen) VALUES (?, ?)")
            .bind(id)
            .bind(now())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes an alert; `false` where it was raised before.
    pub(crate) async fn add_alert(&self, code: &str, payment: &str, transaction: &str) -> Result<bool, StoreError> {
        let done =
            sqlx::query("INSERT OR IGNORE INTO alerts (code, payment, transaction_id, raised) VALUES (?, ?, ?, ?)")
                .bind(code)
                .bind(payment)
                .bind(transaction)
                .bind(now())
                .execute(&self.pool)
                .await?;
        Ok(done.rows_affected() == 1)
    }
}
