//! What a check works with: shoppers with a payment each, what they pay with, and the local PaymentsOS.

use crate::authorizations;
use crate::backend::{Backend, Reply, Sent};
use crate::client::{Client, NoReply};
use crate::kind::Kind;
use crate::options::{Options, Unusable};
use crate::orders::{NoPayment, Orders, Paid, Shown, shown};
use crate::report::Verdict;
use crate::sandbox::Sandbox;
use http::Method;
use serde_json::{Value, json};
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;
use tokio::time::sleep;
use url::Url;
use uuid::Uuid;

/// Why a check did not come to its end.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    Broken(String),
    NotRun(String),
    NotNeeded(String),
}

/// A check's end: `Ok` where the rule is kept.
pub(crate) type Checked<T = ()> = Result<T, Stop>;

impl From<NoReply> for Stop {
    fn from(error: NoReply) -> Stop {
        Stop::Broken(error.to_string())
    }
}

impl From<NoPayment> for Stop {
    fn from(error: NoPayment) -> Stop {
        match error {
            NoPayment::UsedUp(_) => Stop::NotRun(error.to_string()),
            NoPayment::NoReply(_) | NoPayment::Wrong(_) => Stop::Broken(format!("no order could be made: {error}")),
        }
    }
}

pub(crate) fn verdict(checked: Checked) -> Verdict {
    match checked {
        Ok(()) => Verdict::Kept,
        Err(Stop::Broken(found)) => Verdict::Broken(found),
        Err(Stop::NotRun(why)) => Verdict::NotRun(why),
        Err(Stop::NotNeeded(why)) => Verdict::NotNeeded(why),
    }
}

/// The rule is broken, unless.
pub(crate) fn ensure(holds: bool, found: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(Stop::Broken(found())) }
}

/// What a payment is paid with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum With {
    Succeeds,
    Fails,
    Redirects,
}

/// What a check works with.
#[derive(Clone, Debug)]
pub(crate) struct Lab {
    pub(crate) backend: Backend,
    pub(crate) origin: String,
    pub(crate) secrets: Vec<String>,
    /// What its payments are paid by.
    pub(crate) kind: Kind,
    orders: Arc<Orders>,
    first: Arc<Mutex<Option<Paid>>>,
    stranger: Shown,
    sandbox: Option<Sandbox>,
    methods: [Value; 3],
    authorizations: Arc<OnceCell<Checked>>,
}

fn mock(status: Option<&str>) -> Value {
    let mut method = json!({"type": "untokenized", "source_type": "payment_page", "vendor": "PBL"});
    if let Some(status) = status {
        method["additional_details"] = json!({"untokenized_result_status": status});
    }
    method
}

impl Lab {
    pub(crate) async fn open(options: &Options) -> Result<Lab, Unusable> {
        let addresses = [Some(&options.backend), options.orders.as_ref(), options.sandbox.as_ref()];
        addresses.into_iter().flatten().try_for_each(can_be_called)?;
        let client = Client::new(addresses.into_iter().flatten().any(|url| url.scheme() == "https"))?;
        let base = base(&options.backend);
        let origin = options.origin.as_ref().unwrap_or(&base).origin().ascii_serialization();
        let backend = Backend::new(base.clone(), client.clone());
        if let Err(why) = backend.send(Method::GET, "/", Sent::default()).await {
            return Err(Unusable::Backend { url: base, why: why.to_string() });
        }
        let sandbox = options.sandbox.clone().map(|url| Sandbox::new(url, client));
        if let (Some(sandbox), Some(url)) = (&sandbox, &options.sandbox) {
            let log = sandbox.log().await;
            log.map_err(|why| Unusable::Sandbox { url: url.clone(), why: why.to_string() })?;
            sandbox.no_faults().await;
        }
        let orders = Orders::new(options);
        // Found out now, and not by every check.
        let first = match &orders {
            Orders::Given { .. } => None,
            Orders::Made { url, .. } => Some(
                orders
                    .next(Kind::Charge, &backend, &origin)
                    .await
                    .map_err(|why| Unusable::Orders { orders: url.clone(), why: why.to_string() })?,
            ),
        };
        let or = |given: &Option<Value>, status| given.clone().unwrap_or_else(|| mock(status));
        Ok(Lab {
            backend,
            origin,
            secrets: options.secrets.clone(),
            kind: Kind::Charge,
            orders: Arc::new(orders),
            first: Arc::new(Mutex::new(first)),
            stranger: shown(options.other_cookie.as_deref(), options.other_client_token.as_deref()),
            sandbox,
            methods: [
                or(&options.succeeds, Some("succeed")),
                or(&options.fails, Some("failed")),
                or(&options.redirects, None),
            ],
            authorizations: Arc::default(),
        })
    }

