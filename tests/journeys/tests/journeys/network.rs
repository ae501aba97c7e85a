//! Networks, backends, storage and clocks as they are: gone for a while, slow, full, half an answer. Every wait ends, nothing is
//! guessed, and nobody is asked more often than they can bear.

use journeys::{Browser, Engine, Outcome, Passed, World, is_left_out_by, wait_for};
use serde_json::json;
use std::time::{Duration, Instant};

const CREATE: &str = "/charges";
const PAYMENT: &str = "/payments/";
/// Where transactions are asked for; the payment itself is read at another address.
const ASK: &str = "/charges/";
/// What was asked less than half a second ago is not asked anew.
const LATER: Duration = Duration::from_millis(600);
const DAY: i64 = 24 * 60 * 60 * 1_000;
/// Soon enough for "at once", on a machine that is busy; far less than the half minute between two looks of a page that is put aside.
const AT_ONCE: Duration = Duration::from_secs(8);

/// Confirming a payment that ends only when the test wants.
async fn confirming(world: &World) -> (Browser, String) {
    let (browser, payment) = world.at_the_bank().await;
    browser.goes_back().await;
    browser.sees("confirming").await;
    (browser, payment)
}

/// The bank says yes, without the shopper's browser.
async fn bank_approves(world: &World, payment: &str) {
    let charge = world.payment(payment).await["related_resources"]["charges"][0].clone();
    let page = charge["redirection"]["url"].as_str().expect("there is somewhere to go").to_owned();
    let pressed = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    pressed.post(page).body("outcome=succeed").send().await.expect("the bank answers");
    world.settles(payment, &["Succeed"]).await;
}

/// From now on, every page notes the states and the errors that its checkout tells.
async fn notes_what_is_told(browser: &Browser) {
    let script = "window.states = []; window.codes = [];
        document.addEventListener('checkout-state', (event) => states.push(event.detail.state));
        document.addEventListener('checkout-error', (event) => codes.push(event.detail.error.code));";
    browser.begins_with(script).await;
}

/// Waits until the checkout has reported that.
async fn hears(browser: &Browser, code: &str) {
    wait_for(&format!("the error {code}"), async || match browser.value("return codes.join();").await {
        codes if codes.split(',').any(|heard| heard == code) => Ok(()),
        codes => Err(codes),
    })
    .await;
}

/// Waits until the shop is holding an answer, for longer than it takes until the checkout would ask anew. Says how often it was asked
/// until then.
async fn is_held(world: &World) -> usize {
    wait_for("a held answer", async || match world.proxy.passed("GET", ASK) {
        asks if asks.last().is_some_and(|ask| ask.held && ask.status.is_none() && ask.at.elapsed() > LATER) => {
            Ok(asks.len())
        }
        asks => Err(format!("{asks:?}")),
    })
    .await
}

/// Has the checkout ask now, and waits until that is answered, or known to be lost.
async fn checks(browser: &Browser) {
    let script = "const done = arguments[0]; document.querySelector('paymentsos-checkout').checkNow().then(done);";
    browser.driver.execute_async(script, vec![]).await.expect("it is over some time");
}

