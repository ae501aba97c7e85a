//! What PaymentsOS last said of each transaction.

use super::{Store, StoreError, Writing, now};
use crate::alerts::AlertCode;
use paymentsos_core::paymentsos::{Kind, Status, Transaction};
use sqlx::Row;
use std::time::Duration;

/// What a reading of a transaction came to.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The transaction as it is known now.
    pub(crate) transaction: Transaction,
    /// Whether its status is another than before.
    pub(crate) changed: bool,
    /// How long after its create it has become final, if it has just now.
    pub(crate) took: Option<Duration>,
    /// What a person must look at, and was not raised before.
    pub(crate) alerts: Vec<AlertCode>,
}

/// Whether an attempt under the key of that one is being carried out.
pub(super) const UNDER_WAY: &str = "SELECT 1 FROM attempts WHERE payment = $1 AND state = 'open' \
     AND upstream_key = (SELECT upstream_key FROM attempts WHERE id = $2)";
/// The attempt follows its transaction.
pub(super) const GO_ALONG: &str = "UPDATE attempts SET state = $1 \
     WHERE payment = $2 AND transaction_id = $3 AND state IN ('live', 'failed') \
     AND ($1 <> 'live' OR NOT EXISTS (SELECT 1 FROM attempts AS other WHERE other.payment = attempts.payment \
     AND other.id <> attempts.id AND other.state IN ('open', 'live')))";

impl Store {
    pub(crate) async fn transaction(
        &self,
        payment: &str,
        kind: Kind,
        id: &str,
    ) -> Result<Option<Transaction>, StoreError> {
        let row = sqlx::query("SELECT body FROM transactions WHERE payment = $1 AND kind = $2 AND id = $3")
            .bind(payment)
            .bind(kind.name())
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| read(row.try_get("body")?)).transpose()
    }

    /// The ids and statuses of a payment's transactions, of both kinds.
    pub(crate) async fn statuses_by_id(&self, payment: &str) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query("SELECT id, status FROM transactions WHERE payment = $1")
            .bind(payment)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("status")?))).collect()
    }

    /// The statuses of a payment's transactions, of both kinds.
    pub(crate) async fn statuses(&self, payment: &str) -> Result<Vec<Status>, StoreError> {
        let rows = sqlx::query("SELECT status FROM transactions WHERE payment = $1")
            .bind(payment)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(Status::from(row.try_get::<String, _>("status")?))).collect()
    }

    /// Takes in a reading. Readings may overtake one another: a final status is not taken back by an older one.
    pub(crate) async fn see(&self, payment: &str, kind: Kind, reading: &Transaction) -> Result<Seen, StoreError> {
        if !reading.result.status.is_final()
            && let Some(known) = self.transaction(payment, kind, &reading.id).await?
            && [false, true].iter().all(|under_way| merge(Some(&known), reading, *under_way) == known)
        {
            // Most readings of what is pending say nothing new, and whoever has something to write need not wait for them.
            return Ok(Seen { transaction: known, changed: false, took: None, alerts: Vec::new() });
        }
        let mut writing = self.write(payment).await?;
        let known = sqlx::query("SELECT body FROM transactions WHERE payment = $1 AND kind = $2 AND id = $3")
            .bind(payment)
            .bind(kind.name())
            .bind(&reading.id)
            .fetch_optional(&mut *writing)
            .await?
            .map(|row| read(row.try_get("body")?))
            .transpose()?;
        // While its attempt, or one under the same key, is being carried out, a failed transaction may be taken up again: that
        // is no news.
        let under_way = sqlx::query(UNDER_WAY)
            .bind(payment)
            .bind(reading.reconciliation_id.as_deref().unwrap_or_default())
            .fetch_optional(&mut *writing)
            .await?
            .is_some();
        let transaction = merge(known.as_ref(), reading, under_way);
        let before = known.as_ref().map(|known| &known.result.status);
        let status = &transaction.result.status;
        let changed = before != Some(status);
        let revived = before == Some(&Status::Failed) && *status == Status::Succeed && !under_way;
        if known.as_ref() != Some(&transaction) {
            write(&mut writing, payment, kind, &transaction).await?;
        }
        if changed {
            // Where an attempt must not become live beside another, it stays: the transactions say it.
            sqlx::query(GO_ALONG)
                .bind(super::AttemptState::of(&transaction).name())
                .bind(payment)
                .bind(&transaction.id)
                .execute(&mut *writing)
                .await?;
            self.tell(&mut writing, payment).await?;
        }
        if !status.is_final() {
            self.follow(&mut writing, payment, false).await?;
        } else if *status == Status::Succeed || !under_way {
            self.tell_result(&mut writing, payment, kind, &transaction).await?;
        }
        let took = if changed && status.is_final() {
            age(&mut writing, payment, transaction.reconciliation_id.as_deref()).await?
        } else {
            None
        };
        let mut alerts = Vec::new();
        if revived && self.alert(&mut writing, AlertCode::FailedTurnedSucceed, payment, &transaction.id).await? {
            alerts.push(AlertCode::FailedTurnedSucceed);
        }
        if changed
            && is_second(&mut writing, payment, &transaction).await?
            && self.alert(&mut writing, AlertCode::SecondLiveTransaction, payment, &transaction.id).await?
        {
            alerts.push(AlertCode::SecondLiveTransaction);
        }
        writing.commit().await?;
        Ok(Seen { transaction, changed, took, alerts })
    }
}

