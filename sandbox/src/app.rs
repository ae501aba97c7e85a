//! The sandbox itself: every change to a payment goes through here, and is told to the merchant.

use crate::clock;
use crate::config::{Config, Switches};
use crate::faults::Faults;
use crate::idempotency::Keys;
use crate::lock;
use crate::log::{About, Log};
use crate::provider::{self, Challenge, Destination, Page, Verdict};
use crate::resources::{self, Place, Shown};
use crate::sent::Sent;
use crate::store::{Collection, Operation, Payment, Press, Redirection, Store, Transaction};
use crate::webhooks::{Answered, Event, Webhooks};
use paymentsos_core::paymentsos::{Outcome, PaymentStatus, Status};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// The sandbox, shared by all that runs in it.
pub(crate) type App = Arc<Sandbox>;

pub(crate) struct Sandbox {
    pub(crate) config: Config,
    pub(crate) place: Place,
    pub(crate) store: Mutex<Store>,
    pub(crate) keys: Keys,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) log: Log,
    pub(crate) webhooks: Webhooks,
    pub(crate) sent: Sent,
    pub(crate) tasks: Tasks,
    /// The requests that are being carried out, though whoever sent one may be gone.
    pub(crate) requests: Tasks,
    switches: Mutex<Switches>,
}

/// What is under way, so that stopping can end it.
#[derive(Default)]
pub(crate) struct Tasks(Mutex<JoinSet<()>>);

impl Tasks {
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = lock(&self.0);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    pub(crate) fn abort(&self) {
        lock(&self.0).abort_all();
    }
}

/// A transaction that is asked for.
pub(crate) struct Wanted {
    pub(crate) operation: Operation,
    /// The payment's, where absent.
    pub(crate) amount: Option<u64>,
    pub(crate) reconciliation_id: Option<String>,
    pub(crate) merchant_site_url: Option<String>,
    pub(crate) method: Option<Method>,
    pub(crate) ip_address: Option<String>,
    pub(crate) request_id: String,
}

/// What is paid with.
pub(crate) struct Method {
    pub(crate) shown: Value,
    pub(crate) token: Option<String>,
    pub(crate) verdict: Verdict,
}

/// How a pending transaction is ended by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Succeed,
    Fail,
}

/// Why a transaction is not begun, or not gone on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unperformed {
    NoPayment,
    NoTransaction,
    Conflict,
    NoWayBack,
}

impl Sandbox {
    pub(crate) fn new(config: Config, public_url: String, webhooks: Webhooks) -> App {
        let place = Place { public_url, account_id: config.account_id.clone() };
        Arc::new(Sandbox {
            place,
            store: Mutex::default(),
            keys: Keys::default(),
            faults: Mutex::default(),
            log: Log::default(),
            webhooks,
            sent: Sent::default(),
            tasks: Tasks::default(),
            requests: Tasks::default(),
            switches: Mutex::new(config.switches.clone()),
            config,
        })
    }

    pub(crate) fn switches(&self) -> Switches {
        lock(&self.switches).clone()
    }

    pub(crate) fn set_switches(&self, switches: Switches) {
        *lock(&self.switches) = switches;
    }

    /// Back to how it was started, apart from the webhooks' address.
    pub(crate) fn reset(&self) {
        *lock(&self.store) = Store::default();
        *lock(&self.faults) = Faults::default();
        self.set_switches(self.config.switches.clone());
        self.keys.clear();
        self.webhooks.forget();
        self.sent.clear();
        self.log.clear();
    }

    /// Keeps a new payment.
    pub(crate) fn add_payment(self: &Arc<Self>, payment: Payment, request_id: &str) -> Vec<Answered> {
        let mut store = lock(&self.store);
        let told = self.tell_payment(&payment, "create", request_id);
        store.payments.insert(payment.id.clone(), payment);
        Vec::from_iter(told)
    }

    /// Changes a payment by itself, and tells it.
    pub(crate) fn change_payment<E>(
        self: &Arc<Self>,
        id: &str,
        request_id: &str,
        change: impl FnOnce(&mut Payment) -> Result<(), E>,
    ) -> Option<Result<(Value, Vec<Answered>), E>> {
        let mut store = lock(&self.store);
        let payment = store.payments.get_mut(id)?;
        if let Err(error) = change(payment) {
            return Some(Err(error));
        }
        payment.modified = clock::now();
        let told = self.tell_payment(payment, "update", request_id);
        Some(Ok((self.place.payment(payment), Vec::from_iter(told))))
    }

