//! What the shop's own systems are to be told. An event is written with what it is about, in one transaction: neither is there
//! without the other.

use super::clock::{by_clock, milliseconds};
use super::{Engine, Store, StoreError, Writing, now};
use paymentsos_core::paymentsos::{Kind, Status, Transaction};
use serde_json::json;
use sqlx::Row;
use std::time::Duration;
use uuid::Uuid;

/// An event that was not acknowledged yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) body: String,
    /// How often it was sent before.
    pub(crate) tries: u32,
}

/// No other replica sends it meanwhile: longer than a system may take to answer.
const LEASE: Duration = Duration::from_secs(30);

impl Store {
    /// Writes that a transaction has become final. Nothing is written twice, nor where nobody is to be told.
    pub(super) async fn tell_result(
        &self,
        writing: &mut Writing,
        payment: &str,
        kind: Kind,
        transaction: &Transaction,
    ) -> Result<(), StoreError> {
        let outcome = match transaction.result.status {
            Status::Succeed => "succeeded",
            Status::Failed => "failed",
            _ => return Ok(()),
        };
        let data = json!({
            "kind": kind.name(),
            "transaction_id": transaction.id,
            "status": transaction.result.status.as_str(),
            "category": transaction.result.category,
            "amount": transaction.amount,
            "currency": transaction.currency,
            "reconciliation_id": transaction.reconciliation_id,
        });
        self.tell_shop(writing, &format!("{}.{outcome}", kind.name()), payment, &transaction.id, data).await
    }

    /// Writes an event for the shop's own systems, once for each `of`: a transaction, or what took its place.
    pub(super) async fn tell_shop(
        &self,
        writing: &mut Writing,
        event: &str,
        payment: &str,
        of: &str,
        mut data: serde_json::Value,
    ) -> Result<(), StoreError> {
        if !self.tells_shop {
            return Ok(());
        }
        let order = sqlx::query("SELECT id FROM orders WHERE payment = $1")
            .bind(payment)
            .fetch_optional(&mut **writing)
            .await?
            .map(|row| row.try_get::<String, _>("id"))
            .transpose()?;
        data["order_id"] = order.into();
        data["payment_id"] = payment.into();
        let (id, now) = (Uuid::new_v4().to_string(), now());
        let body = json!({"type": event, "id": id, "created": now, "data": data});
        sqlx::query(by_clock!(
            self.engine,
            "INSERT INTO outbox (id, event, payment, transaction_id, body, created, next) VALUES ($1, $2, $3, $4, $5, $6, ",
            ") ON CONFLICT (event, payment, transaction_id) DO NOTHING",
        ))
        .bind(id)
        .bind(event)
        .bind(payment)
        .bind(of)
        .bind(body.to_string())
        .bind(now)
        .execute(&mut **writing)
        .await?;
        Ok(())
    }

    /// Takes events that are to be sent now, at most so many: whoever takes one sends it at once.
    pub(crate) async fn due_events(&self, most: usize) -> Result<Vec<Event>, StoreError> {
        let statement = match self.engine {
            Engine::Sqlite => by_clock!(
                Engine::Sqlite,
                "UPDATE outbox SET next = ",
                " + $1 WHERE id IN (SELECT id FROM outbox WHERE acknowledged IS NULL AND next <= ",
                " ORDER BY next LIMIT $2) RETURNING id, body, tries",
            ),
            Engine::Postgres => by_clock!(
                Engine::Postgres,
                "UPDATE outbox SET next = ",
                " + $1 WHERE id IN (SELECT id FROM outbox WHERE acknowledged IS NULL AND next <= ",
                " ORDER BY next LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id, body, tries",
            ),
        };
        let rows = sqlx::query(statement)
            .bind(milliseconds(LEASE))
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        let event = |row: &sqlx::any::AnyRow| {
            let tries = u32::try_from(row.try_get::<i64, _>("tries")?).unwrap_or(u32::MAX);
            Ok(Event { id: row.try_get("id")?, body: row.try_get("body")?, tries })
        };
        rows.iter().map(event).collect()
    }

    /// Notes that an event was acknowledged: it is not sent again.
    pub(crate) async fn acknowledge(&self, event: &Event) -> Result<(), StoreError> {
        sqlx::query("UPDATE outbox SET acknowledged = $1, tries = tries + 1 WHERE id = $2")
            .bind(now())
            .bind(&event.id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Sends an event again later.
    pub(crate) async fn send_later(&self, event: &Event, wait: Duration) -> Result<(), StoreError> {
        let statement = by_clock!(
            self.engine,
            "UPDATE outbox SET next = ",
            " + $1, tries = tries + 1 WHERE id = $2 AND acknowledged IS NULL",
        );
        sqlx::query(statement).bind(milliseconds(wait)).bind(&event.id).execute(&self.pool).await?;
        Ok(())
    }
}
