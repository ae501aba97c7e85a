//! The browser itself is against it: killed at the bank, with three tabs, with a clock of another day, without storage or cookies.

use super::{at_the_bank, at_the_shop};
use crate::network::pays_without_storage;
use journeys::{Browser, Engine, Habit, Outcome, Proxy, World, wait_for};
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

in_every_engine! {
    the_browser_is_killed_at_the_bank,
    three_tabs_pay_at_once,
    the_clock_is_a_day_ahead,
    the_clock_goes_a_day_ahead_at_the_bank,
    storage_is_refused,
    cookies_of_other_sites_are_refused,
}

const CREATE: &str = "/charges";
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// What a browser knows, in a folder of its own. Dropped, it is taken away.
struct Profile(PathBuf);

impl Profile {
    fn new(world: &World) -> Profile {
        let name = format!("journeys-{}-{}", std::process::id(), world.proxy.address.port());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("there is room");
        Profile(folder)
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Nobody says goodbye: what the browser had not yet written down is gone, be it the attempt or the session.
async fn the_browser_is_killed_at_the_bank(engine: Engine) {
    let world = World::start().await.seen_with(engine);
    let profile = Profile::new(&world);
    let habits = match engine {
        Engine::WebKit => Vec::new(),
        _ => vec![Habit::Keeps(profile.0.clone())],
    };
    if habits.is_empty() {
        let why = "it keeps no profile under automation, so what goes on is another browser";
        engine.does_in_part("the_browser_is_killed_at_the_bank", why);
    }
    let browser = world.browser_that(&habits).await;
    browser.shop("charge", "card-3ds").await;
    let payment = browser.payment().await;
    browser.pays().await;
    browser.is_at_the_bank().await;
    let bank = browser.address().await;
    browser.is_killed();

    let browser = world.browser_that(&habits).await;
    browser.goes_to(&format!("{}?kind=charge&method=card-3ds", world.shop())).await;
    wait_for("the way on with that payment, or another order", async || {
        let (state, shown) = (browser.state().await, browser.payment().await);
        match (state.as_str(), shown == payment) {
            ("confirming", true) | ("ready", false) => Ok(()),
            // Until the payment has been read.
            (_, is_known) => Err(format!("{state}, known: {is_known}")),
        }
    })
    .await;
    browser.goes_to(&bank).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(browser.payment().await, payment);
    assert_eq!(world.creates().await, 1);
}

/// All three press Pay before any of them has an answer.
async fn three_tabs_pay_at_once(engine: Engine) {
    let (world, browser, _) = at_the_shop(engine, "card").await;
    let mut tabs = vec![browser.tab().await];
    for _ in 0..2 {
        tabs.push(browser.new_tab().await);
        browser.shop("charge", "card").await;
    }
    let gate = world.proxy.with("POST", CREATE).hold_the_request();
    for tab in &tabs {
        browser.looks_at(tab).await;
        browser.pays().await;
    }
    world.proxy.has_passed("POST", CREATE, 1).await;
    gate.lets_go();
    for tab in &tabs {
        browser.looks_at(tab).await;
        world.agrees(&browser, "succeeded", &["Succeed"]).await;
        assert!(!browser.has("button[part~=pay]").await);
    }
    assert_eq!(world.creates().await, 1);
}

async fn the_clock_is_a_day_ahead(engine: Engine) {
    let world = World::start().await.seen_with(engine);
    let browser = if engine.can_be_a_day_ahead() {
        world.browser_that(&[Habit::IsADayAhead]).await
    } else {
        let why = "its machine's clock cannot be set: its pages' clocks are";
        engine.does_in_part("the_clock_is_a_day_ahead", why);
        let browser = world.browser().await;
        browser.sets_the_clock(DAY).await;
        browser
    };
    browser.shop("charge", "card-3ds").await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_millis();
    let seen = browser.value("return `${window.Date.now()}`;").await;
    let seen: u128 = seen.parse().expect("a number of milliseconds");
    assert!(seen > now + 23 * 60 * 60 * 1_000, "it is set: {seen}");
    browser.pays().await;
    browser.decides(Outcome::LateSucceed).await;
    browser.sees("confirming").await;
    browser.reloads().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

/// What was saved is then a day old, and the time for it is over; whoever looks again is told all the same.
async fn the_clock_goes_a_day_ahead_at_the_bank(engine: Engine) {
    let (world, browser, payment) = at_the_bank(engine).await;
    browser.sets_the_clock(DAY).await;
    browser.decides(Outcome::LateSucceed).await;
    world.settles(&payment, &["Succeed"]).await;
    wait_for("the truth", async || match browser.state().await.as_str() {
        "succeeded" => Ok(()),
        "processing" => {
            browser.presses("button[part~=check]").await;
            Err("processing, and asked again".to_owned())
        }
        state => {
            assert!(["", "loading", "confirming"].contains(&state), "{state}");
            Err(state.to_owned())
        }
    })
    .await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

const REFUSED: &str = "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, {
    get() { throw new DOMException('refused', 'SecurityError'); },
});";

async fn storage_is_refused(engine: Engine) {
    let world = World::start().await.seen_with(engine);
    let browser = match engine {
        Engine::Firefox => world.browser_that(&[Habit::HasNoStorage]).await,
        _ => {
            let browser = world.browser().await;
            browser.begins_with(REFUSED).await;
            browser
        }
    };
    browser.shop("charge", "card-3ds").await;
    let has = "try { return localStorage ? 'has' : 'none'; } catch (_) { return 'refused'; }";
    assert_ne!(browser.value(has).await, "has");
    pays_without_storage(&world, &browser).await;
}

/// The shop is in a frame of another site's page, so that its session is lost with its cookie: it says so, and pays with a token.
async fn cookies_of_other_sites_are_refused(engine: Engine) {
    let around = Proxy::start().await;
    let site = format!("http://127.0.0.1:{}", around.address.port());
    let world = World::framed_by(&site).await.seen_with(engine);
    let page = format!(
        "<!doctype html><head><title>Host</title></head><iframe src=\"{}?kind=charge&method=card\" width=600 height=700></iframe>",
        world.shop()
    );
    around.with("GET", "/").answer_with(200, "text/html", &page);
    let browser = world.browser_that(&[Habit::RefusesForeignCookies]).await;
    browser.goes_to(&site).await;
    looks_into_the_frame(&browser).await;
    browser.sees("unavailable").await;
    assert_eq!(browser.detail().await["error"]["code"], "not_authorized_here");
    assert!(!browser.has("button[part~=pay]").await);
    gives_an_order_with_a_token(&browser).await;
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

/// The words of a browser go to the frame from now on.
async fn looks_into_the_frame(browser: &Browser) {
    wait_for("the frame", async || {
        browser.driver.enter_default_frame().await.map_err(|error| error.to_string())?;
        browser.driver.enter_frame(0).await.map_err(|error| error.to_string())
    })
    .await;
}

/// Gives the element an order that the shop has made with a token for it, as a merchant does who is at home in frames.
async fn gives_an_order_with_a_token(browser: &Browser) {
    let script = "const done = arguments[0];
        fetch('/shop/orders', {
            method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{\"client_token\":true}',
        }).then((reply) => reply.json()).then((order) => {
            const checkout = document.querySelector('paymentsos-checkout');
            checkout.setAttribute('client-token', order.client_token);
            checkout.setAttribute('payment-id', order.payment_id);
            done(order.payment_id);
        });";
    let payment = browser.driver.execute_async(script, vec![]).await.expect("the shop makes an order");
    assert!(payment.json().as_str().is_some_and(|payment| !payment.is_empty()), "{}", json!(payment.json()));
}
