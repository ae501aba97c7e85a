//! Captures and voids: what the shop's own systems asked for, and what became of it.

use super::{Store, StoreError, now};
use paymentsos_core::paymentsos::{Status, Transaction};
use serde_json::json;
use sqlx::Row;
use sqlx::any::AnyRow;
use std::time::Duration;

/// What is done with an amount that is reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OperationKind {
    /// It is taken, wholly or in part.
    Capture,
    /// It is given free.
    Void,
}

impl OperationKind {
    pub(crate) const ALL: [OperationKind; 2] = [OperationKind::Capture, OperationKind::Void];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            OperationKind::Capture => "capture",
            OperationKind::Void => "void",
        }
    }

    /// Its segment in addresses.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            OperationKind::Capture => "captures",
            OperationKind::Void => "voids",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OperationState {
    Open,
    Pending,
    Succeeded,
    Failed,
    Refused,
}

impl OperationState {
    const ALL: [OperationState; 5] = [
        OperationState::Open,
        OperationState::Pending,
        OperationState::Succeeded,
        OperationState::Failed,
        OperationState::Refused,
    ];

    const fn name(self) -> &'static str {
        match self {
            OperationState::Open => "open",
            OperationState::Pending => "pending",
            OperationState::Succeeded => "succeeded",
            OperationState::Failed => "failed",
            OperationState::Refused => "refused",
        }
    }

    fn of(transaction: &Transaction) -> OperationState {
        match transaction.result.status {
            Status::Succeed => OperationState::Succeeded,
            Status::Failed => OperationState::Failed,
            Status::Pending | Status::Other(_) => OperationState::Pending,
        }
    }
}

/// A capture or a void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    /// The idempotency key that it was asked for with.
    pub(crate) id: String,
    pub(crate) payment: String,
    pub(crate) kind: OperationKind,
    /// In minor units; all of it, where absent.
    pub(crate) amount: Option<u64>,
    /// The idempotency key at PaymentsOS.
    pub(crate) upstream_key: String,
    pub(crate) state: OperationState,
    /// How long ago it was begun.
    pub(crate) age: Duration,
    /// What PaymentsOS made of it, as far as that is known.
    pub(crate) transaction: Option<Transaction>,
}

impl Operation {
    /// One that PaymentsOS is to be asked for. Its key there says what it is: an authorization's is the payment's id and its attempt's.
    pub(crate) fn new(id: &str, payment: &str, kind: OperationKind, amount: Option<u64>) -> Operation {
        Operation {
            id: id.to_owned(),
            payment: payment.to_owned(),
            kind,
            amount,
            upstream_key: format!("{payment}:{id}:{}", kind.name()),
            state: OperationState::Open,
            age: Duration::ZERO,
            transaction: None,
        }
    }

    fn from_row(row: &AnyRow) -> Result<Operation, StoreError> {
        let (kind, state): (String, String) = (row.try_get("kind")?, row.try_get("state")?);
        let (id, payment): (String, String) = (row.try_get("id")?, row.try_get("payment")?);
        let amount: Option<i64> = row.try_get("amount")?;
        let upstream_key: Option<String> = row.try_get("upstream_key")?;
        let age = now().saturating_sub(row.try_get("created")?);
        let body: Option<String> = row.try_get("body")?;
        let read = |body: String| serde_json::from_str(&body).map_err(|_| StoreError::Unreadable("operations.body"));
        Ok(Operation {
            upstream_key: upstream_key.unwrap_or_else(|| format!("{payment}:{id}")),
            id,
            payment,
            kind: OperationKind::ALL
                .into_iter()
                .find(|known| known.name() == kind)
                .ok_or(StoreError::Unreadable("operations.kind"))?,
            amount: amount.map(u64::try_from).transpose().map_err(|_| StoreError::Unreadable("operations.amount"))?,
            state: OperationState::ALL
                .into_iter()
                .find(|known| known.name() == state)
                .ok_or(StoreError::Unreadable("operations.state"))?,
            // The clock may have been put back meanwhile.
            age: Duration::from_millis(u64::try_from(age).unwrap_or_default()),
            transaction: body.map(read).transpose()?,
        })
    }
}

pub(super) const STANDING: &str = "SELECT * FROM operations WHERE payment = $1 AND state IN ('open', 'pending')";
pub(super) const ALL: &str = "SELECT * FROM operations WHERE payment = $1 ORDER BY created, id";
const REFUSE: &str = "UPDATE operations SET state = 'refused' WHERE id = $1 AND state = 'open'";

