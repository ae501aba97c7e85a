//! What can happen next, and what comes of it.

use super::{At, Bounds, PRICES, Second, State, Tabs};
use crate::ids;
use paymentsos_core::flow::{Answer, Input, Lock, Press, Request, StateName};
use paymentsos_core::paymentsos::Status;
use stateright::{Model, Property};

/// Something that can happen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Pay is pressed in a tab.
    Pay(usize),
    /// Try again is pressed.
    TryAgain(usize),
    /// Check again is pressed.
    Check(usize),
    /// A tab's request is carried out and answered; where it makes something, that becomes so.
    Answer(usize, usize, Fate),
    /// A tab's request is lost; it may have been carried out, or may still be.
    Lose(usize, usize, Loss),
    /// The create that was given up arrives.
    Arrives,
    /// A lock that is free is granted.
    Grant(usize),
    /// The alarm that is due next rings.
    Ring(usize),
    /// What another tab has said is heard.
    Hear(usize),
    /// The bank decides.
    Decide(usize, bool),
    /// The shopper is sent back from the bank.
    Return(usize),
    /// The page is loaded again.
    Reload(usize),
    /// The shopper leaves the page, which is put aside whole.
    Aside(usize),
    /// The shopper goes back to the page that was put aside, also from the bank.
    Back(usize),
    /// The amount is changed.
    Price,
}

/// What a new transaction becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// Paid at once.
    Succeeds,
    /// Declined at once.
    Fails,
    /// Pending, with a redirection.
    Pends,
}

impl Fate {
    fn status(self) -> Status {
        match self {
            Fate::Succeeds => Status::Succeed,
            Fate::Fails => Status::Failed,
            Fate::Pends => Status::Pending,
        }
    }
}

/// How something is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loss {
    /// Before it was carried out.
    Before,
    /// The answer alone.
    After,
    /// It comes later.
    Late,
}

