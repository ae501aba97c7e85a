//! What is kept in the browser, when, and what becomes of a payment where nothing can be.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod stub;

use paymentsos_core::flow::{Attempt, Kept};
use paymentsos_core::paymentsos::Kind;
use serde_json::json;
use stub::{
    CHARGE, PAYMENT, Page, Pretend, Shop, address, failed, get, local, payment, payment_with, pending, redirecting_to,
    session, set_address, settle, succeeded, until, window,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::*;
use web_sys::Storage;

wasm_bindgen_test_configure!(run_in_browser);

const ATTEMPT: &str = "0b8f2f4e-1111-4222-8333-444455556666";

fn saved(page: &Page) -> Option<Attempt> {
    page.saved().map(|line| Attempt::from_line(&line).expect("a line of this version"))
}

fn save(page: &Page, line: &str) {
    local().set_item(&format!("{}|{PAYMENT}", page.backend), line).unwrap();
}

/// An attempt that was made on the page before.
fn attempt() -> Attempt {
    Attempt {
        id: ATTEMPT.into(),
        kind: Kind::Charge,
        at: js_sys::Date::now() as u64 - 5_000,
        transaction: Some(CHARGE.into()),
        since: None,
        doubtful: false,
        link: false,
    }
}

/// A checkout in which Pay was pressed.
async fn paying(page: &Page) -> Shop {
    let shop = page.mount(page.props()).await;
    page.read().await.reply(200, &payment());
    shop.pay().await;
    shop
}

fn storage_prototype() -> JsValue {
    get(&window(), "Storage.prototype")
}

#[wasm_bindgen_test]
async fn nothing_is_kept_before_pay_is_pressed() {
    let page = Page::new();
    let _shop = page.mount(page.props()).await;
    page.read().await.reply(200, &payment());
    settle().await;
    assert_eq!((local().length().unwrap(), session().length().unwrap()), (0, 0));
}

#[wasm_bindgen_test]
async fn the_attempt_is_saved_before_it_is_sent() {
    let page = Page::new();
    let _shop = paying(&page).await;
    let call = page.create().await;
    let attempt = Attempt::from_line(&call.saved[PAYMENT]).unwrap();
    assert_eq!(attempt.id, call.headers["idempotency-key"]);
    assert_eq!((attempt.kind, attempt.transaction.as_deref(), attempt.doubtful), (Kind::Charge, None, false));
    assert!(attempt.at.abs_diff(js_sys::Date::now() as u64) < 10_000);
}

#[wasm_bindgen_test]
async fn an_answer_that_is_not_final_is_saved_and_a_final_one_forgets() {
    let page = Page::new();
    let shop = paying(&page).await;
    let call = page.create().await;
    call.reply(201, &pending());
    shop.reads("Confirming your payment").await;
    let attempt = saved(&page).unwrap();
    assert_eq!(
        (attempt.id.as_str(), attempt.transaction.as_deref()),
        (&*call.headers["idempotency-key"], Some(CHARGE))
    );
    assert!(attempt.since.is_some());
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
    assert_eq!(page.saved(), None);
    let kept = Kept::from_line(&page.kept().unwrap()).unwrap();
    assert_eq!((kept.payment_id.as_str(), kept.kind, kept.transaction.as_str()), (PAYMENT, Kind::Charge, CHARGE));
}

#[wasm_bindgen_test]
async fn a_reload_shows_the_result_again() {
    let page = Page::new();
    let shop = paying(&page).await;
    page.create().await.reply(201, &succeeded());
    shop.reads("Payment complete").await;
    drop(shop);
    let mut props = page.props();
    // Also where the page that was returned to does not know the payment.
    props.payment_id = None;
    let shop = page.mount(props).await;
    assert_eq!(shop.heading(), "Confirming your payment");
    page.read().await.reply(200, &payment_with(json!([succeeded()])));
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
    assert_eq!(page.count("POST", ""), 1);
}

#[wasm_bindgen_test]
async fn a_known_failure_is_forgotten_and_trying_again_is_another_attempt() {
    let page = Page::new();
    let shop = paying(&page).await;
    let first = page.create().await;
    first.reply(201, &failed());
    shop.reads("Payment not completed").await;
    assert_eq!(page.saved(), None);
    assert!(page.kept().is_some());
    shop.click("button[part~=retry]").await;
    assert_eq!(page.kept(), None);
    page.read().await.reply(200, &payment_with(json!([failed()])));
    shop.pay().await;
    let second = page.create().await;
    assert_ne!(first.headers["idempotency-key"], second.headers["idempotency-key"]);
}

#[wasm_bindgen_test]
async fn a_saved_attempt_is_asked_for_without_a_press() {
    let page = Page::new();
    save(&page, &attempt().to_line());
    let shop = page.mount(page.props()).await;
    assert_eq!(shop.heading(), "Confirming your payment");
    page.read().await.reply(200, &payment_with(json!([pending()])));
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
    assert_eq!(page.saved(), None);
    assert_eq!(page.count("POST", ""), 0);
}

#[wasm_bindgen_test]
async fn an_attempt_whose_answer_was_lost_with_the_page_keeps_its_key() {
    let page = Page::new();
    // Long ago enough that nothing of it can be on its way any more.
    let at = js_sys::Date::now() as u64 - 120_000;
    save(&page, &Attempt { transaction: None, at, ..attempt() }.to_line());
    let shop = page.mount(page.props()).await;
    assert_eq!(shop.heading(), "Starting your payment");
    page.read().await.reply(200, &payment());
    until("another look", || shop.heading() != "Starting your payment" || page.count("GET", PAYMENT) > 1).await;
    if shop.heading() == "Starting your payment" {
        page.read().await.reply(200, &payment());
    }
    shop.pay().await;
    assert_eq!(page.create().await.headers["idempotency-key"], ATTEMPT);
}

#[wasm_bindgen_test]
async fn an_attempt_that_the_backend_knows_is_taken_up() {
    let page = Page::new();
    save(&page, &Attempt { transaction: None, ..attempt() }.to_line());
    let shop = page.mount(page.props()).await;
    page.read().await.reply(200, &payment_with(json!([pending()])));
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
}

#[wasm_bindgen_test]
async fn what_is_not_understood_is_ignored() {
    let newer = attempt().to_line().replacen('1', "2", 1);
    let day_old = Attempt { at: js_sys::Date::now() as u64 - 25 * 60 * 60 * 1000, ..attempt() }.to_line();
    for line in [&newer, &day_old, "", "{\"v\":1}", "1", "\u{0}\u{ffff}"] {
        let page = Page::new();
        save(&page, line);
        session().set_item(&format!("{}|", page.backend), line).unwrap();
        let shop = page.mount(page.props()).await;
        assert_eq!(shop.heading(), "Your payment", "{line}");
        page.read().await.reply(200, &payment());
        shop.pay().await;
        let call = page.create().await;
        assert_ne!(call.headers["idempotency-key"], ATTEMPT);
        assert_eq!(saved(&page).unwrap().id, call.headers["idempotency-key"]);
    }
}

#[wasm_bindgen_test]
async fn what_belongs_to_others_is_left_alone() {
    let page = Page::new();
    let other = "11111111-1111-4111-8111-111111111111";
    let line = attempt().to_line();
    let own =
        [("theme", "dark"), (&*format!("{}|{other}", page.backend), &*line), (&*format!("/other|{PAYMENT}"), &*line)];
    for (key, value) in own {
        local().set_item(key, value).unwrap();
    }
    session().set_item("paymentsos", "page's own").unwrap();
    let shop = paying(&page).await;
    page.create().await.reply(201, &succeeded());
    shop.reads("Payment complete").await;
    for (key, value) in own {
        assert_eq!(local().get_item(key).unwrap().as_deref(), Some(value));
    }
    assert_eq!(local().length().unwrap(), 3);
    assert_eq!(session().get_item("paymentsos").unwrap().as_deref(), Some("page's own"));
}

#[wasm_bindgen_test]
async fn nothing_personal_and_no_address_is_kept() {
    let page = Page::new();
    set_address("/shop?e-mail=a@b.example", &JsValue::NULL);
    let mut props = page.props();
    props.client_token = Some("secret-token".into());
    props.before_redirect = Some(yew::Callback::from(|_| js_sys::Promise::resolve(&JsValue::FALSE)));
    let shop = page.mount(props).await;
    page.read().await.reply(200, &payment());
    shop.pay().await;
    page.create().await.reply(201, &redirecting_to("https://issuer.example/3ds/3f0d2d9c?session=xyz"));
    shop.reads("Taking you to the payment page").await;
    let everything = [local(), session()].iter().map(all).collect::<String>();
    assert!(everything.contains(CHARGE), "{everything}");
    // What an id may hold by chance is none of these, but for the amount, which is a word of its own.
    for word in ["issuer", "session", "xyz", "7f4a1c2e-4b7d", "secret", "e-mail", "b.example", "VISA"] {
        assert!(!everything.contains(word), "{word}: {everything}");
    }
    assert!(
        !everything.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word == "4097"),
        "{everything}"
    );
}

