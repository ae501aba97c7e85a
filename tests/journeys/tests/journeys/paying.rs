//! A shopper pays, by every road there is, and is told the truth at its end.

use journeys::{Browser, Outcome, World};

/// Writes each journey twice: for a charge and for an authorization.
macro_rules! for_both_kinds {
    ($($journey:ident,)+) => {
        mod charge { $(
            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs the built shop and a browser: cargo xtask test"]
            async fn $journey() { super::$journey("charge").await; }
        )+ }
        mod authorization { $(
            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs the built shop and a browser: cargo xtask test"]
            async fn $journey() { super::$journey("authorization").await; }
        )+ }
    };
}

for_both_kinds! {
    a_card_is_accepted,
    a_card_is_declined_and_another_accepted,
    a_late_card_is_confirmed,
    three_d_secure_is_approved,
    three_d_secure_is_declined,
    three_d_secure_is_cancelled,
    three_d_secure_is_approved_late,
    three_d_secure_is_declined_late,
    three_d_secure_is_never_decided,
    pay_by_link_is_paid_in_another_tab,
}

/// What the receipt says: an authorization only reserves.
fn done(kind: &str) -> &'static str {
    if kind == "charge" { "paid" } else { "reserved" }
}

async fn ends(world: &World, browser: &Browser, kind: &str, statuses: &[&str]) {
    let detail = browser.detail().await;
    assert_eq!(detail["kind"], kind, "{detail}");
    assert_eq!(world.statuses(&browser.payment().await).await, statuses, "{detail}");
    world.never_two().await;
}

async fn succeeds(world: &World, browser: &Browser, kind: &str) {
    browser.sees("succeeded").await;
    let text = browser.text().await.to_lowercase();
    assert!(text.contains(done(kind)), "{text}");
    assert!(text.contains("$40.97"), "{text}");
    ends(world, browser, kind, &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

async fn a_card_is_accepted(kind: &str) {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop(kind, "card").await;
    browser.pictures(&format!("{kind}-ready")).await;
    browser.pays().await;
    succeeds(&world, &browser, kind).await;
    browser.pictures(&format!("{kind}-succeeded")).await;
}

async fn a_card_is_declined_and_another_accepted(kind: &str) {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop(kind, "card-declined").await;
    browser.pays().await;
    browser.sees("failed").await;
    browser.pictures(&format!("{kind}-declined")).await;
    browser.chooses("card").await;
    browser.presses("button[part~=retry]").await;
    browser.sees("ready").await;
    browser.pays().await;
    browser.sees("succeeded").await;
    ends(&world, &browser, kind, &["Failed", "Succeed"]).await;
}

async fn a_late_card_is_confirmed(kind: &str) {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop(kind, "card-late").await;
    browser.pays().await;
    browser.sees("confirming").await;
    browser.pictures(&format!("{kind}-confirming")).await;
    succeeds(&world, &browser, kind).await;
}

/// Pays with a card that asks for 3-D Secure, and lets the bank decide.
async fn goes_to_the_bank(world: &World, kind: &str, outcome: Outcome) -> Browser {
    let browser = world.browser().await;
    browser.shop(kind, "card-3ds").await;
    browser.pays().await;
    browser.is_at_the_bank().await;
    browser.decides(outcome).await;
    browser
}

async fn three_d_secure_is_approved(kind: &str) {
    let world = World::start().await;
    let browser = goes_to_the_bank(&world, kind, Outcome::Succeed).await;
    succeeds(&world, &browser, kind).await;
    let address = browser.address().await;
    assert!(!address.contains("payment_id") && !address.contains("status"), "{address}");
}

async fn fails(world: &World, browser: &Browser, kind: &str, picture: &str) {
    browser.sees("failed").await;
    browser.pictures(&format!("{kind}-{picture}")).await;
    ends(world, browser, kind, &["Failed"]).await;
    assert!(browser.has("button[part~=retry]").await, "the shopper can try again");
}

async fn three_d_secure_is_declined(kind: &str) {
    let world = World::start().await;
    let browser = goes_to_the_bank(&world, kind, Outcome::Fail).await;
    fails(&world, &browser, kind, "3ds-declined").await;
    assert_eq!(browser.detail().await["error"]["code"], "declined");
}

async fn three_d_secure_is_cancelled(kind: &str) {
    let world = World::start().await;
    let browser = goes_to_the_bank(&world, kind, Outcome::Cancel).await;
    fails(&world, &browser, kind, "3ds-cancelled").await;
    assert_eq!(browser.detail().await["error"]["code"], "cancelled");
}

async fn three_d_secure_is_approved_late(kind: &str) {
    let world = World::start().await;
    let browser = goes_to_the_bank(&world, kind, Outcome::LateSucceed).await;
    browser.sees("confirming").await;
    succeeds(&world, &browser, kind).await;
}

async fn three_d_secure_is_declined_late(kind: &str) {
    let world = World::start().await;
    let browser = goes_to_the_bank(&world, kind, Outcome::LateFail).await;
    browser.sees("confirming").await;
    fails(&world, &browser, kind, "3ds-declined-late").await;
}

async fn three_d_secure_is_never_decided(kind: &str) {
    let world = World::start().await;
    let browser = goes_to_the_bank(&world, kind, Outcome::Never).await;
    browser.sees("confirming").await;
    // Waiting a quarter of an hour shows no more than waiting three seconds.
    browser.value("document.querySelector('paymentsos-checkout').setAttribute('deadline', '3'); return '';").await;
    browser.sees("processing").await;
    browser.pictures(&format!("{kind}-processing")).await;
    browser.presses("button[part~=check]").await;
    browser.sees("processing").await;
    ends(&world, &browser, kind, &["Pending"]).await;
}

async fn pay_by_link_is_paid_in_another_tab(kind: &str) {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop(kind, "pay-by-link").await;
    browser.pays().await;
    browser.sees("link").await;
    browser.pictures(&format!("{kind}-link")).await;
    let here = browser.driver.window().await.expect("a tab");
    browser.presses("a[part~=continue]").await;
    let there = journeys::wait_for("a second tab", async || {
        let tabs = browser.driver.windows().await.map_err(|error| error.to_string())?;
        tabs.into_iter().find(|tab| *tab != here).ok_or_else(|| "there is one".to_owned())
    })
    .await;
    browser.driver.switch_to_window(there).await.expect("the second tab");
    browser.decides(Outcome::Succeed).await;
    browser.sees("succeeded").await;
    browser.driver.switch_to_window(here).await.expect("the first tab");
    succeeds(&world, &browser, kind).await;
}
