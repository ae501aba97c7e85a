//! The shop's backend cannot be used, and nothing was sent.

use super::icon::{BLOCKED, icon};
use super::pieces::{asking, paragraph, reference, text, words};
use super::{Page, ScreenProps};
use crate::messages::Key;
use paymentsos_core::codes::{Code, Who};
use yew::prelude::*;

pub(super) fn page(props: &ScreenProps) -> Page {
    let code = props.view.fault.unwrap_or(Code::BackendUnreachable);
    let why = words(props, code.into());
    Page {
        heading: Key::Unavailable,
        icon: icon("icon error", BLOCKED),
        said: Some(why.clone()),
        body: html! {
            <>
                {reference(props)}
                <div part="error">{paragraph("text", why)}</div>
                if code.who() == Who::Merchant {
                    {text(props, if code.retriable() { Key::AskShopIfAgain } else { Key::AskShop })}
                }
                <div part="action">{asking(props, "button retry", Key::TryAgain)}</div>
            </>
        },
    }
}
