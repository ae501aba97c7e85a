//! The guard's records: one an attempt, and never two of a payment that are open or live.

use super::{Store, StoreError, now};
use paymentsos_core::paymentsos::{Kind, Status, Transaction};
use sqlx::Row;
use sqlx::any::AnyRow;

/// What is known of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttemptState {
    /// PaymentsOS was, or is about to be, called; what came of it is not known.
    Open,
    /// Its transaction is known, and not failed.
    Live,
    /// Its transaction is known, and failed.
    Failed,
    /// PaymentsOS refused the request: there is no transaction.
    Refused,
    /// Another attempt took its place, under its upstream key.
    Superseded,
}

impl AttemptState {
    const ALL: [AttemptState; 5] =
        [AttemptState::Open, AttemptState::Live, AttemptState::Failed, AttemptState::Refused, AttemptState::Superseded];

    pub(super) const fn name(self) -> &'static str {
        match self {
            AttemptState::Open => "open",
            AttemptState::Live => "live",
            AttemptState::Failed => "failed",
            AttemptState::Refused => "refused",
            AttemptState::Superseded => "superseded",
        }
    }

    /// What a transaction makes of its attempt.
    pub(crate) fn of(transaction: &Transaction) -> AttemptState {
        if transaction.result.status == Status::Failed { AttemptState::Failed } else { AttemptState::Live }
    }
}

/// An attempt to pay: its id is the idempotency key and the `reconciliation_id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) id: String,
    pub(crate) payment: String,
    pub(crate) kind: Kind,
    /// The idempotency key at PaymentsOS.
    pub(crate) upstream_key: String,
    /// A digest of what was asked for.
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) state: AttemptState,
    /// Whether it was repeated after a fault of the provider.
    pub(crate) repeated: bool,
    pub(crate) transaction: Option<String>,
}

/// What is written before PaymentsOS is called.
#[derive(Clone, Debug)]
pub(crate) struct NewAttempt<'a> {
    pub(crate) id: &'a str,
    pub(crate) payment: &'a str,
    pub(crate) kind: Kind,
    pub(crate) upstream_key: &'a str,
    pub(crate) fingerprint: &'a [u8],
    /// The open attempt whose place it takes.
    pub(crate) supersedes: Option<&'a str>,
}

impl Attempt {
    fn from_row(row: &AnyRow) -> Result<Attempt, StoreError> {
        let kind: String = row.try_get("kind")?;
        let state: String = row.try_get("state")?;
        Ok(Attempt {
            id: row.try_get("id")?,
            payment: row.try_get("payment")?,
            kind: Kind::from_name(&kind).ok_or(StoreError::Unreadable("attempts.kind"))?,
            upstream_key: row.try_get("upstream_key")?,
            fingerprint: row.try_get("fingerprint")?,
            state: AttemptState::ALL
                .into_iter()
                .find(|known| known.name() == state)
                .ok_or(StoreError::Unreadable("attempts.state"))?,
            repeated: row.try_get::<i64, _>("repeated")? != 0,
            transaction: row.try_get("transaction_id")?,
        })
    }
}

/// Of one payment's attempts, which the index finds.
pub(super) const STANDING: &str = "SELECT * FROM attempts WHERE payment = $1 AND state IN ('open', 'live')";
pub(super) const IN_PLACE: &str =
    "SELECT * FROM attempts WHERE payment = $1 AND upstream_key = $2 AND state IN ('open', 'live', 'failed')";
pub(super) const UNDER_KEY: &str = "SELECT id FROM attempts WHERE payment = $1 AND upstream_key = $2";
pub(super) const GIVE_BACK: &str =
    "UPDATE attempts SET state = 'refused' WHERE payment = $1 AND upstream_key = $2 AND id <> $3 AND state = 'open'";

