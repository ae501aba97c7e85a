//! Following payments to their end, though no shopper waits and no webhook comes: PaymentsOS is asked, at growing intervals, by one
//! replica at a time.

use crate::Merchant;
use crate::store::{Follow, StoreError};
use std::sync::Arc;
use std::time::Duration;

/// The longest interval.
const SELDOM: Duration = Duration::from_secs(6 * 60 * 60);
/// After so long, what has no end gets none.
const GIVEN_UP: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The longest that one looks up for what is due.
const LOOKING: Duration = Duration::from_secs(5);

impl Merchant {
    /// Follows, for as long as the process lives.
    pub(crate) async fn follow(self: Arc<Self>) {
        let looking = (self.settings.follow_after / 4).min(LOOKING);
        loop {
            if let Err(error) = self.follow_due().await {
                tracing::warn!(%error, "what is to be asked for cannot be read");
            }
            tokio::time::sleep(looking).await;
        }
    }

    async fn follow_due(self: &Arc<Self>) -> Result<(), StoreError> {
        loop {
            let due = self.store.due_follows().await?;
            if due.is_empty() {
                return Ok(());
            }
            for follow in due {
                self.follow_one(&follow).await?;
            }
        }
    }

    async fn follow_one(self: &Arc<Self>, follow: &Follow) -> Result<(), StoreError> {
        let Follow { payment, age } = follow;
        if let Err(error) = self.settle_standing(payment, *age).await {
            tracing::info!(payment, %error, "a payment that is followed could not be read");
        }
        if let Err(error) = self.settle_standing_operation(payment).await {
            tracing::info!(payment, %error, "a capture or void that is followed could not be read");
        }
        if self.store.end_follow(payment, *age > GIVEN_UP).await? {
            return Ok(());
        }
        let wait = (*age / 2).clamp(self.settings.follow_after, SELDOM.max(self.settings.follow_after));
        self.store.follow_later(payment, wait).await
    }
}
