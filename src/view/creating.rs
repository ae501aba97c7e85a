//! Pay was pressed.

use super::methods::methods;
use super::pieces::Piece::{Group, Own, Progress, Reference, Slot, When};
use super::pieces::words;
use super::{Page, ready};
use crate::messages::Key;

/// Laid out as before Pay was pressed.
pub(super) const PAGE: Page = Page {
    heading: |_| Key::Creating,
    icon: None,
    said: |props| props.view.fault.map(|code| words(props, code.into())),
    body: &[
        Slot("summary"),
        Own(ready::amount),
        Reference,
        Own(methods),
        Group(
            "action",
            &[
                When(|props| props.view.fault.is_some(), &[Group("notice", &[Own(super::why)])]),
                Own(ready::hint),
                Progress(Key::CreatingWait),
            ],
        ),
    ],
};
