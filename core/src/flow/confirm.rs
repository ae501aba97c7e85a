//! Asking for a transaction until its status is final, or the deadline is over.

use super::{
    Answer, Deadline, Effect, Flow, HELD_LIMIT, Hold, InFlight, Millis, Now, READ_LIMIT, Request, State, Told, Watched,
    rules, schedule,
};
use crate::codes::{Code, code_of};
use crate::paymentsos::{Kind, Status};

/// A held wait that breaks this often is not offered again.
const BROKEN_TOO_OFTEN: u8 = 2;
/// An ask that was sent less than this ago is not replaced by another.
const JUST_ASKED: Millis = 500;

impl Watched {
    fn may_be_held(&self) -> bool {
        self.broken < BROKEN_TOO_OFTEN && !self.last_check
    }

    pub(super) fn status(&self) -> Option<&Status> {
        self.told.as_ref().map(|told| &told.transaction.result.status)
    }
}

impl Flow {
    /// From now on, that transaction is asked for.
    pub(super) fn watch(&mut self, kind: Kind, id: String, now: Now) {
        self.abort_ask();
        self.collected = None;
        self.watched = Some(Watched {
            kind,
            id,
            told: None,
            place: None,
            collects: None,
            authenticated: false,
            refused: false,
            returned: false,
            begun: now.steady,
            next: None,
            not_before: 0,
            is_fresh: false,
            is_instant: false,
            deadline: Deadline { steady: now.steady, wall: now.wall },
            last_check: false,
            broken: 0,
        });
        self.count_from(now.wall, now);
    }

    /// Nothing is asked for any more.
    pub(super) fn let_go(&mut self) {
        self.abort_ask();
        self.watched = None;
        // A page that names no payment has nothing else that tells it after a reload which one it is about.
        if self.setup.as_ref().is_some_and(|setup| setup.payment_id.is_some()) {
            self.effect(Effect::Drop);
        }
    }

    /// The deadline counts from `since`, by the wall clock. A time ahead of it counts as now.
    pub(super) fn count_from(&mut self, since: Millis, now: Now) {
        let limit = self.setup.as_ref().map_or(0, |setup| setup.deadline);
        let left = limit.saturating_sub(now.wall.saturating_sub(since));
        if let Some(watched) = &mut self.watched {
            watched.deadline =
                Deadline { steady: now.steady.saturating_add(left), wall: now.wall.saturating_add(left) };
        }
    }

    /// The deadline counts from now; so that a reload does not begin it anew, that is saved.
    #[inline(never)]
    pub(super) fn count_from_now(&mut self, now: Now) {
        self.count_from(now.wall, now);
        let Some(watched) = &self.watched else { return };
        let (kind, id) = (watched.kind, watched.id.clone());
        if let Some(attempt) = self.attempt.as_mut().filter(|attempt| attempt.transaction.as_ref() == Some(&id)) {
            attempt.since = Some(now.wall);
            self.save();
        }
        self.keep(kind, &id, now.wall);
    }

    /// The shopper has come back from where the redirection led: only a result is news now.
    pub(super) fn returned(&mut self) {
        if let Some(watched) = &mut self.watched {
            watched.returned = true;
            watched.is_fresh = true;
        }
    }

