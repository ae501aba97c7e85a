//! Orders: what is bought, by whom, and the payment behind it.

use super::clock::milliseconds;
use super::{Store, StoreError, now};
use paymentsos_core::paymentsos::Kind;
use sqlx::Row;
use sqlx::any::AnyRow;
use std::time::Duration;

/// An order. The kind is chosen here, once: a payment takes no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) session: String,
    pub(crate) item: String,
    pub(crate) kind: Kind,
    pub(crate) amount: u64,
    pub(crate) currency: String,
    /// The idempotency key that the payment is created with.
    pub(crate) upstream_key: String,
    /// Absent until PaymentsOS has replied with it.
    pub(crate) payment: Option<String>,
}

impl Order {
    fn from_row(row: &AnyRow) -> Result<Order, StoreError> {
        let kind: String = row.try_get("kind")?;
        let amount: i64 = row.try_get("amount")?;
        Ok(Order {
            id: row.try_get("id")?,
            session: row.try_get("session")?,
            item: row.try_get("item")?,
            kind: Kind::from_name(&kind).ok_or(StoreError::Unreadable("orders.kind"))?,
            amount: u64::try_from(amount).map_err(|_| StoreError::Unreadable("orders.amount"))?,
            currency: row.try_get("currency")?,
            upstream_key: row.try_get("upstream_key")?,
            payment: row.try_get("payment")?,
        })
    }
}

/// A database's integers are signed.
fn signed(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

impl Store {
    /// Writes a new order, in the place of the session's open one.
    pub(crate) async fn open_order(&self, order: &Order) -> Result<(), StoreError> {
        let mut writing = self.write(&order.session).await?;
        sqlx::query("UPDATE orders SET open = 0 WHERE session = $1 AND open = 1")
            .bind(&order.session)
            .execute(&mut *writing)
            .await?;
        sqlx::query(
            "INSERT INTO orders (id, session, item, kind, amount, currency, upstream_key, payment, created) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&order.id)
        .bind(&order.session)
        .bind(&order.item)
        .bind(order.kind.name())
        .bind(signed(order.amount))
        .bind(&order.currency)
        .bind(&order.upstream_key)
        .bind(&order.payment)
        .bind(now())
        .execute(&mut *writing)
        .await?;
        writing.commit().await?;
        Ok(())
    }

    /// The session's open order.
    pub(crate) async fn order_of_session(&self, session: &str) -> Result<Option<Order>, StoreError> {
        let row = sqlx::query("SELECT * FROM orders WHERE session = $1 AND open = 1")
            .bind(session)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(Order::from_row).transpose()
    }

    /// The order of that number.
    pub(crate) async fn order(&self, id: &str) -> Result<Option<Order>, StoreError> {
        let row = sqlx::query("SELECT * FROM orders WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(Order::from_row).transpose()
    }

    /// The order behind a payment.
    pub(crate) async fn order_of_payment(&self, payment: &str) -> Result<Option<Order>, StoreError> {
        let row =
            sqlx::query("SELECT * FROM orders WHERE payment = $1").bind(payment).fetch_optional(&self.pool).await?;
        row.as_ref().map(Order::from_row).transpose()
    }

    /// The payments of orders that are no older than `age`, and of all whose end is not known; the oldest first.
    pub(crate) async fn payments_since(&self, age: Duration) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(
            "SELECT payment FROM orders WHERE payment IS NOT NULL AND (created >= $1 \
             OR EXISTS (SELECT 1 FROM follows WHERE follows.payment = orders.payment)) ORDER BY created, id",
        )
        .bind(now().saturating_sub(milliseconds(age)))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get("payment")?)).collect()
    }

    /// Notes the payment that PaymentsOS made for an order.
    pub(crate) async fn set_payment(&self, order: &str, payment: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE orders SET payment = $1 WHERE id = $2 AND payment IS NULL")
            .bind(payment)
            .bind(order)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes another amount.
    pub(crate) async fn set_amount(&self, order: &str, amount: u64) -> Result<(), StoreError> {
        sqlx::query("UPDATE orders SET amount = $1 WHERE id = $2")
            .bind(signed(amount))
            .bind(order)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One that is being paid, in a session of its own.
    pub(in crate::store) fn order() -> Order {
        Order {
            id: "o".to_owned(),
            session: "s".to_owned(),
            item: "mug".to_owned(),
            kind: Kind::Charge,
            amount: 4_097,
            currency: "USD".to_owned(),
            upstream_key: "k".to_owned(),
            payment: Some("p".to_owned()),
        }
    }
}
