//! What the tabs of one browser share: locks (Web Locks) and a channel (`BroadcastChannel`). A page may have neither; then every lock
//! is granted at once, and nothing is heard.

use super::objects::{call, construct, global, member, object, text};
use js_sys::{Function, Object, Promise, Reflect};
use paymentsos_core::flow::{Effect, Input};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Event;

/// What is said: each begins with the version, and is the whole message. That there is something to see.
const LOOK: &str = "1";
/// The shopper has come back here, from a window or a frame.
const BACK: &str = "1 back";
/// Whoever has opened it goes on.
const TAKEN: &str = "1 taken";

/// A lock that is held or asked for; dropped, it is given back.
pub(super) struct Lock {
    /// An `AbortController`: ends the asking.
    asking: JsValue,
    /// Ends the holding.
    release: Option<Function>,
    waits: Rc<Cell<bool>>,
    _granted: Closure<dyn FnMut() -> JsValue>,
}

impl Lock {
    /// Asks for the lock of that name; `granted` is called once, unless it is dropped before.
    pub(super) fn ask(name: &str, granted: impl Fn() + 'static) -> Lock {
        let asking = construct(&js_sys::global(), "AbortController", &[]).unwrap_or_default();
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        let waits = Rc::new(Cell::new(true));
        let tell = {
            let waits = waits.clone();
            Rc::new(move || {
                if waits.replace(false) {
                    granted();
                }
            })
        };
        let told = tell.clone();
        let closure = Closure::<dyn FnMut() -> JsValue>::new(move || {
            told();
            held.clone().into()
        });
        let options = object(&[("signal", member(&asking, "signal"))]);
        let locks = member(&global("navigator"), "locks");
        let promise = call(&locks, "request", &[name.into(), options, closure.as_ref().clone()]);
        spawn_local(async move {
            // What was granted ends well; what is refused to this page, or is not there, is nobody's.
            let refused = match promise {
                Some(promise) => JsFuture::from(Promise::resolve(&promise)).await.is_err(),
                None => true,
            };
            if refused {
                tell();
            }
        });
        Lock { asking, release, waits, _granted: closure }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.waits.set(false);
        call(&self.asking, "abort", &[]);
        if let Some(release) = &self.release {
            // Nobody hears of it but the browser's lock.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Hears the other tabs, until it is dropped.
pub(super) struct Channel {
    channel: JsValue,
    _heard: Closure<dyn FnMut(Event)>,
}

impl Channel {
    /// Opens the channel of that name; none where the page has none.
    pub(super) fn open(name: &str, heard: impl Fn(Input) + 'static) -> Option<Channel> {
        let channel = construct(&js_sys::global(), "BroadcastChannel", &[name.into()])?;
        let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            match text(&event, "data").as_str() {
                LOOK => heard(Input::Heard),
                BACK => heard(Input::HandedOver),
                TAKEN => heard(Input::TakenOver),
                // What another release says is not understood, and so ignored.
                _ => {}
            }
        });
        Reflect::set(channel.unchecked_ref::<Object>(), &"onmessage".into(), closure.as_ref()).ok()?;
        Some(Channel { channel, _heard: closure })
    }

    /// Tells the other tabs what they hear as that.
    pub(super) fn say(&self, what: &Effect) {
        let message = match what {
            Effect::HandOver => BACK,
            Effect::TakeOver => TAKEN,
            _ => LOOK,
        };
        call(&self.channel, "postMessage", &[message.into()]);
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        call(&self.channel, "close", &[]);
    }
}
