//! Not paid: what is known of why, what became of the money where that is known, and what to do now.

use super::icon::{FAILED, icon};
use super::pieces::{amount, button, paragraph, reference, text, words};
use super::{Page, Pressed, ScreenProps};
use crate::messages::Key;
use paymentsos_core::codes::{Code, Who};
use yew::prelude::*;

pub(super) fn page(props: &ScreenProps) -> Page {
    let code = props.view.fault.unwrap_or(Code::NotCompleted);
    let closed = matches!(code, Code::PaymentCancelled | Code::PaymentRefunded);
    let why = words(props, code.into());
    Page {
        heading: if closed { Key::Closed } else { Key::Failed },
        icon: icon("icon error", FAILED),
        said: Some(why.clone()),
        body: html! {
            <>
                {amount(props)}
                {reference(props)}
                <div part="error">{paragraph("text", why)}{money(props, code, closed)}</div>
                {advice(props, code, closed)}
                if props.view.can_retry {
                    <div part="action">
                        {button(props, "button retry", words(props, Key::TryAgain), Pressed::TryAgain, true)}
                    </div>
                }
                <slot name="failed"></slot>
            </>
        },
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
