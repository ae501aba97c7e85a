//! Not known in time, which is not a failure.

use super::icon::{WAITING, icon};
use super::pieces::{amount, asking, paragraph, reference, text, way_on, words};
use super::{Page, ScreenProps};
use crate::messages::Key;
use paymentsos_core::codes::Code;
use yew::prelude::*;

pub(super) fn page(props: &ScreenProps) -> Page {
    let why = words(props, props.view.fault.unwrap_or(Code::StillPending).into());
    Page {
        heading: Key::Processing,
        icon: icon("icon waiting", WAITING),
        said: Some(why.clone()),
        body: html! {
            <>
                {amount(props)}
                {reference(props)}
                <div part="notice">{paragraph("text", why)}{text(props, Key::ProcessingHint)}</div>
                {way_on(props, Key::ContinueHint)}
                <div part="action">{asking(props, "button check", Key::Check)}</div>
            </>
        },
    }
}
