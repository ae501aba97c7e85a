//! The idempotency keys: a repeat of a create gets the original, not a second one.
//!
//! A key counts for its application, environment, method and path. Only creates that succeeded are remembered, so that a request
//! that was refused may be repeated with the same key.

use crate::clock::{self, Millis};
use crate::lock;
use crate::log::About;
use axum::body::Bytes;
use axum::http::StatusCode;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// What a key counts for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scope {
    pub(crate) app_id: String,
    pub(crate) environment: &'static str,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) key: String,
}

/// The create that a key belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Original {
    at: Millis,
    pub(crate) about: About,
    pub(crate) status: StatusCode,
    /// The reply as it was.
    pub(crate) body: Bytes,
}

enum Entry {
    UnderWay,
    Done(Original),
}

/// All keys that are known.
#[derive(Clone, Default)]
pub(crate) struct Keys {
    entries: Arc<Mutex<BTreeMap<Scope, Entry>>>,
    changed: Arc<Notify>,
}

/// What a key was found to be.
pub(crate) enum Claim {
    /// New: the request is to be carried out, and the ticket to be filled.
    New(Ticket),
    /// Known.
    Repeat(Original),
    /// Still under way.
    Busy,
}

/// The right to carry out the request of a key. Dropped unfilled, it makes the key new again.
pub(crate) struct Ticket {
    keys: Keys,
    scope: Scope,
}

impl Keys {
    /// Takes the key, unless it is known already. `known_ms` is how long it stays so.
    pub(crate) fn claim(&self, scope: &Scope, known_ms: u64) -> Claim {
        let mut entries = lock(&self.entries);
        match entries.get(scope) {
            Some(Entry::UnderWay) => return Claim::Busy,
            Some(Entry::Done(original)) if clock::now() < original.at.saturating_add(known_ms) => {
                return Claim::Repeat(original.clone());
            }
            Some(Entry::Done(_)) | None => {}
        }
        entries.insert(scope.clone(), Entry::UnderWay);
        Claim::New(Ticket { keys: self.clone(), scope: scope.clone() })
    }

    /// Like [`claim`](Keys::claim), but waits while the key is under way.
    pub(crate) async fn claim_in_turn(&self, scope: &Scope, known_ms: u64) -> Claim {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Before the look, so that a change in between is not missed.
            changed.as_mut().enable();
            match self.claim(scope, known_ms) {
                Claim::Busy => changed.await,
                claim => return claim,
            }
        }
    }

    /// Makes a key new again, unless somebody else has taken it meanwhile.
    pub(crate) fn forget(&self, scope: &Scope) {
        let mut entries = lock(&self.entries);
        if matches!(entries.get(scope), Some(Entry::Done(_))) {
            entries.remove(scope);
        }
    }

    pub(crate) fn clear(&self) {
        lock(&self.entries).clear();
        self.changed.notify_waiters();
    }
}

impl Ticket {
    /// Remembers what was created.
    pub(crate) fn fill(self, about: About, status: StatusCode, body: Bytes) {
        let original = Original { at: clock::now(), about, status, body };
        // A key that was forgotten meanwhile, by a reset, stays forgotten.
        if let Some(entry) = lock(&self.keys.entries).get_mut(&self.scope) {
            *entry = Entry::Done(original);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut entries = lock(&self.keys.entries);
        if matches!(entries.get(&self.scope), Some(Entry::UnderWay)) {
            entries.remove(&self.scope);
        }
        drop(entries);
        self.keys.changed.notify_waiters();
    }
}
