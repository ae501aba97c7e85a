//! Everything that can happen to one payment in two tabs of a browser, as a model to be gone through exhaustively: the real flow in each,
//! any order of answers, losses and late arrivals, and a bank that approves or declines.
//!
//! Time only moves when an alarm rings, to the moment that it is set for. So no order of events is left out, only the moments between
//! them.

use crate::ids;
use paymentsos_core::flow::{
    Answer, Attempt, Effect, Fit, Flow, Input, Kept, Lock, Millis, Money, Now, Place, Presentation, Press, Request,
    Setup, Start, StateName, Told, ToldPayment, returned,
};
use paymentsos_core::paymentsos::{Kind, Outcome, Payment, PaymentStatus, RelatedResources, Status, Transaction};
use stateright::{Model, Property};

/// What the model leaves room for.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Presses on Pay, in both tabs.
    pub presses: u8,
    /// Answers and requests that get lost.
    pub losses: u8,
    /// Pages that are loaded again.
    pub reloads: u8,
    /// The backend guards, as the reference does; else it knows its keys alone, and all depends on the page.
    pub guards: bool,
}

/// Two tabs, one payment.
#[derive(Clone, Copy, Debug)]
pub struct TwoTabs(pub Bounds);

/// Where all stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    now: Millis,
    tabs: [Tab; 2],
    /// `localStorage`.
    saved: Option<String>,
    /// Who holds each lock, and who waits for it.
    create: Vec<usize>,
    wait: Vec<usize>,
    /// At PaymentsOS: the key and the status of each transaction.
    made: Vec<(String, Status)>,
    /// The keys that were ever sent.
    sent: Vec<String>,
    /// A create that was given up, and may still arrive.
    ghost: Option<(String, bool)>,
    presses: u8,
    losses: u8,
    reloads: u8,
    /// What was seen to be wrong on the way here.
    wrong: Option<&'static str>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Tab {
    flow: Flow,
    /// It is at the bank, about the transaction of that number.
    at_bank: Option<usize>,
    open: Vec<(u32, Request)>,
    alarm: Option<Millis>,
    granted: Vec<Lock>,
    hears: bool,
    kept: Option<String>,
    /// Final statuses that answers to creates and asks have told this page.
    told: Vec<(usize, bool)>,
    /// The key of this tab whose outcome is open.
    key: Option<String>,
}

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

fn setup() -> Setup {
    let merchant_site =
        Place { number: 0, scheme: "https".into(), host: "shop.example".into(), has_credentials: false, length: 30 };
    Setup {
        payment_id: Some(ids::PAYMENT.into()),
        kind: Kind::Charge,
        money: Some(money()),
        presentation: Presentation::Page,
        redirect_hosts: Vec::new(),
        merchant_site,
        // A few alarms, and not a hundred: what happens at the end is within reach.
        deadline: 4_000,
        fit: Fit::Pay,
    }
}

fn money() -> Money {
    Money { amount: 4097, currency: ids::CURRENCY.into() }
}

impl State {
    fn now(&self) -> Now {
        Now { steady: self.now, wall: ids::MORNING + self.now, chance: 0 }
    }

    fn begin(&mut self, tab: usize, query: &str) {
        let kept = self.tabs[tab].kept.take();
        self.tabs[tab] = Tab { kept: kept.clone(), key: self.tabs[tab].key.take(), ..Tab::default() };
        self.create.retain(|holder| *holder != tab);
        self.wait.retain(|holder| *holder != tab);
        let saved = self.saved.as_deref().and_then(Attempt::from_line);
        let start = Start {
            setup: setup(),
            returned: returned::read(query, ""),
            saved: saved.map(|saved| (ids::PAYMENT.to_owned(), saved)).into_iter().collect(),
            kept: kept.as_deref().and_then(Kept::from_line),
            can_keep: true,
            visible: true,
            online: true,
        };
        self.input(tab, Input::Start(Box::new(start)));
    }

