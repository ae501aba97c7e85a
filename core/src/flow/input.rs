//! What the flow is told.

use super::attempt::{Attempt, Kept};
use super::place::Place;
use super::returned::Returned;
use super::tabs::Lock;
use super::{Millis, Money};
use crate::paymentsos::{Kind, Payment, Transaction};

/// The moment of an input. Every input brings its own, so that a run can be replayed from its inputs alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Now {
    /// Milliseconds since the page began, never going back (`performance.now()`).
    pub steady: Millis,
    /// Milliseconds since 1970 (UTC) by the wall clock, which may jump.
    pub wall: Millis,
    /// A random number, uniform over all values: what jitter is made of.
    pub chance: u16,
}

/// How the shopper is shown where to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Presentation {
    /// A link for vendor `PBL`, else the page.
    #[default]
    Auto,
    /// The page itself goes there.
    Page,
    /// A window of its own goes there, and this page stays.
    Popup,
    /// A frame in this page goes there, where the reply to the create allows it; else the page itself.
    Iframe,
    /// The address is shown as a link and a QR code, and this page stays.
    Link,
}

/// What can be done with the element's settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fit {
    /// Everything.
    #[default]
    Pay,
    /// One of them is missing or not understood: what there is can be looked at, and nothing paid.
    Look,
    /// There is no backend to ask.
    Nothing,
}

/// The element's settings, as far as they decide anything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Setup {
    /// The payment to pay; none on a page that is only returned to.
    pub payment_id: Option<String>,
    /// Charge or authorization.
    pub kind: Kind,
    /// The amount that the page shows before the payment is read.
    pub money: Option<Money>,
    /// How to show where to go.
    pub presentation: Presentation,
    /// Hosts that may be gone to; none given: any.
    pub redirect_hosts: Vec<String>,
    /// Where PaymentsOS will send the shopper back to.
    pub merchant_site: Place,
    /// How long to ask for a final status, in milliseconds.
    pub deadline: Millis,
    /// What they are fit for.
    pub fit: Fit,
}

/// Everything that is known when a page begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Start {
    /// The settings.
    pub setup: Setup,
    /// What the address says, in the order in which it stands there ([`returned::read`](super::returned::read)).
    pub returned: Vec<Returned>,
    /// The attempts saved for the payments in question ([`Start::payments`]).
    pub saved: Vec<(String, Attempt)>,
    /// What this tab last looked at.
    pub kept: Option<Kept>,
    /// Whether [`Effect::Keep`](super::Effect::Keep) will be there after a reload.
    pub can_keep: bool,
    /// Whether the page is visible.
    pub visible: bool,
    /// Whether the browser believes to be online.
    pub online: bool,
}

impl Start {
    /// The payments whose saved attempts the flow needs to see.
    pub fn payments<'a>(setup: &'a Setup, returned: &'a [Returned], kept: Option<&'a Kept>) -> Vec<&'a str> {
        match &setup.payment_id {
            Some(id) => vec![id],
            None => {
                let returned = returned.iter().filter_map(|set| set.payment_id.as_deref());
                let mut ids: Vec<&str> = Vec::new();
                for id in returned.chain(kept.map(|kept| kept.payment_id.as_str())) {
                    if !ids.contains(&id) {
                        ids.push(id);
                    }
                }
                ids
            }
        }
    }
}

/// A press on Pay.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Press {
    /// A fresh UUID, for a new attempt.
    pub id: String,
    /// The driver's number for the payment method, which the flow never sees.
    pub method: u32,
    /// Whether a window was opened in the press, for [`Presentation::Popup`].
    pub window: bool,
}

/// A transaction as the backend told it, its redirection's address being kept by the driver.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Told {
    /// The transaction; without `redirection`.
    pub transaction: Transaction,
    /// Where its redirection leads, if it has one.
    pub place: Option<Place>,
    /// What is there collects data for the issuer, and is nothing for the shopper.
    pub collects: bool,
}

impl Told {
    /// Takes the redirection's address out of a transaction; `place` keeps it.
    pub fn new(mut transaction: Transaction, place: &mut dyn FnMut(&str) -> Place) -> Told {
        let redirection = transaction.redirection.take().unwrap_or_default();
        let collects = redirection.collects_data();
        Told { transaction, place: redirection.url.map(|url| place(&url)), collects }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.transaction.id
    }
}

/// A payment as the backend told it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ToldPayment {
    /// The payment; without `related_resources`.
    pub payment: Payment,
    /// Its transactions; none where the reply did not list any kind of them.
    pub transactions: Option<Vec<(Kind, Told)>>,
}

impl ToldPayment {
    /// Takes the addresses out of a payment; `place` keeps them.
    pub fn new(mut payment: Payment, place: &mut dyn FnMut(&str) -> Place) -> ToldPayment {
        let transactions = payment.related_resources.take().map(|related| {
            let charges = related.charges.into_iter().map(|charge| (Kind::Charge, charge));
            let authorizations = related.authorizations.into_iter().map(|one| (Kind::Authorization, one));
            charges.chain(authorizations).map(|(kind, transaction)| (kind, Told::new(transaction, place))).collect()
        });
        ToldPayment { payment, transactions }
    }
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::large_enum_variant, reason = "few are alive at a time, and none is kept")]
pub enum Answer {
    /// A 2xx with a payment.
    Payment(ToldPayment),
    /// A 2xx with a transaction.
    Transaction {
        /// The transaction.
        told: Told,
        /// The vendor of the payment method that was sent, for a create.
        vendor: Option<String>,
        /// Whether the reply said `Preference-Applied: wait=…`.
        held: bool,
    },
    /// Another status than 2xx.
    Refused {
        /// The HTTP status.
        status: u16,
        /// `Retry-After`, in milliseconds.
        retry_after: Option<Millis>,
    },
    /// No answer, or none that can be read.
    Lost,
    /// The request cannot be put into words, so nothing was sent.
    NotSent,
}

/// Everything that can happen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::large_enum_variant, reason = "few are alive at a time, and none is kept")]
pub enum Input {
    /// The page begins, or begins anew with other settings.
    Start(Box<Start>),
    /// The shopper pressed Pay, or the page called `pay()`.
    Pay(Press),
    /// The page has given the payment method of a press, or will not.
    Method {
        /// Its number.
        number: u32,
        /// Whether it was given.
        given: bool,
    },
    /// A lock was granted. With [`Lock::Create`] comes the payment's attempt as it is saved now.
    Locked(Lock, Option<Attempt>),
    /// The shopper pressed Try again.
    TryAgain,
    /// The shopper pressed Check again or Retry, or the page called `checkNow()`.
    Check,
    /// The page called `reset()`.
    Reset,
    /// A request was answered.
    Answered {
        /// The request's number.
        request: u32,
        /// What came.
        answer: Answer,
    },
    /// The time of [`Effect::Wake`](super::Effect::Wake) is over.
    Woke,
    /// The page became visible, or hidden.
    Visible(bool),
    /// The browser went online, or offline.
    Online(bool),
    /// The page is being left (`pagehide`).
    Left,
    /// The page is shown again from the back-forward cache (`pageshow` with `persisted`).
    Shown,
    /// Another tab or window says that something happened to this payment: a hint, to ask.
    Heard,
    /// A new `client-token` was set.
    Token,
    /// The window that was opened for the shopper seems to be closed: a hint, to ask.
    WindowClosed,
    /// From the window or the frame, the shopper has come back to the shop's page: a hint, to ask.
    HandedOver,
    /// The page that opened this window, or is around this frame, goes on with the payment.
    TakenOver,
}
