//! The settings of a checkout: what a page gives, what the flow has to know of it, and what is wrong with it.

use crate::browser::{self, Access, Credentials, Driver};
use crate::checkout::CheckoutHandle;
use crate::messages::Messages;
use crate::panel::{Detail, Panel};
use crate::view::Method;
use js_sys::{Function, Promise};
use paymentsos_core::flow::{Fit, Money, Presentation, Setup};
use paymentsos_core::paymentsos::Kind;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use yew::html::Scope;
use yew::prelude::*;

const QUARTER_OF_AN_HOUR: u32 = 900;

/// Writes both sorts of properties: those of `<Checkout>`, and those of what is in its shadow root.
macro_rules! settings {
    ($($(#[$attribute:meta])* pub $name:ident: $type:ty,)+) => {
        /// The settings of a checkout; meaning and defaults are those of the element's attributes.
        #[derive(Clone, PartialEq, Properties)]
        pub struct CheckoutProps {
            $($(#[$attribute])* pub $name: $type,)+
            /// What the page puts into the slots: `<p slot="summary">…</p>`. The slots are `summary`, `card`, `succeeded` and `failed`.
            #[prop_or_default]
            pub children: Html,
            /// The address of the npm package's folder, as it is served: the texts of other languages than English are in its `locales/`. Without it,
            /// the checkout speaks English, with `messages` on top.
            #[prop_or_default]
            pub assets: Option<AttrValue>,
            /// By which the page can pay, check and reset.
            #[prop_or_default]
            pub handle: CheckoutHandle,
        }

        /// The same without what only the shadow root's host needs.
        #[derive(Clone, PartialEq, Properties)]
        pub struct PanelProps {
            $($(#[$attribute])* pub $name: $type,)+
            /// Told the way to send messages, once.
            #[prop_or_default]
            pub started: Callback<Scope<Panel>>,
            /// Promises the response to a request, where the page has asked for the same already.
            #[prop_or_default]
            pub early: Option<Function>,
        }

        impl CheckoutProps {
            /// For what is in the shadow root.
            pub(crate) fn panel(&self) -> PanelProps {
                PanelProps { $($name: self.$name.clone(),)+ started: Callback::noop(), early: None }
            }
        }
    };
}

settings! {
    /// Base address of the Merchant API.
    pub backend: AttrValue,
    /// The PaymentsOS payment; none on a page that is only returned to.
    #[prop_or_default]
    pub payment_id: Option<AttrValue>,
    /// Charge or authorization.
    #[prop_or_default]
    pub kind: Kind,
    /// Shown at once, in minor units, before the payment is read; only together with `currency`.
    #[prop_or_default]
    pub amount: Option<u64>,
    /// ISO 4217.
    #[prop_or_default]
    pub currency: Option<AttrValue>,
    /// Where PaymentsOS sends the shopper back; this page where none is given.
    #[prop_or_default]
    pub merchant_site_url: Option<AttrValue>,
    /// How the shopper is shown where to go.
    #[prop_or_default]
    pub presentation: Presentation,
    /// Hosts that may be gone to; any where none are given. `*.bank.example` stands for all below it.
    #[prop_or_default]
    pub redirect_hosts: Vec<String>,
    /// Where this page is shown in a frame that may not take the whole window to the bank: the origin of the page around it, which is told to
    /// do so by a message.
    #[prop_or_default]
    pub host_origin: Option<AttrValue>,
    /// Sent to the backend as `Authorization: Bearer`.
    #[prop_or_default]
    pub client_token: Option<AttrValue>,
    /// With which requests the shop's cookies go.
    #[prop_or_default]
    pub credentials: Credentials,
    /// A BCP 47 tag; the browser's own language where none is given.
    #[prop_or_default]
    pub locale: Option<AttrValue>,
    /// How long to ask for a final status, in seconds; a quarter of an hour where none is given.
    #[prop_or_default]
    pub deadline: Option<u32>,
    /// PaymentsOS's `payment_method`, or a function that gives one or a promise of one, called in each press on Pay.
    #[prop_or_default]
    pub payment_method: JsValue,
    /// The ways to pay, to choose from; where there are any, they stand in place of `payment_method`.
    #[prop_or_default]
    pub methods: Vec<Choice>,
    /// Draws a text as a QR code: a promise of its side's length, a space, and an SVG path. Without it, a link is shown without a code.
    #[prop_or_default]
    pub qr: Option<Callback<AttrValue, Promise>>,
    /// The name of a setting that was given and not understood by whoever made these: nothing is paid then.
    #[prop_or_default]
    pub wrong: Option<AttrValue>,
    /// The texts.
    #[prop_or_default]
    pub messages: Rc<Messages>,
    /// Told every change of state.
    #[prop_or_default]
    pub on_state: Callback<Detail>,
    /// Told a final result, once an attempt and page load.
    #[prop_or_default]
    pub on_result: Callback<Detail>,
    /// Told what is wrong, for the page's logs.
    #[prop_or_default]
    pub on_error: Callback<Detail>,
    /// Told each line of the trace: [`Trace::note`](crate::core::trace::Trace::note) takes them in.
    #[prop_or_default]
    pub on_trace: Callback<String>,
    /// Asked before the page is left: a promise of `false` keeps it, the page then goes there itself.
    #[prop_or_default]
    pub before_redirect: Option<Callback<Detail, Promise>>,
}

/// A way to pay, to choose from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// How it is shown.
    pub method: Method,
    /// As the property of that name: PaymentsOS's `payment_method`, or a function that gives one or a promise of one.
    pub payment_method: JsValue,
}

pub(crate) fn access(props: &PanelProps) -> Access {
    Access {
        backend: props.backend.clone(),
        client_token: props.client_token.clone(),
        credentials: props.credentials,
        early: props.early.clone(),
    }
}

/// The settings as they were read.
pub(crate) struct Read {
    /// What the flow has to know of them.
    pub(crate) setup: Setup,
    /// Where PaymentsOS is asked to send the shopper back to.
    pub(crate) merchant_site: String,
    /// The name of a setting that is missing or cannot be used, as the element's attribute is called.
    pub(crate) wrong: Option<AttrValue>,
}

/// Reads the settings.
pub(crate) fn read(driver: &Driver, props: &PanelProps) -> Read {
    let merchant_site = match &props.merchant_site_url {
        Some(address) => browser::absolute(address),
        None => browser::this_page(),
    };
    let wrong = wrong(driver, props);
    let money = props.amount.zip(props.currency.as_ref());
    let setup = Setup {
        payment_id: props.payment_id.as_ref().map(|id| id.as_str().to_owned()),
        kind: props.kind,
        money: money.map(|(amount, currency)| Money { amount, currency: currency.as_str().to_owned() }),
        presentation: props.presentation,
        redirect_hosts: props.redirect_hosts.clone(),
        merchant_site: driver.place(&merchant_site),
        deadline: u64::from(props.deadline.unwrap_or(QUARTER_OF_AN_HOUR)) * 1000,
        fit: match wrong.as_deref() {
            // Amounts and times are written in the browser's own language then.
            None | Some("locale") => Fit::Pay,
            Some("backend") => Fit::Nothing,
            Some(_) => Fit::Look,
        },
    };
    Read { setup, merchant_site, wrong }
}

fn wrong(driver: &Driver, props: &PanelProps) -> Option<AttrValue> {
    let is_on_web = |address: &str| driver.place(&browser::absolute(address)).scheme.starts_with("http");
    let is_currency = |name: &AttrValue| name.len() == 3 && name.bytes().all(|letter| letter.is_ascii_alphabetic());
    // An address in place of a host's name would fit none.
    let is_host = |name: &String| name.starts_with('[') || !name.bytes().any(|byte| matches!(byte, b'/' | b':' | b'@'));
    let is_origin = |origin: &AttrValue| driver.place(origin).is_safe() && browser::is_origin(origin);
    let found = match props {
        _ if props.backend.is_empty() || !is_on_web(&props.backend) => "backend",
        PanelProps { wrong: Some(_), .. } => return props.wrong.clone(),
        PanelProps { amount: Some(_), currency: None, .. } => "currency",
        _ if !props.currency.iter().all(is_currency) => "currency",
        _ if !props.redirect_hosts.iter().all(is_host) => "redirect-hosts",
        _ if !props.host_origin.iter().all(is_origin) => "host-origin",
        // What is in the frame is no page that a shopper can be sent back to.
        PanelProps { merchant_site_url: None, .. } if browser::framed() => "merchant-site-url",
        _ if !props.locale.as_deref().is_none_or(browser::is_locale) => "locale",
        _ => return None,
    };
    Some(AttrValue::Static(found))
}
