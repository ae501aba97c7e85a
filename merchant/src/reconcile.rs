//! Setting the records right: what is stored of each payment is compared with what PaymentsOS has, and mended.

use crate::desk::ReadError;
use crate::serve::assemble;
use crate::store::StoreError;
use crate::{Config, Merchant, StartError};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A transaction of which the records said something else than PaymentsOS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The payment.
    pub payment: String,
    /// Its charge or authorization.
    pub transaction: String,
    /// The status in the records, if it was in them.
    pub stored: Option<String>,
    /// The status at PaymentsOS, if it is there.
    pub found: Option<String>,
    /// Whether the records now say what PaymentsOS says. They do not where that would take back a success: somebody must look.
    pub is_mended: bool,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |status: &Option<String>| status.clone().unwrap_or_else(|| "none".to_owned());
        let (stored, found) = (or_none(&self.stored), or_none(&self.found));
        let end = if self.is_mended { "mended" } else { "NOT MENDED: somebody must look" };
        write!(f, "{} {}: stored {stored}, at PaymentsOS {found}: {end}", self.payment, self.transaction)
    }
}

/// What a comparison came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// How many payments were compared.
    pub compared: usize,
    /// Where the records differed.
    pub differences: Vec<Difference>,
    /// Payments that could not be read.
    pub unread: Vec<String>,
}

impl Reconciled {
    /// Whether the records now say what PaymentsOS says.
    pub fn is_right(&self) -> bool {
        self.unread.is_empty() && self.differences.iter().all(|difference| difference.is_mended)
    }
}

/// Compares the payments whose orders are no older than `age`, and those whose end is not known, with PaymentsOS, and mends the records.
/// The merchant may serve meanwhile.
///
/// # Errors
///
/// Where the configuration is wrong, or the records cannot be used.
pub async fn reconcile(config: Config, age: Duration) -> Result<Reconciled, StartError> {
    // Nobody calls this one: any address does.
    let public_url = config.public_url.as_ref().unwrap_or(&config.paymentsos_url);
    let merchant = assemble(&config, public_url).await?;
    let mut reconciled = Reconciled::default();
    for payment in merchant.store.payments_since(age).await? {
        match merchant.reconcile_one(&payment).await {
            Ok(differences) => {
                reconciled.compared += 1;
                reconciled.differences.extend(differences);
            }
            Err(ReadError::PaymentsOs(_)) => reconciled.unread.push(payment),
            Err(ReadError::Store(error)) => return Err(error.into()),
        }
    }
    merchant.store.close().await;
    Ok(reconciled)
}

impl Merchant {
    async fn reconcile_one(self: &Arc<Self>, payment: &str) -> Result<Vec<Difference>, ReadError> {
        let before = self.stored(payment).await?;
        let read = self.paymentsos.payment(payment).await?;
        let related = read.related_resources.unwrap_or_default();
        let found: BTreeMap<String, String> = related
            .charges
            .into_iter()
            .chain(related.authorizations)
            .map(|transaction| (transaction.id, transaction.result.status.as_str().to_owned()))
            .collect();
        // What is not decided yet stays so: it is followed.
        self.settle_standing(payment, Duration::ZERO).await?;
        self.settle_standing_operation(payment).await?;
        let after = self.stored(payment).await?;
        let all = before.keys().chain(found.keys().filter(|id| !before.contains_key(*id)));
        let difference = |id: &String| Difference {
            payment: payment.to_owned(),
            transaction: id.clone(),
            stored: before.get(id).cloned(),
            found: found.get(id).cloned(),
            is_mended: after.get(id) == found.get(id),
        };
        Ok(all.filter(|id| before.get(*id) != found.get(*id)).map(difference).collect())
    }

    async fn stored(&self, payment: &str) -> Result<BTreeMap<String, String>, StoreError> {
        Ok(self.store.statuses_by_id(payment).await?.into_iter().collect())
    }
}
