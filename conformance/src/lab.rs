//! What a check works with: shoppers with a payment each, what they pay with, and the local PaymentsOS.

use crate::backend::{Backend, NoReply, Reply, Sent};
use crate::options::{Options, Unusable};
use crate::orders::{NoPayment, Orders, Paid};
use crate::report::Verdict;
use crate::sandbox::Sandbox;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::fmt::Display;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio::time::sleep;
use uuid::Uuid;

/// Why a check did not come to its end.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    Broken(String),
    NotRun(String),
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
            NoPayment::UsedUp | NoPayment::OneSession => Stop::NotRun(error.to_string()),
            NoPayment::NoReply(_) | NoPayment::Wrong(_) => Stop::Broken(format!("no order could be made: {error}")),
        }
    }
}

pub(crate) fn verdict(checked: Checked) -> Verdict {
    match checked {
        Ok(()) => Verdict::Kept,
        Err(Stop::Broken(found)) => Verdict::Broken(found),
        Err(Stop::NotRun(why)) => Verdict::NotRun(why),
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
#[derive(Debug)]
pub(crate) struct Lab {
    pub(crate) backend: Backend,
    pub(crate) origin: String,
    pub(crate) secrets: Vec<String>,
    orders: Orders,
    first: Mutex<Option<Paid>>,
    sandbox: Option<Sandbox>,
    methods: [Value; 3],
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
        let client = Client::builder().no_proxy().redirect(Policy::none()).build()?;
        let mut base = options.backend.clone();
        if base.cannot_be_a_base() || base.host().is_none() {
            return Err(Unusable::Address(base));
        }
        if base.path() == "/" {
            base.set_path("/api");
        }
        let origin = options.origin.as_ref().unwrap_or(&base).origin().ascii_serialization();
        let backend = Backend::new(base.clone(), client.clone());
        if backend.send(Method::GET, "/", Sent::default()).await.is_err() {
            return Err(Unusable::Backend(base));
        }
        let sandbox = options.sandbox.clone().map(|url| Sandbox::new(url, client));
        if let (Some(sandbox), Some(url)) = (&sandbox, &options.sandbox) {
            if !sandbox.is_there().await {
                return Err(Unusable::Sandbox(url.clone()));
            }
            sandbox.no_faults().await;
        }
        let (orders, first) = orders(options, &backend, &origin).await?;
        let or = |given: &Option<Value>, status| given.clone().unwrap_or_else(|| mock(status));
        Ok(Lab {
            backend,
            origin,
            secrets: options.secrets.clone(),
            orders,
            first: Mutex::new(first),
            sandbox,
            methods: [
                or(&options.succeeds, Some("succeed")),
                or(&options.fails, Some("failed")),
                or(&options.redirects, None),
            ],
        })
    }

    /// As it is before each check.
    pub(crate) async fn tidy_up(&self) {
        if let Some(sandbox) = &self.sandbox {
            sandbox.no_faults().await;
        }
    }

    pub(crate) fn sandbox(&self) -> Checked<&Sandbox> {
        self.sandbox.as_ref().ok_or_else(|| Stop::NotRun("it needs --sandbox".to_owned()))
    }

    pub(crate) fn method(&self, method: With) -> &Value {
        &self.methods[method as usize]
    }

    /// A shopper with a payment that nobody has paid.
    pub(crate) async fn shopper(&self) -> Checked<Shopper<'_>> {
        let first = self.first.lock().map(|mut first| first.take()).unwrap_or_default();
        let paid = match first {
            Some(first) => first,
            None => self.orders.next(&self.backend, &self.origin).await?,
        };
        self.shopper_of(paid).await
    }

    /// The same shopper with another payment.
    pub(crate) async fn again(&self, shopper: &Shopper<'_>) -> Checked<Shopper<'_>> {
        self.shopper_of(self.orders.another(&self.backend, &self.origin, &shopper.paid).await?).await
    }

    /// Another session's shopper, with a payment.
    pub(crate) async fn stranger(&self) -> Checked<Shopper<'_>> {
        self.shopper_of(self.orders.of_a_stranger(&self.backend, &self.origin).await?).await
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

async fn orders(options: &Options, backend: &Backend, origin: &str) -> Result<(Orders, Option<Paid>), Unusable> {
    if !options.payments.is_empty() {
        let cookie = options.cookie.iter().map(|cookie| ("cookie", cookie.clone()));
        let token = options.client_token.iter().map(|token| ("authorization", format!("Bearer {token}")));
        let left = Mutex::new(options.payments.iter().rev().cloned().collect());
        return Ok((Orders::Given { left, headers: cookie.chain(token).collect() }, None));
    }
    let mut url = options.backend.clone();
    url.set_path("/shop/orders");
    let url = options.orders.clone().unwrap_or(url);
    let orders = Orders::Made(url.clone());
    // Found out now, and not by every check.
    let unusable = |why: NoPayment| Unusable::Orders { orders: url, why: why.to_string() };
    let first = orders.next(backend, origin).await.map_err(unusable)?;
    Ok((orders, Some(first)))
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
        self.send(Method::POST, "/charges", self.create(attempt, body)).await
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
