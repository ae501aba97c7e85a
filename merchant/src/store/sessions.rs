//! Who is who: the hashes of session cookies, and the session each leads to.

use super::{Store, StoreError, now};
use sqlx::Row;
use std::time::Duration;

/// How long a session is good for.
pub(crate) const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl Store {
    pub(crate) async fn add_session(&self, hash: &[u8; 32], session: &str) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO credentials (hash, session, kind, created) VALUES ($1, $2, 'cookie', $3)")
            .bind(hash.as_slice())
            .bind(session)
            .bind(now())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub(crate) async fn session(&self, hash: &[u8; 32]) -> Result<Option<String>, StoreError> {
        let oldest = now() - i64::try_from(LIFETIME.as_millis()).unwrap_or(i64::MAX);
        let row = sqlx::query("SELECT session FROM credentials WHERE hash = $1 AND kind = 'cookie' AND created >= $2")
            .bind(hash.as_slice())
            .bind(oldest)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get("session")).transpose()?)
    }
}
