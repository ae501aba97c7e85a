//! The payment as a pure state machine. Who understands this module understands the product.
//!
//! **One way in, one way out:** [`Flow::handle`] takes what happened and says what to do; [`Flow::view`] says what to show. There is no
//! clock, no randomness, no network and no browser in here, so a run is repeated by repeating its inputs.
//!
//! 1. Tell the flow what happened: `flow.handle(input, now)`.
//! 2. Carry out the effects it gives back, in their order.
//! 3. Show `flow.view()`.
//!
//! Every request has a number and is answered under it. An answer that nobody waits for, one that comes twice, a timer that fires
//! early: none of them changes anything.
//!
//! # Two questions
//!
//! The flow only ever asks the backend two things. *Reading* the payment tells which transactions stand for it, whoever made them;
//! that decides what the shopper may do (`look`). *Asking* for one transaction, by its very id, tells how it ended; only that
//! answer, or the answer to the create, makes `succeeded` or `failed` (`confirm`). The address bar, storage and other tabs only say what
//! to ask for.
//!
//! # The rules, and the tests that hold them
//!
//! | rule | tests (`core/tests/flow/`, and `core/tests/codes.rs`) |
//! |---|---|
//! | 1. One payment, never two | `never_two`, `tabs`, `properties::one_key_until_a_known_failure` |
//! | 2. No false result | `never_false`, `properties::a_result_is_what_the_backend_said`, `codes` |
//! | 3. From anywhere, but only to look | `returns`, `returned` |
//! | 4. Only where it is safe to go | `place::tests`, `redirection::an_address_that_is_not_safe_is_not_gone_to` |
//! | 5. Every wait ends | `waits`, `link`, `properties::every_wait_ends` |
//! | 6. No dead end | `no_dead_end`, `redirection::coming_back_without_paying_shows_a_way_on` |
//! | 7. Nothing leaks | the types: no address and no payment method can get in; `returns::nothing_of_the_address_is_kept`, `trace::nothing_personal_gets_in` |
//! | 8. What the shopper saw is what is charged | `amount`, `properties::a_million_inputs` |
//! | 10. Two versions meet | `attempt::tests`, `returns::what_another_release_has_saved_is_ignored` |
//!
//! That a payment simply works is told in `card`, `redirection`, `ways`, `link` and `collect`; that what is stale
//! or doubled changes nothing, in `stale`.

mod alarm;
mod attempt;
mod collect;
mod confirm;
mod effect;
mod hints;
mod input;
mod look;
mod pay;
mod place;
mod reading;
pub mod returned;
mod rules;
pub mod schedule;
mod start;
mod tabs;
mod view;
mod ways;

pub use attempt::{ATTEMPT_LIFE, Attempt, Kept};
pub use effect::{Effect, Effects, Request};
pub use input::{Answer, Fit, Input, Now, Presentation, Press, Setup, Start, Told, ToldPayment};
pub(crate) use pay::PAY_BY_LINK;
pub use place::{LONGEST_ADDRESS, Place};
#[cfg(rules_can_be_off)]
pub use rules::switch_off;
pub use tabs::Lock;
pub use view::{StateName, View};
pub use ways::{WATCHDOG, Way};

use crate::codes::Code;
use crate::paymentsos::{Kind, Status};
use reading::Reading;
use tabs::Hold;
use ways::Window;

/// Milliseconds.
pub type Millis = u64;

/// An amount in minor units of a currency (ISO 4217).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// In minor units.
    pub amount: u64,
    /// The currency's code.
    pub currency: String,
}

/// How long a create may take, and how long its outcome is looked for, in milliseconds.
pub const CREATE_LIMIT: Millis = 60_000;
/// How long a read may take, in milliseconds.
pub const READ_LIMIT: Millis = 10_000;
/// How long a held wait may take, in milliseconds.
pub const HELD_LIMIT: Millis = 35_000;
/// How long the payment is tried to be read before the backend counts as unavailable, in milliseconds.
pub const LOOK_LIMIT: Millis = 60_000;
/// How long the page may take to give the payment method, in milliseconds: a wallet's sheet is open meanwhile.
pub const METHOD_LIMIT: Millis = 300_000;
/// How long another tab's payment is waited for, in milliseconds.
pub const LOCK_LIMIT: Millis = 10_000;
/// How long the issuer's data collection may take, in milliseconds (EMV 3DS: the 3DS Method).
pub const COLLECT_LIMIT: Millis = 10_000;
/// After how long the shopper is told that another tab is paying, in milliseconds.
pub const LOCK_NOTICE: Millis = 1_000;

