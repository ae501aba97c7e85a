//! Self-handled 3-D Secure: before it decides anything, the issuer collects data on the browser, where nobody sees it; then the backend
//! goes on with the authentication, which may end it, or ask the shopper for more.

use super::pay::is_refusal;
use super::{Answer, COLLECT_LIMIT, CREATE_LIMIT, Effect, Flow, Hold, Now, Request, State, schedule};
use crate::codes::Code;
use crate::paymentsos::Status;

impl Flow {
    /// Whether the issuer waits for that, and it is ours to do: the attempt is, and no other tab is at it.
    pub(super) fn may_collect(&self) -> bool {
        let Some(watched) = &self.watched else { return false };
        let is_ours = self.attempt.as_ref().is_some_and(|attempt| attempt.transaction.as_ref() == Some(&watched.id));
        let is_alone = self.wait_lock == Hold::Held || matches!(self.state, State::Confirming { leave: true });
        let is_wanted = watched.collects.is_some() && !watched.authenticated && !watched.returned;
        is_wanted && is_ours && is_alone && self.authentication.is_none()
    }

    /// Has the issuer collect; where it has, the backend goes on.
    pub(super) fn collect(&mut self, now: Now) {
        let Some(watched) = &mut self.watched else { return };
        watched.next = None;
        match (watched.collects, self.collected) {
            (Some(place), None) => {
                self.state = State::Collecting { limit: now.steady + COLLECT_LIMIT };
                self.collecting = true;
                self.effect(Effect::Collect(place));
            }
            _ => self.authenticate(now),
        }
    }

    /// The collection is over: completed, or too late.
    pub(super) fn have_collected(&mut self, completed: bool, now: Now) {
        self.collected = Some(completed);
        self.authenticate(now);
    }

    /// Nothing is collected any longer than it is waited for.
    pub(super) fn settle_collecting(&mut self) {
        if self.collecting && !matches!(self.state, State::Collecting { .. }) {
            self.collecting = false;
            self.effect(Effect::Collected);
        }
    }

    fn authenticate(&mut self, now: Now) {
        self.state = State::Confirming { leave: true };
        let (Some(watched), Some(attempt), Some(payment_id)) = (&self.watched, &self.attempt, &self.payment_id) else {
            return;
        };
        let request = Request::Authenticate {
            payment_id: payment_id.clone(),
            kind: watched.kind,
            id: watched.id.clone(),
            attempt: attempt.id.clone(),
            collected: self.collected.unwrap_or_default(),
        };
        self.authentication = Some(self.send(request, CREATE_LIMIT, now));
    }

    /// The backend has gone on, or has not.
    pub(super) fn authenticated(&mut self, answer: Answer, now: Now) {
        let watched = self.watched.as_ref().map(|watched| watched.id.as_str());
        match answer {
            Answer::Transaction { told, .. } if watched == Some(told.id()) => {
                self.is_authenticated();
                match self.tell(told) {
                    Status::Succeed | Status::Failed => self.decide(now),
                    _ if matches!(self.state, State::Confirming { .. }) => self.leave(now),
                    _ => {}
                }
            }
            Answer::Refused { status, .. } if is_refusal(status) => {
                self.report(Code::RequestRefused);
                self.is_authenticated();
                self.ask_now(now);
            }
            // The transaction tells whether it has gone on; if not, the same again.
            _ => self.ask_in(schedule::pause(0, now.chance), now),
        }
    }

    /// Nobody asks for it again.
    fn is_authenticated(&mut self) {
        if let Some(watched) = &mut self.watched {
            watched.authenticated = true;
        }
    }
}
