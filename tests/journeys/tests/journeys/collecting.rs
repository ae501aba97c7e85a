//! Self-handled 3-D Secure: the issuer collects data unseen, then decides, or asks the shopper.

use journeys::{Browser, Outcome, World};
use serde_json::{Value, json};

async fn pays(world: &World, method: &str) -> Browser {
    let browser = world.browser().await;
    browser.shop_with(&format!("method={method}")).await;
    browser.reads("$40.97").await;
    browser.pays().await;
    browser
}

/// What PaymentsOS was asked to go on with.
async fn authentications(world: &World) -> Vec<Value> {
    let log = world.log().await;
    log.into_iter()
        .filter(|entry| entry["path"].as_str().is_some_and(|path| path.ends_with("/authentication-flows")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn where_the_data_is_enough_the_shopper_sees_nothing_of_it() {
    let world = World::that_frames().await;
    let browser = pays(&world, "card-3ds-frictionless").await;
    let address = browser.address().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(browser.address().await, address);
    assert_eq!((authentications(&world).await.len(), world.creates().await), (1, 1));
    let left = browser.value("return `${document.querySelectorAll('iframe').length}`;").await;
    assert_eq!(left, "0", "what collected is gone");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_challenge_comes_after_the_data() {
    for (outcome, state, status) in [(Outcome::Succeed, "succeeded", "Succeed"), (Outcome::Fail, "failed", "Failed")] {
        let world = World::that_frames().await;
        let browser = pays(&world, "card-3ds-collect").await;
        browser.decides(outcome).await;
        world.agrees(&browser, state, &[status]).await;
        assert_eq!((authentications(&world).await.len(), world.creates().await), (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_collection_that_does_not_end_is_gone_on_from() {
    let world = World::that_frames().await;
    world.faults(json!({"collect_never_returns": true})).await;
    let browser = pays(&world, "card-3ds-frictionless").await;
    // Without its data, the issuer asks the shopper.
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_page_that_may_not_frame_the_issuer_still_comes_to_an_end() {
    let world = World::start().await;
    let browser = pays(&world, "card-3ds-frictionless").await;
    browser.decides(Outcome::Succeed).await;
    browser.sees("succeeded").await;
    assert_eq!(world.statuses(&browser.payment().await).await, ["Succeed"]);
    world.never_two().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reply_that_is_lost_is_asked_for_again_under_the_same_key() {
    let world = World::that_frames().await;
    world.proxy.with("POST", "/authentication-flows").times(1).lose_the_reply();
    let browser = pays(&world, "card-3ds-frictionless").await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    let keys: std::collections::BTreeSet<String> =
        authentications(&world).await.iter().map(|entry| entry["idempotency_key"].to_string()).collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reload_while_it_collects_goes_on() {
    let world = World::that_frames().await;
    world.faults(json!({"collect_never_returns": true})).await;
    let browser = pays(&world, "card-3ds-collect").await;
    browser.sees("confirming").await;
    browser.reloads().await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}
