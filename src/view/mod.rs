//! What the shopper sees: a file a screen. A function of the flow's [`View`]; it never calls the browser.
//!
//! Every screen is a [`Page`] in the same frame, so that heading and live region stay in the document while what they say changes:
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
use paymentsos_core::flow::{StateName, View};
use pieces::{node, paragraph};
use std::rc::Rc;
use yew::prelude::*;

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
    heading: Key,
    /// Before the heading.
    icon: Option<Html>,
    /// What the live region says beside the heading: what the shopper must not miss.
    said: Option<AttrValue>,
    body: Vec<Html>,
}

/// The whole content of the shadow root's `<div part="base">`.
pub fn screen(props: &ScreenProps) -> Html {
    let state = props.view.state;
    let page = match state {
        StateName::Loading => loading::page(),
        StateName::Ready => ready::page(props),
        StateName::Creating => creating::page(props),
        StateName::Redirecting => redirecting::page(props),
        StateName::Link => link::page(props),
        StateName::Confirming => confirming::page(props),
        StateName::Succeeded => succeeded::page(props),
        StateName::Failed => failed::page(props),
        StateName::Processing => processing::page(props),
        StateName::Unavailable => unavailable::page(props),
    };
    let heading = pieces::words(props, page.heading);
    // A page that only stands there has nothing to announce.
    let announced = if state == StateName::Ready { AttrValue::default() } else { heading.clone() };
    // Pay's place must stay as it is while the payment starts; everything else is made anew, so that no press meets another button.
    let key = if state == StateName::Creating { StateName::Ready } else { state };
    html! {
        <>
            <div part="status" role="status">
                {paragraph("", announced)}
                {paragraph("", page.said.unwrap_or_default())}
            </div>
            <section part="checkout" aria-labelledby="heading">
                <div part="header">
                    {page.icon}
                    <h2 part="heading" id="heading" tabindex="-1">{node(heading)}</h2>
                </div>
                <div part="body" key={key.name()}>{page.body}</div>
            </section>
        </>
    }
}
