//! What happened, oldest first, so that a test can count charges. No card numbers, no keys, no query strings.

use crate::clock::{self, Millis};
use crate::lock;
use serde::Serialize;
use serde_json::Value;
use std::sync::Mutex;

/// What an entry is about.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// A request to the API.
    Request,
    /// A shopper's visit to a page, or a press there.
    Page,
    /// A webhook that was sent.
    Webhook,
}

/// The payment and the transaction that a request, page or webhook is about, as far as there are any.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct About {
    pub(crate) payment_id: Option<String>,
    pub(crate) transaction_id: Option<String>,
    /// The transaction's `result.status`.
    pub(crate) result: Option<String>,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) at: Millis,
    pub(crate) kind: What,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) idempotency_key: Option<String>,
    #[serde(flatten)]
    pub(crate) about: About,
    /// The HTTP status; none where a reply was lost, or where a webhook's receiver did not answer.
    pub(crate) status: Option<u16>,
    /// The names of all that a request's body holds, as in `payment_method.token`; none of the values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<String>,
    /// The event type of a webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) event: Option<String>,
}

impl Entry {
    pub(crate) fn new(kind: What, method: &str, path: &str, about: About, status: Option<u16>) -> Entry {
        let (method, path) = (method.to_owned(), path.to_owned());
        Entry { at: 0, kind, method, path, idempotency_key: None, about, status, fields: Vec::new(), event: None }
    }
}

/// All that happened since the start, or since it was cleared.
#[derive(Default)]
pub(crate) struct Log(Mutex<Vec<Entry>>);

impl Log {
    pub(crate) fn add(&self, mut entry: Entry) {
        let Entry { kind, method, path, about, status, event, .. } = &entry;
        tracing::info!(?kind, method, path, event, status, result = about.result);
        let mut entries = lock(&self.0);
        // Read under the lock, so that the times are in order too.
        entry.at = clock::now();
        entries.push(entry);
    }

    /// The newest, oldest first: at most so many, and of that payment alone, where one is named.
    pub(crate) fn newest(&self, count: usize, payment_id: Option<&str>) -> Vec<Entry> {
        let entries = lock(&self.0);
        let wanted = |entry: &&Entry| payment_id.is_none_or(|id| entry.about.payment_id.as_deref() == Some(id));
        let mut newest: Vec<_> = entries.iter().rev().filter(wanted).take(count).cloned().collect();
        newest.reverse();
        newest
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }
}

/// The names of all that a body holds.
pub(crate) fn names_in(body: &[u8]) -> Vec<String> {
    fn collect(value: &Value, before: &str, names: &mut Vec<String>) {
        for (name, value) in value.as_object().into_iter().flatten() {
            let name = format!("{before}{name}");
            collect(value, &format!("{name}."), names);
            names.push(name);
        }
    }
    let mut names = Vec::new();
    collect(&serde_json::from_slice(body).unwrap_or_default(), "", &mut names);
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::names_in;

    #[test]
    fn names_are_told_and_values_are_not() {
        assert_eq!(names_in(br#"{"b": {"c": "secret", "a": [{"d": 1}]}, "a": 2}"#), ["a", "b", "b.a", "b.c"]);
        assert!(names_in(b"").is_empty() && names_in(b"[1]").is_empty());
    }
}
