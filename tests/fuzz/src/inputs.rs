//! The flow, given any inputs in any order: answers that contradict each other, ids that are none, times at the end of time. What still
//! has to hold then is looked at after each, and in the end its trace is read and repeated.
//!
//! `story` gives it what a browser and a backend can come to, and holds it to more.

use crate::tape::Tape;
use crate::trace::tell;
use crate::world::traced;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::returned::Returned;
use paymentsos_core::flow::{
    Answer, Attempt, Effect, Fit, Flow, Input, Kept, Lock, Millis, Money, Now, Place, Presentation, Press, Request,
    Setup, Start, StateName, Told, ToldPayment, View,
};
use paymentsos_core::paymentsos::{
    Kind, Outcome, Payment, PaymentMethod, PaymentStatus, ProviderSpecificData, Status, Transaction,
};
use paymentsos_core::trace::{Trace, input_line, outcome_line};
use std::collections::{BTreeMap, BTreeSet};

const MOST_INPUTS: usize = 200;

/// The last moment that a browser can have, and a trace can hold.
const LAST_MOMENT: Millis = (1 << 53) - 1;

const PAYMENTS: [&str; 4] = [
    "65de6d2a-0000-4000-8000-00000000000a",
    "65de6d2a-0000-4000-8000-00000000000b",
    "65DE6D2A-0000-4000-8000-00000000000A",
    "an-odd_payment",
];
/// Of all ids, one is no word: two would look the same in a trace.
const TRANSACTIONS: [&str; 5] = [
    "aec1c306-0000-4000-8000-000000000001",
    "aec1c306-0000-4000-8000-000000000002",
    "aec1c306-0000-4000-8000-000000000003",
    "-",
    "",
];
const KEYS: [&str; 3] = [
    "0b8f2f4e-1111-4222-8333-000000000001",
    "0b8f2f4e-1111-4222-8333-000000000002",
    "0b8f2f4e-1111-4222-8333-000000000003",
];
const CURRENCIES: [&str; 4] = ["USD", "EUR", "", "ä€"];
const HOSTS: [&str; 3] = ["bank.example", "other.example", "localhost"];

/// Takes the bytes, and panics where something does not hold.
pub fn run(bytes: &[u8]) {
    let mut tape = Tape::of(bytes);
    let mut page = Page::default();
    let start = start(&mut tape);
    page.takes(Input::Start(Box::new(start)));
    for _ in 0..MOST_INPUTS {
        if tape.is_over() {
            break;
        }
        page.time_goes_by(&mut tape);
        let input = page.input(&mut tape);
        page.takes(input);
    }
    page.replays();
}

/// A page that believes whatever comes, and what is known of it.
#[derive(Default)]
struct Page {
    flow: Flow,
    now: Now,
    hosts: Vec<String>,
    trace: Trace,
    /// Requests that are waited for.
    open: BTreeMap<u32, Request>,
    latest: u32,
    alarm: Option<Millis>,
    locks: BTreeSet<usize>,
    presses: u32,
    has_window: bool,
    /// Put aside by the browser: what waits then is asked for anew once the page is shown again.
    is_left: bool,
    collects: bool,
    saved: BTreeMap<String, Attempt>,
    /// What the shopper saw at the last press that did something.
    saw: Option<Money>,
    /// Final statuses that answers about that very transaction have told.
    told: BTreeSet<(String, bool)>,
    is_closed: bool,
    is_refused: bool,
    /// Places that a shopper may be sent to.
    allowed: BTreeSet<u32>,
}

impl Page {
    fn time_goes_by(&mut self, tape: &mut Tape<'_>) {
        let by = match tape.below(8) {
            0..=2 => 0,
            3 => tape.number(1) * 100,
            4 => tape.number(2) * 100,
            5 => self.alarm.map_or(0, |at| at.saturating_sub(self.now.steady)),
            6 => {
                self.now.wall = tape.number(8) % (LAST_MOMENT + 1);
                0
            }
            _ => tape.number(4),
        };
        self.now.steady = self.now.steady.saturating_add(by).min(LAST_MOMENT);
        self.now.wall = self.now.wall.saturating_add(by).min(LAST_MOMENT);
        self.now.chance = u16::from(tape.byte()) * 257;
    }

