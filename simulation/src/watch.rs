//! The rules, as what has to hold after every step. Their numbers are those of the flow's documentation.

use crate::browser::Page;
use crate::paymentsos::PaymentsOs;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{
    Answer, CREATE_LIMIT, HELD_LIMIT, Millis, Money, READ_LIMIT, Request, StateName, Told, View,
};
use paymentsos_core::paymentsos::{PaymentStatus, Status};
use std::collections::{BTreeMap, BTreeSet};

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Its number.
    pub rule: u8,
    /// The invariant.
    pub name: &'static str,
    /// What was seen.
    pub seen: String,
}

/// How late a timer may fire in a story, and then some.
const GRACE: Millis = 75_000;
/// No waiting state lasts longer, whatever is asked for meanwhile: the deadline, a last check, and timers that fire late.
const LONGEST_WAIT: Millis = 15 * 60_000 + 5 * 60_000;
const LONGEST_LINK: Millis = 45 * 60_000;

/// What a browser knows of a key, from answers that were waited for.
#[derive(Debug, Default)]
struct Known {
    tab: usize,
    /// Creates whose outcome is open.
    open: u32,
    /// What a create under it was replied to with.
    transaction: Option<String>,
    /// The tabs that have heard of its failure.
    failed: BTreeSet<usize>,
}

/// The keys that were used in a browser.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    known: BTreeMap<String, Known>,
    /// What was saved may be lost, or not be believed any more: all then depends on the backend.
    pub(crate) may_be_forgotten: bool,
}

impl Keys {
    pub(crate) fn new(may_be_forgotten: bool) -> Keys {
        Keys { known: BTreeMap::new(), may_be_forgotten }
    }

    fn fail(&mut self, tab: usize, told: &Told) {
        if told.transaction.result.status != Status::Failed {
            return;
        }
        for (key, known) in &mut self.known {
            let is_named = told.transaction.reconciliation_id.as_ref() == Some(key);
            if is_named || known.transaction.as_deref() == Some(told.id()) {
                known.failed.insert(tab);
            }
        }
    }

    /// Notes what an answer tells that the page of a tab has waited for.
    pub(crate) fn hear(&mut self, tab: usize, request: &Request, answer: &Answer) {
        match (request, answer) {
            (_, Answer::Transaction { told, .. }) => {
                // Two attempts may have one outcome, which names the other.
                if let Request::Create { attempt, .. } = request
                    && let Some(known) = self.known.get_mut(attempt)
                {
                    known.transaction = Some(told.id().to_owned());
                }
                self.fail(tab, told);
            }
            (_, Answer::Payment(told)) => {
                for (_, told) in told.transactions.iter().flatten() {
                    self.fail(tab, told);
                }
            }
            (
                Request::Create { attempt, .. },
                Answer::NotSent | Answer::Refused { status: 400..=407 | 412 | 422, .. },
            ) => {
                if let Some(known) = self.known.get_mut(attempt) {
                    known.open = known.open.saturating_sub(1);
                }
            }
            _ => {}
        }
    }

    /// A create is sent from a tab.
    pub(crate) fn send(&mut self, tab: usize, key: &str) -> Option<Violation> {
        let own = self.known.get(key);
        let broken = if own.is_some_and(|own| own.failed.contains(&tab)) {
            Some(format!("{key} has failed, and is used again"))
        } else {
            let is_open = |(other, known): &(&String, &Known)| {
                *other != key && known.tab == tab && known.open > 0 && known.failed.is_empty()
            };
            let open = self.known.iter().find(is_open);
            open.map(|(other, _)| format!("{key} was begun while {other} is open"))
        };
        let known = self.known.entry(key.to_owned()).or_default();
        known.tab = tab;
        known.open += 1;
        let seen = broken.filter(|_| !self.may_be_forgotten)?;
        Some(Violation { rule: 1, name: "one key until a known failure", seen })
    }
}

