//! Paid, or reserved: the receipt.

use super::icon::DONE;
use super::methods::name;
use super::pieces::Piece::{Own, Slot, Text, When};
use super::pieces::{apart, element, node, words};
use super::tags::{DD, DIV, DL, DT};
use super::{Method, Page, ScreenProps};
use crate::messages::Key;
use paymentsos_core::paymentsos::{Kind, PaymentMethod};
use yew::{AttrValue, Html};

pub(super) const PAGE: Page = Page {
    heading: |props| if is_reserved(props) { Key::Reserved } else { Key::Paid },
    icon: Some(("icon success", DONE)),
    said: |props| props.money.clone(),
    body: &[Own(receipt), When(is_reserved, &[Text(Key::ReservedHint)]), Slot("succeeded")],
};

fn is_reserved(props: &ScreenProps) -> bool {
    props.view.kind == Kind::Authorization
}

fn receipt(props: &ScreenProps) -> Html {
    let view = &props.view;
    let label = if is_reserved(props) { Key::ReservedLabel } else { Key::PaidLabel };
    let method = view.payment_method.as_ref().and_then(|paid| method(props, paid));
    let rows = vec![
        row(props, label, "amount", props.money.clone()),
        row(props, Key::MethodLabel, "method", method),
        row(props, Key::ReferenceLabel, "reference", view.reference.clone().map(AttrValue::from)),
    ];
    element(&DL, "receipt", rows)
}

fn row(props: &ScreenProps, label: Key, part: &'static str, value: Option<AttrValue>) -> Html {
    match value {
        Some(value) => {
            let label = element(&DT, "label", vec![node(words(props, label))]);
            element(&DIV, "row", vec![label, element(&DD, part, vec![apart(value)])])
        }
        None => Html::default(),
    }
}

/// What was paid with, as far as it is known.
fn method(props: &ScreenProps, method: &PaymentMethod) -> Option<AttrValue> {
    let vendor = method.vendor.clone().map(AttrValue::from);
    let digits = method.last_4_digits.clone().map(AttrValue::from);
    (vendor.is_some() || digits.is_some()).then(|| name(props, &Method { vendor, digits, ..Method::default() }))
}
