//! What the screens are made of. Each piece carries the `part` under which a page can style it.
//!
//! Screens are tables of pieces, and elements are made of [`Tag`]s, where `html!` would do the same: what the macro writes out
//! for ten screens takes 3 kB of the 78 that the whole component may take.

use super::tags::{A, BDI, BUTTON, DIV, P, SLOT, SPAN, Tag, Value};
use super::{Pressed, ScreenProps};
use crate::messages::Key;
use paymentsos_core::flow::StateName;
use yew::prelude::*;
use yew::virtual_dom::{AttributeOrProperty, VText};

/// A piece of a screen.
pub(super) enum Piece {
    /// The amount, in large type, where it is known.
    Amount,
    /// What the shopper can quote.
    Reference,
    /// A paragraph that explains.
    Text(Key),
    /// What is going on, with a sign that something is.
    Progress(Key),
    /// The way on, in this tab, where there is one; the text says why.
    WayOn(Key),
    /// What a page can put content of its own into.
    Slot(&'static str),
    /// Pieces under a part.
    Group(&'static str, &'static [Piece]),
    /// Pieces that are only there sometimes.
    When(fn(&ScreenProps) -> bool, &'static [Piece]),
    /// Asks again: the shop for the result, or whether it is there.
    Asking(&'static str, Key),
    /// What one screen alone has.
    Own(fn(&ScreenProps) -> Html),
}

/// A line of text that is still to come.
pub(super) const BLANK: AttrValue = AttrValue::Static("\u{a0}");

/// Makes the pieces.
pub(super) fn make(props: &ScreenProps, pieces: &[Piece], made: &mut Vec<Html>) {
    for piece in pieces {
        let piece = match piece {
            Piece::Amount => match &props.money {
                Some(money) => paragraph("amount", money.clone()),
                None => continue,
            },
            Piece::Reference => match &props.view.reference {
                Some(reference) => {
                    let label = node(words(props, Key::ReferenceLabel));
                    let space = node(AttrValue::Static(" "));
                    element(&P, "reference", vec![label, space, apart(AttrValue::from(reference.clone()))])
                }
                // Its place, while it is about to come.
                None if matches!(props.view.state, StateName::Ready | StateName::Creating) => {
                    paragraph("reference", BLANK)
                }
                None => continue,
            },
            Piece::Text(key) => text(props, *key),
            Piece::Progress(key) => progress(props, if props.view.offline { Key::Offline } else { *key }),
            Piece::WayOn(hint) => match &props.href {
                Some(href) => {
                    made.push(text(props, *hint));
                    link(props, href, Key::Continue, false)
                }
                None => continue,
            },
            Piece::Slot(name) => with(&SLOT, vec![fixed(name)], Vec::new()),
            Piece::Group(part, pieces) => group(props, part, pieces),
            Piece::When(there, pieces) => {
                if there(props) {
                    make(props, pieces, made);
                }
                continue;
            }
            Piece::Asking(part, label) => {
                let checking = props.view.checking;
                let label = words(props, if checking { Key::Checking } else { *label });
                button(part, label, Pressed::Check, !checking)
            }
            Piece::Own(make) => make(props),
        };
        made.push(piece);
    }
}

/// Pieces under a part.
pub(super) fn group(props: &ScreenProps, part: &'static str, pieces: &[Piece]) -> Html {
    let mut made = Vec::new();
    make(props, pieces, &mut made);
    element(&DIV, part, made)
}

/// An element with a part, or with none where it is empty.
pub(super) fn element(tag: &Tag, part: &'static str, children: Vec<Html>) -> Html {
    let part = if part.is_empty() { None } else { fixed(part) };
    with(tag, vec![part], children)
}

/// An element whose attributes have these values, as far as they have any.
pub(super) fn with(tag: &Tag, values: Vec<Value>, children: Vec<Html>) -> Html {
    tag.element(values, children).into()
}

pub(super) fn fixed(value: &'static str) -> Value {
    given(AttrValue::Static(value))
}

pub(super) fn given(value: AttrValue) -> Value {
    Some(AttributeOrProperty::Attribute(value))
}

/// A text.
pub(super) fn words(props: &ScreenProps, key: Key) -> AttrValue {
    AttrValue::from(props.messages.text(key).to_owned())
}

/// A text node.
pub(super) fn node(words: AttrValue) -> Html {
    VText::new(words).into()
}

/// A paragraph.
pub(super) fn paragraph(part: &'static str, words: AttrValue) -> Html {
    element(&P, part, vec![node(words)])
}

/// A paragraph that explains.
pub(super) fn text(props: &ScreenProps, key: Key) -> Html {
    paragraph("text", words(props, key))
}

/// What a reader's eye must not mix up with the words around it, whichever way they run.
pub(super) fn apart(words: AttrValue) -> Html {
    element(&BDI, "value", vec![node(words)])
}

/// A button. One that is not enabled can still be reached, so that nobody has to wonder where it went.
pub(super) fn button(part: &'static str, label: AttrValue, pressed: Pressed, enabled: bool) -> Html {
    let (press, disabled) = if enabled { (given(pressed.word()), None) } else { (None, fixed("true")) };
    let attributes = vec![fixed(part), fixed("button"), press, disabled];
    with(&BUTTON, attributes, vec![node(label)])
}

/// What is going on, with a sign that something is.
pub(super) fn progress(props: &ScreenProps, key: Key) -> Html {
    let spinner = with(&SPAN, vec![fixed("spinner"), fixed("true")], Vec::new());
    element(&P, "progress", vec![spinner, element(&SPAN, "progress-text", vec![node(words(props, key))])])
}

/// A link to where the shopper can go on: here, or in a tab of its own.
pub(super) fn link(props: &ScreenProps, href: &AttrValue, label: Key, own_tab: bool) -> Html {
    let target = if own_tab { Some("_blank") } else { props.target }.and_then(fixed);
    let attributes = vec![fixed("button continue"), given(href.clone()), fixed("noopener noreferrer"), target];
    let mut label = vec![node(words(props, label))];
    if own_tab {
        label.push(element(&SPAN, "unseen", vec![node(AttrValue::Static(" ")), node(words(props, Key::NewTab))]));
    }
    with(&A, attributes, label)
}
