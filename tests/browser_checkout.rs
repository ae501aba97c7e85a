//! The component on a page: what the shopper presses and reads, and what the browser hints at.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod stub;

use js_sys::{Function, Promise};
use paymentsos_checkout::Detail;
use paymentsos_checkout::panel::Panel;
use paymentsos_checkout::settings::PanelProps;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{Presentation, StateName};
use paymentsos_core::paymentsos::Kind;
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use stub::{
    Page, Pretend, Shop, dispatch, document, failed, function, get, js_object, payment, payment_with, pending,
    redirecting_to, settle, sleep, succeeded, until, window,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::*;
use yew::Callback;

wasm_bindgen_test_configure!(run_in_browser);

const PAY: &str = "button[part~=pay]";
const CONTINUE: &str = "a[part~=continue]";
const BANK: &str = "https://issuer.example/3ds/3f0d2d9c";

/// What the page is told.
#[derive(Clone, Default)]
struct Told {
    states: Rc<RefCell<Vec<Detail>>>,
    results: Rc<RefCell<Vec<Detail>>>,
    errors: Rc<RefCell<Vec<Detail>>>,
}

impl Told {
    fn listen(props: &mut PanelProps) -> Told {
        let told = Told::default();
        let keep = |list: &Rc<RefCell<Vec<Detail>>>| {
            let list = list.clone();
            Callback::from(move |detail| list.borrow_mut().push(detail))
        };
        props.on_state = keep(&told.states);
        props.on_result = keep(&told.results);
        props.on_error = keep(&told.errors);
        told
    }

    fn names(&self) -> Vec<&'static str> {
        self.states.borrow().iter().map(|detail| detail.view.state.name()).collect()
    }

    fn codes(&self) -> Vec<Code> {
        self.errors.borrow().iter().filter_map(|detail| detail.error).collect()
    }
}

/// The page is not left: the tests are on it.
fn stays(props: &mut PanelProps) -> Rc<RefCell<Vec<Detail>>> {
    let asked: Rc<RefCell<Vec<Detail>>> = Rc::default();
    let list = asked.clone();
    props.before_redirect = Some(Callback::from(move |detail| {
        list.borrow_mut().push(detail);
        Promise::resolve(&JsValue::FALSE)
    }));
    asked
}

/// A checkout whose payment was read.
async fn ready(page: &Page, props: PanelProps) -> Shop {
    let shop = page.mount(props).await;
    page.read().await.reply(200, &payment());
    settle().await;
    shop
}

/// A checkout that asks for a charge that is pending.
async fn confirming(page: &Page, props: PanelProps) -> Shop {
    let shop = ready(page, props).await;
    shop.pay().await;
    page.create().await.reply(201, &pending());
    shop.reads("Confirming your payment").await;
    shop
}

fn with_method(page: &Page, method: impl Into<JsValue>) -> PanelProps {
    let mut props = page.props();
    props.payment_method = method.into();
    props
}

fn hidden() -> [Pretend; 2] {
    [Pretend::new(document(), "visibilityState", "hidden"), Pretend::new(document(), "hidden", true)]
}

// Paying

#[wasm_bindgen_test]
async fn from_ready_to_paid() {
    let page = Page::new();
    let mut props = page.props();
    let told = Told::listen(&mut props);
    let shop = page.mount(props).await;
    assert_eq!(shop.heading(), "Your payment");
    // Nobody knows the amount yet.
    assert_eq!(shop.attribute(PAY, "aria-disabled").as_deref(), Some("true"));
    page.read().await.reply(200, &payment());
    until("the amount", || shop.text().contains("$40.97")).await;
    assert!(shop.text().contains("Pay $40.97"), "{}", shop.text());
    assert!(shop.text().contains("order-17"), "{}", shop.text());
    shop.click(PAY).await;
    assert_eq!(shop.heading(), "Starting your payment");
    page.create().await.reply(201, &succeeded());
    shop.reads("Payment complete").await;
    for words in ["$40.97", "VISA ending in 1111", "order-17"] {
        assert!(shop.text().contains(words), "{words}: {}", shop.text());
    }
    assert_eq!(told.names(), ["ready", "creating", "succeeded"]);
    assert_eq!(told.results.borrow().len(), 1);
    assert_eq!(told.results.borrow()[0].view.state, StateName::Succeeded);
    assert_eq!(told.codes(), []);
}

