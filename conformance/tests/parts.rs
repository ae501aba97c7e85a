//! What cannot be checked, or need not be, is said to be so, and uses up no payment.

mod common;

use axum::http::StatusCode;
use common::proxy::{Answer, Asked, Doing, Proxy, doing};
use common::{address, config, sandbox};
use conformance::{Options, Report, Verdict, run};
use serde_json::json;
use url::Url;

const AUTHORIZATIONS: [&str; 3] = ["authorization-repeat", "authorization-another-key", "authorization-becomes-final"];

/// What came of those checks of the reference behind that proxy.
async fn checked(at_front: Doing, only: &[&str], set: impl FnOnce(&mut Options)) -> Report {
    let sandbox = sandbox().await;
    let front = Proxy::new().await;
    let mut config = config(address(sandbox.address));
    config.public_url = Some(front.url.clone());
    let merchant = merchant::start(config).await.expect("a merchant");
    let mut options = Options::new(front.url.clone(), address(sandbox.address));
    front.before(vec![address(merchant.address)], at_front);
    options.only = only.iter().map(|name| (*name).to_owned()).collect();
    set(&mut options);
    run(&options).await.expect("a backend that can be checked")
}

fn verdict<'a>(report: &'a Report, name: &str) -> &'a Verdict {
    let outcome = report.outcomes.iter().find(|outcome| outcome.name == name);
    &outcome.unwrap_or_else(|| panic!("{name} is missing")).verdict
}

/// Replies with that status where it is asked for something like that.
fn refusing(is: fn(&Asked) -> bool, status: StatusCode) -> Doing {
    doing(move |asked, behind| async move {
        match is(&asked) {
            true => Answer::json(status, &json!({"category": "api_request_error", "description": "no"})),
            false => behind.ask(asked).await,
        }
    })
}

fn is_at_authorizations(asked: &Asked) -> bool {
    asked.path.contains("/authorizations")
}

fn orders_authorization(asked: &Asked) -> bool {
    asked.path == "/shop/orders" && String::from_utf8_lossy(&asked.body).contains("authorization")
}

#[tokio::test]
async fn a_backend_that_only_charges_need_not_do_more() {
    for status in [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED] {
        let report = checked(refusing(is_at_authorizations, status), &AUTHORIZATIONS, |_| {}).await;
        for name in AUTHORIZATIONS {
            let said = verdict(&report, name);
            let is_right = matches!(said, Verdict::NotNeeded(why) if why.contains("makes no authorizations"));
            assert!(is_right, "{name}: {said:?}");
        }
        assert!(report.is_kept() && report.not_run() == 0);
    }
}

#[tokio::test]
async fn authorizations_that_no_order_is_for_are_not_taken_for_checked() {
    let at_front = refusing(orders_authorization, StatusCode::UNPROCESSABLE_ENTITY);
    let report = checked(at_front, &AUTHORIZATIONS, |_| {}).await;
    for name in AUTHORIZATIONS {
        let said = verdict(&report, name);
        assert!(matches!(said, Verdict::NotRun(why) if why.contains("no order that is to be")), "{name}: {said:?}");
    }
    assert!(report.is_kept() && report.not_run() == AUTHORIZATIONS.len());
}

#[tokio::test]
async fn orders_are_made_by_who_is_signed_in() {
    let login = |asked: &Asked| {
        let cookie = asked.headers.get("cookie").and_then(|cookie| cookie.to_str().ok()).unwrap_or_default();
        asked.path == "/shop/orders" && !cookie.contains("login=somebody")
    };
    let only = ["repeat", "key-of-another", "another-session"];
    let sign_in = |options: &mut Options| options.cookie = Some("login=somebody".to_owned());
    let report = checked(refusing(login, StatusCode::UNAUTHORIZED), &only, sign_in).await;
    assert_eq!(*verdict(&report, "repeat"), Verdict::Kept);
    assert_eq!(*verdict(&report, "key-of-another"), Verdict::Kept);
    // All orders are the same customer's.
    let said = verdict(&report, "another-session");
    assert!(matches!(said, Verdict::NotRun(why) if why.contains("--other-cookie")), "{said:?}");
    let as_another = |options: &mut Options| {
        sign_in(options);
        options.other_cookie = Some("login=somebody-else".to_owned());
    };
    let report = checked(refusing(login, StatusCode::UNAUTHORIZED), &only, as_another).await;
    assert_eq!(*verdict(&report, "another-session"), Verdict::Kept);
}

#[tokio::test]
async fn what_cannot_be_checked_uses_up_no_payment() {
    let sandbox = sandbox().await;
    let merchant = merchant::start(config(address(sandbox.address))).await.expect("a merchant");
    let shop = common::Shopper::at(address(merchant.address)).await;
    let mut options = Options::new(address(merchant.address), address(sandbox.address));
    options.sandbox = None;
    options.payments = vec![shop.order("charge").await];
    options.cookie = Some(shop.cookie.clone());
    // In the order of their runs.
    options.only = ["two-keys-at-once", "lost-reply", "another-session", "foreign-origin", "authorization-repeat"]
        .map(str::to_owned)
        .to_vec();
    let report = run(&options).await.expect("a backend that can be checked");
    for (name, words) in [
        ("two-keys-at-once", "it uses up 3 payments; left: 1."),
        ("lost-reply", "it needs --sandbox"),
        ("another-session", "it needs a second session"),
        ("authorization-repeat", "Give more with --authorize"),
    ] {
        let said = verdict(&report, name);
        assert!(matches!(said, Verdict::NotRun(why) if why.contains(words)), "{name}: {said:?}");
    }
    assert_eq!(*verdict(&report, "foreign-origin"), Verdict::Kept);
}

#[tokio::test]
async fn credentials_in_an_address_are_refused_and_not_dropped() {
    let backend: Url = "http://somebody:secret@localhost:1".parse().expect("an address");
    let options = Options::new(backend.clone(), backend);
    let said = run(&options).await.expect_err("it cannot be called").to_string();
    assert!(said.contains("without credentials"), "{said}");
}
