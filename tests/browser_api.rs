//! What goes to the shop's backend, and what is made of its answers.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod stub;

use paymentsos_checkout::browser::{Access, Credentials, Driver};
use paymentsos_core::flow::{Answer, Effect, Fit, Input, Money, Presentation, Request, Setup};
use paymentsos_core::paymentsos::{Kind, Status};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;
use stub::{CHARGE, PAYMENT, Page, js_object, payment, redirecting, settle, succeeded, until};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::*;
use web_sys::{RequestCache, RequestCredentials};
use yew::Callback;

wasm_bindgen_test_configure!(run_in_browser);

const ATTEMPT: &str = "0b8f2f4e-1111-4222-8333-444455556666";

/// A driver alone, and what it reports.
struct Driven {
    driver: Driver,
    reports: Rc<RefCell<Vec<Input>>>,
}

impl Driven {
    fn new(access: Access) -> Driven {
        let reports: Rc<RefCell<Vec<Input>>> = Rc::default();
        let kept = reports.clone();
        let report = Callback::from(move |input| kept.borrow_mut().push(input));
        Driven { driver: Driver::new(report, access), reports }
    }

    fn on(page: &Page) -> Driven {
        Driven::new(access(page))
    }

    fn send(&mut self, number: u32, request: Request) {
        self.driver.carry_out(Effect::Send(number, request));
    }

    /// The answer to the request of that number.
    async fn answer(&self, number: u32) -> Answer {
        let find = || {
            self.reports.borrow().iter().find_map(|input| match input {
                Input::Answered { request, answer } if *request == number => Some(answer.clone()),
                _ => None,
            })
        };
        until("an answer", || find().is_some()).await;
        find().expect("it was just there")
    }
}

fn access(page: &Page) -> Access {
    Access { backend: page.backend.clone().into(), ..Access::default() }
}

fn read() -> Request {
    Request::Read { payment_id: PAYMENT.into() }
}

fn ask(held: bool) -> Request {
    Request::Ask { payment_id: PAYMENT.into(), kind: Kind::Charge, id: CHARGE.into(), held }
}

fn create(method: u32) -> Request {
    Request::Create {
        payment_id: PAYMENT.into(),
        kind: Kind::Charge,
        attempt: ATTEMPT.into(),
        method,
        expected: Money { amount: 4097, currency: "USD".into() },
    }
}

fn is_uuid_4(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups[2].starts_with('4')
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[wasm_bindgen_test]
async fn the_create_holds_what_the_merchant_api_asks_for() {
    let page = Page::new();
    // The parameters of another payment's return, and the page's own.
    let other = "11111111-1111-4111-8111-111111111111";
    let address = format!("/basket?step=3&payment_id={other}&charge_id={other}&status=Pending&lang=en#pay");
    stub::set_address(&address, &JsValue::NULL);
    let method = json!({
        "type": "untokenized",
        "source_type": "ewallet",
        "vendor": "ALIPAY",
        "additional_details": { "nested": [1, "two", { "three": null }], "ümläut": "€" },
    });
    let mut props = page.props();
    props.payment_method = js_object(&method);
    let shop = page.mount(props).await;
    page.read().await.reply(200, &payment());
    shop.pay().await;
    let call = page.create().await;
    assert_eq!(call.path, format!("/payments/{PAYMENT}/charges"));
    assert_eq!(call.headers["content-type"], "application/json");
    assert_eq!(call.headers["accept"], "application/json");
    let key = &call.headers["idempotency-key"];
    assert!(is_uuid_4(key), "{key}");
    for name in ["authorization", "prefer"] {
        assert!(!call.headers.contains_key(name), "{name}");
    }

    let body = call.body().await;
    let mut names: Vec<_> = body.as_object().unwrap().keys().collect();
    names.sort();
    let asked_for =
        ["expected", "merchant_site_url", "payment_method", "reconciliation_id", "three_d_secure_attributes"];
    assert_eq!(names, asked_for);
    assert_eq!(body["payment_method"], method);
    assert_eq!(body["reconciliation_id"], *key.as_str());
    assert_eq!(body["expected"], json!({ "amount": 4097, "currency": "USD" }));
    assert_eq!(body["merchant_site_url"], stub::origin() + "/basket?step=3&lang=en");
    let browser = body["three_d_secure_attributes"]["internal"].as_object().unwrap();
    let is_known = |name: &String| name.starts_with("browser_") || name == "challenge_window_size";
    assert!(browser.keys().all(is_known), "{browser:?}");
    assert_eq!(body["three_d_secure_attributes"].as_object().unwrap().len(), 1);
}

#[wasm_bindgen_test]
async fn an_authorization_is_created_among_the_authorizations() {
    let page = Page::new();
    let mut props = page.props();
    props.kind = Kind::Authorization;
    let shop = page.mount(props).await;
    page.read().await.reply(200, &payment());
    shop.pay().await;
    assert_eq!(page.create().await.path, format!("/payments/{PAYMENT}/authorizations"));
}

#[wasm_bindgen_test]
async fn every_press_is_another_key() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    let (one, two) = (driven.driver.press(&JsValue::NULL, None, "05"), driven.driver.press(&JsValue::NULL, None, "05"));
    assert!(is_uuid_4(&one.id) && is_uuid_4(&two.id), "{} {}", one.id, two.id);
    assert_ne!(one.id, two.id);
    assert_ne!(one.method, two.method);
}

