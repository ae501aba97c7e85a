//! Pay can be pressed.

use super::methods::methods;
use super::pieces::Piece::{Group, Own, Reference, Slot, When};
use super::pieces::{BLANK, button, paragraph, text, words};
use super::{Page, Pressed, ScreenProps};
use crate::messages::Key;
use paymentsos_core::codes::Code;
use paymentsos_core::paymentsos::Kind;
use yew::{AttrValue, Html};

pub(super) const PAGE: Page = Page {
    heading: |_| Key::Ready,
    icon: None,
    said: |props| {
        let changed = || props.view.amount_changed.then(|| words(props, Key::AmountChanged));
        props.view.fault.map(|_| super::reason(props)).or_else(changed)
    },
    body: &[
        Slot("summary"),
        Own(amount),
        Reference,
        Own(methods),
        Group(
            "action",
            &[
                When(
                    |props| props.view.amount_changed,
                    &[Own(|props| paragraph("notice", words(props, Key::AmountChanged)))],
                ),
                When(
                    |props| props.view.fault.is_some(),
                    &[Group("error", &[Own(super::why), When(unmoved, &[Own(super::unmoved)])])],
                ),
                Own(hint),
                Own(pay),
            ],
        ),
    ],
};

fn unmoved(props: &ScreenProps) -> bool {
    props.view.fault.is_some_and(Code::no_money_moved)
}

/// The amount, or its place while it is not known.
pub(super) fn amount(props: &ScreenProps) -> Html {
    paragraph("amount", props.money.clone().unwrap_or(BLANK))
}

/// What comes of a press.
pub(super) fn hint(props: &ScreenProps) -> Html {
    text(props, if props.view.kind == Kind::Charge { Key::PayHint } else { Key::ReserveHint })
}

fn pay(props: &ScreenProps) -> Html {
    let (pay, pay_amount) = match props.view.kind {
        Kind::Charge => (Key::Pay, Key::PayAmount),
        Kind::Authorization => (Key::Reserve, Key::ReserveAmount),
    };
    let label = match &props.money {
        Some(money) => AttrValue::from(props.messages.fill(pay_amount, &[("amount", money)])),
        None => words(props, pay),
    };
    button("button pay", label, Pressed::Pay, props.view.can_pay)
}
