//! A browser, a clock and a shopper around a flow, so that a test reads as a story.
//!
//! Time is virtual and only moves where a test says so. What is saved and kept goes through its lines of text, as it does in a browser.
//! And whatever a story is about, its trace is replayed in the end, and has to come to the same.

pub(crate) mod anything;

use paymentsos_core::codes::Code;
use paymentsos_core::flow::returned::{self, Clean};
use paymentsos_core::flow::{
    Answer, Attempt, Effect, Effects, Fit, Flow, Input, Kept, Lock, Millis, Money, Now, Place, Presentation, Press,
    Request, Setup, Start, StateName, Told, ToldPayment, View,
};
use paymentsos_core::paymentsos::{
    Kind, Order, Outcome, Payment, PaymentMethod, PaymentStatus, ProviderSpecificData, RelatedResources, Status,
    Transaction,
};
use paymentsos_core::trace::{Trace, input_line, outcome_line};
use std::collections::BTreeMap;

pub(crate) const PAYMENT: &str = "65de6d2a-0000-4000-8000-00000000000a";
pub(crate) const OTHER_PAYMENT: &str = "65de6d2a-0000-4000-8000-00000000000b";
pub(crate) const FIRST: &str = "aec1c306-0000-4000-8000-000000000001";
pub(crate) const SECOND: &str = "aec1c306-0000-4000-8000-000000000002";
pub(crate) const FORGED: &str = "f0f0f0f0-0000-4000-8000-000000000003";

/// The driver's number for the bank's page.
pub(crate) const BANK: u32 = 7;
/// The driver's number for where the issuer collects data.
pub(crate) const COLLECTOR: u32 = 8;
pub(crate) const MINUTE: Millis = 60_000;
/// When every story begins, by the wall clock.
pub(crate) const MORNING: Millis = 1_700_000_000_000;

/// The key of the n-th press on Pay, from 1.
pub(crate) fn key(n: u32) -> String {
    format!("0b8f2f4e-1111-4222-8333-{n:012}")
}

pub(crate) fn money(amount: u64) -> Money {
    Money { amount, currency: "USD".into() }
}

pub(crate) fn place(number: u32, scheme: &str, host: &str) -> Place {
    Place { number, scheme: scheme.into(), host: host.into(), has_credentials: false, length: 60 }
}

pub(crate) fn bank() -> Place {
    place(BANK, "https", "bank.example")
}

/// A shop's page that names a payment of 40.97 dollars.
pub(crate) fn shop() -> Setup {
    Setup {
        payment_id: Some(PAYMENT.into()),
        kind: Kind::Charge,
        money: Some(money(4097)),
        presentation: Presentation::Auto,
        redirect_hosts: Vec::new(),
        merchant_site: place(1, "https", "shop.example"),
        deadline: 15 * MINUTE,
        fit: Fit::Pay,
    }
}

/// A page that is only returned to.
pub(crate) fn return_page() -> Setup {
    Setup { payment_id: None, money: None, ..shop() }
}

/// The query that PaymentsOS sends a shopper back with.
pub(crate) fn back_with(transaction: &str, status: &str) -> String {
    format!("?payment_id={PAYMENT}&charge_id={transaction}&status={status}")
}

/// A transaction as the backend tells it.
#[derive(Clone, Debug)]
pub(crate) struct Says {
    pub(crate) kind: Kind,
    pub(crate) transaction: Transaction,
    pub(crate) place: Option<Place>,
    collects: bool,
    sent_vendor: Option<String>,
    held: bool,
}

fn says(id: &str, status: Status) -> Says {
    let result = Outcome { status, category: None, sub_category: None, description: None };
    let transaction = Transaction {
        id: id.into(),
        result,
        redirection: None,
        reconciliation_id: None,
        amount: Some(4097),
        currency: Some("USD".into()),
        payment_method: Some(PaymentMethod { vendor: Some("VISA".into()), last_4_digits: Some("1111".into()) }),
        provider_specific_data: None,
        expires_at: None,
    };
    Says { kind: Kind::Charge, transaction, place: None, collects: false, sent_vendor: None, held: false }
}

pub(crate) fn pending(id: &str) -> Says {
    says(id, Status::Pending)
}

pub(crate) fn succeed(id: &str) -> Says {
    says(id, Status::Succeed)
}