/// What is noted of a page.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// What the shopper saw at the latest press.
    saw: Option<Money>,
    /// In which state it waits, for which transaction, and since when.
    waits: Option<(StateName, Option<String>, Millis)>,
    /// Final statuses that answers to creates and asks have told.
    told: BTreeSet<(String, bool)>,
    told_closed: bool,
    told_refused: bool,
    /// Keys of this page's creates that nothing is known of.
    doubtful: BTreeSet<String>,
    /// An attempt was saved here when the page began, or since.
    pub(crate) has_attempt: bool,
    /// The last state that was told.
    pub(crate) said: Option<(StateName, Option<Code>)>,
}

impl Notes {
    pub(crate) fn pressed(&mut self, before: &View, after: &View) {
        if before.state == StateName::Ready && after.state == StateName::Creating {
            self.saw = before.money.clone();
        }
    }

    pub(crate) fn sends(&mut self, request: &Request, page_names: Option<&str>, view: &View) -> Option<Violation> {
        if let (
            Some(named),
            Request::Create { payment_id, .. } | Request::Read { payment_id } | Request::Ask { payment_id, .. },
        ) = (page_names, request)
            && !payment_id.eq_ignore_ascii_case(named)
        {
            let seen = format!("the page is about {named}, and asks for {payment_id}");
            return Some(Violation { rule: 3, name: "an address of another payment is ignored", seen });
        }
        let Request::Create { expected, attempt, .. } = request else { return None };
        self.doubtful.insert(attempt.clone());
        if page_names.is_none() && !self.has_attempt {
            let seen = format!("a create from a page that knows the payment from its address alone: {view:?}");
            return Some(Violation { rule: 3, name: "from anywhere, but only to look", seen });
        }
        if self.saw.as_ref() != Some(expected) {
            let seen = format!("{:?} was shown, {expected:?} is sent", self.saw);
            return Some(Violation { rule: 8, name: "what the shopper saw is what is charged", seen });
        }
        None
    }

    /// Notes what an answer tells that the page waits for.
    pub(crate) fn hear(&mut self, request: &Request, answer: &Answer) {
        if let (
            Request::Create { .. } | Request::Ask { .. } | Request::Authenticate { .. },
            Answer::Transaction { told, .. },
        ) = (request, answer)
            && told.transaction.result.status.is_final()
        {
            let is_failed = told.transaction.result.status == Status::Failed;
            self.told.insert((told.id().to_owned(), is_failed));
        }
        match (request, answer) {
            (Request::Create { attempt, .. }, Answer::Refused { status: 400..=422, .. } | Answer::NotSent) => {
                self.told_refused = true;
                self.doubtful.remove(attempt);
            }
            (Request::Create { attempt, .. }, Answer::Transaction { .. }) => {
                self.doubtful.remove(attempt);
            }
            (Request::Read { .. }, Answer::Payment(told)) => {
                self.told_closed |= matches!(told.payment.status, PaymentStatus::Refunded | PaymentStatus::Voided);
                for (_, told) in told.transactions.iter().flatten() {
                    if let Some(key) = &told.transaction.reconciliation_id {
                        self.doubtful.remove(key);
                    }
                }
            }
            _ => {}
        }
    }
}

fn broken(rule: u8, name: &'static str, seen: impl Into<String>) -> Option<Violation> {
    Some(Violation { rule, name, seen: seen.into() })
}

/// What has to hold of PaymentsOS.
pub(crate) fn at_paymentsos(paymentsos: &PaymentsOs) -> Option<Violation> {
    if paymentsos.live() <= 1 {
        return None;
    }
    let live = paymentsos.made.iter().filter(|made| PaymentsOs::is_live(made)).map(|made| made.id.as_str());
    broken(1, "one live transaction", format!("live at once: {}", live.collect::<Vec<_>>().join(", ")))
}

