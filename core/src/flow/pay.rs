//! Pay, and the create request.

use super::attempt::Attempt;
use super::{
    Answer, CREATE_LIMIT, Creating, Effect, Flow, Hold, LOCK_LIMIT, LOCK_NOTICE, METHOD_LIMIT, Millis, Now,
    Presentation, Press, Request, State, Step, Window, rules, schedule,
};
use crate::codes::Code;
use crate::paymentsos::Status;

/// The vendor whose redirection is a link to pay by, on whatever device.
pub(crate) const PAY_BY_LINK: &str = "PBL";

impl Flow {
    /// Pay does something only where it is shown, so that a second press changes nothing.
    pub(super) fn pay(&mut self, press: Press, now: Now) {
        if !self.own || self.shown.is_none() || !matches!(self.state, State::Ready { .. }) {
            return;
        }
        self.window = if press.window { Window::Open } else { Window::None };
        self.state = State::Creating(Creating {
            press: Some(press),
            saw: self.shown.clone(),
            step: Step::Method,
            posted: false,
            refused: false,
            elsewhere: false,
            limit: now.steady + METHOD_LIMIT,
            next: None,
            not_before: 0,
            last_check: false,
        });
        self.prompted = false;
        if self.left {
            self.is_here();
        }
    }

    /// The page has given the payment method, or will not.
    pub(super) fn method(&mut self, number: u32, given: bool, now: Now) {
        let State::Creating(creating) = &mut self.state else { return };
        if creating.step != Step::Method || creating.press.as_ref().is_none_or(|press| press.method != number) {
            return;
        }
        if !given {
            return self.no_method();
        }
        creating.step = Step::Lock;
        creating.limit = now.steady + LOCK_LIMIT;
        creating.next = Some(now.steady + LOCK_NOTICE);
    }

    fn no_method(&mut self) {
        self.report(Code::PaymentMethodMissing);
        // That nothing was sent is only said where nothing was sent before either.
        let doubtful = self.attempt.as_ref().is_some_and(|attempt| attempt.doubtful);
        self.ready(false, (!doubtful).then_some(Code::PaymentMethodMissing));
    }

    /// The payment is free. What the shopper saw is what is charged, or nothing is.
    pub(super) fn looked_before_paying(&mut self, now: Now) {
        let State::Creating(Creating { press: Some(press), saw, step: Step::Go, .. }) = &self.state else { return };
        let (press, saw) = (press.clone(), saw.clone());
        self.take_over_amount();
        if saw != self.shown && rules::holds(8) {
            return self.ready(true, None);
        }
        let kind = self.setup.as_ref().map(|setup| setup.kind).unwrap_or_default();
        if !rules::holds(1) {
            self.attempt = None;
        }
        // One that is there already may have reached the backend, and is repeated as what it was.
        self.attempt.get_or_insert(Attempt {
            id: press.id,
            kind,
            at: now.wall,
            transaction: None,
            since: None,
            doubtful: false,
            link: false,
        });
        self.save();
        self.abort_read();
        self.post(now);
    }

    fn post(&mut self, now: Now) {
        let State::Creating(creating) = &mut self.state else { return };
        if creating.step != Step::Go {
            return;
        }
        let expected = if rules::holds(8) {
            creating.saw.clone()
        } else {
            self.reading.as_ref().map(|reading| reading.money.clone()).or_else(|| creating.saw.clone())
        };
        let (Some(press), Some(expected), Some(attempt)) = (&creating.press, expected, &self.attempt) else {
            return;
        };
        let Some(payment_id) = self.payment_id.clone() else { return };
        if !creating.posted {
            creating.limit = now.steady + CREATE_LIMIT;
        }
        creating.posted = true;
        creating.next = None;
        let request = Request::Create {
            payment_id,
            kind: attempt.kind,
            attempt: attempt.id.clone(),
            method: press.method,
            expected,
        };
        self.create = Some(self.send(request, CREATE_LIMIT, now));
    }

    pub(super) fn created(&mut self, answer: Answer, now: Now) {
        self.prompted = false;
        let doubtful = self.attempt.as_ref().is_some_and(|attempt| attempt.doubtful);
        match answer {
            Answer::Transaction { told, vendor, .. } if !told.id().is_empty() => {
                let kind = self.attempt.as_ref().map(|attempt| attempt.kind).unwrap_or_default();
                self.attempt_is(told.id(), vendor.as_deref());
                self.abort_read();
                self.watch(kind, told.id().to_owned(), now);
                self.count_from_now(now);
                self.announce();
                let status = self.tell(told);
                self.state = State::Confirming { leave: true };
                match status {
                    Status::Succeed => self.decide(now),
                    Status::Failed if !doubtful => self.fail_as_told(),
                    Status::Failed => self.decide(now),
                    // A repeat may be answered with how things stood at first.
                    _ if doubtful => self.ask_now(now),
                    _ => self.leave(now),
                }
            }
            Answer::NotSent => {
                if !doubtful {
                    self.forget();
                    self.attempt = None;
                }
                self.no_method();
            }
            Answer::Refused { status, .. } if !doubtful && is_refusal(status) => self.refused(status, now),
            Answer::Refused { retry_after, .. } => self.doubt(retry_after, now),
            Answer::Transaction { .. } | Answer::Payment(_) | Answer::Lost => self.doubt(None, now),
        }
    }

