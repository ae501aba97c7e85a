//! Pay was pressed.

use super::pieces::progress;
use super::{Page, ScreenProps, ready};
use crate::messages::Key;

pub(super) fn page(props: &ScreenProps) -> Page {
    Page {
        heading: Key::Creating,
        icon: None,
        said: None,
        body: ready::order(props, Vec::new(), progress(props, Key::CreatingWait)),
    }
}
