//! Pay was pressed.

use super::pieces::Piece::{Group, Own, Progress, Reference, Slot};
use super::{Page, nothing, ready};
use crate::messages::Key;

/// Laid out as before Pay was pressed.
pub(super) const PAGE: Page = Page {
    heading: |_| Key::Creating,
    icon: None,
    said: nothing,
    body: &[
        Slot("summary"),
        Own(ready::amount),
        Reference,
        Slot("card"),
        Group("action", &[Own(ready::hint), Progress(Key::CreatingWait)]),
    ],
};