    fn input(&mut self, tab: usize, input: Input) {
        let now = self.now();
        let effects = self.tabs[tab].flow.handle(input, now);
        for effect in effects {
            self.carry_out(tab, effect);
        }
        let view = self.tabs[tab].flow.view();
        let id = view.transaction_id.as_deref().and_then(number);
        let is_told = |failed| id.is_some_and(|id| self.tabs[tab].told.contains(&(id, failed)));
        match view.state {
            StateName::Succeeded if !is_told(false) => self.is_wrong("no success that is none"),
            StateName::Failed if !is_told(true) => self.is_wrong("no failure that is none"),
            _ => {}
        }
    }

    fn is_wrong(&mut self, what: &'static str) {
        self.wrong.get_or_insert(what);
    }

    fn carry_out(&mut self, tab: usize, effect: Effect) {
        match effect {
            Effect::Send(number, request) => {
                if let Request::Create { attempt, expected, .. } = &request {
                    if *expected != money() {
                        self.is_wrong("what the shopper saw is what is charged");
                    }
                    let saved = self.saved.as_deref().and_then(Attempt::from_line);
                    let is_saved = saved.is_some_and(|saved| saved.id == *attempt);
                    // A repeat may come after another tab has heard of the failure, and forgotten the key.
                    if !self.sent.contains(attempt) {
                        self.sent.push(attempt.clone());
                        if !is_saved {
                            self.is_wrong("a key is saved before it is first sent");
                        }
                    }
                    let has_failed =
                        |key: &String| self.made.iter().any(|(made, status)| made == key && *status == Status::Failed);
                    let another = self.tabs[tab].key.as_ref().filter(|key| *key != attempt && !has_failed(key));
                    if another.is_some() {
                        self.is_wrong("one key until a known failure");
                    }
                    self.tabs[tab].key = Some(attempt.clone());
                }
                self.tabs[tab].open.push((number, request));
            }
            Effect::Abort(number) => {
                let open = &mut self.tabs[tab].open;
                if let Some(at) = open.iter().position(|(open, _)| *open == number)
                    && let (_, Request::Create { attempt, .. }) = open.remove(at)
                {
                    self.ghost.get_or_insert((attempt, false));
                }
            }
            Effect::Wake(after) => self.tabs[tab].alarm = Some(self.now + after),
            Effect::Save(_, attempt) => self.saved = Some(attempt.to_line()),
            Effect::Forget { attempt, .. } => {
                let saved = self.saved.as_deref().and_then(Attempt::from_line);
                if saved.is_some_and(|saved| saved.id == attempt) {
                    self.saved = None;
                }
            }
            Effect::Keep(kept) => self.tabs[tab].kept = Some(kept.to_line()),
            Effect::Drop => self.tabs[tab].kept = None,
            Effect::Lock(lock) => {
                let queue = if lock == Lock::Create { &mut self.create } else { &mut self.wait };
                queue.push(tab);
            }
            Effect::Unlock(lock) => {
                let queue = if lock == Lock::Create { &mut self.create } else { &mut self.wait };
                queue.retain(|holder| *holder != tab);
                self.tabs[tab].granted.retain(|granted| *granted != lock);
            }
            Effect::Announce => {
                let other = &mut self.tabs[1 - tab];
                other.hears |= other.at_bank.is_none();
            }
            Effect::Go(place) => self.tabs[tab].at_bank = usize::try_from(place).ok(),
            _ => {}
        }
    }

    /// The lock that would be granted to a tab next.
    fn grants(&self, tab: usize) -> Option<Lock> {
        [(Lock::Create, &self.create), (Lock::Wait, &self.wait)].into_iter().find_map(|(lock, queue)| {
            (queue.first() == Some(&tab) && !self.tabs[tab].granted.contains(&lock)).then_some(lock)
        })
    }

    fn live(&self) -> usize {
        self.made.iter().filter(|(_, status)| *status != Status::Failed).count()
    }

