//! Not known in time, which is no failure.

use super::icon::{WAITING, icon};
use super::pieces::{amount, asking, element, paragraph, reference, text, way_on, words};
use super::{Page, ScreenProps};
use crate::messages::Key;
use paymentsos_core::codes::Code;

pub(super) fn page(props: &ScreenProps) -> Page {
    let why = words(props, props.view.fault.unwrap_or(Code::StillPending).into());
    let mut body = vec![
        amount(props),
        reference(props),
        element("div", "notice", vec![paragraph("text", why.clone()), text(props, Key::ProcessingHint)]),
    ];
    body.extend(way_on(props, Key::ContinueHint));
    body.push(element("div", "action", vec![asking(props, "button check", Key::Check)]));
    Page { heading: Key::Processing, icon: Some(icon("icon waiting", WAITING)), said: Some(why), body }
}