/// One checkout: a payment on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flow {
    /// None before the start.
    setup: Option<Setup>,
    payment_id: Option<String>,
    /// Pay and try again exist: the page names the payment, or the attempt was saved in this browser.
    own: bool,
    state: State,
    attempt: Option<Attempt>,
    /// The transaction that is asked for.
    watched: Option<Watched>,
    /// What the payment said when it was last read.
    reading: Option<Reading>,
    /// When a read was last answered, maybe not with a payment.
    looked_at: Option<Millis>,
    /// What the shopper sees.
    shown: Option<Money>,
    create: Option<InFlight>,
    authentication: Option<InFlight>,
    read: Option<InFlight>,
    ask: Option<InFlight>,
    /// When to read the payment again.
    next_read: Option<Millis>,
    /// When the reading that is being tried began.
    looking_since: Millis,
    requests: u32,
    /// The issuer's data collection is under way.
    collecting: bool,
    /// Whether it was completed, once it is over.
    collected: Option<bool>,
    window: Window,
    create_lock: Hold,
    wait_lock: Hold,
    hidden: bool,
    offline: bool,
    /// The page has been left, and may come back.
    left: bool,
    /// Another tab has said that there is something to see.
    prompted: bool,
    can_keep: bool,
    /// What the page was told last.
    told: Option<(String, Option<Status>)>,
    reported: Vec<Code>,
    alarm: Option<Millis>,
    effects: Effects,
}

/// A request that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct InFlight {
    request: u32,
    sent: Millis,
    limit: Millis,
    held: bool,
}

/// The transaction that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Watched {
    kind: Kind,
    id: String,
    /// As last told by an answer to a create, or to a GET of this very id.
    told: Option<Told>,
    /// Where the shopper can go on, if they may be sent there.
    place: Option<u32>,
    /// Where the issuer collects data, before anything else can come of it.
    collects: Option<u32>,
    /// There is a place, where they must not be sent.
    refused: bool,
    /// The backend has gone on after that, or will not.
    authenticated: bool,
    /// Whether the shopper has come back from there.
    returned: bool,
    /// When asking began: pauses grow from here.
    begun: Millis,
    next: Option<Millis>,
    /// The backend asked to be left alone until then.
    not_before: Millis,
    /// How it stands was told since the browser, the page or a tab last hinted at something new, or is no news.
    is_fresh: bool,
    /// The backend does not hold its answers.
    is_instant: bool,
    deadline: Deadline,
    /// The deadline is over, and the answer on its way is the last that is waited for.
    last_check: bool,
    /// How many held waits have broken.
    broken: u8,
}

/// When asking ends, by steady time and by the wall clock: whichever comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Deadline {
    steady: Millis,
    wall: Millis,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
enum State {
    #[default]
    Loading,
    Ready {
        amount_changed: bool,
        fault: Option<Code>,
    },
    Creating(Creating),
    Redirecting {
        way: Way,
        /// Where to, whatever later answers say: what a frame shows must not change under the shopper's fingers.
        place: u32,
        /// When the page should have gone; none once a link is shown.
        watchdog: Option<Millis>,
    },
    /// The issuer's data collection is under way.
    Collecting {
        /// How long that is waited for.
        limit: Millis,
    },
    Link,
    Confirming {
        /// The shopper is waiting here to be taken to their bank, once it is certain that they still have to go.
        leave: bool,
    },
    Succeeded,
    Failed(Code),
    Processing(Option<Code>),
    Unavailable(Code),
}

/// A payment being started.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Creating {
    /// None after a reload: the payment method is gone, so that nothing can be sent again from here.
    press: Option<Press>,
    /// The amount that the shopper saw when pressing; none after a reload.
    saw: Option<Money>,
    step: Step,
    /// Whether a POST was sent.
    posted: bool,
    /// The backend has refused it. A browser may have sent it twice by itself, so the payment is looked at before that is believed.
    refused: bool,
    /// Another tab is paying, and the shopper is told so.
    elsewhere: bool,
    /// When it all has to be over.
    limit: Millis,
    /// When to send it again; before, when to look at what another tab does.
    next: Option<Millis>,
    /// The backend asked to be left alone until then.
    not_before: Millis,
    /// The limit is over, and the reading on its way is the last that is waited for.
    last_check: bool,
}

