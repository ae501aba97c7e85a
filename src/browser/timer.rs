//! A timer that stops when it is dropped.

use super::objects::call;
use wasm_bindgen::prelude::*;

/// Longer waits overflow the browser's timers, which then fire at once.
const LONGEST: u64 = i32::MAX as u64;

/// Calls back once, unless it is dropped before.
pub struct Timer {
    id: JsValue,
    _closure: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `then` after so many milliseconds; sooner where that is more than a browser can count.
    pub fn new(delay: u64, then: impl FnMut() + 'static) -> Timer {
        Timer::set("setTimeout", delay, then)
    }

    /// Calls back again and again.
    pub fn every(delay: u64, then: impl FnMut() + 'static) -> Timer {
        Timer::set("setInterval", delay, then)
    }

    fn set(how: &str, delay: u64, then: impl FnMut() + 'static) -> Timer {
        let closure = Closure::<dyn FnMut()>::new(then);
        let delay = JsValue::from(delay.min(LONGEST) as i32);
        let id = call(&js_sys::global(), how, &[closure.as_ref().clone(), delay]);
        Timer { id: id.unwrap_or_default(), _closure: closure }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // It clears both sorts.
        call(&js_sys::global(), "clearTimeout", std::slice::from_ref(&self.id));
    }
}
