//! Whatever happens, in whatever order, as steps: a shopper who presses anything, a network that loses, delays and doubles, a backend
//! without any guard of its own, and one browser. What has to hold is looked at after every step.
//!
//! Who draws the steps is somebody else's business: `properties` does by proptest, and the fuzzer by bytes.

use super::*;
use std::collections::BTreeSet;

const LINKS_END: Millis = MORNING + 20 * MINUTE;

/// What becomes of a request and its answer.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Honest,
    /// The transaction as it was when it was made, for a repeated create.
    AsAtFirst,
    /// Done, but the answer is lost, or is not one.
    LostAfter,
    LostBefore,
    Refused {
        status: u16,
        retry_after: Option<Millis>,
        done: bool,
    },
    /// A reading without its transactions; a status that nobody knows.
    Vague,
    Held,
    NotSent,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Pay,
    /// Pay, the page taking its time over the payment method.
    PaySlowly,
    /// The page gives the payment method of the last press, or will not.
    Method(bool),
    /// Another tab takes a lock as soon as it can, or gives it back.
    Elsewhere(Lock, bool),
    Left,
    /// The shop changes what the payment is about.
    Amount(u64),
    TryAgain,
    Check,
    Reset,
    Visible(bool),
    Online(bool),
    Shown,
    Heard,
    HandedOver,
    TakenOver,
    WindowClosed,
    Token,
    Restart,
    Reload,
    /// Back with a transaction of the payment, or a forged one.
    Return {
        which: usize,
        forged: bool,
    },
    Answer(usize, Reply),
    /// An answer that was given before comes again.
    Again(usize),
    /// A request that was given up reaches the backend nevertheless.
    Late(usize),
    Wait(Millis),
    Sleep(Millis),
    Ring,
    Early,
    ClockJumps(i64),
    /// The bank, or whoever decides.
    Decides(usize, bool),
    Closes,
}

/// What a create will come to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    Succeeds,
    Fails,
    Pends,
    AtBank,
    /// In a frame, if wanted.
    Framed,
    /// At the bank, after the issuer has collected its data.
    Collects,
    AtNowhereSafe,
    ByLink,
}

impl Outcome {
    pub(crate) const ALL: [Outcome; 8] = [
        Outcome::Succeeds,
        Outcome::Fails,
        Outcome::Pends,
        Outcome::AtBank,
        Outcome::Framed,
        Outcome::Collects,
        Outcome::AtNowhereSafe,
        Outcome::ByLink,
    ];
}

#[derive(Debug)]
pub(crate) struct Made {
    id: String,
    key: String,
    kind: Kind,
    status: Status,
    at_first: Status,
    outcome: Outcome,
    authenticated: bool,
}

/// What is known of a key, from answers that the flow waited for.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Creates whose outcome is open.
    open: u32,
    failed: bool,
    succeeded: bool,
}

pub(crate) struct Run {
    pub(crate) world: World,
    outcomes: Vec<Outcome>,
    made: Vec<Made>,
    closed: bool,
    ghosts: Vec<Request>,
    answers: Vec<(u32, Answer)>,
    keys: BTreeMap<String, Known>,
    /// Final statuses that answers to creates and asks have told this page.
    told: BTreeSet<(String, bool)>,
    closed_told: bool,
    refused_told: bool,
    /// What the payment is about, and what the shopper saw at the last press.
    amount: u64,
    saw: Option<Money>,
    /// What the payment was about when it was last read, and whether nothing was sent for the last press yet.
    read: Option<u64>,
    unsent: bool,
    /// Whether the last reading of this page that said anything showed a transaction that stands.
    stands: Option<bool>,
    seen: usize,
}

impl Run {
    pub(crate) fn new(outcomes: Vec<Outcome>, presentation: Presentation, can_store: bool) -> Run {
        let mut world = World::new(Setup { presentation, ..shop() });
        world.can_store = can_store;
        let mut run = Run {
            world,
            outcomes,
            made: Vec::new(),
            closed: false,
            ghosts: Vec::new(),
            answers: Vec::new(),
            keys: BTreeMap::new(),
            told: BTreeSet::new(),
            closed_told: false,
            refused_told: false,
            amount: 4097,
            saw: None,
            read: None,
            unsent: false,
            stands: None,
            seen: 0,
        };
        run.begins(|world| {
            world.reload();
        });
        run
    }

    /// A new page: it knows nothing.
    fn begins(&mut self, how: impl FnOnce(&mut World)) {
        self.ghosts.extend(self.world.open.drain(..).map(|open| open.request));
        self.told.clear();
        (self.closed_told, self.refused_told, self.stands) = (false, false, None);
        how(&mut self.world);
    }

