//! Names and numbers that all stories share.

use paymentsos_core::flow::Millis;

/// When every story begins, by a clock that is right.
pub(crate) const MORNING: Millis = 1_700_000_000_000;
pub(crate) const CURRENCY: &str = "USD";
pub(crate) const PAYMENT: &str = "65de6d2a-0000-4000-8000-00000000000a";
/// A payment that is none of this shop's.
pub(crate) const OTHER_PAYMENT: &str = "65de6d2a-0000-4000-8000-00000000000b";
/// A transaction that nobody has made.
pub(crate) const FORGED: &str = "f0f0f0f0-0000-4000-8000-000000000003";
pub(crate) const BANK: &str = "https://bank.example/pay";
pub(crate) const COLLECTOR: &str = "https://bank.example/collect";

/// The id of the transaction of that number.
pub(crate) fn transaction(number: usize) -> String {
    format!("aec1c306-0000-4000-8000-{number:012}")
}

/// The key of the press of that number, of all presses of a story.
pub(crate) fn key(number: u32) -> String {
    format!("0b8f2f4e-1111-4222-8333-{number:012}")
}