    /// The same, for payments that are paid by that kind.
    pub(crate) fn paying(&self, kind: Kind) -> Lab {
        Lab { kind, ..self.clone() }
    }

    /// As it is before each check.
    pub(crate) async fn tidy_up(&self) {
        if let Some(sandbox) = &self.sandbox {
            sandbox.no_faults().await;
        }
    }

    /// Leaves the sandbox as a developer wants to find it: with nothing going wrong.
    pub(crate) async fn leave(&self) {
        if let Some(sandbox) = &self.sandbox {
            sandbox.leave().await;
        }
    }

    pub(crate) fn sandbox(&self) -> Checked<&Sandbox> {
        self.sandbox.as_ref().ok_or_else(|| Stop::NotRun("it needs --sandbox".to_owned()))
    }

    pub(crate) fn method(&self, method: With) -> &Value {
        &self.methods[method as usize]
    }

    /// Whether there are authorizations to be checked; found out once.
    pub(crate) async fn can_authorize(&self) -> Checked {
        self.authorizations.get_or_init(|| authorizations::can_be_made(self)).await.clone()
    }

    /// How many payments there are yet, where they can come to an end.
    pub(crate) fn left(&self) -> Option<usize> {
        self.orders.left(self.kind)
    }

    /// The session that all payments are of, if they are of one.
    pub(crate) fn session(&self) -> Option<&Shown> {
        self.orders.session()
    }

    /// Whether it is known that the session is no cookie; an order may yet set one.
    pub(crate) fn has_no_cookie(&self) -> bool {
        self.left().is_some() && self.session().is_some_and(|shown| shown.iter().all(|(name, _)| *name != "cookie"))
    }

    /// Whether something is known that another session shows, or can be.
    pub(crate) fn has_strangers(&self) -> bool {
        !self.stranger.is_empty() || self.session().is_none()
    }

    /// A shopper with a payment that nobody has paid.
    pub(crate) async fn shopper(&self) -> Checked<Shopper<'_>> {
        let first = match self.kind {
            Kind::Charge => self.first.lock().unwrap_or_else(PoisonError::into_inner).take(),
            Kind::Authorization => None,
        };
        let paid = match first {
            Some(first) => first,
            None => self.orders.next(self.kind, &self.backend, &self.origin).await?,
        };
        self.shopper_of(paid).await
    }

    /// The same shopper with another payment.
    pub(crate) async fn again(&self, shopper: &Shopper<'_>) -> Checked<Shopper<'_>> {
        self.shopper_of(self.orders.another(self.kind, &self.backend, &self.origin, &shopper.paid).await?).await
    }

    /// Another session's shopper, at the payment of this one.
    pub(crate) async fn stranger<'a>(&self, shopper: &Shopper<'a>) -> Checked<Shopper<'a>> {
        let headers = match self.session() {
            _ if !self.stranger.is_empty() => self.stranger.clone(),
            None => self.orders.next(self.kind, &self.backend, &self.origin).await?.headers,
            Some(_) => return Err(Stop::NotRun(NO_STRANGER.to_owned())),
        };
        Ok(Shopper { paid: Paid { payment: shopper.paid.payment.clone(), headers }, ..shopper.clone() })
    }

    async fn shopper_of(&self, paid: Paid) -> Checked<Shopper<'_>> {
        let shopper = Shopper { lab: self, paid, amount: 0, currency: String::new() };
        let read = shopper.get("").await?;
        let amount = read.body["amount"].as_u64();
        let (Some(amount), Some(currency)) = (amount, read.body["currency"].as_str()) else {
            let found = format!("the payment cannot be read by its own shopper: {}", read.brief());
            return Err(Stop::Broken(found));
        };
        Ok(Shopper { amount, currency: currency.to_owned(), ..shopper })
    }
}

/// What is said where there is but one session.
pub(crate) const NO_STRANGER: &str = "it needs a second session: give it with --other-cookie or --other-client-token";

fn can_be_called(url: &Url) -> Result<(), Unusable> {
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    let can_be = matches!(url.scheme(), "http" | "https") && url.host().is_some() && !has_credentials;
    if can_be { Ok(()) } else { Err(Unusable::Address(url.clone())) }
}