#[wasm_bindgen_test]
async fn without_random_uuid_a_key_is_one_all_the_same() {
    // As on a page that did not come over https.
    let _insecure = stub::Pretend::new(stub::get(&stub::window(), "crypto"), "randomUUID", JsValue::UNDEFINED);
    let page = Page::new();
    let mut driven = Driven::on(&page);
    let (one, two) = (driven.driver.press(&JsValue::NULL, None, "05"), driven.driver.press(&JsValue::NULL, None, "05"));
    assert!(is_uuid_4(&one.id), "{}", one.id);
    assert!(one.id.as_bytes()[19].is_ascii() && "89ab".contains(&one.id[19..20]), "{}", one.id);
    assert_ne!(one.id, two.id);
}

#[wasm_bindgen_test]
async fn a_payment_is_read_without_a_body_and_never_from_a_cache() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    driven.send(7, read());
    let call = page.read().await;
    assert_eq!((call.method.as_str(), call.path.as_str()), ("GET", &*format!("/payments/{PAYMENT}")));
    assert_eq!(call.cache, RequestCache::NoStore);
    for name in ["content-type", "idempotency-key", "prefer", "authorization"] {
        assert!(!call.headers.contains_key(name), "{name}");
    }
    call.reply(200, &payment());
    let Answer::Payment(told) = driven.answer(7).await else { panic!("a payment") };
    assert_eq!((told.payment.amount, told.payment.currency.as_str()), (4097, "USD"));
    assert_eq!(told.transactions, Some(Vec::new()));
}

#[wasm_bindgen_test]
async fn only_a_held_question_asks_the_backend_to_wait() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    driven.send(1, ask(true));
    let call = page.ask().await;
    assert_eq!(call.path, format!("/payments/{PAYMENT}/charges/{CHARGE}"));
    assert_eq!(call.headers["prefer"], "wait=25");
    call.reply_with(200, &[("Preference-Applied", "wait=25")], &succeeded().to_string());
    assert!(matches!(driven.answer(1).await, Answer::Transaction { held: true, .. }));

    driven.send(2, ask(false));
    let call = page.ask().await;
    assert!(!call.headers.contains_key("prefer"));
    call.reply(200, &succeeded());
    assert!(matches!(driven.answer(2).await, Answer::Transaction { held: false, .. }));
}

#[wasm_bindgen_test]
async fn the_token_and_the_use_of_cookies_are_those_of_the_moment() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    driven.send(1, read());
    let call = page.read().await;
    assert_eq!(call.credentials, RequestCredentials::SameOrigin);
    for (number, credentials, expected) in [
        (2, Credentials::Omit, RequestCredentials::Omit),
        (3, Credentials::Include, RequestCredentials::Include),
        (4, Credentials::SameOrigin, RequestCredentials::SameOrigin),
    ] {
        driven.driver.set_access(Access {
            client_token: Some(format!("token-{number}").into()),
            credentials,
            ..access(&page)
        });
        driven.send(number, read());
        let call = page.read().await;
        assert_eq!(call.credentials, expected);
        assert_eq!(call.headers["authorization"], format!("Bearer token-{number}"));
    }
}

