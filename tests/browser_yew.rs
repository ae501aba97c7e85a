//! `<Checkout>` in a Yew app: in a shadow root of its own, with its styles, its slots and its handle.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod stub;

use paymentsos_checkout::core::flow::StateName;
use paymentsos_checkout::core::trace::Trace;
use paymentsos_checkout::{Checkout, CheckoutHandle, Detail};
use serde_json::json;
use std::cell::RefCell;
use std::rc::Rc;
use stub::{PAYMENT, Page, document, js_object, payment, pending, settle, succeeded, until, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::*;
use web_sys::{Element, HtmlElement, ShadowRoot};
use yew::prelude::*;

wasm_bindgen_test_configure!(run_in_browser);

const ANOTHER: &str = "3f0b6f0e-63a4-4d0c-9d55-9c2a52d1f0aa";

/// What the app gives its checkout.
#[derive(Clone, PartialEq, Properties)]
struct AppProps {
    backend: AttrValue,
    handle: CheckoutHandle,
    on_result: Callback<Detail>,
    on_trace: Callback<String>,
    locale: &'static str,
    assets: Option<AttrValue>,
    /// The key and the payment of each.
    checkouts: &'static [(&'static str, &'static str)],
}

#[component]
fn App(props: &AppProps) -> Html {
    let method = use_memo((), |()| js_object(&json!({ "token": "t" })));
    props
        .checkouts
        .iter()
        .map(|&(key, payment_id)| {
            html! {
                <Checkout
                    {key}
                    {payment_id}
                    backend={props.backend.clone()}
                    locale={props.locale}
                    assets={props.assets.clone()}
                    payment_method={(*method).clone()}
                    handle={props.handle.clone()}
                    on_result={props.on_result.clone()}
                    on_trace={props.on_trace.clone()}
                >
                    <p slot="summary" class="own">{ "Two mugs" }</p>
                    <p slot="succeeded" class="own">{ "They are packed" }</p>
                </Checkout>
            }
        })
        .collect()
}

/// The app on a page. Dropped, it is taken off.
struct Mounted {
    base: Element,
    app: Option<yew::AppHandle<App>>,
    props: AppProps,
}

impl Mounted {
    async fn new(page: &Page, props: impl FnOnce(&mut AppProps)) -> Mounted {
        let mut given = AppProps {
            backend: page.backend.clone().into(),
            handle: CheckoutHandle::default(),
            on_result: Callback::noop(),
            on_trace: Callback::noop(),
            locale: "en-US",
            assets: None,
            checkouts: &[("one", PAYMENT)],
        };
        props(&mut given);
        let base = stub::div();
        let app = yew::Renderer::<App>::with_root_and_props(base.clone(), given.clone()).render();
        let mounted = Mounted { base, app: Some(app), props: given };
        until("a checkout in it", || mounted.root(0).is_some_and(|root| root.child_element_count() > 0)).await;
        settle().await;
        mounted
    }

    fn update(&mut self, change: impl FnOnce(&mut AppProps)) {
        change(&mut self.props);
        self.app.as_mut().expect("it is on the page").update(self.props.clone());
    }

    fn host(&self, at: u32) -> Option<Element> {
        self.base.query_selector_all("div[data-state]").unwrap().get(at).map(JsCast::unchecked_into)
    }

    fn root(&self, at: u32) -> Option<ShadowRoot> {
        self.host(at)?.shadow_root()
    }

    fn piece(&self, selector: &str) -> Option<HtmlElement> {
        self.root(0)?.query_selector(selector).unwrap().map(JsCast::unchecked_into)
    }

    fn state(&self, at: u32) -> String {
        self.host(at).and_then(|host| host.get_attribute("data-state")).unwrap_or_default()
    }

    fn text(&self) -> String {
        self.root(0).and_then(|root| root.text_content()).unwrap_or_default()
    }

    async fn pay(&self, page: &Page) {
        page.read().await.reply(200, &payment());
        self.press_pay().await;
    }

    async fn press_pay(&self) {
        const PAY: &str = "button[part~=pay]:not([aria-disabled])";
        until("Pay can be pressed", || self.piece(PAY).is_some()).await;
        self.piece(PAY).unwrap().click();
        settle().await;
    }

    /// What the browser makes of a property there.
    fn style(&self, selector: &str, property: &str) -> String {
        let computed = window().get_computed_style(&self.piece(selector).expect(selector)).unwrap().unwrap();
        computed.get_property_value(property).unwrap()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if let Some(app) = self.app.take() {
            app.destroy();
        }
        self.base.remove();
    }
}

#[wasm_bindgen_test]
async fn it_pays_in_a_shadow_root_of_its_own() {
    let page = Page::new();
    let told: Rc<RefCell<Vec<StateName>>> = Rc::default();
    let list = told.clone();
    let on_result = Callback::from(move |detail: Detail| list.borrow_mut().push(detail.view.state));
    let app = Mounted::new(&page, |props| props.on_result = on_result).await;
    assert_eq!(app.state(0), "ready");
    app.pay(&page).await;
    assert_eq!(app.state(0), "creating");
    page.create().await.reply(201, &succeeded());
    until("the receipt", || app.state(0) == "succeeded").await;
    assert!(app.text().contains("Payment complete"), "{}", app.text());
    assert_eq!(*told.borrow(), [StateName::Succeeded]);
    assert_eq!(page.count("POST", ""), 1);
}

#[wasm_bindgen_test]
async fn its_styles_stay_in_and_the_pages_stay_out() {
    let page = Page::new();
    let hostile = document().create_element("style").unwrap();
    let rules =
        "button, section { display: none } p, h2 { font-size: 40px; letter-spacing: 1em; text-transform: uppercase }";
    hostile.set_text_content(Some(rules));
    document().head().unwrap().append_child(&hostile).unwrap();
    let app = Mounted::new(&page, |_| {}).await;
    page.read().await.reply(200, &payment());
    until("the amount", || app.text().contains("Pay $40.97")).await;
    assert_eq!(app.style("button[part~=pay]", "display"), "flex");
    assert_eq!(app.style("[part~=checkout]", "display"), "flex");
    assert_eq!(app.style("[part~=heading]", "font-size"), "19px");
    assert_eq!(app.style("[part~=heading]", "text-transform"), "none");
    let outside = document().create_element("p").unwrap();
    outside.set_attribute("part", "amount").unwrap();
    app.base.append_child(&outside).unwrap();
    hostile.remove();
    let computed = window().get_computed_style(&outside).unwrap().unwrap();
    assert_eq!(computed.get_property_value("font-size").unwrap(), "16px");
}

#[wasm_bindgen_test]
async fn what_the_app_puts_into_its_slots_is_shown_there() {
    let page = Page::new();
    let app = Mounted::new(&page, |_| {}).await;
    page.read().await.reply(200, &payment());
    until("the amount", || app.text().contains("Pay $40.97")).await;
    let is_in = |own: &str, slot: &str| {
        let own = app.base.query_selector(&format!("[slot={own}].own")).unwrap().unwrap();
        app.piece(slot).is_some_and(|slot| stub::get(&own, "assignedSlot") == JsValue::from(slot))
    };
    assert!(is_in("summary", "slot[name=summary]"));
    assert!(!is_in("succeeded", "slot"));
    app.press_pay().await;
    page.create().await.reply(201, &succeeded());
    until("its own word on the receipt", || is_in("succeeded", "slot[name=succeeded]")).await;
}

#[wasm_bindgen_test]
async fn two_on_a_page_share_a_style_sheet_and_nothing_else() {
    let page = Page::new();
    let app = Mounted::new(&page, |props| props.checkouts = &[("one", PAYMENT), ("two", ANOTHER)]).await;
    let sheets = |at: u32| stub::get(&app.root(at).unwrap(), "adoptedStyleSheets.0");
    assert!(sheets(0).is_object() && sheets(0) == sheets(1));
    assert_ne!(JsValue::from(app.root(0).unwrap()), JsValue::from(app.root(1).unwrap()));
    assert_eq!([app.state(0), app.state(1)], ["ready", "ready"]);
}

#[wasm_bindgen_test]
async fn changed_properties_take_effect_at_once() {
    let page = Page::new();
    let mut app = Mounted::new(&page, |_| {}).await;
    page.read().await.reply(200, &payment());
    until("the amount", || app.text().contains("Pay $40.97")).await;
    let base = app.root(0).unwrap().query_selector("[part=base]").unwrap();
    app.update(|props| props.locale = "de-DE");
    until("other words", || app.text().contains("40,97")).await;
    assert_eq!(app.root(0).unwrap().query_selector("[part=base]").unwrap(), base);
    assert_eq!(page.log().len(), 1);
}

#[wasm_bindgen_test]
async fn another_payment_ends_what_was_asked_for_the_one_before() {
    let page = Page::new();
    let mut app = Mounted::new(&page, |_| {}).await;
    let read = page.read().await;
    assert!(!read.is_aborted());
    app.update(|props| props.checkouts = &[("one", ANOTHER)]);
    page.call("GET", ANOTHER).await;
    assert!(read.is_aborted());
}

#[wasm_bindgen_test]
async fn moved_within_the_app_it_goes_on() {
    let page = Page::new();
    let mut app = Mounted::new(&page, |props| props.checkouts = &[("one", PAYMENT), ("two", ANOTHER)]).await;
    let (first, second) = (app.root(0).unwrap(), app.root(1).unwrap());
    let read = page.read().await;
    app.update(|props| props.checkouts = &[("two", ANOTHER), ("one", PAYMENT)]);
    until("the other order", || app.root(0).as_ref() == Some(&second) && app.root(1).as_ref() == Some(&first)).await;
    assert!(!read.is_aborted());
    read.reply(200, &payment());
    until("the amount", || first.text_content().is_some_and(|text| text.contains("Pay $40.97"))).await;
    assert_eq!(page.count("GET", PAYMENT), 1);
    let pay = first.query_selector("button[part~=pay]").unwrap().unwrap();
    pay.unchecked_into::<HtmlElement>().click();
    until("it begins to pay", || app.state(1) == "creating").await;
    assert_eq!(app.state(0), "ready");
}

#[wasm_bindgen_test]
async fn taken_off_the_page_it_ends() {
    let page = Page::new();
    let mut app = Mounted::new(&page, |_| {}).await;
    let read = page.read().await;
    app.app.take().unwrap().destroy();
    settle().await;
    assert!(read.is_aborted());
    assert_eq!(app.base.child_element_count(), 0);
}

#[wasm_bindgen_test]
async fn its_handle_pays_checks_and_resets() {
    let page = Page::new();
    let handle = CheckoutHandle::default();
    assert!(handle.pay().await.is_none(), "there is no checkout yet");
    let mut app = Mounted::new(&page, |props| props.handle = handle.clone()).await;
    page.read().await.reply(200, &payment());
    until("the amount", || app.text().contains("Pay $40.97")).await;
    let came: Rc<RefCell<Vec<Option<StateName>>>> = Rc::default();
    let ask = |which: u8| {
        let (handle, came) = (handle.clone(), came.clone());
        spawn_local(async move {
            let detail = match which {
                0 => handle.pay().await,
                1 => handle.check_now().await,
                _ => handle.reset().await,
            };
            came.borrow_mut().push(detail.map(|detail| detail.view.state));
        });
    };
    ask(0);
    page.create().await.reply(201, &pending());
    until("an answer", || came.borrow().len() == 1).await;
    ask(1);
    page.last_ask().await.reply(200, &succeeded());
    until("another answer", || came.borrow().len() == 2).await;
    ask(2);
    page.read().await.reply(200, &stub::payment_with(json!([succeeded()])));
    until("the last answer", || came.borrow().len() == 3).await;
    let said = [StateName::Confirming, StateName::Succeeded, StateName::Succeeded].map(Some);
    assert_eq!(*came.borrow(), said);
    app.app.take().unwrap().destroy();
    settle().await;
    assert!(handle.check_now().await.is_none(), "it is not there any more");
}

#[wasm_bindgen_test]
async fn it_speaks_another_language_once_its_file_is_there_and_english_until_then() {
    let page = Page::new();
    let mut app = Mounted::new(&page, |props| {
        props.assets = Some(props.backend.clone());
        props.locale = "pt-AO";
    })
    .await;
    page.read().await.reply(200, &payment());
    until("English", || app.text().contains("Your payment")).await;
    let section = |app: &Mounted, name: &str| app.piece("section").unwrap().get_attribute(name);
    assert_eq!(section(&app, "lang").as_deref(), Some("en"));
    // There is none for Angola.
    page.call("GET", "/locales/pt-AO.json").await.reply(404, &json!({}));
    let file = json!({ "language": "pt", "direction": "ltr", "texts": { "ready": "O seu pagamento" } });
    page.call("GET", "/locales/pt.json").await.reply(200, &file);
    until("Portuguese", || app.text().contains("O seu pagamento")).await;
    assert_eq!(section(&app, "lang").as_deref(), Some("pt"));
    app.update(|props| props.locale = "ar");
    until("English again", || app.text().contains("Your payment")).await;
    let file = json!({ "language": "ar", "direction": "rtl", "texts": { "ready": "عملية الدفع" } });
    page.call("GET", "/locales/ar.json").await.reply(200, &file);
    until("Arabic", || app.text().contains("عملية الدفع")).await;
    assert_eq!(section(&app, "dir").as_deref(), Some("rtl"));
    app.update(|props| props.locale = "en-GB");
    until("what is built in", || app.text().contains("Your payment")).await;
    assert_eq!((section(&app, "lang"), page.count("GET", "/locales/en-GB.json")), (None, 0));
    assert_eq!(app.state(0), "ready");
}

#[wasm_bindgen_test]
async fn the_app_is_told_a_trace_that_comes_to_the_same() {
    let page = Page::new();
    let trace: Rc<RefCell<Trace>> = Rc::default();
    let kept = trace.clone();
    let on_trace = Callback::from(move |line| kept.borrow_mut().note(line));
    let app = Mounted::new(&page, |props| props.on_trace = on_trace).await;
    app.pay(&page).await;
    page.create().await.reply(201, &succeeded());
    until("the result", || app.state(0) == "succeeded").await;
    let replayed = trace.borrow().replay().unwrap();
    assert_eq!((replayed.view.state, replayed.difference), (StateName::Succeeded, None));
}
