//! The guard, as the reference has it (`merchant/src/guard.rs`): one attempt at a time that is open or live, written before PaymentsOS
//! is asked, and settled by whoever comes next.

use super::records::{Attempt, AttemptState};
use super::wire::{CallError, may_be_repeated};
use super::{Body, Merchant, Problem, Process, Reply};
use crate::ids;
use crate::paymentsos::{CreateBody, Plan};
use paymentsos_core::flow::Money;
use paymentsos_core::paymentsos::{Kind, Payment, PaymentStatus, Status, Transaction};
use std::rc::Rc;

pub(super) struct Create {
    pub(super) kind: Kind,
    pub(super) attempt: String,
    pub(super) expected: Money,
    pub(super) plan: Plan,
}

type Outcome = Result<Transaction, Problem>;

impl From<CallError> for Problem {
    fn from(error: CallError) -> Problem {
        error.problem()
    }
}

/// Something stands in the way, or may: of why, the page is told nothing else than that.
fn conflict() -> Problem {
    Problem::new(409)
}

/// What came of a create is not known: the same request may be repeated.
fn outcome_unknown(error: CallError) -> Problem {
    error.problem()
}

impl Merchant {
    pub(super) async fn create(self: &Rc<Self>, process: &Process, create: &Create) -> Outcome {
        let known = self.records.borrow().attempt(&create.attempt);
        let Some(attempt) = known else { return self.begin(process, create).await };
        if attempt.kind != create.kind {
            return Err(Problem::new(422));
        }
        match attempt.state {
            AttemptState::Live | AttemptState::Failed => self.original(process, &attempt).await,
            AttemptState::Superseded => self.rejoin(process, create, attempt).await,
            AttemptState::Refused => self.begin(process, create).await,
            AttemptState::Open => self.resume(process, create, attempt).await,
        }
    }

    /// A first request: nothing may stand in its way, by the records and by PaymentsOS's own word.
    async fn begin(self: &Rc<Self>, process: &Process, create: &Create) -> Outcome {
        let payment = self.read(process).await?;
        self.begin_by(process, create, &payment).await
    }

    async fn begin_by(self: &Rc<Self>, process: &Process, create: &Create, payment: &Payment) -> Outcome {
        self.check_free(create, payment)?;
        let mut upstream_key = format!("{}:{}", ids::PAYMENT, create.attempt);
        let mut supersedes = None;
        let standing = self.records.borrow().standing();
        if let Some(standing) = standing {
            match own(payment, &standing) {
                Some(transaction) if !may_be_repeated(transaction) => {
                    self.settle(process, &standing, transaction);
                    if transaction.result.status != Status::Failed {
                        return Err(conflict());
                    }
                }
                _ if standing.state == AttemptState::Live => return Err(conflict()),
                _ => {
                    upstream_key = standing.upstream_key;
                    supersedes = Some(standing.id);
                }
            }
        }
        let attempt = Attempt {
            id: create.attempt.clone(),
            kind: create.kind,
            upstream_key,
            state: AttemptState::Open,
            repeated: false,
            transaction: None,
        };
        if !self.records.borrow_mut().begin(attempt.clone(), supersedes.as_deref()) {
            return Err(conflict());
        }
        self.carry_out(process, create, attempt, None, supersedes.is_some()).await
    }

    /// A repeat of a request whose outcome got lost.
    async fn resume(self: &Rc<Self>, process: &Process, create: &Create, attempt: Attempt) -> Outcome {
        let payment = self.read(process).await?;
        let found = own(&payment, &attempt);
        if let Some(found) = found.filter(|found| !may_be_repeated(found)) {
            return Ok(self.settle(process, &attempt, found));
        }
        self.check_free(create, &payment)?;
        let found = found.cloned();
        self.carry_out(process, create, attempt, found, true).await
    }

    /// A repeat of a request whose place another took: both have one key at PaymentsOS, and so one outcome.
    async fn rejoin(self: &Rc<Self>, process: &Process, create: &Create, attempt: Attempt) -> Outcome {
        let in_its_place = self.records.borrow().in_place_of(&attempt).ok_or_else(conflict)?;
        if in_its_place.state != AttemptState::Open {
            return self.original(process, &in_its_place).await;
        }
        let payment = self.read(process).await?;
        for attempt in [&attempt, &in_its_place] {
            if let Some(found) = own(&payment, attempt).filter(|found| !may_be_repeated(found)) {
                return Ok(self.settle(process, attempt, found));
            }
        }
        self.begin_by(process, create, &payment).await
    }