impl Store {
    pub(crate) async fn operation(&self, id: &str) -> Result<Option<Operation>, StoreError> {
        let row = sqlx::query("SELECT * FROM operations WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(Operation::from_row).transpose()
    }

    /// The payment's operation whose end is not known.
    pub(crate) async fn standing_operation(&self, payment: &str) -> Result<Option<Operation>, StoreError> {
        let row = sqlx::query(STANDING).bind(payment).fetch_optional(&self.pool).await?;
        row.as_ref().map(Operation::from_row).transpose()
    }

    /// All that was asked for of a payment, the oldest first.
    pub(crate) async fn operations(&self, payment: &str) -> Result<Vec<Operation>, StoreError> {
        let rows = sqlx::query(ALL).bind(payment).fetch_all(&self.pool).await?;
        rows.iter().map(Operation::from_row).collect()
    }

    /// Writes that an operation is going to be asked for, or asked for again after a refusal. Not where another one stands.
    pub(crate) async fn begin_operation(&self, operation: &Operation) -> Result<bool, StoreError> {
        let mut writing = self.write(&operation.payment).await?;
        let amount = operation.amount.map(|amount| i64::try_from(amount).unwrap_or(i64::MAX));
        let begun = sqlx::query(
            "INSERT INTO operations (id, payment, kind, amount, state, created, upstream_key) \
             SELECT $1, $2, $3, $4, 'open', $5, $6 WHERE NOT EXISTS \
             (SELECT 1 FROM operations WHERE payment = $2 AND id <> $1 AND state IN ('open', 'pending')) \
             ON CONFLICT (id) DO UPDATE SET state = 'open', created = excluded.created WHERE operations.state = 'refused'",
        )
        .bind(&operation.id)
        .bind(&operation.payment)
        .bind(operation.kind.name())
        .bind(amount)
        .bind(now())
        .bind(&operation.upstream_key)
        .execute(&mut *writing)
        .await?;
        self.follow(&mut writing, &operation.payment, true).await?;
        writing.commit().await?;
        Ok(begun.rows_affected() == 1)
    }

    /// Writes what PaymentsOS says of an operation, and, once it is final, what the shop's systems are to be told.
    pub(crate) async fn see_operation(&self, operation: &Operation, read: &Transaction) -> Result<(), StoreError> {
        let state = OperationState::of(read);
        let body = serde_json::to_string(read).map_err(|_| StoreError::Unreadable("a transaction"))?;
        let mut writing = self.write(&operation.payment).await?;
        let changed = sqlx::query(
            "UPDATE operations SET state = $1, transaction_id = $2, body = $3 \
             WHERE id = $4 AND state NOT IN ('succeeded', 'failed')",
        )
        .bind(state.name())
        .bind(&read.id)
        .bind(body)
        .bind(&operation.id)
        .execute(&mut *writing)
        .await?;
        let is_final = matches!(state, OperationState::Succeeded | OperationState::Failed);
        if is_final && changed.rows_affected() == 1 {
            let data = json!({
                "kind": operation.kind.name(),
                "transaction_id": read.id,
                "status": read.result.status.as_str(),
                "category": read.result.category,
                "amount": read.amount.or(operation.amount),
                "currency": read.currency,
                "reconciliation_id": operation.id,
            });
            let event = format!("{}.{}", operation.kind.name(), state.name());
            self.tell_shop(&mut writing, &event, &operation.payment, &read.id, data).await?;
        }
        writing.commit().await?;
        Ok(())
    }

    /// Writes that PaymentsOS refused: nothing was done. Whoever asked is told by the reply.
    pub(crate) async fn refuse_operation(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query(REFUSE).bind(id).execute(&self.pool).await?;
        Ok(())
    }

    /// The same of one whose outcome was not known for long: the shop's systems are told that it has failed.
    pub(crate) async fn end_operation(&self, operation: &Operation) -> Result<(), StoreError> {
        let mut writing = self.write(&operation.payment).await?;
        let done = sqlx::query(REFUSE).bind(&operation.id).execute(&mut *writing).await?;
        if done.rows_affected() == 1 {
            let data = json!({
                "kind": operation.kind.name(),
                // PaymentsOS made none.
                "transaction_id": null,
                "status": Status::Failed.as_str(),
                "amount": operation.amount,
                "reconciliation_id": operation.id,
            });
            let event = format!("{}.{}", operation.kind.name(), OperationState::Failed.name());
            self.tell_shop(&mut writing, &event, &operation.payment, &operation.id, data).await?;
        }
        writing.commit().await?;
        Ok(())
    }
}