    /// What the backend does about a create: the transaction's number, or a status.
    fn create(&mut self, key: &str, fate: Fate, guards: bool) -> Result<usize, u16> {
        if let Some(at) = self.made.iter().position(|(made, _)| made == key) {
            return Ok(at);
        }
        if guards && self.live() > 0 {
            return Err(409);
        }
        let status = match fate {
            Fate::Succeeds => Status::Succeed,
            Fate::Fails => Status::Failed,
            Fate::Pends => Status::Pending,
        };
        self.made.push((key.to_owned(), status));
        Ok(self.made.len() - 1)
    }

    fn transaction(&self, at: usize) -> Told {
        let (key, status) = &self.made[at];
        let is_pending = *status == Status::Pending;
        let place = is_pending.then(|| Place {
            number: u32::try_from(at).unwrap_or_default(),
            scheme: "https".into(),
            host: "bank.example".into(),
            has_credentials: false,
            length: 30,
        });
        let transaction = Transaction {
            id: ids::transaction(at),
            result: Outcome { status: status.clone(), category: None, sub_category: None, description: None },
            redirection: None,
            reconciliation_id: Some(key.clone()),
            amount: Some(4097),
            currency: Some(ids::CURRENCY.into()),
            payment_method: None,
            provider_specific_data: None,
            expires_at: None,
        };
        Told { transaction, place, collects: false }
    }

    fn payment(&self) -> ToldPayment {
        let any = |status: Status| self.made.iter().any(|(_, made)| *made == status);
        let status = match () {
            () if any(Status::Succeed) => PaymentStatus::Captured,
            () if any(Status::Pending) => PaymentStatus::Pending,
            () => PaymentStatus::Initialized,
        };
        let payment = Payment {
            id: ids::PAYMENT.into(),
            amount: 4097,
            currency: ids::CURRENCY.into(),
            status,
            is_chargedback: false,
            order: None,
            related_resources: Some(RelatedResources::default()),
        };
        let transactions = (0..self.made.len()).map(|at| (Kind::Charge, self.transaction(at))).collect();
        ToldPayment { payment, transactions: Some(transactions) }
    }

    /// The backend carries a request out, and answers.
    fn carried_out(&mut self, tab: usize, request: &Request, fate: Fate, guards: bool) -> Answer {
        let at = match request {
            Request::Create { attempt, .. } => match self.create(attempt, fate, guards) {
                Ok(at) => at,
                Err(status) => return Answer::Refused { status, retry_after: None },
            },
            Request::Read { .. } => return Answer::Payment(self.payment()),
            Request::Ask { id, .. } | Request::Authenticate { id, .. } => match number(id) {
                Some(at) if at < self.made.len() => at,
                _ => return Answer::Refused { status: 404, retry_after: None },
            },
        };
        let told = self.transaction(at);
        if told.transaction.result.status.is_final() {
            let fact = (at, told.transaction.result.status == Status::Failed);
            if !self.tabs[tab].told.contains(&fact) {
                self.tabs[tab].told.push(fact);
            }
        }
        Answer::Transaction { told, vendor: None, held: false }
    }
}

/// The number in a transaction's id.
fn number(id: &str) -> Option<usize> {
    id.rsplit('-').next()?.parse().ok()
}

