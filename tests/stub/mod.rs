//! A page to test on: a backend that answers what the test says and when, storage and an address of its own, and a checkout in it.

#![allow(dead_code, reason = "each story uses its own part of it")]

use js_sys::{Function, Promise, Reflect};
use paymentsos_checkout::panel::Panel;
use paymentsos_checkout::settings::PanelProps;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Document, Element, HtmlElement, Request, RequestCache, RequestCredentials, Storage, Window};

pub(crate) const PAYMENT: &str = "dd1fbe34-4636-4a61-8cb1-27ac8a175284";
pub(crate) const CHARGE: &str = "aec1c306-e0f7-452b-8fb5-5b34489e9d10";

/// Longer than anything here takes, on however busy a machine; but a second short of where the runner gives up.
const PATIENCE: i32 = 10_000;

thread_local! {
    static PAGES: Cell<u32> = const { Cell::new(0) };
    /// The browser's own `fetch`: kept here, because a test that fails puts nothing back.
    static FETCH: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

pub(crate) fn window() -> Window {
    web_sys::window().expect("a window")
}

pub(crate) fn document() -> Document {
    window().document().expect("a document")
}

pub(crate) fn local() -> Storage {
    window().local_storage().unwrap().unwrap()
}

pub(crate) fn session() -> Storage {
    window().session_storage().unwrap().unwrap()
}

/// What the address bar shows, without the origin.
pub(crate) fn address() -> String {
    let location = window().location();
    location.pathname().unwrap() + &location.search().unwrap() + &location.hash().unwrap()
}

pub(crate) fn origin() -> String {
    window().location().origin().unwrap()
}

pub(crate) fn set_address(address: &str, state: &JsValue) {
    window().history().unwrap().replace_state_with_url(state, "", Some(address)).unwrap();
}

/// A payment that nothing stands for yet.
pub(crate) fn payment() -> Value {
    payment_with(json!([]))
}

/// A payment with these charges.
pub(crate) fn payment_with(charges: Value) -> Value {
    let mut payment: Value =
        serde_json::from_str(include_str!("../../core/fixtures/payment-initialized.json")).unwrap();
    payment["related_resources"] = json!({ "charges": charges, "authorizations": [] });
    payment
}

pub(crate) fn succeeded() -> Value {
    serde_json::from_str(include_str!("../../core/fixtures/charge-succeeded.json")).unwrap()
}

pub(crate) fn failed() -> Value {
    serde_json::from_str(include_str!("../../core/fixtures/charge-failed.json")).unwrap()
}

/// Pending, with nowhere to go.
pub(crate) fn pending() -> Value {
    let mut charge = redirecting();
    charge.as_object_mut().unwrap().remove("redirection");
    charge
}

/// Pending, with a redirection.
pub(crate) fn redirecting() -> Value {
    serde_json::from_str(include_str!("../../core/fixtures/charge-pending-redirection.json")).unwrap()
}

/// Pending, with a redirection to there.
pub(crate) fn redirecting_to(address: &str) -> Value {
    let mut charge = redirecting();
    charge["redirection"]["url"] = address.into();
    charge
}

/// So many milliseconds.
pub(crate) async fn sleep(delay: i32) {
    let promise = Promise::new(&mut |done, _| {
        window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, delay).unwrap();
    });
    JsFuture::from(promise).await.unwrap();
}

/// Everything that is on its way without a timer has happened: Yew has drawn, promises are settled.
pub(crate) async fn settle() {
    for _ in 0..3 {
        yew::scheduler::flush().await;
        sleep(0).await;
    }
    yew::scheduler::flush().await;
}

/// Waits for it, or says what was waited for in vain.
pub(crate) async fn until(what: &str, is_so: impl FnMut() -> bool) {
    until_or(|| what.to_owned(), is_so).await;
}

