//! Coming back, from anywhere, and being told the truth whatever the address says.

use journeys::{Browser, Engine, Outcome, World, is_left_out_by};
use serde_json::json;

/// Pays with 3-D Secure up to the bank's page.
async fn at_the_bank(world: &World) -> (Browser, String) {
    let browser = world.browser().await;
    browser.shop("charge", "card-3ds").await;
    let payment = browser.payment().await;
    browser.pays().await;
    browser.is_at_the_bank().await;
    (browser, payment)
}

/// The address that PaymentsOS sends a shopper back to, with a status that anybody could have written.
async fn forged(world: &World, payment: &str, status: &str) -> String {
    let charge = world.payment(payment).await["related_resources"]["charges"][0]["id"].clone();
    let charge = charge.as_str().expect("there is a charge");
    format!("{}?order=x&payment_id={payment}&charge_id={charge}&status={status}", world.shop())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reload_after_the_return_shows_the_result_again() {
    let world = World::start().await;
    let (browser, _) = at_the_bank(&world).await;
    browser.decides(Outcome::Succeed).await;
    browser.sees("succeeded").await;
    browser.reloads().await;
    browser.sees("succeeded").await;
    assert_eq!(world.creates().await, 1);
    world.never_two().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_return_in_another_browser_shows_the_result_and_no_more() {
    let world = World::start().await;
    let (browser, payment) = at_the_bank(&world).await;
    browser.decides(Outcome::Succeed).await;
    browser.sees("succeeded").await;
    let other = world.browser().await;
    other.driver.goto(forged(&world, &payment, "Pending").await).await.expect("the address opens");
    other.sees("succeeded").await;
    assert!(other.text().await.contains("$40.97"), "{}", other.text().await);
    assert!(!other.text().await.contains("3220"), "what the card was is for the shopper's own browser");
    world.never_two().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_payment_known_only_from_the_address_can_only_be_looked_at() {
    let world = World::start().await;
    let (browser, payment) = at_the_bank(&world).await;
    browser.decides(Outcome::Fail).await;
    browser.sees("failed").await;
    let other = world.browser().await;
    other.driver.goto(forged(&world, &payment, "Failed").await).await.expect("the address opens");
    other.sees("failed").await;
    other.pictures("failed-view-only").await;
    assert!(!other.has("button[part~=pay]").await && !other.has("button[part~=retry]").await);
    assert_eq!(world.creates().await, 1);
    world.never_two().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_success_forged_on_a_pending_payment_is_not_believed() {
    let world = World::start().await;
    let (browser, payment) = at_the_bank(&world).await;
    browser.driver.goto(forged(&world, &payment, "Succeed").await).await.expect("the address opens");
    browser.sees("confirming").await;
    assert_eq!(world.statuses(&payment).await, ["Pending"]);
    assert_eq!(browser.detail().await["result"]["status"].as_str().unwrap_or("Pending"), "Pending");
    world.never_two().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_success_forged_on_a_failed_payment_is_not_believed() {
    let world = World::start().await;
    world.faults(json!({"return": {"status": "Succeed"}})).await;
    let (browser, payment) = at_the_bank(&world).await;
    browser.decides(Outcome::Fail).await;
    browser.sees("failed").await;
    assert_eq!(world.statuses(&payment).await, ["Failed"]);
    world.never_two().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn pay_pressed_twice_and_by_the_keyboard_charges_once() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop("charge", "card-late").await;
    let pay = browser.piece("button[part~=pay]").await;
    browser
        .driver
        .action_chain()
        .double_click_element(&pay)
        .send_keys("\u{e007}")
        .send_keys("\u{e007}")
        .perform()
        .await
        .expect("the button can be pressed");
    browser.value("const e = document.querySelector('paymentsos-checkout'); e.pay(); e.pay(); return '';").await;
    browser.sees("succeeded").await;
    assert_eq!(world.creates().await, 1);
    assert_eq!(world.statuses(&browser.payment().await).await, ["Succeed"]);
    world.never_two().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_script_for_a_redirection_is_not_followed() {
    let world = World::start().await;
    world.faults(json!({"redirection_url": "javascript:document.title='gone'"})).await;
    let browser = world.browser().await;
    browser.shop("charge", "card-3ds").await;
    let listen = "window.codes = []; document.addEventListener('checkout-error', (event) => codes.push(event.detail.error.code)); return '';";
    browser.value(listen).await;
    browser.pays().await;
    browser.sees("processing").await;
    browser.reads("not safe to open").await;
    assert!(!browser.has("a[part~=continue]").await, "there is nowhere to go");
    assert_eq!(browser.value("return codes.join();").await, "redirection_refused");
    assert_ne!(browser.driver.title().await.unwrap_or_default(), "gone");
    world.never_two().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn nothing_personal_is_stored_and_nothing_stays_in_the_address() {
    let world = World::start().await;
    let (browser, _) = at_the_bank(&world).await;
    browser.driver.back().await.expect("there is a page before");
    browser.sees("confirming").await;
    browser.reads("bank").await;
    browser.pictures("continue-at-your-bank").await;
    let stored = browser.storage().await;
    for secret in ["http", "token", "4000", "3220", "Byron", "3ds"] {
        assert!(!stored.contains(secret), "{secret} in {stored}");
    }
    browser.presses("a[part~=continue]").await;
    browser.decides(Outcome::Succeed).await;
    browser.sees("succeeded").await;
    assert_eq!(browser.storage().await.matches('|').count(), 1, "only the ids of what is shown are kept");
    assert_eq!(world.creates().await, 1);
    world.never_two().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn in_forced_colours_everything_is_still_there() {
    if is_left_out_by(&Engine::OTHERS, "only Chromium can be told to force colours") {
        return;
    }
    let world = World::start().await;
    let browser = world.browser().await;
    let forced = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
    browser.tells("Emulation.setEmulatedMedia", forced).await;
    browser.shop("charge", "card-declined").await;
    let line = |part: &str| {
        format!(
            "const piece = document.querySelector('paymentsos-checkout').shadowRoot.querySelector('{part}');
             const {{ borderTopColor, borderTopStyle, backgroundColor }} = getComputedStyle(piece);
             return `${{borderTopStyle}} ${{borderTopColor === backgroundColor ? 'unseen' : 'seen'}}`;"
        )
    };
    assert_eq!(browser.value(&line("button[part~=pay]")).await, "solid seen");
    browser.pictures("forced-colours-ready").await;
    browser.pays().await;
    browser.sees("failed").await;
    for part in ["div[part~=error]", "button[part~=retry]"] {
        assert_eq!(browser.value(&line(part)).await, "solid seen", "{part}");
    }
    browser.pictures("forced-colours-failed").await;
}
