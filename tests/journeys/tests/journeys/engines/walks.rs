//! Random walks: somebody presses anything and goes anywhere, while the network, the backend and PaymentsOS come and go. At the end
//! everything is well again, and then no payment was made twice, and the page says what PaymentsOS knows.
//!
//! `JOURNEYS_WALKS` says how many, `JOURNEYS_SEED` which; each says its seed, with which it can be made again.

use futures_util::FutureExt;
use journeys::{Browser, Chance, Engine, Move, Outcome, World};
use serde_json::json;
use std::any::Any;
use std::env;
use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

in_every_engine! {
    random_walks,
}

const KINDS: [&str; 2] = ["charge", "authorization"];
const METHODS: [&str; 9] = [
    "card",
    "card-declined",
    "card-late",
    "card-3ds",
    "card-3ds",
    "card-3ds-collect",
    "card-3ds-frictionless",
    "pay-by-link",
    "choose",
];
const PRESENTATIONS: [&str; 6] = ["page", "page", "auto", "popup", "iframe", "link"];
const STATUSES: [&str; 3] = ["Succeed", "Failed", "Pending"];
/// A create whose page is gone may be on its way for a minute, in which the page waits for it.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long a walk may take in all, before its browser counts as one that answers no more.
const A_WALK: Duration = Duration::from_secs(5 * 60);

/// What the shop is opened with.
#[derive(Clone, Copy)]
struct Visit {
    kind: &'static str,
    method: &'static str,
    presentation: &'static str,
}

impl Visit {
    fn any(chance: &mut Chance) -> Visit {
        Visit {
            kind: chance.one_of(&KINDS),
            method: chance.one_of(&METHODS),
            presentation: chance.one_of(&PRESENTATIONS),
        }
    }

    fn address(self, world: &World) -> String {
        let Visit { kind, method, presentation } = self;
        format!("{}?kind={kind}&method={method}&presentation={presentation}", world.shop())
    }
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.kind, self.method, self.presentation)
    }
}

/// One thing that is done, or happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    Press(usize),
    Pay,
    Decide(Outcome),
    Move(Move),
    Shop(Visit),
    NewTab(Visit),
    OtherTab(usize),
    CloseTab(usize),
    ForgedReturn(&'static str),
    LookOn,
    BackendRestarts,
    PaymentsosRestarts,
    Offline,
    Online,
    WebhooksDropped,
    WebhooksSent,
}

/// The steps of a seed. They do not depend on what comes of them, so that the same seed gives the same walk.
fn steps(chance: &mut Chance) -> Vec<Step> {
    let count = 10 + chance.below(7);
    // Most people look at what comes of it, before they do something else.
    (0..count).flat_map(|_| [Some(step(chance)), (chance.below(10) < 6).then_some(Step::LookOn)]).flatten().collect()
}

fn step(chance: &mut Chance) -> Step {
    match chance.below(41) {
        0..8 => Step::Press(chance.below(12)),
        8..14 => Step::Pay,
        14..19 => Step::Decide(chance.one_of(&Outcome::ALL)),
        19..22 => Step::Move(chance.one_of(&[Move::Reload, Move::Back, Move::Back, Move::Forward])),
        22 => Step::Shop(Visit::any(chance)),
        23 => Step::NewTab(Visit::any(chance)),
        24 | 25 => Step::OtherTab(chance.below(4)),
        26 => Step::CloseTab(chance.below(4)),
        27 => Step::ForgedReturn(chance.one_of(&STATUSES)),
        28..31 => Step::Pay,
        31..34 => Step::Press(0),
        34 => Step::BackendRestarts,
        35 => Step::PaymentsosRestarts,
        36 => Step::Offline,
        37 | 38 => Step::Online,
        39 => Step::WebhooksDropped,
        _ => Step::WebhooksSent,
    }
}