    /// Begins a transaction, and sees to it that it ends.
    pub(crate) fn perform(
        self: &Arc<Self>,
        payment_id: &str,
        wanted: Wanted,
    ) -> Result<(Value, About, Vec<Answered>), Unperformed> {
        let switches = self.switches();
        let mut store = lock(&self.store);
        let payment = store.payments.get_mut(payment_id).ok_or(Unperformed::NoPayment)?;
        if !payment.allows(wanted.operation) {
            return Err(Unperformed::Conflict);
        }
        let amount = wanted.amount.unwrap_or(payment.amount);
        let verdict = match &wanted.method {
            Some(method) => method.verdict,
            None => {
                // The table of refunds has no row that takes a day.
                let newer = switches.newer_amount_table && wanted.operation != Operation::Refund;
                provider::amount(amount, &payment.currency, newer)
            }
        };
        let (destination, collection) = match verdict {
            Verdict::Redirect(page) => (Some(Destination::Page(page)), None),
            Verdict::Collect(challenge) => {
                (Some(Destination::Collector), Some(Collection { challenge, has_data: false }))
            }
            _ => (None, None),
        };
        let redirection = match (destination, wanted.merchant_site_url) {
            (Some(destination), Some(url)) => Some(self.redirection(destination, url, switches.iframe_allowed)),
            (Some(_), None) => return Err(Unperformed::NoWayBack),
            (None, _) => None,
        };
        let redirection_id = redirection.as_ref().map(|redirection| redirection.id.clone());
        let id = Uuid::new_v4().to_string();
        let outcome = match verdict {
            Verdict::Succeed => provider::succeeded(),
            Verdict::Fail => provider::refused(amount),
            Verdict::Invalid => provider::invalid(),
            _ => provider::pending(),
        };
        let (token, shown) = wanted.method.map_or((None, None), |method| (method.token, Some(method.shown)));
        let before = payment.status();
        payment.transactions.push(Transaction {
            id: id.clone(),
            operation: wanted.operation,
            created: clock::now(),
            outcome,
            amount,
            reconciliation_id: wanted.reconciliation_id,
            payment_method: shown,
            ip_address: wanted.ip_address,
            redirection,
            collection,
            request_id: wanted.request_id,
        });
        let told = self.tell_transaction(payment, &id, "create", &before);
        // It was just pushed, so there is one.
        let transaction = payment.transaction(&id).ok_or(Unperformed::NoPayment)?;
        let reply = self.place.transaction(payment, transaction, Shown::Created);
        let about = resources::about(payment, transaction);
        let succeeded = transaction.outcome.status == Status::Succeed;
        if let Some(token) = token.and_then(|token| store.tokens.get_mut(&token)).filter(|_| succeeded) {
            token.used = true;
        }
        drop(store);
        let (pending, day) = (switches.pending_ms, 24 * 60 * 60 * 1_000);
        match verdict {
            Verdict::PendingThenSucceed => self.settle_in(pending, payment_id, &id, provider::succeeded()),
            Verdict::PendingThenFail => self.settle_in(pending, payment_id, &id, provider::refused(amount)),
            Verdict::PendingForADay => self.settle_in(day, payment_id, &id, provider::succeeded()),
            Verdict::Redirect(_) | Verdict::Collect(_) | Verdict::Succeed | Verdict::Fail | Verdict::Invalid => {}
        }
        if let Some(redirection_id) = redirection_id {
            self.expire_in(switches.redirection_ms, &redirection_id);
        }
        Ok((reply, about, told))
    }

    fn redirection(&self, destination: Destination, merchant_site_url: String, iframe_allowed: bool) -> Redirection {
        let id = Uuid::new_v4().to_string();
        let usual = format!("{}/{}/{id}", self.place.public_url, destination.folder());
        let url = lock(&self.faults).redirection_url.clone().unwrap_or(usual);
        Redirection { id, created: clock::now(), merchant_site_url, url, destination, iframe_allowed, press: None }
    }

