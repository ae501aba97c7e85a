//! Not paid: what is known of why, what became of the money, and what to do.

use super::icon::FAILED;
use super::pieces::Piece::{Amount, Group, Own, Reference, Slot, When};
use super::pieces::{button, text, words};
use super::{Page, Pressed, ScreenProps, code, reason};
use crate::messages::Key;
use paymentsos_core::codes::{Code, Who};
use yew::Html;

pub(super) const PAGE: Page = Page {
    heading: |props| if is_closed(props) { Key::Closed } else { Key::Failed },
    icon: Some(("icon error", FAILED)),
    said: |props| Some(reason(props)),
    body: &[
        Amount,
        Reference,
        Group("error", &[Own(super::why), Own(money)]),
        Own(advice),
        When(|props| props.view.can_retry, &[Group("action", &[Own(retry)])]),
        Slot("failed"),
    ],
};

fn is_closed(props: &ScreenProps) -> bool {
    matches!(code(props), Code::PaymentCancelled | Code::PaymentRefunded)
}

/// What became of the money. Of a closed payment, why it is closed says it.
fn money(props: &ScreenProps) -> Html {
    match (code(props).no_money_moved(), is_closed(props)) {
        (true, _) => super::unmoved(props),
        (false, false) => text(props, Key::MaybeMoved),
        (false, true) => Html::default(),
    }
}

/// What to do, beside pressing Try again.
fn advice(props: &ScreenProps) -> Html {
    match (code(props).who(), props.view.can_retry) {
        _ if is_closed(props) => Html::default(),
        (Who::Merchant, true) => text(props, Key::AskShopIfAgain),
        (Who::Merchant, false) => text(props, Key::AskShop),
        (_, true) => Html::default(),
        (_, false) => text(props, Key::GoBack),
    }
}

fn retry(props: &ScreenProps) -> Html {
    button("button retry", words(props, Key::TryAgain), Pressed::TryAgain, true)
}
