//! Everything that can happen to one payment in one or two tabs, as a model to be gone through exhaustively: the real flow in each, any
//! order of answers, losses and late arrivals, and a bank that approves or declines.
//!
//! Time only moves when an alarm rings, to the moment that it is set for. So no order of events is left out, only the moments between
//! them.

mod actions;
mod backend;

pub use actions::{Action, Fate, Loss};

use crate::ids;
use backend::Made;
use paymentsos_core::flow::{
    Attempt, Effect, Fit, Flow, Input, Kept, Lock, Millis, Money, Now, Place, Presentation, Request, Setup, Start,
    StateName, View, returned,
};
use paymentsos_core::paymentsos::Kind;

/// A few alarms, and not a hundred: what happens at the end is within reach.
const DEADLINE: Millis = 4_000;
/// No page waits longer for one thing: a create may take a minute, and its reading another.
const LONGEST_WAIT: Millis = 150_000;
/// What the payment costs at first, and after it was changed; in minor units.
const PRICES: [u64; 2] = [4097, 5000];

/// What the second tab is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Second {
    /// Not there.
    None,
    /// Another tab of the same browser, on the same page of the shop.
    Beside,
    /// In a browser that knows the payment from an address alone.
    Elsewhere,
}

/// What the model leaves room for.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The second tab.
    pub second: Second,
    /// Presses on Pay, in both tabs.
    pub presses: u8,
    /// Answers and requests that get lost.
    pub losses: u8,
    /// Pages that are loaded again.
    pub reloads: u8,
    /// Pages that are put into the back-forward cache, and come back.
    pub asides: u8,
    /// Changes of the amount, while nothing is under way.
    pub prices: u8,
    /// The backend guards, as the reference does; else it knows its keys alone, and all depends on the page.
    pub guards: bool,
}

/// One payment, and the tabs in which it is paid.
#[derive(Clone, Copy, Debug)]
pub struct Tabs(pub Bounds);

/// Where all stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    now: Millis,
    second: Second,
    tabs: [Tab; 2],
    /// One that both tabs share, or one each.
    browsers: [Browser; 2],
    /// At PaymentsOS, or the backend.
    price: u64,
    made: Vec<Made>,
    /// The keys that were ever sent.
    sent: Vec<String>,
    /// A create that was given up, and may still arrive.
    ghost: Option<Ghost>,
    presses: u8,
    losses: u8,
    reloads: u8,
    asides: u8,
    prices: u8,
    /// What was seen to be wrong on the way here, and the rule's number.
    wrong: Option<(u8, &'static str)>,
}

/// What tabs of one browser have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Browser {
    /// `localStorage`.
    saved: Option<String>,
    /// Who holds each lock, and who waits for it.
    create: Vec<usize>,
    wait: Vec<usize>,
}

impl Browser {
    fn attempt(&self) -> Option<Attempt> {
        self.saved.as_deref().and_then(Attempt::from_line)
    }

