//! The way to PaymentsOS, on which requests and replies get lost, and what is told there.

use super::{Merchant, Problem, Process};
use crate::faults::Fault;
use crate::paymentsos::{CreateBody, Refusal};
use paymentsos_core::flow::Millis;
use paymentsos_core::paymentsos::{Kind, Payment, Status, Transaction};
use std::rc::Rc;

/// How long the reference waits for a create, and for a reading.
const CREATE_LIMIT: Millis = 50_000;
const READ_LIMIT: Millis = 8_000;

/// Why PaymentsOS gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallError {
    NotFound,
    Conflict,
    TimedOut,
    Unavailable,
    TooMany,
}

impl CallError {
    pub(super) fn problem(self) -> Problem {
        match self {
            CallError::NotFound => Problem::new(404),
            CallError::TimedOut => Problem::new(504),
            CallError::TooMany => Problem { retry_after: Some(5_000), ..Problem::new(503) },
            CallError::Conflict | CallError::Unavailable => Problem::new(502),
        }
    }
}

impl From<Refusal> for CallError {
    fn from(refusal: Refusal) -> CallError {
        match refusal {
            Refusal::Conflict => CallError::Conflict,
            Refusal::NotFound => CallError::NotFound,
        }
    }
}

impl Merchant {
    /// There and back, with whatever goes wrong.
    async fn calls<T>(self: &Rc<Self>, limit: Millis, work: impl FnOnce() -> T) -> Result<T, CallError> {
        let latency = self.chance.borrow_mut().between(10, 120);
        self.time.sleep(latency).await;
        if self.happens(Fault::PaymentsOsBusy) {
            return Err(CallError::TooMany);
        }
        if self.happens(Fault::PaymentsOsDown) {
            return Err(CallError::Unavailable);
        }
        if self.happens(Fault::PaymentsOsHangs) {
            // Whether it was carried out, nobody knows.
            let is_done = self.chance.borrow_mut().one_in(2);
            if is_done {
                work();
            }
            self.time.sleep(limit).await;
            return Err(CallError::TimedOut);
        }
        let done = work();
        if self.happens(Fault::PaymentsOsReplyLost) {
            return Err(CallError::Unavailable);
        }
        let latency = self.chance.borrow_mut().between(10, 120);
        self.time.sleep(latency).await;
        Ok(done)
    }

    /// Reads the payment, and takes in what it says.
    pub(super) async fn read(self: &Rc<Self>, process: &Process) -> Result<Payment, CallError> {
        let mut payment = self.calls(READ_LIMIT, || self.paymentsos.borrow().payment()).await?;
        process.read_at.set(Some(self.time.now()));
        if let Some(related) = &mut payment.related_resources {
            for (kind, list) in
                [(Kind::Charge, &mut related.charges), (Kind::Authorization, &mut related.authorizations)]
            {
                for transaction in list {
                    *transaction = self.take_in(process, kind, transaction);
                }
            }
        }
        Ok(payment)
    }

    pub(super) async fn transaction_at_paymentsos(self: &Rc<Self>, id: &str) -> Result<Transaction, CallError> {
        let told = self
            .calls(READ_LIMIT, || {
                let paymentsos = self.paymentsos.borrow();
                paymentsos.find(id).map(|made| paymentsos.transaction(made))
            })
            .await?;
        told.ok_or(CallError::NotFound)
    }

    pub(super) async fn create_at_paymentsos(self: &Rc<Self>, body: &CreateBody) -> Result<Transaction, CallError> {
        #[cfg(test)]
        match self.next_create.replace(super::faithful::Lost::Nothing) {
            super::faithful::Lost::Nothing => {}
            super::faithful::Lost::Request => return Err(CallError::Unavailable),
            super::faithful::Lost::Reply => {
                let _ = self.paymentsos.borrow_mut().create(body, self.time.now());
                return Err(CallError::Unavailable);
            }
        }
        let made = self
            .calls(CREATE_LIMIT, || {
                let made = self.paymentsos.borrow_mut().create(body, self.time.now());
                if matches!(made, Ok((_, true))) {
                    self.made.ring();
                }
                made
            })
            .await?;
        made.map(|(transaction, _)| transaction).map_err(CallError::from)
    }

    pub(super) async fn authenticate_at_paymentsos(self: &Rc<Self>, id: &str) -> Result<Transaction, CallError> {
        let gone_on = self
            .calls(CREATE_LIMIT, || {
                let at = self.paymentsos.borrow_mut().authenticate(id)?;
                self.made.ring();
                let paymentsos = self.paymentsos.borrow();
                Ok::<_, Refusal>(paymentsos.transaction(&paymentsos.made[at]))
            })
            .await?;
        gone_on.map_err(CallError::from)
    }

    /// Takes in what PaymentsOS said of a transaction, and tells everybody who waits. A final status is not taken back.
    pub(super) fn take_in(&self, process: &Process, kind: Kind, reading: &Transaction) -> Transaction {
        let (transaction, changed) = self.records.borrow_mut().see(kind, reading);
        if changed {
            process.news.ring();
        }
        transaction
    }
}

/// Whether it is a fault of the provider, which is worth a repeat under the same key.
pub(super) fn may_be_repeated(transaction: &Transaction) -> bool {
    transaction.result.status == Status::Failed
        && matches!(transaction.result.category.as_deref(), Some("provider_error" | "provider_network_error"))
}
