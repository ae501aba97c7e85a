//! What the shopper presses: one listener around everything that can be pressed.

use super::objects::{call, member};
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event};
use yew::NodeRef;

/// Hears until it is dropped.
pub struct Presses {
    base: Element,
    closure: Closure<dyn FnMut(Event)>,
}

impl Presses {
    /// Calls `pressed` with the value of that attribute of whatever is pressed within `base`. None where `base` is not there.
    pub fn hear(base: &NodeRef, attribute: &'static str, pressed: impl Fn(String) + 'static) -> Option<Presses> {
        let base = base.cast::<Element>()?;
        let selector = JsValue::from(["[", attribute, "]"].concat());
        let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            let within = call(&member(&event, "target"), "closest", std::slice::from_ref(&selector));
            let word = within.and_then(|within| call(&within, "getAttribute", &[attribute.into()])?.as_string());
            if let Some(word) = word {
                pressed(word);
            }
        });
        base.add_event_listener_with_callback("click", closure.as_ref().unchecked_ref()).ok()?;
        Some(Presses { base, closure })
    }
}

impl Drop for Presses {
    fn drop(&mut self) {
        let _ = self.base.remove_event_listener_with_callback("click", self.closure.as_ref().unchecked_ref());
    }
}
