//! The shopper pays by the link that is shown: here, or wherever they take it.

use super::pieces::{amount, button, paragraph, progress, reference, text, words};
use super::qr::Qr;
use super::{Page, Pressed, ScreenProps};
use crate::messages::Key;
use yew::prelude::*;

pub(super) fn page(props: &ScreenProps) -> Page {
    let copied = props.copied;
    let copy = words(props, if copied { Key::Copied } else { Key::Copy });
    let until = props.expires.as_ref().map(|time| props.messages.fill(Key::LinkUntil, "time", time));
    Page {
        heading: Key::Link,
        icon: Html::default(),
        said: copied.then(|| copy.clone()),
        body: html! {
            <>
                {amount(props)}
                {reference(props)}
                if let Some(href) = &props.href {
                    <div part="link">
                        <div part="ways">
                            {text(props, Key::LinkHint)}
                            if let Some(until) = until { {paragraph("expires", until.into())} }
                            <a part="button continue" href={href.clone()} target="_blank" rel="noopener noreferrer">
                                {words(props, Key::Open)}
                            </a>
                            <div part="actions">
                                if props.can_copy { {button(props, "button copy", copy, Pressed::Copy, true)} }
                                if props.can_share {
                                    {button(props, "button share", words(props, Key::Share), Pressed::Share, true)}
                                }
                            </div>
                        </div>
                        <Qr text={href.clone()} label={words(props, Key::Qr)} />
                    </div>
                }
                <div part="action">{progress(props, Key::LinkWait)}</div>
            </>
        },
    }
}
