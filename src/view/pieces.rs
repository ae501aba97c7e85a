//! What the screens are made of. Each piece carries the `part` under which a page can style it.

use super::{Pressed, ScreenProps};
use crate::messages::Key;
use yew::prelude::*;

/// A text.
pub(super) fn words(props: &ScreenProps, key: Key) -> AttrValue {
    AttrValue::from(props.messages.text(key).to_owned())
}

/// A paragraph.
pub(super) fn paragraph(part: &'static str, words: AttrValue) -> Html {
    html! { <p {part}>{words}</p> }
}

/// A paragraph that explains.
pub(super) fn text(props: &ScreenProps, key: Key) -> Html {
    paragraph("text", words(props, key))
}

/// The amount, in large type.
pub(super) fn amount(props: &ScreenProps) -> Html {
    match &props.money {
        Some(money) => paragraph("amount", money.clone()),
        None => Html::default(),
    }
}

/// What the shopper can quote.
pub(super) fn reference(props: &ScreenProps) -> Html {
    match &props.view.reference {
        Some(reference) => html! {
            <p part="reference">{words(props, Key::ReferenceLabel)}{" "}<bdi>{reference.clone()}</bdi></p>
        },
        None => Html::default(),
    }
}

/// A button. One that is not enabled can still be reached, so that nobody has to wonder where it went.
pub(super) fn button(
    props: &ScreenProps,
    part: &'static str,
    label: AttrValue,
    pressed: Pressed,
    enabled: bool,
) -> Html {
    let on_press = props.on_press.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        if enabled {
            on_press.emit(pressed);
        }
    });
    let disabled = (!enabled).then_some("true");
    html! { <button {part} type="button" aria-disabled={disabled} {onclick}>{label}</button> }
}

/// The button that asks again: the shop for the result, or whether it is there.
pub(super) fn asking(props: &ScreenProps, part: &'static str, label: Key) -> Html {
    let checking = props.view.checking;
    let label = words(props, if checking { Key::Checking } else { label });
    button(props, part, label, Pressed::Check, !checking)
}

/// What is going on, with a sign that something is.
pub(super) fn progress(props: &ScreenProps, key: Key) -> Html {
    html! { <p part="progress"><span part="spinner" aria-hidden="true"></span><span>{words(props, key)}</span></p> }
}

/// The way on, in this tab, where there is one: `hint` says why.
pub(super) fn way_on(props: &ScreenProps, hint: Key) -> Html {
    match &props.href {
        Some(href) => html! {
            <>
                {text(props, hint)}
                <a part="button continue" href={href.clone()} rel="noreferrer">{words(props, Key::Continue)}</a>
            </>
        },
        None => Html::default(),
    }
}
