//! The tabs of one browser that show the same payment: one creates, one waits, all hear.
//!
//! All of it is a courtesy. What keeps a payment from being made twice is the attempt's one key, saved before it is used, and the
//! backend's guard; so everything goes on where a browser has neither locks nor channels.

use super::{Attempt, Effect, Flow, LOOK_LIMIT, Now, State, Step, Way};

/// What only one tab does at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lock {
    /// Reading the payment, saving the attempt and creating, until there is an answer.
    Create,
    /// Having the backend hold its answers. A browser has few connections to a host, and all of its tabs share them.
    Wait,
}

/// How it stands with a lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Hold {
    #[default]
    Free,
    Asked,
    Held,
}

impl Flow {
    /// Asks for the locks that are needed now, and gives back those that are not.
    pub(super) fn settle_locks(&mut self) {
        let creates = matches!(&self.state, State::Creating(creating) if creating.press.is_some() && creating.step != Step::Method);
        let is_asking = match self.state {
            State::Link | State::Confirming { .. } | State::Collecting { .. } => true,
            State::Redirecting { way, .. } => way != Way::Page,
            _ => false,
        };
        let waits = self.watched.is_some() && is_asking;
        let wanted = [creates && !self.left, waits && !self.left && !self.hidden];
        for (lock, wanted) in [Lock::Create, Lock::Wait].into_iter().zip(wanted) {
            let hold = self.hold(lock);
            if wanted != (*hold != Hold::Free) {
                *hold = if wanted { Hold::Asked } else { Hold::Free };
                self.effect(if wanted { Effect::Lock(lock) } else { Effect::Unlock(lock) });
            }
        }
    }

    fn hold(&mut self, lock: Lock) -> &mut Hold {
        match lock {
            Lock::Create => &mut self.create_lock,
            Lock::Wait => &mut self.wait_lock,
        }
    }

    /// A lock is ours. `saved` is the payment's attempt as it is saved now: what another tab has begun is gone on with.
    pub(super) fn locked(&mut self, lock: Lock, saved: Option<Attempt>, now: Now) {
        let hold = self.hold(lock);
        if *hold != Hold::Asked {
            return;
        }
        *hold = Hold::Held;
        match lock {
            Lock::Create => self.may_create(saved, now),
            Lock::Wait => {
                // Nobody waited for the answer until now.
                if let Some(watched) = &mut self.watched
                    && watched.next.is_some()
                {
                    watched.next = Some(now.steady.max(watched.not_before));
                }
            }
        }
    }

    fn may_create(&mut self, saved: Option<Attempt>, now: Now) {
        let State::Creating(creating) = &mut self.state else { return };
        creating.step = Step::Go;
        creating.elsewhere = false;
        creating.next = None;
        if !creating.posted {
            creating.limit = now.steady + LOOK_LIMIT;
        }
        let ours = self.attempt.as_ref().map(|attempt| &attempt.id);
        if let Some(mut saved) = saved.filter(|saved| Some(&saved.id) != ours && !saved.is_over(now.wall)) {
            creating.refused = false;
            saved.doubtful |= saved.transaction.is_none();
            let is_known = saved.transaction.is_some();
            self.attempt = Some(saved);
            if is_known {
                self.state = State::Confirming { leave: false };
                return self.begin(now);
            }
        }
        // Whatever was read before, another tab may have paid since.
        self.looking_since = now.steady;
        self.read_now(now);
    }

    /// The page is being left, or put into the back-forward cache: nothing that others wait for goes there with it. A create that is
    /// under way is left alone, as aborting it would not undo it.
    pub(super) fn leaves(&mut self) {
        self.left = true;
        self.abort_ask();
        self.abort_read();
        // What was to be the last look was none.
        if let Some(watched) = &mut self.watched {
            watched.last_check = false;
        }
        if let State::Creating(creating) = &mut self.state {
            creating.last_check = false;
            if creating.step == Step::Go {
                creating.step = Step::Lock;
            }
        }
        self.effect(Effect::Listen(None));
    }

    /// Other tabs may want to look: the payment has got further here, unless it was one of them that said so.
    pub(super) fn announce(&mut self) {
        if !std::mem::take(&mut self.prompted) {
            self.effect(Effect::Announce);
        }
    }
}
