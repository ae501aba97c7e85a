//! The mock provider: what becomes of a transaction, by its card, its method or its amount.
//!
//! Documented are the card table, `untokenized_result_status` and the amount table. The cards that go through 3-D Secure, the
//! hosted payment page and the categories marked as invented are the sandbox's own.

use crate::money;
use paymentsos_core::paymentsos::{Outcome, Status};
use serde_json::Value;

/// The two pages a shopper can be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// The issuer's, for 3-D Secure.
    Issuer,
    /// The provider's, for Pay-by-Link and the like.
    Hosted,
}

impl Page {
    /// The first segment of its address.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Page::Issuer => "3ds",
            Page::Hosted => "pay",
        }
    }
}

/// What a redirection leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// A page for the shopper.
    Page(Page),
    /// The issuer's data collection, in self-handled 3-D Secure: nothing that the shopper sees.
    Collector,
}

impl Destination {
    /// The first segment of its address.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Destination::Page(page) => page.folder(),
            Destination::Collector => "collect",
        }
    }
}

/// Whether the issuer challenges the shopper after its data collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    Always,
    /// Only where nothing was collected.
    WithoutData,
}

/// What the provider makes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Succeed,
    Fail,
    /// The payment method can never work, such as a card number with a wrong check digit.
    Invalid,
    PendingThenSucceed,
    PendingThenFail,
    /// Only by the newer amount table.
    PendingForADay,
    /// `Pending` until the shopper has been there.
    Redirect(Page),
    /// `Pending` until the issuer has collected its data, and the merchant has gone on with the authentication.
    Collect(Challenge),
}

/// By the card's number.
pub(crate) fn card(number: &str) -> Verdict {
    match number {
        "4242424242424242" | "4000056655665556" | "5555555555554444" | "5200828282828210" | "378282246310005"
        | "6011111111111117" | "30569309025904" | "3530111333300000" => Verdict::Fail,
        "4000000000000077" | "5105105105105100" | "371449635398431" | "6011000990139424" | "38520000023237"
        | "3566002020360505" => Verdict::PendingThenSucceed,
        "4000000400000008" | "5454545454545454" => Verdict::PendingThenFail,
        "4000000000003220" => Verdict::Redirect(Page::Issuer),
        "4000000000003238" => Verdict::Collect(Challenge::Always),
        "4000000000003246" => Verdict::Collect(Challenge::WithoutData),
        number if passes_luhn(number) => Verdict::Succeed,
        _ => Verdict::Invalid,
    }
}

/// By what an untokenized method asks for in `additional_details.untokenized_result_status`.
pub(crate) fn untokenized(method: &Value) -> Result<Verdict, &'static str> {
    match method.pointer("/additional_details/untokenized_result_status").map(|word| word.as_str()) {
        None => Ok(Verdict::Redirect(Page::Hosted)),
        Some(Some("succeed")) => Ok(Verdict::Succeed),
        Some(Some("failed")) => Ok(Verdict::Fail),
        Some(Some("pending_succeed")) => Ok(Verdict::PendingThenSucceed),
        Some(Some("pending_failed")) => Ok(Verdict::PendingThenFail),
        Some(_) => Err("untokenized_result_status must be succeed, failed, pending_succeed or pending_failed"),
    }
}

/// By the amount of a capture or refund, or of the payment that is voided. `newer` adds the row that takes a day.
pub(crate) fn amount(amount: u64, currency: &str, newer: bool) -> Verdict {
    match amount / money::major(currency) {
        0..20 => Verdict::Fail,
        20..30 => Verdict::PendingThenSucceed,
        30..40 => Verdict::PendingThenFail,
        40..50 if newer => Verdict::PendingForADay,
        _ => Verdict::Succeed,
    }
}

/// Whether the check digit is right.
pub(crate) fn passes_luhn(number: &str) -> bool {
    let sum = number.bytes().rev().enumerate().fold(0, |sum, (place, digit)| {
        let digit = u32::from(digit.wrapping_sub(b'0'));
        let worth = if place % 2 == 0 { digit } else { digit * 2 };
        sum + worth / 10 + worth % 10
    });
    number.bytes().all(|digit| digit.is_ascii_digit()) && sum % 10 == 0
}

