//! The page is about to be left.

use super::pieces::{amount, progress, reference, way_on};
use super::{Page, ScreenProps};
use crate::messages::Key;
use yew::prelude::*;

pub(super) fn page(props: &ScreenProps) -> Page {
    let late = props.href.is_some();
    Page {
        heading: Key::Redirecting,
        icon: Html::default(),
        said: late.then(|| super::pieces::words(props, Key::RedirectingLate)),
        body: html! {
            <>
                {amount(props)}
                {reference(props)}
                <div part="action">
                    if !late { {progress(props, Key::RedirectingWait)} }
                    {way_on(props, Key::RedirectingLate)}
                </div>
            </>
        },
    }
}
