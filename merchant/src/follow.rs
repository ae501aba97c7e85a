//! Following payments to their end, though no shopper waits and no webhook comes: PaymentsOS is asked, at growing intervals, by one
//! replica at a time.

use crate::Merchant;
use crate::store::{Follow, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// The longest interval.
const SELDOM: Duration = Duration::from_secs(6 * 60 * 60);
/// After so long, what has no end gets none.
const GIVEN_UP: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The longest that one looks up for what is due.
const LOOKING: Duration = Duration::from_secs(5);
/// So many are asked for at once.
const MOST: usize = 8;
/// How long one may take, less than another replica keeps off it: a create of the same payment, or a database that is cut off, may hold
/// it up for longer.
const PATIENCE: Duration = Duration::from_secs(45);

impl Merchant {
    /// Follows, for as long as the process lives.
    pub(crate) async fn follow(self: Arc<Self>) {
        let looking = (self.settings.follow_after / 4).min(LOOKING);
        let mut under_way = JoinSet::new();
        loop {
            // No more are taken than are asked for at once: those that waited here would be kept from the others.
            let due = match under_way.len() {
                MOST.. => Ok(Vec::new()),
                some => self.store.due_follows(MOST - some).await,
            };
            match due {
                Ok(due) => {
                    for follow in due {
                        under_way.spawn(Arc::clone(&self).follow_within(follow));
                    }
                }
                Err(error) => tracing::warn!(%error, "what is to be asked for cannot be read"),
            }
            tokio::select! {
                Some(_) = under_way.join_next() => {}
                () = sleep(looking) => {}
            }
        }
    }

    async fn follow_within(self: Arc<Self>, follow: Follow) {
        match timeout(PATIENCE, self.follow_one(&follow)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(payment = follow.payment, %error, "a payment cannot be followed"),
            Err(_) => tracing::warn!(payment = follow.payment, "following a payment took too long: it is tried again"),
        }
    }

    async fn follow_one(self: &Arc<Self>, follow: &Follow) -> Result<(), StoreError> {
        let Follow { payment, age } = follow;
        // Of most, all is known by now: by the reply to the create, or by a webhook.
        if self.store.end_follow(payment, false).await? {
            return Ok(());
        }
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
