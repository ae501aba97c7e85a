//! Pay can be pressed.

use super::pieces::{button, element, paragraph, reference, slot, text, when, words};
use super::{Page, Pressed, ScreenProps};
use crate::messages::Key;
use paymentsos_core::codes::Code;
use paymentsos_core::paymentsos::Kind;
use yew::{AttrValue, Html};

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
    let mut wrong = Vec::new();
    if let Some(changed) = &changed {
        wrong.push(paragraph("notice", changed.clone()));
    }
    if let Some(fault) = &fault {
        let money = when(unmoved, || paragraph("unmoved", words(props, Key::NoMoneyMoved)));
        wrong.push(element("div", "error", vec![paragraph("text", fault.clone()), money]));
    }
    Page {
        heading: Key::Ready,
        icon: None,
        said: fault.or(changed),
        body: order(props, wrong, button(props, "button pay", label, Pressed::Pay, view.can_pay)),
    }
}

/// What is to be paid, what is wrong with that, and an action: laid out the same whether Pay can be pressed or was.
pub(super) fn order(props: &ScreenProps, wrong: Vec<Html>, action: Html) -> Vec<Html> {
    let hint = if props.view.kind == Kind::Charge { Key::PayHint } else { Key::ReserveHint };
    let mut last = wrong;
    last.push(text(props, hint));
    last.push(action);
    vec![
        slot("summary"),
        // The place of an amount that is not known yet.
        paragraph("amount", props.money.clone().unwrap_or(AttrValue::Static("\u{a0}"))),
        reference(props),
        slot("card"),
        element("div", "action", last),
    ]
}
