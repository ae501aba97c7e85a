//! How PaymentsOS signs a webhook: an HMAC over fourteen of its values, not over the body.

use hmac::{Hmac, KeyInit, Mac};
use paymentsos_core::paymentsos::SIGNED_BY_WEBHOOK;
use serde_json::Value;
use sha2::Sha256;
use std::fmt::Write;

/// The lowercase hexadecimal HMAC-SHA256 that the header `signature` carries after `sig1=`.
pub fn sign(private_key: &str, event_type: &str, body: &Value) -> String {
    let mut message = event_type.to_owned();
    for pointer in SIGNED_BY_WEBHOOK {
        message.push(',');
        match body.pointer(pointer) {
            Some(Value::String(text)) => message.push_str(text),
            Some(Value::Number(number)) => message.push_str(&number.to_string()),
            _ => {}
        }
    }
    hmac(private_key, &message)
}

fn hmac(key: &str, message: &str) -> String {
    // An HMAC takes a key of any length, so the error cannot arise.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::sign;
    use serde_json::{Value, json};

    fn signed(body: Value) -> String {
        sign("test-private-key", "payment.authorization.create", &body)
    }

    #[test]
    fn signs_every_value() {
        let body = json!({
            "id": "test-id", "account_id": "test-account-id", "payment_id": "test-payment-id",
            "created": "2018-10-03T05:14:17.196Z", "app_id": "test-app-id",
            "data": {
                "id": "test-transaction-id", "amount": 42, "currency": "RUB", "reconciliation_id": "test-reconciliation-id",
                "result": {
                    "status": "Pending", "category": "payment_method_declined", "sub_category": "declined_by_issuing_bank",
                },
                "provider_data": {"response_code": "124"},
            },
        });
        assert_eq!(signed(body), "b5457f3a7c7e8bdeea150485240b0a2c041f63d7ec5460c186ccde1e18453c3d");
    }

    #[test]
    fn keeps_the_comma_of_an_absent_value() {
        let body = |payment: &str| {
            json!({
                "id": "test-id", "account_id": "test-account-id", "payment_id": payment,
                "created": "2018-10-03T05:14:17.196Z", "app_id": "test-app-id",
                "data": {
                    "id": "test-transaction-id", "reconciliation_id": "test-reconciliation-id",
                    "result": {"status": "Pending", "category": null},
                    "provider_data": {"response_code": "124"},
                },
            })
        };
        assert_eq!(signed(body("test-app-id")), "f4a3827af9a1d3a33e33db9dc226e54c676e46295e2e27c3a8115280def4f21c");
        assert_eq!(signed(body("test-payment-id")), "643755c9859cc1a49b1d9196fee415f00f00fa15ce3da329c317c600a277d77a");
    }
}
