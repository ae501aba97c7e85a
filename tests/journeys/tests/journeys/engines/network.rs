//! The network and what it brings: gone in the middle, in drops, scripts late, WebAssembly refused.

use super::at_the_bank;
use journeys::{Browser, Engine, Habit, Outcome, World, wait_for};
use std::time::Duration;

in_every_engine! {
    offline_in_the_middle,
    replies_trickle,
    scripts_are_late,
    webassembly_is_refused,
    webassembly_is_refused_on_the_way_back,
    webassembly_is_switched_off,
}

const CREATE: &str = "/charges";
/// The strictest policy, without the word that lets WebAssembly be compiled.
const NO_WEBASSEMBLY: &str =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' http:; img-src 'self'";

/// The network goes twice: under the create, and while the bank is waited for.
async fn offline_in_the_middle(engine: Engine) {
    let world = World::with(|switches| switches.pending_ms = 4_000).await.seen_with(engine);
    let (browser, payment) = world.at_the_shop("card-late").await;
    // What has no network before all of the wasm is there can only say that it cannot work (`first_screen.rs`).
    assert_eq!(browser.value("return document.querySelector('paymentsos-checkout').checkNow();").await, "ready");
    world.proxy.is_reachable(false);
    browser.pays().await;
    browser.sees("creating").await;
    assert!(world.statuses(&payment).await.is_empty());
    world.proxy.is_reachable(true);
    browser.sees("confirming").await;
    world.proxy.is_reachable(false);
    world.settles(&payment, &["Succeed"]).await;
    assert_eq!(browser.state().await, "confirming", "it can know nothing better");
    world.proxy.is_reachable(true);
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

/// Everything comes in drops: the page, its scripts, the module, and what the shop says.
async fn replies_trickle(engine: Engine) {
    let world = World::start().await.seen_with(engine);
    for method in ["GET", "POST"] {
        world.proxy.with(method, "/").trickle(Duration::from_millis(25));
    }
    let (browser, _) = world.at_the_bank().await;
    browser.decides(Outcome::LateSucceed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

/// The page is there long before its scripts, on the way to Pay and on the way back.
async fn scripts_are_late(engine: Engine) {
    let world = World::start().await.seen_with(engine);
    let browser = world.browser_that(&[Habit::WaitsForNothing]).await;
    let gate = world.proxy.with("GET", ".js").hold_the_reply();
    browser.goes_to(&format!("{}?kind=charge&method=card-3ds", world.shop())).await;
    wait_for("the page without its scripts", async || {
        match browser.value("return document.querySelector('#order-title')?.textContent ?? '';").await.as_str() {
            "Your order" => Ok(()),
            other => Err(other.to_owned()),
        }
    })
    .await;
    assert_eq!(browser.state().await, "");
    gate.lets_go();
    browser.sees("ready").await;
    world.proxy.calms_down();
    browser.pays().await;
    browser.is_at_the_bank().await;
    let gate = world.proxy.with("GET", "/paymentsos-checkout/paymentsos-checkout").hold_the_reply();
    browser.decides(Outcome::Fail).await;
    browser.sees("loading").await;
    gate.lets_go();
    world.agrees(&browser, "failed", &["Failed"]).await;
    assert_eq!(world.creates().await, 1);
}

/// The fixed text that stands where the module cannot speak, and no way to pay.
async fn says_that_it_cannot_start(browser: &Browser) {
    browser.sees("unavailable").await;
    let text = "return document.querySelector('paymentsos-checkout').shadowRoot.textContent;";
    let text = browser.value(text).await;
    assert!(text.contains("If you may have paid already, look at your order or your e-mail first."), "{text}");
    assert!(browser.has("button[part~=reload]").await && !browser.has("button[part~=pay]").await);
}

async fn webassembly_is_refused(engine: Engine) {
    let world = World::start().await.seen_with(engine);
    let browser = world.browser().await;
    world.proxy.with("GET", "/").say("content-security-policy", NO_WEBASSEMBLY);
    browser.goes_to(&world.shop()).await;
    says_that_it_cannot_start(&browser).await;
    assert_eq!(world.creates().await, 0);
    browser.pictures(&format!("{engine}-cannot-start")).await;
}

async fn webassembly_is_refused_on_the_way_back(engine: Engine) {
    let (world, browser, payment) = at_the_bank(engine).await;
    world.proxy.with("GET", "/").say("content-security-policy", NO_WEBASSEMBLY);
    browser.decides(Outcome::Succeed).await;
    says_that_it_cannot_start(&browser).await;
    world.proxy.calms_down();
    browser.presses("button[part~=reload]").await;
    browser.sees("succeeded").await;
    assert_eq!(world.statuses(&payment).await, ["Succeed"]);
    assert_eq!(world.creates().await, 1);
}

async fn webassembly_is_switched_off(engine: Engine) {
    let world = World::start().await.seen_with(engine);
    let browser = match engine {
        Engine::Firefox => world.browser_that(&[Habit::HasNoWebAssembly]).await,
        _ => {
            let browser = world.browser().await;
            browser.begins_with("delete window.WebAssembly;").await;
            browser
        }
    };
    browser.goes_to(&world.shop()).await;
    says_that_it_cannot_start(&browser).await;
    assert_eq!(world.creates().await, 0);
}