pub(crate) fn failed(id: &str) -> Says {
    says(id, Status::Failed).because("payment_method_declined")
}

/// A status that PaymentsOS has not documented.
pub(crate) fn odd(id: &str) -> Says {
    says(id, Status::Other("Reviewing".into()))
}

impl Says {
    /// The shopper has to go to their bank.
    pub(crate) fn at_bank(self) -> Says {
        self.at(bank())
    }

    pub(crate) fn at(self, place: Place) -> Says {
        Says { place: Some(place), ..self }
    }

    /// It came of that attempt.
    pub(crate) fn of(mut self, key: &str) -> Says {
        self.transaction.reconciliation_id = Some(key.into());
        self
    }

    pub(crate) fn because(mut self, category: &str) -> Says {
        self.transaction.result.category = Some(category.into());
        self
    }

    pub(crate) fn expiring(mut self, at: Millis) -> Says {
        self.transaction.expires_at = Some(at);
        self
    }

    pub(crate) fn authorization(self) -> Says {
        Says { kind: Kind::Authorization, ..self }
    }

    /// A payment method of that vendor was sent.
    pub(crate) fn by(mut self, vendor: &str) -> Says {
        self.sent_vendor = Some(vendor.into());
        self.transaction.payment_method = Some(PaymentMethod { vendor: Some(vendor.into()), last_4_digits: None });
        self
    }

    /// The page at the bank may be shown in a frame.
    pub(crate) fn framed(mut self) -> Says {
        self.transaction.provider_specific_data = Some(ProviderSpecificData { iframe_allowed: true });
        self
    }

    /// The issuer wants to collect data first.
    pub(crate) fn collecting(self) -> Says {
        Says { collects: true, place: Some(place(COLLECTOR, "https", "bank.example")), ..self }
    }

    /// The backend has held its answer.
    pub(crate) fn held(self) -> Says {
        Says { held: true, ..self }
    }

    fn told(self) -> Told {
        Told { transaction: self.transaction, place: self.place, collects: self.collects }
    }
}

impl From<Says> for Answer {
    fn from(says: Says) -> Answer {
        let (vendor, held) = (says.sent_vendor.clone(), says.held);
        Answer::Transaction { told: says.told(), vendor, held }
    }
}

/// The payment as the backend tells it, with the transactions it lists.
pub(crate) fn payment(status: PaymentStatus, listed: impl IntoIterator<Item = Says>) -> ToldPayment {
    let payment = Payment {
        id: PAYMENT.into(),
        amount: 4097,
        currency: "USD".into(),
        status,
        is_chargedback: false,
        order: Some(Order { id: Some("order-17".into()) }),
        related_resources: Some(RelatedResources::default()),
    };
    let mut told = ToldPayment::new(payment, &mut |_| bank());
    told.transactions = Some(listed.into_iter().map(|says| (says.kind, says.told())).collect());
    told
}

/// Nothing has been tried yet.
pub(crate) fn untouched() -> Answer {
    Answer::Payment(payment(PaymentStatus::Initialized, []))
}

/// These have been tried, the payment's status being what follows from it.
pub(crate) fn lists(listed: impl IntoIterator<Item = Says>) -> Answer {
    let listed: Vec<Says> = listed.into_iter().collect();
    let any = |status: &Status| listed.iter().any(|says| says.transaction.result.status == *status);
    let status = match () {
        () if any(&Status::Succeed) => PaymentStatus::Captured,
        () if any(&Status::Pending) => PaymentStatus::Pending,
        () => PaymentStatus::Initialized,
    };
    Answer::Payment(payment(status, listed))
}

/// The payment, with a status alone.
pub(crate) fn stands_at(status: PaymentStatus) -> Answer {
    Answer::Payment(payment(status, []))
}

/// The payment, its transactions not having been asked for.
pub(crate) fn not_expanded() -> Answer {
    Answer::Payment(ToldPayment { transactions: None, ..payment(PaymentStatus::Initialized, []) })
}

pub(crate) fn of_amount(amount: u64) -> Answer {
    let mut told = payment(PaymentStatus::Initialized, []);
    told.payment.amount = amount;
    Answer::Payment(told)
}

