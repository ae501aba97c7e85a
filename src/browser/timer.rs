//! A timer that stops when it is dropped.

use wasm_bindgen::prelude::*;

/// Longer waits overflow the browser's timers, which then fire at once.
const LONGEST: u64 = i32::MAX as u64;

/// Calls back once, unless it is dropped before.
pub struct Timer {
    id: i32,
    _closure: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `then` after so many milliseconds; sooner where that is more than a browser can count.
    pub fn new(delay: u64, then: impl FnMut() + 'static) -> Timer {
        let closure = Closure::<dyn FnMut()>::new(then);
        let id = web_sys::window()
            .and_then(|window| {
                window
                    .set_timeout_with_callback_and_timeout_and_arguments_0(
                        closure.as_ref().unchecked_ref(),
                        delay.min(LONGEST) as i32,
                    )
                    .ok()
            })
            .unwrap_or_default();
        Timer { id, _closure: closure }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            window.clear_timeout_with_handle(self.id);
        }
    }
}
