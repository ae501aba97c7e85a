//! The page is about to be left; if it is not, a link is shown.

use super::Page;
use super::pieces::Piece::{Amount, Group, Progress, Reference, WayOn, When};
use super::pieces::words;
use crate::messages::Key;

pub(super) const PAGE: Page = Page {
    heading: |_| Key::Redirecting,
    icon: None,
    said: |props| props.href.as_ref().map(|_| words(props, Key::RedirectingLate)),
    body: &[
        Amount,
        Reference,
        Group(
            "action",
            &[When(|props| props.href.is_none(), &[Progress(Key::RedirectingWait)]), WayOn(Key::RedirectingLate)],
        ),
    ],
};
