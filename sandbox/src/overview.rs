//! `GET /sandbox/state`: what there is, in one piece, for whoever looks on. The newest comes first.

use crate::app::App;
use crate::clock::Millis;
use crate::faults::Faults;
use crate::lock;
use crate::money;
use crate::sent::Posted;
use crate::store::{Payment, Transaction};
use crate::webhooks::without_secrets;
use paymentsos_core::paymentsos::{Outcome, PaymentStatus};
use serde::Serialize;
use std::cmp::Reverse;

/// How many payments are shown.
const SHOWN: usize = 100;

/// All that is shown.
#[derive(Debug, Serialize)]
pub(crate) struct Overview {
    /// Where webhooks go, if anybody is registered.
    webhook_url: Option<String>,
    payments: Vec<PaymentView>,
    /// How many payments there are, those that are not shown included.
    payments_count: usize,
    /// Those that are kept.
    webhooks: Vec<Posted>,
    faults: Faults,
}

#[derive(Debug, Serialize)]
struct PaymentView {
    id: String,
    amount: u64,
    /// The amount in major units.
    decimal: String,
    currency: String,
    status: PaymentStatus,
    is_chargedback: bool,
    created: Millis,
    order_id: Option<String>,
    transactions: Vec<TransactionView>,
}

#[derive(Debug, Serialize)]
struct TransactionView {
    kind: &'static str,
    id: String,
    #[serde(flatten)]
    outcome: Outcome,
    amount: u64,
    decimal: String,
    created: Millis,
    reconciliation_id: Option<String>,
    /// Where the shopper is sent to, while it is pending.
    redirection: Option<String>,
}

impl Overview {
    pub(crate) fn of(app: &App) -> Overview {
        let store = lock(&app.store);
        let mut payments: Vec<_> = store.payments.values().collect();
        payments.sort_by_key(|payment| Reverse(payment.created));
        let shown = payments.iter().take(SHOWN).map(|payment| PaymentView::of(payment)).collect();
        let payments_count = payments.len();
        drop(store);
        Overview {
            webhook_url: app.webhooks.url().as_deref().map(without_secrets),
            payments: shown,
            payments_count,
            webhooks: app.sent.newest(),
            faults: lock(&app.faults).clone(),
        }
    }
}

impl PaymentView {
    fn of(payment: &Payment) -> PaymentView {
        let order_id = payment.details.get("order").and_then(|order| order["id"].as_str());
        let transactions = payment.transactions.iter();
        PaymentView {
            id: payment.id.clone(),
            amount: payment.amount,
            decimal: money::decimal(payment.amount, &payment.currency),
            currency: payment.currency.clone(),
            status: payment.status(),
            is_chargedback: payment.is_chargedback,
            created: payment.created,
            order_id: order_id.map(str::to_owned),
            transactions: transactions.map(|transaction| TransactionView::of(payment, transaction)).collect(),
        }
    }
}

impl TransactionView {
    fn of(payment: &Payment, transaction: &Transaction) -> TransactionView {
        let is_open = !transaction.outcome.status.is_final();
        let redirection = transaction.redirection.as_ref().filter(|_| is_open);
        TransactionView {
            kind: transaction.operation.name(),
            id: transaction.id.clone(),
            outcome: transaction.outcome.clone(),
            amount: transaction.amount,
            decimal: money::decimal(transaction.amount, &payment.currency),
            created: transaction.created,
            reconciliation_id: transaction.reconciliation_id.clone(),
            redirection: redirection.map(|redirection| redirection.url.clone()),
        }
    }
}