impl Model for Tabs {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut state = State::new(self.0.second);
        for tab in [0, 1] {
            if tab == 1 && self.0.second == Second::None {
                continue;
            }
            let query = state.query(tab);
            state.begin(tab, &query);
            if !state.only_looks(tab) {
                // It has read the payment: that nothing was tried yet.
                let (request, what) = state.tabs[tab].open.remove(0);
                let answer = state.carried_out(tab, &what, Status::Pending, self.0.guards);
                state.input(tab, Input::Answered { request, answer });
            }
        }
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let Bounds { asides, prices, .. } = self.0;
        for (at, tab) in state.there() {
            match tab.at {
                At::Shop => self.at_the_shop(state, at, actions),
                At::Bank(transaction) => {
                    if transaction < state.made.len() {
                        actions.push(Action::Return(at));
                    }
                    if state.asides < asides {
                        actions.push(Action::Back(at));
                    }
                }
                At::Aside => actions.push(Action::Back(at)),
            }
        }
        if state.ghost.as_ref().is_some_and(|ghost| !ghost.has_come) {
            actions.push(Action::Arrives);
        }
        for (at, made) in state.made.iter().enumerate() {
            if made.status == Status::Pending {
                actions.extend([Action::Decide(at, true), Action::Decide(at, false)]);
            }
        }
        if state.prices < prices && state.live() == 0 {
            actions.push(Action::Price);
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        let guards = self.0.guards;
        match action {
            Action::Pay(tab) => {
                next.presses += 1;
                let number = u32::from(next.presses);
                next.input(tab, Input::Pay(Press { id: ids::key(number), method: number, window: false }));
                next.input(tab, Input::Method { number, given: true });
            }
            Action::TryAgain(tab) => next.input(tab, Input::TryAgain),
            Action::Check(tab) => next.input(tab, Input::Check),
            Action::Answer(tab, index, fate) => {
                let (request, what) = next.tabs[tab].open.remove(index);
                let answer = next.carried_out(tab, &what, fate.status(), guards);
                if let Answer::Refused { status: 412, .. } = answer {
                    next.is_refused(tab, &what);
                }
                next.input(tab, Input::Answered { request, answer });
            }
            Action::Lose(tab, index, loss) => {
                next.losses += 1;
                let (request, what) = next.tabs[tab].open.remove(index);
                match (loss, &what) {
                    (Loss::After, Request::Create { attempt, expected, .. }) => {
                        let _ = next.create(attempt, expected, Status::Pending, guards);
                    }
                    (Loss::Late, what) => next.may_still_arrive(what),
                    (Loss::Before | Loss::After, _) => {}
                }
                next.input(tab, Input::Answered { request, answer: Answer::Lost });
            }
            Action::Arrives => {
                let ghost = next.ghost.as_mut()?;
                ghost.has_come = true;
                let ghost = ghost.clone();
                // Nobody waits for the answer.
                let _ = next.create(&ghost.key, &ghost.expected, Status::Pending, guards);
            }
            Action::Grant(tab) => {
                let lock = next.grants(tab)?;
                next.tabs[tab].granted.push(lock);
                let saved = (lock == Lock::Create).then(|| next.browser(tab).attempt()).flatten();
                next.input(tab, Input::Locked(lock, saved));
            }
            Action::Ring(tab) => {
                next.now = next.now.max(next.tabs[tab].alarm.take()?);
                next.input(tab, Input::Woke);
            }
            Action::Hear(tab) => {
                next.tabs[tab].hears = false;
                next.input(tab, Input::Heard);
            }
            Action::Decide(at, succeeds) => {
                next.made[at].status = if succeeds { Status::Succeed } else { Status::Failed };
            }
            Action::Return(tab) => {
                let At::Bank(transaction) = next.tabs[tab].at else { return None };
                let id = ids::transaction(transaction);
                next.begin(tab, &format!("?payment_id={}&charge_id={id}&status=Pending", ids::PAYMENT));
            }
            Action::Reload(tab) => {
                next.reloads += 1;
                let query = next.query(tab);
                next.begin(tab, &query);
            }
            Action::Aside(tab) => {
                next.asides += 1;
                next.leave(tab);
                next.tabs[tab].at = At::Aside;
            }
            Action::Back(tab) => {
                if let At::Bank(_) = next.tabs[tab].at {
                    next.asides += 1;
                    next.leave(tab);
                }
                next.show_again(tab);
            }
            Action::Price => {
                next.prices += 1;
                next.price = PRICES[1];
            }
        }
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Tabs>> {
        let mut properties = vec![
            Property::always("rule 1: one live transaction, one key until a known failure", |_, state: &State| {
                state.live() <= 1 && is_held(state, 1)
            }),
            Property::always("rule 2: no false result", |_, state| is_held(state, 2)),
            Property::always("rule 3: from anywhere, but only to look", |_, state| is_held(state, 3)),
            Property::always("rule 5: every wait ends", |_, state| is_held(state, 5)),
            Property::always("rule 6: no dead end", |_, state: &State| {
                state.there().all(|(at, tab)| !state.is_stuck(at, tab))
            }),
            Property::always("rule 8: what the shopper saw is what is charged", |_, state| is_held(state, 8)),
            Property::sometimes("every tab shows a success", |_, state: &State| {
                state.there().all(|(_, tab)| tab.flow.view().state == StateName::Succeeded)
            }),
            Property::sometimes("a wait ends without a result", |_, state: &State| {
                state.tabs[0].flow.view().state == StateName::Processing
            }),
        ];
        if self.0.presses > 1 {
            properties.push(Property::sometimes("a payment fails, and the next succeeds", |_, state: &State| {
                state.made.len() == 2 && state.tabs[0].flow.view().state == StateName::Succeeded
            }));
        }
        properties
    }
}

fn is_held(state: &State, rule: u8) -> bool {
    state.wrong.is_none_or(|(broken, _)| broken != rule)
}

impl Tabs {
    fn at_the_shop(&self, state: &State, at: usize, actions: &mut Vec<Action>) {
        let Bounds { presses, losses, reloads, asides, .. } = self.0;
        let tab = &state.tabs[at];
        let view = tab.flow.view();
        if view.can_pay && state.presses < presses {
            actions.push(Action::Pay(at));
        }
        if view.can_retry && state.presses < presses {
            actions.push(Action::TryAgain(at));
        }
        if view.state == StateName::Processing && !view.checking {
            actions.push(Action::Check(at));
        }
        for (index, (_, request)) in tab.open.iter().enumerate() {
            let is_create = matches!(request, Request::Create { .. });
            actions.push(Action::Answer(at, index, Fate::Pends));
            if is_create {
                actions.extend([Fate::Succeeds, Fate::Fails].map(|fate| Action::Answer(at, index, fate)));
            }
            if state.losses < losses {
                actions.push(Action::Lose(at, index, Loss::Before));
                if is_create {
                    actions.extend([Loss::After, Loss::Late].map(|loss| Action::Lose(at, index, loss)));
                }
            }
        }
        if state.grants(at).is_some() {
            actions.push(Action::Grant(at));
        }
        let first_alarm = state.there().filter(|(_, tab)| tab.at == At::Shop).filter_map(|(_, tab)| tab.alarm).min();
        if tab.alarm.is_some() && tab.alarm == first_alarm {
            actions.push(Action::Ring(at));
        }
        if tab.hears {
            actions.push(Action::Hear(at));
        }
        if state.reloads < reloads {
            actions.push(Action::Reload(at));
        }
        if state.asides < asides {
            actions.push(Action::Aside(at));
        }
    }
}
