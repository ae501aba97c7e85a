//! Nothing is known yet: a placeholder of the final size.

use super::Page;
use crate::messages::Key;
use yew::prelude::*;

pub(super) fn page() -> Page {
    Page {
        heading: Key::Loading,
        icon: Html::default(),
        said: None,
        body: html! { <div part="placeholder" aria-hidden="true"></div> },
    }
}
