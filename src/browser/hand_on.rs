//! Handing a link on, and moving the focus.

use super::objects::{member, object};
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlElement, ShadowRoot, window};
use yew::NodeRef;

/// Whether the browser can share, and whether it can copy.
pub fn can_hand_on() -> (bool, bool) {
    let Some(window) = window() else { return (false, false) };
    let navigator = window.navigator();
    (member(&navigator, "share").is_function(), member(&navigator, "clipboard").is_object())
}

/// Opens the browser's own sheet to share an address. A shopper who closes it has changed their mind, which is no error.
pub fn share(address: &str) {
    let Some(window) = window() else { return };
    let navigator = window.navigator();
    if let Ok(share) = member(&navigator, "share").dyn_into::<Function>()
        && let Ok(promise) = share.call1(&navigator, &object(&[("url", address.into())]))
    {
        spawn_local(async move {
            let _ = JsFuture::from(Promise::from(promise)).await;
        });
    }
}

/// Copies an address, then calls `done`.
pub fn copy(address: &str, done: impl FnOnce() + 'static) {
    let Some(window) = window() else { return };
    let promise = window.navigator().clipboard().write_text(address);
    spawn_local(async move {
        if JsFuture::from(promise).await.is_ok() {
            done();
        }
    });
}

/// Moves the focus to the heading where the element that had it has gone. Says whether it had.
pub fn focus_heading(base: &NodeRef) -> bool {
    let Some(base) = base.cast::<HtmlElement>() else { return false };
    let focused = match base.get_root_node().dyn_into::<ShadowRoot>() {
        Ok(root) => root.active_element(),
        Err(node) => node
            .owner_document()
            .and_then(|document| document.active_element())
            .filter(|element| base.contains(Some(element))),
    };
    if focused.is_some() {
        return false;
    }
    // Somewhere else on the page the focus is not ours.
    let elsewhere = window().and_then(|window| window.document()).and_then(|document| document.active_element());
    if elsewhere.is_some_and(|element| element.tag_name() != "BODY") {
        return true;
    }
    if let Ok(Some(heading)) = base.query_selector("[part~=heading]")
        && let Ok(heading) = heading.dyn_into::<HtmlElement>()
    {
        let _ = heading.focus();
    }
    true
}
