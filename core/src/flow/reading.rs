//! What a reading of the payment says. The payment decides, not one transaction.

use super::Money;
use super::input::{Told, ToldPayment};
use crate::codes::Code;
use crate::paymentsos::{Kind, PaymentStatus, Status};

/// What a payment allows.
#[allow(clippy::large_enum_variant, reason = "few are alive at a time, and none is kept")]
pub(super) enum Verdict {
    /// It is voided, refunded or charged back: nothing more will come of it.
    Closed(Code),
    /// A transaction that is not failed stands for it, whoever made it.
    Live(Kind, Told),
    /// It is known that there is none; these have failed.
    Free(Vec<(Kind, Told)>),
    /// The reading does not say. That is not "none".
    Unknown,
}

/// What holds of a payment until it is read anew.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reading {
    pub(super) money: Money,
    pub(super) reference: Option<String>,
}

impl Reading {
    /// Reads a payment; `own` is the attempt's id, by which our own transaction is recognised.
    pub(super) fn of(told: ToldPayment, own: Option<&str>) -> (Reading, Verdict) {
        let ToldPayment { payment, transactions } = told;
        let verdict = verdict(payment.is_chargedback, &payment.status, transactions, own);
        let reference = payment.order.and_then(|order| order.id).filter(|id| !id.is_empty());
        let money = Money { amount: payment.amount, currency: payment.currency };
        (Reading { money, reference }, verdict)
    }
}

fn verdict(
    charged_back: bool,
    status: &PaymentStatus,
    transactions: Option<Vec<(Kind, Told)>>,
    own: Option<&str>,
) -> Verdict {
    match status {
        _ if charged_back => return Verdict::Closed(Code::PaymentRefunded),
        PaymentStatus::Refunded => return Verdict::Closed(Code::PaymentRefunded),
        PaymentStatus::Voided => return Verdict::Closed(Code::PaymentCancelled),
        _ => {}
    }
    let Some(transactions) = transactions else { return Verdict::Unknown };
    let (failed, live): (Vec<_>, Vec<_>) =
        transactions.into_iter().partition(|(_, told)| told.transaction.result.status == Status::Failed);
    // One that has succeeded before a pending one, our own before another's, the latest before earlier ones.
    let best =
        live.into_iter().max_by_key(|(_, told)| (told.transaction.result.status == Status::Succeed, is_of(told, own)));
    match best {
        Some((kind, told)) => Verdict::Live(kind, told),
        // It has got further than the failures that are listed: by something that is not.
        None if *status != PaymentStatus::Initialized => Verdict::Unknown,
        None => Verdict::Free(failed),
    }
}

/// Whether the transaction came of that attempt.
pub(super) fn is_of(told: &Told, attempt: Option<&str>) -> bool {
    attempt.is_some() && told.transaction.reconciliation_id.as_deref() == attempt
}
