//! What the sandbox remembers, and which operation a payment allows next.

use crate::clock::Millis;
use crate::provider::{Challenge, Destination, Verdict};
use paymentsos_core::paymentsos::{Outcome, PaymentStatus, Status};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What can be done to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Charge,
    Authorization,
    Capture,
    Void,
    Refund,
}

impl Operation {
    pub(crate) const ALL: [Operation; 5] =
        [Operation::Charge, Operation::Authorization, Operation::Capture, Operation::Void, Operation::Refund];

    /// Its word in event types, such as `charge`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Operation::Charge => "charge",
            Operation::Authorization => "authorization",
            Operation::Capture => "capture",
            Operation::Void => "void",
            Operation::Refund => "refund",
        }
    }

    /// Its segment in addresses, such as `charges`.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Operation::Charge => "charges",
            Operation::Authorization => "authorizations",
            Operation::Capture => "captures",
            Operation::Void => "voids",
            Operation::Refund => "refunds",
        }
    }

    /// The one of that segment.
    pub(crate) fn from_path(path: &str) -> Option<Operation> {
        Operation::ALL.into_iter().find(|operation| operation.path() == path)
    }

    /// Whether it is a first step: a charge or an authorization.
    pub(crate) fn opens(self) -> bool {
        matches!(self, Operation::Charge | Operation::Authorization)
    }
}

/// What the shopper chose on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    Succeed,
    Fail,
    Cancel,
    LateSucceed,
    LateFail,
    Never,
}

impl Press {
    /// The one of that button.
    pub(crate) fn from_value(value: &str) -> Option<Press> {
        Some(match value {
            "succeed" => Press::Succeed,
            "fail" => Press::Fail,
            "cancel" => Press::Cancel,
            "late-succeed" => Press::LateSucceed,
            "late-fail" => Press::LateFail,
            "never" => Press::Never,
            _ => return None,
        })
    }
}

/// Where the shopper's browser is sent to.
#[derive(Clone, Debug)]
pub(crate) struct Redirection {
    pub(crate) id: String,
    pub(crate) created: Millis,
    pub(crate) merchant_site_url: String,
    pub(crate) url: String,
    pub(crate) destination: Destination,
    /// Whether a page for the shopper may be shown in a frame.
    pub(crate) iframe_allowed: bool,
    pub(crate) press: Option<Press>,
}

/// A data collection that the merchant has not gone on from yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Collection {
    pub(crate) challenge: Challenge,
    /// Whether the issuer has got its data.
    pub(crate) has_data: bool,
}

/// Anything done to a payment.
#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    pub(crate) id: String,
    pub(crate) operation: Operation,
    pub(crate) created: Millis,
    pub(crate) outcome: Outcome,
    pub(crate) amount: u64,
    pub(crate) reconciliation_id: Option<String>,
    /// As replies show it: without a card number.
    pub(crate) payment_method: Option<Value>,
    pub(crate) ip_address: Option<String>,
    pub(crate) redirection: Option<Redirection>,
    pub(crate) collection: Option<Collection>,
    /// The id of the request that made it, which its webhooks carry too.
    pub(crate) request_id: String,
}

/// An amount that a merchant wants, and what was done to get it.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) amount: u64,
    pub(crate) currency: String,
    pub(crate) created: Millis,
    pub(crate) modified: Millis,
    pub(crate) is_chargedback: bool,
    /// What else the merchant said of it, as replies show it.
    pub(crate) details: Map<String, Value>,
    /// The provider's own id for it, shared by all its transactions.
    pub(crate) external_id: String,
    pub(crate) transactions: Vec<Transaction>,
}

impl Payment {
    pub(crate) fn transaction(&self, id: &str) -> Option<&Transaction> {
        self.transactions.iter().find(|transaction| transaction.id == id)
    }

    fn has(&self, operation: Operation, status: &Status) -> bool {
        self.transactions
            .iter()
            .any(|transaction| transaction.operation == operation && transaction.outcome.status == *status)
    }

    /// The sum of its transactions. A pending capture, void or refund leaves it as it was: the documentation does not say.
    pub(crate) fn status(&self) -> PaymentStatus {
        let (succeeded, pending) =
            (|operation| self.has(operation, &Status::Succeed), |operation| self.has(operation, &Status::Pending));
        if succeeded(Operation::Refund) {
            PaymentStatus::Refunded
        } else if succeeded(Operation::Void) {
            PaymentStatus::Voided
        } else if succeeded(Operation::Charge) || succeeded(Operation::Capture) {
            PaymentStatus::Captured
        } else if succeeded(Operation::Authorization) {
            PaymentStatus::Authorized
        } else if pending(Operation::Charge) || pending(Operation::Authorization) {
            PaymentStatus::Pending
        } else {
            PaymentStatus::Initialized
        }
    }

    /// Whether the operation may be tried now; if not, the reply is `409`. A second capture, void or refund is allowed once the
    /// first is final, as the live mock provider does.
    pub(crate) fn allows(&self, operation: Operation) -> bool {
        let status = self.status();
        let right = match operation {
            Operation::Charge | Operation::Authorization => status == PaymentStatus::Initialized,
            Operation::Capture => {
                self.has(Operation::Authorization, &Status::Succeed)
                    && matches!(status, PaymentStatus::Authorized | PaymentStatus::Captured)
            }
            Operation::Void => matches!(status, PaymentStatus::Authorized | PaymentStatus::Voided),
            Operation::Refund => matches!(status, PaymentStatus::Captured | PaymentStatus::Refunded),
        };
        right && !self.has(operation, &Status::Pending)
    }
}

/// A card, without its number: only what replies show, and what the provider will make of it.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) created: Millis,
    pub(crate) used: bool,
    /// As replies show it, apart from `created` and `state`.
    pub(crate) shown: Map<String, Value>,
    pub(crate) verdict: Verdict,
}

/// All of it. Ordered maps, so that nothing depends on chance.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) payments: BTreeMap<String, Payment>,
    pub(crate) tokens: BTreeMap<String, Token>,
}

impl Store {
    /// The payment and the transaction that a redirection belongs to.
    pub(crate) fn redirection(&self, id: &str) -> Option<(&Payment, &Transaction, &Redirection)> {
        self.payments.values().find_map(|payment| {
            payment.transactions.iter().find_map(|transaction| {
                let redirection = transaction.redirection.as_ref().filter(|redirection| redirection.id == id)?;
                Some((payment, transaction, redirection))
            })
        })
    }

    pub(crate) fn transaction_mut(&mut self, payment_id: &str, id: &str) -> Option<&mut Transaction> {
        self.payments.get_mut(payment_id)?.transactions.iter_mut().find(|transaction| transaction.id == id)
    }
}