async fn until_or(what: impl Fn() -> String, mut is_so: impl FnMut() -> bool) {
    let started = js_sys::Date::now();
    yew::scheduler::flush().await;
    while !is_so() {
        assert!(js_sys::Date::now() - started < f64::from(PATIENCE), "waited in vain: {}", what());
        sleep(5).await;
        yew::scheduler::flush().await;
    }
}

/// What comes of it, if it comes in time.
pub(crate) async fn in_time<T: 'static>(what: &str, future: impl Future<Output = T> + 'static) -> T {
    let came = Rc::new(RefCell::new(None));
    let slot = came.clone();
    spawn_local(async move {
        let value = future.await;
        slot.replace(Some(value));
    });
    until(what, || came.borrow().is_some()).await;
    came.take().expect("it has come")
}

/// A request as it was sent.
pub(crate) struct Call {
    pub(crate) method: String,
    /// Below the backend.
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) credentials: RequestCredentials,
    pub(crate) cache: RequestCache,
    /// What `localStorage` held for this backend at that moment, by payment.
    pub(crate) saved: BTreeMap<String, String>,
    /// Aborted before it was sent.
    was_aborted: bool,
    request: Request,
    text: Cell<Option<Promise>>,
    resolve: Function,
    reject: Function,
}

impl Call {
    fn new(backend: &str, request: Request, resolve: Function, reject: Function) -> Call {
        let headers = js_sys::try_iter(&request.headers())
            .unwrap()
            .unwrap()
            .map(|entry| {
                let entry = js_sys::Array::from(&entry.unwrap());
                (entry.get(0).as_string().unwrap(), entry.get(1).as_string().unwrap())
            })
            .collect();
        // A test may have taken storage away.
        let storage = window().local_storage().ok().flatten();
        let saved = (0..storage.as_ref().and_then(|storage| storage.length().ok()).unwrap_or(0))
            .filter_map(|at| {
                let key = storage.as_ref()?.key(at).ok()??;
                let payment = key.strip_prefix(backend)?.strip_prefix('|')?.to_owned();
                Some((payment, storage.as_ref()?.get_item(&key).ok()??))
            })
            .collect();
        let address = web_sys::Url::new(&request.url()).unwrap();
        Call {
            method: request.method(),
            path: address.pathname().strip_prefix(backend).unwrap().to_owned() + &address.search(),
            headers,
            credentials: request.credentials(),
            cache: request.cache(),
            saved,
            was_aborted: request.signal().aborted(),
            text: Cell::new(request.text().ok()),
            request,
            resolve,
            reject,
        }
    }

    /// The body, as JSON. Once.
    pub(crate) async fn body(&self) -> Value {
        let text = JsFuture::from(self.text.take().expect("a body that was not read yet")).await.unwrap();
        serde_json::from_str(&text.as_string().unwrap()).expect("a body of JSON")
    }

    /// Whether nobody wants the answer any more.
    pub(crate) fn is_aborted(&self) -> bool {
        self.request.signal().aborted()
    }

    pub(crate) fn reply(&self, status: u16, body: &Value) {
        self.reply_with(status, &[], &body.to_string());
    }

    pub(crate) fn reply_with(&self, status: u16, headers: &[(&str, &str)], body: &str) {
        let options = web_sys::ResponseInit::new();
        options.set_status(status);
        let own = web_sys::Headers::new().unwrap();
        for (name, value) in headers {
            own.set(name, value).unwrap();
        }
        options.set_headers(&own);
        let response = web_sys::Response::new_with_opt_str_and_init(Some(body), &options).unwrap();
        self.resolve_with(&response);
    }

    /// Answers with whatever that is.
    pub(crate) fn resolve_with(&self, value: &JsValue) {
        self.resolve.call1(&JsValue::UNDEFINED, value).unwrap();
    }

    /// The network has failed.
    pub(crate) fn fail(&self) {
        self.reject_with(&js_sys::TypeError::new("Failed to fetch"));
    }

    /// `fetch` has thrown whatever that is.
    pub(crate) fn reject_with(&self, reason: &JsValue) {
        self.reject.call1(&JsValue::UNDEFINED, reason).unwrap();
    }
}

