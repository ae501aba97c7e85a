//! What is kept in the browser: the attempt for a day and all tabs (`localStorage`), the ids last looked at for this tab
//! (`sessionStorage`). Storage may be absent, refused or full; then the checkout goes on from memory.

use super::objects::{call, global};
use paymentsos_core::flow::{Attempt, Kept};
use wasm_bindgen::JsValue;

const LOCAL: &str = "localStorage";
const SESSION: &str = "sessionStorage";

fn key(backend: &str, payment: &str) -> JsValue {
    [backend, "|", payment].concat().into()
}

fn get(storage: &str, key: JsValue) -> Option<String> {
    call(&global(storage), "getItem", &[key])?.as_string()
}

/// Whether it is there now.
fn set(storage: &str, key: JsValue, line: &str) -> bool {
    call(&global(storage), "setItem", &[key, line.into()]).is_some()
}

fn remove(storage: &str, key: JsValue) {
    call(&global(storage), "removeItem", &[key]);
}

pub(super) fn attempt(backend: &str, payment: &str) -> Option<Attempt> {
    Attempt::from_line(&get(LOCAL, key(backend, payment))?)
}

pub(super) fn save(backend: &str, payment: &str, attempt: &Attempt) {
    set(LOCAL, key(backend, payment), &attempt.to_line());
}

pub(super) fn forget(backend: &str, payment: &str) {
    remove(LOCAL, key(backend, payment));
}

pub(super) fn kept(backend: &str) -> Option<Kept> {
    Kept::from_line(&get(SESSION, key(backend, ""))?)
}

pub(super) fn keep(backend: &str, kept: Option<&Kept>) {
    match kept {
        Some(kept) => {
            set(SESSION, key(backend, ""), &kept.to_line());
        }
        None => remove(SESSION, key(backend, "")),
    }
}

/// Whether what is kept will be there after a reload.
pub(super) fn can_keep() -> bool {
    let probe = || JsValue::from_str("paymentsos-checkout");
    let kept = set(SESSION, probe(), "");
    remove(SESSION, probe());
    kept
}
