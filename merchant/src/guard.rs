//! The guard: one payment, never two.
//!
//! Before PaymentsOS is asked to create anything, the attempt is on the disk as *open*, and a payment has at most one attempt that is
//! open or live. An open one whose outcome got lost (a crash, a broken connection) is settled by reading the payment and looking for
//! the attempt's own transaction; if there is none, the request is repeated under the same key, which PaymentsOS carries out once.
//! Another attempt that comes meanwhile takes its place under that same key: the two then have one outcome, and either is told of it.

use crate::Merchant;
use crate::alerts::AlertCode;
use crate::create_body::{Expected, fingerprint};
use crate::desk::ReadError;
use crate::knowledge::complete;
use crate::paymentsos::{CallError, Shopper};
use crate::problem::{Problem, Type};
use crate::store::{Attempt, AttemptState, NewAttempt, StoreError};
use paymentsos_core::paymentsos::{Kind, Payment, PaymentStatus, Status, Transaction};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// No request, nor a repeat of it, is under way for longer than this.
pub(crate) const REPEATED: Duration = Duration::from_secs(10 * 60);

/// A create that has been checked as far as it can be without PaymentsOS.
#[derive(Clone, Debug)]
pub(crate) struct Create {
    pub(crate) payment: String,
    pub(crate) kind: Kind,
    pub(crate) attempt: String,
    pub(crate) body: Value,
    pub(crate) expected: Expected,
    pub(crate) shopper: Shopper,
}

impl Merchant {
    /// Carries out a create, or replies with what an earlier one under the same key made.
    pub(crate) async fn create(self: &Arc<Self>, create: Create) -> Result<Transaction, Problem> {
        let merchant = Arc::clone(self);
        // On its own: a shopper who closes the page must not stop it half-way.
        let piece = self.under_way.begin();
        let task = tokio::spawn(async move {
            let _piece = piece;
            let place = merchant.desk.place(&create.payment);
            let _here = place.creating.lock().await;
            let _turn = merchant.store.turn(&create.payment).await?;
            merchant.create_in_turn(&create).await
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a create was broken off");
            Err(Problem::internal())
        })
    }

    async fn create_in_turn(self: &Arc<Self>, create: &Create) -> Result<Transaction, Problem> {
        let Some(attempt) = self.store.attempt(&create.attempt).await? else { return self.begin(create).await };
        if attempt.payment != create.payment || attempt.kind != create.kind {
            let detail = "This Idempotency-Key was used for something else. A new attempt needs a new one.";
            return Err(Problem::new(Type::KeyOfAnother, detail));
        }
        if attempt.fingerprint != fingerprint(&create.body) {
            tracing::warn!(
                payment = create.payment,
                attempt = create.attempt,
                "a repeat asks for something else than the original"
            );
        }
        match attempt.state {
            AttemptState::Live | AttemptState::Failed => self.original(&attempt).await,
            AttemptState::Superseded => self.rejoin(create, attempt).await,
            AttemptState::Refused => self.begin(create).await,
            AttemptState::Open => self.resume(create, attempt).await,
        }
    }

    /// A first request: nothing may stand in its way, by the records and by PaymentsOS's own word.
    async fn begin(self: &Arc<Self>, create: &Create) -> Result<Transaction, Problem> {
        let payment = self.read_payment(&create.payment, Instant::now()).await?;
        self.begin_by(create, &payment).await
    }

    /// The same, by a reading of the payment.
    async fn begin_by(self: &Arc<Self>, create: &Create, payment: &Payment) -> Result<Transaction, Problem> {
        self.check_free(create, payment).await?;
        let mut upstream_key = format!("{}:{}", create.payment, create.attempt);
        let mut supersedes = None;
        if let Some(standing) = self.store.standing_attempt(&create.payment).await? {
            match own(payment, &standing) {
                // A fault of the provider whose repeat may still be under way decides nothing.
                Some(transaction) if !may_be_repeated(transaction) => {
                    self.settle(&standing, transaction).await?;
                    if transaction.result.status != Status::Failed {
                        return Err(Problem::has_transaction());
                    }
                }
                // Its transaction is known to be live, though the reading does not list it.
                _ if standing.state == AttemptState::Live => return Err(Problem::has_transaction()),
                // Nobody may ever come back for it. Its key is used on: should PaymentsOS carry it out after all, there is still one.
                _ => {
                    upstream_key = standing.upstream_key;
                    supersedes = Some(standing.id);
                }
            }
        }
        let fingerprint = fingerprint(&create.body);
        let new = NewAttempt {
            id: &create.attempt,
            payment: &create.payment,
            kind: create.kind,
            upstream_key: &upstream_key,
            fingerprint: &fingerprint,
            supersedes: supersedes.as_deref(),
        };
        if !self.store.begin_attempt(new).await? {
            return Err(Problem::has_transaction());
        }
        let attempt = self.store.attempt(&create.attempt).await?.ok_or_else(Problem::internal)?;
        self.carry_out(create, attempt, payment, None, supersedes.is_some()).await
    }

