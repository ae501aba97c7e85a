//! The page is about to be left; if it is not, a link is shown.

use super::pieces::{amount, element, progress, reference, way_on, when, words};
use super::{Page, ScreenProps};
use crate::messages::Key;

pub(super) fn page(props: &ScreenProps) -> Page {
    let late = props.href.is_some();
    let mut action = vec![when(!late, || progress(props, Key::RedirectingWait))];
    action.extend(way_on(props, Key::RedirectingLate));
    Page {
        heading: Key::Redirecting,
        icon: None,
        said: late.then(|| words(props, Key::RedirectingLate)),
        body: vec![amount(props), reference(props), element("div", "action", action)],
    }
}