/// A page with a backend of its own. Dropped, it leaves the browser as it was.
pub(crate) struct Page {
    /// Its address.
    pub(crate) backend: String,
    calls: Rc<RefCell<Vec<Rc<Call>>>>,
    /// Up to where the test has taken them.
    taken: RefCell<Vec<usize>>,
    address: String,
    _fetch: Closure<dyn FnMut(JsValue, JsValue) -> Promise>,
}

impl Page {
    pub(crate) fn new() -> Page {
        let number = PAGES.replace(PAGES.get() + 1);
        let backend = format!("/stub-{number}");
        local().clear().unwrap();
        session().clear().unwrap();
        let own = FETCH.with(|fetch| fetch.borrow_mut().get_or_insert_with(|| get(&window(), "fetch")).clone());
        let own: Function = own.dyn_into().unwrap();
        let calls: Rc<RefCell<Vec<Rc<Call>>>> = Rc::default();
        let fetch = {
            let (calls, backend) = (calls.clone(), backend.clone());
            Closure::<dyn FnMut(JsValue, JsValue) -> Promise>::new(move |request: JsValue, options: JsValue| {
                match request.dyn_into::<Request>() {
                    Ok(request) if request.url().starts_with(&(origin() + &backend + "/")) => {
                        answer_later(&calls, &backend, request)
                    }
                    Ok(request) => own.call2(&window(), &request, &options).unwrap().unchecked_into(),
                    Err(request) => own.call2(&window(), &request, &options).unwrap().unchecked_into(),
                }
            })
        };
        Reflect::set(&window(), &"fetch".into(), fetch.as_ref()).unwrap();
        Page { backend, calls, taken: RefCell::default(), address: address(), _fetch: fetch }
    }

    /// The next request of that method and with that end of its path that the test has not taken yet.
    pub(crate) async fn call(&self, method: &str, end: &str) -> Rc<Call> {
        let came = RefCell::new(None);
        until_or(
            || format!("{method} …{end}, among {:?}", self.log()),
            || {
                came.replace(self.take(method, end));
                came.borrow().is_some()
            },
        )
        .await;
        came.take().expect("it was just there")
    }

    fn take(&self, method: &str, end: &str) -> Option<Rc<Call>> {
        let calls = self.calls.borrow();
        let mut taken = self.taken.borrow_mut();
        let is_it =
            |(at, call): &(usize, &Rc<Call>)| !taken.contains(at) && call.method == method && call.path.ends_with(end);
        let (at, call) = calls.iter().enumerate().find(is_it)?;
        taken.push(at);
        Some(call.clone())
    }

    /// The next reading of the payment.
    pub(crate) async fn read(&self) -> Rc<Call> {
        self.call("GET", PAYMENT).await
    }

    /// The next question for the charge.
    pub(crate) async fn ask(&self) -> Rc<Call> {
        self.call("GET", CHARGE).await
    }

    /// The question for the charge that is waited for once all has settled: those before it were given up.
    pub(crate) async fn last_ask(&self) -> Rc<Call> {
        settle().await;
        let mut ask = self.ask().await;
        while ask.is_aborted() {
            ask = self.ask().await;
        }
        ask
    }

    /// The next create; the payment, which is read before it, is free.
    pub(crate) async fn create(&self) -> Rc<Call> {
        let came = RefCell::new(None);
        until_or(
            || format!("a create, among {:?}", self.log()),
            || {
                if let Some(read) = self.take("GET", PAYMENT) {
                    read.reply(200, &payment());
                }
                came.replace(self.take("POST", ""));
                came.borrow().is_some()
            },
        )
        .await;
        came.take().expect("it was just there")
    }

    /// How many requests of that method and with that end of their path were sent.
    pub(crate) fn count(&self, method: &str, end: &str) -> usize {
        self.calls.borrow().iter().filter(|call| call.method == method && call.path.ends_with(end)).count()
    }

