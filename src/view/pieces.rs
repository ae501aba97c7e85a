//! What the screens are made of. Each piece carries the `part` under which a page can style it.
//!
//! Elements are made by [`element`] where `html!` would do the same: a call is a tenth of what the macro writes out.

use super::{Pressed, ScreenProps};
use crate::messages::Key;
use yew::prelude::*;
use yew::virtual_dom::{AttributeOrProperty, Attributes, VTag, VText};

/// An element with a part, or with none where it is empty.
pub(super) fn element(tag: &'static str, part: &'static str, children: Vec<Html>) -> Html {
    let part = (!part.is_empty()).then_some(AttrValue::Static(part));
    with(tag, &["part"], vec![part], children)
}

/// An element with these attributes, as far as they have values.
fn with(tag: &'static str, keys: &'static [&'static str], values: Vec<Option<AttrValue>>, children: Vec<Html>) -> Html {
    let values = values.into_iter().map(|value| value.map(AttributeOrProperty::Attribute)).collect();
    let mut element = VTag::new(tag);
    element.set_attributes(Attributes::Dynamic { keys, values });
    element.add_children(children);
    element.into()
}

fn fixed(value: &'static str) -> Option<AttrValue> {
    Some(AttrValue::Static(value))
}

/// What a page can put content of its own into.
pub(super) fn slot(name: &'static str) -> Html {
    with("slot", &["name"], vec![fixed(name)], Vec::new())
}

/// A text.
pub(super) fn words(props: &ScreenProps, key: Key) -> AttrValue {
    AttrValue::from(props.messages.text(key).to_owned())
}

/// A text node.
pub(super) fn node(words: AttrValue) -> Html {
    VText::new(words).into()
}

/// What is only there sometimes.
pub(super) fn when(there: bool, piece: impl FnOnce() -> Html) -> Html {
    if there { piece() } else { Html::default() }
}

/// A paragraph.
pub(super) fn paragraph(part: &'static str, words: AttrValue) -> Html {
    element("p", part, vec![node(words)])
}

/// A paragraph that explains.
pub(super) fn text(props: &ScreenProps, key: Key) -> Html {
    paragraph("text", words(props, key))
}

/// The amount, in large type.
pub(super) fn amount(props: &ScreenProps) -> Html {
    match &props.money {
        Some(money) => paragraph("amount", money.clone()),
        None => Html::default(),
    }
}

/// What a reader's eye must not mix up with the words around it, whichever way they run.
pub(super) fn apart(words: AttrValue) -> Html {
    element("bdi", "", vec![node(words)])
}

/// What the shopper can quote.
pub(super) fn reference(props: &ScreenProps) -> Html {
    match &props.view.reference {
        Some(reference) => {
            let label = node(words(props, Key::ReferenceLabel));
            let space = node(AttrValue::Static(" "));
            element("p", "reference", vec![label, space, apart(AttrValue::from(reference.clone()))])
        }
        None => Html::default(),
    }
}

/// A button. One that is not enabled can still be reached, so that nobody has to wonder where it went.
pub(super) fn button(
    props: &ScreenProps,
    part: &'static str,
    label: AttrValue,
    pressed: Pressed,
    enabled: bool,
) -> Html {
    let on_press = props.on_press.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        if enabled {
            on_press.emit(pressed);
        }
    });
    let disabled = (!enabled).then_some("true");
    html! { <button {part} type="button" aria-disabled={disabled} {onclick}>{node(label)}</button> }
}

/// The button that asks again: the shop for the result, or whether it is there.
pub(super) fn asking(props: &ScreenProps, part: &'static str, label: Key) -> Html {
    let checking = props.view.checking;
    let label = words(props, if checking { Key::Checking } else { label });
    button(props, part, label, Pressed::Check, !checking)
}

/// What is going on, with a sign that something is.
pub(super) fn progress(props: &ScreenProps, key: Key) -> Html {
    let spinner = with("span", &["part", "aria-hidden"], vec![fixed("spinner"), fixed("true")], Vec::new());
    element("p", "progress", vec![spinner, element("span", "", vec![node(words(props, key))])])
}

/// A link to where the shopper can go on: here, or in a tab of its own.
pub(super) fn link(props: &ScreenProps, href: &AttrValue, label: Key, own_tab: bool) -> Html {
    let (rel, target) = if own_tab { ("noopener noreferrer", fixed("_blank")) } else { ("noreferrer", None) };
    let attributes = vec![fixed("button continue"), Some(href.clone()), fixed(rel), target];
    with("a", &["part", "href", "rel", "target"], attributes, vec![node(words(props, label))])
}

/// The way on, in this tab, where there is one: `hint` says why.
pub(super) fn way_on(props: &ScreenProps, hint: Key) -> Vec<Html> {
    match &props.href {
        Some(href) => vec![text(props, hint), link(props, href, Key::Continue, false)],
        None => Vec::new(),
    }
}
