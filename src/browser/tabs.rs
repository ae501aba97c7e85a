//! What the tabs of one browser share: locks (Web Locks) and a channel (`BroadcastChannel`). A page may have neither; then every lock
//! is granted at once, and nothing is heard.

use super::objects::{call, construct, global, member, object, text};
use js_sys::{Object, Promise, Reflect};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Event;

/// The whole message: the version of what tabs say to each other. That there is something to see is all it means.
const LOOK: &str = "1";

/// A lock that is held or asked for; dropped, it is given back.
pub(super) struct Lock {
    /// Ends the asking (an `AbortController`), and the holding (`Promise.withResolvers()`).
    asking: JsValue,
    holding: JsValue,
    waits: Rc<Cell<bool>>,
    _granted: Closure<dyn FnMut() -> JsValue>,
}

impl Lock {
    /// Asks for the lock of that name; `granted` is called once, unless it is dropped before.
    pub(super) fn ask(name: &str, granted: impl Fn() + 'static) -> Lock {
        let asking = construct(&js_sys::global(), "AbortController", &[]).unwrap_or_default();
        let holding = call(&global("Promise"), "withResolvers", &[]).unwrap_or_default();
        let waits = Rc::new(Cell::new(true));
        let tell = {
            let waits = waits.clone();
            Rc::new(move || {
                if waits.replace(false) {
                    granted();
                }
            })
        };
        let (told, held) = (tell.clone(), member(&holding, "promise"));
        let closure = Closure::<dyn FnMut() -> JsValue>::new(move || {
            told();
            held.clone()
        });
        let options = object(&[("signal", member(&asking, "signal"))]);
        // A browser that cannot say when a lock is to end would hold it for ever, or not at all.
        let promise = Some(member(&global("navigator"), "locks"))
            .filter(|_| holding.is_object())
            .and_then(|locks| call(&locks, "request", &[name.into(), options, closure.as_ref().clone()]));
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
        Lock { asking, holding, waits, _granted: closure }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.waits.set(false);
        call(&self.asking, "abort", &[]);
        call(&self.holding, "resolve", &[]);
    }
}

/// Hears the other tabs, until it is dropped.
pub(super) struct Channel {
    channel: JsValue,
    _heard: Closure<dyn FnMut(Event)>,
}

impl Channel {
    /// Opens the channel of that name; none where the page has none.
    pub(super) fn open(name: &str, heard: impl Fn() + 'static) -> Option<Channel> {
        let channel = construct(&js_sys::global(), "BroadcastChannel", &[name.into()])?;
        let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            // What another release says is not understood, and so ignored.
            if text(&event, "data") == LOOK {
                heard();
            }
        });
        Reflect::set(channel.unchecked_ref::<Object>(), &"onmessage".into(), closure.as_ref()).ok()?;
        Some(Channel { channel, _heard: closure })
    }

    /// Tells the other tabs to look.
    pub(super) fn announce(&self) {
        call(&self.channel, "postMessage", &[LOOK.into()]);
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        call(&self.channel, "close", &[]);
    }
}