    pub(crate) fn step(&mut self, step: &Step) {
        let open_before = self.world.open.clone();
        self.world.aborted.clear();
        match step {
            Step::Pay => {
                self.press();
                self.world.input(Input::Method { number: self.world.presses, given: true });
            }
            Step::PaySlowly => self.press(),
            Step::Method(given) => {
                self.world.input(Input::Method { number: self.world.presses, given: *given });
            }
            Step::Elsewhere(lock, true) => {
                if !self.world.locks.contains(lock) && !self.world.locked_elsewhere.contains(lock) {
                    self.world.locked_elsewhere.push(*lock);
                }
            }
            Step::Elsewhere(lock, false) => drop(self.world.is_free(*lock)),
            Step::Left => drop(self.world.input(Input::Left)),
            Step::Amount(amount) => self.amount = *amount,
            Step::TryAgain => drop(self.world.try_again()),
            Step::Check => drop(self.world.check()),
            Step::Reset => drop(self.world.input(Input::Reset)),
            Step::Visible(true) => drop(self.world.is_looked_at()),
            Step::Visible(false) => drop(self.world.hides()),
            Step::Online(true) => drop(self.world.goes_online()),
            Step::Online(false) => drop(self.world.goes_offline()),
            Step::Shown => drop(self.world.input(Input::Shown)),
            Step::Heard => drop(self.world.input(Input::Heard)),
            Step::HandedOver => drop(self.world.input(Input::HandedOver)),
            Step::TakenOver => drop(self.world.input(Input::TakenOver)),
            Step::WindowClosed => {
                // Nobody says so of a window that is not there.
                if self.world.window.is_some() {
                    self.world.input(Input::WindowClosed);
                }
            }
            Step::Token => drop(self.world.input(Input::Token)),
            Step::Restart => self.begins(|world| drop(world.start())),
            Step::Reload => self.begins(|world| drop(world.reload())),
            Step::Return { which, forged } => {
                let made = (!self.made.is_empty() && !forged).then(|| &self.made[which % self.made.len()]);
                let (kind, id) = made.map_or((Kind::Charge, FORGED), |made| (made.kind, made.id.as_str()));
                let query = format!("?payment_id={PAYMENT}&{}={id}&status=Succeed", kind.return_parameter());
                self.begins(|world| drop(world.comes_back(&query, "")));
            }
            Step::Answer(which, reply) => {
                if !self.world.open.is_empty() {
                    let open = self.world.open[which % self.world.open.len()].clone();
                    let answer = self.reply(&open.request, reply);
                    self.hear(&open.request, &answer);
                    self.answers.push((open.number, answer.clone()));
                    self.world.open.retain(|one| one.number != open.number);
                    self.world.input(Input::Answered { request: open.number, answer });
                }
            }
            Step::Again(which) => {
                if !self.answers.is_empty() {
                    let (request, answer) = self.answers[which % self.answers.len()].clone();
                    if self.world.open.iter().all(|open| open.number != request) {
                        let before = self.world.view();
                        let mut effects = self.world.input(Input::Answered { request, answer });
                        // The wall clock may have jumped since.
                        effects.retain(|effect| !matches!(effect, Effect::Wake(_)));
                        assert_eq!((effects, self.world.view()), (vec![], before), "a stale answer changes nothing");
                    }
                }
            }
            Step::Late(which) => {
                if !self.ghosts.is_empty() {
                    let request = self.ghosts.swap_remove(which % self.ghosts.len());
                    self.reply(&request, &Reply::Honest);
                }
            }
            Step::Wait(time) => self.world.wait(*time),
            Step::Sleep(time) => self.world.sleep(*time),
            Step::Ring => {
                if self.world.alarm.is_some() {
                    self.world.ring();
                }
            }
            Step::Early => drop(self.world.input(Input::Woke)),
            Step::ClockJumps(by) => self.world.now.wall = self.world.now.wall.saturating_add_signed(*by),
            Step::Decides(which, approved) => {
                if !self.made.is_empty() {
                    let at = which % self.made.len();
                    let made = &mut self.made[at];
                    if made.status == Status::Pending {
                        made.status = if *approved { Status::Succeed } else { Status::Failed };
                    }
                }
            }
            Step::Closes => self.closed = self.made.iter().any(|made| made.status == Status::Succeed),
        }
        for open in open_before {
            if self.world.aborted.contains(&open.number) {
                self.ghosts.push(open.request);
            }
        }
        self.holds();
    }

    fn press(&mut self) {
        let before = self.world.view();
        let press = self.world.press();
        self.world.input(Input::Pay(press));
        if before.state == StateName::Ready && self.world.view().state == StateName::Creating {
            self.saw = before.money;
            self.unsent = true;
        }
    }