fn all(storage: &Storage) -> String {
    (0..storage.length().unwrap())
        .filter_map(|at| storage.key(at).unwrap())
        .map(|key| format!("{key}={}\n", storage.get_item(&key).unwrap().unwrap_or_default()))
        .collect()
}

/// A payment from the press to the return and the result, in a browser that keeps nothing.
async fn pays_from_memory(page: &Page) {
    let shop = paying(page).await;
    page.create().await.reply(201, &pending());
    shop.reads("Confirming your payment").await;
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
    drop(shop);

    set_address(&format!("/shop?x=1&payment_id={PAYMENT}&charge_id={CHARGE}&status=Pending#below"), &JsValue::NULL);
    let shop = page.mount(page.props()).await;
    // A reload needs the ids, which are nowhere else.
    assert_eq!(address(), format!("/shop?x=1&payment_id={PAYMENT}&charge_id={CHARGE}#below"));
    page.read().await.reply(200, &payment_with(json!([succeeded()])));
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
}

#[wasm_bindgen_test]
async fn where_storage_is_full_all_goes_on_from_memory() {
    let page = Page::new();
    let _full = Pretend::new(storage_prototype(), "setItem", JsValue::NULL);
    pays_from_memory(&page).await;
}

#[wasm_bindgen_test]
async fn where_storage_is_refused_all_goes_on_from_memory() {
    let page = Page::new();
    // As where cookies are blocked.
    let _refused = [Pretend::refused(window(), "localStorage"), Pretend::refused(window(), "sessionStorage")];
    pays_from_memory(&page).await;
}