    fn input(&mut self, tape: &mut Tape<'_>) -> Input {
        match tape.below(24) {
            0..=6 => {
                // One that is waited for, mostly, so that it gets anywhere.
                let open: Vec<u32> = self.open.keys().copied().collect();
                let request = match tape.below(8) {
                    7 => u32::try_from(tape.number(1)).unwrap_or_default(),
                    which => open.get(which % open.len().max(1)).copied().unwrap_or_default(),
                };
                let answer = self.answer(request, tape);
                Input::Answered { request, answer }
            }
            7 | 8 => {
                self.presses += 1;
                let window = tape.below(4) == 3 && self.flow.view().can_pay && !self.has_window;
                Input::Pay(Press { id: tape.pick(&KEYS).to_owned(), method: self.presses, window })
            }
            9 | 10 => Input::Method { number: self.presses, given: !tape.flag() },
            11 | 12 => {
                let saved = tape.flag().then(|| attempt(tape));
                match tape.flag() {
                    false => Input::Locked(Lock::Create, saved),
                    true => Input::Locked(Lock::Wait, None),
                }
            }
            13 => Input::Woke,
            14 => Input::TryAgain,
            15 => Input::Check,
            16 => Input::Reset,
            17 => Input::Visible(tape.flag()),
            18 => Input::Online(tape.flag()),
            19 => tape.pick(&[Input::Left, Input::Shown]),
            20 => tape.pick(&[Input::Heard, Input::Token, Input::HandedOver, Input::TakenOver]),
            21 if self.has_window => Input::WindowClosed,
            21 => Input::Heard,
            22 => Input::Woke,
            _ => Input::Start(Box::new(start(tape))),
        }
    }

    /// An answer to that request, or to any other.
    fn answer(&self, request: u32, tape: &mut Tape<'_>) -> Answer {
        let asked = self.open.get(&request);
        match (tape.below(8), asked) {
            (0 | 1, Some(Request::Read { payment_id })) => Answer::Payment(payment(payment_id, tape)),
            (0 | 1, Some(Request::Ask { id, .. } | Request::Authenticate { id, .. })) => transaction(Some(id), tape),
            (0 | 1, Some(Request::Create { attempt, .. })) => {
                let mut answer = transaction(None, tape);
                if let Answer::Transaction { told, .. } = &mut answer {
                    told.transaction.reconciliation_id = Some(attempt.clone());
                }
                answer
            }
            (2, _) => Answer::Payment(payment(tape.pick(&PAYMENTS), tape)),
            (3, _) => transaction(None, tape),
            (4, _) => Answer::Refused {
                status: tape.pick(&[0, 400, 401, 404, 409, 412, 422, 429, 500, 503, u16::MAX]),
                retry_after: optional_time(tape),
            },
            (5, _) => Answer::NotSent,
            _ => Answer::Lost,
        }
    }

    fn takes(&mut self, input: Input) {
        let before = self.flow.view();
        if let Input::Start(start) = &input {
            self.begins(&start.setup);
        }
        self.hears(&input);
        let pressed = matches!(input, Input::Pay(_));
        if let Input::Pay(Press { window: true, .. }) = input {
            self.has_window = true;
        }
        if matches!(input, Input::Woke) {
            self.alarm = None;
        }
        self.is_left |= matches!(input, Input::Left);
        self.trace.lines.push(input_line(&input, self.now, &self.hosts));
        let effects = self.flow.handle(input, self.now);
        let view = self.flow.view();
        self.trace.lines.push(outcome_line(&view, &effects));
        if pressed && before.state == StateName::Ready && view.state == StateName::Creating {
            self.saw = before.money;
        }
        for effect in effects {
            self.carries_out(effect);
        }
        self.holds(&view);
    }

    /// What the driver lets go of where the page begins anew, but for the locks, which the flow gives back.
    fn begins(&mut self, setup: &Setup) {
        self.hosts.clone_from(&setup.redirect_hosts);
        self.alarm = None;
        (self.has_window, self.collects, self.is_left) = (false, false, false);
        self.told.clear();
        (self.is_closed, self.is_refused) = (false, false);
        self.allowed.clear();
        self.saw = None;
    }

