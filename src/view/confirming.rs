//! The final status is being asked for.

use super::pieces::{amount, element, progress, reference, way_on};
use super::{Page, ScreenProps};
use crate::messages::Key;

pub(super) fn page(props: &ScreenProps) -> Page {
    let mut action = vec![progress(props, Key::ConfirmingWait)];
    action.extend(way_on(props, Key::ContinueHint));
    Page {
        heading: Key::Confirming,
        icon: None,
        said: None,
        body: vec![amount(props), reference(props), element("div", "action", action)],
    }
}
