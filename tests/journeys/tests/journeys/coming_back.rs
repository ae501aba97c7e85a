//! The shopper goes, and comes back: by a reload, by Back, out of the back-forward cache, in another tab or browser, or late. Whatever
//! has happened meanwhile is what the page says then, and nothing is paid twice for it.

use journeys::{Browser, Outcome, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CREATE: &str = "/charges";
const MINUTE: i64 = 60_000;

/// Goes on to the bank by the link that is shown.
async fn goes_on(browser: &Browser) {
    browser.presses("a[part~=continue]").await;
    browser.is_at_the_bank().await;
}

/// A page of the shop without a checkout.
fn elsewhere(world: &World) -> String {
    format!("{}shop/config", world.shop())
}

fn keys(world: &World) -> BTreeSet<String> {
    world.proxy.passed("POST", CREATE).into_iter().filter_map(|post| post.key).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reload_before_pay_is_pressed_changes_nothing() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_shop("card").await;
    browser.reloads().await;
    browser.sees("ready").await;
    assert_eq!(browser.payment().await, payment);
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reload_while_the_payment_starts_finds_it() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_shop("card").await;
    let gate = world.proxy.with("POST", CREATE).hold_the_reply();
    browser.pays().await;
    world.settles(&payment, &["Succeed"]).await;
    assert_eq!(browser.state().await, "creating");
    browser.reloads().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(browser.payment().await, payment);
    drop(gate);
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reload_that_has_forgotten_the_create_makes_no_second_charge() {
    let world = World::start().await;
    let browser = world.browser().await;
    let refused = "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, {
            get() { throw new DOMException('refused', 'SecurityError'); },
        });";
    browser.begins_with(refused).await;
    browser.shop("charge", "card").await;
    // Whatever is sent is over in the order in which it was sent.
    world.faults(json!({"api": [{"method": "POST", "path": CREATE, "latency_ms": 2_500}]})).await;
    browser.pays().await;
    world.proxy.has_passed("POST", CREATE, 1).await;
    browser.reloads().await;
    // Neither the page nor the payment knows of anything yet.
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((keys(&world).len(), world.creates().await), (2, 1), "another key, and the same charge");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reload_of_a_receipt_shows_it_again_and_sells_nothing_else() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_shop("card").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    browser.reloads().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(browser.payment().await, payment);
    // As from a bookmark, without what the tab has kept.
    let address = browser.address().await;
    browser.new_tab().await;
    browser.goes_to(&address).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(browser.payment().await, payment);
    assert_eq!(world.never_two().await, 1, "one payment in all");
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_create_that_was_lost_with_its_page_is_made_up_for_under_the_same_key() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_shop("card").await;
    let gate = world.proxy.with("POST", CREATE).times(1).hold_the_request();
    browser.pays().await;
    world.proxy.has_passed("POST", CREATE, 1).await;
    browser.reloads().await;
    browser.sees("creating").await;
    assert!(!browser.has("button[part~=pay]:not([aria-disabled])").await, "it may still be on its way");
    drop(gate);
    // What is on its way for more than a minute is not coming any more.
    browser.sets_the_clock(MINUTE).await;
    browser.reloads().await;
    browser.sees("ready").await;
    assert!(world.statuses(&payment).await.is_empty());
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((keys(&world).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reload_while_the_page_is_about_to_be_left_shows_the_way_on() {
    let world = World::start().await;
    let (browser, _) = world.at_the_shop("card-3ds").await;
    // A merchant who goes there later.
    browser
        .value("document.addEventListener('checkout-redirect', (event) => event.preventDefault()); return '';")
        .await;
    browser.pays().await;
    browser.sees("redirecting").await;
    browser.reloads().await;
    browser.sees("confirming").await;
    goes_on(&browser).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reload_of_the_banks_page_changes_nothing() {
    let world = World::start().await;
    let (browser, _) = world.at_the_bank().await;
    browser.reloads().await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reload_shows_the_same_link_again() {
    let world = World::start().await;
    let (browser, _) = world.at_the_shop("pay-by-link").await;
    browser.pays().await;
    browser.sees("link").await;
    let link =
        async || browser.piece("a[part~=continue]").await.attr("href").await.expect("a link").expect("an address");
    let before = link().await;
    browser.reloads().await;
    browser.sees("link").await;
    assert_eq!(link().await, before);
    browser.goes_to(&before).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_link_paid_in_another_tab_is_told_of_in_the_first() {
    let world = World::start().await;
    let (browser, _) = world.at_the_shop("pay-by-link").await;
    browser.pays().await;
    browser.sees("link").await;
    let link = browser.piece("a[part~=continue]").await.attr("href").await.expect("a link").expect("an address");
    let first = browser.tab().await;
    browser.new_tab().await;
    browser.goes_to(&link).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    browser.looks_at(&first).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reload_while_it_is_confirmed_goes_on_confirming() {
    let world = World::with(|switches| switches.late_ms = 6_000).await;
    let (browser, payment) = world.at_the_bank().await;
    browser.decides(Outcome::LateSucceed).await;
    browser.sees("confirming").await;
    browser.reloads().await;
    browser.sees("confirming").await;
    assert_eq!(world.statuses(&payment).await, ["Pending"]);
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reload_after_a_failure_shows_it_again_and_it_can_be_tried_again() {
    let world = World::start().await;
    let (browser, _) = world.at_the_bank().await;
    browser.decides(Outcome::Fail).await;
    world.agrees(&browser, "failed", &["Failed"]).await;
    browser.reloads().await;
    world.agrees(&browser, "failed", &["Failed"]).await;
    assert_eq!(browser.detail().await["error"]["code"], "declined");
    browser.chooses("card").await;
    browser.presses("button[part~=retry]").await;
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Failed", "Succeed"]).await;
    assert_eq!(keys(&world).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_takes_too_long_is_no_failure_and_can_still_be_finished() {
    let world = World::start().await;
    let (browser, _) = world.at_the_bank().await;
    browser.goes_back().await;
    browser.sees("confirming").await;
    // A reload does not begin the quarter of an hour anew.
    browser.sets_the_clock(16 * MINUTE).await;
    for _ in 0..2 {
        browser.reloads().await;
        world.agrees(&browser, "processing", &["Pending"]).await;
    }
    browser.presses("button[part~=check]").await;
    world.agrees(&browser, "processing", &["Pending"]).await;
    goes_on(&browser).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn back_from_the_bank_without_paying_shows_the_way_on() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.notes_how_pages_are_shown().await;
    browser.shop("charge", "card-3ds").await;
    browser.pays().await;
    browser.is_at_the_bank().await;
    browser.goes_back().await;
    browser.was_kept_whole().await;
    world.agrees(&browser, "confirming", &["Pending"]).await;
    goes_on(&browser).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn back_and_forward_between_the_shop_and_the_bank_lose_nothing() {
    let world = World::start().await;
    let (browser, _) = world.at_the_bank().await;
    for _ in 0..2 {
        browser.goes_back().await;
        world.agrees(&browser, "confirming", &["Pending"]).await;
        browser.goes_forward().await;
        browser.is_at_the_bank().await;
    }
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn back_after_the_return_shows_the_result_and_no_pay() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.notes_how_pages_are_shown().await;
    browser.shop("charge", "card-3ds").await;
    let before = browser.address().await;
    browser.pays().await;
    browser.is_at_the_bank().await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    while browser.address().await != before {
        browser.goes_back().await;
    }
    browser.was_kept_whole().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert!(!browser.has("button[part~=pay]").await && !browser.has("a[part~=continue]").await);
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn back_from_the_bank_after_it_was_decided_in_another_tab_shows_the_result() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.notes_how_pages_are_shown().await;
    browser.shop("charge", "card-3ds").await;
    browser.pays().await;
    browser.is_at_the_bank().await;
    let (bank, address) = (browser.tab().await, browser.address().await);
    browser.new_tab().await;
    browser.goes_to(&address).await;
    browser.decides(Outcome::Fail).await;
    world.agrees(&browser, "failed", &["Failed"]).await;
    browser.looks_at(&bank).await;
    browser.goes_back().await;
    browser.was_kept_whole().await;
    world.agrees(&browser, "failed", &["Failed"]).await;
    assert!(!browser.has("a[part~=continue]").await, "there is nowhere to go any more");
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_receipt_out_of_the_cache_is_still_one() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.notes_how_pages_are_shown().await;
    browser.shop("charge", "card-3ds").await;
    browser.pays().await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    browser.goes_to(&elsewhere(&world)).await;
    browser.goes_back().await;
    browser.was_kept_whole().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert!(!browser.has("button[part~=pay]").await);
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_failure_out_of_the_cache_offers_no_other_try_for_what_is_paid_meanwhile() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.notes_how_pages_are_shown().await;
    browser.shop("charge", "card-3ds").await;
    let payment = browser.payment().await;
    browser.pays().await;
    browser.decides(Outcome::Fail).await;
    world.agrees(&browser, "failed", &["Failed"]).await;
    browser.goes_to(&elsewhere(&world)).await;
    world.somebody_else_charges(&payment).await;
    browser.goes_back().await;
    browser.was_kept_whole().await;
    world.agrees(&browser, "succeeded", &["Failed", "Succeed"]).await;
    assert!(!browser.has("button[part~=retry]").await);
    assert_eq!(world.proxy.passed("POST", CREATE).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_page_out_of_the_cache_offers_no_pay_for_what_is_paid_meanwhile() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.notes_how_pages_are_shown().await;
    browser.shop("charge", "card").await;
    let payment = browser.payment().await;
    browser.goes_to(&elsewhere(&world)).await;
    world.somebody_else_charges(&payment).await;
    browser.goes_back().await;
    browser.was_kept_whole().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert!(!browser.has("button[part~=pay]").await);
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_page_out_of_the_cache_can_be_paid() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.notes_how_pages_are_shown().await;
    browser.shop("charge", "card-late").await;
    browser.goes_to(&elsewhere(&world)).await;
    browser.goes_back().await;
    browser.was_kept_whole().await;
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_page_left_while_it_confirms_knows_the_result_when_it_is_shown_again() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.notes_how_pages_are_shown().await;
    browser.shop("charge", "card-late").await;
    let payment = browser.payment().await;
    browser.pays().await;
    browser.sees("confirming").await;
    browser.goes_to(&elsewhere(&world)).await;
    world.settles(&payment, &["Succeed"]).await;
    browser.goes_back().await;
    browser.was_kept_whole().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_closed_tab_is_opened_again_and_the_payment_finished() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_bank().await;
    let bank = browser.tab().await;
    let other = browser.new_tab().await;
    browser.looks_at(&bank).await;
    browser.closes_for(&other).await;
    browser.goes_to(&format!("{}?kind=charge&method=card-3ds", world.shop())).await;
    world.agrees(&browser, "confirming", &["Pending"]).await;
    assert_eq!(browser.payment().await, payment);
    goes_on(&browser).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_tab_closed_while_it_confirms_is_opened_again_and_told() {
    let world = World::with(|switches| switches.pending_ms = 8_000).await;
    let (browser, _) = world.at_the_shop("card-late").await;
    browser.pays().await;
    browser.sees("confirming").await;
    let first = browser.tab().await;
    let other = browser.new_tab().await;
    browser.looks_at(&first).await;
    browser.closes_for(&other).await;
    browser.goes_to(&format!("{}?kind=charge&method=card-late", world.shop())).await;
    browser.sees("confirming").await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_return_in_another_browser_waits_there_for_the_result() {
    let world = World::with(|switches| switches.late_ms = 6_000).await;
    let (browser, payment) = world.at_the_bank().await;
    let other = world.browser().await;
    other.goes_to(&world.return_address(&payment, "Pending").await).await;
    other.sees("confirming").await;
    browser.decides(Outcome::LateSucceed).await;
    for browser in [&other, &browser] {
        world.agrees(browser, "succeeded", &["Succeed"]).await;
        assert!(!browser.has("button[part~=pay]").await);
    }
    assert_eq!(world.creates().await, 1);
}

/// Comes back to the shop's page with something else in its storage than what was saved there, and finishes the payment.
async fn finds_the_payment_without(saved: &str) {
    let world = World::start().await;
    let (browser, payment) = world.at_the_bank().await;
    browser.goes_back().await;
    browser.sees("confirming").await;
    let script = "localStorage.setItem('/api|' + arguments[0], arguments[1]);
        sessionStorage.setItem('/api|', arguments[1]);";
    browser.driver.execute(script, vec![json!(payment), json!(saved)]).await.expect("there is storage");
    browser.reloads().await;
    world.agrees(&browser, "confirming", &["Pending"]).await;
    goes_on(&browser).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn an_attempt_saved_by_a_newer_release_is_not_guessed_at() {
    finds_the_payment_without("2 0b8f2f4e-1111-4222-8333-444455556666 charge 1700000000000 - - - - whatever").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn garbage_in_storage_is_no_attempt() {
    finds_the_payment_without("{\"paid\":true}\u{0}💥").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn garbage_in_storage_keeps_nobody_from_paying() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_shop("card").await;
    let script = "localStorage.setItem('/api|' + arguments[0], '1 1 1'); sessionStorage.setItem('/api|', '1');";
    browser.driver.execute(script, vec![json!(payment)]).await.expect("there is storage");
    browser.reloads().await;
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

/// Pays, an attempt without an answer having been saved so many milliseconds ago; whether its key is used again.
async fn takes_up_what_was_saved(ago: i64) -> bool {
    const KEY: &str = "0b8f2f4e-1111-4222-8333-444455556666";
    let world = World::start().await;
    let (browser, payment) = world.at_the_shop("card").await;
    let script = "const [payment, key, ago] = arguments;
        localStorage.setItem('/api|' + payment, `1 ${key} charge ${Date.now() - ago} - - doubtful -`);";
    browser.driver.execute(script, vec![json!(payment), json!(KEY), json!(ago)]).await.expect("there is storage");
    browser.reloads().await;
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    let keys = keys(&world);
    assert_eq!((keys.len(), world.creates().await), (1, 1));
    keys.contains(KEY)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn an_attempt_is_taken_up_for_a_day_and_no_longer() {
    assert!(takes_up_what_was_saved(23 * 60 * MINUTE).await);
    assert!(!takes_up_what_was_saved(25 * 60 * MINUTE).await, "PaymentsOS has forgotten its key");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn an_address_made_up_for_a_payment_of_somebody_else_shows_and_pays_nothing() {
    let world = World::start().await;
    let (browser, payment) = world.at_the_shop("card").await;
    let other = world.browser().await;
    let made_up = "0b8f2f4e-1111-4222-8333-444455556666";
    for ids in [format!("payment_id={payment}"), format!("payment_id={payment}&charge_id={made_up}")] {
        other.goes_to(&format!("{}?order=x&{ids}&status=Succeed", world.shop())).await;
        other.sees("processing").await;
        assert_eq!(other.detail().await["error"]["code"], "not_authorized_here");
        assert!(!other.has("button[part~=pay]").await && !other.has("button[part~=retry]").await);
        assert!(!other.text().await.contains("$40.97"), "{}", other.text().await);
        other.value("document.querySelector('paymentsos-checkout').pay(); return '';").await;
    }
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

/// Pays, has that done to the payment by the shop, and comes back to the page of the result.
async fn is_closed_meanwhile(kind: &str, path: &str, words: &str) {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop(kind, "card-3ds").await;
    let payment = browser.payment().await;
    browser.pays().await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    world.does(&path.replace("{id}", &payment), json!({})).await;
    browser.reloads().await;
    browser.sees("failed").await;
    browser.reads("This payment is closed").await;
    browser.reads(words).await;
    let detail = browser.detail().await;
    assert_eq!(detail["error"]["code"], "payment_closed");
    assert_eq!(detail["payment_id"], Value::from(payment));
    assert!(!browser.has("button[part~=pay]").await && !browser.has("button[part~=retry]").await);
    assert!(!browser.text().await.contains("No money has moved"), "it has, and back");
    assert_eq!(world.creates().await, 1);
    world.never_two().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_payment_refunded_meanwhile_is_not_shown_as_paid() {
    is_closed_meanwhile("charge", "/payments/{id}/refunds", "refunded").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_payment_voided_meanwhile_is_not_shown_as_reserved() {
    is_closed_meanwhile("authorization", "/payments/{id}/voids", "cancelled").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_payment_charged_back_meanwhile_is_not_shown_as_paid() {
    is_closed_meanwhile("charge", "/sandbox/payments/{id}/chargeback", "refunded").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_receipt_out_of_the_cache_says_what_was_refunded_meanwhile() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.notes_how_pages_are_shown().await;
    browser.shop("charge", "card").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    let payment = browser.payment().await;
    browser.goes_to(&world.at_sandbox("/sandbox/log")).await;
    world.does(&format!("/payments/{payment}/refunds"), json!({})).await;
    browser.goes_back().await;
    browser.was_kept_whole().await;
    browser.sees("failed").await;
    assert_eq!(browser.detail().await["error"]["code"], "payment_closed");
    assert_eq!(world.creates().await, 1);
    world.never_two().await;
}
