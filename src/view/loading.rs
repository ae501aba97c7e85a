//! Not started yet: a placeholder of the size that the payment will have.

use super::Page;
use super::pieces::element;
use crate::messages::Key;

pub(super) fn page() -> Page {
    Page { heading: Key::Loading, icon: None, said: None, body: vec![element("div", "placeholder", Vec::new())] }
}