    /// Everything that was sent.
    pub(crate) fn log(&self) -> Vec<String> {
        self.calls.borrow().iter().map(|call| format!("{} {}", call.method, call.path)).collect()
    }

    /// What went out: a request that was aborted before it was sent does not, `fetch` sees to that.
    pub(crate) fn calls_that_count(&self) -> Vec<Rc<Call>> {
        self.calls.borrow().iter().filter(|call| !call.was_aborted).cloned().collect()
    }

    /// The line saved for the payment.
    pub(crate) fn saved(&self) -> Option<String> {
        local().get_item(&format!("{}|{PAYMENT}", self.backend)).unwrap()
    }

    /// The line kept for a reload of this tab.
    pub(crate) fn kept(&self) -> Option<String> {
        session().get_item(&format!("{}|", self.backend)).unwrap()
    }

    /// A checkout of the payment.
    pub(crate) fn props(&self) -> PanelProps {
        let method = js_object(&json!({ "type": "tokenized", "token": "7f4a1c2e-4b7d-4c86-9a55-0a3df0f6f1f1" }));
        yew::props!(PanelProps {
            backend: self.backend.clone(),
            payment_id: PAYMENT,
            locale: "en-US",
            payment_method: method,
        })
    }

    /// Mounts a checkout, and waits until it is drawn.
    pub(crate) async fn mount(&self, props: PanelProps) -> Shop {
        let base = div();
        let app = yew::Renderer::<Panel>::with_root_and_props(base.clone(), props).render();
        settle().await;
        Shop { base, app: Some(app) }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        FETCH.with(|fetch| {
            if let Some(own) = &*fetch.borrow() {
                let _ = Reflect::set(&window(), &"fetch".into(), own);
            }
        });
        set_address(&self.address, &JsValue::NULL);
        for storage in [window().local_storage(), window().session_storage()].into_iter().flatten().flatten() {
            let _ = storage.clear();
        }
    }
}

fn answer_later(calls: &Rc<RefCell<Vec<Rc<Call>>>>, backend: &str, request: Request) -> Promise {
    let (resolve, reject) = (RefCell::new(None), RefCell::new(None));
    let promise = Promise::new(&mut |done, failed| {
        resolve.replace(Some(done));
        reject.replace(Some(failed));
    });
    let (resolve, reject) = (resolve.take().unwrap(), reject.take().unwrap());
    let signal = request.signal();
    let aborted = {
        let (signal, reject) = (signal.clone(), reject.clone());
        Closure::once_into_js(move || {
            let _ = reject.call1(&JsValue::UNDEFINED, &signal.reason());
        })
    };
    signal.add_event_listener_with_callback("abort", aborted.unchecked_ref()).unwrap();
    calls.borrow_mut().push(Rc::new(Call::new(backend, request, resolve, reject)));
    promise
}

/// A checkout on the page. Dropped, it is taken off again.
pub(crate) struct Shop {
    pub(crate) base: Element,
    pub(crate) app: Option<yew::AppHandle<Panel>>,
}

impl Shop {
    /// What the shopper reads there, without the live region, which repeats some of it.
    pub(crate) fn text(&self) -> String {
        text(&self.base, "[part~=checkout]")
    }

    pub(crate) fn heading(&self) -> String {
        text(&self.base, "[part~=heading]")
    }

    /// Waits for a heading.
    pub(crate) async fn reads(&self, heading: &str) {
        until_or(|| format!("{heading:?}; it reads {:?}", self.text()), || self.heading() == heading).await;
    }

    pub(crate) fn has(&self, selector: &str) -> bool {
        self.base.query_selector(selector).unwrap().is_some()
    }

