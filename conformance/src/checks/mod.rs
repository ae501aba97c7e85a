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

use crate::kind::Kind;
use crate::lab::{Checked, Lab, NO_STRANGER, Stop, verdict};
use crate::report::Verdict;
use std::pin::Pin;

type Running<'a> = Pin<Box<dyn Future<Output = Checked> + 'a>>;

/// What a check needs, or needs to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// The local PaymentsOS.
    Sandbox,
    /// A second session.
    Stranger,
    /// A session that is a cookie.
    Cookie,
    /// A minute, so that it is run beside the others.
    Beside,
    /// All that was replied to the others, so that it is run after them.
    Replies,
}

/// When a check is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// One after the other.
    InTurn,
    /// Beside those.
    Beside,
    /// After all of them.
    Afterwards,
}

/// A rule, and how it is checked.
#[derive(Clone, Copy)]
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) suffered: &'static str,
    /// What the payments are paid by.
    pub(crate) kind: Kind,
    /// How many payments it uses up.
    payments: usize,
    needs: &'static [Need],
    run: for<'a> fn(&'a Lab) -> Running<'a>,
}

impl Check {
    /// What comes of it. What is missing is found out before a payment is taken.
    pub(crate) async fn verdict(&self, lab: &Lab) -> Verdict {
        let lab = lab.paying(self.kind);
        let checked = async {
            self.has_what_it_needs(&lab)?;
            if self.kind == Kind::Authorization {
                lab.can_authorize().await?;
            }
            (self.run)(&lab).await
        };
        verdict(checked.await)
    }

    /// When it is run.
    pub(crate) fn when(&self) -> When {
        match self.needs {
            needs if needs.contains(&Need::Beside) => When::Beside,
            needs if needs.contains(&Need::Replies) => When::Afterwards,
            _ => When::InTurn,
        }
    }

    fn has_what_it_needs(&self, lab: &Lab) -> Checked {
        for need in self.needs {
            match need {
                Need::Sandbox => lab.sandbox().map(drop)?,
                Need::Stranger if !lab.has_strangers() => return Err(Stop::NotRun(NO_STRANGER.to_owned())),
                Need::Cookie if lab.has_no_cookie() => {
                    return Err(Stop::NotNeeded(who::NO_COOKIE.to_owned()));
                }
                Need::Stranger | Need::Cookie | Need::Beside | Need::Replies => {}
            }
        }
        let (needed, option) = (self.payments, self.kind.option());
        match lab.left() {
            Some(left) if left < needed => {
                Err(Stop::NotRun(format!("it uses up {needed} payments; left: {left}. Give more with --{option}")))
            }
            _ => Ok(()),
        }
    }
}

macro_rules! checks {
    ($($check:path, $name:literal, $payments:literal $(+ $need:ident)*, $rule:literal, $suffered:literal;)+) => {
        const ALL: &[Check] = &[$(Check {
            name: $name,
            rule: $rule,
            suffered: $suffered,
            kind: Kind::Charge,
            payments: $payments,
            needs: &[$(Need::$need),*],
            run: |lab| Box::pin($check(lab)),
        },)+];
    };
}