    fn queue(&mut self, lock: Lock) -> &mut Vec<usize> {
        if lock == Lock::Create { &mut self.create } else { &mut self.wait }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Ghost {
    key: String,
    expected: Money,
    has_come: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
enum At {
    #[default]
    Shop,
    /// At the bank, about the transaction of that number. The page may be behind it, whole.
    Bank(usize),
    /// Put aside, with the page whole.
    Aside,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Tab {
    flow: Flow,
    at: At,
    open: Vec<(u32, Request)>,
    alarm: Option<Millis>,
    granted: Vec<Lock>,
    hears: bool,
    kept: Option<String>,
    /// Final statuses that answers to creates and asks have told this page.
    told: Vec<(usize, bool)>,
    /// The key of this tab whose outcome is open, and how many creates under it have not been refused.
    key: Option<(String, u8)>,
    /// What the shopper saw at the latest press.
    saw: Option<Money>,
    /// In which state it waits, and since when.
    waits: Option<(StateName, Option<String>, Millis)>,
}

fn waits(view: &View) -> bool {
    matches!(view.state, StateName::Loading | StateName::Creating | StateName::Confirming | StateName::Redirecting)
}

impl State {
    fn new(second: Second) -> State {
        State {
            now: 1_000,
            second,
            tabs: Default::default(),
            browsers: Default::default(),
            price: PRICES[0],
            made: Vec::new(),
            sent: Vec::new(),
            ghost: None,
            presses: 0,
            losses: 0,
            reloads: 0,
            asides: 0,
            prices: 0,
            wrong: None,
        }
    }

    fn now(&self) -> Now {
        Now { steady: self.now, wall: ids::MORNING + self.now, chance: 0 }
    }

    /// The tabs that are there.
    fn there(&self) -> impl Iterator<Item = (usize, &Tab)> {
        let count = if self.second == Second::None { 1 } else { 2 };
        self.tabs.iter().enumerate().take(count)
    }

    fn browser(&mut self, tab: usize) -> &mut Browser {
        &mut self.browsers[if self.second == Second::Elsewhere { tab } else { 0 }]
    }

    /// A page that names no payment of its own.
    fn only_looks(&self, tab: usize) -> bool {
        tab == 1 && self.second == Second::Elsewhere
    }

    /// What the address says where nobody has come back from a bank.
    fn query(&self, tab: usize) -> String {
        match self.only_looks(tab) {
            true => format!("?payment_id={}&charge_id={}&status=Succeed", ids::PAYMENT, ids::transaction(0)),
            false => String::new(),
        }
    }

    fn setup(&self, tab: usize) -> Setup {
        let is_own = !self.only_looks(tab);
        Setup {
            payment_id: is_own.then(|| ids::PAYMENT.into()),
            kind: Kind::Charge,
            money: is_own.then(|| money(PRICES[0])),
            presentation: Presentation::Page,
            redirect_hosts: Vec::new(),
            merchant_site: place(0, "shop.example"),
            deadline: DEADLINE,
            fit: Fit::Pay,
        }
    }

    fn begin(&mut self, tab: usize, query: &str) {
        let kept = self.tabs[tab].kept.take();
        self.tabs[tab] = Tab { kept: kept.clone(), key: self.tabs[tab].key.take(), ..Tab::default() };
        self.leave_queues(tab);
        let saved = self.browser(tab).attempt();
        let start = Start {
            setup: self.setup(tab),
            returned: returned::read(query, ""),
            saved: saved.map(|saved| (ids::PAYMENT.to_owned(), saved)).into_iter().collect(),
            kept: kept.as_deref().and_then(Kept::from_line),
            can_keep: true,
            visible: true,
            online: true,
        };
        self.input(tab, Input::Start(Box::new(start)));
    }

    fn leave_queues(&mut self, tab: usize) {
        let browser = self.browser(tab);
        browser.create.retain(|holder| *holder != tab);
        browser.wait.retain(|holder| *holder != tab);
    }

    /// The page is put aside: its requests and its timers are dead, though what was asked for may be done.
    fn leave(&mut self, tab: usize) {
        self.input(tab, Input::Left);
        for (_, request) in std::mem::take(&mut self.tabs[tab].open) {
            self.may_still_arrive(&request);
        }
        self.leave_queues(tab);
        let tab = &mut self.tabs[tab];
        (tab.alarm, tab.hears) = (None, false);
        tab.granted.clear();
    }

    /// The page is there again, as it was.
    fn show_again(&mut self, tab: usize) {
        self.tabs[tab].at = At::Shop;
        // What it waits for begins anew.
        self.tabs[tab].waits = None;
        self.input(tab, Input::Shown);
        self.input(tab, Input::Visible(true));
    }

    fn may_still_arrive(&mut self, request: &Request) {
        if let Request::Create { attempt, expected, .. } = request {
            let ghost = Ghost { key: attempt.clone(), expected: expected.clone(), has_come: false };
            self.ghost.get_or_insert(ghost);
        }
    }

    fn input(&mut self, tab: usize, input: Input) {
        let now = self.now();
        let before = self.tabs[tab].flow.view();
        let effects = self.tabs[tab].flow.handle(input, now);
        for effect in effects {
            self.carry_out(tab, effect);
        }
        let view = self.tabs[tab].flow.view();
        if before.state == StateName::Ready && view.state == StateName::Creating {
            self.tabs[tab].saw = before.money;
        }
        let id = view.transaction_id.as_deref().and_then(backend::number);
        let is_told = |failed| id.is_some_and(|id| self.tabs[tab].told.contains(&(id, failed)));
        match view.state {
            StateName::Succeeded if !is_told(false) => self.is_wrong(2, "a success that is none is shown"),
            StateName::Failed if !is_told(true) => self.is_wrong(2, "a failure that is none is shown"),
            _ => {}
        }
        if self.only_looks(tab) && (view.can_pay || view.can_retry) {
            self.is_wrong(3, "whoever has an address is offered to pay");
        }
        self.still_waits(tab, &view);
    }

    fn still_waits(&mut self, tab: usize, view: &View) {
        let now = self.now;
        let waits = &mut self.tabs[tab].waits;
        let since = match waits {
            Some((state, id, since)) if *state == view.state && *id == view.transaction_id => *since,
            _ => now,
        };
        *waits = self::waits(view).then(|| (view.state, view.transaction_id.clone(), since));
        if waits.is_some() && now - since > LONGEST_WAIT {
            self.is_wrong(5, "a page waits for ever");
        }
    }

    fn is_wrong(&mut self, rule: u8, what: &'static str) {
        self.wrong.get_or_insert((rule, what));
    }

    fn carry_out(&mut self, tab: usize, effect: Effect) {
        match effect {
            Effect::Send(number, request) => {
                self.check_create(tab, &request);
                self.tabs[tab].open.push((number, request));
            }
            Effect::Abort(number) => {
                let open = &mut self.tabs[tab].open;
                if let Some(at) = open.iter().position(|(open, _)| *open == number) {
                    let (_, request) = open.remove(at);
                    self.may_still_arrive(&request);
                }
            }
            Effect::Wake(after) => self.tabs[tab].alarm = Some(self.now + after),
            Effect::Save(_, attempt) => self.browser(tab).saved = Some(attempt.to_line()),
            Effect::Forget { attempt, .. } => {
                let browser = self.browser(tab);
                if browser.attempt().is_some_and(|saved| saved.id == attempt) {
                    browser.saved = None;
                }
            }
            Effect::Keep(kept) => self.tabs[tab].kept = Some(kept.to_line()),
            Effect::Drop => self.tabs[tab].kept = None,
            Effect::Lock(lock) => self.browser(tab).queue(lock).push(tab),
            Effect::Unlock(lock) => {
                self.browser(tab).queue(lock).retain(|holder| *holder != tab);
                self.tabs[tab].granted.retain(|granted| *granted != lock);
            }
            Effect::Announce if self.second == Second::Beside => {
                let other = &mut self.tabs[1 - tab];
                other.hears |= other.at == At::Shop;
            }
            Effect::Go(place) => {
                if let Ok(transaction) = usize::try_from(place) {
                    self.tabs[tab].at = At::Bank(transaction);
                }
            }
            _ => {}
        }
    }

    fn check_create(&mut self, tab: usize, request: &Request) {
        let Request::Create { attempt, expected, .. } = request else { return };
        if self.tabs[tab].saw.as_ref() != Some(expected) {
            self.is_wrong(8, "another amount is sent than the shopper saw");
        }
        // A repeat may come after another tab has heard of the failure, and forgotten the key.
        if !self.sent.contains(attempt) {
            self.sent.push(attempt.clone());
            if self.browser(tab).attempt().is_none_or(|saved| saved.id != *attempt) {
                self.is_wrong(1, "a key is sent before it is saved");
            }
        }
        let (key, open) = self.tabs[tab].key.take().unwrap_or_default();
        if key != *attempt && open > 0 && !self.has_failed(&key) {
            self.is_wrong(1, "another key is sent while one is open");
        }
        self.tabs[tab].key = Some((attempt.clone(), if key == *attempt { open + 1 } else { 1 }));
    }

    /// A create was refused before anything was made.
    fn is_refused(&mut self, tab: usize, request: &Request) {
        if let (Request::Create { attempt, .. }, Some((key, open))) = (request, &mut self.tabs[tab].key)
            && key == attempt
        {
            *open = open.saturating_sub(1);
        }
    }

    /// The lock that would be granted to a tab next.
    fn grants(&self, tab: usize) -> Option<Lock> {
        let browser = &self.browsers[if self.second == Second::Elsewhere { tab } else { 0 }];
        [(Lock::Create, &browser.create), (Lock::Wait, &browser.wait)].into_iter().find_map(|(lock, queue)| {
            (queue.first() == Some(&tab) && !self.tabs[tab].granted.contains(&lock)).then_some(lock)
        })
    }

    /// A page waits, and nothing is on its way to it.
    fn is_stuck(&self, at: usize, tab: &Tab) -> bool {
        let view = tab.flow.view();
        let is_waiting_for_something = !tab.open.is_empty()
            || tab.alarm.is_some()
            || self.grants(at).is_some()
            || view.place.is_some()
            || tab.at != At::Shop;
        waits(&view) && !is_waiting_for_something
    }
}

fn money(amount: u64) -> Money {
    Money { amount, currency: ids::CURRENCY.into() }
}

fn place(number: u32, host: &str) -> Place {
    Place { number, scheme: "https".into(), host: host.into(), has_credentials: false, length: 30 }
}