    /// Asks at once, in place of what is under way.
    #[inline(never)]
    pub(super) fn ask_now(&mut self, now: Now) {
        // What the backend holds does not tell how things stand, but to who has just come back.
        let tells = |held: bool| !held || self.watched.as_ref().is_some_and(|watched| watched.told.is_none());
        if self.ask.as_ref().is_some_and(|ask| tells(ask.held) && now.steady.saturating_sub(ask.sent) < JUST_ASKED) {
            // Its answer says when to ask next. What is due and is not done would ring the alarm without a pause.
            if let Some(watched) = &mut self.watched {
                watched.next = None;
            }
            return;
        }
        self.abort_ask();
        let (Some(watched), Some(payment_id)) = (&mut self.watched, self.payment_id.clone()) else { return };
        watched.next = None;
        // Where something hangs on the answer, how things stand is enough: leaving, or where the shopper can go on. The first answer after a
        // return does not wait for the turn to wait: by then it may be there.
        let is_first = watched.told.is_none() && watched.broken == 0 && !self.hidden;
        let held = (self.wait_lock == Hold::Held || is_first)
            && watched.may_be_held()
            && watched.is_fresh
            && !matches!(self.state, State::Confirming { leave: true });
        let request = Request::Ask { payment_id, kind: watched.kind, id: watched.id.clone(), held };
        self.ask = Some(self.send(request, if held { HELD_LIMIT } else { READ_LIMIT }, now));
    }

    pub(super) fn asked(&mut self, ask: InFlight, answer: Answer, now: Now) {
        match answer {
            Answer::Transaction { told, held, .. }
                if self.watched.as_ref().is_some_and(|watched| watched.id == told.id()) =>
            {
                match self.tell(told) {
                    Status::Succeed | Status::Failed => self.decide(now),
                    Status::Pending | Status::Other(_) => self.still_pending(&ask, held, now),
                }
            }
            Answer::Refused { status: 401 | 403, .. } => self.not_authorized(),
            Answer::Refused { status: 404, .. } if self.attempt.is_none() => self.not_authorized(),
            Answer::Refused { retry_after, .. } => self.not_told(&ask, retry_after, now),
            _ => self.not_told(&ask, None, now),
        }
    }

    /// Takes in what the backend says of the watched transaction: its status.
    pub(super) fn tell(&mut self, told: Told) -> Status {
        let status = told.transaction.result.status.clone();
        if matches!(status, Status::Other(_)) {
            self.report(Code::UnknownStatus);
        }
        self.recognise(&told);
        self.set_place(&told);
        let transaction = &told.transaction;
        if let (None, Some(amount), Some(currency)) = (&self.shown, transaction.amount, &transaction.currency) {
            self.shown = Some(super::Money { amount, currency: currency.clone() });
        }
        if let Some(watched) = &mut self.watched {
            watched.told = Some(told);
            watched.is_fresh = true;
        }
        status
    }

    /// Where the shopper can go on, if they may be sent there.
    pub(super) fn set_place(&mut self, told: &Told) {
        let hosts = self.setup.as_ref().map_or(&[][..], |setup| &setup.redirect_hosts);
        let refused = told.place.as_ref().is_some_and(|place| !place.is_allowed(hosts));
        let place = told.place.as_ref().map(|place| place.number).filter(|_| !refused);
        if let Some(watched) = &mut self.watched {
            let place = place.filter(|_| !told.transaction.result.status.is_final());
            (watched.place, watched.collects) = if told.collects { (None, place) } else { (place, None) };
            watched.refused = refused;
        }
        if refused {
            self.report(Code::RedirectionRefused);
        }
    }

    fn still_pending(&mut self, ask: &InFlight, held: bool, now: Now) {
        let Some(watched) = &mut self.watched else { return };
        if watched.last_check && !rules::holds(2) {
            return self.fail_as_told();
        }
        if watched.last_check {
            return self.processing(Some(Code::StillPending));
        }
        let waited = now.steady.saturating_sub(watched.begun);
        let took = now.steady.saturating_sub(ask.sent);
        watched.is_instant |= ask.held && !held;
        let pause = match (ask.held, held) {
            (true, true) => schedule::pause_after_held(took, waited, now.chance),
            // The next may be held.
            (false, _) if self.wait_lock == Hold::Held && watched.may_be_held() && !watched.is_instant => 0,
            _ => schedule::pause(waited, now.chance),
        };
        self.prompted = false;
        let by_link = self.attempt.as_ref().is_some_and(|attempt| attempt.link) && !watched.returned;
        let has_place = watched.place.is_some();
        match self.state {
            // Nobody may have been allowed to ask until now: there is time left to.
            State::Processing(Some(Code::NotAuthorizedHere)) => {
                self.state = State::Confirming { leave: false };
                self.ask_in(pause, now);
            }
            State::Processing(_) => {
                let refused = watched.refused.then_some(Code::RedirectionRefused);
                self.state = State::Processing(refused.or(Some(Code::StillPending)));
            }
            State::Confirming { leave: true } => self.leave(now),
            State::Confirming { .. } if self.may_collect() => self.collect(now),
            State::Confirming { .. } if by_link && has_place => {
                self.state = State::Link;
                self.ask_in(pause, now);
            }
            _ => self.ask_in(pause, now),
        }
    }

