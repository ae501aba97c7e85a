//! What a person must look at: it should never happen, and money may be at stake.

use crate::store::{Store, StoreError};
use std::sync::{Mutex, PoisonError};

/// What happened. The names are stable: alarms can be set on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlertCode {
    /// A payment has more than one transaction that has not failed: the shopper may pay twice.
    SecondLiveTransaction,
    /// A transaction that was reported as failed has succeeded: the shopper may have tried again.
    FailedTurnedSucceed,
    /// A create named a transaction that its payment does not have.
    TransactionNotUnderPayment,
}

impl AlertCode {
    /// The word in the log.
    pub const fn name(self) -> &'static str {
        match self {
            AlertCode::SecondLiveTransaction => "second_live_transaction",
            AlertCode::FailedTurnedSucceed => "failed_turned_succeed",
            AlertCode::TransactionNotUnderPayment => "transaction_not_under_payment",
        }
    }
}

/// An alert, raised once for each transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// What happened.
    pub code: AlertCode,
    /// To which payment.
    pub payment: String,
    /// To which of its transactions.
    pub transaction: String,
}

/// The alerts raised since the start.
#[derive(Debug, Default)]
pub(crate) struct Alerts {
    raised: Mutex<Vec<Alert>>,
}

impl Alerts {
    /// Raises an alert, unless it was raised before.
    pub(crate) async fn raise(
        &self,
        store: &Store,
        code: AlertCode,
        payment: &str,
        transaction: &str,
    ) -> Result<(), StoreError> {
        if store.add_alert(code, payment, transaction).await? {
            self.log(code, payment, transaction);
        }
        Ok(())
    }

    /// Says that an alert was raised. The records have it already.
    pub(crate) fn log(&self, code: AlertCode, payment: &str, transaction: &str) {
        let mut raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner);
        raised.push(Alert { code, payment: payment.to_owned(), transaction: transaction.to_owned() });
        let count = raised.len();
        tracing::error!(alert = code.name(), payment, transaction, count, "somebody must look at this payment");
    }

    pub(crate) fn all(&self) -> Vec<Alert> {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
