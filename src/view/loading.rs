//! Not started yet: a placeholder of the size that the payment will have.

use super::pieces::Piece::Group;
use super::{Page, nothing};
use crate::messages::Key;

pub(super) const PAGE: Page =
    Page { heading: |_| Key::Loading, icon: None, said: nothing, body: &[Group("placeholder", &[])] };
