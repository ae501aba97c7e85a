//! The backend and PaymentsOS in one, where every request is carried out at once or not at all.

use super::{State, money, place};
use crate::ids;
use paymentsos_core::flow::{Answer, Money, Request, Told, ToldPayment};
use paymentsos_core::paymentsos::{Kind, Outcome, Payment, PaymentStatus, RelatedResources, Status, Transaction};

/// A transaction.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Made {
    pub(super) key: String,
    pub(super) status: Status,
    amount: u64,
}

/// The number in a transaction's id.
pub(super) fn number(id: &str) -> Option<usize> {
    id.rsplit('-').next()?.parse().ok()
}

impl State {
    pub(super) fn live(&self) -> usize {
        self.made.iter().filter(|made| made.status != Status::Failed).count()
    }

    pub(super) fn has_failed(&self, key: &str) -> bool {
        self.made.iter().any(|made| made.key == key && made.status == Status::Failed)
    }

    /// What the backend does about a create: the transaction's number, or a status.
    pub(super) fn create(&mut self, key: &str, expected: &Money, becomes: Status, guards: bool) -> Result<usize, u16> {
        if let Some(at) = self.made.iter().position(|made| made.key == key) {
            return Ok(at);
        }
        if guards && self.live() > 0 {
            return Err(409);
        }
        if expected.amount != self.price {
            return Err(412);
        }
        self.made.push(Made { key: key.to_owned(), status: becomes, amount: self.price });
        Ok(self.made.len() - 1)
    }

    fn transaction(&self, at: usize) -> Told {
        let Made { key, status, amount } = &self.made[at];
        let is_pending = *status == Status::Pending;
        let place = is_pending.then(|| place(u32::try_from(at).unwrap_or_default(), "bank.example"));
        let transaction = Transaction {
            id: ids::transaction(at),
            result: Outcome { status: status.clone(), category: None, sub_category: None, description: None },
            redirection: None,
            reconciliation_id: Some(key.clone()),
            amount: Some(*amount),
            currency: Some(ids::CURRENCY.into()),
            payment_method: None,
            provider_specific_data: None,
            expires_at: None,
        };
        Told { transaction, place, collects: false }
    }

    fn payment(&self) -> ToldPayment {
        let any = |status: Status| self.made.iter().any(|made| made.status == status);
        let status = match () {
            () if any(Status::Succeed) => PaymentStatus::Captured,
            () if any(Status::Pending) => PaymentStatus::Pending,
            () => PaymentStatus::Initialized,
        };
        let Money { amount, currency } = money(self.price);
        let payment = Payment {
            id: ids::PAYMENT.into(),
            amount,
            currency,
            status,
            is_chargedback: false,
            order: None,
            related_resources: Some(RelatedResources::default()),
        };
        let transactions = (0..self.made.len()).map(|at| (Kind::Charge, self.transaction(at))).collect();
        ToldPayment { payment, transactions: Some(transactions) }
    }

    /// The backend carries a request of a tab out, and answers.
    pub(super) fn carried_out(&mut self, tab: usize, request: &Request, becomes: Status, guards: bool) -> Answer {
        let at = match request {
            Request::Create { attempt, expected, .. } => match self.create(attempt, expected, becomes, guards) {
                Ok(at) => at,
                Err(status) => return Answer::Refused { status, retry_after: None },
            },
            Request::Read { .. } => return Answer::Payment(self.payment()),
            Request::Ask { id, .. } | Request::Authenticate { id, .. } => match number(id) {
                Some(at) if at < self.made.len() => at,
                _ => return Answer::Refused { status: 404, retry_after: None },
            },
        };
        let told = self.transaction(at);
        if told.transaction.result.status.is_final() {
            let fact = (at, told.transaction.result.status == Status::Failed);
            if !self.tabs[tab].told.contains(&fact) {
                self.tabs[tab].told.push(fact);
            }
        }
        Answer::Transaction { told, vendor: None, held: false }
    }
}
