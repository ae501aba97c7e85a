//! The shop's backend and PaymentsOS break off at each step of a payment, and begin anew.

use journeys::{Browser, Engine, Outcome, World, wait_for};
use serde_json::json;

in_every_engine! {
    the_backend_restarts_at_each_step,
    paymentsos_restarts_at_each_step,
    paymentsos_breaks_off_the_create,
    paymentsos_has_forgotten_everything,
}

const CREATE: &str = "/charges";

async fn the_backend_restarts_at_each_step(engine: Engine) {
    let mut world = World::that_remembers().await.seen_with(engine);
    world.switches(json!({"late_ms": 3_000})).await;
    let (browser, payment) = world.at_the_shop("card-3ds").await;
    world.restarts_the_backend().await;
    browser.pays().await;
    browser.is_at_the_bank().await;
    world.restarts_the_backend().await;
    browser.decides(Outcome::LateSucceed).await;
    browser.sees("confirming").await;
    world.restarts_the_backend().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    world.restarts_the_backend().await;
    browser.reloads().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(browser.payment().await, payment);
    assert_eq!(world.creates().await, 1);
}

async fn paymentsos_restarts_at_each_step(engine: Engine) {
    let mut world = World::start().await.seen_with(engine);
    world.switches(json!({"late_ms": 3_000})).await;
    let (browser, payment) = world.at_the_shop("card-3ds").await;
    world.restarts_paymentsos().await;
    browser.pays().await;
    browser.is_at_the_bank().await;
    world.restarts_paymentsos().await;
    browser.decides(Outcome::LateSucceed).await;
    browser.sees("confirming").await;
    world.restarts_paymentsos().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    world.restarts_paymentsos().await;
    browser.reloads().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(browser.payment().await, payment);
    assert_eq!(world.creates().await, 1);
}

/// It is on its way there, or has been carried out with nobody being told: the page cannot know, and does not pay twice for it.
async fn paymentsos_breaks_off_the_create(engine: Engine) {
    let mut world = World::start().await.seen_with(engine);
    let (browser, _) = world.at_the_shop("card").await;
    world.faults(json!({"api": [{"method": "POST", "path": CREATE, "latency_ms": 60_000, "times": 1}]})).await;
    browser.pays().await;
    wait_for("the create to get there", async || {
        let reply = reqwest::get(world.at_sandbox("/sandbox/faults")).await.map_err(|error| error.to_string())?;
        let faults: serde_json::Value = reply.json().await.map_err(|error| error.to_string())?;
        if faults["api"][0]["times"] == 0 { Ok(()) } else { Err(faults.to_string()) }
    })
    .await;
    world.restarts_paymentsos().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(keys(&world).len(), 1);
}

/// The keys under which the page has asked for a charge.
fn keys(world: &World) -> std::collections::BTreeSet<String> {
    world.proxy.passed("POST", CREATE).into_iter().filter_map(|post| post.key).collect()
}

/// Nothing says any more what became of the payment, so the page does not either; there is a way to ask.
async fn paymentsos_has_forgotten_everything(engine: Engine) {
    let world = World::start().await.seen_with(engine);
    let (browser, payment) = world.at_the_bank().await;
    let back = world.return_address(&payment, "Succeed").await;
    world.paymentsos_forgets().await;
    browser.goes_to(&back).await;
    browser.sees("confirming").await;
    // Waiting a quarter of an hour shows no more than waiting three seconds.
    browser.value("document.querySelector('paymentsos-checkout').setAttribute('deadline', '3'); return '';").await;
    browser.sees("processing").await;
    is_honest(&browser).await;
    browser.presses("button[part~=check]").await;
    browser.sees("processing").await;
    is_honest(&browser).await;
}

async fn is_honest(browser: &Browser) {
    browser.reads("Still processing").await;
    assert!(browser.has("button[part~=check]").await && !browser.has("button[part~=pay]").await);
}