    fn says(&self, made: &Made, status: &Status) -> Says {
        let mut says = match status {
            Status::Succeed => succeed(&made.id),
            Status::Failed => failed(&made.id),
            _ => pending(&made.id),
        }
        .of(&made.key);
        says.kind = made.kind;
        match made.outcome {
            Outcome::AtBank => says.at_bank(),
            Outcome::Framed => says.at_bank().framed(),
            Outcome::Collects if made.authenticated => says.at_bank(),
            Outcome::Collects => says.collecting(),
            Outcome::AtNowhereSafe => says.at(place(BANK, "javascript", "")),
            Outcome::ByLink => says.at_bank().by("PBL").expiring(LINKS_END),
            _ => says,
        }
    }

    /// What the backend does: it knows keys, and has no other guard.
    fn carries_out(&mut self, request: &Request) -> usize {
        let Request::Create { kind, attempt, .. } = request else { unreachable!() };
        if let Some(at) = self.made.iter().position(|made| made.key == *attempt) {
            return at;
        }
        let n = self.made.len();
        let outcome = self.outcomes[n % self.outcomes.len()];
        let status = match outcome {
            Outcome::Succeeds => Status::Succeed,
            Outcome::Fails => Status::Failed,
            _ => Status::Pending,
        };
        let id = format!("aec1c306-0000-4000-8000-{:012}", 100 + n);
        let (key, kind, at_first) = (attempt.clone(), *kind, status.clone());
        self.made.push(Made { id, key, kind, status, at_first, outcome, authenticated: false });
        n
    }

    fn authenticates(&mut self, request: &Request) {
        if let Request::Authenticate { id, attempt, .. } = request {
            for made in self.made.iter_mut().filter(|made| made.id == *id) {
                assert_eq!(made.key, *attempt, "it is authenticated by whoever made it");
                made.authenticated = true;
            }
        }
    }

    fn reply(&mut self, request: &Request, reply: &Reply) -> Answer {
        let create = matches!(request, Request::Create { .. });
        match reply {
            Reply::LostBefore => return lost(),
            Reply::LostAfter => {
                if create {
                    self.carries_out(request);
                }
                self.authenticates(request);
                return lost();
            }
            Reply::NotSent if create => return Answer::NotSent,
            Reply::Refused { status, retry_after, done } => {
                let open = matches!(status, 409 | 429 | 500..);
                if create && open && *done {
                    self.carries_out(request);
                }
                return Answer::Refused { status: *status, retry_after: *retry_after };
            }
            _ => {}
        }
        match request {
            Request::Create { expected, attempt, .. }
                if *expected != money(self.amount) && self.made.iter().all(|made| made.key != *attempt) =>
            {
                refused(412)
            }
            Request::Create { .. } => {
                let at = self.carries_out(request);
                let made = &self.made[at];
                let status = if matches!(reply, Reply::AsAtFirst) { &made.at_first } else { &made.status };
                let says = self.says(made, status);
                if matches!(made.outcome, Outcome::ByLink) { says.by("PBL").into() } else { says.into() }
            }
            Request::Read { .. } => {
                let answer = match () {
                    () if self.closed => stands_at(PaymentStatus::Refunded),
                    () if matches!(reply, Reply::Vague) => not_expanded(),
                    () => lists(self.made.iter().map(|made| self.says(made, &made.status))),
                };
                let Answer::Payment(mut told) = answer else { unreachable!() };
                told.payment.amount = self.amount;
                Answer::Payment(told)
            }
            Request::Authenticate { id, .. } => {
                self.authenticates(request);
                let made = self.made.iter().find(|made| made.id == *id).expect("nobody authenticates what is not made");
                self.says(made, &made.status).into()
            }
            Request::Ask { id, .. } => match self.made.iter().find(|made| made.id == *id) {
                Some(_) if matches!(reply, Reply::Vague) => odd(id).into(),
                Some(made) if matches!(reply, Reply::Held) => self.says(made, &made.status).held().into(),
                Some(made) => self.says(made, &made.status).into(),
                None => refused(404),
            },
        }
    }

    /// Notes what an answer that is waited for tells.
    fn hear(&mut self, request: &Request, answer: &Answer) {
        if let (
            Request::Create { .. } | Request::Ask { .. } | Request::Authenticate { .. },
            Answer::Transaction { told, .. },
        ) = (request, answer)
            && told.transaction.result.status.is_final()
        {
            let failed = told.transaction.result.status == Status::Failed;
            self.told.insert((told.id().to_owned(), failed));
            if let Some(key) = &told.transaction.reconciliation_id {
                let known = self.keys.entry(key.clone()).or_default();
                known.failed |= failed;
                known.succeeded |= !failed;
            }
        }
        match (request, answer) {
            (
                Request::Create { attempt, .. },
                Answer::Refused { status: 400..=404 | 412 | 422, .. } | Answer::NotSent,
            ) => {
                self.keys.entry(attempt.clone()).or_default().open -= 1;
                self.refused_told = true;
            }
            (Request::Read { .. }, Answer::Payment(told)) => {
                self.closed_told |= told.payment.status == PaymentStatus::Refunded;
                self.read = Some(told.payment.amount);
                if let Some(listed) = &told.transactions {
                    let live = |status: &Status| *status != Status::Failed;
                    for (_, told) in listed.iter().filter(|(_, told)| !live(&told.transaction.result.status)) {
                        let key = told.transaction.reconciliation_id.clone().expect("whoever made it said so");
                        self.keys.entry(key).or_default().failed = true;
                    }
                    self.stands = Some(listed.iter().any(|(_, told)| live(&told.transaction.result.status)));
                }
            }
            _ => {}
        }
    }