#[wasm_bindgen_test]
async fn the_token_goes_into_no_address() {
    let page = Page::new();
    let mut driven = Driven::new(Access { client_token: Some("secret".into()), ..access(&page) });
    driven.send(1, ask(true));
    assert!(!page.ask().await.path.contains("secret"));
}

#[wasm_bindgen_test]
async fn a_token_that_no_header_can_hold_stops_nothing() {
    let page = Page::new();
    let mut driven = Driven::new(Access { client_token: Some("zwei\nZeilen €".into()), ..access(&page) });
    driven.send(1, read());
    assert_eq!(driven.answer(1).await, Answer::NotSent);
    assert_eq!(page.log(), Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn a_backend_is_reached_with_or_without_a_slash_at_its_end() {
    let page = Page::new();
    let mut driven = Driven::new(Access { backend: format!("{}//", page.backend).into(), ..Access::default() });
    driven.send(1, read());
    assert_eq!(page.read().await.path, format!("/payments/{PAYMENT}"));
    driven
        .driver
        .set_access(Access { backend: format!("{}{}", stub::origin(), page.backend).into(), ..Access::default() });
    driven.send(2, read());
    assert_eq!(page.read().await.path, format!("/payments/{PAYMENT}"));
}

#[wasm_bindgen_test]
async fn identifiers_are_escaped_in_the_path() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    driven.send(1, Request::Read { payment_id: "../a b?c#d/é".into() });
    assert_eq!(page.call("GET", "").await.path, "/payments/..%2Fa%20b%3Fc%23d%2F%C3%A9");
    let id = "x/../../payments?y".into();
    driven.send(2, Request::Ask { payment_id: "%2e%2e".into(), kind: Kind::Authorization, id, held: false });
    assert_eq!(page.call("GET", "").await.path, "/payments/%252e%252e/authorizations/x%2F..%2F..%2Fpayments%3Fy");
}

#[wasm_bindgen_test]
async fn what_is_not_wanted_any_more_is_aborted_and_never_answered() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    driven.send(1, read());
    driven.send(2, ask(true));
    let (first, second) = (page.read().await, page.ask().await);
    driven.driver.carry_out(Effect::Abort(1));
    assert!(first.is_aborted() && !second.is_aborted());
    first.reply(200, &payment());
    second.reply(200, &succeeded());
    driven.answer(2).await;
    settle().await;
    assert_eq!(driven.reports.borrow().len(), 1);

    driven.send(3, read());
    let third = page.read().await;
    let reports = driven.reports.clone();
    drop(driven);
    assert!(third.is_aborted());
    settle().await;
    assert_eq!(reports.borrow().len(), 1);
}

#[wasm_bindgen_test]
async fn an_answer_that_has_come_is_not_aborted_afterwards() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    driven.send(1, read());
    let call = page.read().await;
    call.reply(200, &payment());
    driven.answer(1).await;
    driven.driver.carry_out(Effect::Abort(1));
    drop(driven);
    assert!(!call.is_aborted());
}

#[wasm_bindgen_test]
async fn a_refusal_is_told_by_its_status_whatever_its_body_is() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    for (number, status) in (1..).zip([400, 401, 403, 404, 409, 412, 429, 500, 503]) {
        driven.send(number, read());
        page.read().await.reply(status, &payment());
        assert_eq!(driven.answer(number).await, Answer::Refused { status, retry_after: None });
    }
}

#[wasm_bindgen_test]
async fn retry_after_is_seconds_or_a_date() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    let refused = async |driven: &mut Driven, number, value: &str| {
        driven.send(number, read());
        page.read().await.reply_with(503, &[("Retry-After", value)], "{}");
        match driven.answer(number).await {
            Answer::Refused { status: 503, retry_after } => retry_after,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&mut driven, 1, "7").await, Some(7_000));
    assert_eq!(refused(&mut driven, 2, " 0 ").await, Some(0));
    assert_eq!(refused(&mut driven, 3, "soon").await, None);
    assert_eq!(refused(&mut driven, 4, "-3").await, None);
    assert_eq!(refused(&mut driven, 5, "Wed, 21 Oct 2015 07:28:00 GMT").await, None);
    let in_a_minute = js_sys::Date::new(&(js_sys::Date::now() + 60_000.0).into());
    let wait = refused(&mut driven, 6, &String::from(in_a_minute.to_utc_string())).await.unwrap();
    assert!((50_000..=60_000).contains(&wait), "{wait}");
    // Longer than anybody waits, but nothing overflows.
    assert!(refused(&mut driven, 7, "18446744073709551615").await >= Some(u64::MAX - 1_000));
}