impl Model for TwoTabs {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut state = State {
            now: 1_000,
            tabs: Default::default(),
            saved: None,
            create: Vec::new(),
            wait: Vec::new(),
            made: Vec::new(),
            sent: Vec::new(),
            ghost: None,
            presses: 0,
            losses: 0,
            reloads: 0,
            wrong: None,
        };
        // Both pages have begun, and have read the payment: that nothing was tried yet.
        for tab in [0, 1] {
            state.begin(tab, "");
            let (request, what) = state.tabs[tab].open.remove(0);
            let answer = state.carried_out(tab, &what, Fate::Pends, self.0.guards);
            state.input(tab, Input::Answered { request, answer });
        }
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let Bounds { presses, losses, reloads, .. } = self.0;
        let first_alarm = state.tabs.iter().filter(|tab| tab.at_bank.is_none()).filter_map(|tab| tab.alarm).min();
        for (at, tab) in state.tabs.iter().enumerate() {
            if let Some(transaction) = tab.at_bank {
                if transaction < state.made.len() {
                    actions.push(Action::Return(at));
                }
                continue;
            }
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
            if tab.alarm.is_some() && tab.alarm == first_alarm {
                actions.push(Action::Ring(at));
            }
            if tab.hears {
                actions.push(Action::Hear(at));
            }
            if state.reloads < reloads {
                actions.push(Action::Reload(at));
            }
        }
        if state.ghost.as_ref().is_some_and(|(_, has_come)| !has_come) {
            actions.push(Action::Arrives);
        }
        for (at, (_, status)) in state.made.iter().enumerate() {
            if *status == Status::Pending {
                actions.extend([Action::Decide(at, true), Action::Decide(at, false)]);
            }
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
                let answer = next.carried_out(tab, &what, fate, guards);
                next.input(tab, Input::Answered { request, answer });
            }
            Action::Lose(tab, index, loss) => {
                next.losses += 1;
                let (request, what) = next.tabs[tab].open.remove(index);
                if let Request::Create { attempt, .. } = &what {
                    match loss {
                        Loss::Before => {}
                        Loss::After => {
                            let _ = next.create(attempt, Fate::Pends, guards);
                        }
                        Loss::Late => {
                            next.ghost.get_or_insert((attempt.clone(), false));
                        }
                    }
                }
                next.input(tab, Input::Answered { request, answer: Answer::Lost });
            }
            Action::Arrives => {
                let (key, has_come) = next.ghost.as_mut()?;
                *has_come = true;
                let key = key.clone();
                // Nobody waits for the answer.
                let _ = next.create(&key, Fate::Pends, guards);
            }
            Action::Grant(tab) => {
                let lock = next.grants(tab)?;
                next.tabs[tab].granted.push(lock);
                let saved = next.saved.as_deref().filter(|_| lock == Lock::Create).and_then(Attempt::from_line);
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
                next.made[at].1 = if succeeds { Status::Succeed } else { Status::Failed };
            }
            Action::Return(tab) => {
                let id = ids::transaction(next.tabs[tab].at_bank?);
                next.begin(tab, &format!("?payment_id={}&charge_id={id}&status=Pending", ids::PAYMENT));
            }
            Action::Reload(tab) => {
                next.reloads += 1;
                next.begin(tab, "");
            }
        }
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<TwoTabs>> {
        vec![
            Property::always("one live transaction", |_, state: &State| state.live() <= 1),
            Property::always("no false result, no key unsaved, no other key or amount", |_, state: &State| {
                state.wrong.is_none()
            }),
            Property::always("no dead end", |_, state: &State| {
                state.tabs.iter().enumerate().all(|(at, tab)| {
                    let view = tab.flow.view();
                    let waits = matches!(
                        view.state,
                        StateName::Loading | StateName::Creating | StateName::Confirming | StateName::Redirecting
                    );
                    let is_waiting_for_something = !tab.open.is_empty()
                        || tab.alarm.is_some()
                        || state.grants(at).is_some()
                        || view.place.is_some()
                        || tab.at_bank.is_some();
                    !waits || is_waiting_for_something
                })
            }),
            Property::sometimes("a payment succeeds in both tabs", |_, state: &State| {
                state.tabs.iter().all(|tab| tab.flow.view().state == StateName::Succeeded)
            }),
            Property::sometimes("a payment fails, and the next succeeds", |_, state: &State| {
                state.made.len() == 2 && state.tabs[0].flow.view().state == StateName::Succeeded
            }),
        ]
    }
}
