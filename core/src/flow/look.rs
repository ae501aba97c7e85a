//! Reading the payment: which transaction stands for it, and so what the shopper may do.

use super::input::ToldPayment;
use super::reading::{Reading, Verdict, is_of};
use super::{Answer, Fit, Flow, LOOK_LIMIT, Millis, Now, READ_LIMIT, Request, State, Told, schedule};
use crate::codes::Code;
use crate::paymentsos::{Kind, Status};

impl Flow {
    /// Reads the payment, in place of a read that is under way.
    pub(super) fn read_now(&mut self, now: Now) {
        self.abort_read();
        let Some(payment_id) = self.payment_id.clone() else { return };
        self.read = Some(self.send(Request::Read { payment_id }, READ_LIMIT, now));
    }

    pub(super) fn have_read(&mut self, answer: Answer, now: Now) {
        let told = match answer {
            Answer::Payment(told) if Some(&told.payment.id) == self.payment_id.as_ref() => told,
            Answer::Refused { status, retry_after } => return self.have_not_read(Some(status), retry_after, now),
            _ => return self.have_not_read(None, None, now),
        };
        self.looked_at = Some(now.steady);
        match self.take_in(told) {
            Verdict::Closed(code) => self.fail(code),
            Verdict::Live(kind, told) => {
                self.take_over_amount();
                self.live(kind, &told, now);
            }
            Verdict::Free(failed) => self.free(&failed, now),
            Verdict::Unknown => self.unsaid(Code::BackendIncomplete, None, now),
        }
    }

    fn take_in(&mut self, told: ToldPayment) -> Verdict {
        let (reading, verdict) = Reading::of(told, self.attempt.as_ref().map(|attempt| attempt.id.as_str()));
        self.reading = Some(reading);
        // While the shopper can still say no, a change of the amount is pointed out.
        if !matches!(self.state, State::Ready { .. } | State::Creating(_)) {
            self.take_over_amount();
        }
        verdict
    }

    /// A transaction stands for the payment: it is adopted, whoever made it.
    fn live(&mut self, kind: Kind, told: &Told, now: Now) {
        let own = self.attempt.as_ref().is_some_and(|attempt| is_of(told, Some(&attempt.id)));
        if let Some(watched) = &self.watched {
            let pending = told.transaction.result.status != Status::Succeed;
            let stays = match watched.status() {
                // What has been confirmed stays; of two that are pending, so does the one asked for.
                Some(Status::Succeed) => true,
                Some(Status::Failed) | None => false,
                Some(_) => pending,
            };
            // A failure that the payment itself speaks against is asked for once more.
            if watched.id == told.id() && watched.status() != Some(&Status::Failed) {
                // Where to go on is no result: a reading may say it.
                let is_news = !pending && watched.status() == Some(&Status::Pending);
                if watched.told.is_none() {
                    self.set_place(told);
                }
                if is_news && self.ask.is_none() {
                    self.ask_now(now);
                }
                return self.decide(now);
            }
            if stays {
                return self.decide(now);
            }
        }
        let leave = own && matches!(&self.state, State::Creating(creating) if creating.press.is_some());
        self.adopt(kind, told, leave, now);
    }

    /// Asks for a transaction that a reading has shown, from now on; then the shopper may have to `leave` for it.
    fn adopt(&mut self, kind: Kind, told: &Told, leave: bool, now: Now) {
        self.recognise(told);
        self.abort_all();
        self.watch(kind, told.id().to_owned(), now);
        self.count_from_now(now);
        self.state = State::Confirming { leave };
        self.set_place(told);
        self.ask_now(now);
    }

    /// Whoever names it, a transaction of this attempt's key is its own.
    pub(super) fn recognise(&mut self, told: &Told) {
        if self.attempt.as_ref().is_some_and(|attempt| is_of(told, Some(&attempt.id))) {
            let method = told.transaction.payment_method.as_ref();
            self.attempt_is(told.id(), method.and_then(|method| method.vendor.as_deref()));
        }
    }

    /// It is known that nothing stands for the payment.
    fn free(&mut self, failed: &[(Kind, Told)], now: Now) {
        if let Some(watched) = &self.watched {
            let is_listed = failed.iter().any(|(_, told)| told.id() == watched.id);
            let is_saved =
                self.attempt.as_ref().is_some_and(|attempt| attempt.transaction.as_ref() == Some(&watched.id));
            if is_listed && watched.status() == Some(&Status::Pending) {
                return self.ask_now(now);
            }
            if watched.told.is_some() || is_listed || is_saved || !self.own {
                return self.decide(now);
            }
            // The address named a transaction that is none of this payment's. What was saved here stands yet.
            self.let_go();
            return self.begin(now);
        }
        let own = self.attempt.as_ref().map(|attempt| attempt.id.as_str());
        let ours = failed.iter().rfind(|(_, told)| is_of(told, own));
        match (&self.state, ours) {
            (State::Creating(creating), None) if creating.refused => self.is_refused(),
            (State::Creating(creating), Some((kind, told))) if creating.posted => self.adopt(*kind, told, false, now),
            (State::Creating(creating), None) if creating.posted => self.nothing_came(now),
            (State::Creating(_), ours) => {
                if ours.is_some() {
                    // Another tab has seen it fail: a new press is a new attempt.
                    self.attempt = None;
                }
                self.looked_before_paying(now);
            }
            (&State::Ready { amount_changed, fault }, _) => self.ready(amount_changed, fault),
            (State::Confirming { .. } | State::Processing(_) | State::Unavailable(_), _) if self.own => {
                self.ready(false, None);
            }
            (State::Confirming { .. } | State::Processing(_), _) => match failed.last() {
                Some((kind, told)) => self.adopt(*kind, told, false, now),
                None => self.processing(None),
            },
            _ => {}
        }
    }

