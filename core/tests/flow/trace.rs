//! What a run leaves for whoever has to understand it later. That a trace replays to what it was taken of, the world of these tests asserts
//! at the end of every story, a million inputs in whatever order among them.

use crate::world::*;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::returned::{Clean, Returned};
use paymentsos_core::flow::{
    Answer, Attempt, Effect, Fit, Flow, Input, Kept, Lock, Now, Place, Press, Request, Setup, Start, StateName,
};
use paymentsos_core::paymentsos::{Kind, Order, PaymentMethod, PaymentStatus, Status};
use paymentsos_core::trace::{LIMIT, Trace, Unreadable, VERSION, input_line, outcome_line};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A payment by 3-D Secure, as the page tells it that is returned to.
fn returned() -> World {
    let mut world = World::back_from_bank();
    world.sleep(1_500);
    world.ask_says(succeed(FIRST).of(&key(1)));
    world.shows(StateName::Succeeded);
    world
}

fn story(trace: &Trace) -> String {
    let steps = trace.steps().expect("a trace that can be read");
    let begun = steps[0].now.steady;
    let before = std::iter::once(None).chain(steps.iter().map(Some));
    steps.iter().zip(before).flat_map(|(step, before)| step.story(begun, before)).collect::<Vec<_>>().join("\n")
}

fn with_lines(lines: &[&str]) -> Trace {
    Trace { lines: lines.iter().map(|line| (*line).to_owned()).collect(), ..Trace::default() }
}

#[test]
fn it_tells_the_story() {
    let story = story(&returned().trace);
    let wanted = [
        "+0.0 s  the page begins: charge of payment 65de6d2a-0000-4000-8000-00000000000a; 4097 USD in minor units; its address names charge",
        "→ takes the return out of the address",
        "= confirming",
        "+1.5 s  request 1: the transaction aec1c306-0000-4000-8000-000000000001 is Succeed, of attempt",
        "→ tells the page the result",
        "→ forgets attempt 0b8f2f4e-1111-4222-8333-000000000001",
        "= succeeded",
    ];
    let mut rest = story.as_str();
    for part in wanted {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part:?} is not where it should be in\n{story}")).1;
    }
}

#[test]
fn nothing_personal_gets_in() {
    let secret = |text: &str| format!("secret {text}");
    let mut world = World::new(Setup { redirect_hosts: vec!["secret.bank.example".into()], ..shop() });
    world.query = "?secret=query".into();
    world.start();
    let Answer::Payment(mut told) = untouched() else { unreachable!() };
    told.payment.order = Some(Order { id: Some(secret("order")) });
    world.read_says(Answer::Payment(told.clone()));
    world.press_pay();
    world.read_says(Answer::Payment(told));
    let mut at_bank = pending(FIRST).at(Place { length: 99, ..place(BANK, "https", "secret.bank.example") });
    at_bank.transaction.payment_method =
        Some(PaymentMethod { vendor: Some("secret".into()), last_4_digits: Some("secret".into()) });
    at_bank.transaction.result.description = Some(secret("description"));
    at_bank.transaction.reconciliation_id = Some(secret("customer"));
    world.create_says(at_bank.clone().by("secret"));
    // What is no word is none of ours, wherever it stands.
    at_bank.transaction.result.status = Status::Other(secret("status"));
    at_bank.transaction.result.category = Some("https://secret.example/".into());
    at_bank.transaction.result.sub_category = Some("secret@shop.example".into());
    world.check();
    world.ask_says(at_bank);
    assert_eq!(world.went, [BANK]);
    let text = world.trace.lines.join("\n");
    assert!(!text.contains("secret"), "{text}");
    assert!(text.contains('?'), "{text}");
    let is_known = |letter: char| letter.is_ascii_alphanumeric() || "_- =?!\n".contains(letter);
    assert!(text.chars().all(is_known), "{text}");
}

