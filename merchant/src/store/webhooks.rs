//! Webhooks that were acted on: each is once.

use super::{Store, StoreError, now};

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
}
