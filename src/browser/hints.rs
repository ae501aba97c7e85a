//! What the browser says of the page: seen or hidden, online or offline, left, shown again from the back-forward cache.

use super::objects::{global, member, text};
use paymentsos_core::flow::Input;
use wasm_bindgen::prelude::*;
use web_sys::{Event, EventTarget, window};
use yew::Callback;

/// Whether the page is visible, and whether the browser believes to be online.
pub(super) fn now() -> (bool, bool) {
    // A browser that does not say is visible, and online.
    let hidden = member(&global("document"), "hidden").is_truthy();
    (!hidden, member(&global("navigator"), "onLine") != JsValue::FALSE)
}

/// Listens until it is dropped.
pub(super) struct Listeners {
    targets: Vec<(EventTarget, &'static str)>,
    closure: Closure<dyn FnMut(Event)>,
}

impl Listeners {
    pub(super) fn new(report: &Callback<Input>) -> Listeners {
        let report = report.clone();
        let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            let input = match text(&event, "type").as_str() {
                "visibilitychange" => Input::Visible(now().0),
                "pageshow" if member(&event, "persisted").is_truthy() => {
                    report.emit(Input::Shown);
                    Input::Visible(now().0)
                }
                "pageshow" => return,
                "pagehide" => Input::Left,
                _ => Input::Online(now().1),
            };
            report.emit(input);
        });
        let mut targets: Vec<(EventTarget, &str)> = Vec::new();
        if let Some(window) = window() {
            if let Some(document) = window.document() {
                targets.push((document.into(), "visibilitychange"));
            }
            targets.extend(["online", "offline", "pageshow", "pagehide"].map(|name| (window.clone().into(), name)));
        }
        for (target, name) in &targets {
            let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        }
        Listeners { targets, closure }
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        for (target, name) in &self.targets {
            let _ = target.remove_event_listener_with_callback(name, self.closure.as_ref().unchecked_ref());
        }
    }
}