    /// What an answer that is waited for tells.
    fn hears(&mut self, input: &Input) {
        let Input::Answered { request, answer } = input else { return };
        let Some(request) = self.open.remove(request) else { return };
        let places = match answer {
            Answer::Transaction { told, .. } => told.place.iter().collect(),
            Answer::Payment(told) => {
                told.transactions.iter().flatten().filter_map(|(_, told)| told.place.as_ref()).collect()
            }
            _ => Vec::new(),
        };
        let hosts = &self.hosts;
        self.allowed.extend(places.into_iter().filter(|place| place.is_allowed(hosts)).map(|place| place.number));
        match (&request, answer) {
            (Request::Create { .. }, Answer::Transaction { told, .. }) => self.is_told(told),
            (Request::Ask { id, .. } | Request::Authenticate { id, .. }, Answer::Transaction { told, .. })
                if id == told.id() =>
            {
                self.is_told(told);
            }
            (Request::Read { payment_id }, Answer::Payment(told)) if *payment_id == told.payment.id => {
                let closed = matches!(told.payment.status, PaymentStatus::Refunded | PaymentStatus::Voided);
                self.is_closed |= closed || told.payment.is_chargedback;
            }
            (Request::Create { .. }, Answer::Refused { status: 400..=499, .. }) => self.is_refused = true,
            _ => {}
        }
    }

    fn is_told(&mut self, told: &Told) {
        if told.transaction.result.status.is_final() {
            let has_failed = told.transaction.result.status == Status::Failed;
            self.told.insert((told.id().to_owned(), has_failed));
        }
    }

    fn carries_out(&mut self, effect: Effect) {
        match effect {
            Effect::Send(number, request) => {
                assert!(number > self.latest, "request {number} after {}", self.latest);
                self.latest = number;
                let is_same = |other: &Request| std::mem::discriminant(other) == std::mem::discriminant(&request);
                assert!(!self.open.values().any(is_same), "two requests of a kind at once: {request:?}");
                if let Request::Create { payment_id, attempt, expected, .. } = &request {
                    // Rule 1: what is repeated after a reload has to be known then.
                    let saved = self.saved.get(payment_id).map(|saved| &saved.id);
                    assert_eq!(saved, Some(attempt), "saved before it is sent");
                    // Rule 8.
                    assert_eq!(Some(expected), self.saw.as_ref(), "not what the shopper saw");
                }
                self.open.insert(number, request);
            }
            Effect::Abort(number) => assert!(self.open.remove(&number).is_some(), "{number} is not waited for"),
            Effect::Wake(after) => self.alarm = Some(self.now.steady.saturating_add(after)),
            Effect::Save(payment_id, attempt) => drop(self.saved.insert(payment_id, attempt)),
            Effect::Forget { payment_id, attempt }
                if self.saved.get(&payment_id).is_some_and(|saved| saved.id == attempt) =>
            {
                self.saved.remove(&payment_id);
            }
            Effect::Lock(lock) => assert!(self.locks.insert(lock as usize), "asked for twice: {lock:?}"),
            Effect::Unlock(lock) => assert!(self.locks.remove(&(lock as usize)), "not asked for: {lock:?}"),
            // Rule 4.
            Effect::Go(place) => assert!(self.allowed.contains(&place), "gone where nobody may be sent"),
            Effect::Open(place) => assert!(self.has_window && self.allowed.contains(&place)),
            Effect::Collect(place) => {
                assert!(!self.collects && self.allowed.contains(&place));
                self.collects = true;
            }
            Effect::Listen(Some(_)) => self.is_left = false,
            Effect::Close => assert!(std::mem::take(&mut self.has_window), "there is a window to close"),
            Effect::Collected => assert!(std::mem::take(&mut self.collects), "something was collected"),
            _ => {}
        }
    }