pub(crate) fn refused(status: u16) -> Answer {
    Answer::Refused { status, retry_after: None }
}

pub(crate) fn refused_for(status: u16, retry_after: Millis) -> Answer {
    Answer::Refused { status, retry_after: Some(retry_after) }
}

pub(crate) fn lost() -> Answer {
    Answer::Lost
}

/// The four things that are asked of the backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ask {
    Create,
    Read,
    Transaction,
    Authenticate,
}

pub(crate) fn sort(request: &Request) -> Ask {
    match request {
        Request::Create { .. } => Ask::Create,
        Request::Read { .. } => Ask::Read,
        Request::Ask { .. } => Ask::Transaction,
        Request::Authenticate { .. } => Ask::Authenticate,
    }
}

/// A request that nobody has answered yet.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) number: u32,
    pub(crate) request: Request,
}

pub(crate) struct World {
    pub(crate) flow: Flow,
    pub(crate) now: Now,
    pub(crate) setup: Setup,
    /// `localStorage`, by payment.
    pub(crate) saved: BTreeMap<String, String>,
    /// `sessionStorage`.
    pub(crate) kept: Option<String>,
    pub(crate) can_store: bool,
    /// The address bar.
    pub(crate) query: String,
    pub(crate) fragment: String,
    /// When the alarm rings.
    pub(crate) alarm: Option<Millis>,
    pub(crate) open: Vec<Open>,
    /// Every request that was ever sent, in order, with its moment by the wall clock.
    pub(crate) sent: Vec<(Millis, Request)>,
    /// Where the page has gone.
    pub(crate) went: Vec<u32>,
    /// How often the page was told of a final status.
    pub(crate) told: u32,
    pub(crate) reported: Vec<Code>,
    pub(crate) cleaned: Vec<Clean>,
    pub(crate) aborted: Vec<u32>,
    pub(crate) presses: u32,
    pub(crate) inputs: u32,
    pub(crate) visible: bool,
    pub(crate) online: bool,
    /// The locks that this tab has or has asked for, and those that another tab has.
    pub(crate) locks: Vec<Lock>,
    pub(crate) locked_elsewhere: Vec<Lock>,
    /// Granted, and not said yet.
    granted: Vec<Lock>,
    /// The payment whose announcements are heard.
    pub(crate) listens: Option<String>,
    pub(crate) announced: u32,
    /// The browser lets a page open windows in a press.
    pub(crate) opens_windows: bool,
    /// The window that was opened, and where it has gone.
    pub(crate) window: Option<Option<u32>>,
    /// What collects data for the issuer.
    pub(crate) collecting: Option<u32>,
    /// How often this page has said that it is back, that it goes on, and has wanted to close itself.
    pub(crate) handed_over: u32,
    pub(crate) took_over: u32,
    pub(crate) closed_itself: u32,
    /// What the page has told of itself since it began, however much that is.
    pub(crate) trace: Trace,
    redirect_hosts: Vec<String>,
}

impl World {
    /// A browser in which nothing has happened yet.
    pub(crate) fn new(setup: Setup) -> World {
        World {
            flow: Flow::new(),
            now: Now { steady: 1_000, wall: MORNING, chance: u16::MAX / 2 },
            setup,
            saved: BTreeMap::new(),
            kept: None,
            can_store: true,
            query: String::new(),
            fragment: String::new(),
            alarm: None,
            open: Vec::new(),
            sent: Vec::new(),
            went: Vec::new(),
            told: 0,
            reported: Vec::new(),
            cleaned: Vec::new(),
            aborted: Vec::new(),
            presses: 0,
            inputs: 0,
            visible: true,
            online: true,
            locks: Vec::new(),
            locked_elsewhere: Vec::new(),
            granted: Vec::new(),
            listens: None,
            announced: 0,
            opens_windows: true,
            window: None,
            collecting: None,
            handed_over: 0,
            took_over: 0,
            closed_itself: 0,
            trace: Trace::default(),
            redirect_hosts: Vec::new(),
        }
    }

    /// The shop's page, just opened: the payment is being read.
    pub(crate) fn at_shop() -> World {
        World::open(shop())
    }

    pub(crate) fn open(setup: Setup) -> World {
        let mut world = World::new(setup);
        world.start();
        world
    }