async fn take(step: Step, world: &mut World, browser: &Browser) {
    match step {
        Step::Press(which) => browser.presses_any(which).await,
        Step::Pay => browser.may_pay().await,
        Step::Decide(outcome) => browser.may_decide(outcome).await,
        Step::Move(to) => browser.may_move(to).await,
        Step::Shop(visit) => browser.may_go_to(&visit.address(world)).await,
        Step::NewTab(visit) => browser.may_open_another(&visit.address(world)).await,
        Step::OtherTab(which) => browser.may_change(false, which).await,
        Step::CloseTab(which) => browser.may_change(true, which).await,
        Step::ForgedReturn(status) => {
            if let Some(address) = world.any_return_address(status).await {
                browser.may_go_to(&address).await;
            }
        }
        Step::LookOn => browser.looks_on().await,
        Step::BackendRestarts => world.restarts_the_backend().await,
        Step::PaymentsosRestarts => world.restarts_paymentsos().await,
        Step::Offline => world.proxy.is_reachable(false),
        Step::Online => world.proxy.is_reachable(true),
        Step::WebhooksDropped => world.faults(json!({"webhooks": {"drop": true}})).await,
        Step::WebhooksSent => world.faults(json!({})).await,
    }
}

/// Makes the walk of that seed, with the browser of the one before, or another where there is none. What was shown at its end, or what
/// was wrong; then the browser is not to be used again. Whatever happens to a browser or its driver ends this walk, and no other.
async fn walk(browser: &mut Option<Browser>, engine: Engine, seed: u64) -> Result<String, String> {
    let mut taken = String::new();
    let walked = AssertUnwindSafe(async {
        let browser = match &mut *browser {
            Some(browser) => browser,
            none => none.insert(opened(engine).await),
        };
        made(browser, engine, seed, &mut taken).await
    });
    let outcome = match tokio::time::timeout(A_WALK, walked.catch_unwind()).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panic)) => Err(format!("it broke off: {}", words(&*panic))),
        Err(_) => Err(format!("it did not end within {} minutes", A_WALK.as_secs() / 60)),
    };
    if outcome.is_err() {
        *browser = None;
    }
    outcome.map_err(|wrong| format!("{wrong} after {taken}").replace('\n', " "))
}

async fn opened(engine: Engine) -> Browser {
    let browser = World::start().await.seen_with(engine).browser().await;
    browser.is_impatient().await;
    browser
}

/// What somebody said who gave up.
fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word")
}

/// The walk itself. What has been done so far is written down as it is done.
async fn made(browser: &mut Browser, engine: Engine, seed: u64, taken: &mut String) -> Result<String, String> {
    let mut chance = Chance::of(seed);
    let mut world = World::that_remembers_and_frames().await.seen_with(engine);
    browser.moves_to(&world).await;
    let visit = Visit::any(&mut chance);
    let shop = visit.address(&world);
    let _ = write!(taken, "{visit:?}:");
    browser.may_go_to(&shop).await;
    browser.looks_on().await;
    for step in steps(&mut chance) {
        let _ = write!(taken, " {step:?}");
        browser.looks_at_something().await;
        if !world.has_the_page(&browser.address_if_any().await) {
            // Back led out of the shop, where nothing can happen any more.
            browser.may_go_to(&shop).await;
            browser.looks_on().await;
        }
        take(step, &mut world, browser).await;
        if let Some(wrong) = world.paid_twice().await.first() {
            return Err(wrong.clone());
        }
        browser.is_there().await?;
    }
    if number("JOURNEYS_WALKS") == Some(1) {
        // Whoever makes a walk again wants to know what it is.
        println!("{taken}");
    }
    world.proxy.is_reachable(true);
    world.faults(json!({})).await;
    browser.looks_at_something().await;
    // What is shown of the payment that was walked with; the shop itself may have another order by then.
    match browser.address_if_any().await.starts_with(&world.shop()) {
        true => browser.may_move(Move::Reload).await,
        false => browser.may_go_to(&shop).await,
    }
    let shown = ends_true(&world, browser, &shop).await?;
    browser.may_go_to(&shop).await;
    ends_true(&world, browser, &shop).await.map_err(|wrong| format!("{wrong} in the shop"))?;
    match (world.paid_twice().await.first(), world.proxy.passed("POST", "/violation").first()) {
        (Some(wrong), _) => Err(wrong.clone()),
        (_, Some(_)) => Err("the page's policy was broken".to_owned()),
        _ => Ok(shown),
    }
}

