//! `<Checkout>` for Yew apps: a checkout in a shadow root of its own, with its style sheet, as the custom element is.

use crate::browser::objects::{call, construct, object};
use crate::panel::{Command, Detail, Msg, Panel};
use crate::settings::CheckoutProps;
use crate::{browser, languages};
use futures_channel::oneshot;
use js_sys::{Array, Reflect};
use paymentsos_core::flow::StateName;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::html::Scope;
use yew::prelude::*;

const STYLES: &str = include_str!("../www/checkout.css");

/// A checkout. Its host is a `<div>` whose attribute `data-state` names the state; what is inside is out of reach of the page's style
/// sheets, but for `--checkout-*` properties and `::part()`.
///
/// ```
/// use paymentsos_checkout::{Checkout, Detail};
/// use yew::prelude::*;
///
/// #[component]
/// fn Pay() -> Html {
///     let said = use_state(|| "");
///     let on_result = Callback::from({
///         let said = said.clone();
///         move |detail: Detail| said.set(detail.view.state.name())
///     });
///     html! {
///         <>
///             <Checkout backend="/api" payment_id="dd1fbe34-4636-4a61-8cb1-27ac8a175284" {on_result}>
///                 <p slot="summary">{ "Two mugs" }</p>
///             </Checkout>
///             <p>{ *said }</p>
///         </>
///     }
/// }
/// ```
#[component]
pub fn Checkout(props: &CheckoutProps) -> Html {
    let host = use_node_ref();
    let base = use_state(|| None::<Element>);
    let state = use_state(|| StateName::Loading);
    use_effect_with((), {
        let (host, base) = (host.clone(), base.clone());
        move |()| base.set(host.cast::<Element>().and_then(|host| open(&host)))
    });
    let link = use_state(|| None::<Scope<Panel>>);
    use_effect_with((props.handle.clone(), link.is_some()), {
        let link = link.clone();
        move |(handle, _)| {
            handle.0.replace((*link).clone());
            let handle = handle.clone();
            // What is sent to a checkout that is gone would be waited for in vain.
            move || drop(handle.0.take())
        }
    });
    let language = props.locale.clone().unwrap_or_else(|| browser::device::own_language().into());
    let texts = use_state(|| None);
    use_effect_with((props.assets.clone(), language, props.messages.clone()), {
        let texts = texts.clone();
        move |(assets, language, own)| {
            texts.set(None);
            let is_wanted = Rc::new(Cell::new(true));
            if let Some(assets) = assets.clone().filter(|_| !languages::is_english(language)) {
                texts.set(Some(languages::meanwhile(own)));
                let (language, own, is_wanted) = (language.clone(), own.clone(), is_wanted.clone());
                spawn_local(async move {
                    let loaded = languages::load(&assets, &language, &own).await;
                    if loaded.is_some() && is_wanted.get() {
                        texts.set(loaded);
                    }
                });
            }
            move || is_wanted.set(false)
        }
    });
    let mut panel = props.panel();
    if let Some(texts) = &*texts {
        panel.messages = texts.clone();
    }
    panel.started = Callback::from(move |started| link.set(Some(started)));
    panel.on_state = Callback::from({
        let (state, on_state) = (state.clone(), props.on_state.clone());
        move |detail: Detail| {
            state.set(detail.view.state);
            on_state.emit(detail);
        }
    });
    let content = base.as_ref().map(|base| create_portal(html! { <Panel ..panel /> }, base.clone()));
    html! {
        <div ref={host} data-state={state.name()}>{ props.children.clone() }{ content }</div>
    }
}

/// What is in the shadow root of that host, once it has one.
fn open(host: &Element) -> Option<Element> {
    let root = call(host, "attachShadow", &[object(&[("mode", "open".into())])])?;
    if let Some(sheet) = sheet() {
        // A root without it is without styles, and works.
        let _ = Reflect::set(&root, &"adoptedStyleSheets".into(), &Array::of1(&sheet));
    }
    let document = JsValue::from(host.owner_document()?);
    let base: Element = call(&document, "createElement", &["div".into()])?.dyn_into().ok()?;
    base.set_attribute("part", "base").ok()?;
    call(&root, "appendChild", &[base.clone().into()])?;
    Some(base)
}

/// The style sheet of all checkouts on a page; none in Safari before 16.4.
fn sheet() -> Option<JsValue> {
    thread_local!(static SHEET: RefCell<Option<JsValue>> = const { RefCell::new(None) });
    SHEET.with_borrow_mut(|sheet| {
        if sheet.is_none() {
            *sheet = construct(&js_sys::global(), "CSSStyleSheet", &[]);
            call(sheet.as_ref()?, "replaceSync", &[STYLES.into()]);
        }
        sheet.clone()
    })
}

/// What a page can ask of its checkout. Made by the page (`use_memo` keeps one), and given as the property `handle`.
#[derive(Clone, Default)]
pub struct CheckoutHandle(Rc<RefCell<Option<Scope<Panel>>>>);

impl PartialEq for CheckoutHandle {
    fn eq(&self, other: &CheckoutHandle) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl CheckoutHandle {
    /// As a press on Pay. What the page is told once the state is not `creating`; none if the checkout is not there, or not any more.
    pub async fn pay(&self) -> Option<Detail> {
        self.ask(Command::Pay).await
    }

    /// Asks for the status now. What the page is told once that is answered; none as for [`pay`](CheckoutHandle::pay).
    pub async fn check_now(&self) -> Option<Detail> {
        self.ask(Command::CheckNow).await
    }

    /// Looks anew, and after a failure makes ready for another attempt; drops nothing that is under way. None as for
    /// [`pay`](CheckoutHandle::pay).
    pub async fn reset(&self) -> Option<Detail> {
        self.ask(Command::Reset).await
    }

    async fn ask(&self, command: Command) -> Option<Detail> {
        let link = self.0.borrow().clone()?;
        let (answer, answered) = oneshot::channel();
        let answer = RefCell::new(Some(answer));
        let done = Callback::from(move |detail| {
            if let Some(answer) = answer.take() {
                // Nobody may wait for it any more.
                let _ = answer.send(detail);
            }
        });
        link.send_message(Msg::Command(command, done));
        // It waits in the checkout: once that is gone, nobody will answer.
        drop(link);
        answered.await.ok()
    }
}