    fn holds(&self, view: &View) {
        let id = view.transaction_id.clone().unwrap_or_default();
        // Rule 2.
        match (view.state, view.fault) {
            (StateName::Succeeded, _) => assert!(self.told.contains(&(id, false)), "a false success"),
            (StateName::Failed, Some(Code::PaymentRefunded | Code::PaymentCancelled)) => assert!(self.is_closed),
            (StateName::Failed, Some(Code::RequestRefused)) => assert!(self.is_refused),
            (StateName::Failed, _) => assert!(self.told.contains(&(id, true)), "a false failure"),
            _ => {}
        }
        // Rule 4.
        assert!(view.place.iter().chain(&view.frame).all(|place| self.allowed.contains(place)));
        // Rule 5: whatever waits is woken.
        let waits = matches!(
            view.state,
            StateName::Creating | StateName::Redirecting | StateName::Confirming | StateName::Link
        );
        assert!(!waits || self.is_left || self.alarm.is_some(), "it waits for ever: {view:?}");
        assert!(self.open.is_empty() || self.alarm.is_some(), "an answer is waited for for ever");
        assert!(!(view.can_pay && view.can_retry));
        assert!(!view.can_pay || view.state == StateName::Ready && view.money.is_some());
    }

    /// What was written of it is read as what was written, and repeated to the same end.
    fn replays(&self) {
        let steps = self.trace.steps().expect("a trace that can be read");
        for (step, line) in steps.iter().zip(self.trace.lines.iter().step_by(2)) {
            assert_eq!(&input_line(&step.input, step.now, &[]), line);
        }
        let replayed = self.trace.replay().expect("a trace that can be repeated");
        assert_eq!(replayed.difference, None);
        let mut view = traced(self.flow.view());
        view.money = view
            .money
            .map(|money| Money {
                currency: if money.currency == "ä€" { "?".into() } else { money.currency }, ..money
            });
        view.transaction_id = view.transaction_id.map(|id| if id == "-" { "?".into() } else { id });
        assert_eq!(traced(replayed.view), view);
    }
}

/// What has led there, for whoever looks at a finding.
impl Drop for Page {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tell(&self.trace);
        }
    }
}

/// Any time, those that are near something among them.
fn time(tape: &mut Tape<'_>) -> Millis {
    match tape.below(4) {
        0 => tape.number(1) * 1_000,
        1 => tape.number(2) * 1_000,
        2 => tape.number(8),
        _ => Millis::MAX - tape.number(1),
    }
}

fn optional_time(tape: &mut Tape<'_>) -> Option<Millis> {
    tape.flag().then(|| time(tape))
}

fn money(tape: &mut Tape<'_>) -> Money {
    Money { amount: tape.pick(&[4097, 5000, 0, u64::MAX]), currency: tape.pick(&CURRENCIES).to_owned() }
}

fn start(tape: &mut Tape<'_>) -> Start {
    let setup = Setup {
        payment_id: (tape.below(4) != 3).then(|| tape.pick(&PAYMENTS).to_owned()),
        kind: tape.pick(&Kind::ALL),
        money: tape.flag().then(|| money(tape)),
        presentation: tape.pick(&[
            Presentation::Auto,
            Presentation::Page,
            Presentation::Popup,
            Presentation::Iframe,
            Presentation::Link,
        ]),
        redirect_hosts: if tape.flag() { vec![tape.pick(&HOSTS).to_owned()] } else { Vec::new() },
        merchant_site: if tape.below(8) == 7 { place(tape) } else { whole_place(0) },
        deadline: if tape.flag() { time(tape) } else { 15 * 60_000 },
        fit: tape.pick(&[Fit::Pay, Fit::Pay, Fit::Pay, Fit::Look, Fit::Nothing]),
    };
    let returned = (0..tape.below(3)).map(|_| Returned {
        payment_id: tape.flag().then(|| tape.pick(&PAYMENTS[..3]).to_owned()),
        transaction: tape.flag().then(|| (tape.pick(&Kind::ALL), tape.pick(&TRANSACTIONS[..3]).to_owned())),
    });
    let returned = returned.collect();
    let saved = (0..tape.below(3)).map(|_| (tape.pick(&PAYMENTS).to_owned(), attempt(tape))).collect();
    let kept = tape.flag().then(|| Kept {
        payment_id: tape.pick(&PAYMENTS).to_owned(),
        kind: tape.pick(&Kind::ALL),
        transaction: tape.pick(&TRANSACTIONS[..4]).to_owned(),
        since: time(tape),
    });
    Start { setup, returned, saved, kept, can_keep: tape.flag(), visible: !tape.flag(), online: !tape.flag() }
}