#[wasm_bindgen_test]
async fn what_cannot_be_read_is_lost() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    for (number, body) in (1..).zip([
        "",
        "<html>",
        "null",
        "[]",
        "17",
        "{}",
        r#"{"id":"x"}"#,
        r#"{"id":7,"result":{"status":"Succeed"}}"#,
    ]) {
        driven.send(number, ask(false));
        page.ask().await.reply_with(200, &[], body);
        assert_eq!(driven.answer(number).await, Answer::Lost, "{body}");
    }
    driven.send(20, ask(false));
    page.ask().await.reply(200, &serde_json::from_str(include_str!("../core/fixtures/charge-odd.json")).unwrap());
    let Answer::Transaction { told, .. } = driven.answer(20).await else { panic!("a transaction") };
    assert_eq!(told.transaction.result.status, Status::Other("Reviewing".into()));
    assert_eq!(told.transaction.amount, Some(4097));
    assert_eq!(told.transaction.expires_at, Some(1_614_822_509_990));
}

#[wasm_bindgen_test]
async fn a_payment_that_does_not_list_its_transactions_does_not_say_that_there_are_none() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    let mut unsaid = payment();
    unsaid.as_object_mut().unwrap().remove("related_resources");
    let mut null = payment();
    null["related_resources"] = Value::Null;
    for (number, body) in (1..).zip([unsaid, null]) {
        driven.send(number, read());
        page.read().await.reply(200, &body);
        let Answer::Payment(told) = driven.answer(number).await else { panic!("a payment") };
        assert_eq!(told.transactions, None);
    }
    // One that cannot be read is not left out.
    driven.send(3, read());
    page.read().await.reply(200, &stub::payment_with(json!([succeeded(), { "id": "x" }])));
    assert_eq!(driven.answer(3).await, Answer::Lost);
}

#[wasm_bindgen_test]
async fn a_request_that_fails_on_the_way_is_lost() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    driven.send(1, read());
    page.read().await.fail();
    assert_eq!(driven.answer(1).await, Answer::Lost);
}

#[wasm_bindgen_test]
async fn a_fetch_that_the_page_has_wrapped_may_throw_or_give_anything() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    driven.send(1, read());
    page.read().await.reject_with(&"blocked".into());
    assert_eq!(driven.answer(1).await, Answer::Lost);
    driven.send(2, read());
    page.read().await.resolve_with(&JsValue::UNDEFINED);
    assert_eq!(driven.answer(2).await, Answer::Lost);
    {
        let _none = stub::Pretend::new(stub::window(), "fetch", JsValue::NULL);
        driven.send(3, read());
        assert_eq!(driven.answer(3).await, Answer::Lost);
    }
    driven.send(4, read());
    page.read().await.reply(200, &payment());
    assert!(matches!(driven.answer(4).await, Answer::Payment(_)));
}

#[wasm_bindgen_test]
async fn to_a_backend_address_that_is_none_nothing_is_sent() {
    let mut driven = Driven::new(Access { backend: "https://[".into(), ..Access::default() });
    driven.send(1, read());
    assert_eq!(driven.answer(1).await, Answer::NotSent);
}

#[wasm_bindgen_test]
async fn where_to_go_is_kept_out_of_what_is_told() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    driven.send(1, ask(false));
    page.ask().await.reply(200, &redirecting());
    let answer = driven.answer(1).await;
    assert!(!format!("{answer:?}").contains("3ds/3f0d2d9c"), "{answer:?}");
    let Answer::Transaction { told, .. } = answer else { panic!("a transaction") };
    let place = told.place.unwrap();
    assert_eq!((place.scheme.as_str(), place.host.as_str()), ("https", "issuer.example"));
    assert_eq!(driven.driver.address(place.number).as_deref(), Some("https://issuer.example/3ds/3f0d2d9c"));
}