    fn not_told(&mut self, ask: &InFlight, retry_after: Option<Millis>, now: Now) {
        let Some(watched) = &mut self.watched else { return };
        if ask.held {
            watched.broken = watched.broken.saturating_add(1);
        }
        if watched.last_check {
            return self.processing(Some(Code::BackendUnreachable));
        }
        watched.not_before = now.steady.saturating_add(retry_after.unwrap_or(0));
        let waited = now.steady.saturating_sub(watched.begun);
        let pause = schedule::pause_after_failure(waited, now.chance).max(retry_after.unwrap_or(0));
        if !matches!(self.state, State::Processing(_)) {
            self.ask_in(pause, now);
        }
    }

    pub(super) fn ask_in(&mut self, pause: Millis, now: Now) {
        let at = now.steady.saturating_add(self.pace(pause));
        if let Some(watched) = &mut self.watched {
            watched.next = Some(at);
        }
    }

    fn not_authorized(&mut self) {
        self.report(Code::NotAuthorizedHere);
        self.processing(Some(Code::NotAuthorizedHere));
    }

    /// The deadline is over: one last check.
    pub(super) fn deadline_is_over(&mut self, now: Now) {
        if let Some(watched) = &mut self.watched {
            watched.last_check = true;
        }
        self.abort_ask();
        self.ask_now(now);
    }

    /// It is not known yet, and nobody waits for it; a late answer is still taken in.
    pub(super) fn processing(&mut self, fault: Option<Code>) {
        self.next_read = None;
        if let Some(watched) = &mut self.watched {
            watched.next = None;
            watched.last_check = false;
        }
        self.state = State::Processing(fault);
    }

    pub(super) fn succeed(&mut self) {
        self.end(State::Succeeded);
        self.forget();
        self.attempt = None;
    }

    /// The watched transaction has failed: what is known of why.
    pub(super) fn fail_as_told(&mut self) {
        let Some(told) = self.watched.as_ref().and_then(|watched| watched.told.as_ref()) else { return };
        let (code, id) = (code_of(&told.transaction.result), told.id().to_owned());
        // A new key only after a known failure of the old one.
        if self.attempt.as_ref().is_some_and(|attempt| attempt.transaction.as_ref() == Some(&id)) {
            self.forget();
            self.attempt = None;
        }
        self.end(State::Failed(code));
    }

    /// Nothing will come of the payment, for another reason than a failed transaction.
    pub(super) fn fail(&mut self, code: Code) {
        if !code.retriable() {
            self.forget();
            self.attempt = None;
        }
        self.end(State::Failed(code));
    }

    fn end(&mut self, state: State) {
        self.abort_all();
        if let Some(watched) = &mut self.watched {
            watched.next = None;
            watched.last_check = false;
        }
        self.state = state;
        let told = match &self.watched {
            Some(watched) => (watched.id.clone(), watched.status().cloned()),
            None => (
                self.attempt.as_ref().map(|attempt| attempt.id.clone()).or(self.payment_id.clone()).unwrap_or_default(),
                None,
            ),
        };
        if self.told.as_ref() != Some(&told) {
            self.told = Some(told);
            self.effect(Effect::Tell);
            self.announce();
        }
    }
}
