//! Where a page begins: with a return, with what was saved, or with a payment to pay.

use super::attempt::Kept;
use super::input::Start;
use super::returned::{Clean, Returned};
use super::{CREATE_LIMIT, Creating, Effect, Fit, Flow, Hold, Lock, Millis, Now, State, Step, rules};
use crate::codes::Code;
use crate::paymentsos::Kind;

impl Flow {
    pub(super) fn start(&mut self, start: Start, now: Now) {
        let Start { setup, returned, saved, kept, can_keep, visible, online } = start;
        self.abort_all();
        for (lock, hold) in [(Lock::Create, self.create_lock), (Lock::Wait, self.wait_lock)] {
            if hold != Hold::Free {
                self.effect(Effect::Unlock(lock));
            }
        }
        let effects = std::mem::take(&mut self.effects);
        *self = Flow {
            requests: self.requests,
            told: self.told.take(),
            hidden: !visible,
            offline: !online,
            can_keep,
            effects,
            ..Flow::default()
        };

        let named = setup.payment_id.as_deref();
        let fits = |id: Option<&str>| named.zip(id).is_none_or(|(named, id)| named.eq_ignore_ascii_case(id));
        // The set that belongs to the saved attempt, else the last: what stands further back was added later.
        let mut fitting: Vec<Returned> = returned.into_iter().filter(|set| fits(set.payment_id.as_deref())).collect();
        let ours = fitting.iter().rposition(|set| {
            saved.iter().any(|(payment_id, attempt)| {
                set.payment_id.as_ref().is_none_or(|id| id == payment_id)
                    && attempt.transaction.is_some()
                    && set.transaction.as_ref().map(|(_, id)| id) == attempt.transaction.as_ref()
            })
        });
        let back = match ours {
            Some(at) => Some(fitting.swap_remove(at)),
            None => fitting.pop(),
        }
        .filter(|set| named.is_some() || set.payment_id.is_some());

        let kept = kept.filter(|kept| fits(Some(&kept.payment_id)) && back.is_none());
        self.payment_id = setup
            .payment_id
            .clone()
            .or_else(|| back.as_ref()?.payment_id.clone())
            .or_else(|| Some(kept.as_ref()?.payment_id.clone()));
        self.attempt = saved
            .into_iter()
            .find(|(payment_id, _)| Some(payment_id) == self.payment_id.as_ref())
            .map(|(_, attempt)| attempt)
            .filter(|attempt| !attempt.is_over(now.wall));
        // Saved before its POST, whose answer never came to be saved: any further POST is a repeat.
        if let Some(attempt) = &mut self.attempt {
            attempt.doubtful |= attempt.transaction.is_none();
        }
        self.own = setup.payment_id.is_some() || self.attempt.is_some() || !rules::holds(3);
        self.shown = setup.money.clone();
        self.setup = Some(setup);
        self.effect(Effect::Listen(self.payment_id.clone()));

        if back.is_some() {
            self.effect(Effect::CleanAddress(if can_keep { Clean::All } else { Clean::Status }));
            self.effect(Effect::HandOver);
        }
        match (back.and_then(|set| set.transaction), kept) {
            (Some((kind, id)), _) => {
                self.watch(kind, id, now);
                self.count_from_now(now);
                self.returned();
            }
            (None, Some(kept)) if self.attempt.is_none() => {
                self.watch(kept.kind, kept.transaction, now);
                self.count_from(kept.since, now);
            }
            _ => {}
        }
        self.begin(now);
    }

    /// Looks anew at what there is. Nothing that is under way is dropped.
    pub(super) fn begin(&mut self, now: Now) {
        if self.fit() == Fit::Nothing {
            return self.unavailable(Code::InvalidAttribute);
        }
        if self.payment_id.is_none() {
            return self.unavailable(Code::NoPayment);
        }
        if matches!(self.state, State::Creating(_) | State::Redirecting { .. } | State::Collecting { .. }) {
            return;
        }
        if self.watched.is_none() {
            let saved = self.attempt.as_ref().and_then(|attempt| Some((attempt.kind, attempt.transaction.clone()?)));
            if let Some((kind, id)) = saved {
                self.watch(kind, id, now);
                if let Some(since) = self.attempt.as_ref().and_then(|attempt| attempt.since) {
                    self.count_from(since, now);
                }
            }
        }
        self.looking_since = now.steady;
        if self.watched.is_some() {
            if !matches!(self.state, State::Link | State::Confirming { .. }) {
                self.state = State::Confirming { leave: false };
            }
            self.ask_now(now);
        } else if let Some(attempt) = self.attempt.as_ref().filter(|attempt| attempt.doubtful) {
            // A POST may be on its way, or may have been lost with the page: only the payment can tell.
            let spent = now.wall.saturating_sub(attempt.at);
            self.state = State::Creating(Creating {
                press: None,
                saw: None,
                step: Step::Go,
                posted: true,
                refused: false,
                elsewhere: false,
                limit: now.steady + CREATE_LIMIT.saturating_sub(spent),
                next: None,
                not_before: 0,
                last_check: false,
            });
        } else if self.own {
            self.ready(false, None);
        } else {
            self.state = State::Confirming { leave: false };
        }
        if !matches!(self.state, State::Unavailable(_)) {
            self.read_now(now);
        }
    }

    /// The page asks for a new look; after a failure, for a new attempt.
    pub(super) fn reset(&mut self, now: Now) {
        if matches!(self.state, State::Failed(_)) && self.own {
            self.let_go();
        }
        self.begin(now);
    }

    /// Keeps the ids of what is asked for, for a reload.
    pub(super) fn keep(&mut self, kind: Kind, transaction: &str, since: Millis) {
        if let (true, Some(payment_id)) = (self.can_keep, self.payment_id.clone()) {
            self.effect(Effect::Keep(Kept { payment_id, kind, transaction: transaction.to_owned(), since }));
        }
    }
}
