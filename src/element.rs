//! The handle behind `<paymentsos-checkout>`: what `class.js` may call. It only mounts a [`Panel`].

use crate::browser::objects::{member, object};
use crate::browser::{Credentials, is_locale};
use crate::messages::Messages;
use crate::panel::{Command, Detail, Msg, Panel};
use crate::settings::{Choice, PanelProps};
use crate::view::Method;
use js_sys::{Array, Function, Object, Promise};
use paymentsos_core::flow::Presentation;
use paymentsos_core::from_decimal;
use paymentsos_core::paymentsos::{Kind, Outcome};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::Element;
use yew::{AppHandle, AttrValue, Callback, Renderer};

/// The version of what `class.js` and this handle say to each other: a pair that differs does not work together.
#[wasm_bindgen]
pub fn version() -> u32 {
    1
}

/// A mounted checkout.
#[wasm_bindgen]
pub struct Handle {
    app: Option<AppHandle<Panel>>,
    emit: Function,
}

#[wasm_bindgen]
impl Handle {
    /// Mounts a checkout into `base`. `settings` holds the element's attributes as text, under their own names, and its properties
    /// `paymentMethod`, `methods` and `messages`, `lang`, the language around it, `texts`, those of a language, `qr`, a function that
    /// promises a text's QR code, and `early`, one that promises the response to a request that the page has sent already;
    /// `emit(type, detail)` dispatches an event, or with the type `trace` takes in a line of the trace.
    #[wasm_bindgen(constructor)]
    pub fn new(base: Element, settings: &JsValue, emit: Function) -> Handle {
        let props = props(settings, &emit);
        let app = Renderer::<Panel>::with_root_and_props(base, props).render();
        Handle { app: Some(app), emit }
    }

    /// Takes other settings.
    pub fn update(&mut self, settings: &JsValue) {
        let props = props(settings, &self.emit);
        if let Some(app) = &mut self.app {
            app.update(props);
        }
    }

    /// `pay`, `checkNow` or `reset`: `done(detail)` is called once it has come to something.
    pub fn command(&self, name: &str, done: Function) {
        let command = match name {
            "pay" => Command::Pay,
            "checkNow" => Command::CheckNow,
            _ => Command::Reset,
        };
        let done = Callback::from(move |detail: Detail| {
            let _ = done.call1(&JsValue::UNDEFINED, &js_detail(&detail));
        });
        if let Some(app) = &self.app {
            app.send_message(Msg::Command(command, done));
        }
    }

    /// Unmounts it. What is saved stays.
    pub fn destroy(&mut self) {
        if let Some(app) = self.app.take() {
            app.destroy();
        }
    }
}

/// The settings as they come: as text, of which what cannot be read is noted by its name.
struct Settings<'a> {
    given: &'a JsValue,
    wrong: Option<AttrValue>,
}

impl Settings<'_> {
    /// What a setting says; nothing where it is empty.
    fn text(&self, name: &str) -> Option<AttrValue> {
        member(self.given, name).as_string().filter(|text| !text.is_empty()).map(AttrValue::from)
    }

    fn number(&mut self, name: &'static str) -> Option<u64> {
        let text = self.text(name)?;
        let number = from_decimal(text.trim_ascii());
        self.note(name, number.is_some());
        number
    }

    /// Which of these it is; the first where it is not set.
    fn choice(&mut self, name: &'static str, choices: &[&str]) -> usize {
        let Some(text) = self.text(name) else { return 0 };
        let at = choices.iter().position(|choice| *choice == text.trim_ascii());
        self.note(name, at.is_some());
        at.unwrap_or_default()
    }

    fn note(&mut self, name: &'static str, is_understood: bool) {
        if !is_understood {
            self.wrong = Some(AttrValue::Static(name));
        }
    }
}

