//! A window of the shopper's own, beside this page: opened in the press on Pay, before there is anywhere to go.

use super::objects::{call, construct, global, member};
use super::timer::Timer;
use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// How often it is looked whether the window is still there, in milliseconds. No browser tells.
const LOOK: u64 = 500;
/// Browsers in apps, as they name themselves: a window of theirs may never come back.
const IN_APPS: &str =
    "FBAN|FBAV|Instagram|Line/|MicroMessenger|Snapchat|TikTok|musical_ly|Pinterest|LinkedInApp|GSA/|; wv\\)";

/// The window. Dropped, it is closed.
pub(super) struct Popup {
    window: JsValue,
    _watch: Timer,
}

impl Popup {
    /// Opens a window that says `words` until it is taken somewhere; `closed` is called while it seems to be closed. None where the browser
    /// does not let it, or is one in an app.
    pub(super) fn open(words: &str, closed: impl Fn() + 'static) -> Option<Popup> {
        let in_apps = construct(&js_sys::global(), "RegExp", &[IN_APPS.into()])?;
        if call(&in_apps, "test", &[member(&global("navigator"), "userAgent")])? == JsValue::TRUE {
            return None;
        }
        let arguments = ["".into(), "".into(), "popup,width=500,height=700".into()];
        let window = call(&js_sys::global(), "open", &arguments).filter(JsValue::is_object)?;
        // Where it goes is none of ours, and need not know of this page.
        let _ = Reflect::set(&window, &"opener".into(), &JsValue::NULL);
        let document = member(&window, "document");
        let _ = Reflect::set(&document, &"title".into(), &words.into());
        let _ = Reflect::set(&member(&document, "body"), &"textContent".into(), &words.into());
        let watched = window.clone();
        let watch = Timer::every(LOOK, move || {
            if member(&watched, "closed").is_truthy() {
                closed();
            }
        });
        Some(Popup { window, _watch: watch })
    }

    pub(super) fn go(&self, address: &str) {
        // Of a window that has gone elsewhere, no more than this may be set.
        let _ = Reflect::set(&member(&self.window, "location"), &"href".into(), &address.into());
    }

    pub(super) fn show(&self) {
        call(&self.window, "focus", &[]);
    }
}

impl Drop for Popup {
    fn drop(&mut self) {
        call(&self.window, "close", &[]);
    }
}