    /// The shop's page once the payment has been read, with nothing tried yet.
    pub(crate) fn ready() -> World {
        let mut world = World::at_shop();
        world.read_says(untouched());
        world
    }

    /// Pay was pressed, and the POST is on its way.
    pub(crate) fn paying() -> World {
        let mut world = World::ready();
        world.pays();
        world
    }

    /// The shopper is at the bank, the page having gone there.
    pub(crate) fn at_the_bank() -> World {
        let mut world = World::paying();
        world.create_says(pending(FIRST).at_bank());
        world
    }

    /// The final status is being asked for, after a return.
    pub(crate) fn back_from_bank() -> World {
        let mut world = World::at_the_bank();
        world.comes_back(&back_with(FIRST, "Pending"), "");
        world.read_says(lists([pending(FIRST).of(&key(1))]));
        world
    }

    /// The trace is read and repeated, and nothing is otherwise.
    fn replays(&self) {
        let steps = self.trace.steps().expect("a trace that can be read");
        for (step, line) in steps.iter().zip(self.trace.lines.iter().step_by(2)) {
            assert_eq!(&input_line(&step.input, step.now, &[]), line, "what is read is what was written");
        }
        let replayed = self.trace.replay().expect("a trace that can be repeated");
        assert_eq!(replayed.difference, None);
        assert_eq!(traced(replayed.view), traced(self.view()));
    }

    // What happens

    pub(crate) fn input(&mut self, input: Input) -> Effects {
        self.inputs += 1;
        assert!(self.inputs < 20_000, "a story without an end");
        if let Input::Start(start) = &input {
            self.redirect_hosts.clone_from(&start.setup.redirect_hosts);
        }
        self.trace.lines.push(input_line(&input, self.now, &self.redirect_hosts));
        let mut effects = self.flow.handle(input, self.now);
        self.trace.lines.push(outcome_line(&self.flow.view(), &effects));
        for effect in &effects {
            self.carry_out(effect.clone());
        }
        while let Some(lock) = self.granted.pop() {
            effects.extend(self.locked(lock));
        }
        effects
    }

    fn locked(&mut self, lock: Lock) -> Effects {
        let saved = self.attempt().filter(|_| lock == Lock::Create);
        self.input(Input::Locked(lock, saved))
    }

