//! What is kept in the browser: the attempt for a day and all tabs (`localStorage`), the ids last looked at for this tab
//! (`sessionStorage`). Storage may be refused or full; then the checkout goes on from memory.

use paymentsos_core::flow::{Attempt, Kept};
use web_sys::{Storage, window};

fn local() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn session() -> Option<Storage> {
    window()?.session_storage().ok()?
}

fn key(backend: &str, payment: &str) -> String {
    [backend, "|", payment].concat()
}

pub(super) fn attempt(backend: &str, payment: &str) -> Option<Attempt> {
    Attempt::from_line(&local()?.get_item(&key(backend, payment)).ok()??)
}

pub(super) fn save(backend: &str, payment: &str, attempt: &Attempt) {
    if let Some(storage) = local() {
        let _ = storage.set_item(&key(backend, payment), &attempt.to_line());
    }
}

pub(super) fn forget(backend: &str, payment: &str) {
    if let Some(storage) = local() {
        let _ = storage.remove_item(&key(backend, payment));
    }
}

pub(super) fn kept(backend: &str) -> Option<Kept> {
    Kept::from_line(&session()?.get_item(&key(backend, "")).ok()??)
}

pub(super) fn keep(backend: &str, kept: Option<&Kept>) {
    if let Some(storage) = session() {
        let key = key(backend, "");
        let _ = match kept {
            Some(kept) => storage.set_item(&key, &kept.to_line()),
            None => storage.remove_item(&key),
        };
    }
}

/// Whether what is kept will be there after a reload.
pub(super) fn can_keep() -> bool {
    const PROBE: &str = "paymentsos-checkout";
    session().is_some_and(|storage| storage.set_item(PROBE, "").is_ok() && storage.remove_item(PROBE).is_ok())
}