/// The brand that a card number begins like.
pub(crate) fn brand(number: &str) -> &'static str {
    match number.as_bytes() {
        [b'4', ..] => "VISA",
        [b'5', b'1'..=b'5', ..] | [b'2', b'2'..=b'7', ..] => "MASTERCARD",
        [b'3', b'4' | b'7', ..] => "AMEX",
        [b'3', b'5', ..] => "JCB",
        [b'3', b'0' | b'6' | b'8', ..] => "DINERS",
        [b'6', ..] => "DISCOVER",
        _ => "UNKNOWN",
    }
}

/// Where a new transaction stands.
pub(crate) fn pending() -> Outcome {
    Outcome { status: Status::Pending, category: None, sub_category: None, description: None }
}

/// A transaction that is done.
pub(crate) fn succeeded() -> Outcome {
    Outcome { status: Status::Succeed, category: None, sub_category: None, description: None }
}

/// A refusal by the provider. The amount's last two digits pick the error: `05` is documented, `06` and `07` are invented.
pub(crate) fn refused(amount: u64) -> Outcome {
    match amount % 100 {
        5 => invalid(),
        6 => declined(),
        7 => failed("provider_network_error", None, "The provider could not be reached."),
        _ => failed("provider_error", None, "Something went wrong on the provider's side."),
    }
}

/// The payment method cannot be used.
pub(crate) fn invalid() -> Outcome {
    failed("payment_method_error", None, "The payment method provided is not valid.")
}

/// The issuer, or the hosted page, said no.
pub(crate) fn declined() -> Outcome {
    let sub_category = Some("declined_by_issuing_bank");
    failed("payment_method_declined", sub_category, "The payment method was declined by the issuing bank.")
}

/// The shopper gave up on a page. The sub-category is invented: PaymentsOS documents nothing for it.
pub(crate) fn cancelled() -> Outcome {
    failed("payment_method_declined", Some("cancelled_by_customer"), "The shopper cancelled the payment.")
}

/// Nobody finished a redirection. The sub-category is invented.
pub(crate) fn expired() -> Outcome {
    failed("payment_method_declined", Some("expired"), "The redirection was not finished in time.")
}

fn failed(category: &str, sub_category: Option<&str>, description: &str) -> Outcome {
    Outcome {
        status: Status::Failed,
        category: Some(category.to_owned()),
        sub_category: sub_category.map(str::to_owned),
        description: Some(description.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Challenge, Page, Verdict, amount, card, passes_luhn};

    #[test]
    fn reads_the_card_table() {
        assert_eq!(card("4111111111111111"), Verdict::Succeed);
        assert_eq!(card("4242424242424242"), Verdict::Fail);
        assert_eq!(card("371449635398431"), Verdict::PendingThenSucceed);
        assert_eq!(card("5454545454545454"), Verdict::PendingThenFail);
        assert_eq!(card("4111111111111112"), Verdict::Invalid);
    }

    #[test]
    fn cards_of_our_own_pass_where_the_check_digit_is_looked_at() {
        for (number, verdict) in [
            ("4000000000003220", Verdict::Redirect(Page::Issuer)),
            ("4000000000003238", Verdict::Collect(Challenge::Always)),
            ("4000000000003246", Verdict::Collect(Challenge::WithoutData)),
        ] {
            assert_eq!(card(number), verdict);
            assert!(passes_luhn(number), "{number}");
        }
    }

    #[test]
    fn reads_the_amount_table_in_major_units() {
        assert_eq!(amount(1999, "USD", false), Verdict::Fail);
        assert_eq!(amount(2000, "USD", false), Verdict::PendingThenSucceed);
        assert_eq!(amount(3999, "USD", false), Verdict::PendingThenFail);
        assert_eq!(amount(4097, "USD", false), Verdict::Succeed);
        assert_eq!(amount(4097, "USD", true), Verdict::PendingForADay);
        assert_eq!(amount(25, "JPY", false), Verdict::PendingThenSucceed);
    }
}