    /// The backend refused before anything was made. The key stays, as nothing is known to have failed under it, but a reload need not
    /// look for a payment.
    fn refused(&mut self, status: u16, now: Now) {
        if status == 412 {
            self.forget();
            self.ready(true, None);
        } else if let State::Creating(creating) = &mut self.state {
            creating.refused = true;
        }
        if matches!(status, 401 | 403) {
            self.report(Code::NotAuthorizedHere);
        }
        self.read_now(now);
    }

    /// Nothing speaks against the refusal.
    pub(super) fn is_refused(&mut self) {
        self.forget();
        self.report(Code::RequestRefused);
        self.fail(Code::RequestRefused);
    }

    /// Whether the POST did anything is not known: the payment tells, and if it does not, the same POST again.
    pub(super) fn doubt(&mut self, retry_after: Option<Millis>, now: Now) {
        if let Some(attempt) = &mut self.attempt {
            attempt.doubtful = true;
        }
        // Saved without a transaction, it is in doubt as it is; and where the lock has gone, another tab's may be saved there by now.
        if self.create_lock == Hold::Held {
            self.save();
        }
        if let State::Creating(creating) = &mut self.state {
            creating.refused = false;
            creating.not_before = now.steady.saturating_add(retry_after.unwrap_or(0));
        }
        self.read_now(now);
    }

    /// A POST was sent, and the payment shows nothing of it.
    pub(super) fn nothing_came(&mut self, now: Now) {
        let State::Creating(creating) = &self.state else { return };
        let money = self.reading.as_ref().map(|reading| &reading.money);
        if creating.saw.as_ref().is_some_and(|saw| Some(saw) != money) {
            // A repeat would ask for what the payment no longer is. Key and doubt stay.
            return self.ready(true, None);
        }
        if !creating.last_check && now.steady < creating.limit {
            let waited = (now.steady + CREATE_LIMIT).saturating_sub(creating.limit);
            let pause = self.pace(schedule::pause_after_failure(waited, now.chance));
            self.again_in(pause, now);
        } else if creating.press.is_some() {
            self.processing(None);
        } else {
            // Left alone since the page before: Pay is offered again, under the same key.
            self.ready(false, None);
        }
    }

    /// Tries again after a pause: the POST, or after a reload just the reading.
    pub(super) fn again_in(&mut self, pause: Millis, now: Now) {
        let State::Creating(creating) = &mut self.state else { return };
        let at = now.steady.saturating_add(pause).max(creating.not_before);
        if creating.press.is_some() {
            creating.next = Some(at);
        } else {
            self.next_read = Some(at);
        }
    }

    /// The time of [`Creating::next`], or the limit, is over.
    pub(super) fn creating_is_due(&mut self, now: Now) {
        let State::Creating(creating) = &mut self.state else { return };
        if now.steady >= creating.limit && !creating.last_check {
            creating.last_check = true;
            creating.next = None;
            match creating.step {
                _ if creating.posted => {}
                Step::Method => return self.no_method(),
                Step::Lock => {
                    self.ready(false, Some(Code::PaidElsewhere));
                    return self.read_now(now);
                }
                Step::Go => return self.unavailable(Code::BackendUnreachable),
            }
            let create = self.create.take();
            if let (Some(_), Some(attempt)) = (&create, &mut self.attempt) {
                attempt.doubtful = true;
            }
            self.abort(create);
            if self.read.is_none() {
                self.read_now(now);
            }
        } else if creating.next.is_some_and(|next| now.steady >= next) {
            if creating.step == Step::Go {
                return self.post(now);
            }
            creating.next = None;
            // While the turn does not come, the looks for what stands are further and further apart.
            if !std::mem::replace(&mut creating.elsewhere, true) {
                self.looking_since = now.steady;
            }
            self.read_now(now);
        }
    }

    fn is_by_link(&self, vendor: Option<&str>) -> bool {
        match self.setup.as_ref().map(|setup| setup.presentation) {
            Some(Presentation::Link) => true,
            Some(Presentation::Auto) => vendor == Some(PAY_BY_LINK),
            _ => false,
        }
    }

    pub(super) fn try_again(&mut self, now: Now) {
        let State::Failed(code) = self.state else { return };
        if !self.own || !code.retriable() {
            return;
        }
        self.let_go();
        if self.attempt.as_ref().is_some_and(|attempt| attempt.transaction.is_some()) {
            // It was another one that failed, which the address named: what this browser has begun itself may stand.
            return self.begin(now);
        }
        self.looking_since = now.steady;
        self.ready(false, None);
        self.read_now(now);
    }

    /// The transaction of the attempt is known, and maybe the vendor of what is paid with.
    pub(super) fn attempt_is(&mut self, transaction: &str, vendor: Option<&str>) {
        let by_link = self.is_by_link(vendor);
        if let Some(attempt) = &mut self.attempt {
            attempt.transaction = Some(transaction.to_owned());
            attempt.link |= by_link;
        }
    }

    pub(super) fn save(&mut self) {
        if let (Some(payment_id), Some(attempt)) = (self.payment_id.clone(), self.attempt.clone()) {
            self.effect(Effect::Save(payment_id, attempt));
        }
    }

    pub(super) fn forget(&mut self) {
        if let (Some(payment_id), Some(attempt)) = (self.payment_id.clone(), &self.attempt) {
            let attempt = attempt.id.clone();
            self.effect(Effect::Forget { payment_id, attempt });
        }
    }
}

/// Whether that answer to a first POST says that nothing was made. Time-outs, conflicts and limits do not.
pub(super) fn is_refusal(status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 408 | 409 | 425 | 429)
}