    /// A repeat of a request that is settled: the original, as it stands now.
    async fn original(self: &Rc<Self>, process: &Process, attempt: &Attempt) -> Outcome {
        let Some(id) = attempt.transaction.as_deref() else { return Err(Problem::new(500)) };
        let known = self.records.borrow().transaction(attempt.kind, id);
        match self.transaction_at_paymentsos(id).await {
            Ok(read) => Ok(self.take_in(process, attempt.kind, &read)),
            Err(error) => known.ok_or_else(|| error.problem()),
        }
    }

    fn check_free(&self, create: &Create, payment: &Payment) -> Result<(), Problem> {
        let listed = payment.related_resources.as_ref();
        let is_live = |transaction: &Transaction| transaction.result.status != Status::Failed;
        let is_free = listed.is_some_and(|listed| {
            !listed.charges.iter().chain(&listed.authorizations).any(is_live) && !self.records.borrow().has_live()
        });
        if !is_free || payment.status != PaymentStatus::Initialized {
            return Err(conflict());
        }
        if (payment.amount, &payment.currency) != (create.expected.amount, &create.expected.currency) {
            return Err(Problem::new(412));
        }
        Ok(())
    }

    async fn carry_out(
        self: &Rc<Self>,
        process: &Process,
        create: &Create,
        mut attempt: Attempt,
        mut failed: Option<Transaction>,
        mut unknown: bool,
    ) -> Outcome {
        loop {
            if failed.is_some() {
                self.records.borrow_mut().change(&attempt.id, |attempt| attempt.repeated = true);
                attempt.repeated = true;
            }
            let body = CreateBody {
                kind: create.kind,
                key: attempt.upstream_key.clone(),
                reconciliation: create.attempt.clone(),
                plan: create.plan,
            };
            let made = match self.create_at_paymentsos(&body).await {
                Ok(created) => self.verify(&attempt, created).await?,
                Err(error) => return self.recover(process, &attempt, error, failed, unknown).await,
            };
            if let Some(other) = self.other(&attempt, &made) {
                self.settle(process, &other, &made);
                return Err(conflict());
            }
            if may_be_repeated(&made) && !attempt.repeated {
                failed = Some(self.take_in(process, create.kind, &made));
                unknown = false;
                continue;
            }
            return Ok(self.settle(process, &attempt, &made));
        }
    }

    /// What a create returned is believed when it can be read under the payment.
    async fn verify(self: &Rc<Self>, attempt: &Attempt, created: Transaction) -> Outcome {
        self.records.borrow_mut().change(&attempt.id, |attempt| attempt.transaction = Some(created.id.clone()));
        match self.transaction_at_paymentsos(&created.id).await {
            Ok(mut read) => {
                if !read.result.status.is_final() {
                    read.redirection = read.redirection.or(created.redirection);
                    read.provider_specific_data = created.provider_specific_data.or(read.provider_specific_data);
                }
                Ok(read)
            }
            Err(CallError::NotFound) => Err(outcome_unknown(CallError::Unavailable)),
            Err(error) => Err(outcome_unknown(error)),
        }
    }

    async fn recover(
        self: &Rc<Self>,
        process: &Process,
        attempt: &Attempt,
        error: CallError,
        failed: Option<Transaction>,
        unknown: bool,
    ) -> Outcome {
        if error == CallError::NotFound {
            if unknown {
                return Err(outcome_unknown(CallError::Unavailable));
            }
            if let Some(failed) = failed {
                return Ok(self.settle(process, attempt, &failed));
            }
            self.records.borrow_mut().change(&attempt.id, |attempt| attempt.state = AttemptState::Refused);
            return Err(Problem::new(422));
        }
        if matches!(error, CallError::TimedOut | CallError::TooMany) {
            return Err(outcome_unknown(error));
        }
        let Ok(payment) = self.read(process).await else { return Err(outcome_unknown(error)) };
        let no_repeat = attempt.repeated && !unknown && error == CallError::Conflict;
        let is_end = |found: &&Transaction| !may_be_repeated(found) || no_repeat;
        if let Some(found) = own(&payment, attempt).filter(is_end) {
            return Ok(self.settle(process, attempt, found));
        }
        Err(if error == CallError::Conflict { conflict() } else { outcome_unknown(error) })
    }