#[test]
fn every_effect_is_told_apart_and_has_words() {
    let (payment_id, attempt, id) = (PAYMENT.to_owned(), key(1), FIRST.to_owned());
    let kind = Kind::Charge;
    let saved = Attempt { id: key(1), kind, at: 0, transaction: None, since: None, doubtful: false, link: false };
    let ask = |held| Request::Ask { payment_id: payment_id.clone(), kind, id: id.clone(), held };
    let authenticate = |collected| Request::Authenticate {
        payment_id: payment_id.clone(),
        kind,
        id: id.clone(),
        attempt: attempt.clone(),
        collected,
    };
    let create = |expected| Request::Create {
        payment_id: payment_id.clone(),
        kind,
        attempt: attempt.clone(),
        method: 1,
        expected,
    };
    let effects = [
        Effect::Send(1, create(money(4097))),
        Effect::Send(1, create(money(4098))),
        Effect::Send(1, ask(false)),
        Effect::Send(1, ask(true)),
        Effect::Send(1, authenticate(false)),
        Effect::Send(1, authenticate(true)),
        Effect::Send(1, Request::Read { payment_id: payment_id.clone() }),
        Effect::Send(2, Request::Read { payment_id: payment_id.clone() }),
        Effect::Abort(1),
        Effect::Wake(1_000),
        Effect::Save(payment_id.clone(), saved),
        Effect::Forget { payment_id: payment_id.clone(), attempt: attempt.clone() },
        Effect::Keep(Kept { payment_id: payment_id.clone(), kind, transaction: id, since: 0 }),
        Effect::Drop,
        Effect::Lock(Lock::Create),
        Effect::Lock(Lock::Wait),
        Effect::Unlock(Lock::Create),
        Effect::Unlock(Lock::Wait),
        Effect::Listen(Some(payment_id.clone())),
        Effect::Listen(None),
        Effect::Announce,
        Effect::CleanAddress(Clean::All),
        Effect::CleanAddress(Clean::Status),
        Effect::Go(1),
        Effect::Open(1),
        Effect::Close,
        Effect::Collect(1),
        Effect::Collected,
        Effect::HandOver,
        Effect::TakeOver,
        Effect::Leave,
        Effect::Tell,
        Effect::Report(Code::UnknownStatus),
        Effect::Report(Code::RequestRefused),
    ];
    let start = &returned().trace.lines[0];
    let (mut lines, mut stories) = (BTreeSet::new(), BTreeSet::new());
    for effect in &effects {
        let line = outcome_line(&Flow::new().view(), std::slice::from_ref(effect));
        let told = story(&with_lines(&[start, &line]));
        assert!(!told.contains("does not know"), "{effect:?}: {told}");
        let words = match effect {
            Effect::Lock(Lock::Create) => "asks for the lock for creating",
            Effect::Lock(Lock::Wait) => "asks for the lock for waiting",
            Effect::Unlock(Lock::Create) => "gives the lock for creating back",
            Effect::Unlock(Lock::Wait) => "gives the lock for waiting back",
            Effect::Listen(None) => "listens to no other tab",
            _ => "",
        };
        assert!(told.contains(words), "{effect:?}: {told}");
        lines.insert(line);
        stories.insert(told);
    }
    assert_eq!((lines.len(), stories.len()), (effects.len(), effects.len()));
}

#[test]
fn a_step_that_comes_out_otherwise_is_named() {
    let world = returned();
    let mut trace = world.trace.clone();
    let last = trace.lines.len() - 1;
    trace.lines[last] = trace.lines[last].replacen("succeeded", "processing", 1);
    let difference = trace.replay().unwrap().difference.expect("a difference");
    assert_eq!((difference.step, difference.now), (trace.lines.len() / 2, world.trace.lines[last].clone()));
    assert!(difference.then.starts_with("= processing"), "{}", difference.then);
}

#[test]
fn a_run_that_was_cut_off_is_repeated_as_far_as_it_went() {
    let mut trace = returned().trace.clone();
    trace.lines.pop();
    let replayed = trace.replay().unwrap();
    assert_eq!((replayed.view.state, replayed.difference), (StateName::Succeeded, None));
    assert!(story(&trace).ends_with("before it could say what came of it"));
}

#[test]
fn what_has_a_gap_is_told_and_not_repeated() {
    let mut world = World::at_shop();
    let mut trace = Trace::default();
    for _ in 0..LIMIT {
        world.input(Input::Woke);
    }
    for line in &world.trace.lines {
        trace.note(line.clone());
    }
    assert_eq!((trace.lines.len(), trace.dropped), (LIMIT, world.trace.lines.len() - LIMIT));
    assert_eq!(trace.replay(), Err(Unreadable::Gap(trace.dropped)));
    assert!(story(&trace).contains("the page begins"));
}