#[wasm_bindgen_test]
async fn an_amount_that_the_page_names_is_shown_at_once_and_pay_waits_for_the_reading() {
    let page = Page::new();
    let mut props = page.props();
    (props.amount, props.currency) = (Some(4097), Some("USD".into()));
    let shop = page.mount(props).await;
    assert!(shop.text().contains("Pay $40.97"), "{}", shop.text());
    shop.click(PAY).await;
    assert_eq!(shop.heading(), "Starting your payment");
    assert_eq!(page.count("POST", ""), 0);
    page.read().await.reply(200, &payment());
    page.create().await;
}

#[wasm_bindgen_test]
async fn another_amount_than_the_page_named_is_shown_before_it_is_paid() {
    let page = Page::new();
    let mut props = page.props();
    (props.amount, props.currency) = (Some(3000), Some("USD".into()));
    let shop = page.mount(props).await;
    shop.click(PAY).await;
    until("what was read before the press is given up", || page.count("GET", stub::PAYMENT) == 2).await;
    assert!(page.read().await.is_aborted());
    page.read().await.reply(200, &payment());
    shop.reads("Your payment").await;
    assert!(shop.text().contains("The amount has changed."), "{}", shop.text());
    assert!(shop.text().contains("Pay $40.97"), "{}", shop.text());
    assert_eq!(page.count("POST", ""), 0);
    shop.pay().await;
    assert_eq!(page.create().await.body().await["expected"]["amount"], 4097);
}

#[wasm_bindgen_test]
async fn two_clicks_are_one_payment() {
    let page = Page::new();
    let calls = Rc::new(Cell::new(0));
    let counted = calls.clone();
    let method = function(move |_, _| {
        counted.set(counted.get() + 1);
        js_object(&json!({ "token": "t" }))
    });
    let shop = ready(&page, with_method(&page, method)).await;
    until("the amount", || shop.text().contains("Pay $40.97")).await;
    shop.click_only(PAY);
    shop.click_only(PAY);
    settle().await;
    page.create().await;
    settle().await;
    assert_eq!(page.count("POST", ""), 1);
    assert_eq!(calls.get(), 1);
    assert!(!shop.has(PAY));
}

#[wasm_bindgen_test]
async fn an_answer_that_comes_late_is_waited_for() {
    let page = Page::new();
    let shop = ready(&page, page.props()).await;
    shop.pay().await;
    let call = page.create().await;
    sleep(1_500).await;
    assert_eq!(shop.heading(), "Starting your payment");
    call.reply(201, &succeeded());
    shop.reads("Payment complete").await;
    assert_eq!(page.count("POST", ""), 1);
}

#[wasm_bindgen_test]
async fn a_create_that_was_lost_is_looked_for_before_it_is_sent_again() {
    let page = Page::new();
    let shop = ready(&page, page.props()).await;
    shop.pay().await;
    let first = page.create().await;
    first.fail();
    page.read().await.reply(200, &payment());
    let second = page.create().await;
    assert_eq!(first.headers["idempotency-key"], second.headers["idempotency-key"]);
    assert_eq!(first.body().await, second.body().await);
    second.reply(503, &json!({}));
    page.read().await.reply(200, &payment_with(json!([succeeded()])));
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
    assert_eq!(page.count("POST", ""), 2);
}

