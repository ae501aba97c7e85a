//! Alerts: each is raised once, and written with what it is about, in one transaction: neither is there without the other.

use super::{Store, StoreError, Writing, now};
use crate::alerts::AlertCode;
use serde_json::json;

impl Store {
    /// Writes an alert, and that the shop's systems are to be told of it; `false` where it was raised before.
    pub(super) async fn alert(
        &self,
        writing: &mut Writing,
        code: AlertCode,
        payment: &str,
        transaction: &str,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO alerts (code, payment, transaction_id, raised) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(code.name())
        .bind(payment)
        .bind(transaction)
        .bind(now())
        .execute(&mut **writing)
        .await?;
        let is_new = done.rows_affected() == 1;
        if is_new {
            let data = json!({"transaction_id": transaction});
            self.tell_shop(writing, &format!("alert.{}", code.name()), payment, transaction, data).await?;
        }
        Ok(is_new)
    }

    /// The same of an alert that comes with no news of a transaction.
    pub(crate) async fn add_alert(
        &self,
        code: AlertCode,
        payment: &str,
        transaction: &str,
    ) -> Result<bool, StoreError> {
        let mut writing = self.write(payment).await?;
        let is_new = self.alert(&mut writing, code, payment, transaction).await?;
        writing.commit().await?;
        Ok(is_new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::orders::tests::order;
    use paymentsos_core::paymentsos::{Kind, Transaction};
    use sqlx::Row;
    use std::time::Duration;

    /// Whatever ends a process, it ends it before or after a transaction of the database: so all must be in the one that the
    /// knowledge is in.
    #[tokio::test]
    async fn whoever_sees_it_has_raised_it() {
        let store = Store::open("sqlite::memory:", Duration::from_secs(30), true).await.unwrap();
        store.open_order(&order()).await.unwrap();
        for (id, status) in [("one", "Failed"), ("one", "Succeed"), ("two", "Pending"), ("two", "Pending")] {
            let seen: Transaction = serde_json::from_value(json!({"id": id, "result": {"status": status}})).unwrap();
            store.see("p", Kind::Charge, &seen).await.unwrap();
        }
        let raised = [("failed_turned_succeed", "one"), ("second_live_transaction", "two")];
        let rows = "SELECT code, transaction_id FROM alerts ORDER BY code";
        assert_eq!(pairs(&store, rows).await, raised.map(|(code, of)| (code.to_owned(), of.to_owned())));
        let rows = "SELECT event AS code, transaction_id FROM outbox WHERE event LIKE 'alert.%' ORDER BY event";
        assert_eq!(pairs(&store, rows).await, raised.map(|(code, of)| (format!("alert.{code}"), of.to_owned())));
    }

    async fn pairs(store: &Store, rows: &'static str) -> Vec<(String, String)> {
        let rows = sqlx::query(rows).fetch_all(&store.pool).await.unwrap();
        rows.iter().map(|row| (row.get("code"), row.get("transaction_id"))).collect()
    }
}