impl Store {
    pub(crate) async fn attempt(&self, id: &str) -> Result<Option<Attempt>, StoreError> {
        let row = sqlx::query("SELECT * FROM attempts WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(Attempt::from_row).transpose()
    }

    /// The one attempt of a payment that is open or live.
    pub(crate) async fn standing_attempt(&self, payment: &str) -> Result<Option<Attempt>, StoreError> {
        let row = sqlx::query(STANDING).bind(payment).fetch_optional(&self.pool).await?;
        row.as_ref().map(Attempt::from_row).transpose()
    }

    /// The attempt that now has the upstream key of one that was superseded, by however many.
    pub(crate) async fn attempt_in_place_of(&self, attempt: &Attempt) -> Result<Option<Attempt>, StoreError> {
        let row =
            sqlx::query(IN_PLACE).bind(&attempt.payment).bind(&attempt.upstream_key).fetch_optional(&self.pool).await?;
        row.as_ref().map(Attempt::from_row).transpose()
    }

    /// The ids of all attempts that have, or had, the upstream key of that one.
    pub(crate) async fn attempts_under_key_of(&self, attempt: &Attempt) -> Result<Vec<String>, StoreError> {
        let rows =
            sqlx::query(UNDER_KEY).bind(&attempt.payment).bind(&attempt.upstream_key).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
    }

    /// Writes an attempt as open; `false` where the payment has another that is open or live, or the id is taken. A refused
    /// attempt may begin anew, and a superseded one may take its place back.
    pub(crate) async fn begin_attempt(&self, new: NewAttempt<'_>) -> Result<bool, StoreError> {
        let mut writing = self.write(new.payment).await?;
        if let Some(other) = new.supersedes {
            sqlx::query("UPDATE attempts SET state = 'superseded' WHERE id = $1 AND payment = $2 AND state = 'open'")
                .bind(other)
                .bind(new.payment)
                .execute(&mut *writing)
                .await?;
        }
        let written = sqlx::query(
            "INSERT INTO attempts (id, payment, kind, upstream_key, fingerprint, state, created) \
             VALUES ($1, $2, $3, $4, $5, 'open', $6) \
             ON CONFLICT (id) DO UPDATE SET state = 'open', repeated = 0, transaction_id = NULL, fingerprint = excluded.fingerprint, \
             upstream_key = excluded.upstream_key WHERE attempts.state IN ('refused', 'superseded') AND attempts.payment = excluded.payment",
        )
        .bind(new.id)
        .bind(new.payment)
        .bind(new.kind.name())
        .bind(new.upstream_key)
        .bind(new.fingerprint)
        .bind(now())
        .execute(&mut *writing)
        .await;
        match written {
            Ok(done) if done.rows_affected() == 1 => {
                self.follow(&mut writing, new.payment, true).await?;
                writing.commit().await?;
                Ok(true)
            }
            Ok(_) => Ok(false),
            Err(error) if StoreError::is_taken(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Notes that an attempt is being repeated after a fault of the provider.
    pub(crate) async fn set_repeated(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE attempts SET repeated = 1 WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(())
    }

    /// Notes the transaction that a create named, before it is verified.
    pub(crate) async fn set_transaction(&self, id: &str, transaction: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE attempts SET transaction_id = $1 WHERE id = $2")
            .bind(transaction)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes that PaymentsOS refused an attempt, unless it is known otherwise by now.
    pub(crate) async fn refuse_attempt(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE attempts SET state = 'refused' WHERE id = $1 AND state = 'open'")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes what PaymentsOS made of an attempt. If another has taken its place meanwhile, it gives it back, as refused.
    pub(crate) async fn settle_attempt(&self, attempt: &Attempt, transaction: &Transaction) -> Result<(), StoreError> {
        let id = &attempt.id;
        let mut writing = self.write(&attempt.payment).await?;
        sqlx::query(GIVE_BACK)
            .bind(&attempt.payment)
            .bind(&attempt.upstream_key)
            .bind(id)
            .execute(&mut *writing)
            .await?;
        sqlx::query("UPDATE attempts SET state = $1, transaction_id = $2 WHERE id = $3")
            .bind(AttemptState::of(transaction).name())
            .bind(&transaction.id)
            .bind(id)
            .execute(&mut *writing)
            .await?;
        self.tell_result(&mut writing, &attempt.payment, attempt.kind, transaction).await?;
        Ok(writing.commit().await?)
    }
}