    /// Pay can be pressed, once more or for the first time.
    pub(super) fn ready(&mut self, amount_changed: bool, fault: Option<Code>) {
        if self.fit() != Fit::Pay {
            return self.unavailable(Code::InvalidAttribute);
        }
        if !self.setup.as_ref().is_some_and(|setup| setup.merchant_site.is_safe()) {
            return self.unavailable(Code::InvalidMerchantSiteUrl);
        }
        let amount_changed = self.take_over_amount() || amount_changed;
        self.state = State::Ready { amount_changed, fault };
    }

    pub(super) fn fit(&self) -> Fit {
        self.setup.as_ref().map(|setup| setup.fit).unwrap_or_default()
    }

    /// Shows the payment's amount; says whether the shopper saw another.
    pub(super) fn take_over_amount(&mut self) -> bool {
        let Some(reading) = &self.reading else { return false };
        let changed = self.shown.as_ref().is_some_and(|shown| *shown != reading.money);
        self.shown = Some(reading.money.clone());
        changed
    }

    fn have_not_read(&mut self, status: Option<u16>, retry_after: Option<Millis>, now: Now) {
        self.looked_at = Some(now.steady);
        let code = match status {
            Some(401 | 403) => Code::NotAuthorizedHere,
            Some(404) if self.attempt.is_none() => Code::NotAuthorizedHere,
            _ => Code::BackendUnreachable,
        };
        self.unsaid(code, retry_after, now);
    }

    /// The payment was not read, or does not say what stands for it.
    fn unsaid(&mut self, code: Code, retry_after: Option<Millis>, now: Now) {
        let waited = now.steady.saturating_sub(self.looking_since);
        let pause = self.pace(schedule::pause_after_failure(waited, now.chance)).max(retry_after.unwrap_or(0));
        let refused = code == Code::NotAuthorizedHere;
        if let Some(watched) = &self.watched {
            // Where nothing is told of the one that the address names, the payment may know of another.
            if watched.told.is_none() && !refused && matches!(self.state, State::Confirming { .. }) {
                self.next_read = Some(now.steady.saturating_add(pause));
            }
            return self.decide(now);
        }
        if let State::Creating(creating) = &mut self.state
            && std::mem::take(&mut creating.refused)
            && refused
        {
            return self.is_refused();
        }
        match &self.state {
            State::Creating(creating) if creating.posted => {
                if creating.last_check {
                    self.processing(refused.then_some(code));
                } else {
                    self.again_in(pause, now);
                }
            }
            State::Creating(_) | State::Ready { .. } => {
                if refused || waited.saturating_add(pause) > LOOK_LIMIT {
                    self.unavailable(code);
                } else {
                    self.next_read = Some(now.steady + pause);
                }
            }
            State::Confirming { .. } => {
                if refused || waited.saturating_add(pause) > LOOK_LIMIT {
                    self.processing(Some(code));
                } else {
                    self.next_read = Some(now.steady + pause);
                }
            }
            State::Unavailable(_) => self.unavailable(code),
            State::Processing(_) => self.processing(Some(code)),
            State::Loading
            | State::Redirecting { .. }
            | State::Collecting { .. }
            | State::Link
            | State::Succeeded
            | State::Failed(_) => {}
        }
    }

    pub(super) fn unavailable(&mut self, code: Code) {
        self.abort_all();
        self.report(code);
        // Unavailable says that nothing was sent. After a POST that is not known.
        let doubtful = self.attempt.as_ref().is_some_and(|attempt| attempt.doubtful);
        self.state = if doubtful { State::Processing(Some(code)) } else { State::Unavailable(code) };
    }

    /// Decides on what was told of the watched transaction. A success waits for the payment to have been heard (it may be refunded),
    /// a failure for it to be heard anew (another transaction may stand for it by now).
    pub(super) fn decide(&mut self, now: Now) {
        const ANEW: Millis = 5_000;
        if self.read.is_some() {
            return;
        }
        let heard = self.looked_at.map(|at| now.steady.saturating_sub(at));
        match (self.watched.as_ref().and_then(|watched| watched.status()), heard) {
            (Some(Status::Succeed), Some(_)) => self.succeed(),
            (Some(Status::Failed), Some(ago)) if ago <= ANEW => self.fail_as_told(),
            (Some(Status::Succeed | Status::Failed), _) => self.read_now(now),
            _ => {}
        }
    }
}
