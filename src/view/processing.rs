//! Not known in time, which is no failure.

use super::icon::WAITING;
use super::pieces::Piece::{Amount, Asking, Group, Own, Reference, Text, WayOn};
use super::{Page, reason};
use crate::messages::Key;

pub(super) const PAGE: Page = Page {
    heading: |_| Key::Processing,
    icon: Some(("icon waiting", WAITING)),
    said: |props| Some(reason(props)),
    body: &[
        Amount,
        Reference,
        Group("notice", &[Own(super::why), Text(Key::ProcessingHint)]),
        WayOn(Key::ContinueHint),
        Group("action", &[Asking("button check", Key::Check)]),
    ],
};