    /// Ends a transaction after a while.
    fn settle_in(self: &Arc<Self>, ms: u64, payment_id: &str, id: &str, outcome: Outcome) {
        let (app, payment_id, id) = (self.clone(), payment_id.to_owned(), id.to_owned());
        self.tasks.spawn(async move {
            sleep(Duration::from_millis(ms)).await;
            app.settle(&mut lock(&app.store), &payment_id, &id, outcome);
        });
    }

    /// Fails a redirection's transaction after a while, unless its page was used by then, or another took its place.
    fn expire_in(self: &Arc<Self>, ms: u64, redirection_id: &str) {
        let (app, redirection_id) = (self.clone(), redirection_id.to_owned());
        self.tasks.spawn(async move {
            sleep(Duration::from_millis(ms)).await;
            let mut store = lock(&app.store);
            let Some((payment, transaction, redirection)) = store.redirection(&redirection_id) else { return };
            if redirection.press.is_none() {
                let (payment_id, id) = (payment.id.clone(), transaction.id.clone());
                app.settle(&mut store, &payment_id, &id, provider::expired());
            }
        });
    }

    /// The issuer has got its data.
    pub(crate) fn have_collected(&self, redirection_id: &str) {
        let mut store = lock(&self.store);
        let found = store.redirection(redirection_id);
        let ids = found.map(|(payment, transaction, _)| (payment.id.clone(), transaction.id.clone()));
        let transaction = ids.and_then(|(payment_id, id)| store.transaction_mut(&payment_id, &id));
        if let Some(collection) = transaction.and_then(|transaction| transaction.collection.as_mut()) {
            collection.has_data = true;
        }
    }

    /// Goes on with self-handled 3-D Secure: the issuer decides by what it has collected, or challenges the shopper. `completed` is
    /// what the merchant says of the collection.
    pub(crate) fn authenticate(
        self: &Arc<Self>,
        payment_id: &str,
        operation: Operation,
        id: &str,
        completed: bool,
    ) -> Result<(Value, About, Vec<Answered>), Unperformed> {
        let mut store = lock(&self.store);
        let payment = store.payments.get_mut(payment_id).ok_or(Unperformed::NoPayment)?;
        let found = payment.transactions.iter_mut().find(|found| found.id == id && found.operation == operation);
        let transaction = found.ok_or(Unperformed::NoTransaction)?;
        let is_open = !transaction.outcome.status.is_final();
        let collection = transaction.collection.take().filter(|_| is_open).ok_or(Unperformed::Conflict)?;
        let is_challenged = match collection.challenge {
            Challenge::Always => true,
            Challenge::WithoutData => !(completed && collection.has_data),
        };
        let told = match transaction.redirection.take_if(|_| is_challenged) {
            Some(Redirection { merchant_site_url, iframe_allowed, .. }) => {
                let challenge = self.redirection(Destination::Page(Page::Issuer), merchant_site_url, iframe_allowed);
                self.expire_in(self.switches().redirection_ms, &challenge.id);
                transaction.redirection = Some(challenge);
                Vec::new()
            }
            None => self.settle(&mut store, payment_id, id, provider::succeeded()),
        };
        let payment = store.payments.get(payment_id).ok_or(Unperformed::NoPayment)?;
        let transaction = payment.transaction(id).ok_or(Unperformed::NoTransaction)?;
        Ok((self.place.expanded(payment, &["all".to_owned()]), resources::about(payment, transaction), told))
    }

    /// Ends a transaction, if it is not final yet.
    fn settle(self: &Arc<Self>, store: &mut Store, payment_id: &str, id: &str, outcome: Outcome) -> Vec<Answered> {
        let Some(payment) = store.payments.get_mut(payment_id) else { return Vec::new() };
        let before = payment.status();
        let found = payment.transactions.iter_mut().find(|transaction| transaction.id == id);
        let Some(transaction) = found.filter(|transaction| !transaction.outcome.status.is_final()) else {
            return Vec::new();
        };
        transaction.outcome = outcome;
        let token = transaction.payment_method.as_ref().and_then(|method| method["token"].as_str()).map(str::to_owned);
        let succeeded = transaction.outcome.status == Status::Succeed;
        let told = self.tell_transaction(payment, id, "update", &before);
        if let Some(token) = token.and_then(|token| store.tokens.get_mut(&token)).filter(|_| succeeded) {
            token.used = true;
        }
        told
    }

