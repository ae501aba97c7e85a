//! What is to happen once: a webhook is acted on, an alert is raised.

use super::{Store, StoreError, now};
use serde_json::json;

impl Store {
    /// Whether a webhook was acted on already.
    pub(crate) async fn knows_webhook(&self, id: &str) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT 1 FROM webhooks WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        Ok(row.is_some())
    }

    /// Notes that a webhook was acted on.
    pub(crate) async fn add_webhook(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO webhooks (id, seen) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(now())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes an alert; `false` where it was raised before.
    pub(crate) async fn add_alert(&self, code: &str, payment: &str, transaction: &str) -> Result<bool, StoreError> {
        let mut writing = self.write(payment).await?;
        let done = sqlx::query(
            "INSERT INTO alerts (code, payment, transaction_id, raised) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(code)
        .bind(payment)
        .bind(transaction)
        .bind(now())
        .execute(&mut *writing)
        .await?;
        let is_new = done.rows_affected() == 1;
        if is_new {
            self.tell_shop(&mut writing, &format!("alert.{code}"), payment, transaction, json!({})).await?;
        }
        writing.commit().await?;
        Ok(is_new)
    }
}
