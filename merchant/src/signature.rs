//! A webhook's signature: HMAC-SHA256 over fourteen of its values, keyed with the private key.

use crate::client_token::from_hex;
use crate::config::Secret;
use hmac::{Hmac, KeyInit, Mac};
use paymentsos_core::paymentsos::SIGNED_BY_WEBHOOK;
use serde_json::Value;
use sha2::Sha256;

/// Two stand there while a key is replaced, and whoever has a key sends no more than these.
const MOST_DIGESTS: usize = 4;
/// Ids, statuses and codes are far shorter.
const LONGEST_VALUE: usize = 1_024;

/// Whether the header `signature` (`sig1=…`, and while a key is replaced `sig1=…,sig2=…`) holds the right one. Anybody may ask, so what it
/// costs does not grow with what is sent: each key signs a short message once, and few digests are compared with that.
pub(crate) fn is_signed(keys: &[Secret], event_type: &str, webhook: &Value, header: &str) -> bool {
    let given: Vec<Vec<u8>> = header.split(',').filter_map(digest).take(MOST_DIGESTS).collect();
    if given.is_empty() {
        return false;
    }
    // Sources disagree on whether an amount of 0 is signed as "0" or as nothing.
    let zero = webhook.pointer("/data/amount").and_then(Value::as_u64) == Some(0);
    let readings = if zero { &[false, true][..] } else { &[false] };
    let messages: Vec<String> = readings.iter().filter_map(|skip| message(event_type, webhook, *skip)).collect();
    let is_one_of = |mac: Hmac<Sha256>| given.iter().any(|digest| mac.clone().verify_slice(digest).is_ok());
    keys.iter().any(|key| messages.iter().any(|message| signed(key, message).is_some_and(is_one_of)))
}

/// The digest of a part such as `sig1=…`.
fn digest(part: &str) -> Option<Vec<u8>> {
    let (name, digest) = part.trim().split_once('=')?;
    name.starts_with("sig").then(|| from_hex(digest.trim())).flatten()
}

fn signed(key: &Secret, message: &str) -> Option<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes()).ok()?;
    Some(mac.chain_update(message.as_bytes()))
}