#[wasm_bindgen_test]
async fn declined_says_so_and_can_be_tried_again() {
    let page = Page::new();
    let mut props = page.props();
    let told = Told::listen(&mut props);
    let shop = ready(&page, props).await;
    shop.pay().await;
    let first = page.create().await;
    first.reply(201, &failed());
    shop.reads("Payment not completed").await;
    assert!(shop.text().contains("Your bank or card company declined the payment."), "{}", shop.text());
    assert!(shop.text().contains("No money has moved."), "{}", shop.text());
    assert_eq!(told.results.borrow().last().and_then(|detail| detail.error), Some(Code::Declined));
    shop.click("button[part~=retry]").await;
    assert_eq!(shop.heading(), "Your payment");
    page.read().await.reply(200, &payment_with(json!([failed()])));
    shop.pay().await;
    let second = page.create().await;
    assert_ne!(first.headers["idempotency-key"], second.headers["idempotency-key"]);
    let mut paid = succeeded();
    paid["id"] = "22222222-2222-4222-8222-222222222222".into();
    second.reply(201, &paid);
    shop.reads("Payment complete").await;
    let results: Vec<_> = told.results.borrow().iter().map(|detail| detail.view.state.name()).collect();
    assert_eq!(results, ["failed", "succeeded"]);
}

#[wasm_bindgen_test]
async fn an_authorization_is_reserved_and_not_paid() {
    let page = Page::new();
    let mut props = page.props();
    props.kind = Kind::Authorization;
    let shop = ready(&page, props).await;
    until("Reserve", || shop.text().contains("Reserve $40.97")).await;
    shop.pay().await;
    page.create().await.reply(201, &succeeded());
    shop.reads("Amount reserved").await;
    assert!(!shop.text().contains("Paid"), "{}", shop.text());
}

#[wasm_bindgen_test]
async fn a_backend_that_refuses_to_be_read_is_said_and_can_be_tried() {
    let page = Page::new();
    let shop = page.mount(page.props()).await;
    page.read().await.reply(403, &json!({}));
    shop.reads("You cannot pay here right now").await;
    shop.click("button[part~=retry]").await;
    page.read().await.reply(200, &payment());
    shop.reads("Your payment").await;
}

// The payment method

#[wasm_bindgen_test]
async fn a_function_gives_the_payment_method_in_the_click() {
    let page = Page::new();
    let called = Rc::new(Cell::new(false));
    let noted = called.clone();
    let shop = ready(
        &page,
        with_method(
            &page,
            function(move |_, _| {
                noted.set(true);
                js_object(&json!({ "type": "tokenized", "token": "from-a-function" }))
            }),
        ),
    )
    .await;
    until("the amount", || shop.text().contains("Pay $40.97")).await;
    assert!(!called.get());
    shop.click_only(PAY);
    // Before anything else happens on the page, as pop-ups and wallets need it.
    for _ in 0..5 {
        JsFuture::from(Promise::resolve(&JsValue::UNDEFINED)).await.unwrap();
    }
    assert!(called.get());
    assert_eq!(page.create().await.body().await["payment_method"]["token"], "from-a-function");
}

#[wasm_bindgen_test]
async fn a_promise_gives_the_payment_method_when_it_is_there() {
    let page = Page::new();
    let give: Rc<RefCell<Option<Function>>> = Rc::default();
    let kept = give.clone();
    let method = function(move |_, _| {
        Promise::new(&mut |done, _| {
            kept.replace(Some(done));
        })
        .into()
    });
    let shop = ready(&page, with_method(&page, method)).await;
    shop.pay().await;
    sleep(50).await;
    assert_eq!((shop.heading().as_str(), page.count("POST", "")), ("Starting your payment", 0));
    let token = js_object(&json!({ "token": "promised" }));
    give.take().unwrap().call1(&JsValue::UNDEFINED, &token).unwrap();
    assert_eq!(page.create().await.body().await["payment_method"], json!({ "token": "promised" }));
}