    /// A repeat of a request whose outcome got lost.
    async fn resume(self: &Arc<Self>, create: &Create, attempt: Attempt) -> Result<Transaction, Problem> {
        let payment = self.read_payment(&create.payment, Instant::now()).await?;
        let found = own(&payment, &attempt);
        if let Some(found) = found.filter(|found| !may_be_repeated(found)) {
            return Ok(self.settle(&attempt, found).await?);
        }
        self.check_free(create, &payment).await?;
        // A fault of the provider is tried again even where it was before: what came of that is not known.
        self.carry_out(create, attempt, &payment, found.cloned(), true).await
    }

    /// A repeat of a request whose place another took: both have one key at PaymentsOS, and so one outcome.
    async fn rejoin(self: &Arc<Self>, create: &Create, attempt: Attempt) -> Result<Transaction, Problem> {
        let in_its_place = self.store.attempt_in_place_of(&attempt).await?.ok_or_else(Problem::has_transaction)?;
        if in_its_place.state != AttemptState::Open {
            return self.original(&in_its_place).await;
        }
        let payment = self.read_payment(&create.payment, Instant::now()).await?;
        let known = |attempt| own(&payment, attempt).filter(|found| !may_be_repeated(found));
        if let Some(found) = known(&attempt) {
            return Ok(self.settle(&attempt, found).await?);
        }
        if let Some(found) = known(&in_its_place) {
            return Ok(self.settle(&in_its_place, found).await?);
        }
        // Nobody may ever come back for the other: this one takes its place, under the key of both.
        self.begin_by(create, &payment).await
    }

    /// A repeat of a request that is settled: the original, as it stands now.
    async fn original(&self, attempt: &Attempt) -> Result<Transaction, Problem> {
        let id = attempt.transaction.as_deref().ok_or_else(Problem::internal)?;
        let known = self.store.transaction(&attempt.payment, attempt.kind, id).await?;
        match self.paymentsos.transaction(&attempt.payment, attempt.kind, id).await {
            Ok(read) => Ok(self.take_in(&attempt.payment, attempt.kind, &read).await?),
            Err(error) => known.ok_or_else(|| Problem::upstream(&error)),
        }
    }

    /// A payment without the fault of a provider whose repeat is not known to have failed too: a shopper who read of it would be told
    /// that the attempt has failed. Without it, the request is repeated, and its outcome found.
    pub(crate) async fn without_undecided(&self, mut payment: Payment) -> Result<Payment, StoreError> {
        let standing = self.store.standing_attempt(&payment.id).await?;
        let Some(open) = standing.filter(|standing| standing.state == AttemptState::Open) else { return Ok(payment) };
        let attempts = self.store.attempts_under_key_of(&open).await?;
        let is_undecided = |transaction: &Transaction| {
            let named = transaction.reconciliation_id.as_ref();
            may_be_repeated(transaction) && named.is_some_and(|named| attempts.contains(named))
        };
        if let Some(related) = &mut payment.related_resources {
            related.charges.retain(|charge| !is_undecided(charge));
            related.authorizations.retain(|authorization| !is_undecided(authorization));
        }
        Ok(payment)
    }

