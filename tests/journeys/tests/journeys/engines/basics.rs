//! What every shopper does, in whatever browser: pays, comes back, loads again, goes back.

use super::{at_the_bank, at_the_shop};
use journeys::{Engine, Outcome};

in_every_engine! {
    a_card_is_accepted,
    a_card_is_declined_and_another_accepted,
    a_late_card_is_confirmed,
    three_d_secure_is_approved,
    three_d_secure_is_declined,
    three_d_secure_is_approved_late,
    a_link_is_paid_in_another_tab,
    a_forged_return_is_not_believed,
    a_reload_while_it_is_confirmed_goes_on_with_it,
    back_from_the_bank_shows_the_way_on,
}

async fn a_card_is_accepted(engine: Engine) {
    let (world, browser, _) = at_the_shop(engine, "card").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    browser.reads("$40.97").await;
    assert_eq!(world.creates().await, 1);
    browser.pictures(&format!("{engine}-succeeded")).await;
}

async fn a_card_is_declined_and_another_accepted(engine: Engine) {
    let (world, browser, _) = at_the_shop(engine, "card-declined").await;
    browser.pays().await;
    world.agrees(&browser, "failed", &["Failed"]).await;
    browser.chooses("card").await;
    browser.presses("button[part~=retry]").await;
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Failed", "Succeed"]).await;
}

async fn a_late_card_is_confirmed(engine: Engine) {
    let (world, browser, _) = at_the_shop(engine, "card-late").await;
    browser.pays().await;
    browser.sees("confirming").await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

async fn three_d_secure_is_approved(engine: Engine) {
    let (world, browser, _) = at_the_bank(engine).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    let address = browser.address().await;
    assert!(!address.contains("payment_id") && !address.contains("status"), "{address}");
    assert_eq!(world.creates().await, 1);
}

async fn three_d_secure_is_declined(engine: Engine) {
    let (world, browser, _) = at_the_bank(engine).await;
    browser.decides(Outcome::Fail).await;
    world.agrees(&browser, "failed", &["Failed"]).await;
    assert!(browser.has("button[part~=retry]").await, "the shopper can try again");
}

async fn three_d_secure_is_approved_late(engine: Engine) {
    let (world, browser, _) = at_the_bank(engine).await;
    browser.decides(Outcome::LateSucceed).await;
    browser.sees("confirming").await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

async fn a_link_is_paid_in_another_tab(engine: Engine) {
    let (world, browser, _) = at_the_shop(engine, "pay-by-link").await;
    browser.pays().await;
    browser.sees("link").await;
    let here = browser.tab().await;
    browser.presses("a[part~=continue]").await;
    browser.looks_at_the_window_opened(&here).await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    browser.looks_at(&here).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

async fn a_forged_return_is_not_believed(engine: Engine) {
    let (world, browser, payment) = at_the_bank(engine).await;
    let bank = browser.address().await;
    browser.goes_to(&world.return_address(&payment, "Succeed").await).await;
    world.agrees(&browser, "confirming", &["Pending"]).await;
    browser.goes_to(&bank).await;
    browser.decides(Outcome::Fail).await;
    world.agrees(&browser, "failed", &["Failed"]).await;
    browser.goes_to(&world.return_address(&payment, "Succeed").await).await;
    world.agrees(&browser, "failed", &["Failed"]).await;
}

async fn a_reload_while_it_is_confirmed_goes_on_with_it(engine: Engine) {
    let (world, browser, _) = at_the_bank(engine).await;
    browser.decides(Outcome::LateSucceed).await;
    browser.sees("confirming").await;
    browser.reloads().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    browser.reloads().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

async fn back_from_the_bank_shows_the_way_on(engine: Engine) {
    let (world, browser, payment) = at_the_bank(engine).await;
    browser.goes_back().await;
    world.agrees(&browser, "confirming", &["Pending"]).await;
    assert_eq!(browser.payment().await, payment);
    browser.presses("a[part~=continue]").await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}