#[test]
fn what_cannot_be_read_is_said_with_its_line() {
    let whole = returned().trace.clone();
    let (start, outcome) = (whole.lines[0].as_str(), whole.lines[1].as_str());
    let wrong = |lines: &[&str]| match with_lines(lines).replay() {
        Err(Unreadable::Line { number, wanted }) => (number, wanted),
        other => panic!("{lines:?}: {other:?}"),
    };
    assert_eq!(wrong(&[""]), (1, "a number"));
    assert_eq!(wrong(&[outcome]), (1, "an input"));
    assert_eq!(wrong(&[start, start]), (2, "what came of the line before"));
    assert_eq!(wrong(&[start, outcome, outcome]), (3, "an input"));
    assert_eq!(wrong(&[start, "= happy -"]), (2, "the name of a state"));
    assert_eq!(wrong(&[start, "= ready - 7"]), (2, "a letter with a number"));
    assert_eq!(wrong(&[start, outcome, "1 18446744073709551615 3 w0"]), (3, "a moment"));
    assert_eq!(wrong(&[start, outcome, "1 2 65536 w0"]), (3, "a random number below 65,536"));
    assert_eq!(wrong(&[start, outcome, "1 2 3 ä0"]), (3, "an input"));
    assert_eq!(wrong(&[start, outcome, "1 2 3 w0 more"]), (3, "the end of the line"));
    assert_eq!(wrong(&[start, outcome, "1 2 3 a1 p0 id 1 USD Pending 18446744073709551615"]), (3, "a number"));
    let newer = Trace { version: VERSION + 1, ..whole.clone() };
    assert_eq!(newer.replay(), Err(Unreadable::Version(VERSION + 1)));
    assert_eq!(Trace::default().replay().unwrap().view.state, StateName::Loading);
}

#[test]
fn it_is_json_of_four_members() {
    let trace = returned().trace.clone();
    let json = serde_json::to_value(&trace).unwrap();
    let mut names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["dropped", "lines", "release", "version"]);
    assert_eq!(serde_json::from_value::<Trace>(json).unwrap(), trace);
}

#[test]
fn hosts_are_judged_and_not_told() {
    let mut world = World::new(Setup { redirect_hosts: vec!["bank.example".into()], ..shop() });
    world.start();
    world.read_says(untouched());
    world.pays();
    world.create_says(pending(FIRST).at(place(BANK, "https", "elsewhere.example")));
    assert!(world.reported.contains(&Code::RedirectionRefused));
    let text = world.trace.lines.join("\n");
    assert!(!text.contains("example"), "{text}");
    assert_eq!(world.trace.replay().unwrap().difference, None);
}

#[test]
fn a_payment_is_told_as_far_as_it_decides_anything() {
    let mut world = World::at_shop();
    world.read_says(stands_at(PaymentStatus::Other("on hold".into())));
    assert!(world.trace.lines.last().is_some_and(|line| line.starts_with("= ready")));
    assert!(world.trace.lines.iter().any(|line| line.contains(" 4097 USD ? 0")), "{:?}", world.trace.lines);
}

/// Any word, or a number of any size.
fn word() -> impl Strategy<Value = String> {
    let near_the_end = (0..100_000u64).prop_map(|less| (u64::MAX - less).to_string());
    prop_oneof!["[a-z0-9=!?-]{0,20}", any::<u64>().prop_map(|number| number.to_string()), near_the_end]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in a trace: it is read, or it is said why not.
    #[test]
    fn whatever_a_line_holds(lines in prop::collection::vec(".{0,80}", 0..4)) {
        let _ = Trace { lines, ..Trace::default() }.replay();
    }

    /// The same where almost everything is right.
    #[test]
    fn whatever_one_word_is(line in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), other in word()) {
        let mut trace = returned().trace.clone();
        let line = line.index(trace.lines.len());
        let mut words: Vec<&str> = trace.lines[line].split(' ').collect();
        let at = at.index(words.len());
        words[at] = &other;
        trace.lines[line] = words.join(" ");
        if let Ok(steps) = trace.steps() {
            prop_assert_eq!(steps.len(), trace.lines.len() / 2);
            story(&trace);
            let _ = trace.replay();
        }
    }
}

#[test]
fn what_cannot_be_read_is_said_in_words() {
    let line = Unreadable::Line { number: 3, wanted: "a time" };
    for (unreadable, words) in
        [(Unreadable::Version(9), "version 9"), (line, "line 3"), (Unreadable::Gap(7), "7 lines")]
    {
        assert!(unreadable.to_string().contains(words), "{unreadable}");
    }
}

