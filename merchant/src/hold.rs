//! Holding an answer back until there is news (`Prefer: wait`, RFC 7240), and how often PaymentsOS is read meanwhile.

use crate::Merchant;
use crate::problem::Problem;
use axum::http::HeaderMap;
use paymentsos_core::paymentsos::{Kind, Transaction};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The longest that an answer is held.
const LONGEST: Duration = Duration::from_secs(25);
/// So many may wait for one payment; the next gets its answer at once.
const MOST: usize = 16;
/// A pending transaction is read again when its last reading is as old as this, and the older, the longer somebody waits.
const STEPS: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(10),
];

/// How long the client would wait, at most what is offered.
pub(crate) fn preferred_wait(headers: &HeaderMap) -> Option<Duration> {
    let preferences = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    preferences.flat_map(|value| value.split(',')).find_map(|preference| {
        let (name, value) = preference.split(';').next()?.split_once('=')?;
        let seconds = value.trim().trim_matches('"').parse().ok()?;
        name.trim().eq_ignore_ascii_case("wait").then(|| Duration::from_secs(seconds).min(LONGEST))
    })
}

/// A transaction, and for how long its answer could be held.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) transaction: Transaction,
    pub(crate) applied: Option<Duration>,
}

impl Merchant {
    /// The transaction as it is now or, while it is pending and somebody would wait, as soon as its status is another.
    pub(crate) async fn current(
        self: &Arc<Self>,
        payment: &str,
        kind: Kind,
        id: &str,
        wait: Option<Duration>,
    ) -> Result<Held, Problem> {
        let Some(first) = self.store.transaction(payment, kind, id).await? else {
            // It may have been made in another way: PaymentsOS knows.
            self.read_payment_after(payment, STEPS[0]).await?;
            let found = self.store.transaction(payment, kind, id).await?;
            return found.map(|transaction| Held { transaction, applied: None }).ok_or_else(Problem::not_found);
        };
        let place = self.desk.place(payment);
        let wait = wait.filter(|_| place.news.receiver_count() < MOST);
        if first.result.status.is_final() {
            return Ok(Held { transaction: first, applied: wait });
        }
        let deadline = Instant::now() + wait.unwrap_or_default();
        let mut news = place.news.subscribe();
        let mut stopping = self.stopping.subscribe();
        let mut steps = STEPS.into_iter().skip(1);
        let mut step = STEPS[0];
        let mut next = Instant::now();
        // When the records are looked into again, after a fault of the database.
        let mut again = deadline;
        if wait.is_none() {
            // Nothing is held: one look, where the last is old. Without it, what is known is still true.
            if self.have_read(payment, step).await.is_err() {
                tracing::debug!(payment, "PaymentsOS could not be read: the known status is replied");
            }
        }
        loop {
            // From here on, a change is noticed.
            let told = news.borrow_and_update().succeeded.clone().filter(|told| told.id == id);
            let transaction = match told {
                Some(told) => told,
                None => match self.store.transaction(payment, kind, id).await {
                    Ok(found) => found.unwrap_or_else(|| first.clone()),
                    // What is known is still true, and the news is looked for again soon.
                    Err(error) => {
                        tracing::warn!(payment, %error, "a status cannot be looked up: it is waited on");
                        again = Instant::now() + STEPS[0];
                        first.clone()
                    }
                },
            };
            let is_news = transaction.result.status != first.result.status;
            if is_news || *stopping.borrow() || Instant::now() >= deadline {
                return Ok(Held { transaction, applied: wait });
            }
            tokio::select! {
                _ = stopping.changed() => {}
                _ = news.changed() => {}
                () = sleep_until(deadline.min(again)) => again = deadline,
                _ = async { sleep_until(next).await; self.have_read(payment, step).await } => {
                    step = steps.next().unwrap_or(step);
                    next = Instant::now() + step;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn wait(values: &[&'static str]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("prefer", HeaderValue::from_static(value));
        }
        preferred_wait(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_preference_is_read_as_rfc_7240_writes_it() {
        assert_eq!(wait(&["wait=25"]), Some(25));
        assert_eq!(wait(&["respond-async, Wait = \"10\"; foo=1"]), Some(10));
        assert_eq!(wait(&["return=minimal", "wait=3"]), Some(3));
        assert_eq!(wait(&["wait=600"]), Some(25));
        assert_eq!(wait(&["wait=-1"]), None);
        assert_eq!(wait(&["wait"]), None);
        assert_eq!(wait(&[]), None);
    }
}
