//! What PaymentsOS and the shop's backend do to a payment on its way: webhooks as they please, errors, a return that lies, a backend
//! that begins anew. The page ends with what PaymentsOS knows.

use journeys::{Browser, Outcome, World, wait_for};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CREATE: &str = "/charges";
/// Where transactions are asked for.
const ASK: &str = "/charges/";

/// From now on, every page notes the states that its checkout tells, for as long as the tab is there.
async fn notes_states(browser: &Browser) {
    let script = "document.addEventListener('checkout-state', ({ detail }) => {
        sessionStorage.setItem('states', `${sessionStorage.getItem('states') ?? ''} ${detail.state}`);
    });";
    browser.begins_with(script).await;
}

/// The states that were told.
async fn states(browser: &Browser) -> String {
    let states = browser.value("return sessionStorage.getItem('states');").await;
    assert!(states.contains("creating"), "they are noted: {states}");
    states
}

/// A browser at the bank's page whose pages note the states, and the payment.
async fn at_the_bank(world: &World) -> (Browser, String) {
    let browser = world.browser().await;
    notes_states(&browser).await;
    browser.shop("charge", "card-3ds").await;
    let payment = browser.payment().await;
    browser.pays().await;
    browser.is_at_the_bank().await;
    (browser, payment)
}

/// What was sent to the webhooks' address for a payment: the events and the statuses that they were answered with, oldest first.
fn told(log: &[Value], payment: &str) -> Vec<(String, u64)> {
    let of_payment = log.iter().filter(|entry| entry["kind"] == "webhook" && entry["payment_id"] == payment);
    let told = of_payment.filter_map(|entry| Some((entry["event"].as_str()?.to_owned(), entry["status"].as_u64()?)));
    told.collect()
}

/// Where an event is in what was told.
fn place(told: &[(String, u64)], event: &str) -> Option<usize> {
    told.iter().position(|(name, _)| name == event)
}

