//! What came of a create is not known: it, or its answer, was lost on the way, or the answer says nothing. The payment tells, and
//! whatever is sent again is sent under the same key.

use journeys::{Browser, Outcome, World, wait_for};
use std::collections::BTreeSet;
use std::time::Duration;

const CREATE: &str = "/charges";

/// The shop with Pay to be pressed, and its payment.
async fn at_the_shop(world: &World, method: &str) -> (Browser, String) {
    let browser = world.browser().await;
    browser.shop("charge", method).await;
    let payment = browser.payment().await;
    (browser, payment)
}

/// Checks that so many POSTs were answered, all that were sent having one key. Chromium itself sends a POST again, up to three times,
/// where a connection that it has used before closes without an answer; so there may be more of those.
fn one_key(world: &World, answered: usize) {
    let passed = world.proxy.passed("POST", CREATE);
    let keys: BTreeSet<_> = passed.iter().map(|post| post.key.clone().expect("a key")).collect();
    let answers = passed.iter().filter(|post| post.status.is_some()).count();
    assert_eq!((answers, keys.len()), (answered, 1), "{passed:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_create_lost_on_its_way_is_sent_again_under_the_same_key() {
    let world = World::start().await;
    let (browser, _) = at_the_shop(&world, "card").await;
    world.proxy.with("POST", CREATE).times(6).lose_the_request();
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    one_key(&world, 1);
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_create_whose_reply_is_lost_is_found_and_not_sent_again() {
    let world = World::start().await;
    let (browser, _) = at_the_shop(&world, "card").await;
    world.proxy.with("POST", CREATE).lose_the_reply();
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    one_key(&world, 0);
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_decline_whose_reply_is_lost_is_told_and_another_attempt_has_another_key() {
    let world = World::start().await;
    let (browser, payment) = at_the_shop(&world, "card-declined").await;
    let lost = world.proxy.with("POST", CREATE).hold_the_reply();
    browser.pays().await;
    world.proxy.has_passed("POST", CREATE, 1).await;
    wait_for("the decline", async || {
        let statuses = world.statuses(&payment).await;
        if statuses == ["Failed"] { Ok(()) } else { Err(format!("{statuses:?}")) }
    })
    .await;
    world.proxy.calms_down();
    drop(lost);
    world.agrees(&browser, "failed", &["Failed"]).await;
    assert_eq!(world.creates().await, 2, "a fault of the provider is tried once more");
    browser.chooses("card").await;
    browser.presses("button[part~=retry]").await;
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Failed", "Succeed"]).await;
    let keys: BTreeSet<_> = world.proxy.passed("POST", CREATE).into_iter().map(|post| post.key).collect();
    assert_eq!(keys.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_redirection_whose_reply_is_lost_is_followed_once_it_is_confirmed() {
    let world = World::start().await;
    let (browser, payment) = at_the_shop(&world, "card-3ds").await;
    world.proxy.with("POST", CREATE).lose_the_reply();
    browser.pays().await;
    browser.is_at_the_bank().await;
    let asked = world.proxy.passed("GET", &format!("/payments/{payment}/charges/"));
    assert!(!asked.is_empty(), "confirmed by a question of its own");
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    one_key(&world, 0);
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_409_of_our_own_making_is_looked_into() {
    let world = World::start().await;
    let (browser, _) = at_the_shop(&world, "card-late").await;
    world.proxy.with("POST", CREATE).times(1).answer_although_done(409, r#"{"category":"api_request_error"}"#);
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    one_key(&world, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_409_of_somebody_elses_making_shows_what_they_have_paid() {
    let world = World::start().await;
    let (browser, payment) = at_the_shop(&world, "card").await;
    let gate = world.proxy.with("POST", CREATE).hold_the_request();
    browser.pays().await;
    world.proxy.has_passed("POST", CREATE, 1).await;
    world.somebody_else_charges(&payment).await;
    gate.lets_go();
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.proxy.passed("POST", CREATE)[0].status, Some(409));
    assert_eq!(world.creates().await, 1, "theirs");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_somebody_else_has_paid_since_the_page_was_opened_is_not_paid_again() {
    let world = World::start().await;
    let (browser, payment) = at_the_shop(&world, "card").await;
    world.somebody_else_charges(&payment).await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.proxy.passed("POST", CREATE).len(), 0, "read before anything is sent");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_shop_that_asks_for_patience_gets_it() {
    let world = World::start().await;
    let (browser, _) = at_the_shop(&world, "card").await;
    world.proxy.with("POST", CREATE).times(1).answer_later(429, 3);
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    one_key(&world, 2);
    let posts = world.proxy.passed("POST", CREATE);
    assert!(posts[1].at - posts[0].at >= Duration::from_secs(3), "{posts:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_shop_with_a_fault_is_asked_again_under_the_same_key() {
    let world = World::start().await;
    let (browser, _) = at_the_shop(&world, "card").await;
    world.proxy.with("POST", CREATE).times(1).answer(503);
    world.proxy.with("POST", CREATE).times(1).answer(500);
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    one_key(&world, 3);
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_shop_with_a_fault_after_it_has_done_it_is_not_asked_again() {
    let world = World::start().await;
    let (browser, _) = at_the_shop(&world, "card").await;
    world.proxy.with("POST", CREATE).answer_although_done(500, "{}");
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    one_key(&world, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_refusal_of_a_repeat_says_nothing_of_the_first() {
    let world = World::start().await;
    let (browser, _) = at_the_shop(&world, "card").await;
    world.proxy.with("POST", CREATE).times(1).answer(503);
    world.proxy.with("POST", CREATE).times(2).answer(400);
    browser.pays().await;
    world.proxy.has_passed("POST", CREATE, 2).await;
    assert_eq!(browser.state().await, "creating", "neither failed nor refused");
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    one_key(&world, 4);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_refusal_before_anything_was_made_says_so_and_can_be_tried_again() {
    let world = World::start().await;
    let (browser, payment) = at_the_shop(&world, "card").await;
    world.proxy.with("POST", CREATE).times(1).answer(422);
    browser.pays().await;
    browser.sees("failed").await;
    browser.reads("No money has moved.").await;
    assert_eq!(browser.detail().await["error"]["code"], "request_refused");
    assert!(world.statuses(&payment).await.is_empty());
    browser.presses("button[part~=retry]").await;
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    one_key(&world, 2);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_refusal_of_what_the_browser_itself_sent_again_is_not_the_last_word() {
    let world = World::start().await;
    let (browser, _) = at_the_shop(&world, "card").await;
    // Carried out, and the connection closes; what Chromium then sends by itself is refused.
    world.proxy.with("POST", CREATE).times(1).lose_the_reply();
    world.proxy.with("POST", CREATE).answer(403);
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reply_that_cannot_be_read_is_no_reply() {
    let world = World::start().await;
    let (browser, _) = at_the_shop(&world, "card").await;
    world.proxy.with("POST", CREATE).times(1).answer_although_done(201, "<html>Welcome to the hotel's network</html>");
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    one_key(&world, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_repeat_that_is_answered_with_an_old_snapshot_leads_nobody_away() {
    let world = World::start().await;
    let (browser, payment) = at_the_shop(&world, "card").await;
    world.proxy.with("POST", CREATE).times(1).answer_although_done(504, "");
    world.proxy.with("POST", CREATE).edit(|charge| {
        charge["result"] = serde_json::json!({"status": "Pending"});
        charge["redirection"] = serde_json::json!({"id": "1", "url": "https://bank.example/too-late"});
    });
    // Before the press the payment is free; after it, what stands for it is not told, so that the create is repeated.
    world.proxy.with("GET", &payment).times(1).say("x-journey", "before");
    world.proxy.with("GET", &payment).times(1).edit(|payment| drop(payment["related_resources"].take()));
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert!(browser.address().await.starts_with(&world.shop()), "{}", browser.address().await);
    one_key(&world, 2);
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_reply_lost_between_paymentsos_and_the_shop_is_found_by_the_shop() {
    let world = World::start().await;
    let (browser, _) = at_the_shop(&world, "card").await;
    world
        .faults(serde_json::json!({"api": [{"method": "POST", "path": CREATE, "lose_reply": true, "times": 1}]}))
        .await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    one_key(&world, 1);
}