#[wasm_bindgen_test]
async fn a_payment_method_that_is_not_to_be_had_sends_nothing_and_says_so() {
    let rejects = || function(|_, _| Promise::reject(&"no card".into()).into());
    let throws = || get(&window(), "Storage.prototype.clear");
    let gives_nothing = || function(|_, _| JsValue::UNDEFINED);
    let methods: [JsValue; 6] = [
        JsValue::UNDEFINED,
        "a card".into(),
        Promise::reject(&JsValue::UNDEFINED).into(),
        rejects().into(),
        throws(),
        gives_nothing().into(),
    ];
    let unhandled = Rc::new(Cell::new(0));
    let counted = unhandled.clone();
    let listener = function(move |_, _| {
        counted.set(counted.get() + 1);
        JsValue::UNDEFINED
    });
    for method in methods {
        let page = Page::new();
        let mut props = with_method(&page, method);
        let told = Told::listen(&mut props);
        let shop = ready(&page, props).await;
        window().add_event_listener_with_callback("unhandledrejection", &listener).unwrap();
        shop.pay().await;
        until("what is missing", || shop.text().contains("Your payment details are missing or incomplete.")).await;
        assert!(shop.text().contains("No money has moved."), "{}", shop.text());
        assert_eq!(page.count("POST", ""), 0);
        assert_eq!(page.saved(), None);
        assert_eq!(told.codes(), [Code::PaymentMethodMissing]);
        sleep(20).await;
        window().remove_event_listener_with_callback("unhandledrejection", &listener).unwrap();
        // And Pay is there again.
        shop.pay().await;
    }
    assert_eq!(unhandled.get(), 0);
}

#[wasm_bindgen_test]
async fn a_function_is_called_anew_for_each_attempt() {
    let page = Page::new();
    let calls = Rc::new(Cell::new(0));
    let counted = calls.clone();
    let method = function(move |_, _| {
        counted.set(counted.get() + 1);
        js_object(&json!({ "token": counted.get() }))
    });
    let shop = ready(&page, with_method(&page, method)).await;
    shop.pay().await;
    let call = page.create().await;
    assert_eq!(call.body().await["payment_method"]["token"], 1);
    call.reply(201, &failed());
    shop.reads("Payment not completed").await;
    shop.click("button[part~=retry]").await;
    page.read().await.reply(200, &payment_with(json!([failed()])));
    shop.pay().await;
    assert_eq!(page.create().await.body().await["payment_method"]["token"], 2);
}

// Leaving and coming back

#[wasm_bindgen_test]
async fn before_the_page_is_left_the_page_is_asked_and_where_it_stays_there_is_a_link() {
    let page = Page::new();
    let mut props = page.props();
    let asked = stays(&mut props);
    let shop = ready(&page, props).await;
    shop.pay().await;
    page.create().await.reply(201, &redirecting_to(BANK));
    shop.reads("Taking you to the payment page").await;
    assert_eq!(asked.borrow().len(), 1);
    assert_eq!(asked.borrow()[0].view.state, StateName::Redirecting);
    assert!(!shop.has(CONTINUE));
    assert_eq!(page.count("GET", stub::CHARGE), 0);
    until("the link", || shop.has(CONTINUE)).await;
    assert_eq!(shop.attribute(CONTINUE, "href").as_deref(), Some(BANK));
    // In the meantime it is asked for, by nobody's leave.
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
    assert_eq!(asked.borrow().len(), 1);
}

#[wasm_bindgen_test]
async fn a_page_that_says_nothing_is_left() {
    for before in [None, Some(Promise::resolve(&JsValue::UNDEFINED)), Some(Promise::reject(&"broken".into()))] {
        let page = Page::new();
        let mut props = page.props();
        props.before_redirect = before.map(|promise| Callback::from(move |_| promise.clone()));
        let shop = ready(&page, props).await;
        shop.pay().await;
        // To a place on this very page, so that it is still there.
        let bank = format!("{}{}#bank", stub::origin(), stub::address());
        page.create().await.reply(201, &redirecting_to(&bank));
        until("the page goes there", || stub::address().ends_with("#bank")).await;
        assert_eq!(shop.heading(), "Taking you to the payment page");
    }
}

#[wasm_bindgen_test]
async fn a_shopper_who_is_back_before_the_page_was_ready_to_be_left_stays() {
    let page = Page::new();
    let mut props = page.props();
    let ready_to_leave: Rc<RefCell<Option<Function>>> = Rc::default();
    let kept = ready_to_leave.clone();
    props.before_redirect = Some(Callback::from(move |_| {
        Promise::new(&mut |done, _| {
            kept.replace(Some(done));
        })
    }));
    let shop = ready(&page, props).await;
    shop.pay().await;
    page.create().await.reply(201, &redirecting_to(&format!("{}/#bank", stub::origin())));
    shop.reads("Taking you to the payment page").await;
    let before = stub::address();
    {
        let _hidden = hidden();
        dispatch(&document(), "visibilitychange");
    }
    dispatch(&document(), "visibilitychange");
    shop.reads("Confirming your payment").await;
    ready_to_leave.take().unwrap().call0(&JsValue::UNDEFINED).unwrap();
    settle().await;
    sleep(20).await;
    assert_eq!(stub::address(), before);
}

