//! The rules, a file a subject. Each check has a name that stays, the rule in a line, and what a shopper suffers where it is broken.

mod amount;
mod errors;
mod lost;
mod once;
mod shapes;
mod strict;
mod truth;
mod waiting;
mod who;

use crate::lab::{Lab, verdict};
use crate::report::Verdict;
use std::pin::Pin;

type Running<'a> = Pin<Box<dyn Future<Output = Verdict> + 'a>>;

/// A rule, and how it is checked.
#[derive(Clone, Copy)]
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) suffered: &'static str,
    pub(crate) run: for<'a> fn(&'a Lab) -> Running<'a>,
}

macro_rules! checks {
    ($($check:path, $name:literal, $rule:literal, $suffered:literal;)+) => {
        const ALL: &[Check] = &[$(Check {
            name: $name,
            rule: $rule,
            suffered: $suffered,
            run: |lab| Box::pin(async move { verdict($check(lab).await) }),
        },)+];
    };
}

checks! {
    shapes::payment, "payment-shape", "a payment has its id, amount, currency, status and all its transactions",
        "The page cannot say what is to be paid, or takes a payment that is being paid for one that is not: they may pay twice.";
    shapes::transaction, "transaction-shape", "a create replies 201 with the transaction: its id and result.status",
        "They pay, and the page does not understand the answer: they wait for a result that is there.";
    shapes::redirection, "redirection", "a pending transaction that needs the shopper has its redirection.url",
        "They are never taken to their bank, and cannot pay.";
    shapes::listed_fields, "listed-fields", "replies hold the listed fields and no others",
        "What the provider or the shop knows of them can be read by any script on the page.";
    shapes::kept_nowhere, "no-store", "every reply says Cache-Control: no-store",
        "Somebody who shares their computer or proxy is shown their payment, or they are shown an old status.";
    once::repeat, "repeat", "a repeat under the same key is replied to with the original",
        "A broken connection becomes a second payment, or an error after they have paid.";
    once::repeats_at_once, "repeats-at-once", "requests with one key that arrive at once make one transaction",
        "A double click pays twice.";
    once::two_keys_at_once, "two-keys-at-once", "two attempts that arrive at once make one transaction, and the other gets 409",
        "Two tabs pay twice.";
    once::another_key, "another-key", "a payment with a transaction that has not failed takes no other: 409",
        "They open the page again, press Pay, and pay twice.";
    once::other_kind, "other-kind", "a payment that is being paid takes no transaction of the other kind either",
        "The amount is charged, and reserved once more.";
    once::after_a_failure, "after-a-failure", "after a known failure a new key makes a new transaction",
        "Their card is declined, and they cannot try another one.";
    once::failed_repeat, "failed-repeat", "a repeat of a failed attempt replies with that failure",
        "The page repeats a lost request, and charges a card that was declined a second time.";
    once::body_changed, "body-changed", "a repeat with another body makes nothing new",
        "The page repeats a lost request with a new token, and they pay twice.";
    once::key_of_another, "key-of-another", "a key that was used for another payment never replies with that one's transaction",
        "They are told that this order is paid, because another one is.";
    lost::reply, "lost-reply", "when PaymentsOS's reply is lost, the repeat finds what it has made",
        "They have paid, and are told that they have not: they pay again.";
    lost::request, "lost-request", "when the request never reached PaymentsOS, the repeat makes the transaction, once",
        "Their payment is neither made nor refused: they are stuck.";
    lost::another_attempt, "lost-and-anew", "when what came of an attempt is unknown, another one makes no second transaction",
        "They come back on another device after a broken connection, and pay twice.";
    lost::unavailable, "unavailable", "when PaymentsOS cannot be used, a create is not replied to as failed or refused",
        "They are told that nothing was paid while their payment goes through.";
    lost::busy, "busy", "when PaymentsOS asks for patience, so does the backend, with Retry-After",
        "All pages ask again at once, and keep everybody from paying.";
    lost::hangs, "hangs", "a read is answered within 10 s though PaymentsOS hangs",
        "The page says nothing at all for as long as they look at it.";
    waiting::at_once, "asked-plainly", "without Prefer, a status is answered at once",
        "The page hangs on each look, and gives up before the answer comes.";
    waiting::held, "held", "a preference for waiting is either kept and said to be, or not mentioned",
        "The page asks without a pause, and empties their battery; or it waits longer than it was told.";
    waiting::woken, "woken", "a held answer comes when the status changes",
        "They have paid, and look at a wheel for half a minute.";
    truth::becomes_final, "becomes-final", "the final status is told without a webhook too",
        "They have paid, and are told \"still processing\" for ever.";
    truth::of_the_address, "status-of-the-address", "a status in the address or the body is not believed",
        "Anybody who edits an address is told that they have paid, and so is the shop.";
    truth::made_elsewhere, "unfinished", "a payment that is being paid is not said to be unpaid",
        "They open the page a second time, and pay twice.";
    amount::differs, "amount-differs", "a create for another amount than the payment's is refused with 412",
        "They are charged another amount than they were shown.";
    amount::currency_differs, "currency-differs", "a create for another currency than the payment's is refused with 412",
        "They are charged in another currency than they were shown.";
    amount::from_the_client, "amount-of-the-client", "an amount in the body is the backend's affair, and has no effect",
        "Nothing; the shop sends goods for a cent, and raises its prices.";
    strict::allow_list, "allow-list", "only what is listed reaches PaymentsOS",
        "A script on the page waives their 3-D Secure, or has them pay in instalments.";
    strict::foreign_return, "foreign-return", "merchant_site_url on another origin is refused",
        "After they have paid, they are sent to a stranger's page that looks like the shop.";
    strict::card_number, "card-number", "card numbers are not taken",
        "Their card number goes through the shop's servers and logs, which are not made for it.";
    strict::no_key, "no-key", "a create without an Idempotency-Key is refused",
        "A request that the browser repeats pays twice.";
    strict::not_json, "not-json", "a create that is no JSON is refused, and is no fault of the backend",
        "A form on a stranger's page can pay in their name.";
    strict::too_large, "too-large", "a body of 2 MB is refused",
        "Somebody fills the shop's memory, and nobody can pay.";
    who::nobody_reads, "nobody-reads", "without a session, a payment is not told",
        "A stranger with the address of their order sees what they bought and how they paid.";
    who::stranger_sees, "stranger-sees", "without a session, a transaction is told by its id, status and amount at most",
        "A stranger with the return address sees their card's digits, or finishes their payment.";
    who::nobody_pays, "nobody-pays", "without a session, nothing is created",
        "Somebody tries stolen cards on their order.";
    who::another_session, "another-session", "another session neither reads nor pays a payment",
        "Another customer of the shop sees their payment.";
    who::transaction_elsewhere, "transaction-elsewhere", "a transaction is not found under another payment",
        "They are told that this order is paid, because another one is.";
    who::foreign_origin, "foreign-origin", "a create that comes from another origin's page is refused",
        "A stranger's page pays in their name while they are signed in.";
    who::cors, "cors", "no other origin's script may read a reply",
        "Any page that they visit meanwhile reads their payment.";
    errors::unknown, "unknown-payment", "a payment that does not exist is refused with 401, 403 or 404",
        "A mistyped address looks like an outage, and the page asks again and again.";
    errors::problems, "problems", "errors are problems (RFC 9457) or PaymentsOS's",
        "The page cannot say why, and the shop's engineers cannot find out.";
    errors::secrets, "secrets", "no reply holds a secret",
        "Whoever reads the page's traffic can pay out the shop's money.";
}

/// All of them, in the order in which they are run.
pub(crate) fn all() -> &'static [Check] {
    ALL
}
