//! The page was to be left and was not, or was left for an app: nobody is stuck, and nobody is asked to pay twice.

use journeys::{Engine, Outcome, World, is_left_out_by, wait_for};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_bank_that_opens_as_an_app_leaves_a_page_that_shows_the_way_and_the_truth() {
    if is_left_out_by(&[Engine::WebKit], "its driver shows whatever page it looks at") {
        return;
    }
    let world = World::with(|switches| switches.redirection_ms = 9_000).await;
    let browser = world.browser().await;
    browser.shop("charge", "card-3ds").await;
    // The phone hands the address to the bank's app, and the page stays as it is.
    world.proxy.with("GET", "/into-the-app").answer(204);
    world.faults(json!({"redirection_url": format!("{}into-the-app", world.shop())})).await;
    browser.pays().await;
    browser.sees("redirecting").await;
    world.proxy.has_passed("GET", "/into-the-app", 1).await;
    browser.piece("a[part~=continue]").await;
    assert_eq!(browser.state().await, "redirecting", "after four seconds there is a link");
    browser.pictures("not-left").await;
    let page = browser.tab().await;
    browser.new_tab().await;
    browser.looks_at(&page).await;
    browser.sees("confirming").await;
    assert!(browser.has("a[part~=continue]").await, "who has not paid there can go on");
    // Nobody finishes it in the app.
    world.agrees(&browser, "failed", &["Failed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_connection_that_died_while_another_app_was_open_is_not_waited_for() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop("charge", "pay-by-link").await;
    browser.pays().await;
    browser.sees("link").await;
    let page = browser.tab().await;
    let address = browser.piece("a[part~=continue]").await.attr("href").await.expect("a link").expect("an address");
    // The answer that the backend holds will never come, and nor will those after it.
    let dead = world.proxy.with("GET", "/charges/").hold_the_reply();
    wait_for("an answer that is held", async || {
        let held = world.proxy.passed("GET", "/charges/").iter().filter(|ask| ask.held).count();
        if held > 0 { Ok(()) } else { Err("none".to_owned()) }
    })
    .await;
    browser.new_tab().await;
    browser.goes_to(&address).await;
    browser.is_at_the_bank().await;
    world.proxy.calms_down();
    browser.decides(Outcome::Succeed).await;
    browser.looks_at(&page).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    drop(dead);
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_page_that_keeps_the_shopper_shows_where_to_go() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop("charge", "card-3ds").await;
    browser
        .value("document.addEventListener('checkout-redirect', (event) => event.preventDefault()); return '';")
        .await;
    browser.pays().await;
    browser.sees("redirecting").await;
    browser.presses("a[part~=continue]").await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_page_that_is_slow_to_let_go_is_left_all_the_same() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop("charge", "card-3ds").await;
    let never =
        "document.addEventListener('checkout-redirect', (event) => event.detail.waitUntil(new Promise(() => {})));";
    browser.value(&format!("{never} return '';")).await;
    browser.pays().await;
    browser.decides(Outcome::Fail).await;
    world.agrees(&browser, "failed", &["Failed"]).await;
    assert_eq!(world.creates().await, 1);
}
