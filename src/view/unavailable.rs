//! The shop's backend cannot be used, and nothing was sent.

use super::icon::BLOCKED;
use super::pieces::Piece::{Asking, Group, Own, Reference, When};
use super::pieces::text;
use super::{Page, code, reason};
use crate::messages::Key;
use paymentsos_core::codes::Who;

pub(super) const PAGE: Page = Page {
    heading: |_| Key::Unavailable,
    icon: Some(("icon error", BLOCKED)),
    said: |props| Some(reason(props)),
    body: &[
        Reference,
        Group("error", &[Own(super::why)]),
        When(
            |props| code(props).who() == Who::Merchant,
            &[Own(|props| text(props, if code(props).retriable() { Key::AskShopIfAgain } else { Key::AskShop }))],
        ),
        Group("action", &[Asking("button retry", Key::TryAgain)]),
    ],
};
