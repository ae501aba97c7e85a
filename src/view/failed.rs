//! Not paid: what is known of why, what became of the money, and what to do.

use super::icon::{FAILED, icon};
use super::pieces::{amount, button, element, paragraph, reference, slot, text, when, words};
use super::{Page, Pressed, ScreenProps};
use crate::messages::Key;
use paymentsos_core::codes::{Code, Who};
use yew::Html;

pub(super) fn page(props: &ScreenProps) -> Page {
    let code = props.view.fault.unwrap_or(Code::NotCompleted);
    let closed = matches!(code, Code::PaymentCancelled | Code::PaymentRefunded);
    let why = words(props, code.into());
    let retry = || {
        let button = button(props, "button retry", words(props, Key::TryAgain), Pressed::TryAgain, true);
        element("div", "action", vec![button])
    };
    Page {
        heading: if closed { Key::Closed } else { Key::Failed },
        icon: Some(icon("icon error", FAILED)),
        said: Some(why.clone()),
        body: vec![
            amount(props),
            reference(props),
            element("div", "error", vec![paragraph("text", why), money(props, code, closed)]),
            advice(props, code, closed),
            when(props.view.can_retry, retry),
            slot("failed"),
        ],
    }
}

/// What became of the money. Of a closed payment, why it is closed says it.
fn money(props: &ScreenProps, code: Code, closed: bool) -> Html {
    match (code.no_money_moved(), closed) {
        (true, _) => paragraph("unmoved", words(props, Key::NoMoneyMoved)),
        (false, false) => text(props, Key::MaybeMoved),
        (false, true) => Html::default(),
    }
}

/// What to do, beside pressing Try again.
fn advice(props: &ScreenProps, code: Code, closed: bool) -> Html {
    match (code.who(), props.view.can_retry) {
        _ if closed => Html::default(),
        (Who::Merchant, true) => text(props, Key::AskShopIfAgain),
        (Who::Merchant, false) => text(props, Key::AskShop),
        (_, true) => Html::default(),
        (_, false) => text(props, Key::GoBack),
    }
}