fn read(body: String) -> Result<Transaction, StoreError> {
    serde_json::from_str(&body).map_err(|_| StoreError::Unreadable("transactions.body"))
}

/// Whether it is live, and the payment has another, of either kind, that is.
async fn is_second(writing: &mut Writing, payment: &str, transaction: &Transaction) -> Result<bool, StoreError> {
    let live = sqlx::query("SELECT id FROM transactions WHERE payment = $1 AND status <> 'Failed'")
        .bind(payment)
        .fetch_all(&mut **writing)
        .await?;
    Ok(transaction.result.status != Status::Failed && live.len() > 1)
}

/// How long ago an attempt began.
async fn age(writing: &mut Writing, payment: &str, attempt: Option<&str>) -> Result<Option<Duration>, StoreError> {
    let row = sqlx::query("SELECT created FROM attempts WHERE id = $1 AND payment = $2")
        .bind(attempt.unwrap_or_default())
        .bind(payment)
        .fetch_optional(&mut **writing)
        .await?;
    let created = row.map(|row| row.try_get::<i64, _>("created")).transpose()?;
    // The clock may have been put back meanwhile.
    Ok(created.map(|created| Duration::from_millis(u64::try_from(now() - created).unwrap_or_default())))
}

async fn write(writing: &mut Writing, payment: &str, kind: Kind, transaction: &Transaction) -> Result<(), StoreError> {
    let body = serde_json::to_string(transaction).map_err(|_| StoreError::Unreadable("a transaction"))?;
    sqlx::query(
        "INSERT INTO transactions (payment, kind, id, status, body, seen) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (payment, kind, id) DO UPDATE SET status = excluded.status, body = excluded.body, seen = excluded.seen",
    )
    .bind(payment)
    .bind(kind.name())
    .bind(&transaction.id)
    .bind(transaction.result.status.as_str())
    .bind(body)
    .bind(now())
    .execute(&mut **writing)
    .await?;
    Ok(())
}

/// The newer of what is known and what was read; what a reading leaves out is kept.
fn merge(known: Option<&Transaction>, reading: &Transaction, under_way: bool) -> Transaction {
    let Some(known) = known else { return reading.clone() };
    let older = match (&known.result.status, &reading.result.status) {
        (Status::Succeed, status) => *status != Status::Succeed,
        (Status::Failed, Status::Succeed | Status::Failed) => false,
        (Status::Failed, _) => !under_way,
        _ => false,
    };
    if older {
        return known.clone();
    }
    let mut merged = reading.clone();
    if !merged.result.status.is_final() {
        merged.redirection = merged.redirection.or_else(|| known.redirection.clone());
        merged.expires_at = merged.expires_at.or(known.expires_at);
        // Only the reply to a create is sure to say it, and an empty one in a reading takes nothing back.
        merged.provider_specific_data = known.provider_specific_data.clone().or(merged.provider_specific_data);
    }
    merged.reconciliation_id = merged.reconciliation_id.or_else(|| known.reconciliation_id.clone());
    merged.amount = merged.amount.or(known.amount);
    merged.currency = merged.currency.or_else(|| known.currency.clone());
    merged.payment_method = merged.payment_method.or_else(|| known.payment_method.clone());
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use paymentsos_core::paymentsos::ProviderSpecificData;
    use serde_json::json;

    fn transaction(status: &str) -> Transaction {
        serde_json::from_value(json!({"id": "t", "result": {"status": status}})).unwrap()
    }

    fn merged(known: &str, reading: &str, under_way: bool) -> String {
        merge(Some(&transaction(known)), &transaction(reading), under_way).result.status.as_str().to_owned()
    }

    #[test]
    fn a_final_status_is_not_taken_back() {
        assert_eq!(merged("Pending", "Succeed", false), "Succeed");
        assert_eq!(merged("Succeed", "Pending", false), "Succeed");
        assert_eq!(merged("Succeed", "Failed", false), "Succeed");
        assert_eq!(merged("Failed", "Pending", false), "Failed");
        assert_eq!(merged("Failed", "Pending", true), "Pending");
        assert_eq!(merged("Failed", "Succeed", false), "Succeed");
        assert_eq!(merged("Pending", "Reviewing", false), "Reviewing");
    }

    #[test]
    fn a_pending_reading_without_a_redirection_keeps_the_known_one() {
        let mut known = transaction("Pending");
        known.redirection = Some(serde_json::from_value(json!({"url": "https://issuer.example/"})).unwrap());
        assert_eq!(merge(Some(&known), &transaction("Pending"), false).redirection, known.redirection);
        assert_eq!(merge(Some(&known), &transaction("Succeed"), false).redirection, None);
    }

    #[test]
    fn what_the_create_said_of_frames_is_kept_while_the_transaction_is_pending() {
        let mut known = transaction("Pending");
        known.provider_specific_data = Some(ProviderSpecificData { iframe_allowed: true });
        let mut reading = transaction("Pending");
        assert_eq!(merge(Some(&known), &reading, false).provider_specific_data, known.provider_specific_data);
        reading.provider_specific_data = Some(ProviderSpecificData::default());
        assert_eq!(merge(Some(&known), &reading, false).provider_specific_data, known.provider_specific_data);
        assert_eq!(merge(Some(&known), &transaction("Failed"), false).provider_specific_data, None);
    }
}