    /// An attribute of an element there.
    pub(crate) fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        self.base.query_selector(selector).unwrap().expect(selector).get_attribute(name)
    }

    /// Clicks on it, and waits until what follows at once is drawn.
    pub(crate) async fn click(&self, selector: &str) {
        self.click_only(selector);
        settle().await;
    }

    /// Clicks on it.
    pub(crate) fn click_only(&self, selector: &str) {
        let element = self.base.query_selector(selector).unwrap();
        element.unwrap_or_else(|| panic!("no {selector} in {:?}", self.text())).unchecked_into::<HtmlElement>().click();
    }

    /// Waits until Pay can be pressed, and presses it.
    pub(crate) async fn pay(&self) {
        const PAY: &str = "button[part~=pay]:not([aria-disabled])";
        until("Pay can be pressed", || self.has(PAY)).await;
        self.click(PAY).await;
    }

    pub(crate) fn unmount(&mut self) {
        if let Some(app) = self.app.take() {
            app.destroy();
        }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.unmount();
        self.base.remove();
    }
}

pub(crate) fn div() -> Element {
    let div = document().create_element("div").unwrap();
    document().body().unwrap().append_child(&div).unwrap();
    div
}

pub(crate) fn text(base: &Element, selector: &str) -> String {
    let text = base.query_selector(selector).unwrap().and_then(|element| element.text_content()).unwrap_or_default();
    // `Intl` separates by spaces that do not break.
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A member of an object, by its path.
pub(crate) fn get(object: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(object.clone(), |object, name| Reflect::get(&object, &name.into()).unwrap())
}

/// JSON as the page has it.
pub(crate) fn js_object(value: &Value) -> JsValue {
    js_sys::JSON::parse(&value.to_string()).unwrap()
}

/// What the page has, as JSON.
pub(crate) fn to_json(value: &JsValue) -> Value {
    let text = js_sys::JSON::stringify(value).unwrap();
    text.as_string().map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
}

/// Runs it when the page has nothing else to do.
pub(crate) fn soon(future: impl Future<Output = ()> + 'static) {
    spawn_local(future);
}

/// Calls back into JavaScript.
pub(crate) fn function(call: impl FnMut(JsValue, JsValue) -> JsValue + 'static) -> Function {
    Closure::<dyn FnMut(JsValue, JsValue) -> JsValue>::new(call).into_js_value().unchecked_into()
}

pub(crate) fn dispatch(target: &web_sys::EventTarget, name: &str) {
    target.dispatch_event(&web_sys::Event::new(name).unwrap()).unwrap();
}

/// Says something else of the page or the browser, until it is dropped.
pub(crate) struct Pretend {
    object: js_sys::Object,
    name: &'static str,
    /// The object's own property before, if there was one.
    before: JsValue,
}

impl Pretend {
    /// It is that.
    pub(crate) fn new(object: impl Into<JsValue>, name: &'static str, value: impl Into<JsValue>) -> Pretend {
        Pretend::define(object.into(), name, &[("value", value.into()), ("writable", true.into())])
    }

    /// Whoever looks at it is thrown at.
    pub(crate) fn refused(object: impl Into<JsValue>, name: &'static str) -> Pretend {
        // A getter that throws: a method of the browser's, called on nothing that it knows.
        Pretend::define(object.into(), name, &[("get", get(&window(), "Storage.prototype.clear"))])
    }

    fn define(object: JsValue, name: &'static str, members: &[(&str, JsValue)]) -> Pretend {
        let object: js_sys::Object = object.unchecked_into();
        let before = js_sys::Object::get_own_property_descriptor(&object, &name.into());
        let descriptor = js_sys::Object::new();
        for (key, value) in members.iter().chain(&[("configurable", true.into())]) {
            Reflect::set(&descriptor, &(*key).into(), value).unwrap();
        }
        js_sys::Object::define_property(&object, &name.into(), &descriptor);
        Pretend { object, name, before }
    }
}

impl Drop for Pretend {
    fn drop(&mut self) {
        if self.before.is_undefined() {
            let _ = Reflect::delete_property(&self.object, &self.name.into());
        } else {
            js_sys::Object::define_property(&self.object, &self.name.into(), self.before.unchecked_ref());
        }
    }
}