/// Pays in the three ways that end later, while that is wrong with webhooks; `happened` looks into the log for it.
async fn ends_true_whatever_is_told(webhooks: Value, happened: fn(&[Value], &str) -> bool) {
    let world = World::start().await;
    world.switches(json!({"webhook_retry_ms": 200, "shuffle_ms": 30_000})).await;
    world.faults(json!({ "webhooks": webhooks })).await;
    let browser = world.browser().await;
    let ways = [
        ("card-late", None, "succeeded", "Succeed"),
        ("card-3ds", Some(Outcome::LateSucceed), "succeeded", "Succeed"),
        ("card-3ds", Some(Outcome::LateFail), "failed", "Failed"),
    ];
    for (count, (method, outcome, state, status)) in ways.into_iter().enumerate() {
        browser.shop("charge", method).await;
        let payment = browser.payment().await;
        browser.pays().await;
        if let Some(outcome) = outcome {
            browser.decides(outcome).await;
        }
        world.agrees(&browser, state, &[status]).await;
        assert_eq!(browser.payment().await, payment);
        wait_for("the webhooks as they were to be", async || {
            let log = world.log().await;
            if happened(&log, &payment) { Ok(()) } else { Err(format!("{:?}", told(&log, &payment))) }
        })
        .await;
        // The page does not go back to what is known worse; a new one would see it.
        browser.reloads().await;
        world.agrees(&browser, state, &[status]).await;
        assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (count + 1, count + 1));
    }
    assert!(world.merchant.alerts().is_empty(), "{:?}", world.merchant.alerts());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn webhooks_that_are_there_before_the_reply_change_nothing() {
    ends_true_whatever_is_told(json!({"before_reply": true}), |log, payment| {
        let path = format!("/payments/{payment}/charges");
        let reply = log.iter().position(|entry| entry["method"] == "POST" && entry["path"] == path.as_str());
        reply.is_some_and(|reply| place(&told(&log[..reply], payment), "payment.charge.create").is_some())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn without_webhooks_the_shop_asks_for_itself() {
    ends_true_whatever_is_told(json!({"drop": true}), |log, payment| told(log, payment).is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn webhooks_that_come_three_times_are_heard_once() {
    ends_true_whatever_is_told(json!({"copies": 3}), |log, payment| {
        let told = told(log, payment);
        let updates = told.iter().filter(|(event, status)| event == "payment.charge.update" && *status == 200);
        updates.count() >= 3
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn webhooks_that_overtake_each_other_make_no_result_pending_again() {
    ends_true_whatever_is_told(json!({"shuffle": true}), |log, payment| {
        let told = told(log, payment);
        let create = place(&told, "payment.charge.create");
        create.is_some() && place(&told, "payment.charge.update") < create
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn webhooks_with_a_wrong_signature_are_not_heard_and_not_missed() {
    ends_true_whatever_is_told(json!({"bad_signature": true}), |log, payment| {
        let told = told(log, payment);
        place(&told, "payment.charge.update").is_some() && told.iter().all(|(_, status)| *status == 401)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn webhooks_that_come_late_change_nothing_any_more() {
    ends_true_whatever_is_told(json!({"delay_ms": 2_500}), |log, payment| {
        place(&told(log, payment), "payment.charge.update").is_some()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_create_that_takes_long_is_waited_for_and_not_repeated() {
    let world = World::start().await;
    let browser = world.browser().await;
    notes_states(&browser).await;
    browser.shop("charge", "card").await;
    world.faults(json!({"api": [{"method": "POST", "path": CREATE, "latency_ms": 5_000, "times": 1}]})).await;
    browser.pays().await;
    world.proxy.has_passed("POST", CREATE, 1).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert!(states(&browser).await.ends_with("ready creating succeeded"), "{}", states(&browser).await);
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_redirection_that_runs_out_unused_ends_as_failed() {
    let world = World::with(|switches| switches.redirection_ms = 4_000).await;
    let (browser, payment) = at_the_bank(&world).await;
    browser.goes_back().await;
    world.agrees(&browser, "failed", &["Failed"]).await;
    assert_eq!(browser.payment().await, payment);
    assert!(!browser.has("a[part~=continue]").await, "there is nowhere to go any more");
    browser.chooses("card").await;
    browser.presses("button[part~=retry]").await;
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Failed", "Succeed"]).await;
    assert_eq!(world.creates().await, 2);
}

/// Pays with 3-D Secure and a late outcome, PaymentsOS answering nothing of use when it is asked; the page does not say that it failed
/// before it did.
async fn ends_true_in_spite_of_errors(outcome: Outcome, state: &str, status: &str) {
    let world = World::start().await;
    let (browser, _) = at_the_bank(&world).await;
    let fault = |fault: Value| {
        let mut all = json!({"method": "GET", "path": "/payments/", "times": 1});
        all.as_object_mut().expect("an object").extend(fault.as_object().expect("an object").clone());
        all
    };
    let api = [
        fault(json!({"status": 503, "times": 2})),
        fault(json!({"status": 429, "retry_after": 1})),
        fault(json!({"lose_reply": true, "after": false})),
        fault(json!({"status": 404, "times": 2})),
        fault(json!({"status": 401})),
        fault(json!({"status": 500})),
    ];
    let before = world.log().await.len();
    world.faults(json!({ "api": api })).await;
    browser.decides(outcome).await;
    let failures = async || {
        let log = world.log().await;
        let asked = log[before..].iter().filter(|entry| entry["kind"] == "request" && entry["method"] == "GET");
        asked.filter(|entry| entry["status"] != 200).count()
    };
    wait_for("every error to have come", async || {
        // Looked at first: what comes between the two looks is no result too early.
        let state = browser.state().await;
        let count = failures().await;
        let is_told = ["succeeded", "failed", "unavailable"].contains(&state.as_str());
        assert!(count == 8 || !is_told, "{state} after {count} errors");
        if count == 8 { Ok(()) } else { Err(format!("{count} in {state}")) }
    })
    .await;
    world.agrees(&browser, state, &[status]).await;
    let states = states(&browser).await;
    let last = states.rsplit(' ').next().unwrap_or_default();
    assert_eq!((states.matches("failed").count() + states.matches("succeeded").count(), last), (1, state), "{states}");
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn errors_while_it_is_confirmed_are_no_failure() {
    ends_true_in_spite_of_errors(Outcome::LateSucceed, "succeeded", "Succeed").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn errors_while_it_is_confirmed_hide_no_failure() {
    ends_true_in_spite_of_errors(Outcome::LateFail, "failed", "Failed").await;
}

/// Comes back from the bank with that in the address, and is told the truth. Gives the address that the page has then.
async fn is_told_the_truth(back: Value, outcome: Outcome, state: &str, status: &str) -> String {
    let world = World::start().await;
    world.faults(json!({ "return": back })).await;
    let (browser, payment) = at_the_bank(&world).await;
    browser.decides(outcome).await;
    world.agrees(&browser, state, &[status]).await;
    assert_eq!(browser.payment().await, payment);
    let other = if state == "failed" { "succeeded" } else { "failed" };
    let states = states(&browser).await;
    assert!(!states.contains(other), "{states}");
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
    browser.address().await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_return_that_says_failed_of_what_succeeded_is_not_believed() {
    let address = is_told_the_truth(json!({"status": "Failed"}), Outcome::Succeed, "succeeded", "Succeed").await;
    assert!(address.contains("order=") && !address.contains("status="), "{address}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_return_that_says_failed_of_what_is_pending_is_not_believed() {
    is_told_the_truth(json!({"status": "Failed"}), Outcome::LateSucceed, "succeeded", "Succeed").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_return_that_says_succeed_of_what_fails_later_is_not_believed() {
    is_told_the_truth(json!({"status": "Succeed"}), Outcome::LateFail, "failed", "Failed").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_return_without_ids_finds_the_payment_that_was_saved() {
    is_told_the_truth(json!({"payment_id": "", "transaction_id": ""}), Outcome::Succeed, "succeeded", "Succeed").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_return_with_ids_that_are_none_finds_the_payment_that_was_saved() {
    let back = json!({"payment_id": "../../shop/config?", "transaction_id": "<b>1</b>"});
    is_told_the_truth(back, Outcome::LateFail, "failed", "Failed").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_return_that_names_another_transaction_of_the_payment_changes_nothing() {
    let back = json!({"transaction_id": "0b8f2f4e-1111-4222-8333-444455556666", "status": "Failed"});
    is_told_the_truth(back, Outcome::Succeed, "succeeded", "Succeed").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_return_with_the_ids_of_somebody_elses_payment_shows_ones_own() {
    let world = World::start().await;
    let (other, theirs) = world.at_the_shop("card").await;
    other.pays().await;
    world.agrees(&other, "succeeded", &["Succeed"]).await;
    let charge = world.payment(&theirs).await["related_resources"]["charges"][0]["id"].clone();
    world.faults(json!({"return": {"payment_id": theirs, "transaction_id": charge, "status": "Succeed"}})).await;
    let (browser, payment) = at_the_bank(&world).await;
    browser.decides(Outcome::Fail).await;
    world.agrees(&browser, "failed", &["Failed"]).await;
    assert_eq!(browser.payment().await, payment);
    let states = states(&browser).await;
    assert!(!states.contains("succeeded"), "{states}");
    assert_eq!(world.creates().await, 2, "one each");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_bank_that_sends_nobody_back_leaves_the_result_in_the_shop() {
    let world = World::start().await;
    world.faults(json!({"return": {"none": true}})).await;
    let (browser, payment) = at_the_bank(&world).await;
    browser.decides(Outcome::LateSucceed).await;
    wait_for("the bank's last page", async || {
        match browser.value("return document.querySelector('h1')?.textContent ?? '';").await.as_str() {
            "Thank you" => Ok(()),
            heading => Err(heading.to_owned()),
        }
    })
    .await;
    browser.goes_to(&format!("{}?kind=charge&method=card-3ds", world.shop())).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(browser.payment().await, payment);
    assert_eq!(world.creates().await, 1);
}

/// Waits until the page has a wait held by the backend.
async fn is_held(world: &World) {
    wait_for("a held wait", async || match world.merchant.waiters() {
        0 => Err(format!("{:?}", world.proxy.passed("GET", ASK))),
        _ => Ok(()),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_backend_that_begins_anew_while_it_is_confirmed_goes_on_with_it() {
    let mut world = World::that_remembers().await;
    world.switches(json!({"late_ms": 4_000})).await;
    let (browser, payment) = at_the_bank(&world).await;
    browser.decides(Outcome::LateSucceed).await;
    browser.sees("confirming").await;
    is_held(&world).await;
    world.restarts_the_backend().await;
    assert_eq!(world.statuses(&payment).await, ["Pending"], "it begins anew in the middle");
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    let states = states(&browser).await;
    assert!(!states.contains("failed") && !states.contains("unavailable"), "{states}");
    assert_eq!((world.proxy.passed("POST", CREATE).len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_backend_that_begins_anew_while_the_shopper_is_away_knows_them_still() {
    let mut world = World::that_remembers().await;
    let (browser, payment) = at_the_bank(&world).await;
    world.restarts_the_backend().await;
    browser.decides(Outcome::Fail).await;
    world.agrees(&browser, "failed", &["Failed"]).await;
    browser.chooses("card").await;
    browser.presses("button[part~=retry]").await;
    browser.sees("ready").await;
    world.restarts_the_backend().await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Failed", "Succeed"]).await;
    assert_eq!(browser.payment().await, payment);
    assert_eq!(world.creates().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_create_whose_reply_went_with_its_backend_is_found_by_the_next() {
    let mut world = World::that_remembers().await;
    let (browser, _) = world.at_the_shop("card").await;
    // The page waits for the backend, which waits for PaymentsOS.
    world.faults(json!({"api": [{"method": "POST", "path": CREATE, "latency_ms": 1_000, "times": 1}]})).await;
    let gate = world.proxy.with("POST", CREATE).times(1).hold_the_reply();
    browser.pays().await;
    world.proxy.has_passed("POST", CREATE, 1).await;
    world.restarts_the_backend().await;
    assert_eq!(browser.state().await, "creating");
    drop(gate);
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    let keys: BTreeSet<_> = world.proxy.passed("POST", CREATE).into_iter().map(|post| post.key).collect();
    assert_eq!((keys.len(), world.creates().await), (1, 1));
}
