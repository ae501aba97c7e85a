//! Setting the records right: what is stored of each payment, and of what was captured or voided of it, is compared with what PaymentsOS
//! has, and mended.

use crate::desk::ReadError;
use crate::guard::REPEATED;
use crate::paymentsos::CallError;
use crate::serve::assemble;
use crate::store::{Operation, OperationKind, OperationState, StoreError};
use crate::{Config, Merchant, StartError};
use paymentsos_core::paymentsos::{Status, Transaction};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A transaction of which the records said something else than PaymentsOS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The payment.
    pub payment: String,
    /// Its charge or authorization; or a capture or void, by its id or, where PaymentsOS has none, by the key that it was asked for with.
    pub transaction: String,
    /// The status in the records, if it was in them; `open` of a capture or void whose outcome is not known.
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
    /// Payments that PaymentsOS does not have.
    pub unknown: Vec<String>,
}

impl Reconciled {
    /// Whether the records now say what PaymentsOS says.
    pub fn is_right(&self) -> bool {
        self.unread.is_empty()
            && self.unknown.is_empty()
            && self.differences.iter().all(|difference| difference.is_mended)
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
            Err(ReadError::PaymentsOs(CallError::NotFound)) => reconciled.unknown.push(payment),
            Err(ReadError::PaymentsOs(_)) => reconciled.unread.push(payment),
            Err(ReadError::Store(error)) => return Err(error.into()),
        }
    }
    merchant.store.close().await;
    Ok(reconciled)
}

impl Merchant {
    async fn reconcile_one(self: &Arc<Self>, payment: &str) -> Result<Vec<Difference>, ReadError> {
        let place = self.desk.place(payment);
        let _here = place.creating.lock().await;
        let _turn = self.store.turn(payment).await?;
        let before = self.stored(payment).await?;
        // What is compared is what is taken in: between two readings a status may change.
        let read = self.paymentsos.payment(payment).await?;
        // Without the list, nothing is known: not that there is none.
        let related = read.related_resources.as_ref().ok_or(CallError::Unreadable)?;
        let listed = related.charges.iter().chain(&related.authorizations);
        let found: BTreeMap<String, Status> =
            listed.map(|transaction| (transaction.id.clone(), transaction.result.status.clone())).collect();
        let read = self.take_in_all(read).await?;
        // What is not decided yet stays so: it is followed.
        self.settle_standing_by(&read, Duration::ZERO).await?;
        let after = self.stored(payment).await?;
        let all = before.keys().chain(found.keys().filter(|id| !before.contains_key(*id)));
        let of = |id: &String| difference(payment, id, before.get(id), found.get(id), after.get(id));
        let mut differences: Vec<Difference> = all.filter_map(of).collect();
        for kind in OperationKind::ALL {
            differences.extend(self.reconcile_operations(payment, kind).await?);
        }
        Ok(differences)
    }

    /// Compares the captures, or voids, that were asked for here. Those that somebody else has made are none of these records' affair.
    async fn reconcile_operations(
        self: &Arc<Self>,
        payment: &str,
        kind: OperationKind,
    ) -> Result<Vec<Difference>, ReadError> {
        let mut asked = self.store.operations(payment).await?;
        asked.retain(|operation| operation.kind == kind);
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let listed = self.paymentsos.operations(payment, kind.path()).await;
        let listed =
            listed.map_err(|error| if error == CallError::NotFound { CallError::Unreadable } else { error })?;
        let mut differences = Vec::new();
        for operation in asked {
            let found = listed.iter().find(|found| made_by(&operation, found));
            // It may still be under way.
            if found.is_none() && operation.state == OperationState::Open && operation.age < REPEATED {
                continue;
            }
            // One that was refused does not come to stand beside another.
            let is_taken_in =
                |found: &&Transaction| operation.state != OperationState::Refused || found.result.status.is_final();
            if let Some(found) = found.filter(is_taken_in) {
                self.take_in_operation(&operation, found.clone()).await?;
            }
            let after = self.store.operation(&operation.id).await?;
            let id = found.or(operation.transaction.as_ref()).map_or(&operation.id, |made| &made.id);
            let found = found.map(|found| &found.result.status);
            let after = after.as_ref().and_then(status);
            differences.extend(difference(payment, id, status(&operation).as_ref(), found, after.as_ref()));
        }
        Ok(differences)
    }

    async fn stored(&self, payment: &str) -> Result<BTreeMap<String, Status>, StoreError> {
        let stored = self.store.statuses_by_id(payment).await?;
        Ok(stored.into_iter().map(|(id, status)| (id, Status::from(status))).collect())
    }
}

/// Whether PaymentsOS made that of it.
fn made_by(operation: &Operation, made: &Transaction) -> bool {
    match &operation.transaction {
        Some(known) => known.id == made.id,
        None => made.reconciliation_id.as_ref() == Some(&operation.id),
    }
}

/// What the records say of a capture or void.
fn status(operation: &Operation) -> Option<Status> {
    match (&operation.transaction, operation.state) {
        (Some(known), _) => Some(known.result.status.clone()),
        (None, OperationState::Open) => Some(Status::Other("open".to_owned())),
        (None, _) => None,
    }
}

/// What differs, if anything does.
fn difference(
    payment: &str,
    id: &str,
    before: Option<&Status>,
    found: Option<&Status>,
    after: Option<&Status>,
) -> Option<Difference> {
    if before == found {
        return None;
    }
    // Or the merchant that serves meanwhile has already come to know the end.
    let is_ahead = !found.is_none_or(Status::is_final) && after != before && after.is_some_and(Status::is_final);
    let text = |status: Option<&Status>| status.map(|status| status.as_str().to_owned());
    Some(Difference {
        payment: payment.to_owned(),
        transaction: id.to_owned(),
        stored: text(before),
        found: text(found),
        is_mended: after == found || is_ahead,
    })
}