/// Waits until the page says what PaymentsOS knows. Where it says that it still waits, it is asked to look.
async fn ends_true(world: &World, browser: &Browser, shop: &str) -> Result<String, String> {
    let begun = Instant::now();
    loop {
        let wrong = match world.is_told_by(browser).await {
            Ok(state) => return Ok(state),
            Err(wrong) => wrong,
        };
        if begun.elapsed() > PATIENCE {
            return Err(format!("{wrong}: {}", browser.says().await));
        }
        browser.is_there().await?;
        // A window closes itself once the page that opened it knows the result.
        browser.looks_at_something().await;
        if !browser.address_if_any().await.starts_with(&world.shop()) {
            // A create was still under way when the page was loaded again, and led to the bank after all.
            browser.may_go_to(shop).await;
        }
        browser.may_check().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|number| number.parse().unwrap_or_else(|_| panic!("{variable} must be a number")))
}

/// How many walks a browser makes, before another is opened: what one does to a browser is not to be carried on for ever.
const A_BROWSERS_WALKS: u64 = 20;

async fn random_walks(engine: Engine) {
    let count = number("JOURNEYS_WALKS").unwrap_or(4);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    let first = number("JOURNEYS_SEED").unwrap_or(now.as_secs() * 1_000);
    let mut wrong = Vec::new();
    let mut browser = None;
    for number in 0..count {
        if number % A_BROWSERS_WALKS == 0 {
            browser = None;
        }
        let seed = first + number;
        let outcome = walk(&mut browser, engine, seed).await;
        let said = match &outcome {
            Ok(state) => format!("ends {state}"),
            Err(why) => format!("is wrong: {why}"),
        };
        // Past what a test that passes keeps to itself: whoever runs it may want the seed.
        let _ = writeln!(io::stderr(), "{engine} walk {seed} {said}");
        wrong.extend(outcome.err().map(|why| format!("walk {seed}: {why}")));
    }
    assert!(wrong.is_empty(), "{} of {count} walks are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Else whoever comes after it would not be made, and nobody told of what it was.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask journeys"]
async fn a_browser_that_dies_ends_its_own_walk_and_no_other() {
    let mut browser = Some(opened(Engine::Chromium).await);
    browser.as_ref().expect("it was opened").dies();
    let wrong = walk(&mut browser, Engine::Chromium, 1).await.expect_err("nobody can walk with it");
    assert!(wrong.contains("after "), "{wrong}");
    assert!(browser.is_none());
    let shown = walk(&mut browser, Engine::Chromium, 2).await;
    assert!(shown.is_ok() && browser.is_some(), "{shown:?}");
}

/// A look that finds nothing, because it cannot, would let every walk end well.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop: cargo xtask journeys"]
async fn a_payment_made_twice_would_be_found() {
    let world = World::start().await;
    let payment = world.does("/payments", json!({"amount": 4_097, "currency": "USD"})).await;
    let payment = payment["id"].as_str().expect("a payment");
    let path = format!("/payments/{payment}/charges");
    let link = json!({
        "payment_method": {"type": "untokenized", "source_type": "payment_page", "vendor": "PBL"},
        "merchant_site_url": world.shop(),
        "reconciliation_id": "elsewhere",
    });
    assert_eq!(world.asks(&path, "one", link.clone()).await, 201);
    assert_eq!(world.asks(&path, "one", link.clone()).await, 201, "a repeat is none");
    assert!(world.paid_twice().await.is_empty(), "{:?}", world.paid_twice().await);
    assert_eq!(world.asks(&path, "two", link).await, 409);
    assert_eq!(world.paid_twice().await.len(), 1);
}
