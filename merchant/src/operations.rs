//! Capture and void of an authorization, for the shop's own systems. Like a charge, each is on the disk before PaymentsOS is asked, is
//! done once under its key, and of a payment one stands at a time; what got lost is found by its `reconciliation_id`. All captures
//! together take no more than is reserved.

use crate::Merchant;
use crate::alerts::AlertCode;
use crate::desk::ReadError;
use crate::guard::REPEATED;
use crate::knowledge::complete;
use crate::paymentsos::CallError;
use crate::problem::{Problem, Type};
use crate::store::{Operation, OperationKind, OperationState, StoreError};
use paymentsos_core::paymentsos::{Kind, Payment, PaymentStatus, Status, Transaction};
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) payment: String,
    pub(crate) kind: OperationKind,
    /// The idempotency key.
    pub(crate) key: String,
    /// In minor units; all of it, where absent.
    pub(crate) amount: Option<u64>,
}

impl Merchant {
    /// Carries an operation out, or replies with what an earlier request under the same key made.
    pub(crate) async fn operate(self: &Arc<Self>, asked: Asked) -> Result<Transaction, Problem> {
        // Of what is no payment of ours, no turn is taken.
        self.store.order_of_payment(&asked.payment).await?.ok_or_else(Problem::not_found)?;
        let merchant = Arc::clone(self);
        // On its own: a system that hangs up must not stop it half-way.
        let piece = self.under_way.begin();
        let task = tokio::spawn(async move {
            let _piece = piece;
            let place = merchant.desk.place(&asked.payment);
            let _here = place.creating.lock().await;
            let _turn = merchant.store.turn(&asked.payment).await?;
            merchant.operate_in_turn(&asked).await
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(%error, "an operation was broken off");
            Err(Problem::internal())
        })
    }

    async fn operate_in_turn(self: &Arc<Self>, asked: &Asked) -> Result<Transaction, Problem> {
        let order = self.store.order_of_payment(&asked.payment).await?.ok_or_else(Problem::not_found)?;
        if order.kind != Kind::Authorization {
            return Err(Problem::of(Type::NotAuthorized));
        }
        let operation = match self.store.operation(&asked.key).await? {
            Some(known) if (&known.payment, known.kind, known.amount) != (&asked.payment, asked.kind, asked.amount) => {
                let detail = "This Idempotency-Key was used for something else. A new operation needs a new one.";
                return Err(Problem::new(Type::KeyOfAnother, detail));
            }
            Some(known) if known.state == OperationState::Refused => return self.begin_operation(known).await,
            None => {
                let Asked { payment, kind, key, amount } = asked;
                return self.begin_operation(Operation::new(key, payment, *kind, *amount)).await;
            }
            Some(known) => known,
        };
        if operation.state == OperationState::Open {
            return self.ask_for(&operation, true).await;
        }
        match (self.settle_operation(&operation).await, operation.transaction) {
            (Ok(Some(settled)), _) => Ok(settled),
            // What is known is still true.
            (Ok(None) | Err(ReadError::PaymentsOs(_)), Some(known)) => Ok(known),
            (Ok(None), None) => Err(Problem::internal()),
            (Err(error), _) => Err(error.into()),
        }
    }

    async fn begin_operation(self: &Arc<Self>, operation: Operation) -> Result<Transaction, Problem> {
        if let Some(standing) = self.store.standing_operation(&operation.payment).await? {
            let settled = match self.settle_operation(&standing).await {
                Ok(settled) => settled,
                Err(ReadError::PaymentsOs(_)) => None,
                Err(error) => return Err(error.into()),
            };
            if !settled.is_some_and(|settled| settled.result.status.is_final()) {
                return Err(stands(&standing));
            }
        }
        let payment = self.read_payment(&operation.payment, Instant::now()).await?;
        // After one capture of a part there may be another.
        if !matches!(payment.status, PaymentStatus::Authorized | PaymentStatus::Captured) {
            return Err(Problem::of(Type::NotAuthorized));
        }
        let own = match operation.kind {
            OperationKind::Capture => self.check_room(&operation, &payment).await?,
            OperationKind::Void => None,
        };
        if !self.store.begin_operation(&operation).await? {
            return Err(Problem::of(Type::PaymentHasOperation));
        }
        match own {
            Some(own) => Ok(self.take_in_operation(&operation, own).await?),
            None => self.ask_for(&operation, false).await,
        }
    }

    /// Refuses a capture that would, with those that are there or under way, take more than is reserved: PaymentsOS is not known to.
    /// Returns the capture itself, where it is there after all.
    async fn check_room(&self, asked: &Operation, payment: &Payment) -> Result<Option<Transaction>, Problem> {
        let listed = self.paymentsos.operations(&asked.payment, asked.kind.path()).await;
        let mut captures = listed.map_err(|error| match error {
            // Without the list, nothing is known: not that there is none.
            CallError::NotFound => Problem::upstream(&CallError::Unreadable),
            error => Problem::upstream(&error),
        })?;
        if let Some(own) = captures.iter().find(|capture| capture.reconciliation_id.as_ref() == Some(&asked.id)) {
            return Ok(Some(own.clone()));
        }
        // A list may not have yet what is known already.
        for known in self.store.operations(&asked.payment).await? {
            if let Some(capture) = known.transaction.filter(|_| known.kind == OperationKind::Capture)
                && !captures.iter().any(|listed| listed.id == capture.id)
            {
                captures.push(capture);
            }
        }
        let live = captures.iter().filter(|capture| capture.result.status != Status::Failed);
        let taken = live.fold(0, |sum: u64, capture| sum.saturating_add(capture.amount.unwrap_or(payment.amount)));
        let left = payment.amount.saturating_sub(taken);
        if left == 0 {
            return Err(Problem::new(Type::NotAuthorized, "All of it is captured, or being captured."));
        }
        match asked.amount {
            None if taken > 0 => Err(Problem::new(
                Type::Amount,
                format!("A part is captured already: say how much of the other {left}."),
            )),
            Some(amount) if amount == 0 || amount > left => {
                Err(Problem::new(Type::Amount, format!("The amount must be one of minor units, at most {left}.")))
            }
            _ => Ok(None),
        }
    }