    fn other(&self, attempt: &Attempt, made: &Transaction) -> Option<Attempt> {
        let named = made.reconciliation_id.as_deref().filter(|named| *named != attempt.id)?;
        let other = self.records.borrow().attempt(named)?;
        (other.upstream_key == attempt.upstream_key).then_some(other)
    }

    /// Takes in an attempt's transaction, and closes the attempt.
    pub(super) fn settle(&self, process: &Process, attempt: &Attempt, transaction: &Transaction) -> Transaction {
        let transaction = self.take_in(process, attempt.kind, transaction);
        self.records.borrow_mut().settle(attempt, &transaction);
        transaction
    }

    /// The payment, without the fault of a provider whose repeat is not known to have failed too.
    pub(super) async fn payment(self: &Rc<Self>, process: &Process) -> Reply {
        let mut payment = match self.read(process).await {
            Ok(payment) => payment,
            Err(error) => return error.problem().into(),
        };
        let records = self.records.borrow();
        if let (Some(open), Some(related)) =
            (records.standing().filter(|standing| standing.state == AttemptState::Open), &mut payment.related_resources)
        {
            let attempts = records.under_key_of(&open);
            let is_undecided = |transaction: &Transaction| {
                let named = transaction.reconciliation_id.as_ref();
                may_be_repeated(transaction) && named.is_some_and(|named| attempts.contains(named))
            };
            related.charges.retain(|charge| !is_undecided(charge));
            related.authorizations.retain(|authorization| !is_undecided(authorization));
        }
        Reply { status: 200, body: Body::Payment(payment), held: false, retry_after: None }
    }

    pub(super) async fn authenticate(self: &Rc<Self>, process: &Process, kind: Kind, id: &str, attempt: &str) -> Reply {
        let known = self.records.borrow().transaction(kind, id);
        let known = match known {
            Some(known) => known,
            None => match self.read(process).await {
                Ok(payment) => match listed(&payment, kind).iter().find(|one| one.id == id) {
                    Some(found) => found.clone(),
                    None => return Reply::problem(404),
                },
                Err(error) => return error.problem().into(),
            },
        };
        if self.records.borrow().attempt(attempt).is_none() {
            return Reply::problem(422);
        }
        if known.result.status.is_final() {
            return Reply::transaction(200, known);
        }
        match self.authenticate_at_paymentsos(id).await {
            Ok(transaction) => Reply::transaction(200, self.take_in(process, kind, &transaction)),
            Err(error) => error.problem().into(),
        }
    }

    /// Closes the open attempt, if PaymentsOS has its transaction, though nobody comes back for it.
    pub(super) async fn settle_standing(self: &Rc<Self>, process: &Process) {
        let _turn = process.turns.clone().turn().await;
        let Ok(payment) = self.read(process).await else { return };
        let standing = self.records.borrow().standing();
        if let Some(standing) = standing.filter(|standing| standing.state == AttemptState::Open)
            && let Some(found) = own(&payment, &standing).filter(|found| !may_be_repeated(found))
        {
            self.settle(process, &standing, found);
        }
    }
}

fn listed(payment: &Payment, kind: Kind) -> &[Transaction] {
    match (&payment.related_resources, kind) {
        (Some(related), Kind::Charge) => &related.charges,
        (Some(related), Kind::Authorization) => &related.authorizations,
        (None, _) => &[],
    }
}

/// The attempt's own transaction; of several the one that has not failed.
fn own<'a>(payment: &'a Payment, attempt: &Attempt) -> Option<&'a Transaction> {
    let is_own = |transaction: &&Transaction| {
        transaction.reconciliation_id.as_deref() == Some(&attempt.id)
            || attempt.transaction.as_deref() == Some(&transaction.id)
    };
    let mut own = listed(payment, attempt.kind).iter().filter(is_own);
    own.clone().find(|transaction| transaction.result.status != Status::Failed).or_else(|| own.next_back())
}