/// What an engineer reads of something that happened, five seconds after the page began.
fn in_words(input: &Input) -> String {
    let now = Now { steady: 6_000, wall: MORNING + 5_000, chance: 0 };
    let begun = returned().trace.lines[0].clone();
    let line = input_line(input, now, &[]);
    let outcome = outcome_line(&Flow::new().view(), &[]);
    let trace = with_lines(&[&begun, &outcome, &line, &outcome]);
    let steps = trace.steps().expect("a trace that can be read");
    let story = steps[1].story(1_000, steps.first());
    let [told] = story.as_slice() else { panic!("{story:?}") };
    told.trim_start().strip_prefix("+5.0 s").expect("when it was").trim_start().to_owned()
}

fn begins(change: impl FnOnce(&mut Start)) -> Input {
    let mut start = Start {
        setup: shop(),
        returned: Vec::new(),
        saved: Vec::new(),
        kept: None,
        can_keep: true,
        visible: true,
        online: true,
    };
    change(&mut start);
    Input::Start(Box::new(start))
}

fn attempt() -> Attempt {
    Attempt {
        id: key(1),
        kind: Kind::Charge,
        at: MORNING,
        transaction: None,
        since: None,
        doubtful: false,
        link: false,
    }
}

#[test]
fn a_beginning_is_told_with_all_that_it_depends_on() {
    let page = format!("the page begins: charge of payment {PAYMENT}; 4097 USD in minor units");
    assert_eq!(in_words(&begins(|_| {})), page);
    let nothing = "the page begins, without a payment-id".to_owned();
    assert_eq!(in_words(&begins(|start| start.setup = Setup { money: None, ..return_page() })), nothing);
    let kept = Kept { payment_id: PAYMENT.into(), kind: Kind::Charge, transaction: FIRST.into(), since: MORNING };
    let of = |payment: Option<&str>, transaction: Option<&str>| Returned {
        payment_id: payment.map(str::to_owned),
        transaction: transaction.map(|id| (Kind::Authorization, id.to_owned())),
    };
    let with: [(Input, String); 12] = [
        (
            begins(|start| start.setup.merchant_site = place(1, "http", "shop.example")),
            "merchant-site-url cannot be used".into(),
        ),
        (begins(|start| start.setup.fit = Fit::Look), "a setting is missing or not understood".into()),
        (begins(|start| start.setup.fit = Fit::Nothing), "there is no backend".into()),
        (begins(|start| start.can_keep = false), "nothing can be kept in this browser".into()),
        (begins(|start| start.visible = false), "hidden".into()),
        (begins(|start| start.online = false), "offline".into()),
        (begins(|start| start.kept = Some(kept)), format!("last looked at was charge {FIRST} of payment {PAYMENT}")),
        (
            begins(|start| start.returned = vec![of(Some(PAYMENT), Some(FIRST))]),
            format!("its address names authorization {FIRST} of payment {PAYMENT}"),
        ),
        (
            begins(|start| start.returned = vec![of(None, Some(FIRST)), of(Some(PAYMENT), None)]),
            format!(
                "its address names authorization {FIRST} of payment ?; its address names transaction ? of payment {PAYMENT}"
            ),
        ),
        (
            begins(|start| start.saved = vec![(PAYMENT.into(), attempt())]),
            format!("saved of payment {PAYMENT} is attempt {}", key(1)),
        ),
        (
            begins(|start| {
                let saved = Attempt { transaction: Some(FIRST.into()), doubtful: true, link: true, ..attempt() };
                start.saved = vec![(PAYMENT.into(), saved)];
            }),
            format!("saved of payment {PAYMENT} is attempt {}, charge {FIRST}, in doubt, by link", key(1)),
        ),
        (begins(|start| (start.visible, start.online) = (false, false)), "hidden; offline".into()),
    ];
    for (input, words) in with {
        assert_eq!(in_words(&input), format!("{page}; {words}"));
    }
}

/// A hyphen stands for what is not there; what is called so is there all the same.
#[test]
fn what_is_called_by_a_hyphen_is_not_taken_for_none() {
    let called = |transaction: Option<&str>| {
        let attempt = Attempt { transaction: transaction.map(str::to_owned), ..attempt() };
        let locked = Input::Locked(Lock::Create, Some(attempt));
        let line = input_line(&locked, Now { steady: 1, wall: MORNING, chance: 0 }, &[]);
        let outcome = outcome_line(&Flow::new().view(), &[]);
        let steps = with_lines(&[&line, &outcome]).steps().expect("a trace that can be read");
        let Input::Locked(_, Some(read)) = &steps[0].input else { panic!("{line}") };
        read.transaction.clone()
    };
    assert_eq!(called(None), None);
    assert_eq!(called(Some("-")).as_deref(), Some("?"));
    assert_eq!(called(Some("a-b")).as_deref(), Some("a-b"));
}

