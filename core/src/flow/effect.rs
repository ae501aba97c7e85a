//! What the flow asks for.

use super::attempt::{Attempt, Kept};
use super::returned::Clean;
use super::tabs::Lock;
use super::{Millis, Money};
use crate::codes::Code;
use crate::paymentsos::Kind;

/// A request to the merchant's backend.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// `POST …/payments/{payment_id}/charges` or `/authorizations`.
    Create {
        /// The payment.
        payment_id: String,
        /// Charge or authorization.
        kind: Kind,
        /// The idempotency key, also sent as `reconciliation_id`.
        attempt: String,
        /// The driver's number for the payment method.
        method: u32,
        /// What the shopper saw.
        expected: Money,
    },
    /// `GET …/payments/{payment_id}/charges/{id}` or `/authorizations/{id}`.
    Ask {
        /// The payment.
        payment_id: String,
        /// Charge or authorization.
        kind: Kind,
        /// The transaction.
        id: String,
        /// Whether the backend is asked to hold its answer ([`HELD_WAIT`](super::schedule::HELD_WAIT)).
        held: bool,
    },
    /// `POST …/payments/{payment_id}/charges/{id}/authentication-flows`, or of an authorization: goes on with self-handled 3-D Secure.
    Authenticate {
        /// The payment.
        payment_id: String,
        /// Charge or authorization.
        kind: Kind,
        /// The transaction.
        id: String,
        /// The idempotency key of the attempt that it came of.
        attempt: String,
        /// Whether the issuer's data collection was completed.
        collected: bool,
    },
    /// `GET …/payments/{payment_id}`.
    Read {
        /// The payment.
        payment_id: String,
    },
}

/// What the driver has to do, in the order given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Send a request; its answer comes back as [`Input::Answered`](super::Input::Answered) under the same number. The flow keeps
    /// the time-outs itself.
    Send(u32, Request),
    /// Nobody waits for that request any more.
    Abort(u32),
    /// Come back with [`Input::Woke`](super::Input::Woke) after so many milliseconds; replaces what was asked before.
    Wake(Millis),
    /// Save the attempt of a payment, for all tabs and for a day.
    Save(String, Attempt),
    /// Forget the saved attempt of a payment, if it is still this one: another tab may have begun its own.
    Forget {
        /// The payment.
        payment_id: String,
        /// The attempt's id.
        attempt: String,
    },
    /// Keep these ids for this tab, in place of others.
    Keep(Kept),
    /// Forget what was kept for this tab.
    Drop,
    /// Ask for a lock on the payment that is listened for; once it is there, [`Input::Locked`](super::Input::Locked) says so. A browser
    /// without locks grants it at once.
    Lock(Lock),
    /// Give a lock back, or do not ask for it any more.
    Unlock(Lock),
    /// Hear what other tabs announce of that payment, and of no other; of none where none is given.
    Listen(Option<String>),
    /// Tell the other tabs that there is something to see.
    Announce,
    /// Take the return parameters out of the address bar, leaving the page's `history.state` alone.
    CleanAddress(Clean),
    /// Go to the address kept under this number.
    Go(u32),
    /// Take the window that was opened in the press there.
    Open(u32),
    /// Close that window.
    Close,
    /// Load the address kept under this number where nobody sees it.
    Collect(u32),
    /// That is done with.
    Collected,
    /// The shopper is back: tell whoever opened this window, or is around this frame.
    HandOver,
    /// Tell the window or frame that has handed over that it is taken care of here.
    TakeOver,
    /// Close this window, if the browser lets us.
    Leave,
    /// A final status is known: tell the page, once.
    Tell,
    /// Tell the page, for its logs, of something wrong that changes nothing for the shopper.
    Report(Code),
}

/// The effects of one input.
pub type Effects = Vec<Effect>;