#[wasm_bindgen_test]
async fn an_address_that_is_not_safe_is_not_gone_to() {
    for address in ["javascript:window.left=1", "http://issuer.example/", "https://user:pw@issuer.example/", "/here"] {
        let page = Page::new();
        let mut props = page.props();
        let (asked, told) = (stays(&mut props), Told::listen(&mut props));
        let shop = ready(&page, props).await;
        shop.pay().await;
        page.create().await.reply(201, &redirecting_to(address));
        shop.reads("Still processing").await;
        assert!(shop.text().contains("not safe to open"), "{}", shop.text());
        assert!(!shop.has("a"), "{address}");
        assert!(asked.borrow().is_empty(), "{address}");
        assert_eq!(told.codes(), [Code::RedirectionRefused], "{address}");
    }
}

#[wasm_bindgen_test]
async fn only_the_hosts_that_the_page_allows_are_gone_to() {
    let page = Page::new();
    let mut props = page.props();
    let asked = stays(&mut props);
    props.redirect_hosts = vec!["bank.example".into()];
    let shop = ready(&page, props).await;
    shop.pay().await;
    page.create().await.reply(201, &redirecting_to(BANK));
    shop.reads("Still processing").await;
    assert!(asked.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn a_link_is_shown_and_copied_and_the_result_appears() {
    let page = Page::new();
    let mut props = page.props();
    let asked = stays(&mut props);
    props.presentation = Presentation::Link;
    let copied: Rc<RefCell<Vec<JsValue>>> = Rc::default();
    let list = copied.clone();
    let clipboard = js_sys::Object::new();
    let write = function(move |text, _| {
        list.borrow_mut().push(text);
        Promise::resolve(&JsValue::UNDEFINED).into()
    });
    js_sys::Reflect::set(&clipboard, &"writeText".into(), &write).unwrap();
    let _clipboard = Pretend::new(window().navigator(), "clipboard", clipboard);
    let shop = ready(&page, props).await;
    shop.pay().await;
    page.create().await.reply(201, &redirecting_to(BANK));
    shop.reads("Pay with this link").await;
    assert_eq!(shop.attribute(CONTINUE, "href").as_deref(), Some(BANK));
    assert_eq!(shop.attribute(CONTINUE, "rel").as_deref(), Some("noopener noreferrer"));
    assert!(!shop.has("svg[part~=qr]"));
    shop.click("button[part~=copy]").await;
    until("copied", || shop.text().contains("Link copied")).await;
    assert_eq!(copied.borrow()[0].as_string().as_deref(), Some(BANK));
    until("not any more", || !shop.text().contains("Link copied")).await;
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
    assert!(asked.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn a_qr_code_is_shown_once_it_is_drawn_and_the_link_without_it() {
    let code = JsValue::from("29 M4 4h7v1h-7z");
    for (drawn, shown) in [(Promise::resolve(&code), true), (Promise::reject(&"nothing loaded".into()), false)] {
        let page = Page::new();
        let mut props = page.props();
        props.presentation = Presentation::Link;
        let texts: Rc<RefCell<Vec<String>>> = Rc::default();
        let list = texts.clone();
        props.qr = Some(Callback::from(move |text: yew::AttrValue| {
            list.borrow_mut().push(text.to_string());
            drawn.clone()
        }));
        let shop = ready(&page, props).await;
        assert!(texts.borrow().is_empty());
        shop.pay().await;
        page.create().await.reply(201, &redirecting_to(BANK));
        shop.reads("Pay with this link").await;
        settle().await;
        assert_eq!(*texts.borrow(), [BANK]);
        assert_eq!(shop.has("svg[part~=qr] path[d='M4 4h7v1h-7z']"), shown);
        assert!(shop.has(CONTINUE));
    }
}

#[wasm_bindgen_test]
async fn where_nothing_can_be_copied_or_shared_there_is_no_button_for_it() {
    let page = Page::new();
    let mut props = page.props();
    props.presentation = Presentation::Link;
    let navigator = || window().navigator();
    let _none = [
        Pretend::new(navigator(), "clipboard", JsValue::UNDEFINED),
        Pretend::new(navigator(), "share", JsValue::UNDEFINED),
    ];
    let shop = ready(&page, props).await;
    shop.pay().await;
    page.create().await.reply(201, &redirecting_to(BANK));
    shop.reads("Pay with this link").await;
    assert!(!shop.has("button"));
    assert!(shop.has(CONTINUE));
}

#[wasm_bindgen_test]
async fn a_link_is_shared_as_the_browser_does_it() {
    let page = Page::new();
    let mut props = page.props();
    props.presentation = Presentation::Link;
    let shared: Rc<RefCell<Vec<JsValue>>> = Rc::default();
    let list = shared.clone();
    let share = function(move |what, _| {
        list.borrow_mut().push(get(&what, "url"));
        Promise::reject(&"changed their mind".into()).into()
    });
    let _share = Pretend::new(window().navigator(), "share", share);
    let shop = ready(&page, props).await;
    shop.pay().await;
    page.create().await.reply(201, &redirecting_to(BANK));
    shop.reads("Pay with this link").await;
    shop.click("button[part~=share]").await;
    assert_eq!(shared.borrow()[0].as_string().as_deref(), Some(BANK));
    assert_eq!(shop.heading(), "Pay with this link");
}

// What the browser hints at

#[wasm_bindgen_test]
async fn becoming_visible_replaces_the_question_that_is_under_way() {
    let page = Page::new();
    let shop = confirming(&page, page.props()).await;
    let frozen = page.ask().await;
    {
        let _hidden = hidden();
        dispatch(&document(), "visibilitychange");
    }
    // What was asked only just now is not asked again.
    sleep(600).await;
    dispatch(&document(), "visibilitychange");
    let fresh = page.ask().await;
    assert!(frozen.is_aborted() && !fresh.is_aborted());
    fresh.reply(200, &succeeded());
    shop.reads("Payment complete").await;
}

#[wasm_bindgen_test]
async fn while_nobody_looks_the_backend_is_left_alone() {
    let page = Page::new();
    let _shop = confirming(&page, page.props()).await;
    let _hidden = hidden();
    dispatch(&document(), "visibilitychange");
    settle().await;
    page.ask().await.reply(200, &pending());
    sleep(2_500).await;
    assert_eq!(page.count("GET", stub::CHARGE), 1);
}

#[wasm_bindgen_test]
async fn being_visible_all_the_time_is_nothing_new() {
    let page = Page::new();
    let _shop = confirming(&page, page.props()).await;
    let asked = page.ask().await;
    sleep(600).await;
    dispatch(&document(), "visibilitychange");
    dispatch(&window(), "online");
    settle().await;
    assert!(!asked.is_aborted());
}

#[wasm_bindgen_test]
async fn back_online_replaces_the_question_that_is_under_way() {
    let page = Page::new();
    let shop = confirming(&page, page.props()).await;
    let dead = page.ask().await;
    {
        let _offline = Pretend::new(window().navigator(), "onLine", false);
        dispatch(&window(), "offline");
    }
    sleep(600).await;
    dispatch(&window(), "online");
    let alive = page.ask().await;
    assert!(dead.is_aborted() && !alive.is_aborted());
    alive.reply(200, &succeeded());
    shop.reads("Payment complete").await;
}

#[wasm_bindgen_test]
async fn a_page_from_the_back_forward_cache_looks_anew() {
    let page = Page::new();
    let shop = ready(&page, page.props()).await;
    dispatch(&window(), "pageshow");
    settle().await;
    assert_eq!(page.log().len(), 1);
    // Paid in another tab meanwhile.
    let constructor: Function = get(&window(), "PageTransitionEvent").unchecked_into();
    let options = js_object(&json!({ "persisted": true }));
    let persisted =
        js_sys::Reflect::construct(&constructor, &js_sys::Array::of2(&"pageshow".into(), &options)).unwrap();
    window().dispatch_event(persisted.unchecked_ref()).unwrap();
    page.read().await.reply(200, &payment_with(json!([succeeded()])));
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
    assert_eq!(page.count("POST", ""), 0);
}

#[wasm_bindgen_test]
async fn a_page_that_begins_hidden_and_offline_is_ready_all_the_same() {
    let page = Page::new();
    let _hidden = hidden();
    let _offline = Pretend::new(window().navigator(), "onLine", false);
    let shop = ready(&page, page.props()).await;
    until("Pay", || shop.text().contains("Pay $40.97")).await;
}

// The page around it

#[wasm_bindgen_test]
async fn unmounted_it_aborts_and_hears_no_more() {
    let page = Page::new();
    let mut shop = confirming(&page, page.props()).await;
    let asked = page.ask().await;
    shop.unmount();
    settle().await;
    assert!(asked.is_aborted());
    assert_eq!(shop.base.child_element_count(), 0);
    let before = page.log().len();
    {
        let _hidden = hidden();
        dispatch(&document(), "visibilitychange");
    }
    dispatch(&document(), "visibilitychange");
    dispatch(&window(), "online");
    sleep(1_500).await;
    assert_eq!(page.log().len(), before);
    // What is saved stays, and is asked for when it is there again.
    assert!(page.saved().is_some());
    let shop = page.mount(page.props()).await;
    assert_eq!(shop.heading(), "Confirming your payment");
}

#[wasm_bindgen_test]
async fn every_listener_is_taken_off_again() {
    let page = Page::new();
    let balance = Rc::new(Cell::new(0));
    let counter = |by: i32| {
        let balance = balance.clone();
        function(move |name, _| {
            if ["visibilitychange", "online", "offline", "pageshow", "pagehide"]
                .contains(&name.as_string().unwrap_or_default().as_str())
            {
                balance.set(balance.get() + by);
            }
            JsValue::UNDEFINED
        })
    };
    let mut shop = {
        let _add = [
            Pretend::new(window(), "addEventListener", counter(1)),
            Pretend::new(document(), "addEventListener", counter(1)),
        ];
        let shop = page.mount(page.props()).await;
        assert_eq!(balance.get(), 5);
        shop
    };
    let _remove = [
        Pretend::new(window(), "removeEventListener", counter(-1)),
        Pretend::new(document(), "removeEventListener", counter(-1)),
    ];
    shop.unmount();
    settle().await;
    assert_eq!(balance.get(), 0);
}

#[wasm_bindgen_test]
async fn another_payment_is_looked_at_anew_and_the_saved_attempt_stays() {
    let page = Page::new();
    let mut shop = confirming(&page, page.props()).await;
    let asked = page.ask().await;
    let mut props = page.props();
    let other = "11111111-1111-4111-8111-111111111111";
    props.payment_id = Some(other.into());
    shop.app.as_mut().unwrap().update(props);
    settle().await;
    assert!(asked.is_aborted());
    assert_eq!(shop.heading(), "Your payment");
    assert!(page.saved().is_some());
    let mut another = payment();
    another["id"] = other.into();
    another["amount"] = 100.into();
    page.call("GET", other).await.reply(200, &another);
    until("its amount", || shop.text().contains("Pay $1.00")).await;
}

#[wasm_bindgen_test]
async fn other_words_and_another_locale_begin_nothing_anew() {
    let page = Page::new();
    let mut shop = ready(&page, page.props()).await;
    let mut props = page.props();
    props.locale = Some("de-DE".into());
    let own = vec![("pay_amount".to_owned(), "{amount} zahlen".to_owned())];
    props.messages = Rc::new(paymentsos_checkout::messages::Messages::new(own));
    shop.app.as_mut().unwrap().update(props);
    until("other words", || shop.text().contains("40,97 $ zahlen")).await;
    assert_eq!(page.log().len(), 1);
}

#[wasm_bindgen_test]
async fn a_new_token_asks_again_where_nobody_was_allowed_to() {
    let page = Page::new();
    let mut props = page.props();
    props.client_token = Some("old".into());
    let told = Told::listen(&mut props);
    let mut shop = confirming(&page, props.clone()).await;
    page.ask().await.reply(401, &json!({}));
    shop.reads("Still processing").await;
    assert!(shop.text().contains("This window may not show the payment."), "{}", shop.text());
    assert_eq!(told.codes(), [Code::NotAuthorizedHere]);
    props.client_token = Some("new".into());
    shop.app.as_mut().unwrap().update(props);
    let call = page.ask().await;
    assert_eq!(call.headers["authorization"], "Bearer new");
    page.read().await.reply(200, &payment_with(json!([pending()])));
    call.reply(200, &succeeded());
    shop.reads("Payment complete").await;
}

#[wasm_bindgen_test]
async fn the_focus_follows_what_was_pressed_and_nothing_else() {
    let page = Page::new();
    let shop = ready(&page, page.props()).await;
    until("the amount", || shop.text().contains("Pay $40.97")).await;
    // Nothing was pressed, so the focus stays where it is.
    assert_eq!(document().active_element().unwrap().tag_name(), "BODY");
    let pay: web_sys::HtmlElement = shop.base.query_selector(PAY).unwrap().unwrap().unchecked_into();
    pay.focus().unwrap();
    shop.click(PAY).await;
    page.create().await.reply(201, &succeeded());
    shop.reads("Payment complete").await;
    assert_eq!(document().active_element().unwrap().id(), "heading");
}

#[wasm_bindgen_test]
async fn the_focus_is_not_taken_from_the_page() {
    let page = Page::new();
    let shop = ready(&page, page.props()).await;
    let field: web_sys::HtmlElement = document().create_element("input").unwrap().unchecked_into();
    document().body().unwrap().append_child(&field).unwrap();
    shop.pay().await;
    field.focus().unwrap();
    page.create().await.reply(201, &succeeded());
    shop.reads("Payment complete").await;
    assert_eq!(document().active_element().as_ref(), Some(field.as_ref()));
    field.remove();
}

#[wasm_bindgen_test]
async fn nothing_from_outside_is_html() {
    let page = Page::new();
    let shop = page.mount(page.props()).await;
    let mut odd = payment();
    odd["order"]["id"] = "<img src=x onerror=window.hacked=1><b>7</b>".into();
    page.read().await.reply(200, &odd);
    until("the reference", || shop.text().contains("<b>7</b>")).await;
    assert!(!shop.has("img") && !shop.has("b"));
}

#[wasm_bindgen_test]
async fn two_checkouts_on_a_page_do_not_meet() {
    let page = Page::new();
    let other = "11111111-1111-4111-8111-111111111111";
    let one = page.mount(page.props()).await;
    let mut props = page.props();
    props.payment_id = Some(other.into());
    let two = page.mount(props).await;
    let mut another = payment();
    another["id"] = other.into();
    page.read().await.reply(200, &payment());
    page.call("GET", other).await.reply(200, &another);
    one.pay().await;
    page.create().await.reply(201, &succeeded());
    one.reads("Payment complete").await;
    assert_eq!(two.heading(), "Your payment");
    two.pay().await;
    page.call("GET", other).await.reply(200, &another);
    page.create().await.reply(201, &failed());
    two.reads("Payment not completed").await;
    assert_eq!(one.heading(), "Payment complete");
}

#[wasm_bindgen_test]
async fn in_a_shadow_root_it_is_the_same() {
    let page = Page::new();
    let host = stub::div();
    let root = host.attach_shadow(&web_sys::ShadowRootInit::new(web_sys::ShadowRootMode::Open)).unwrap();
    let base = document().create_element("div").unwrap();
    root.append_child(&base).unwrap();
    let app = yew::Renderer::<Panel>::with_root_and_props(base.clone(), page.props()).render();
    let shop = Shop { base, app: Some(app) };
    settle().await;
    page.read().await.reply(200, &payment());
    shop.pay().await;
    page.create().await.reply(201, &succeeded());
    shop.reads("Payment complete").await;
    assert_eq!(root.active_element().map(|element| element.id()).as_deref(), Some("heading"));
    host.remove();
}
