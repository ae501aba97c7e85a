//! The shopper is taken to their bank: by this page, which is about to be left, or by a window or a frame of their own.

use super::pieces::Piece::{Amount, Group, Own, Progress, Reference, WayOn, When};
use super::pieces::{button, fixed, given, with, words};
use super::tags::IFRAME;
use super::{Page, Pressed, ScreenProps};
use crate::messages::Key;
use paymentsos_core::decimal;
use paymentsos_core::flow::Way;
use yew::{AttrValue, Html};

pub(super) const PAGE: Page = Page {
    heading: |props| match props.view.way {
        Way::Page => Key::Redirecting,
        Way::Popup => Key::Popup,
        Way::Frame => Key::Frame,
    },
    icon: None,
    said: |props| props.href.as_ref().map(|_| words(props, Key::RedirectingLate)),
    body: &[
        Amount,
        Reference,
        Own(frame),
        Group(
            "action",
            &[
                When(|props| props.view.way == Way::Page && props.href.is_none(), &[Progress(Key::RedirectingWait)]),
                When(|props| props.view.way == Way::Popup, &[Progress(Key::PopupWait), Own(show)]),
                WayOn(Key::RedirectingLate),
            ],
        ),
    ],
};

/// The bank's page. What it is made of must not change while it is there, or it would begin anew.
fn frame(props: &ScreenProps) -> Html {
    let Some(address) = &props.frame else { return Html::default() };
    let side = |side: i32| given(AttrValue::from(decimal(side.unsigned_abs().into())));
    let (width, height) = props.frame_size.map_or((None, None), |(width, height)| (side(width), side(height)));
    let attributes = vec![
        fixed("frame"),
        given(words(props, Key::FrameTitle)),
        given(address.clone()),
        fixed("payment *; publickey-credentials-get *"),
        width,
        height,
    ];
    with(&IFRAME, attributes, Vec::new())
}

fn show(props: &ScreenProps) -> Html {
    button("button show", words(props, Key::PopupShow), Pressed::Show, true)
}
