//! Pay was pressed.

use super::pieces::progress;
use super::{Page, ScreenProps, ready};
use crate::messages::Key;
use yew::prelude::*;

pub(super) fn page(props: &ScreenProps) -> Page {
    Page {
        heading: Key::Creating,
        icon: Html::default(),
        said: None,
        body: ready::order(props, Html::default(), progress(props, Key::CreatingWait)),
    }
}
