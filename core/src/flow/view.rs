//! What the shopper is to see.

use super::{Flow, Millis, Money, State, Way};
use crate::codes::Code;
use crate::paymentsos::{Kind, Outcome, PaymentMethod};

/// The ten states. Their names are public and stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateName {
    /// Not started yet.
    Loading,
    /// Pay can be pressed.
    Ready,
    /// Pay was pressed.
    Creating,
    /// The page is about to be left.
    Redirecting,
    /// The shopper pays by the link that is shown.
    Link,
    /// The final status is being asked for.
    Confirming,
    /// Paid, or reserved.
    Succeeded,
    /// Not paid.
    Failed,
    /// Not known in time; still being found out.
    Processing,
    /// The shop's backend cannot be used; nothing was sent.
    Unavailable,
}

impl StateName {
    /// All ten.
    pub const ALL: [StateName; 10] = [
        StateName::Loading,
        StateName::Ready,
        StateName::Creating,
        StateName::Redirecting,
        StateName::Link,
        StateName::Confirming,
        StateName::Succeeded,
        StateName::Failed,
        StateName::Processing,
        StateName::Unavailable,
    ];

    /// The value of `data-state`.
    pub const fn name(self) -> &'static str {
        match self {
            StateName::Loading => "loading",
            StateName::Ready => "ready",
            StateName::Creating => "creating",
            StateName::Redirecting => "redirecting",
            StateName::Link => "link",
            StateName::Confirming => "confirming",
            StateName::Succeeded => "succeeded",
            StateName::Failed => "failed",
            StateName::Processing => "processing",
            StateName::Unavailable => "unavailable",
        }
    }
}

/// What is on the screen, and what events say of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View {
    /// The state.
    pub state: StateName,
    /// What the payment is for; none where nobody has said it yet.
    pub money: Option<Money>,
    /// Charge or authorization.
    pub kind: Kind,
    /// What a shopper can quote: the order's number, else the payment's id. None while it is not known which.
    pub reference: Option<String>,
    /// What was paid with, where it is known.
    pub payment_method: Option<PaymentMethod>,
    /// The payment.
    pub payment_id: Option<String>,
    /// The transaction, once there is one.
    pub transaction_id: Option<String>,
    /// Its result, as last told.
    pub outcome: Option<Outcome>,
    /// The amount is not what it was: Pay has to be pressed again.
    pub amount_changed: bool,
    /// Whether Pay would do anything.
    pub can_pay: bool,
    /// Whether Try again would do anything.
    pub can_retry: bool,
    /// Whether an answer to Check again is on its way.
    pub checking: bool,
    /// The driver's number for the address where the shopper can go on.
    pub place: Option<u32>,
    /// By what the shopper is taken there.
    pub way: Way,
    /// The number of the address that a frame shows.
    pub frame: Option<u32>,
    /// The browser has no connection.
    pub offline: bool,
    /// When that ends, in milliseconds since 1970, where it is known.
    pub expires_at: Option<Millis>,
    /// What is wrong, if anything is.
    pub fault: Option<Code>,
}

impl Flow {
    /// What the shopper is to see now.
    pub fn view(&self) -> View {
        let told = self.watched.as_ref().and_then(|watched| watched.told.as_ref()).map(|told| &told.transaction);
        let (state, fault) = match &self.state {
            State::Loading => (StateName::Loading, None),
            State::Ready { fault, .. } => (StateName::Ready, *fault),
            State::Creating(creating) => (StateName::Creating, creating.elsewhere.then_some(Code::PaidElsewhere)),
            State::Redirecting { .. } => (StateName::Redirecting, None),
            State::Link => (StateName::Link, None),
            State::Confirming { .. } | State::Collecting { .. } => (StateName::Confirming, None),
            State::Succeeded => (StateName::Succeeded, None),
            State::Failed(code) => (StateName::Failed, Some(*code)),
            State::Processing(fault) => (StateName::Processing, *fault),
            State::Unavailable(code) => (StateName::Unavailable, Some(*code)),
        };
        let told_money = told.and_then(|told| Some(Money { amount: told.amount?, currency: told.currency.clone()? }));
        let reference = self.reading.as_ref().and_then(|reading| reading.reference.clone());
        // While the payment is being read for the first time, its order's number is about to come.
        let is_coming = self.reading.is_none() && matches!(state, StateName::Ready | StateName::Creating);
        View {
            state,
            money: told_money.filter(|_| state == StateName::Succeeded).or_else(|| self.shown.clone()),
            kind: match (&self.watched, &self.attempt, &self.setup) {
                (Some(watched), ..) => watched.kind,
                (None, Some(attempt), _) => attempt.kind,
                (None, None, setup) => setup.as_ref().map(|setup| setup.kind).unwrap_or_default(),
            },
            reference: reference.or_else(|| self.payment_id.clone().filter(|_| !is_coming)),
            payment_method: told.and_then(|told| told.payment_method.clone()),
            payment_id: self.payment_id.clone(),
            transaction_id: self.watched.as_ref().map(|watched| watched.id.clone()),
            outcome: told.map(|told| told.result.clone()),
            amount_changed: matches!(self.state, State::Ready { amount_changed: true, .. }),
            can_pay: state == StateName::Ready && self.own && self.shown.is_some(),
            can_retry: matches!(self.state, State::Failed(code) if self.own && code.retriable()),
            checking: self.ask.is_some() || self.read.is_some(),
            place: self.way_on(),
            way: match self.state {
                State::Redirecting { way, .. } => way,
                _ => Way::Page,
            },
            frame: match self.state {
                State::Redirecting { way: Way::Frame, place, .. } => Some(place),
                _ => None,
            },
            offline: self.offline,
            expires_at: told.and_then(|told| told.expires_at),
            fault,
        }
    }

    /// Where the shopper can go on from here: not while the page is about to go there, nor once they have been there.
    fn way_on(&self) -> Option<u32> {
        let watched = self.watched.as_ref()?;
        let shown = match self.state {
            State::Redirecting { watchdog, .. } => watchdog.is_none(),
            State::Link => true,
            State::Confirming { .. } | State::Processing(_) => !watched.returned,
            _ => false,
        };
        watched.place.filter(|_| shown)
    }
}
