//! The shop's backend cannot be used, and nothing was sent.

use super::icon::{BLOCKED, icon};
use super::pieces::{asking, element, paragraph, reference, text, when, words};
use super::{Page, ScreenProps};
use crate::messages::Key;
use paymentsos_core::codes::{Code, Who};

pub(super) fn page(props: &ScreenProps) -> Page {
    let code = props.view.fault.unwrap_or(Code::BackendUnreachable);
    let why = words(props, code.into());
    let advice = || text(props, if code.retriable() { Key::AskShopIfAgain } else { Key::AskShop });
    Page {
        heading: Key::Unavailable,
        icon: Some(icon("icon error", BLOCKED)),
        said: Some(why.clone()),
        body: vec![
            reference(props),
            element("div", "error", vec![paragraph("text", why)]),
            when(code.who() == Who::Merchant, advice),
            element("div", "action", vec![asking(props, "button retry", Key::TryAgain)]),
        ],
    }
}