    /// Ends a pending transaction by hand, as its provider would.
    pub(crate) fn finish(
        self: &Arc<Self>,
        payment_id: &str,
        id: &str,
        end: End,
    ) -> Result<(Value, Vec<Answered>), Unperformed> {
        let mut store = lock(&self.store);
        let payment = store.payments.get(payment_id).ok_or(Unperformed::NoPayment)?;
        let transaction = payment.transaction(id).ok_or(Unperformed::NoTransaction)?;
        if transaction.outcome.status.is_final() {
            return Err(Unperformed::Conflict);
        }
        let outcome = match end {
            End::Succeed => provider::succeeded(),
            End::Fail if transaction.operation.opens() => provider::declined(),
            End::Fail => provider::refused(transaction.amount),
        };
        let told = self.settle(&mut store, payment_id, id, outcome);
        let payment = store.payments.get(payment_id).ok_or(Unperformed::NoPayment)?;
        let transaction = payment.transaction(id).ok_or(Unperformed::NoTransaction)?;
        Ok((self.place.transaction(payment, transaction, Shown::Read), told))
    }

    /// What the shopper's press on a page does: nothing, if it is not the first.
    pub(crate) fn press(self: &Arc<Self>, redirection_id: &str, press: Press) -> Vec<Answered> {
        let mut store = lock(&self.store);
        let Some((payment, transaction, _)) = store.redirection(redirection_id) else { return Vec::new() };
        let (payment_id, id) = (payment.id.clone(), transaction.id.clone());
        let open = store.transaction_mut(&payment_id, &id).filter(|found| !found.outcome.status.is_final());
        let redirection = open.and_then(|transaction| transaction.redirection.as_mut());
        let Some(redirection) = redirection.filter(|redirection| redirection.press.is_none()) else {
            return Vec::new();
        };
        redirection.press = Some(press);
        let (late, outcome) = match press {
            Press::Succeed => (false, provider::succeeded()),
            Press::Fail => (false, provider::declined()),
            Press::Cancel => (false, provider::cancelled()),
            Press::LateSucceed => (true, provider::succeeded()),
            Press::LateFail => (true, provider::declined()),
            Press::Never => return Vec::new(),
        };
        if late {
            self.settle_in(self.switches().late_ms, &payment_id, &id, outcome);
            return Vec::new();
        }
        self.settle(&mut store, &payment_id, &id, outcome)
    }

    /// Lets the webhooks arrive first, where the fault `before_reply` is set.
    pub(crate) async fn let_arrive(&self, told: Vec<Answered>) {
        // A receiver that waits for this very reply must not block it for ever.
        const LONGEST: Duration = Duration::from_secs(10);
        if lock(&self.faults).webhooks.before_reply {
            for answered in told {
                // One that is not sent any more is not waited for.
                let _ = timeout(LONGEST, answered).await;
            }
        }
    }

    /// Tells of a transaction, and of its payment if that changed with it.
    fn tell_transaction(
        self: &Arc<Self>,
        payment: &mut Payment,
        id: &str,
        what: &str,
        before: &PaymentStatus,
    ) -> Vec<Answered> {
        if payment.status() != *before {
            payment.modified = clock::now();
        }
        let Some(transaction) = payment.transaction(id) else { return Vec::new() };
        let event = Event {
            event_type: format!("payment.{}.{what}", transaction.operation.name()),
            about: resources::about(payment, transaction),
            data: self.place.transaction(payment, transaction, Shown::Created),
            request_id: transaction.request_id.clone(),
        };
        let mut told = Vec::from_iter(self.webhooks.send(self, event));
        if payment.status() != *before {
            told.extend(self.tell_payment(payment, "update", &transaction.request_id));
        }
        told
    }

    fn tell_payment(self: &Arc<Self>, payment: &Payment, what: &str, request_id: &str) -> Option<Answered> {
        let event = Event {
            event_type: format!("payment.payment.{what}"),
            about: About { payment_id: Some(payment.id.clone()), ..About::default() },
            data: self.place.payment(payment),
            request_id: request_id.to_owned(),
        };
        self.webhooks.send(self, event)
    }
}
