//! Nothing that a shopper looks at jumps (Cumulative Layout Shift), through whole payments, on a phone and on a desktop.

use journeys::{Browser, Engine, Outcome, World, is_left_out_by};
use serde_json::json;

async fn nothing_has_jumped(browser: &Browser, when: &str) {
    assert_eq!(browser.shifts().await, json!([]), "{when}");
}

async fn browser(world: &World, width: u32) -> Browser {
    let browser = world.browser().await;
    browser.measures_shifts().await;
    browser.is_wide(width).await;
    browser
}

async fn paid_by_card(width: u32) {
    let world = World::start().await;
    let browser = browser(&world, width).await;
    browser.shop_with("method=card-late").await;
    browser.reads("$40.97").await;
    nothing_has_jumped(&browser, "ready").await;
    // Slow enough for no shift to count as the press's own.
    let held = world.proxy.with("POST", "/charges").hold_the_reply();
    browser.pays().await;
    browser.sees("creating").await;
    browser.passes(700).await;
    held.lets_go();
    browser.sees("confirming").await;
    browser.sees("succeeded").await;
    nothing_has_jumped(&browser, "paid").await;
}

async fn paid_by_three_d_secure(width: u32) {
    let world = World::start().await;
    let browser = browser(&world, width).await;
    browser.shop_with("method=card-3ds").await;
    browser.reads("$40.97").await;
    let held = world.proxy.with("POST", "/charges").hold_the_reply();
    browser.pays().await;
    browser.sees("creating").await;
    browser.passes(700).await;
    browser.value("addEventListener('pagehide', () => sessionStorage.setItem('shifts', JSON.stringify(shifts.filter((one) => !one.pressed)))); return '';").await;
    held.lets_go();
    browser.decides(Outcome::LateSucceed).await;
    browser.sees("confirming").await;
    assert_eq!(browser.value("return sessionStorage.getItem('shifts');").await, "[]");
    browser.sees("succeeded").await;
    nothing_has_jumped(&browser, "back and paid").await;
}

async fn failed(width: u32) {
    let world = World::start().await;
    let browser = browser(&world, width).await;
    browser.shop_with("method=card-declined").await;
    browser.reads("$40.97").await;
    let held = world.proxy.with("POST", "/charges").hold_the_reply();
    browser.pays().await;
    browser.sees("creating").await;
    browser.passes(700).await;
    held.lets_go();
    browser.sees("failed").await;
    nothing_has_jumped(&browser, "failed").await;
}

async fn paid_by_link(width: u32) {
    let world = World::start().await;
    let browser = browser(&world, width).await;
    browser.shop_with("method=pay-by-link").await;
    browser.reads("$40.97").await;
    let held = world.proxy.with("POST", "/charges").hold_the_reply();
    browser.pays().await;
    browser.sees("creating").await;
    browser.passes(700).await;
    held.lets_go();
    browser.sees("link").await;
    browser.piece("svg[part~=qr] path[d^=M]").await;
    nothing_has_jumped(&browser, "the link").await;
    let shop = browser.tab().await;
    let address = browser.piece("a[part~=continue]").await.attr("href").await.expect("an address").expect("an address");
    browser.new_tab().await;
    browser.goes_to(&address).await;
    browser.decides(Outcome::Succeed).await;
    browser.closes_for(&shop).await;
    browser.sees("succeeded").await;
    nothing_has_jumped(&browser, "paid").await;
}

async fn chosen_from_a_list_in_another_language(width: u32) {
    let world = World::start().await;
    let browser = browser(&world, width).await;
    browser.shop_with("method=choose&language=fr").await;
    browser.reads("40,97").await;
    nothing_has_jumped(&browser, "in French").await;
}

async fn unless_it_cannot_be_measured(journey: impl Future<Output = ()>) {
    if !is_left_out_by(&Engine::OTHERS, "only Chromium tells what has jumped") {
        journey.await;
    }
}

macro_rules! at_both_widths {
    ($($journey:ident,)+) => { $(
        mod $journey {
            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs the built shop and a browser: cargo xtask test"]
            async fn on_a_phone() { super::unless_it_cannot_be_measured(super::$journey(320)).await; }

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs the built shop and a browser: cargo xtask test"]
            async fn on_a_desktop() { super::unless_it_cannot_be_measured(super::$journey(1280)).await; }
        }
    )+ };
}

at_both_widths! {
    paid_by_card,
    paid_by_three_d_secure,
    failed,
    paid_by_link,
    chosen_from_a_list_in_another_language,
}