/// What a payment being started waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// The page gives the payment method.
    Method,
    /// Other tabs are done.
    Lock,
    /// The backend answers.
    Go,
}

impl Flow {
    /// A flow that waits for [`Input::Start`].
    pub fn new() -> Flow {
        Flow::default()
    }

    /// Takes what happened, and says what to do about it. Before [`Input::Start`], and for what does not fit the state, nothing is done.
    pub fn handle(&mut self, input: Input, now: Now) -> Effects {
        match input {
            Input::Start(start) => self.start(*start, now),
            input => self.go_on(input, now),
        }
        self.settle_window();
        self.settle_collecting();
        self.settle_locks();
        self.set_alarm(now);
        std::mem::take(&mut self.effects)
    }

    /// All but the start. A browser gets this with what it loads second: until then nothing happens.
    #[inline(never)]
    fn go_on(&mut self, input: Input, now: Now) {
        if self.setup.is_none() {
            return;
        }
        // Where somebody presses something, nothing is put aside, whatever the browser has said of it.
        if self.left && matches!(input, Input::TryAgain | Input::Check | Input::Reset) {
            self.shown_again(now);
        }
        match input {
            Input::Start(_) => {}
            Input::Pay(press) => self.pay(press, now),
            Input::Method { number, given } => self.method(number, given, now),
            Input::Locked(lock, saved) => self.locked(lock, saved, now),
            Input::TryAgain => self.try_again(now),
            Input::Check => self.check(now),
            Input::Reset => self.reset(now),
            Input::Answered { request, answer } => self.answered(request, answer, now),
            Input::Woke => self.woke(now),
            Input::Visible(visible) => self.visible(visible, now),
            Input::Online(online) => self.online(online, now),
            Input::Left => self.leaves(),
            Input::Shown => self.shown_again(now),
            Input::Heard => self.heard(now),
            Input::Token => self.token(now),
            Input::WindowClosed => self.window_closed(now),
            Input::HandedOver => self.handed_over(now),
            Input::TakenOver => self.effect(Effect::Leave),
        }
    }

    fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Tells the page of something wrong, once.
    fn report(&mut self, code: Code) {
        if !self.reported.contains(&code) {
            self.reported.push(code);
            self.effect(Effect::Report(code));
        }
    }

    fn send(&mut self, request: Request, limit: Millis, now: Now) -> InFlight {
        self.requests = self.requests.wrapping_add(1);
        let held = matches!(request, Request::Ask { held: true, .. });
        self.effect(Effect::Send(self.requests, request));
        InFlight { request: self.requests, sent: now.steady, limit: now.steady + limit, held }
    }

    fn abort(&mut self, in_flight: Option<InFlight>) {
        if let Some(InFlight { request, .. }) = in_flight {
            self.effect(Effect::Abort(request));
        }
    }

    fn abort_ask(&mut self) {
        let ask = self.ask.take();
        self.abort(ask);
    }

    fn abort_read(&mut self) {
        self.next_read = None;
        let read = self.read.take();
        self.abort(read);
    }

    fn abort_all(&mut self) {
        self.abort_ask();
        self.abort_read();
        let create = self.create.take();
        self.abort(create);
        let authentication = self.authentication.take();
        self.abort(authentication);
    }

    fn answered(&mut self, request: u32, answer: Answer, now: Now) {
        let is = |in_flight: &mut Option<InFlight>| in_flight.take_if(|in_flight| in_flight.request == request);
        if is(&mut self.create).is_some() {
            self.created(answer, now);
        } else if is(&mut self.read).is_some() {
            self.have_read(answer, now);
        } else if is(&mut self.authentication).is_some() {
            self.authenticated(answer, now);
        } else if let Some(ask) = is(&mut self.ask) {
            self.asked(ask, answer, now);
        }
    }

    /// Pauses are longer while nobody looks, nothing can be reached, or another tab asks.
    fn pace(&self, pause: Millis) -> Millis {
        // Another tab waits, and will tell.
        let waits = self.wait_lock == Hold::Asked;
        if self.hidden || self.offline || waits { schedule::idle(pause) } else { pause }
    }
}