    /// Refuses where anything but failed transactions is known of the payment, or where it is not what the shopper saw.
    async fn check_free(&self, create: &Create, payment: &Payment) -> Result<(), Problem> {
        let Some(related) = &payment.related_resources else {
            // Without the list, nothing is known: not that there is none.
            return Err(Problem::upstream(&CallError::Unreadable));
        };
        let listed = related.charges.iter().chain(&related.authorizations).map(|listed| &listed.result.status);
        let stored = self.store.statuses(&create.payment).await?;
        let is_free = listed.chain(&stored).all(|status| *status == Status::Failed);
        if !is_free || payment.status != PaymentStatus::Initialized || payment.is_chargedback {
            return Err(Problem::has_transaction());
        }
        if !create.expected.holds_for(payment) {
            return Err(Problem::amount_differs());
        }
        Ok(())
    }

    /// Asks PaymentsOS, and makes sure of what it says. A failure of the provider (`failed`, where it is known from before) is tried
    /// once more, with the same key. `unknown` says that an earlier request under this key may still be under way.
    async fn carry_out(
        self: &Arc<Self>,
        create: &Create,
        mut attempt: Attempt,
        payment: &Payment,
        mut failed: Option<Transaction>,
        mut unknown: bool,
    ) -> Result<Transaction, Problem> {
        loop {
            if failed.is_some() {
                tracing::info!(payment = create.payment, attempt = attempt.id, "the provider failed: trying once more");
                self.store.set_repeated(&attempt.id).await?;
                attempt.repeated = true;
            }
            let asked = self
                .paymentsos
                .create_transaction(&create.payment, create.kind, &attempt.upstream_key, &create.body, &create.shopper)
                .await;
            let mut made = match asked {
                Ok(created) => self.verify(&attempt, created).await?,
                Err(error) => return self.recover(&attempt, error, failed, unknown).await,
            };
            complete(&mut made, payment.amount, &payment.currency);
            if let Some(other) = self.other(&attempt, &made).await? {
                // PaymentsOS had carried out the attempt whose place this one took: that one stands.
                let transaction = self.settle(&other, &made).await?;
                return Err(if transaction.result.status == Status::Failed {
                    conflict(payment)
                } else {
                    Problem::has_transaction()
                });
            }
            if may_be_repeated(&made) && !attempt.repeated {
                failed = Some(self.take_in(&create.payment, create.kind, &made).await?);
                unknown = false;
                continue;
            }
            return Ok(self.settle(&attempt, &made).await?);
        }
    }

    /// What a create returned is believed when it can be read under the payment.
    async fn verify(&self, attempt: &Attempt, created: Transaction) -> Result<Transaction, Problem> {
        self.store.set_transaction(&attempt.id, &created.id).await?;
        match self.paymentsos.transaction(&attempt.payment, attempt.kind, &created.id).await {
            Ok(mut read) => {
                // A reading need not repeat what only the create's reply is sure to have.
                if !read.result.status.is_final() {
                    read.redirection = read.redirection.or(created.redirection);
                    read.provider_specific_data = created.provider_specific_data.or(read.provider_specific_data);
                }
                read.reconciliation_id = read.reconciliation_id.or(created.reconciliation_id);
                Ok(read)
            }
            Err(error) => {
                if error == CallError::NotFound {
                    let code = AlertCode::TransactionNotUnderPayment;
                    self.alerts.raise(&self.store, code, &attempt.payment, &created.id).await?;
                    return Err(Problem::outcome_unknown(&CallError::Unreadable));
                }
                Err(Problem::outcome_unknown(&error))
            }
        }
    }

    /// A create that gave no transaction: known as refused, found all the same, or unknown until it is repeated.
    async fn recover(
        self: &Arc<Self>,
        attempt: &Attempt,
        error: CallError,
        failed: Option<Transaction>,
        unknown: bool,
    ) -> Result<Transaction, Problem> {
        let category = match &error {
            CallError::Refused { category, .. } => Some(category.clone()),
            CallError::NotFound => Some(Some("api_request_error".to_owned())),
            _ => None,
        };
        if let Some(category) = category {
            tracing::error!(payment = attempt.payment, attempt = attempt.id, %error, "PaymentsOS refused a create");
            if unknown {
                // What an earlier request under this key has come to is not known: this one may have been refused for another reason.
                return Err(Problem::outcome_unknown(&CallError::Unreadable));
            }
            if let Some(failed) = failed {
                return Ok(self.settle(attempt, &failed).await?);
            }
            self.store.refuse_attempt(&attempt.id).await?;
            return Err(Problem::refused(category));
        }
        // After a time-out there is no time left to look, and after a 429 nothing to see.
        if matches!(error, CallError::TimedOut | CallError::TooMany { .. }) {
            return Err(Problem::outcome_unknown(&error));
        }
        let Ok(payment) = self.read_payment(&attempt.payment, Instant::now()).await else {
            return Err(Problem::outcome_unknown(&error));
        };
        // A fault of the provider is not the end where the repeat may still be under way, or is still to come.
        let no_repeat = attempt.repeated && !unknown && error == CallError::Conflict;
        let is_end = |found: &&Transaction| !may_be_repeated(found) || no_repeat;
        if let Some(found) = own(&payment, attempt).filter(is_end) {
            return Ok(self.settle(attempt, found).await?);
        }
        if error == CallError::Conflict {
            return Err(conflict(&payment));
        }
        Err(Problem::outcome_unknown(&error))
    }

