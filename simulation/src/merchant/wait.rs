//! Holding an answer until there is news, and looking after payments that nobody asks for.

use super::records::AttemptState;
use super::{Merchant, Process, Reply};
use paymentsos_core::flow::Millis;
use paymentsos_core::paymentsos::Kind;
use std::rc::Rc;

/// A pending transaction is read again when its last reading is as old as this, and the older, the longer somebody waits.
const STEPS: [Millis; 5] = [1_000, 2_000, 4_000, 8_000, 10_000];
/// The longest that an answer is held.
const LONGEST: Millis = 25_000;
const FOLLOW_AFTER: Millis = 30_000;
const FOLLOW_AT_LEAST_EVERY: Millis = 600_000;

impl Merchant {
    /// The transaction as it is now or, while it is pending and somebody would wait, as soon as its status is another.
    pub(super) async fn current(
        self: &Rc<Self>,
        process: &Process,
        kind: Kind,
        id: &str,
        wait: Option<Millis>,
    ) -> Reply {
        let known = self.records.borrow().transaction(kind, id);
        let Some(first) = known else {
            if let Err(error) = self.have_read(process, STEPS[0]).await {
                return error.problem().into();
            }
            let found = self.records.borrow().transaction(kind, id);
            return found.map_or_else(|| Reply::problem(404), |found| Reply::transaction(200, found));
        };
        let held = wait.is_some();
        if first.result.status.is_final() {
            return Reply { held, ..Reply::transaction(200, first) };
        }
        let end = self.time.now() + wait.unwrap_or_default().min(LONGEST);
        let mut steps = STEPS.into_iter();
        let mut step = steps.next().unwrap_or_default();
        let mut next = self.time.now();
        if !held {
            // Without a reading, what is known is still true.
            let _ = self.have_read(process, step).await;
        }
        loop {
            let news = process.news.next();
            let now = self.records.borrow().transaction(kind, id).unwrap_or_else(|| first.clone());
            if now.result.status != first.result.status || self.time.now() >= end {
                return Reply { held, ..Reply::transaction(200, now) };
            }
            if self.time.now() >= next {
                let _ = self.time.within(end - self.time.now(), self.have_read(process, step)).await;
                step = steps.next().unwrap_or(step);
                next = self.time.now() + step;
                continue;
            }
            self.time.within(next.min(end) - self.time.now(), news).await;
        }
    }

    /// Sees to it that the payment has been read less than `age` ago.
    async fn have_read(self: &Rc<Self>, process: &Process, age: Millis) -> Result<(), super::wire::CallError> {
        let is_young = process.read_at.get().is_some_and(|at| self.time.now() - at < age);
        if is_young { Ok(()) } else { self.read(process).await.map(drop) }
    }

    /// Asks PaymentsOS though no shopper waits, at growing intervals, while anything is undecided.
    pub(super) fn follows(self: Rc<Self>) {
        let process = self.process();
        self.time.clone().spawn(&process.life.clone(), async move {
            let mut pause = FOLLOW_AFTER;
            loop {
                self.time.sleep(pause).await;
                let (is_open, is_pending) = {
                    let records = self.records.borrow();
                    let standing = records.standing();
                    (standing.is_some_and(|one| one.state == AttemptState::Open), records.has_pending())
                };
                if is_open || is_pending {
                    self.settle_standing(&process).await;
                    pause = (pause * 2).min(FOLLOW_AT_LEAST_EVERY);
                } else {
                    pause = FOLLOW_AFTER;
                }
            }
        });
    }
}
