//! The shopper pays by the link that is shown: here, or wherever they take it.

use super::pieces::Piece::{self, Amount, Group, Own, Progress, Reference, Text, When};
use super::pieces::{button, fixed, given, link, node, paragraph, with, words};
use super::tags::{P, PATH, SVG};
use super::{Page, Pressed, ScreenProps};
use crate::messages::Key;
use yew::prelude::*;

pub(super) const PAGE: Page = Page {
    heading: |_| Key::Link,
    icon: None,
    said: |props| {
        let copied = props.copied.then(|| words(props, Key::Copied));
        copied.or_else(|| Some(props.messages.fill(Key::TimeLeft, &[("time", props.left_said.as_deref()?)]).into()))
    },
    body: &[
        Amount,
        Reference,
        When(|props| props.href.is_some(), &[Group("link", &[Group("ways", WAYS), Own(qr)])]),
        Group("action", &[Progress(Key::LinkWait)]),
    ],
};

/// What can be done with the link.
const WAYS: &[Piece] = &[
    Text(Key::LinkHint),
    Own(until),
    Own(left),
    Own(open),
    Group("actions", &[When(|props| props.can_copy, &[Own(copy)]), When(|props| props.can_share, &[Own(share)])]),
];

fn until(props: &ScreenProps) -> Html {
    match &props.expires {
        Some(time) => paragraph("expires", props.messages.fill(Key::LinkUntil, &[("time", time)]).into()),
        None => Html::default(),
    }
}

/// The live region reads it out now and then; by itself a timer is not read.
fn left(props: &ScreenProps) -> Html {
    let Some(left) = &props.left else { return Html::default() };
    let text = node(props.messages.fill(Key::TimeLeft, &[("time", left)]).into());
    with(&P, vec![fixed("time-left"), fixed("timer")], vec![text])
}

fn open(props: &ScreenProps) -> Html {
    props.href.as_ref().map(|href| link(props, href, Key::Open, true)).unwrap_or_default()
}

fn copy(props: &ScreenProps) -> Html {
    let label = words(props, if props.copied { Key::Copied } else { Key::Copy });
    button("button copy", label, Pressed::Copy, true)
}

fn share(props: &ScreenProps) -> Html {
    button("button share", words(props, Key::Share), Pressed::Share, true)
}

/// The QR code; its place while it is being drawn.
fn qr(props: &ScreenProps) -> Html {
    let Some(qr) = &props.qr else { return Html::default() };
    let (side, path) = qr.split_once(' ').unwrap_or(("41", ""));
    let path = with(&PATH, vec![fixed("currentColor"), given(path.to_owned().into())], Vec::new());
    let view_box = AttrValue::from(["0 0 ", side, " ", side].concat());
    let attributes = vec![fixed("qr"), fixed("img"), given(words(props, Key::Qr)), given(view_box)];
    with(&SVG, attributes, vec![path])
}
