//! Several tabs and windows of one browser on the same payment: one creates, one waits, all hear, and all tell the same truth.

use journeys::{Browser, Outcome, Tab, World, wait_for};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const CREATE: &str = "/charges";
/// A page as a browser without locks and channels has it.
const ALONE: &str = "delete Navigator.prototype.locks; delete window.BroadcastChannel;";

/// Another tab with the same order.
async fn beside(browser: &Browser, method: &str) -> Tab {
    let tab = browser.new_tab().await;
    browser.shop("charge", method).await;
    tab
}

fn keys(world: &World) -> BTreeSet<String> {
    world.proxy.passed("POST", CREATE).into_iter().filter_map(|post| post.key).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn while_one_tab_pays_the_other_says_so_and_pays_nothing() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop("charge", "card").await;
    let first = browser.tab().await;
    let second = beside(&browser, "card").await;
    browser.looks_at(&first).await;
    let gate = world.proxy.with("POST", CREATE).hold_the_request();
    browser.pays().await;
    world.proxy.has_passed("POST", CREATE, 1).await;
    browser.looks_at(&second).await;
    browser.pays().await;
    browser.reads("This payment is being made in another window.").await;
    browser.pictures("paid-elsewhere").await;
    gate.lets_go();
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    browser.looks_at(&first).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn without_locks_and_channels_two_tabs_still_make_one_charge() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.begins_with(ALONE).await;
    browser.shop("charge", "card").await;
    let first = browser.tab().await;
    let second = browser.new_tab().await;
    browser.begins_with(ALONE).await;
    browser.shop("charge", "card").await;
    browser.looks_at(&first).await;
    let gate = world.proxy.with("POST", CREATE).times(1).hold_the_reply();
    browser.pays().await;
    world.proxy.has_passed("POST", CREATE, 1).await;
    browser.looks_at(&second).await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    gate.lets_go();
    browser.looks_at(&first).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((keys(&world).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn two_tabs_that_pay_at_once_make_one_charge() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop("charge", "card-late").await;
    let first = browser.tab().await;
    let second = beside(&browser, "card-late").await;
    // Both POSTs wait for the same moment: neither tab can know of the other's answer.
    let gate = world.proxy.with("POST", CREATE).hold_the_request();
    browser.pays().await;
    browser.looks_at(&first).await;
    browser.pays().await;
    world.proxy.has_passed("POST", CREATE, 1).await;
    gate.lets_go();
    for tab in [&first, &second] {
        browser.looks_at(tab).await;
        world.agrees(&browser, "succeeded", &["Succeed"]).await;
    }
    assert_eq!((keys(&world).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_paid_in_one_tab_is_shown_in_all_of_them() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop("charge", "card").await;
    let first = browser.tab().await;
    let second = browser.new_window().await;
    browser.shop("charge", "card").await;
    let third = browser.new_window().await;
    browser.shop("charge", "card").await;
    let before = world.proxy.passed("GET", "/payments/").len();
    browser.pays().await;
    for tab in [&third, &second, &first] {
        browser.looks_at(tab).await;
        world.agrees(&browser, "succeeded", &["Succeed"]).await;
        assert!(!browser.has("button[part~=pay]").await);
    }
    let asked = world.proxy.passed("GET", "/payments/").len() - before;
    assert!(asked <= 12, "each looks once or twice, and none starts a round: {asked}");
    assert_eq!(world.creates().await, 1);
}

/// Windows beside each other that all confirm the same payment; the first of them is looked at.
async fn confirming(world: &World, browser: &Browser, windows: usize) -> Vec<Tab> {
    browser.shop("charge", "card-3ds").await;
    browser.pays().await;
    browser.is_at_the_bank().await;
    browser.decides(Outcome::Never).await;
    browser.sees("confirming").await;
    let mut tabs = vec![browser.tab().await];
    for _ in 1..windows {
        tabs.push(browser.new_window().await);
        browser.goes_to(&format!("{}?kind=charge&method=card-3ds", world.shop())).await;
        browser.sees("confirming").await;
    }
    tabs
}

/// The requests whose answers the shop is holding.
fn held(world: &World) -> usize {
    world.proxy.passed("GET", CREATE).iter().filter(|ask| ask.held && ask.status.is_none()).count()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn of_seven_windows_one_waits_and_a_connection_is_left_for_others() {
    let world = World::start().await;
    let browser = world.browser().await;
    let windows = confirming(&world, &browser, 7).await;
    wait_for("one that waits", async || if held(&world) == 1 { Ok(()) } else { Err(format!("{}", held(&world))) })
        .await;
    for window in &windows {
        browser.looks_at(window).await;
        let begun = Instant::now();
        let script = "const done = arguments[0]; fetch('/shop/config').then(() => done('answered'), () => done('no'));";
        let reply = browser.driver.execute_async(script, vec![]).await.expect("a reply");
        assert_eq!(reply.json(), "answered");
        assert!(begun.elapsed() < Duration::from_secs(5), "it had to wait for a connection: {:?}", begun.elapsed());
        assert!(held(&world) <= 1, "{}", held(&world));
    }
    for window in &windows {
        browser.looks_at(window).await;
        world.agrees(&browser, "confirming", &["Pending"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn when_the_window_that_waits_is_closed_another_waits() {
    let world = World::start().await;
    let browser = world.browser().await;
    let windows = confirming(&world, &browser, 2).await;
    let one_waits = || async { if held(&world) == 1 { Ok(()) } else { Err(format!("{}", held(&world))) } };
    wait_for("one that waits", one_waits).await;
    let asked = world.proxy.passed("GET", CREATE).iter().filter(|ask| ask.held).count();
    browser.looks_at(&windows[0]).await;
    browser.closes_for(&windows[1]).await;
    wait_for("the other to wait", async || {
        let now = world.proxy.passed("GET", CREATE).iter().filter(|ask| ask.held).count();
        if now > asked { Ok(()) } else { Err(format!("{now}")) }
    })
    .await;
    world.agrees(&browser, "confirming", &["Pending"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_link_paid_in_another_tab_ends_in_all_of_them() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop("charge", "pay-by-link").await;
    browser.pays().await;
    browser.sees("link").await;
    let first = browser.tab().await;
    let address = browser.piece("a[part~=continue]").await.attr("href").await.expect("a link").expect("an address");
    browser.new_tab().await;
    browser.goes_to(&address).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    browser.looks_at(&first).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_page_put_aside_while_it_pays_holds_nobody_up() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.notes_how_pages_are_shown().await;
    browser.shop("charge", "card").await;
    let first = browser.tab().await;
    let second = beside(&browser, "card").await;
    browser.looks_at(&first).await;
    let gate = world.proxy.with("POST", CREATE).times(1).hold_the_request();
    browser.pays().await;
    world.proxy.has_passed("POST", CREATE, 1).await;
    // Into the back-forward cache, with its POST on the way.
    browser.goes_to(&world.at_sandbox("/sandbox/log")).await;
    browser.looks_at(&second).await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    gate.lets_go();
    browser.looks_at(&first).await;
    browser.goes_back().await;
    browser.was_kept_whole().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((keys(&world).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_forged_message_makes_nobody_paid() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop("charge", "card").await;
    let payment = browser.payment().await;
    let script = "const channel = new BroadcastChannel('/api|' + arguments[0]);
        for (const message of ['1', '2', 'succeeded', { state: 'succeeded' }]) channel.postMessage(message);";
    let before = world.proxy.passed("GET", &payment).len();
    browser.driver.execute(script, vec![json!(payment)]).await.expect("the channel is there");
    world.proxy.has_passed("GET", &payment, before + 1).await;
    world.agrees(&browser, "ready", &[]).await;
    assert_eq!(world.creates().await, 0);
}