#[wasm_bindgen_test]
async fn what_could_not_be_saved_outlives_the_element() {
    let page = Page::new();
    let _refused = [Pretend::refused(window(), "localStorage"), Pretend::refused(window(), "sessionStorage")];
    let mut shop = paying(&page).await;
    let first = page.create().await;
    shop.unmount();
    // Put back into the page, or begun anew with other settings: whether the POST arrived is not known.
    let shop = page.mount(page.props()).await;
    assert_eq!(shop.heading(), "Starting your payment");
    page.read().await.reply(200, &payment_with(json!([pending()])));
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
    assert_eq!((page.count("POST", ""), first.is_aborted()), (1, true));
    // What has ended is forgotten.
    let again = page.mount(page.props()).await;
    assert_eq!(again.heading(), "Your payment");
}

#[wasm_bindgen_test]
async fn where_there_is_no_storage_all_goes_on_from_memory() {
    let page = Page::new();
    let none = || JsValue::NULL;
    let _none = [Pretend::new(window(), "localStorage", none()), Pretend::new(window(), "sessionStorage", none())];
    pays_from_memory(&page).await;
}

#[wasm_bindgen_test]
async fn where_reading_throws_nothing_else_does() {
    let page = Page::new();
    let _broken = [
        Pretend::new(storage_prototype(), "getItem", JsValue::NULL),
        Pretend::new(storage_prototype(), "removeItem", JsValue::NULL),
    ];
    let shop = paying(&page).await;
    page.create().await.reply(201, &succeeded());
    shop.reads("Payment complete").await;
}
