//! The final status is being asked for.

use super::pieces::Piece::{Amount, Group, Progress, Reference, WayOn};
use super::{Page, nothing};
use crate::messages::Key;

pub(super) const PAGE: Page = Page {
    heading: |_| Key::Confirming,
    icon: None,
    said: nothing,
    body: &[Amount, Reference, Group("action", &[Progress(Key::ConfirmingWait), WayOn(Key::ContinueHint)])],
};
