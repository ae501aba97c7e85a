//! Forgetting: what is not needed any more is not kept.

use crate::Merchant;
use crate::store::StoreError;
use std::sync::Arc;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(60 * 60);

impl Merchant {
    /// Forgets, for as long as the process lives. Replicas may do so at the same time.
    pub(crate) async fn forget(self: Arc<Self>) {
        loop {
            match self.forget_now().await {
                Ok(0) => {}
                Ok(orders) => tracing::info!(orders, "old orders were forgotten"),
                Err(error) => tracing::warn!(%error, "what is to be forgotten cannot be read"),
            }
            tokio::time::sleep(HOUR).await;
        }
    }

    async fn forget_now(&self) -> Result<usize, StoreError> {
        self.store.forget_what_has_ended().await?;
        self.store.forget_orders(self.settings.keep_for).await
    }
}
