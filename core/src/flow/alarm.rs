//! The one timer: what is due, and when to come back.
//!
//! What is due is decided by the time alone, so an alarm that rings early, twice or never again does no harm.

use super::{Answer, Effect, Flow, InFlight, Millis, Now, State, rules};

impl Flow {
    pub(super) fn woke(&mut self, now: Now) {
        self.alarm = None;
        let is_due = |at: Option<Millis>| at.is_some_and(|at| now.steady >= at);
        let overdue = |in_flight: &mut Option<InFlight>| in_flight.take_if(|one| now.steady >= one.limit);
        if let Some(create) = overdue(&mut self.create) {
            self.abort(Some(create));
            self.created(Answer::Lost, now);
        }
        if let Some(read) = overdue(&mut self.read) {
            self.abort(Some(read));
            self.have_read(Answer::Lost, now);
        }
        if let Some(InFlight { request, sent, limit, held }) = overdue(&mut self.ask) {
            self.effect(Effect::Abort(request));
            self.asked(InFlight { request, sent, limit, held }, Answer::Lost, now);
        }
        if is_due(self.next_read) {
            self.read_now(now);
        }
        if is_due(self.creating_due()) {
            self.creating_is_due(now);
        }
        if let Some(authentication) = overdue(&mut self.authentication) {
            self.abort(Some(authentication));
            self.authenticated(Answer::Lost, now);
        }
        if let State::Collecting { limit } = self.state
            && is_due(Some(limit))
        {
            self.have_collected(false, now);
        }
        if let State::Redirecting { watchdog, .. } = &mut self.state
            && is_due(*watchdog)
        {
            // The page should have gone by now. It may be a slow one, or an app has taken over: ask.
            *watchdog = None;
            self.ask_now(now);
        }
        if is_due(self.deadline_due(now)) {
            self.deadline_is_over(now);
        } else if is_due(self.watched.as_ref().and_then(|watched| watched.next)) {
            self.ask_now(now);
        }
    }

    /// Asks to be woken when the next thing is due.
    pub(super) fn set_alarm(&mut self, now: Now) {
        let own = match self.state {
            State::Redirecting { watchdog, .. } => watchdog,
            State::Collecting { limit } => Some(limit),
            _ => None,
        };
        let limit = |in_flight: &Option<InFlight>| in_flight.as_ref().map(|in_flight| in_flight.limit);
        let due = [
            limit(&self.create),
            limit(&self.read),
            limit(&self.ask),
            limit(&self.authentication),
            self.next_read,
            self.creating_due(),
            own,
            self.deadline_due(now),
            self.watched.as_ref().and_then(|watched| watched.next),
        ];
        let next = due.into_iter().flatten().min();
        if next != self.alarm {
            self.alarm = next;
            if let Some(at) = next {
                self.effect(Effect::Wake(at.saturating_sub(now.steady)));
            }
        }
    }

    fn creating_due(&self) -> Option<Millis> {
        match &self.state {
            State::Creating(creating) if !creating.last_check => {
                Some(creating.next.map_or(creating.limit, |next| next.min(creating.limit)))
            }
            _ => None,
        }
    }

    /// When asking ends, in steady time. A link ends when the backend says so.
    fn deadline_due(&self, now: Now) -> Option<Millis> {
        let watched = self.watched.as_ref().filter(|watched| !watched.last_check && rules::holds(5))?;
        let in_steady = |wall: Millis| now.steady.saturating_add(wall.saturating_sub(now.wall));
        let expiry = watched.told.as_ref().and_then(|told| told.transaction.expires_at);
        match (&self.state, expiry) {
            (State::Link, Some(at)) => Some(in_steady(at)),
            (State::Link | State::Confirming { .. } | State::Redirecting { watchdog: None, .. }, _) => {
                Some(watched.deadline.steady.min(in_steady(watched.deadline.wall)))
            }
            _ => None,
        }
    }
}
