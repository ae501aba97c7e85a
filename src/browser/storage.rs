//! What is kept in the browser: the attempt for a day and all tabs (`localStorage`), the ids last looked at for this tab
//! (`sessionStorage`). Storage may be absent, refused or full; then the attempt is kept in memory, for as long as the page is there.

use super::objects::{call, global};
use paymentsos_core::flow::{Attempt, Kept};
use std::cell::RefCell;

thread_local! {
    /// What could not be saved, under its key.
    static MEMORY: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

const LOCAL: &str = "localStorage";
const SESSION: &str = "sessionStorage";

/// The name of what belongs to a payment, here and among tabs.
pub(super) fn key(backend: &str, payment: &str) -> String {
    [backend, "|", payment].concat()
}

fn get(storage: &str, key: &str) -> Option<String> {
    call(&global(storage), "getItem", &[key.into()])?.as_string()
}

/// Whether it is there now.
fn set(storage: &str, key: &str, line: &str) -> bool {
    call(&global(storage), "setItem", &[key.into(), line.into()]).is_some()
}

fn remove(storage: &str, key: &str) {
    call(&global(storage), "removeItem", &[key.into()]);
}

pub(super) fn attempt(backend: &str, payment: &str) -> Option<Attempt> {
    let key = key(backend, payment);
    let in_memory = |(kept, line): &(String, String)| (*kept == key).then(|| line.clone());
    let line = MEMORY.with_borrow(|memory| memory.iter().find_map(in_memory));
    Attempt::from_line(&line.or_else(|| get(LOCAL, &key))?)
}

pub(super) fn save(backend: &str, payment: &str, attempt: &Attempt) {
    let (key, line) = (key(backend, payment), attempt.to_line());
    MEMORY.with_borrow_mut(|memory| {
        memory.retain(|(kept, _)| *kept != key);
        if !set(LOCAL, &key, &line) {
            memory.push((key, line));
        }
    });
}

/// Forgets that attempt, and none that another tab has saved in its place.
pub(super) fn forget(backend: &str, payment: &str, id: &str) {
    if attempt(backend, payment).is_none_or(|saved| saved.id != id) {
        return;
    }
    let key = key(backend, payment);
    remove(LOCAL, &key);
    MEMORY.with_borrow_mut(|memory| memory.retain(|(kept, _)| *kept != key));
}

pub(super) fn kept(backend: &str) -> Option<Kept> {
    Kept::from_line(&get(SESSION, &key(backend, ""))?)
}

pub(super) fn keep(backend: &str, kept: Option<&Kept>) {
    match kept {
        Some(kept) => {
            set(SESSION, &key(backend, ""), &kept.to_line());
        }
        None => remove(SESSION, &key(backend, "")),
    }
}

/// Whether what is kept will be there after a reload.
pub(super) fn can_keep() -> bool {
    let probe = "paymentsos-checkout";
    let kept = set(SESSION, probe, "");
    remove(SESSION, probe);
    kept
}
