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
mod methods;
mod pieces;
mod processing;
mod ready;
mod redirecting;
mod succeeded;
mod tags;
mod unavailable;

use crate::messages::{Key, Messages};
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{StateName, View};
use paymentsos_core::{decimal, from_decimal};
use pieces::{Piece, element, fixed, given, node, paragraph, with, words};
use std::rc::Rc;
use tags::{DIV, H2, SECTION};
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
    /// What a frame shows on the way to the bank (a checked address), and its width and height in CSS pixels; all of the room where there
    /// is no size.
    pub frame: Option<AttrValue>,
    /// See [`frame`](ScreenProps::frame).
    pub frame_size: Option<(i32, i32)>,
    /// How long the link still works, as the locale writes it; none where that is not known.
    pub left: Option<AttrValue>,
    /// The same in words, which changes only now and then, to be read out.
    pub left_said: Option<AttrValue>,
    /// The ways to pay, and which one is chosen.
    pub methods: Vec<Method>,
    /// See [`methods`](ScreenProps::methods).
    pub chosen: usize,
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
}

/// A way to pay, as far as it is shown. What is paid with is elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Method {
    /// What the page calls it; else a name is made of the rest.
    pub label: Option<AttrValue>,
    /// Whose it is: `VISA`, `PBL`.
    pub vendor: Option<AttrValue>,
    /// A saved card's last four digits.
    pub digits: Option<AttrValue>,
    /// A saved card's month and year.
    pub expires: Option<AttrValue>,
    /// It is a card whose fields are in the slot `card`.
    pub card: bool,
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
    /// One of the ways to pay.
    Choose(usize),
    /// The window in which the payment goes on.
    Show,
}

/// The attribute that says what pressing an element means.
///
/// A page of ten screens has at most four things to press, and one listener around them all hears them: Yew's own listeners would take
/// 4 kB of the 78 that the whole component may take.
pub const PRESS: &str = "data-press";

impl Pressed {
    /// The attribute's value.
    pub fn word(self) -> AttrValue {
        AttrValue::Static(match self {
            Pressed::Pay => "pay",
            Pressed::TryAgain => "retry",
            Pressed::Check => "check",
            Pressed::Copy => "copy",
            Pressed::Share => "share",
            Pressed::Show => "show",
            Pressed::Choose(at) => return AttrValue::from(decimal(at as u64)),
        })
    }

    /// What the attribute's value means.
    pub fn from_word(word: &str) -> Option<Pressed> {
        Some(match word {
            "pay" => Pressed::Pay,
            "retry" => Pressed::TryAgain,
            "check" => Pressed::Check,
            "copy" => Pressed::Copy,
            "share" => Pressed::Share,
            "show" => Pressed::Show,
            at => Pressed::Choose(from_decimal(at)?.try_into().ok()?),
        })
    }
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
    props.messages.fill(code(props).into(), &[("name", setting)]).into()
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
    let heading = with(&H2, attributes, vec![node(heading)]);
    let mut content = DIV.element(vec![fixed("body")], body);
    content.key = Some(key.name().into());
    let content = vec![element(&DIV, "header", vec![icon, heading]), content.into()];
    // The texts may be in another language than the page around.
    let (language, direction) = props.messages.language();
    let (language, direction) = (language.and_then(given), direction.and_then(given));
    let attributes = vec![fixed("status"), fixed("status"), language.clone(), direction.clone()];
    let status = with(&DIV, attributes, said);
    let attributes = vec![fixed("checkout"), fixed("heading"), language, direction];
    let parts = vec![status, with(&SECTION, attributes, content)];
    VList::with_children(parts, None).into()
}