    /// The attempt that a transaction names, where it is another one under the same key.
    async fn other(&self, attempt: &Attempt, made: &Transaction) -> Result<Option<Attempt>, StoreError> {
        let Some(named) = made.reconciliation_id.as_deref().filter(|named| *named != attempt.id) else {
            return Ok(None);
        };
        let other = self.store.attempt(named).await?;
        Ok(other.filter(|other| (&other.payment, &other.upstream_key) == (&attempt.payment, &attempt.upstream_key)))
    }

    /// Reads a payment, and closes its open attempt, if PaymentsOS has its transaction. A fault of the provider stays open for a while
    /// (`age` is that of the attempt), as it may still be repeated.
    pub(crate) async fn settle_standing(self: &Arc<Self>, payment: &str, age: Duration) -> Result<(), ReadError> {
        let place = self.desk.place(payment);
        let _here = place.creating.lock().await;
        let _turn = self.store.turn(payment).await?;
        let read = self.read_payment(payment, Instant::now()).await?;
        Ok(self.settle_standing_by(&read, age).await?)
    }

    /// The same by a reading, for whoever has the payment's turn.
    pub(crate) async fn settle_standing_by(&self, read: &Payment, age: Duration) -> Result<(), StoreError> {
        let Some(standing) = self.store.standing_attempt(&read.id).await? else { return Ok(()) };
        let found = own(read, &standing).filter(|found| !may_be_repeated(found) || age > REPEATED);
        if let Some(found) = found.filter(|_| standing.state == AttemptState::Open) {
            self.settle(&standing, found).await?;
            self.to_tell.notify_one();
        }
        Ok(())
    }

    /// Takes in an attempt's transaction, and closes the attempt.
    async fn settle(&self, attempt: &Attempt, transaction: &Transaction) -> Result<Transaction, StoreError> {
        let transaction = self.take_in(&attempt.payment, attempt.kind, transaction).await?;
        self.store.settle_attempt(attempt, &transaction).await?;
        Ok(transaction)
    }
}

/// The attempt's own transaction; of several (a repeat may have made a new one) the one that has not failed.
fn own<'a>(payment: &'a Payment, attempt: &Attempt) -> Option<&'a Transaction> {
    let related = payment.related_resources.as_ref()?;
    let list = match attempt.kind {
        Kind::Charge => &related.charges,
        Kind::Authorization => &related.authorizations,
    };
    let is_own = |transaction: &&Transaction| {
        transaction.reconciliation_id.as_deref() == Some(&attempt.id)
            || attempt.transaction.as_deref() == Some(&transaction.id)
    };
    let mut own = list.iter().filter(is_own);
    own.clone().find(|transaction| transaction.result.status != Status::Failed).or_else(|| own.next_back())
}

/// A fault of the provider: PaymentsOS's documentation asks for a repeat with the same key.
fn may_be_repeated(transaction: &Transaction) -> bool {
    transaction.result.status == Status::Failed
        && matches!(transaction.result.category.as_deref(), Some("provider_error" | "provider_network_error"))
}

fn conflict(payment: &Payment) -> Problem {
    let is_live = |transaction: &Transaction| transaction.result.status != Status::Failed;
    let related = payment.related_resources.as_ref();
    if related.is_some_and(|related| related.charges.iter().chain(&related.authorizations).any(is_live)) {
        return Problem::has_transaction();
    }
    Problem::conflict()
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::PaymentsOs(error) => Problem::upstream(&error),
            ReadError::Store(error) => error.into(),
        }
    }
}