checks! {
    shapes::payment, "payment-shape", 1, "a payment has its id, amount, currency, status and all its transactions",
        "The page cannot say what is to be paid, or takes a payment that is being paid for one that is not: they may pay twice.";
    shapes::transaction, "transaction-shape", 1, "a create replies 201 with the transaction: its id and result.status",
        "They pay, and the page does not understand the answer: they wait for a result that is there.";
    shapes::redirection, "redirection", 1, "a pending transaction that needs the shopper has its redirection.url",
        "They are never taken to their bank, and cannot pay.";
    shapes::listed_fields, "listed-fields", 3, "replies hold the listed fields and no others",
        "What the provider or the shop knows of them can be read by any script on the page.";
    shapes::kept_nowhere, "no-store", 1, "every reply says Cache-Control: no-store",
        "Somebody who shares their computer or proxy is shown their payment, or they are shown an old status.";
    once::repeat, "repeat", 2, "a repeat under the same key is replied to with the original",
        "A broken connection becomes a second payment, or an error after they have paid.";
    once::repeats_at_once, "repeats-at-once", 1, "requests with one key that arrive at once make one transaction",
        "A double click pays twice.";
    once::two_keys_at_once, "two-keys-at-once", 3, "two attempts that arrive at once make one transaction, and the other gets 409",
        "Two tabs pay twice.";
    once::another_key, "another-key", 2, "a payment with a transaction that has not failed takes no other: 409",
        "They open the page again, press Pay, and pay twice.";
    once::other_kind, "other-kind", 1, "a payment that is being paid takes no transaction of the other kind either",
        "The amount is charged, and reserved once more.";
    once::after_a_failure, "after-a-failure", 1, "after a known failure a new key makes a new transaction",
        "Their card is declined, and they cannot try another one.";
    once::failed_repeat, "failed-repeat", 1, "a repeat of a failed attempt replies with that failure",
        "The page repeats a lost request, and charges a card that was declined a second time.";
    once::body_changed, "body-changed", 1, "a repeat with another body makes nothing new",
        "The page repeats a lost request with a new token, and they pay twice.";
    once::key_of_another, "key-of-another", 2, "a key that was used for another payment never replies with that one's transaction",
        "They are told that this order is paid, because another one is.";
    lost::reply, "lost-reply", 1 + Sandbox, "when PaymentsOS's reply is lost, the repeat finds what it has made",
        "They have paid, and are told that they have not: they pay again.";
    lost::request, "lost-request", 1 + Sandbox, "when the request never reached PaymentsOS, the repeat makes the transaction, once",
        "Their payment is neither made nor refused: they are stuck.";
    lost::another_attempt, "lost-and-anew", 2 + Sandbox, "when what came of an attempt is unknown, another one makes no second transaction",
        "They come back on another device after a broken connection, and pay twice.";
    lost::unavailable, "unavailable", 1 + Sandbox, "when PaymentsOS cannot be used, a create is not replied to as failed or refused",
        "They are told that nothing was paid while their payment goes through.";
    lost::busy, "busy", 1 + Sandbox, "when PaymentsOS asks for patience, so does the backend, with Retry-After",
        "All pages ask again at once, and keep everybody from paying.";
    lost::hangs, "hangs", 1 + Sandbox, "a payment and a transaction are read within 10 s though PaymentsOS hangs",
        "The page says nothing at all for as long as they look at it.";
    lost::create_hangs, "create-hangs", 1 + Sandbox + Beside, "a create is answered within 60 s though PaymentsOS hangs, and not as failed or refused",
        "The page gives up before the backend does: they wait, and are told nothing that holds.";
    waiting::at_once, "asked-plainly", 1, "without Prefer, a status is answered at once",
        "The page hangs on each look, and gives up before the answer comes.";
    waiting::held, "held", 1, "a preference for waiting is either kept and said to be, or not mentioned",
        "The page asks without a pause, and empties their battery; or it waits longer than it was told.";
    waiting::woken, "woken", 1 + Sandbox, "a held answer comes when the status changes",
        "They have paid, and look at a wheel for half a minute.";
    truth::becomes_final, "becomes-final", 2 + Sandbox, "the final status is told without a webhook too",
        "They have paid, and are told \"still processing\" for ever.";
    truth::of_the_address, "status-of-the-address", 1, "a status in the address or the body is not believed",
        "Anybody who edits an address is told that they have paid, and so is the shop.";
    truth::made_elsewhere, "unfinished", 1, "a payment that is being paid is not said to be unpaid",
        "They open the page a second time, and pay twice.";
    amount::differs, "amount-differs", 1, "a create for another amount than the payment's is refused with 412",
        "They are charged another amount than they were shown.";
    amount::currency_differs, "currency-differs", 1, "a create for another currency than the payment's is refused with 412",
        "They are charged in another currency than they were shown.";
    amount::from_the_client, "amount-of-the-client", 1, "an amount in the body is the backend's affair, and has no effect",
        "Nothing; the shop sends goods for a cent, and raises its prices.";
    strict::allow_list, "allow-list", 2 + Sandbox, "nothing reaches PaymentsOS of a request but the fields that the contract lists",
        "A script on the page waives their 3-D Secure, or has them pay in instalments.";
    strict::foreign_return, "foreign-return", 1, "merchant_site_url on another origin is refused",
        "After they have paid, they are sent to a stranger's page that looks like the shop.";
    strict::card_number, "card-number", 1, "card numbers are not taken",
        "Their card number goes through the shop's servers and logs, which are not made for it.";
    strict::no_key, "no-key", 1, "a create without an Idempotency-Key is refused",
        "A request that the browser repeats pays twice.";
    strict::not_json, "not-json", 1, "a create that is no JSON is refused, and is no fault of the backend",
        "A form on a stranger's page can pay in their name.";
    strict::too_large, "too-large", 1, "a body of 2 MB is refused",
        "Somebody fills the shop's memory, and nobody can pay.";
    who::nobody_reads, "nobody-reads", 1, "without a session, a payment is not told",
        "A stranger with the address of their order sees what they bought and how they paid.";
    who::stranger_sees, "stranger-sees", 2, "without a session, a transaction is told by its id, status and amount at most",
        "A stranger with the return address sees their card's digits, or finishes their payment.";
    who::nobody_pays, "nobody-pays", 1, "without a session, nothing is created",
        "Somebody tries stolen cards on their order.";
    who::another_session, "another-session", 1 + Stranger, "another session neither reads nor pays a payment",
        "Another customer of the shop sees their payment.";
    who::transaction_elsewhere, "transaction-elsewhere", 2, "a transaction is not found under another payment",
        "They are told that this order is paid, because another one is.";
    who::foreign_origin, "foreign-origin", 1 + Cookie, "a create that comes from another origin's page is refused",
        "A stranger's page pays in their name while they are signed in.";
    who::cors, "cors", 1, "no other origin's script may read a reply",
        "Any page that they visit meanwhile reads their payment.";
    errors::unknown, "unknown-payment", 1, "a payment that does not exist is refused with 401, 403 or 404",
        "A mistyped address looks like an outage, and the page asks again and again.";
    errors::problems, "problems", 1, "errors are problems (RFC 9457) or PaymentsOS's",
        "The page cannot say why, and the shop's engineers cannot find out.";
    errors::secrets, "secrets", 1 + Replies, "no reply holds a secret, in its body or its headers",
        "Whoever reads the page's traffic can pay out the shop's money.";
}

