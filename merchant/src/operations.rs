//! Capture and void of an authorization, for the shop's own systems. Like a charge, each is on the disk before PaymentsOS is asked, is
//! done once under its key, and of a payment one stands at a time; what got lost is found by its `reconciliation_id`.

use crate::desk::ReadError;
use crate::knowledge::complete;
use crate::paymentsos::CallError;
use crate::problem::{Problem, Type};
use crate::serve::assemble;
use crate::store::{Operation, OperationKind, OperationState};
use crate::{Config, Merchant, StartError};
use paymentsos_core::paymentsos::{PaymentStatus, Transaction};
use serde_json::json;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

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
        let merchant = Arc::clone(self);
        // On its own: a system that hangs up must not stop it half-way.
        let task = tokio::spawn(async move {
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
        self.store.order_of_payment(&asked.payment).await?.ok_or_else(Problem::not_found)?;
        let known = self.store.operation(&asked.key).await?;
        let operation = match known {
            Some(known) if (&known.payment, known.kind, known.amount) != (&asked.payment, asked.kind, asked.amount) => {
                let detail = "This Idempotency-Key was used for something else. A new operation needs a new one.";
                return Err(Problem::new(Type::KeyOfAnother, detail));
            }
            Some(known) if known.state != OperationState::Refused => known,
            _ => return self.begin_operation(asked).await,
        };
        match operation.state {
            OperationState::Open => self.ask_for(&operation, true).await,
            _ => self.settle_operation(&operation).await?.ok_or_else(Problem::internal),
        }
    }

    async fn begin_operation(self: &Arc<Self>, asked: &Asked) -> Result<Transaction, Problem> {
        if let Some(standing) = self.store.standing_operation(&asked.payment).await? {
            let settled = self.settle_operation(&standing).await?;
            if !settled.is_some_and(|settled| settled.result.status.is_final()) {
                return Err(Problem::of(Type::PaymentHasOperation));
            }
        }
        let payment = self.read_payment(&asked.payment, Instant::now()).await?;
        // After one capture of a part there may be another.
        if !matches!(payment.status, PaymentStatus::Authorized | PaymentStatus::Captured) {
            return Err(Problem::of(Type::NotAuthorized));
        }
        if asked.amount.is_some_and(|amount| amount == 0 || amount > payment.amount) {
            return Err(Problem::of(Type::Amount));
        }
        let operation = Operation {
            id: asked.key.clone(),
            payment: asked.payment.clone(),
            kind: asked.kind,
            amount: asked.amount,
            state: OperationState::Open,
            transaction: None,
        };
        if !self.store.begin_operation(&operation).await? {
            return Err(Problem::of(Type::PaymentHasOperation));
        }
        self.ask_for(&operation, false).await
    }

    /// Asks PaymentsOS. `unknown` says that what became of an earlier request is not known.
    async fn ask_for(self: &Arc<Self>, operation: &Operation, unknown: bool) -> Result<Transaction, Problem> {
        let Operation { id, payment, kind, amount, .. } = operation;
        let mut body = json!({"reconciliation_id": id});
        if let Some(amount) = amount {
            body["amount"] = (*amount).into();
        }
        let upstream_key = format!("{payment}:{id}");
        let error = match self.paymentsos.operate(payment, kind.path(), &upstream_key, &body).await {
            Ok(made) => return self.take_in_operation(operation, made).await,
            Err(error) => error,
        };
        // Whatever it says now, an earlier request may have been carried out.
        if let Some(found) = self.find_operation(operation).await {
            return self.take_in_operation(operation, found).await;
        }
        let category = match error {
            CallError::Conflict => None,
            CallError::Refused { category, .. } => Some(category),
            CallError::NotFound => Some(None),
            error => return Err(Problem::outcome_unknown(&error)),
        };
        if unknown {
            return Err(Problem::outcome_unknown(&CallError::Unreadable));
        }
        self.store.refuse_operation(id).await?;
        Err(category.map_or_else(|| Problem::of(Type::NotAuthorized), Problem::refused))
    }

    /// What PaymentsOS has of an operation, by its own id or by what it was asked for with.
    async fn find_operation(&self, operation: &Operation) -> Option<Transaction> {
        let Operation { id, payment, kind, transaction, .. } = operation;
        match transaction {
            Some(known) => self.paymentsos.operation(payment, kind.path(), &known.id).await.ok(),
            None => {
                let all = self.paymentsos.operations(payment, kind.path()).await.ok()?;
                all.into_iter().find(|found| found.reconciliation_id.as_ref() == Some(id))
            }
        }
    }

    async fn take_in_operation(
        self: &Arc<Self>,
        operation: &Operation,
        mut read: Transaction,
    ) -> Result<Transaction, Problem> {
        if let Some(order) = self.store.order_of_payment(&operation.payment).await? {
            complete(&mut read, operation.amount.unwrap_or(order.amount), &order.currency);
        }
        self.store.see_operation(operation, &read).await?;
        self.to_tell.notify_one();
        self.desk.tell(&operation.payment);
        Ok(read)
    }

    /// Looks at what became of an operation: what is known of it then.
    async fn settle_operation(self: &Arc<Self>, operation: &Operation) -> Result<Option<Transaction>, Problem> {
        let is_final = operation.transaction.as_ref().is_some_and(|known| known.result.status.is_final());
        if is_final {
            return Ok(operation.transaction.clone());
        }
        match self.find_operation(operation).await {
            Some(found) => Ok(Some(self.take_in_operation(operation, found).await?)),
            None => Ok(operation.transaction.clone()),
        }
    }

    /// Looks at a payment's operation whose end is not known, if it has one.
    pub(crate) async fn settle_standing_operation(self: &Arc<Self>, payment: &str) -> Result<(), ReadError> {
        if let Some(standing) = self.store.standing_operation(payment).await?
            && self.settle_operation(&standing).await.is_err()
        {
            tracing::info!(payment, "what became of a capture or void could not be written down");
        }
        Ok(())
    }
}

/// What is done with an amount that is reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operate {
    /// It is taken: so much of it, in minor units, or all.
    Capture(Option<u64>),
    /// It is given free.
    Void,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operated {
    /// The idempotency key: a repeat with it does not do it twice.
    pub key: String,
    /// `Succeed`, `Failed` or `Pending`; or why it was not done.
    pub outcome: Result<String, String>,
}

impl fmt::Display for Operated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Ok(status) => write!(f, "{status} (key {})", self.key),
            Err(why) => write!(f, "not done: {why} (to try again: --key {})", self.key),
        }
    }
}

/// Captures or voids the authorization of a payment, once under its key; without one, under a new one. The merchant may serve meanwhile.
///
/// # Errors
///
/// Where the configuration is wrong, or the records cannot be used.
pub async fn operate(
    config: Config,
    payment: &str,
    operate: Operate,
    key: Option<Uuid>,
) -> Result<Operated, StartError> {
    let public_url = config.public_url.as_ref().unwrap_or(&config.paymentsos_url);
    let merchant = assemble(&config, public_url).await?;
    let key = key.unwrap_or_else(Uuid::new_v4).to_string();
    let (kind, amount) = match operate {
        Operate::Capture(amount) => (OperationKind::Capture, amount),
        Operate::Void => (OperationKind::Void, None),
    };
    let asked = Asked { payment: payment.to_owned(), kind, key: key.clone(), amount };
    let done = merchant.operate(asked).await;
    merchant.store.close().await;
    let outcome =
        done.map(|made| made.result.status.as_str().to_owned()).map_err(|problem| problem.detail().to_owned());
    Ok(Operated { key, outcome })
}