fn props(settings: &JsValue, emit: &Function) -> PanelProps {
    let mut read = Settings { given: settings, wrong: None };
    let messages = member(settings, "messages");
    read.note("messages", messages.is_object() || messages.is_null() || messages.is_undefined());
    let kind = [Kind::Charge, Kind::Authorization][read.choice("kind", &["charge", "authorization"])];
    let presentations =
        [Presentation::Auto, Presentation::Page, Presentation::Link, Presentation::Popup, Presentation::Iframe];
    let presentation = presentations[read.choice("presentation", &["auto", "page", "link", "popup", "iframe"])];
    let methods = methods(&member(settings, "methods"));
    read.note("methods", methods.is_some());
    let all_credentials = [Credentials::SameOrigin, Credentials::Omit, Credentials::Include];
    let credentials = all_credentials[read.choice("credentials", &["same-origin", "omit", "include"])];
    let (amount, deadline) = (read.number("amount"), read.number("deadline"));
    let (wrong, text) = (read.wrong.clone(), |name: &str| read.text(name));
    let tell = |name: &'static str| {
        let emit = emit.clone();
        move |detail: Detail| emit.call2(&JsValue::UNDEFINED, &name.into(), &js_detail(&detail)).unwrap_or_default()
    };
    let quietly = |name: &'static str| {
        let tell = tell(name);
        Callback::from(move |detail: Detail| {
            tell(detail);
        })
    };
    let before_redirect = tell("checkout-redirect");
    let trace = emit.clone();
    PanelProps {
        backend: text("backend").unwrap_or_default(),
        payment_id: text("payment-id"),
        kind,
        amount,
        currency: text("currency"),
        merchant_site_url: text("merchant-site-url"),
        presentation,
        redirect_hosts: text("redirect-hosts")
            .map(|hosts| hosts.split([' ', ',']).filter(|host| !host.is_empty()).map(str::to_owned).collect())
            .unwrap_or_default(),
        client_token: text("client-token"),
        host_origin: text("host-origin"),
        credentials,
        locale: text("locale").or_else(|| text("lang").filter(|tag| is_locale(tag))),
        deadline: deadline.and_then(|seconds| u32::try_from(seconds).ok()),
        wrong,
        payment_method: member(settings, "paymentMethod"),
        methods: methods.unwrap_or_default(),
        qr: member(settings, "qr").dyn_into::<Function>().ok().map(|draw| {
            Callback::from(move |text: AttrValue| {
                let drawn = draw.call1(&JsValue::UNDEFINED, &JsValue::from_str(&text));
                Promise::resolve(&drawn.unwrap_or_default())
            })
        }),
        messages: Rc::new(texts(&member(settings, "texts"), &messages)),
        started: Callback::noop(),
        early: member(settings, "early").dyn_into().ok(),
        on_state: quietly("checkout-state"),
        on_result: quietly("checkout-result"),
        on_error: quietly("checkout-error"),
        on_trace: Callback::from(move |line: String| {
            let _ = trace.call2(&JsValue::UNDEFINED, &"trace".into(), &line.into());
        }),
        before_redirect: Some(Callback::from(move |detail: Detail| Promise::resolve(&before_redirect(detail)))),
    }
}

/// The ways to pay; none where one of them cannot be read.
fn methods(list: &JsValue) -> Option<Vec<Choice>> {
    if list.is_undefined() || list.is_null() {
        return Some(Vec::new());
    }
    list.dyn_ref::<Array>()?.iter().map(|entry| choice(&entry)).collect()
}

fn choice(entry: &JsValue) -> Option<Choice> {
    let payment_method = member(entry, "payment_method");
    let text =
        |of: &JsValue, name: &str| member(of, name).as_string().filter(|text| !text.is_empty()).map(AttrValue::from);
    (payment_method.is_object() || payment_method.is_function()).then(|| Choice {
        method: Method {
            label: text(entry, "label"),
            vendor: text(&payment_method, "vendor"),
            digits: text(&payment_method, "last_4_digits"),
            expires: text(&payment_method, "expiration_date"),
            card: member(entry, "card").is_truthy(),
        },
        payment_method,
    })
}

/// The texts of a language, as far as they have come, and a page's own on top.
pub(crate) fn texts(texts: &JsValue, own: &JsValue) -> Messages {
    let mut all = own_texts(&member(texts, "texts"));
    all.append(&mut own_texts(own));
    let messages = Messages::new(all);
    match (member(texts, "language").as_string(), member(texts, "direction").as_string()) {
        (Some(language), Some(direction)) => messages.written_in(language.into(), direction.into()),
        _ => messages,
    }
}

fn own_texts(messages: &JsValue) -> Vec<(String, String)> {
    if !messages.is_object() {
        return Vec::new();
    }
    Object::entries(messages.unchecked_ref())
        .iter()
        .filter_map(|entry| {
            let entry = Array::from(&entry);
            Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
        })
        .collect()
}

/// `detail` of an event, and the element's `state`.
fn js_detail(detail: &Detail) -> JsValue {
    let view = &detail.view;
    let text = |text: &Option<String>| text.as_deref().map_or(JsValue::NULL, JsValue::from_str);
    let error = detail.error.map_or(JsValue::NULL, |code| {
        object(&[
            ("code", code.name().into()),
            ("who", code.who().name().into()),
            ("retriable", code.retriable().into()),
            ("attribute", detail.attribute.as_deref().map_or(JsValue::UNDEFINED, JsValue::from_str)),
        ])
    });
    object(&[
        ("state", view.state.name().into()),
        ("payment_id", text(&view.payment_id)),
        ("kind", view.kind.name().into()),
        ("transaction_id", text(&view.transaction_id)),
        ("result", view.outcome.as_ref().map_or(JsValue::NULL, js_result)),
        ("error", error),
    ])
}

fn js_result(outcome: &Outcome) -> JsValue {
    let text = |text: &Option<String>| text.as_deref().map_or(JsValue::UNDEFINED, JsValue::from_str);
    object(&[
        ("status", outcome.status.as_str().into()),
        ("category", text(&outcome.category)),
        ("sub_category", text(&outcome.sub_category)),
        ("description", text(&outcome.description)),
    ])
}
