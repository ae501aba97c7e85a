//! The shopper pays by the link that is shown: here, or wherever they take it.

use super::pieces::{amount, button, element, link, paragraph, progress, reference, text, when, words};
use super::{Page, Pressed, ScreenProps};
use crate::messages::Key;
use yew::prelude::*;

pub(super) fn page(props: &ScreenProps) -> Page {
    let copied = props.copied;
    let copy = words(props, if copied { Key::Copied } else { Key::Copy });
    let said = copied.then(|| copy.clone());
    let shown = match &props.href {
        Some(href) => element("div", "link", vec![ways(props, href, copy), qr(props)]),
        None => Html::default(),
    };
    Page {
        heading: Key::Link,
        icon: None,
        said,
        body: vec![
            amount(props),
            reference(props),
            shown,
            element("div", "action", vec![progress(props, Key::LinkWait)]),
        ],
    }
}

/// What can be done with the link.
fn ways(props: &ScreenProps, href: &AttrValue, copy: AttrValue) -> Html {
    let until = match &props.expires {
        Some(time) => paragraph("expires", props.messages.fill(Key::LinkUntil, "time", time).into()),
        None => Html::default(),
    };
    let actions = vec![
        when(props.can_copy, || button(props, "button copy", copy, Pressed::Copy, true)),
        when(props.can_share, || button(props, "button share", words(props, Key::Share), Pressed::Share, true)),
    ];
    let open = link(props, href, Key::Open, true);
    element("div", "ways", vec![text(props, Key::LinkHint), until, open, element("div", "actions", actions)])
}

/// The QR code; its place while it is being drawn.
fn qr(props: &ScreenProps) -> Html {
    let Some(qr) = &props.qr else { return Html::default() };
    let (side, path) = qr.split_once(' ').unwrap_or(("41", ""));
    html! {
        <svg part="qr" role="img" aria-label={words(props, Key::Qr)} viewBox={["0 0 ", side, " ", side].concat()}>
            <path fill="currentColor" d={path.to_owned()} />
        </svg>
    }
}