    /// Asks PaymentsOS. `unknown` says that what became of an earlier request is not known.
    async fn ask_for(self: &Arc<Self>, operation: &Operation, unknown: bool) -> Result<Transaction, Problem> {
        let Operation { id, payment, kind, amount, upstream_key, .. } = operation;
        let mut body = json!({"reconciliation_id": id});
        if let Some(amount) = amount {
            body["amount"] = (*amount).into();
        }
        let error = match self.paymentsos.operate(payment, kind.path(), upstream_key, &body).await {
            Ok(made) => return self.believe(operation, made).await,
            Err(error) => error,
        };
        // Whatever it says now, an earlier request may have been carried out.
        let found = self.find_operation(operation).await;
        let is_listed = match found {
            Ok(Some(found)) => return Ok(self.take_in_operation(operation, found).await?),
            Ok(None) => Some(false),
            Err(_) => None,
        };
        let category = match error {
            CallError::Conflict => None,
            CallError::Refused { category, .. } => Some(category),
            CallError::NotFound => Some(None),
            error => return Err(Problem::outcome_unknown(&error)),
        };
        match (unknown, is_listed) {
            (false, _) => self.store.refuse_operation(id).await?,
            // No earlier request is under way any more, and none has left anything.
            (true, Some(false)) if operation.age > REPEATED => {
                self.store.end_operation(operation).await?;
                self.to_tell.notify_one();
            }
            (true, _) => return Err(Problem::outcome_unknown(&CallError::Unreadable)),
        }
        Err(category.map_or_else(|| Problem::of(Type::NotAuthorized), Problem::refused))
    }

    /// What a request returned is believed when it can be read under the payment.
    async fn believe(self: &Arc<Self>, operation: &Operation, made: Transaction) -> Result<Transaction, Problem> {
        let Operation { payment, kind, .. } = operation;
        match self.paymentsos.operation(payment, kind.path(), &made.id).await {
            Ok(mut read) => {
                read.reconciliation_id = read.reconciliation_id.or(made.reconciliation_id);
                read.amount = read.amount.or(made.amount);
                Ok(self.take_in_operation(operation, read).await?)
            }
            Err(CallError::NotFound) => {
                let code = AlertCode::TransactionNotUnderPayment;
                self.alerts.raise(&self.store, code, payment, &made.id).await?;
                Err(Problem::outcome_unknown(&CallError::Unreadable))
            }
            Err(error) => Err(Problem::outcome_unknown(&error)),
        }
    }

    /// What PaymentsOS has of an operation, by its own id or by what it was asked for with.
    async fn find_operation(&self, operation: &Operation) -> Result<Option<Transaction>, CallError> {
        let Operation { id, payment, kind, transaction, .. } = operation;
        if let Some(known) = transaction {
            return self.paymentsos.operation(payment, kind.path(), &known.id).await.map(Some);
        }
        let all = self.paymentsos.operations(payment, kind.path()).await?;
        Ok(all.into_iter().find(|found| found.reconciliation_id.as_ref() == Some(id)))
    }

    /// Takes in what PaymentsOS has of an operation, and tells everybody who waits for it.
    pub(crate) async fn take_in_operation(
        self: &Arc<Self>,
        operation: &Operation,
        mut read: Transaction,
    ) -> Result<Transaction, StoreError> {
        if let Some(order) = self.store.order_of_payment(&operation.payment).await? {
            complete(&mut read, operation.amount.unwrap_or(order.amount), &order.currency);
        }
        self.store.see_operation(operation, &read).await?;
        self.to_tell.notify_one();
        self.desk.tell(&operation.payment);
        Ok(read)
    }

    /// Looks at what became of an operation: what is known of it then.
    async fn settle_operation(self: &Arc<Self>, operation: &Operation) -> Result<Option<Transaction>, ReadError> {
        let is_final = operation.transaction.as_ref().is_some_and(|known| known.result.status.is_final());
        if is_final {
            return Ok(operation.transaction.clone());
        }
        match self.find_operation(operation).await? {
            Some(found) => Ok(Some(self.take_in_operation(operation, found).await?)),
            None => Ok(None),
        }
    }

    /// Looks at a payment's operation whose end is not known, if it has one.
    pub(crate) async fn settle_standing_operation(self: &Arc<Self>, payment: &str) -> Result<(), ReadError> {
        if let Some(standing) = self.store.standing_operation(payment).await? {
            self.settle_operation(&standing).await?;
        }
        Ok(())
    }
}

fn stands(standing: &Operation) -> Problem {
    let Operation { id, kind, .. } = standing;
    let detail = format!(
        "The payment has a {} whose end is not known yet, asked for with the Idempotency-Key {id}. Wait for it, or repeat that \
         request with that key.",
        kind.name()
    );
    Problem::new(Type::PaymentHasOperation, detail)
}