/// What has to hold of a page, after whatever happens to it.
pub(crate) fn on_page(page: &mut Page, paymentsos: &PaymentsOs, time: Millis) -> Option<Violation> {
    let view = page.flow.view();
    let notes = &mut page.notes;
    let id = view.transaction_id.as_deref().unwrap_or_default();
    let is = |succeeded: bool| {
        paymentsos.find(id).is_some_and(|made| if succeeded { made.has_succeeded } else { made.has_failed })
    };
    match (view.state, view.fault) {
        (StateName::Succeeded, _) if !is(true) || !notes.told.contains(&(id.to_owned(), false)) => {
            return broken(2, "no success that is none", format!("{id} is shown as paid"));
        }
        (StateName::Failed, Some(Code::PaymentRefunded | Code::PaymentCancelled)) if !notes.told_closed => {
            return broken(2, "closed is said of what is closed", "nobody has told so");
        }
        (StateName::Failed, Some(Code::RequestRefused)) if !notes.told_refused => {
            return broken(2, "refused is said of what was refused", "nobody has told so");
        }
        (StateName::Failed, fault)
            if !matches!(fault, Some(Code::PaymentRefunded | Code::PaymentCancelled | Code::RequestRefused))
                && (!is(false) || !notes.told.contains(&(id.to_owned(), true))) =>
        {
            return broken(2, "no failure that is none", format!("{id} is shown as failed"));
        }
        (StateName::Unavailable, _) if !notes.doubtful.is_empty() => {
            return broken(2, "unavailable only where nothing was sent", format!("{:?} was sent", notes.doubtful));
        }
        _ => {}
    }
    let may_pay = page.setup.payment_id.is_some() || notes.has_attempt;
    if !may_pay && (view.can_pay || view.can_retry) {
        return broken(3, "from anywhere, but only to look", format!("it offers to pay: {:?}", view.state));
    }
    for open in &page.open {
        let limit = match open.request {
            Request::Create { .. } | Request::Authenticate { .. } => CREATE_LIMIT,
            Request::Read { .. } | Request::Ask { held: false, .. } => READ_LIMIT,
            Request::Ask { held: true, .. } => HELD_LIMIT,
        };
        if time - open.sent > limit + GRACE {
            return broken(
                5,
                "no request is waited for too long",
                format!("{:?} after {} ms", open.request, time - open.sent),
            );
        }
    }
    waits(page, &view, time)
}

/// Waiting ends, and whoever waits waits for something.
fn waits(page: &mut Page, view: &View, time: Millis) -> Option<Violation> {
    let is_waiting = matches!(
        view.state,
        StateName::Loading | StateName::Creating | StateName::Redirecting | StateName::Confirming | StateName::Link
    );
    let notes = &mut page.notes;
    if !is_waiting {
        notes.waits = None;
        return None;
    }
    // For another transaction, the deadline counts anew.
    let since = match &notes.waits {
        Some((state, id, since)) if *state == view.state && *id == view.transaction_id => *since,
        _ => time,
    };
    notes.waits = Some((view.state, view.transaction_id.clone(), since));
    let longest = if view.state == StateName::Link { LONGEST_LINK } else { LONGEST_WAIT };
    // A frame is the shopper's to finish or to leave, and the way on is in it.
    if time - since > longest && view.frame.is_none() {
        return broken(5, "every wait ends", format!("{:?} for {} s", view.state, (time - since) / 1_000));
    }
    if page.open.is_empty() && !page.is_set && view.place.is_none() && view.frame.is_none() {
        return broken(6, "no dead end", format!("{:?}, and nothing is on its way", view.state));
    }
    None
}

impl Page {
    /// The page is there again after it was put aside: what it waits for begins anew.
    pub(crate) fn is_back(&mut self, time: Millis) {
        if let Some((_, _, since)) = &mut self.notes.waits {
            *since = time;
        }
        for open in &mut self.open {
            open.sent = time;
        }
    }
}
