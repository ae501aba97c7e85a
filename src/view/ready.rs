//! Pay can be pressed.

use super::pieces::{button, paragraph, reference, text, words};
use super::{Page, Pressed, ScreenProps};
use crate::messages::Key;
use paymentsos_core::codes::Code;
use paymentsos_core::paymentsos::Kind;
use yew::prelude::*;

pub(super) fn page(props: &ScreenProps) -> Page {
    let view = &props.view;
    let (pay, pay_amount) = match view.kind {
        Kind::Charge => (Key::Pay, Key::PayAmount),
        Kind::Authorization => (Key::Reserve, Key::ReserveAmount),
    };
    let label = match &props.money {
        Some(money) => AttrValue::from(props.messages.fill(pay_amount, "amount", money)),
        None => words(props, pay),
    };
    let changed = view.amount_changed.then(|| words(props, Key::AmountChanged));
    let fault = view.fault.map(|code| words(props, code.into()));
    let unmoved = view.fault.is_some_and(Code::no_money_moved);
    let wrong = html! {
        <>
            if let Some(changed) = &changed { {paragraph("notice", changed.clone())} }
            if let Some(fault) = &fault {
                <div part="error">
                    {paragraph("text", fault.clone())}
                    if unmoved { {paragraph("unmoved", words(props, Key::NoMoneyMoved))} }
                </div>
            }
        </>
    };
    Page {
        heading: Key::Ready,
        icon: Html::default(),
        said: fault.or(changed),
        body: order(props, wrong, button(props, "button pay", label, Pressed::Pay, view.can_pay)),
    }
}

/// What is to be paid, what is wrong with that, and an action: laid out the same whether Pay can be pressed or was.
pub(super) fn order(props: &ScreenProps, wrong: Html, action: Html) -> Html {
    let hint = if props.view.kind == Kind::Charge { Key::PayHint } else { Key::ReserveHint };
    html! {
        <>
            <slot name="summary"></slot>
            // The place of an amount that is not known yet.
            {paragraph("amount", props.money.clone().unwrap_or(AttrValue::Static("\u{a0}")))}
            {reference(props)}
            <slot name="card"></slot>
            <div part="action">{wrong}{text(props, hint)}{action}</div>
        </>
    }
}
