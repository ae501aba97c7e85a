//! Captures and voids: what the shop's own systems asked for, and what became of it.

use super::{Store, StoreError, now};
use paymentsos_core::paymentsos::{Status, Transaction};
use serde_json::json;
use sqlx::Row;
use sqlx::any::AnyRow;

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
    pub(crate) state: OperationState,
    /// What PaymentsOS made of it, as far as that is known.
    pub(crate) transaction: Option<Transaction>,
}

impl Operation {
    fn from_row(row: &AnyRow) -> Result<Operation, StoreError> {
        let (kind, state): (String, String) = (row.try_get("kind")?, row.try_get("state")?);
        let amount: Option<i64> = row.try_get("amount")?;
        let body: Option<String> = row.try_get("body")?;
        let read = |body: String| serde_json::from_str(&body).map_err(|_| StoreError::Unreadable("operations.body"));
        Ok(Operation {
            id: row.try_get("id")?,
            payment: row.try_get("payment")?,
            kind: OperationKind::ALL
                .into_iter()
                .find(|known| known.name() == kind)
                .ok_or(StoreError::Unreadable("operations.kind"))?,
            amount: amount.map(u64::try_from).transpose().map_err(|_| StoreError::Unreadable("operations.amount"))?,
            state: OperationState::ALL
                .into_iter()
                .find(|known| known.name() == state)
                .ok_or(StoreError::Unreadable("operations.state"))?,
            transaction: body.map(read).transpose()?,
        })
    }
}

impl Store {
    pub(crate) async fn operation(&self, id: &str) -> Result<Option<Operation>, StoreError> {
        let row = sqlx::query("SELECT * FROM operations WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(Operation::from_row).transpose()
    }

    /// The payment's operation whose end is not known.
    pub(crate) async fn standing_operation(&self, payment: &str) -> Result<Option<Operation>, StoreError> {
        let row = sqlx::query("SELECT * FROM operations WHERE payment = $1 AND state IN ('open', 'pending')")
            .bind(payment)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(Operation::from_row).transpose()
    }

    /// Writes that an operation is going to be asked for, or asked for again after a refusal. Not where another one stands.
    pub(crate) async fn begin_operation(&self, operation: &Operation) -> Result<bool, StoreError> {
        let mut writing = self.write(&operation.payment).await?;
        let amount = operation.amount.map(|amount| i64::try_from(amount).unwrap_or(i64::MAX));
        let begun = sqlx::query(
            "INSERT INTO operations (id, payment, kind, amount, state, created) \
             SELECT $1, $2, $3, $4, 'open', $5 WHERE NOT EXISTS \
             (SELECT 1 FROM operations WHERE payment = $2 AND id <> $1 AND state IN ('open', 'pending')) \
             ON CONFLICT (id) DO UPDATE SET state = 'open' WHERE operations.state = 'refused'",
        )
        .bind(&operation.id)
        .bind(&operation.payment)
        .bind(operation.kind.name())
        .bind(amount)
        .bind(now())
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

    /// Writes that PaymentsOS refused: nothing was done.
    pub(crate) async fn refuse_operation(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE operations SET state = 'refused' WHERE id = $1 AND state = 'open'")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
