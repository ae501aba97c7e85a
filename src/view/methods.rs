//! The ways to pay, where there are several: a list to choose from.

use super::pieces::Piece::Slot;
use super::pieces::{apart, element, fixed, given, make, node, words};
use super::tags::{DIV, FIELDSET, INPUT, LABEL, LEGEND, SPAN};
use super::{Method, Pressed, ScreenProps};
use crate::messages::Key;
use yew::prelude::*;

/// The list; where there is one way to pay, only the place for the card's fields. Without any, what the page puts there is always shown.
pub(super) fn methods(props: &ScreenProps) -> Html {
    let mut fields = Vec::new();
    let chosen = props.methods.get(props.chosen);
    if chosen.is_none_or(|chosen| chosen.card) {
        make(props, &[Slot("card")], &mut fields);
    }
    let fields = element(&DIV, "card", fields);
    if props.methods.len() < 2 {
        return fields;
    }
    let legend = element(&LEGEND, "legend", vec![node(words(props, Key::MethodLabel))]);
    let (mut list, mut fields) = (vec![legend], Some(fields));
    for (at, method) in props.methods.iter().enumerate() {
        list.push(choice(props, at, method));
        if at == props.chosen {
            list.extend(fields.take());
        }
    }
    element(&FIELDSET, "methods", list)
}

fn choice(props: &ScreenProps, at: usize, method: &Method) -> Html {
    let expires = method.expires.as_ref().map(|date| props.messages.fill(Key::CardExpires, &[("date", date)]));
    let expires = expires.map(|text| element(&SPAN, "expires", vec![node(text.into())])).unwrap_or_default();
    let disabled = if props.view.can_pay { None } else { fixed("") };
    let attributes = vec![fixed("radio"), fixed("radio"), fixed("method"), given(Pressed::Choose(at).word()), disabled];
    let mut radio = INPUT.element(attributes, Vec::new());
    radio.set_checked(at == props.chosen);
    let name = element(&SPAN, "choice-name", vec![apart(name(props, method)), expires]);
    element(&LABEL, "choice", vec![radio.into(), name])
}

/// What a way to pay is called: as the page says, or by what is known of it.
pub(super) fn name(props: &ScreenProps, method: &Method) -> AttrValue {
    let messages = &props.messages;
    let brand = method.vendor.as_deref().unwrap_or_default();
    match (&method.label, &method.digits) {
        (Some(label), _) => label.clone(),
        (None, Some(digits)) => {
            let brand = if brand.is_empty() { messages.text(Key::Card) } else { brand };
            messages.fill(Key::CardEnding, &[("brand", brand), ("digits", digits)]).into()
        }
        _ if method.card => words(props, Key::Card),
        _ if brand == "PBL" => words(props, Key::PayByLink),
        _ if brand.is_empty() => words(props, Key::MethodLabel),
        _ => AttrValue::from(brand.to_owned()),
    }
}
