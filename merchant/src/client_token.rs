//! Client tokens: what a page shows where cookies do not go. Each is good for one payment, and for as long as an attempt is kept. It is
//! signed and not stored, so every replica can tell.

use crate::config::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::Duration;

/// As long as the component keeps an attempt.
pub(crate) const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// Signatures of this sort are of no use for anything else that the same key signs.
const PURPOSE: &[u8] = b"paymentsos-checkout client token 1";

/// A token for a payment, that ends then (milliseconds since 1970).
pub(crate) fn client_token(key: &Secret, payment: &str, ends: i64) -> String {
    let digest = mac(key, payment, ends).map(|mac| hex(&mac.finalize().into_bytes())).unwrap_or_default();
    format!("{ends}.{digest}")
}

/// Whether a token is for that payment, made with one of the keys, and has not ended. Compared in constant time.
pub(crate) fn is_client_token(keys: &[Secret], token: &str, payment: &str, now: i64) -> bool {
    let Some((ends, digest)) = token.split_once('.') else { return false };
    let (Ok(ends), Some(digest)) = (ends.parse::<i64>(), from_hex(digest)) else { return false };
    let is_signed = |key| mac(key, payment, ends).is_some_and(|mac| mac.verify_slice(&digest).is_ok());
    now < ends && keys.iter().any(is_signed)
}

fn mac(key: &Secret, payment: &str, ends: i64) -> Option<Hmac<Sha256>> {
    let mut own = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes()).ok()?;
    own.update(PURPOSE);
    let mut mac = Hmac::<Sha256>::new_from_slice(&own.finalize().into_bytes()).ok()?;
    mac.update(format!("{ends}.{payment}").as_bytes());
    Some(mac)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The 32 bytes that 64 hexadecimal digits are.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    // A number may have a sign; a digest has none.
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_payment_until_it_ends() {
        let keys = [Secret::new("new"), Secret::new("old")];
        for key in &keys {
            let token = client_token(key, "payment", 1_000);
            assert!(is_client_token(&keys, &token, "payment", 999));
            assert!(!is_client_token(&keys, &token, "payment", 1_000));
            assert!(!is_client_token(&keys, &token, "another", 999));
            assert!(!is_client_token(&keys, &token.replacen("1000", "2000", 1), "payment", 999));
        }
        let foreign = client_token(&Secret::new("foreign"), "payment", 1_000);
        assert!(!is_client_token(&keys, &foreign, "payment", 999));
        for rubbish in ["", ".", "1000", "1000.", "1000.zz", "x.y", &format!("1000.{}", "0".repeat(64))] {
            assert!(!is_client_token(&keys, rubbish, "payment", 999), "{rubbish}");
        }
    }

    #[test]
    fn digits_are_digits() {
        assert_eq!(from_hex(&"0A".repeat(32)), Some(vec![10; 32]));
        assert_eq!(from_hex(&"+a".repeat(32)), None);
        assert_eq!(from_hex(&"é".repeat(32)), None);
    }
}
