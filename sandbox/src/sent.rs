//! The webhooks that were sent, as they went out and as they were answered. The log counts them; here is what was in them.

use crate::clock::Millis;
use crate::lock;
use crate::log::About;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::sync::Mutex;

/// How many are kept: older ones are forgotten.
const KEPT: usize = 100;

/// A webhook that was posted once.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Posted {
    /// Which one it is of all that were posted since the start.
    pub(crate) number: u64,
    pub(crate) at: Millis,
    pub(crate) event: String,
    #[serde(flatten)]
    pub(crate) about: About,
    /// How many times the same one has been posted by now, this one included.
    pub(crate) attempt: u32,
    /// Where to, without what may be a secret of the receiver's: credentials and a query string.
    pub(crate) url: String,
    pub(crate) headers: Map<String, Value>,
    pub(crate) body: Value,
    #[serde(flatten)]
    pub(crate) answer: Answer,
}

/// What became of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Answer {
    /// The HTTP status; none where nobody answered.
    pub(crate) status: Option<u16>,
    /// What the receiver wrote, as far as it is kept, or why there is no answer.
    pub(crate) reply: String,
}

/// The newest of them.
#[derive(Default)]
pub(crate) struct Sent(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    count: u64,
    newest: VecDeque<Posted>,
}

impl Sent {
    pub(crate) fn add(&self, mut posted: Posted) {
        let mut kept = lock(&self.0);
        kept.count += 1;
        posted.number = kept.count;
        kept.newest.push_front(posted);
        kept.newest.truncate(KEPT);
    }

    /// The newest first.
    pub(crate) fn newest(&self) -> Vec<Posted> {
        lock(&self.0).newest.iter().cloned().collect()
    }

    /// Forgets them. Their numbers are not given again.
    pub(crate) fn clear(&self) {
        lock(&self.0).newest.clear();
    }
}