#[test]
fn every_input_is_told_in_words() {
    let pay = |window| Input::Pay(Press { id: key(1), method: 1, window });
    let words = [
        (pay(false), format!("Pay is pressed (attempt {})", key(1))),
        (pay(true), format!("Pay is pressed (attempt {}); a window opens", key(1))),
        (Input::Method { number: 1, given: true }, "the page has given the payment method".into()),
        (Input::Method { number: 1, given: false }, "the page gives no payment method".into()),
        (Input::Locked(Lock::Wait, None), "the lock for waiting is there".into()),
        (
            Input::Locked(Lock::Create, Some(attempt())),
            format!("the lock for creating is there; saved is attempt {}", key(1)),
        ),
        (Input::TryAgain, "the shopper presses Try again".into()),
        (Input::Check, "the shopper or the page wants to know now".into()),
        (Input::Reset, "the page wants a new look".into()),
        (Input::Woke, "the time is over".into()),
        (Input::Visible(true), "the page becomes visible".into()),
        (Input::Visible(false), "the page becomes hidden".into()),
        (Input::Online(true), "the browser is online".into()),
        (Input::Online(false), "the browser is offline".into()),
        (Input::Left, "the page is being left".into()),
        (Input::Shown, "the page is shown again".into()),
        (Input::Heard, "another tab says that something has happened".into()),
        (Input::Token, "the page sets a new client-token".into()),
        (Input::WindowClosed, "the window of the bank seems to be closed".into()),
        (Input::HandedOver, "the shopper is back in the window or the frame".into()),
        (Input::TakenOver, "the page that opened this one goes on".into()),
    ];
    for (input, words) in words {
        assert_eq!(in_words(&input), words);
    }
}

#[test]
fn every_answer_is_told_in_words() {
    let charged_back = {
        let mut told = payment(PaymentStatus::Captured, []);
        told.payment.is_chargedback = true;
        Answer::Payment(told)
    };
    let http = place(9, "http", "bank.example");
    let words = [
        (untouched(), "the payment is Initialized, 4097 USD in minor units; nothing was tried".into()),
        (not_expanded(), "the payment is Initialized, 4097 USD in minor units; its transactions are not listed".into()),
        (charged_back, "the payment is Captured, 4097 USD in minor units; charged back; nothing was tried".into()),
        (
            lists([pending(FIRST), failed(SECOND).authorization()]),
            format!(
                "the payment is Pending, 4097 USD in minor units; charge {FIRST} is Pending; authorization {SECOND} is Failed, payment_method_declined"
            ),
        ),
        (
            failed(FIRST).because("payment_method_declined").of(&key(1)).into(),
            format!("the transaction {FIRST} is Failed, payment_method_declined, of attempt {}", key(1)),
        ),
        (pending(FIRST).at_bank().into(), format!("the transaction {FIRST} is Pending, leading to address {BANK}")),
        (
            pending(FIRST).collecting().into(),
            format!("the transaction {FIRST} is Pending, wanting data at address {COLLECTOR}"),
        ),
        (
            pending(FIRST).at(http).into(),
            format!("the transaction {FIRST} is Pending, leading where nobody may be sent"),
        ),
        (pending(FIRST).held().into(), format!("the transaction {FIRST} is Pending, the answer having been held")),
        (refused(409), "refused with 409".into()),
        (refused_for(503, 1_900), "refused with 503, to be tried again in 1.9 s".into()),
        (refused_for(503, 61_900), "refused with 503, to be tried again in 1:01 min".into()),
        (lost(), "no answer, or none that can be read".into()),
        (Answer::NotSent, "it could not be sent".into()),
    ];
    for (answer, words) in words {
        assert_eq!(in_words(&Input::Answered { request: 7, answer }), format!("request 7: {words}"));
    }
}

/// JavaScript counts to 2^53: what is beyond was written by nobody.
#[test]
fn a_moment_that_no_browser_has_cannot_be_read() {
    for (steady, is_read) in [((1 << 53) - 1, true), (1 << 53, false)] {
        let start = returned().trace.lines[0].clone();
        let line = input_line(&Input::Woke, Now { steady, wall: MORNING, chance: 0 }, &[]);
        let outcome = outcome_line(&Flow::new().view(), &[]);
        let steps = with_lines(&[&start, &outcome, &line, &outcome]).steps();
        assert_eq!(steps.is_ok(), is_read, "{steady}: {steps:?}");
    }
}
