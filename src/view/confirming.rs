//! The result is being asked for.

use super::pieces::{amount, progress, reference, way_on};
use super::{Page, ScreenProps};
use crate::messages::Key;
use yew::prelude::*;

pub(super) fn page(props: &ScreenProps) -> Page {
    Page {
        heading: Key::Confirming,
        icon: Html::default(),
        said: None,
        body: html! {
            <>
                {amount(props)}
                {reference(props)}
                <div part="action">
                    {progress(props, Key::ConfirmingWait)}
                    {way_on(props, Key::ContinueHint)}
                </div>
            </>
        },
    }
}