/// The element's `backend`.
fn base(backend: &Url) -> Url {
    let mut base = backend.clone();
    if base.path() == "/" {
        base.set_path("/api");
    }
    base
}

/// Somebody in front of a browser, with a payment.
#[derive(Clone, Debug)]
pub(crate) struct Shopper<'a> {
    pub(crate) lab: &'a Lab,
    pub(crate) paid: Paid,
    /// In minor units.
    pub(crate) amount: u64,
    pub(crate) currency: String,
}

impl Shopper<'_> {
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/payments/{}{rest}", self.paid.payment)
    }

    /// What the browser sends along.
    pub(crate) fn shown(&self) -> Sent {
        Sent { headers: self.paid.headers.clone(), body: None }
    }

    pub(crate) async fn send(&self, method: Method, rest: &str, sent: Sent) -> Result<Reply, NoReply> {
        self.lab.backend.send(method, &self.path(rest), sent).await
    }

    pub(crate) async fn get(&self, rest: &str) -> Result<Reply, NoReply> {
        self.send(Method::GET, rest, self.shown()).await
    }

    /// The body of a create, as the component makes it.
    pub(crate) fn body(&self, method: With, attempt: Uuid) -> Value {
        json!({
            "payment_method": self.lab.method(method),
            "merchant_site_url": format!("{}/return", self.lab.origin),
            "reconciliation_id": attempt.to_string(),
            "expected": {"amount": self.amount, "currency": self.currency},
            "three_d_secure_attributes": {"internal": {"browser_language": "en", "browser_java_enabled": false}},
        })
    }

    /// A create, as the component sends it.
    pub(crate) fn create(&self, attempt: Uuid, body: &Value) -> Sent {
        self.shown().header("origin", &self.lab.origin).header("idempotency-key", attempt.to_string()).json(body)
    }

    pub(crate) async fn post(&self, attempt: Uuid, body: &Value) -> Result<Reply, NoReply> {
        self.send_create(self.create(attempt, body)).await
    }

    /// A create that is not as the component sends it.
    pub(crate) async fn send_create(&self, sent: Sent) -> Result<Reply, NoReply> {
        self.send(Method::POST, self.lab.kind.path(), sent).await
    }

    /// Where a transaction is, below the payment.
    pub(crate) fn at(&self, transaction: &Reply) -> String {
        format!("{}/{}", self.lab.kind.path(), transaction.id().unwrap_or_default())
    }

    pub(crate) async fn pay(&self, method: With, attempt: Uuid) -> Result<Reply, NoReply> {
        self.post(attempt, &self.body(method, attempt)).await
    }

    /// Pays, and has a transaction.
    pub(crate) async fn has_paid(&self, method: With) -> Checked<Reply> {
        let reply = self.pay(method, Uuid::new_v4()).await?;
        ensure(reply.is_good() && reply.id().is_some(), || {
            format!("a plain create was replied to with {}, and not with a transaction", reply.brief())
        })?;
        Ok(reply)
    }

    /// The transactions that the backend lists.
    pub(crate) async fn listed(&self) -> Checked<Vec<Value>> {
        let read = self.get("").await?;
        let list = |name: &str| read.body["related_resources"][name].as_array().cloned().unwrap_or_default();
        ensure(read.is_good(), || format!("the payment could not be read: {}", read.brief()))?;
        Ok([list("charges"), list("authorizations")].concat())
    }

    /// How many transactions there are, by whatever knows more: PaymentsOS, or the backend.
    pub(crate) async fn made(&self) -> Checked<usize> {
        let listed = self.listed().await?.len();
        Ok(match &self.lab.sandbox {
            Some(sandbox) => listed.max(sandbox.made(&self.paid.payment).await),
            None => listed,
        })
    }

    /// That no create was carried out.
    pub(crate) async fn has_nothing(&self, after: impl Display) -> Checked {
        let made = self.made().await?;
        ensure(made == 0, || format!("{after}: a transaction was made all the same"))
    }
}

/// Asks again until there is something, for that long.
pub(crate) async fn until<T>(
    patience: Duration,
    mut ask: impl AsyncFnMut() -> Checked<Option<T>>,
) -> Checked<Option<T>> {
    let end = Instant::now() + patience;
    loop {
        let found = ask().await?;
        if found.is_some() || Instant::now() >= end {
            return Ok(found);
        }
        sleep(Duration::from_millis(100)).await;
    }
}