#[wasm_bindgen_test]
async fn the_facts_of_an_address_are_those_that_the_browser_reads() {
    let page = Page::new();
    let driven = Driven::on(&page);
    let place = |address: &str| driven.driver.place(address);
    let odd = place(" \tHTTPS://User:pw@Issuer.EXAMPLE:443/a b ");
    assert_eq!((odd.scheme.as_str(), odd.host.as_str(), odd.has_credentials), ("https", "issuer.example", true));
    assert_eq!(driven.driver.address(odd.number).as_deref(), Some("https://User:pw@issuer.example/a%20b"));
    assert!(!odd.is_safe());
    for address in
        ["", "/relative", "javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "https://", "//x"]
    {
        assert!(!place(address).is_safe(), "{address}");
    }
    let script = place("java\nscript:alert(1)");
    assert_eq!(script.scheme, "javascript");
    // The same address is the same number.
    assert_eq!(place("https://a.example").number, place("https://a.example/").number);
    assert_eq!(driven.driver.address(u32::MAX), None);
}

#[wasm_bindgen_test]
async fn the_payment_method_is_the_one_of_its_press() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    driven.driver.start(setup(&driven.driver), "https://shop.example/basket".into());
    let old = driven.driver.press(&js_object(&json!({ "token": "old" })), None, "05");
    let new = driven.driver.press(&js_object(&json!({ "token": "new", "vendor": "VISA" })), None, "05");
    driven.send(1, create(old.method));
    assert_eq!(driven.answer(1).await, Answer::NotSent);
    driven.send(2, create(new.method));
    let call = page.create().await;
    let body = call.body().await;
    assert_eq!(body["payment_method"]["token"], "new");
    assert_eq!(body["merchant_site_url"], "https://shop.example/basket");
    assert_eq!(
        (body["reconciliation_id"].as_str(), call.headers["idempotency-key"].as_str()),
        (Some(ATTEMPT), ATTEMPT)
    );
    call.reply(201, &redirecting());
    let Answer::Transaction { vendor, .. } = driven.answer(2).await else { panic!("a transaction") };
    assert_eq!(vendor.as_deref(), Some("VISA"));
    assert_eq!(page.count("POST", ""), 1);
}

#[wasm_bindgen_test]
async fn a_payment_method_that_cannot_be_sent_is_not() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    let circle: JsValue = js_sys::Object::new().into();
    js_sys::Reflect::set(&circle, &"self".into(), &circle).unwrap();
    for (number, method) in (1..).zip([JsValue::UNDEFINED, JsValue::NULL, "card".into(), 1.into(), circle]) {
        let press = driven.driver.press(&method, None, "05");
        settle().await;
        driven.send(number, create(press.method));
        assert_eq!(driven.answer(number).await, Answer::NotSent, "{method:?}");
    }
    assert_eq!(page.log(), Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn what_comes_for_an_earlier_press_is_not_told() {
    let page = Page::new();
    let mut driven = Driven::on(&page);
    let mut give = None;
    let promise = js_sys::Promise::new(&mut |done, _| give = Some(done));
    driven.driver.press(&promise, None, "05");
    let refused = js_sys::Promise::reject(&"closed".into());
    let latest = driven.driver.press(&refused, None, "05");
    settle().await;
    give.unwrap().call1(&JsValue::UNDEFINED, &js_object(&json!({ "token": "late" }))).unwrap();
    settle().await;
    assert_eq!(*driven.reports.borrow(), [Input::Method { number: latest.method, given: false }]);
    driven.send(1, create(latest.method));
    assert_eq!(driven.answer(1).await, Answer::NotSent);
    assert!(page.calls_that_count().is_empty(), "{:?}", page.log());
}

fn setup(driver: &Driver) -> Setup {
    Setup {
        payment_id: Some(PAYMENT.into()),
        kind: Kind::Charge,
        money: None,
        presentation: Presentation::Auto,
        redirect_hosts: Vec::new(),
        merchant_site: driver.place("https://shop.example/basket"),
        deadline: 900_000,
        fit: Fit::Pay,
    }
}