/// The pauses between requests, one after the other.
fn pauses(passed: &[Passed]) -> Vec<Duration> {
    passed.windows(2).map(|two| two[1].at - two[0].at).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_page_that_is_online_again_asks_at_once() {
    let world = World::start().await;
    let (browser, payment) = confirming(&world).await;
    is_held(&world).await;
    browser.is_online(false).await;
    // What was under way is given up, and what is asked now gets nowhere.
    checks(&browser).await;
    bank_approves(&world, &payment).await;
    assert_eq!(browser.state().await, "confirming");
    browser.is_online(true).await;
    let begun = Instant::now();
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_create_cut_off_by_the_network_is_made_up_for_once_it_is_back() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_shop("card").await;
    let gate = world.proxy.with("POST", CREATE).hold_the_request();
    browser.pays().await;
    world.proxy.has_passed("POST", CREATE, 1).await;
    browser.is_online(false).await;
    // What Chromium repeats by itself goes past what DevTools call offline.
    world.proxy.calms_down();
    world.proxy.with("POST", CREATE).lose_the_request();
    drop(gate);
    assert_eq!(browser.state().await, "creating");
    assert!(world.statuses(&payment).await.is_empty());
    world.proxy.calms_down();
    browser.is_online(true).await;
    let begun = Instant::now();
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    let keys: Vec<_> = world.proxy.passed("POST", CREATE).into_iter().map(|post| post.key).collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn replies_that_come_in_drops_are_waited_for() {
    let world = World::start().await;
    let (browser, _) = world.at_the_shop("card-3ds").await;
    for method in ["GET", "POST"] {
        world.proxy.with(method, PAYMENT).trickle(Duration::from_millis(100));
    }
    browser.pays().await;
    browser.is_at_the_bank().await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn nothing_is_sent_for_a_payment_that_does_not_say_what_stands_for_it() {
    let world = World::start().await;
    let (browser, _) = world.at_the_shop("card").await;
    let before = world.proxy.passed("GET", PAYMENT).len();
    world.proxy.with("GET", PAYMENT).edit(|payment| drop(payment["related_resources"].take()));
    browser.pays().await;
    world.proxy.has_passed("GET", PAYMENT, before + 3).await;
    assert_eq!(browser.state().await, "creating");
    assert_eq!(world.proxy.passed("POST", CREATE).len(), 0);
    world.proxy.calms_down();
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_failure_that_the_payment_speaks_against_is_asked_for_once_more() {
    let world = World::start().await;
    let (browser, payment) = confirming(&world).await;
    notes_what_is_told(&browser).await;
    world.proxy.with("GET", ASK).times(1).edit(|charge| {
        charge["result"] = json!({"status": "Failed", "category": "payment_method_declined"});
    });
    // Asking again is let through; the payment itself is read later than the first answer.
    world.proxy.with("GET", ASK).say("cache-control", "no-store");
    world.proxy.with("GET", &payment).trickle(Duration::from_millis(100));
    let before = world.proxy.passed("GET", ASK).len();
    browser.reloads().await;
    world.proxy.has_passed("GET", ASK, before + 2).await;
    bank_approves(&world, &payment).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    let states = browser.value("return states.join();").await;
    assert!(!states.contains("failed") && !states.contains("ready"), "{states}");
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_status_that_nobody_has_heard_of_is_no_result() {
    let world = World::start().await;
    let (browser, payment) = confirming(&world).await;
    notes_what_is_told(&browser).await;
    world.proxy.with("GET", ASK).edit(|charge| charge["result"]["status"] = json!("Succeeded"));
    bank_approves(&world, &payment).await;
    browser.reloads().await;
    hears(&browser, "unknown_status").await;
    let before = world.proxy.passed("GET", ASK).len();
    world.proxy.has_passed("GET", ASK, before + 2).await;
    assert_eq!(browser.state().await, "confirming");
    world.proxy.calms_down();
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(browser.value("return codes.join();").await, "unknown_status", "said once");
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_held_answer_that_breaks_twice_is_not_asked_for_again() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_bank().await;
    world.proxy.with("GET", ASK).cut_after(Duration::from_millis(300));
    browser.goes_back().await;
    browser.sees("confirming").await;
    // Chromium itself may repeat a GET whose connection has closed; the page does not.
    let asks = wait_for("asking without being held", async || {
        let asks = world.proxy.passed("GET", ASK);
        let since = asks.iter().rev().take_while(|ask| !ask.held).count();
        if asks.iter().any(|ask| ask.held) && since >= 3 { Ok(asks) } else { Err(format!("{asks:?}")) }
    })
    .await;
    let rounds = asks.chunk_by(|one, next| one.held && next.held && next.at - one.at < Duration::from_millis(600));
    let held = rounds.filter(|round| round[0].held).count();
    assert_eq!(held, 2, "{asks:?}");
    bank_approves(&world, &payment).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_backend_that_only_says_that_it_holds_is_not_stormed() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_bank().await;
    world.proxy.with("GET", ASK).pretend_to_hold();
    browser.goes_back().await;
    browser.sees("confirming").await;
    let asks = world.proxy.has_passed("GET", ASK, 6).await;
    let held: Vec<Passed> = asks.into_iter().filter(|ask| ask.held).collect();
    assert!(held.len() >= 4, "{held:?}");
    assert!(pauses(&held).iter().all(|pause| *pause >= Duration::from_millis(700)), "{:?}", pauses(&held));
    bank_approves(&world, &payment).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_backend_that_does_not_hold_is_asked_with_pauses() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_bank().await;
    world.proxy.with("GET", ASK).hold_nothing();
    browser.goes_back().await;
    browser.sees("confirming").await;
    let asks = world.proxy.has_passed("GET", ASK, 6).await;
    let offered = asks.iter().position(|ask| ask.held).expect("the first may be held");
    let pauses = pauses(&asks[offered..]);
    assert!(!pauses.is_empty() && pauses.iter().all(|pause| *pause >= Duration::from_millis(700)), "{pauses:?}");
    bank_approves(&world, &payment).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_backend_that_asks_for_patience_is_left_alone_so_long() {
    let world = World::start().await;
    let (browser, payment) = confirming(&world).await;
    let before = is_held(&world).await;
    world.proxy.with("GET", ASK).times(1).answer_later(503, 3);
    checks(&browser).await;
    bank_approves(&world, &payment).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    let asks = world.proxy.passed("GET", ASK).split_off(before);
    assert_eq!(asks[0].status, Some(503));
    println!("{asks:?}");
    assert!(pauses(&asks)[0] >= Duration::from_secs(3), "{asks:?}");
    assert_eq!(world.creates().await, 1);
}

/// Pays with 3-D Secure in a browser that keeps nothing, and loads the result again.
pub(crate) async fn pays_without_storage(world: &World, browser: &Browser) {
    browser.pays().await;
    browser.is_at_the_bank().await;
    browser.goes_back().await;
    world.agrees(browser, "confirming", &["Pending"]).await;
    browser.presses("a[part~=continue]").await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(browser, "succeeded", &["Succeed"]).await;
    let address = browser.address().await;
    assert!(!address.contains("status="), "{address}");
    assert!(address.contains("charge_id="), "nothing else knows it after a reload: {address}");
    browser.reloads().await;
    world.agrees(browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_browser_whose_storage_is_full_can_pay() {
    let world = World::start().await;
    let browser = world.browser().await;
    let full = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };";
    browser.begins_with(full).await;
    browser.shop("charge", "card-3ds").await;
    pays_without_storage(&world, &browser).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_clock_set_back_a_day_keeps_nobody_waiting() {
    let world = World::start().await;
    let (browser, payment) = confirming(&world).await;
    browser.sets_the_clock(-DAY).await;
    browser.reloads().await;
    world.agrees(&browser, "confirming", &["Pending"]).await;
    bank_approves(&world, &payment).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_clock_set_ahead_a_day_ends_waiting_and_fails_nothing() {
    let world = World::start().await;
    let (browser, payment) = confirming(&world).await;
    is_held(&world).await;
    browser.sets_the_clock(DAY).await;
    checks(&browser).await;
    world.agrees(&browser, "processing", &["Pending"]).await;
    // Back again: nobody has to load the page anew for it.
    browser.sets_the_clock(-DAY).await;
    bank_approves(&world, &payment).await;
    // For two seconds the backend may still answer what it has read before.
    wait_for("a check to read the result", async || {
        checks(&browser).await;
        match browser.state().await {
            state if state == "succeeded" => Ok(()),
            state => Err(state),
        }
    })
    .await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_hidden_page_asks_for_nothing_and_at_once_when_it_is_seen_again() {
    if is_left_out_by(&Engine::OTHERS, "its driver shows whatever page it looks at") {
        return;
    }
    let world = World::start().await;
    let (browser, payment) = confirming(&world).await;
    is_held(&world).await;
    let shop = browser.hides().await;
    let (before, hidden) = (world.proxy.passed("GET", PAYMENT).len(), Instant::now());
    wait_for("the held wait to be given up", async || match world.merchant.waiters() {
        0 => Ok(()),
        waiters => Err(format!("{waiters} wait")),
    })
    .await;
    assert!(hidden.elapsed() < AT_ONCE, "{:?}", hidden.elapsed());
    bank_approves(&world, &payment).await;
    assert_eq!((browser.state().await.as_str(), world.proxy.passed("GET", PAYMENT).len()), ("confirming", before));
    browser.looks_at(&shop).await;
    let begun = Instant::now();
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_page_that_was_frozen_wakes_to_the_result() {
    if is_left_out_by(&Engine::OTHERS, "only Chromium can be told to freeze a page") {
        return;
    }
    let world = World::start().await;
    let (browser, payment) = confirming(&world).await;
    is_held(&world).await;
    let shop = browser.hides().await;
    // As a phone does with what is not looked at: no timer and no reply gets to it.
    browser.tells("Page.setWebLifecycleState", json!({"state": "frozen"})).await;
    bank_approves(&world, &payment).await;
    browser.tells("Page.setWebLifecycleState", json!({"state": "active"})).await;
    browser.looks_at(&shop).await;
    let begun = Instant::now();
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_browser_that_may_not_look_says_where_to_and_looks_once_it_has_a_token() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_bank().await;
    world.proxy.with("GET", PAYMENT).answer(401);
    browser.goes_back().await;
    browser.sees("processing").await;
    assert_eq!(browser.detail().await["error"]["code"], "not_authorized_here");
    browser.reads("Look at your e-mail").await;
    assert!(!browser.has("button[part~=pay]").await);
    bank_approves(&world, &payment).await;
    world.proxy.calms_down();
    gives_a_token(&browser).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

/// Gives the element a client token that the shop has made for this session.
async fn gives_a_token(browser: &Browser) {
    let script = "const done = arguments[0];
        fetch('/shop/orders', {
            method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{\"client_token\":true}',
        }).then((reply) => reply.json()).then(({ client_token }) => {
            document.querySelector('paymentsos-checkout').setAttribute('client-token', client_token);
            done(client_token);
        });";
    let token = browser.driver.execute_async(script, vec![]).await.expect("the shop gives a token");
    assert!(token.json().as_str().is_some_and(|token| !token.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_page_without_cookies_pays_with_a_token() {
    let world = World::start().await;
    let (browser, _) = world.at_the_shop("card").await;
    let set = "const element = document.querySelector('paymentsos-checkout');
        element.setAttribute('credentials', 'omit'); element.reset(); return '';";
    browser.value(set).await;
    browser.sees("unavailable").await;
    assert_eq!(browser.detail().await["error"]["code"], "not_authorized_here");
    gives_a_token(&browser).await;
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

/// Checks that the new amount was shown, and after another press is what was charged.
async fn pays_the_new_amount(world: &World, browser: &Browser, payment: &str, amount: u64, shown: &str) {
    browser.reads("The amount has changed").await;
    browser.reads(shown).await;
    assert_eq!(browser.state().await, "ready");
    assert!(world.statuses(payment).await.is_empty());
    browser.pays().await;
    world.agrees(browser, "succeeded", &["Succeed"]).await;
    browser.reads(shown).await;
    let charged = world.payment(payment).await;
    assert_eq!(charged["amount"], amount);
    assert_eq!(charged["related_resources"]["charges"][0]["amount"], amount);
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn an_amount_changed_since_the_page_was_opened_is_shown_before_it_is_charged() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_shop("card").await;
    world.merchant.change_amount(&payment, 5_097).await.expect("nobody has paid yet");
    browser.pays().await;
    pays_the_new_amount(&world, &browser, &payment, 5_097, "$50.97").await;
    assert_eq!(world.proxy.passed("POST", CREATE).len(), 1);
}

/// What the page sets is drawn a moment later. Who presses in between has seen the amount before.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn an_amount_that_is_not_drawn_yet_is_not_charged() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_shop("card").await;
    world.merchant.change_amount(&payment, 5_097).await.expect("nobody has paid yet");
    let press = "const element = document.querySelector('paymentsos-checkout');
        const pay = element.shadowRoot.querySelector('button[part~=pay]');
        element.setAttribute('amount', '5097');
        return Promise.resolve().then(() => { pay.click(); return pay.textContent; });";
    assert_eq!(browser.value(press).await, "Pay $40.97");
    browser.reads("Pay $50.97").await;
    let answered = "return document.querySelector('paymentsos-checkout').checkNow();";
    assert_eq!(browser.value(answered).await, "ready");
    assert!(world.statuses(&payment).await.is_empty());
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

/// What the page sets and then asks for is meant, drawn or not.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn an_amount_that_the_page_sets_and_asks_for_is_charged() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_shop("card").await;
    world.merchant.change_amount(&payment, 5_097).await.expect("nobody has paid yet");
    let ask = "const element = document.querySelector('paymentsos-checkout');
        element.setAttribute('amount', '5097');
        element.pay();
        return '';";
    browser.value(ask).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.payment(&payment).await["amount"], 5_097);
}

/// An element that is not on the page has nobody to ask; what was set on it holds once it is back.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_asked_of_an_element_off_the_page_is_answered_and_not_done() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_shop("card").await;
    let ask = "const element = document.querySelector('paymentsos-checkout');
        const place = element.parentNode;
        element.remove();
        element.setAttribute('amount', '5097');
        const answer = element.pay();
        place.append(element);
        return answer;";
    assert_eq!(browser.value(ask).await, "ready");
    browser.reads("The amount has changed").await;
    assert!(world.statuses(&payment).await.is_empty());
    let away = "const element = document.querySelector('paymentsos-checkout');
        element.remove();
        return new Promise((done) => setTimeout(() => done(element.pay())));";
    assert_eq!(browser.value(away).await, "ready");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn an_amount_changed_while_the_create_is_on_its_way_is_shown_before_it_is_charged() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_shop("card").await;
    let gate = world.proxy.with("POST", CREATE).hold_the_request();
    browser.pays().await;
    world.proxy.has_passed("POST", CREATE, 1).await;
    world.merchant.change_amount(&payment, 5_097).await.expect("nobody has paid yet");
    gate.lets_go();
    pays_the_new_amount(&world, &browser, &payment, 5_097, "$50.97").await;
    let statuses: Vec<_> = world.proxy.passed("POST", CREATE).into_iter().map(|post| post.status).collect();
    assert_eq!(statuses, [Some(412), Some(201)]);
}
