//! What is on the disk: attempts, and what was last said of transactions.

use paymentsos_core::paymentsos::{Kind, Status, Transaction};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AttemptState {
    Open,
    Live,
    Failed,
    Refused,
    Superseded,
}

#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) upstream_key: String,
    pub(super) state: AttemptState,
    pub(super) repeated: bool,
    pub(super) transaction: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Records {
    attempts: Vec<Attempt>,
    transactions: Vec<(Kind, Transaction)>,
}

impl Records {
    pub(super) fn attempt(&self, id: &str) -> Option<Attempt> {
        self.attempts.iter().find(|attempt| attempt.id == id).cloned()
    }

    fn attempt_mut(&mut self, id: &str) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|attempt| attempt.id == id)
    }

    /// The one attempt that is open or live.
    pub(super) fn standing(&self) -> Option<Attempt> {
        let stands = |attempt: &&Attempt| matches!(attempt.state, AttemptState::Open | AttemptState::Live);
        self.attempts.iter().find(stands).cloned()
    }

    /// The attempt that now has the upstream key of one whose place was taken.
    pub(super) fn in_place_of(&self, attempt: &Attempt) -> Option<Attempt> {
        let has_place = |other: &&Attempt| {
            other.upstream_key == attempt.upstream_key
                && matches!(other.state, AttemptState::Open | AttemptState::Live | AttemptState::Failed)
        };
        self.attempts.iter().find(has_place).cloned()
    }

    pub(super) fn under_key_of(&self, attempt: &Attempt) -> Vec<String> {
        let others = self.attempts.iter().filter(|other| other.upstream_key == attempt.upstream_key);
        others.map(|other| other.id.clone()).collect()
    }

    /// Writes an attempt as open; `false` where another stands, or the id is taken.
    pub(super) fn begin(&mut self, new: Attempt, supersedes: Option<&str>) -> bool {
        let before = self.attempts.clone();
        if let Some(other) = supersedes.and_then(|id| self.attempt_mut(id))
            && other.state == AttemptState::Open
        {
            other.state = AttemptState::Superseded;
        }
        if self.standing().is_some_and(|standing| standing.id != new.id) {
            self.attempts = before;
            return false;
        }
        match self.attempt_mut(&new.id) {
            Some(known) if matches!(known.state, AttemptState::Refused | AttemptState::Superseded) => *known = new,
            Some(_) => {
                self.attempts = before;
                return false;
            }
            None => self.attempts.push(new),
        }
        true
    }

    pub(super) fn change(&mut self, id: &str, change: impl FnOnce(&mut Attempt)) {
        if let Some(attempt) = self.attempt_mut(id) {
            change(attempt);
        }
    }

    /// Notes what became of an attempt. If another has taken its place meanwhile, it gives it back, as refused.
    pub(super) fn settle(&mut self, settled: &Attempt, transaction: &Transaction) {
        let key = self.attempt(&settled.id).map(|attempt| attempt.upstream_key);
        for other in &mut self.attempts {
            if other.state == AttemptState::Open && other.id != settled.id && Some(&other.upstream_key) == key.as_ref()
            {
                other.state = AttemptState::Refused;
            }
        }
        self.change(&settled.id, |attempt| {
            attempt.state = state_of(transaction);
            attempt.transaction = Some(transaction.id.clone());
        });
    }

    pub(super) fn transaction(&self, kind: Kind, id: &str) -> Option<Transaction> {
        self.transactions.iter().find(|(known, one)| *known == kind && one.id == id).map(|(_, one)| one.clone())
    }

    pub(super) fn has_live(&self) -> bool {
        self.transactions.iter().any(|(_, one)| one.result.status != Status::Failed)
    }

    pub(super) fn has_pending(&self) -> bool {
        self.transactions.iter().any(|(_, one)| !one.result.status.is_final())
    }

    /// Takes in a reading; says whether its status is news.
    pub(super) fn see(&mut self, kind: Kind, reading: &Transaction) -> (Transaction, bool) {
        let maker = self.attempts.iter().find(|attempt| Some(&attempt.id) == reading.reconciliation_id.as_ref());
        let under_way = maker.is_some_and(|maker| {
            self.attempts
                .iter()
                .any(|other| other.state == AttemptState::Open && other.upstream_key == maker.upstream_key)
        });
        let at = self.transactions.iter().position(|(known, one)| *known == kind && one.id == reading.id);
        let Some(at) = at else {
            self.transactions.push((kind, reading.clone()));
            return (reading.clone(), true);
        };
        let known = &mut self.transactions[at].1;
        let is_older = match (&known.result.status, &reading.result.status) {
            (Status::Succeed, status) => *status != Status::Succeed,
            (Status::Failed, Status::Succeed | Status::Failed) => false,
            (Status::Failed, _) => !under_way,
            _ => false,
        };
        if is_older {
            return (known.clone(), false);
        }
        let changed = known.result.status != reading.result.status;
        let mut merged = reading.clone();
        if !merged.result.status.is_final() {
            merged.redirection = merged.redirection.or_else(|| known.redirection.clone());
            merged.expires_at = merged.expires_at.or(known.expires_at);
            merged.provider_specific_data = known.provider_specific_data.clone().or(merged.provider_specific_data);
        }
        *known = merged.clone();
        if changed {
            let stands = |other: &Attempt| matches!(other.state, AttemptState::Open | AttemptState::Live);
            let follows = self.attempts.iter().position(|attempt| {
                attempt.transaction.as_ref() == Some(&merged.id)
                    && matches!(attempt.state, AttemptState::Live | AttemptState::Failed)
            });
            let state = state_of(&merged);
            if let Some(at) = follows {
                let beside = self.attempts.iter().enumerate().any(|(other, one)| other != at && stands(one));
                if state != AttemptState::Live || !beside {
                    self.attempts[at].state = state;
                }
            }
        }
        (merged, changed)
    }
}

fn state_of(transaction: &Transaction) -> AttemptState {
    if transaction.result.status == Status::Failed { AttemptState::Failed } else { AttemptState::Live }
}