/// Those that are made again with authorizations, under names of their own: a guard that stands before charges need not stand there.
const AUTHORIZED: &[(&str, &str)] = &[
    ("repeat", "authorization-repeat"),
    ("two-keys-at-once", "authorization-two-keys-at-once"),
    ("another-key", "authorization-another-key"),
    ("held", "authorization-held"),
    ("woken", "authorization-woken"),
    ("becomes-final", "authorization-becomes-final"),
    ("amount-differs", "authorization-amount-differs"),
    ("allow-list", "authorization-allow-list"),
    ("another-session", "authorization-another-session"),
    ("foreign-origin", "authorization-foreign-origin"),
];

/// All of them, in the order in which they are told.
pub(crate) fn all() -> Vec<Check> {
    let authorized = AUTHORIZED.iter().filter_map(|(of_charges, name)| {
        let check = ALL.iter().find(|check| check.name == *of_charges)?;
        Some(Check { name, kind: Kind::Authorization, ..*check })
    });
    ALL.iter().copied().chain(authorized).collect()
}

/// How many payments all checks use up: to be charged, and to be authorized.
pub fn payments_needed() -> [usize; 2] {
    let of = |kind| all().iter().filter(|check| check.kind == kind).map(|check| check.payments).sum();
    [of(Kind::Charge), of(Kind::Authorization)]
}

#[cfg(test)]
mod tests {
    use super::{AUTHORIZED, all};
    use std::collections::BTreeSet;

    #[test]
    fn each_has_a_name_of_its_own() {
        let names: BTreeSet<_> = all().iter().map(|check| check.name).collect();
        assert_eq!(names.len(), all().len());
        assert!(AUTHORIZED.iter().all(|(_, name)| names.contains(name)));
    }
}