    /// What has to hold after every step.
    fn holds(&mut self) {
        let view = self.world.view();
        for (_, request) in &self.world.sent[self.seen..] {
            let Request::Create { attempt, expected, .. } = request else { continue };
            assert_eq!(Some(expected), self.saw.as_ref(), "not what the shopper saw");
            if std::mem::take(&mut self.unsent) {
                assert_eq!(Some(expected.amount), self.read, "what the shopper saw holds no more");
            }
            for (key, known) in &self.keys {
                let over = known.failed || known.open == 0;
                assert!(key == attempt || over, "{attempt} was begun while {key} is open: {known:?}");
            }
            assert!(
                !self.keys.get(attempt).is_some_and(|known| known.failed),
                "a key that has failed is not used again"
            );
            assert_eq!(self.stands, Some(false), "sent without knowing that nothing stands");
            self.keys.entry(attempt.clone()).or_default().open += 1;
        }
        self.seen = self.world.sent.len();

        let live = self.made.iter().filter(|made| made.status != Status::Failed).count();
        assert!(live <= 1, "paid twice: {:?}", self.made);

        let id = view.transaction_id.clone().unwrap_or_default();
        match (view.state, view.fault) {
            (StateName::Succeeded, _) => assert!(self.told.contains(&(id, false)), "a false success"),
            (StateName::Failed, Some(Code::PaymentRefunded)) => assert!(self.closed_told),
            (StateName::Failed, Some(Code::RequestRefused)) => assert!(self.refused_told),
            (StateName::Failed, _) => assert!(self.told.contains(&(id, true)), "a false failure"),
            (StateName::Unavailable, _) => {
                let sent = self.keys.values().any(|known| known.open > 0 && !known.failed && !known.succeeded);
                assert!(!sent || self.closed, "it says that nothing was sent");
            }
            _ => {}
        }
        assert!(!(view.can_pay && view.can_retry));
        assert!(!view.can_pay || view.state == StateName::Ready);
        assert!(view.place.is_none_or(|place| place == BANK), "the shopper is sent where the issuer collects");
        assert!(view.frame.is_none_or(|place| place == BANK));
        let pays_there = [StateName::Creating, StateName::Redirecting, StateName::Confirming, StateName::Processing];
        assert!(self.world.window.is_none() || pays_there.contains(&view.state), "a window is left open for nothing");
        assert!(self.world.collecting.is_none() || view.state == StateName::Confirming, "it collects for ever");
    }

    /// Nothing happens any more but time and answers; it has to come to rest.
    pub(crate) fn comes_to_rest(&mut self, backend: Backend) {
        let from = self.world.now.steady;
        let (mut minute, mut sent) = (0, self.world.sent.len());
        // A link lasts as long as the backend says, by the wall clock.
        let until = from + 45 * MINUTE + LINKS_END.saturating_sub(self.world.now.wall);
        while self.world.now.steady < until {
            if !self.world.open.is_empty() && !matches!(backend, Backend::Silent) {
                let reply = match backend {
                    Backend::Faulty => Reply::Refused { status: 503, retry_after: None, done: false },
                    _ => Reply::Honest,
                };
                self.step(&Step::Answer(0, reply));
            } else if self.world.alarm.is_some() {
                self.step(&Step::Ring);
            } else {
                break;
            }
            let now = (self.world.now.steady - from) / MINUTE;
            if now > minute {
                (minute, sent) = (now, self.world.sent.len());
            }
            assert!(self.world.sent.len() - sent <= 45, "more requests a minute than anybody needs");
        }
        let view = self.world.view();
        let waits = [StateName::Creating, StateName::Redirecting, StateName::Confirming, StateName::Link];
        assert!(!waits.contains(&view.state), "it waits for ever: {view:?}");
        assert_eq!(self.world.alarm, None, "the alarm rings for ever: {view:?}");
        assert_eq!(self.world.open.len(), 0);
        assert!(!view.checking);
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Backend {
    Silent,
    Faulty,
    Honest,
}