fn attempt(tape: &mut Tape<'_>) -> Attempt {
    Attempt {
        id: tape.pick(&KEYS).to_owned(),
        kind: tape.pick(&Kind::ALL),
        at: time(tape),
        transaction: tape.flag().then(|| tape.pick(&TRANSACTIONS[..3]).to_owned()),
        since: optional_time(tape),
        doubtful: tape.flag(),
        link: tape.flag(),
    }
}

/// An address; what is known of it goes with its number, as it does in a browser.
fn place(tape: &mut Tape<'_>) -> Place {
    whole_place(u32::from(tape.byte() % 12))
}

fn whole_place(number: u32) -> Place {
    let schemes = ["https", "https", "http", "javascript"];
    let host = HOSTS[usize::try_from(number).unwrap_or_default() % HOSTS.len()];
    let scheme = schemes[usize::try_from(number).unwrap_or_default() % schemes.len()];
    Place { number, scheme: scheme.to_owned(), host: host.to_owned(), has_credentials: number == 9, length: 60 }
}

fn told(id: Option<&str>, tape: &mut Tape<'_>) -> Told {
    let what = tape.byte();
    let word = |tape: &mut Tape<'_>| {
        let words = ["payment_method_declined", "provider_error", "", "no word"];
        Some(tape.pick(&words).to_owned()).filter(|word| !word.is_empty())
    };
    let transaction = Transaction {
        id: id.map_or_else(|| tape.pick(&TRANSACTIONS).to_owned(), str::to_owned),
        result: Outcome {
            status: tape.pick(&[
                Status::Pending,
                Status::Succeed,
                Status::Failed,
                Status::Other("Reviewing".to_owned()),
                Status::Other("no word".to_owned()),
            ]),
            category: word(tape),
            sub_category: word(tape),
            description: None,
        },
        redirection: None,
        reconciliation_id: (what & 1 != 0).then(|| tape.pick(&KEYS).to_owned()),
        amount: (what & 2 != 0).then(|| tape.pick(&[4097, u64::MAX])),
        currency: (what & 4 != 0).then(|| tape.pick(&CURRENCIES).to_owned()).filter(|currency| !currency.is_empty()),
        payment_method: (what & 8 != 0)
            .then(|| PaymentMethod { vendor: Some(tape.pick(&["PBL", "VISA"]).to_owned()), last_4_digits: None }),
        provider_specific_data: (what & 16 != 0).then_some(ProviderSpecificData { iframe_allowed: true }),
        expires_at: (what & 32 != 0).then(|| time(tape)),
    };
    let place = (what & 64 != 0).then(|| place(tape));
    Told { transaction, collects: what & 128 != 0 && place.is_some(), place }
}

fn transaction(id: Option<&str>, tape: &mut Tape<'_>) -> Answer {
    let told = told(id, tape);
    let vendor = tape.flag().then(|| tape.pick(&["PBL", "VISA"]).to_owned());
    Answer::Transaction { told, vendor, held: tape.flag() }
}

fn payment(id: &str, tape: &mut Tape<'_>) -> ToldPayment {
    let Money { amount, currency } = money(tape);
    let payment = Payment {
        id: id.to_owned(),
        amount,
        currency,
        status: tape.pick(&[
            PaymentStatus::Initialized,
            PaymentStatus::Initialized,
            PaymentStatus::Pending,
            PaymentStatus::Captured,
            PaymentStatus::Refunded,
            PaymentStatus::Voided,
            PaymentStatus::Other("no word".to_owned()),
        ]),
        is_chargedback: tape.below(8) == 7,
        order: None,
        related_resources: None,
    };
    let listed = match tape.below(4) {
        0 => Some(0),
        3 => None,
        count => Some(count),
    };
    let transactions = listed.map(|count| (0..count).map(|_| (tape.pick(&Kind::ALL), told(None, tape))).collect());
    ToldPayment { payment, transactions }
}