/// What is signed, unless a value of it is longer than any that PaymentsOS signs.
fn message(event_type: &str, webhook: &Value, skip_amount: bool) -> Option<String> {
    let short = |text: &str| text.len() <= LONGEST_VALUE;
    let mut message = Some(event_type).filter(|text| short(text))?.to_owned();
    for pointer in SIGNED_BY_WEBHOOK {
        message.push(',');
        if skip_amount && pointer == "/data/amount" {
            continue;
        }
        match webhook.pointer(pointer) {
            Some(Value::String(text)) => message.push_str(Some(text).filter(|text| short(text))?),
            Some(Value::Number(number)) => message.push_str(&number.to_string()),
            _ => {}
        }
    }
    Some(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KEY: &str = "test-private-key";
    const EVENT: &str = "payment.authorization.create";

    fn webhook(payment: &str) -> Value {
        json!({
            "id": "test-id", "account_id": "test-account-id", "payment_id": payment, "app_id": "test-app-id",
            "created": "2018-10-03T05:14:17.196Z",
            "data": {
                "id": "test-transaction-id",
                "result": {"status": "Pending"},
                "provider_data": {"response_code": "124"},
                "reconciliation_id": "test-reconciliation-id",
            },
        })
    }

    fn full() -> Value {
        let mut webhook = webhook("test-payment-id");
        webhook["data"]["result"] = json!({
            "status": "Pending", "category": "payment_method_declined", "sub_category": "declined_by_issuing_bank",
        });
        webhook["data"]["amount"] = json!(42);
        webhook["data"]["currency"] = json!("RUB");
        webhook
    }

    const FULL: &str = "b5457f3a7c7e8bdeea150485240b0a2c041f63d7ec5460c186ccde1e18453c3d";
    const PART: &str = "f4a3827af9a1d3a33e33db9dc226e54c676e46295e2e27c3a8115280def4f21c";
    const OTHER: &str = "643755c9859cc1a49b1d9196fee415f00f00fa15ce3da329c317c600a277d77a";

    #[test]
    fn the_published_vectors_hold() {
        assert!(is_signed(&[Secret::new(KEY)], EVENT, &full(), &format!("sig1={FULL}")));
        assert!(is_signed(&[Secret::new(KEY)], EVENT, &webhook("test-app-id"), &format!("sig1={PART}")));
        assert!(is_signed(&[Secret::new(KEY)], EVENT, &webhook("test-payment-id"), &format!("sig1={OTHER}")));
    }

    #[test]
    fn while_a_key_is_replaced_either_signature_does() {
        assert!(is_signed(&[Secret::new(KEY)], EVENT, &full(), &format!("sig1={OTHER},sig2={FULL}")));
        assert!(is_signed(&[Secret::new(KEY)], EVENT, &full(), &format!("sig1={FULL}, sig2={OTHER}")));
        assert!(!is_signed(&[Secret::new(KEY)], EVENT, &full(), &format!("sig1={OTHER},sig2={PART}")));
    }

    #[test]
    fn while_our_key_is_replaced_either_does() {
        let keys = [Secret::new("another-key"), Secret::new(KEY)];
        assert!(is_signed(&keys, EVENT, &full(), &format!("sig1={FULL}")));
        assert!(!is_signed(&[], EVENT, &full(), &format!("sig1={FULL}")));
    }

    #[test]
    fn every_signed_value_counts() {
        let header = format!("sig1={FULL}");
        assert!(!is_signed(&[Secret::new("another-key")], EVENT, &full(), &header));
        assert!(!is_signed(&[Secret::new(KEY)], "payment.charge.create", &full(), &header));
        for pointer in SIGNED_BY_WEBHOOK {
            let mut changed = full();
            *changed.pointer_mut(pointer).unwrap() = json!("changed");
            assert!(!is_signed(&[Secret::new(KEY)], EVENT, &changed, &header), "{pointer}");
        }
    }

    #[test]
    fn rubbish_is_not_a_signature() {
        let wide = "é".repeat(32);
        for header in ["", "sig1", "sig1=", "sig1=zz", FULL, &format!("sig1={}", &FULL[..62]), &format!("sig1={wide}")]
        {
            assert!(!is_signed(&[Secret::new(KEY)], EVENT, &full(), header), "{header}");
        }
    }

    #[test]
    fn an_amount_of_zero_may_be_signed_as_nothing() {
        let mut webhook = webhook("test-payment-id");
        webhook["data"]["amount"] = json!(0);
        assert!(is_signed(&[Secret::new(KEY)], EVENT, &webhook, &format!("sig1={OTHER}")));
    }

    #[test]
    fn few_digests_are_looked_at() {
        let after = |others: usize| format!("{}sig2={FULL}", format!("sig1={OTHER},").repeat(others));
        assert!(is_signed(&[Secret::new(KEY)], EVENT, &full(), &after(3)));
        assert!(!is_signed(&[Secret::new(KEY)], EVENT, &full(), &after(4)));
        // What is no digest takes nobody's place.
        assert!(is_signed(&[Secret::new(KEY)], EVENT, &full(), &format!("{}sig2={FULL}", "sig1=,".repeat(9))));
    }

    #[test]
    fn a_value_that_is_too_long_is_not_signed() {
        let mut webhook = full();
        for (length, signed) in [(1_024, true), (1_025, false)] {
            webhook["data"]["provider_data"]["response_code"] = json!("x".repeat(length));
            let mac = hmac::Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
            let values = SIGNED_BY_WEBHOOK.map(|pointer| match webhook.pointer(pointer) {
                Some(Value::String(text)) => text.clone(),
                Some(number) => number.to_string(),
                None => String::new(),
            });
            let digest = mac.chain_update(format!("{EVENT},{}", values.join(","))).finalize().into_bytes();
            let header: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(is_signed(&[Secret::new(KEY)], EVENT, &webhook, &format!("sig1={header}")), signed, "{length}");
        }
    }
}