    /// The other tab gives a lock back.
    pub(crate) fn is_free(&mut self, lock: Lock) -> Effects {
        self.locked_elsewhere.retain(|other| *other != lock);
        if self.locks.contains(&lock) { self.locked(lock) } else { Effects::new() }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Send(number, request) => {
                let of_this_sort = self.open.iter().filter(|open| sort(&open.request) == sort(&request)).count();
                assert_eq!(of_this_sort, 0, "two requests of a kind at once: {request:?}");
                if let Request::Create { attempt, payment_id, .. } = &request {
                    let saved = self.saved.get(payment_id).and_then(|line| Attempt::from_line(line));
                    assert_eq!(saved.map(|saved| saved.id).as_ref(), Some(attempt), "saved before it is sent");
                }
                self.sent.push((self.now.wall, request.clone()));
                self.open.push(Open { number, request });
            }
            Effect::Abort(number) => {
                self.aborted.push(number);
                self.open.retain(|open| open.number != number);
            }
            Effect::Wake(after) => self.alarm = Some(self.now.steady + after),
            Effect::Save(payment_id, attempt) => {
                self.saved.insert(payment_id, attempt.to_line());
            }
            Effect::Forget { payment_id, attempt } => {
                let saved = self.saved.get(&payment_id).and_then(|line| Attempt::from_line(line));
                if saved.is_some_and(|saved| saved.id == attempt) {
                    self.saved.remove(&payment_id);
                }
            }
            Effect::Keep(kept) => {
                assert!(self.can_store, "kept where nothing can be kept");
                self.kept = Some(kept.to_line());
            }
            Effect::Lock(lock) => {
                assert!(!self.locks.contains(&lock), "asked for twice: {lock:?}");
                self.locks.push(lock);
                if !self.locked_elsewhere.contains(&lock) {
                    self.granted.push(lock);
                }
            }
            Effect::Unlock(lock) => {
                assert!(self.locks.contains(&lock), "given back, but not asked for: {lock:?}");
                self.locks.retain(|held| *held != lock);
                self.granted.retain(|held| *held != lock);
            }
            Effect::Listen(payment_id) => self.listens = payment_id,
            Effect::Announce => self.announced += 1,
            Effect::Drop => self.kept = None,
            Effect::CleanAddress(what) => {
                self.cleaned.push(what);
                self.query = returned::clean(&self.query, what);
                self.fragment = returned::clean(&self.fragment, what);
            }
            Effect::Go(place) => self.went.push(place),
            Effect::Open(place) => *self.window.as_mut().expect("a window") = Some(place),
            Effect::Close => assert!(self.window.take().is_some(), "there is a window to close"),
            Effect::Collect(place) => assert_eq!(self.collecting.replace(place), None, "collected twice"),
            Effect::Collected => assert!(self.collecting.take().is_some(), "something was collected"),
            Effect::HandOver => self.handed_over += 1,
            Effect::TakeOver => self.took_over += 1,
            Effect::Leave => self.closed_itself += 1,
            Effect::Tell => self.told += 1,
            Effect::Report(code) => self.reported.push(code),
        }
    }

    /// The page begins with what the browser has.
    pub(crate) fn start(&mut self) -> Effects {
        self.open.clear();
        self.alarm = None;
        // The driver lets go of both.
        self.window = None;
        self.collecting = None;
        let returned = returned::read(&self.query, &self.fragment);
        let kept = self.kept.as_deref().and_then(Kept::from_line);
        let ids = Start::payments(&self.setup, &returned, kept.as_ref());
        let saved = ids.iter().filter_map(|id| {
            let attempt = Attempt::from_line(self.saved.get(*id)?)?;
            Some(((*id).to_owned(), attempt))
        });
        let saved = saved.collect();
        self.input(Input::Start(Box::new(Start {
            setup: self.setup.clone(),
            returned,
            saved,
            kept,
            can_keep: self.can_store,
            visible: self.visible,
            online: self.online,
        })))
    }

    /// A new page of the same tab: steady time begins anew, what was under way is gone.
    pub(crate) fn reload(&mut self) -> Effects {
        self.replays();
        self.trace = Trace::default();
        self.flow = Flow::new();
        self.locks.clear();
        self.now.steady = 1_000;
        self.start()
    }

    /// The tab comes back from elsewhere, to this address.
    pub(crate) fn comes_back(&mut self, query: &str, fragment: &str) -> Effects {
        self.query = query.into();
        self.fragment = fragment.into();
        self.reload()
    }

    /// Another browser: nothing is saved there.
    pub(crate) fn another_browser(&mut self) {
        self.saved.clear();
        self.kept = None;
    }

    /// Pay is pressed, and the payment is still free: the POST is on its way.
    pub(crate) fn pays(&mut self) {
        self.pays_where(untouched());
    }

    /// As [`pays`](World::pays), where the payment says that.
    pub(crate) fn pays_where(&mut self, answer: impl Into<Answer>) {
        self.press_pay();
        self.read_says(answer);
    }

    /// What the driver makes of a press on Pay.
    pub(crate) fn press(&mut self) -> Press {
        self.presses += 1;
        let window = self.opens_windows && self.view().can_pay && self.setup.presentation == Presentation::Popup;
        if window {
            self.window = Some(None);
        }
        Press { id: key(self.presses), method: self.presses, window }
    }

    /// Pay is pressed, and the page gives the payment method at once.
    pub(crate) fn press_pay(&mut self) -> Effects {
        let press = self.press();
        let mut effects = self.input(Input::Pay(press));
        effects.extend(self.input(Input::Method { number: self.presses, given: true }));
        effects
    }

    pub(crate) fn try_again(&mut self) -> Effects {
        self.input(Input::TryAgain)
    }

    pub(crate) fn check(&mut self) -> Effects {
        self.input(Input::Check)
    }

    pub(crate) fn hides(&mut self) -> Effects {
        self.visible = false;
        self.input(Input::Visible(false))
    }

    pub(crate) fn is_looked_at(&mut self) -> Effects {
        self.visible = true;
        self.input(Input::Visible(true))
    }

    pub(crate) fn goes_offline(&mut self) -> Effects {
        self.online = false;
        self.input(Input::Online(false))
    }

    pub(crate) fn goes_online(&mut self) -> Effects {
        self.online = true;
        self.input(Input::Online(true))
    }

    // Time

    /// Time goes by without the alarm.
    pub(crate) fn sleep(&mut self, time: Millis) {
        self.now.steady += time;
        self.now.wall += time;
    }

    /// Time goes by, the alarm ringing whenever it is due.
    pub(crate) fn wait(&mut self, time: Millis) {
        let end = self.now.steady + time;
        let mut rings = 0;
        while self.alarm.is_some_and(|at| at <= end) {
            self.ring();
            rings += 1;
            assert!(rings < 10_000, "the alarm rings without end");
        }
        self.sleep(end - self.now.steady);
    }

    /// Time goes by until the alarm rings.
    pub(crate) fn ring(&mut self) -> Effects {
        let at = self.alarm.take().expect("an alarm is set");
        self.sleep(at.saturating_sub(self.now.steady));
        self.input(Input::Woke)
    }

    // What the backend answers

    pub(crate) fn number(&self, which: Ask) -> Option<u32> {
        self.open.iter().find(|open| sort(&open.request) == which).map(|open| open.number)
    }

    pub(crate) fn answer(&mut self, which: Ask, answer: impl Into<Answer>) -> Effects {
        let number = self.number(which).unwrap_or_else(|| panic!("no {which:?} is open; {:?}", self.view().state));
        self.open.retain(|open| open.number != number);
        self.input(Input::Answered { request: number, answer: answer.into() })
    }

    pub(crate) fn read_says(&mut self, answer: impl Into<Answer>) -> Effects {
        self.answer(Ask::Read, answer)
    }

    pub(crate) fn create_says(&mut self, answer: impl Into<Answer>) -> Effects {
        self.answer(Ask::Create, answer)
    }

    pub(crate) fn ask_says(&mut self, answer: impl Into<Answer>) -> Effects {
        self.answer(Ask::Transaction, answer)
    }

    // What there is to see

    pub(crate) fn view(&self) -> View {
        self.flow.view()
    }

    #[track_caller]
    pub(crate) fn shows(&self, state: StateName) -> View {
        let view = self.view();
        assert_eq!(view.state, state, "{view:?}");
        view
    }

    /// Fails for that reason.
    #[track_caller]
    pub(crate) fn shows_failure(&self, code: Code) -> View {
        let view = self.shows(StateName::Failed);
        assert_eq!(view.fault, Some(code));
        view
    }

    pub(crate) fn is_open(&self, which: Ask) -> bool {
        self.number(which).is_some()
    }

    /// The transaction that is being asked for, if one is.
    pub(crate) fn asks_for(&self) -> Option<&str> {
        self.open.iter().find_map(|open| match &open.request {
            Request::Ask { id, .. } => Some(id.as_str()),
            _ => None,
        })
    }

    /// Whether the backend is asked to hold the answer that is on its way.
    pub(crate) fn is_held(&self) -> bool {
        self.open.iter().any(|open| matches!(open.request, Request::Ask { held: true, .. }))
    }

    /// The keys of all creates so far.
    pub(crate) fn keys(&self) -> Vec<String> {
        let key = |(_, request): &'_ (Millis, Request)| match request {
            Request::Create { attempt, .. } => Some(attempt.clone()),
            _ => None,
        };
        self.sent.iter().filter_map(key).collect()
    }

    pub(crate) fn count(&self, which: Ask) -> usize {
        self.sent.iter().filter(|(_, request)| sort(request) == which).count()
    }

    /// The attempt saved for the payment.
    pub(crate) fn attempt(&self) -> Option<Attempt> {
        self.saved.get(PAYMENT).and_then(|line| Attempt::from_line(line))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.replays();
        }
    }
}

/// What a trace says of a view: nothing of what was paid with, of the order, or in sentences.
pub(crate) fn traced(view: View) -> View {
    let word = |text: &str| {
        let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if is_word { text.to_owned() } else { "?".to_owned() }
    };
    let outcome = view.outcome.map(|outcome| Outcome {
        status: Status::from(word(outcome.status.as_str())),
        category: outcome.category.as_deref().map(word),
        sub_category: outcome.sub_category.as_deref().map(word),
        description: None,
    });
    View { outcome, payment_method: None, reference: None, ..view }
}
