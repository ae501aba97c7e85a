//! Hints from the browser, the page and other tabs that something may have changed. None of them is believed; each is followed by a look.

use super::{Effect, Flow, LOCK_LIMIT, LOCK_NOTICE, Now, State, Step, Way, rules};
use crate::codes::Code;

impl Flow {
    pub(super) fn visible(&mut self, visible: bool, now: Now) {
        let was_hidden = std::mem::replace(&mut self.hidden, !visible);
        if self.left {
            // Before it is shown again, which is said next.
        } else if visible && was_hidden {
            self.look_again(now);
        } else if !visible && self.ask.as_ref().is_some_and(|ask| ask.held) {
            // A connection less for those who are looked at.
            self.abort_ask();
            self.ask_in(0, now);
        }
    }

    pub(super) fn online(&mut self, online: bool, now: Now) {
        let was_offline = std::mem::replace(&mut self.offline, !online);
        if online && was_offline {
            match self.state {
                State::Unavailable(Code::BackendUnreachable) => self.check(now),
                _ => self.look_again(now),
            }
        }
    }

    /// The page is not put aside any more.
    pub(super) fn is_here(&mut self) {
        self.left = false;
        self.effect(Effect::Listen(self.payment_id.clone()));
    }

    /// Back from the back-forward cache: anything may have happened, and what was under way is dead.
    pub(super) fn shown_again(&mut self, now: Now) {
        if !rules::holds(6) {
            return;
        }
        self.hidden = false;
        self.is_here();
        self.alarm = None;
        self.abort_ask();
        let create = self.create.take();
        // Its turn was given away, and is asked for anew.
        if let State::Creating(creating) = &mut self.state
            && creating.step == Step::Lock
        {
            creating.next = Some(now.steady + LOCK_NOTICE);
            if !creating.posted {
                creating.limit = now.steady + LOCK_LIMIT;
            }
        }
        match self.state {
            State::Creating(_) if create.is_some() => {
                self.abort(create);
                self.doubt(None, now);
            }
            _ => self.look_anew(now),
        }
    }

    /// What the last reading said may hold no more, also where the shopper was told of a failure, or of a success: it may be refunded.
    fn look_anew(&mut self, now: Now) {
        match self.state {
            State::Ready { .. } | State::Failed(_) | State::Succeeded => {
                self.looking_since = now.steady;
                self.read_now(now);
            }
            State::Unavailable(_) => self.check(now),
            _ => self.look_again(now),
        }
    }

    /// Another tab says that something has happened to the payment.
    pub(super) fn heard(&mut self, now: Now) {
        self.prompted = true;
        match (&self.state, &mut self.watched) {
            // Nobody has come back from there, and one look is enough.
            (State::Redirecting { .. } | State::Processing(_), Some(watched)) => {
                watched.is_fresh = false;
                self.ask_now(now);
            }
            _ => self.look_anew(now),
        }
    }

    pub(super) fn token(&mut self, now: Now) {
        match self.state {
            State::Processing(_) | State::Unavailable(_) => self.check(now),
            _ => {}
        }
    }

    /// The shopper wants to know now.
    pub(super) fn check(&mut self, now: Now) {
        match self.state {
            State::Unavailable(_) => {
                self.state = State::Loading;
                self.begin(now);
            }
            _ => self.look_again(now),
        }
    }

    pub(super) fn look_again(&mut self, now: Now) {
        // How things stand is told at once; only then is it worth waiting for more.
        if let Some(watched) = &mut self.watched {
            watched.is_fresh = false;
        }
        match &mut self.state {
            State::Redirecting { way: Way::Page, .. } => {
                // The shopper is here again, from wherever the redirection has led.
                self.state = State::Confirming { leave: false };
                self.ask_now(now);
            }
            State::Link | State::Confirming { .. } | State::Redirecting { .. } if self.watched.is_some() => {
                self.ask_now(now);
                // Where neither it nor the payment has told anything yet, the payment may know of another.
                let is_told = self.watched.as_ref().is_some_and(|watched| watched.told.is_some());
                if self.read.is_none() && self.reading.is_none() && !is_told {
                    self.read_now(now);
                }
            }
            State::Processing(_) | State::Confirming { .. } => {
                self.ask_now(now);
                self.looking_since = now.steady;
                self.read_now(now);
            }
            // The payment tells before anything is sent again.
            State::Creating(creating) if self.create.is_none() => {
                if creating.step == Step::Go {
                    creating.next = None;
                }
                self.looking_since = now.steady;
                self.read_now(now);
            }
            State::Ready { .. } if self.next_read.is_some() => self.read_now(now),
            // It may have been paid since, in a browser or on a device from which nothing is heard here.
            State::Failed(_) => self.look_anew(now),
            _ => {}
        }
    }
}
