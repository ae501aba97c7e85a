//! To the bank in a window of its own, while the shop's page stays.

use journeys::{Browser, Engine, Habit, Outcome, Tab, World, is_left_out_by};

/// A browser that has pressed Pay, and the two pages that it has then: the shop's, and the bank's, which is looked at.
async fn at_the_bank(world: &World) -> (Browser, Tab, Tab) {
    let browser = world.browser().await;
    browser.shop_with("method=card-3ds&presentation=popup").await;
    let shop = browser.tab().await;
    browser.pays().await;
    let window = browser.looks_at_the_window_opened(&shop).await;
    browser.is_at_the_bank().await;
    (browser, shop, window)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn the_bank_opens_in_a_window_which_closes_itself_once_the_shopper_is_back() {
    let world = World::start().await;
    let (browser, shop, window) = at_the_bank(&world).await;
    browser.looks_at(&shop).await;
    browser.sees("redirecting").await;
    browser.reads("Continue in the new window").await;
    browser.pictures("popup-open").await;
    browser.looks_at(&window).await;
    // The bank's page cannot reach the shop's.
    assert_eq!(browser.value("return `${window.opener}`;").await, "null");
    browser.decides(Outcome::Succeed).await;
    browser.has_only(&shop).await;
    browser.looks_at(&shop).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_the_bank_decides_late_is_told_where_the_shopper_began() {
    for (outcome, state, status) in
        [(Outcome::LateSucceed, "succeeded", "Succeed"), (Outcome::LateFail, "failed", "Failed")]
    {
        let world = World::start().await;
        let (browser, shop, _) = at_the_bank(&world).await;
        browser.decides(outcome).await;
        browser.has_only(&shop).await;
        browser.looks_at(&shop).await;
        world.agrees(&browser, state, &[status]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_window_that_the_shopper_closes_is_asked_about_and_can_be_gone_on_with() {
    let world = World::start().await;
    let (browser, shop, _) = at_the_bank(&world).await;
    browser.closes_for(&shop).await;
    browser.sees("confirming").await;
    browser.reads("Not finished at your bank?").await;
    browser.pictures("popup-closed").await;
    browser.presses("a[part~=continue]").await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_window_that_is_paid_in_and_then_closed_by_hand_ends_in_the_result() {
    let world = World::start().await;
    let (browser, shop, _) = at_the_bank(&world).await;
    // Nobody comes back to the shop's page.
    world.faults(serde_json::json!({"return": {"none": true}})).await;
    browser.decides(Outcome::Succeed).await;
    browser.closes_for(&shop).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn where_the_first_page_is_gone_the_window_shows_the_result_itself() {
    let world = World::start().await;
    let (browser, shop, window) = at_the_bank(&world).await;
    browser.looks_at(&shop).await;
    browser.closes_for(&window).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    browser.has_only(&window).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reload_of_the_first_page_goes_on_and_the_window_shows_the_result_too() {
    let world = World::start().await;
    let (browser, shop, window) = at_the_bank(&world).await;
    browser.looks_at(&shop).await;
    browser.reloads().await;
    browser.sees("confirming").await;
    browser.looks_at(&window).await;
    browser.decides(Outcome::Succeed).await;
    // Nobody there holds the window any more, so it is not closed.
    browser.sees("succeeded").await;
    browser.looks_at(&shop).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_window_that_is_not_needed_is_closed() {
    for (method, state, status) in [("card", "succeeded", "Succeed"), ("card-declined", "failed", "Failed")] {
        let world = World::start().await;
        let browser = world.browser().await;
        browser.shop_with(&format!("method={method}&presentation=popup")).await;
        let shop = browser.tab().await;
        browser.pays().await;
        world.agrees(&browser, state, &[status]).await;
        browser.has_only(&shop).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_window_that_the_browser_blocks_is_done_without() {
    let world = World::start().await;
    let browser = world.browser_that(&[Habit::BlocksWindows]).await;
    browser.shop_with("method=card-3ds&presentation=popup").await;
    let shop = browser.tab().await;
    // Not in a press: no browser lets a page open a window then.
    browser.value("setTimeout(() => document.querySelector('paymentsos-checkout').pay()); return '';").await;
    browser.is_at_the_bank().await;
    browser.has_only(&shop).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn in_a_press_the_same_browser_opens_it() {
    let world = World::start().await;
    let browser = world.browser_that(&[Habit::BlocksWindows]).await;
    browser.shop_with("method=card-3ds&presentation=popup").await;
    let shop = browser.tab().await;
    browser.pays().await;
    browser.looks_at_the_window_opened(&shop).await;
    browser.decides(Outcome::Succeed).await;
    browser.has_only(&shop).await;
    browser.looks_at(&shop).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn in_an_app_the_page_goes_itself() {
    if is_left_out_by(&[Engine::WebKit], "under automation it goes by its own name alone") {
        return;
    }
    let world = World::start().await;
    let name = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 [FBAN/FBIOS;FBAV/440.0]";
    let browser = world.browser_that(&[Habit::IsCalled(name.to_owned())]).await;
    browser.shop_with("method=card-3ds&presentation=popup").await;
    let shop = browser.tab().await;
    browser.pays().await;
    browser.is_at_the_bank().await;
    browser.has_only(&shop).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
}
