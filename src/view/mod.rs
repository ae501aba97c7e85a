//! What the shopper sees: a file a screen. A function of the flow's [`View`]; it never calls the browser.
//!
//! Every screen is a `Page` in the same frame, so that heading and live region stay in the document while what they say changes:
//! the focus may be on the one, and screen readers listen to the other.

mod confirming;
mod creating;
mod failed;
mod icon;
mod link;
mod loading;
mod pieces;
mod processing;
mod ready;
mod redirecting;
mod succeeded;
mod unavailable;

use crate::messages::{Key, Messages};
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{StateName, View};
use pieces::{Piece, element, fixed, node, paragraph, tag, with, words};
use std::rc::Rc;
use yew::prelude::*;
use yew::virtual_dom::VList;

/// What [`screen`] shows.
#[derive(Clone, PartialEq, Properties)]
pub struct ScreenProps {
    /// What is on the screen.
    pub view: View,
    /// In what words.
    pub messages: Rc<Messages>,
    /// The amount as the locale writes it, formatted by the caller (`Intl`); none where it is unknown yet.
    pub money: Option<AttrValue>,
    /// When the link ends, as the locale writes a time; none where unknown.
    pub expires: Option<AttrValue>,
    /// Where the shopper can go on (a checked address).
    pub href: Option<AttrValue>,
    /// In which window that opens; in this one where none is given.
    pub target: Option<&'static str>,
    /// The setting that is wrong, where one is.
    pub wrong: Option<AttrValue>,
    /// The same as a QR code: the length of its side, a space, and the dark squares as an SVG path; empty while it is being drawn, none where nobody
    /// can draw it.
    pub qr: Option<AttrValue>,
    /// Whether the browser can share.
    pub can_share: bool,
    /// Whether the browser can copy.
    pub can_copy: bool,
    /// The link was copied a moment ago.
    pub copied: bool,
    /// Told what the shopper presses.
    pub on_press: Callback<Pressed>,
}

/// What the shopper can press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// Pay.
    Pay,
    /// Try again, after a failure.
    TryAgain,
    /// Check again, or try the shop again.
    Check,
    /// Copy the link.
    Copy,
    /// Share the link.
    Share,
}

/// What differs from screen to screen.
struct Page {
    heading: fn(&ScreenProps) -> Key,
    /// Before the heading: its part, and what is drawn.
    icon: Option<(&'static str, &'static str)>,
    /// What the live region says beside the heading: what the shopper must not miss.
    said: fn(&ScreenProps) -> Option<AttrValue>,
    body: &'static [Piece],
}

/// The live region has nothing to say beside the heading.
fn nothing(_: &ScreenProps) -> Option<AttrValue> {
    None
}

/// What is wrong, or is to be said where nothing is.
fn code(props: &ScreenProps) -> Code {
    props.view.fault.unwrap_or(match props.view.state {
        StateName::Processing => Code::StillPending,
        StateName::Unavailable => Code::BackendUnreachable,
        _ => Code::NotCompleted,
    })
}

/// What is known of why.
fn why(props: &ScreenProps) -> Html {
    paragraph("text", reason(props))
}

/// The same in words.
fn reason(props: &ScreenProps) -> AttrValue {
    let setting = props.wrong.as_deref().unwrap_or_default();
    props.messages.fill(code(props).into(), "name", setting).into()
}

/// What became of the money, where it is known that nothing did.
fn unmoved(props: &ScreenProps) -> Html {
    paragraph("unmoved", words(props, Key::NoMoneyMoved))
}

/// The whole content of the shadow root's `<div part="base">`.
pub fn screen(props: &ScreenProps) -> Html {
    let state = props.view.state;
    let page = match state {
        StateName::Loading => &loading::PAGE,
        StateName::Ready => &ready::PAGE,
        StateName::Creating => &creating::PAGE,
        StateName::Redirecting => &redirecting::PAGE,
        StateName::Link => &link::PAGE,
        StateName::Confirming => &confirming::PAGE,
        StateName::Succeeded => &succeeded::PAGE,
        StateName::Failed => &failed::PAGE,
        StateName::Processing => &processing::PAGE,
        StateName::Unavailable => &unavailable::PAGE,
    };
    let heading = words(props, (page.heading)(props));
    // A page that only stands there has nothing to announce.
    let announced = if state == StateName::Ready { AttrValue::default() } else { heading.clone() };
    // Pay's place must stay as it is while the payment starts; everything else is made anew, so that no press meets another button.
    let key = if state == StateName::Creating { StateName::Ready } else { state };
    let mut body = Vec::new();
    pieces::make(props, page.body, &mut body);
    let said = vec![paragraph("", announced), paragraph("", (page.said)(props).unwrap_or_default())];
    let icon = page.icon.map(|(part, stroke)| icon::icon(part, stroke)).unwrap_or_default();
    let attributes = vec![fixed("heading"), fixed("heading"), fixed("-1")];
    let heading = with("h2", &["part", "id", "tabindex"], attributes, vec![node(heading)]);
    let mut content = tag("div", &["part"], vec![fixed("body")], body);
    content.key = Some(key.name().into());
    let content = vec![element("div", "header", vec![icon, heading]), content.into()];
    let parts = vec![
        with("div", &["part", "role"], vec![fixed("status"), fixed("status")], said),
        with("section", &["part", "aria-labelledby"], vec![fixed("checkout"), fixed("heading")], content),
    ];
    VList::with_children(parts, None).into()
}
