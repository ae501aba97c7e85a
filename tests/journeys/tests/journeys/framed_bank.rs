//! To the bank in a frame of the shop's page, where the bank's page lets itself be framed.

use journeys::{Browser, Engine, Outcome, World, is_less_by};
use serde_json::json;

/// A browser that has pressed Pay, with the bank in a frame.
async fn at_the_bank(world: &World) -> Browser {
    let browser = world.browser().await;
    browser.shop_with("method=card-3ds&presentation=iframe").await;
    browser.reads("$40.97").await;
    browser.pays().await;
    browser.piece("iframe[part~=frame]").await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn the_bank_is_in_the_page_and_goes_once_the_shopper_is_done() {
    let world = World::that_frames().await;
    let browser = at_the_bank(&world).await;
    browser.sees("redirecting").await;
    browser.reads("Finish your payment below").await;
    let frame = browser.piece("iframe[part~=frame]").await;
    assert_eq!(frame.attr("title").await.expect("a title").as_deref(), Some("Payment page"));
    assert_eq!(browser.focused().await, "frame");
    browser.pictures("frame").await;
    let address = browser.address().await;
    browser.decides_in_the_frame(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert!(!browser.has("iframe").await);
    assert_eq!((browser.address().await, world.creates().await), (address, 1));
    // The focus was in what has gone.
    assert_eq!(browser.focused().await, "heading");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_the_bank_decides_is_told_in_the_same_page() {
    for (outcome, state, status) in [
        (Outcome::Fail, "failed", "Failed"),
        (Outcome::Cancel, "failed", "Failed"),
        (Outcome::LateSucceed, "succeeded", "Succeed"),
        (Outcome::LateFail, "failed", "Failed"),
    ] {
        let world = World::that_frames().await;
        let browser = at_the_bank(&world).await;
        browser.decides_in_the_frame(outcome).await;
        world.agrees(&browser, state, &[status]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_must_not_be_framed_is_gone_to_by_the_page() {
    let world = World::that_frames().await;
    world.switches(json!({"iframe_allowed": false})).await;
    let browser = world.browser().await;
    browser.shop_with("method=card-3ds&presentation=iframe").await;
    browser.pays().await;
    browser.is_at_the_bank().await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_page_that_refuses_to_be_framed_all_the_same_is_reached_by_the_link_below() {
    let world = World::that_frames().await;
    world.faults(json!({"refuse_framing": true})).await;
    let browser = at_the_bank(&world).await;
    browser.reads("Did it not open? Use this link.").await;
    browser.presses("a[part~=continue]").await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reload_in_the_midst_of_it_offers_the_way_on() {
    let world = World::that_frames().await;
    let browser = at_the_bank(&world).await;
    browser.reloads().await;
    browser.sees("confirming").await;
    browser.presses("a[part~=continue]").await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn the_challenge_gets_the_window_that_fits() {
    let is_less = is_less_by(&Engine::OTHERS, "only Chromium can be made as narrow as a phone");
    let widths = [(1280, "02", (390.0, 400.0)), (320, "01", (250.0, 400.0))];
    for (width, code, size) in widths.into_iter().take(if is_less { 1 } else { 2 }) {
        let world = World::that_frames().await;
        let browser = world.browser().await;
        browser.notes_what_is_posted().await;
        if !is_less {
            browser.is_wide(width).await;
        }
        browser.shop_with("method=card-3ds&presentation=iframe").await;
        browser.reads("$40.97").await;
        browser.pays().await;
        let frame = browser.piece("iframe[part~=frame]").await;
        let place = frame.rect().await.expect("it is somewhere");
        assert_eq!((place.width, place.height), size, "{code}");
        assert_eq!(
            browser.value("return posted.three_d_secure_attributes.internal.challenge_window_size;").await,
            code
        );
    }
}
