//! What of a create request goes on to PaymentsOS: an allow-list. Nothing that is not named here gets through, so never
//! `external`, `sca_exemptions` or `installments`.

use crate::contract::{BrowserAttributes, PaymentMethodRequest};
use crate::problem::{Problem, Type};
use paymentsos_core::paymentsos::Payment;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use url::Url;
use utoipa::ToSchema;

const BROWSER_TEXTS: [&str; 5] =
    ["browser_language", "browser_color_depth", "browser_screen_height", "browser_screen_width", "browser_time_zone"];
/// What a challenge may take of the screen (EMV 3DS, challenge window size).
const WINDOW_SIZES: [&str; 5] = ["01", "02", "03", "04", "05"];
const LONGEST_TEXT: usize = 2_048;
const MOST_DETAILS: usize = 32;

/// A request for a charge or an authorization. What is not listed here does not reach PaymentsOS. The amount is the backend's.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateRequest {
    #[serde(default)]
    #[schema(value_type = PaymentMethodRequest, required = true)]
    payment_method: Value,
    /// Where PaymentsOS sends the shopper back to: on the shop's own origins only, without credentials.
    #[serde(default)]
    #[schema(format = "uri", max_length = 8_192)]
    merchant_site_url: Option<String>,
    /// The attempt's id, as in the header `Idempotency-Key`.
    #[serde(default)]
    #[schema(value_type = String, format = "uuid", required = true)]
    pub(crate) reconciliation_id: Option<String>,
    #[serde(default)]
    #[schema(value_type = Expected, required = true)]
    expected: Option<Expected>,
    #[serde(default)]
    #[schema(value_type = Option<BrowserAttributes>)]
    three_d_secure_attributes: Value,
}

/// What the shopper saw, and so what may be charged.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
pub(crate) struct Expected {
    /// In minor units of the currency.
    amount: u64,
    /// ISO 4217.
    #[schema(example = "USD")]
    currency: String,
}

impl Expected {
    /// Whether that is what the payment asks for.
    pub(crate) fn holds_for(&self, payment: &Payment) -> bool {
        self.amount == payment.amount && self.currency == payment.currency
    }
}

impl CreateRequest {
    /// What the shopper saw.
    pub(crate) fn expected(&self) -> Result<Expected, Problem> {
        let missing = || Problem::new(Type::ExpectedMissing, "`expected` must hold the amount and currency shown.");
        self.expected.clone().ok_or_else(missing)
    }

    /// The body for PaymentsOS. `accept` is the header that the shopper's browser sent.
    pub(crate) fn upstream(&self, attempt: &str, origins: &[String], accept: Option<&str>) -> Result<Value, Problem> {
        let mut body = json!({
            "payment_method": payment_method(&self.payment_method)?,
            "reconciliation_id": attempt,
        });
        if let Some(address) = &self.merchant_site_url {
            body["merchant_site_url"] = return_address(address, origins)?.into();
        }
        if let Some(internal) = browser(&self.three_d_secure_attributes, accept) {
            body["three_d_secure_attributes"] = json!({ "internal": internal });
        }
        Ok(body)
    }
}

/// A digest of what was asked for, to tell a repeat from something else under the same key. The security code is left out: not
/// even a digest of it may be kept.
pub(crate) fn fingerprint(body: &Value) -> [u8; 32] {
    let mut body = body.clone();
    if let Some(method) = body.get_mut("payment_method").and_then(Value::as_object_mut) {
        method.remove("credit_card_cvv");
    }
    Sha256::digest(body.to_string()).into()
}

fn payment_method(asked: &Value) -> Result<Value, Problem> {
    let refused = |detail| Problem::new(Type::PaymentMethod, detail);
    let asked = asked.as_object().ok_or_else(|| refused("`payment_method` must be an object."))?;
    let text = |name: &str| asked.get(name).and_then(Value::as_str).filter(|text| text.len() <= LONGEST_TEXT);
    let mut method = Map::new();
    match text("type") {
        Some("tokenized") if text("token").is_some() => {}
        Some("tokenized") => return Err(refused("A tokenized `payment_method` needs its `token`.")),
        Some("untokenized") if text("source_type") == Some("credit_card") => {
            return Err(refused("A card must be tokenized: this backend takes no card numbers."));
        }
        Some("untokenized") => {}
        _ => return Err(refused("The `type` of `payment_method` must be `tokenized` or `untokenized`.")),
    }
    for name in ["type", "token", "credit_card_cvv", "source_type", "vendor"] {
        if let Some(text) = text(name) {
            method.insert(name.to_owned(), text.into());
        }
    }
    if let Some(details) = asked.get("additional_details").and_then(Value::as_object) {
        let plain = |value: &Value| match value {
            Value::String(text) => text.len() <= LONGEST_TEXT,
            Value::Bool(_) | Value::Number(_) => true,
            Value::Null | Value::Array(_) | Value::Object(_) => false,
        };
        let details: Map<String, Value> = details
            .iter()
            .filter(|(name, value)| name.len() <= 128 && plain(value))
            .take(MOST_DETAILS)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        method.insert("additional_details".to_owned(), details.into());
    }
    Ok(method.into())
}

fn return_address(text: &str, origins: &[String]) -> Result<String, Problem> {
    let ours = Url::parse(text).ok().filter(|url| {
        url.username().is_empty()
            && url.password().is_none()
            && text.len() <= 8_192
            && origins.contains(&url.origin().ascii_serialization())
    });
    ours.map(String::from).ok_or_else(|| {
        let detail = "`merchant_site_url` is on no origin of this shop. Its own is that of MERCHANT_PUBLIC_URL, further ones are set \
                      by SHOP_ORIGINS.";
        Problem::new(Type::MerchantSiteUrl, detail)
    })
}

/// What a script could read of the browser, and the header that it could not.
pub(crate) fn browser(attributes: &Value, accept: Option<&str>) -> Option<Map<String, Value>> {
    let asked = attributes.get("internal")?.as_object()?;
    let mut internal = Map::new();
    for name in BROWSER_TEXTS {
        if let Some(text) = asked.get(name).and_then(Value::as_str).filter(|text| text.len() <= 64) {
            internal.insert(name.to_owned(), text.into());
        }
    }
    if let Some(enabled) = asked.get("browser_java_enabled").and_then(Value::as_bool) {
        internal.insert("browser_java_enabled".to_owned(), enabled.into());
    }
    if let Some(size) =
        asked.get("challenge_window_size").and_then(Value::as_str).filter(|size| WINDOW_SIZES.contains(size))
    {
        internal.insert("challenge_window_size".to_owned(), size.into());
    }
    if let Some(accept) = accept {
        internal.insert("browser_header".to_owned(), accept.into());
    }
    Some(internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://shop.example";

    fn upstream(request: Value) -> Result<Value, Problem> {
        let request: CreateRequest = serde_json::from_value(request).unwrap();
        request.upstream("attempt", &[ORIGIN.to_owned()], Some("text/html"))
    }

    #[test]
    fn only_what_is_listed_goes_on() {
        let body = upstream(json!({
            "payment_method": {
                "type": "tokenized", "token": "t", "credit_card_cvv": "c", "card_number": "4111111111111111", "holder_name": "A B",
            },
            "merchant_site_url": "https://shop.example/return?order=1",
            "reconciliation_id": "another",
            "amount": 1, "currency": "USD", "installments": {"number_of_installments": 3}, "authorization_type": "x",
            "expected": {"amount": 4097, "currency": "USD"},
            "provider_specific_data": {"x": 1},
            "three_d_secure_attributes": {
                "internal": {
                    "browser_language": "en", "browser_java_enabled": false, "browser_color_depth": 24, "browser_header": "forged",
                    "challenge_indicator": "04", "work_phone": "1",
                },
                "external": {"cavv": "x"},
                "sca_exemptions": {"exemption_action": true},
            },
        }))
        .unwrap();
        assert_eq!(
            body,
            json!({
                "payment_method": {"type": "tokenized", "token": "t", "credit_card_cvv": "c"},
                "reconciliation_id": "attempt",
                "merchant_site_url": "https://shop.example/return?order=1",
                "three_d_secure_attributes": {
                    "internal": {"browser_language": "en", "browser_java_enabled": false, "browser_header": "text/html"},
                },
            })
        );
    }

    #[test]
    fn other_methods_keep_their_plain_details() {
        let body = upstream(json!({
            "payment_method": {
                "type": "untokenized", "source_type": "payment_page", "vendor": "PBL",
                "additional_details": {"untokenized_result_status": "pending_succeed", "deep": {"x": 1}, "list": []},
            },
        }))
        .unwrap();
        assert_eq!(
            body["payment_method"],
            json!({
                "type": "untokenized", "source_type": "payment_page", "vendor": "PBL",
                "additional_details": {"untokenized_result_status": "pending_succeed"},
            })
        );
    }

    #[test]
    fn card_numbers_are_not_taken() {
        for method in [
            json!({"type": "untokenized", "source_type": "credit_card", "card_number": "4111111111111111"}),
            json!({"type": "tokenized"}),
            json!({"type": "other", "token": "t"}),
            json!("tokenized"),
            json!(null),
        ] {
            assert!(upstream(json!({ "payment_method": method })).is_err(), "{method}");
        }
    }

    #[test]
    fn shoppers_are_sent_back_to_the_shop_only() {
        for address in [
            "https://shop.example.evil.example/",
            "https://evil.example/",
            "http://shop.example/",
            "https://shop.example:444/",
            "https://user@shop.example/",
            "javascript:alert(1)",
            "/return",
            "",
        ] {
            let request = json!({"payment_method": {"type": "tokenized", "token": "t"}, "merchant_site_url": address});
            assert!(upstream(request).is_err(), "{address}");
        }
    }

    #[test]
    fn a_challenge_gets_a_window_of_a_size_that_there_is() {
        let asked = |size: Value| {
            let attributes = json!({"internal": {"challenge_window_size": size}});
            browser(&attributes, None).unwrap().get("challenge_window_size").cloned()
        };
        for size in ["01", "02", "03", "04", "05"] {
            assert_eq!(asked(json!(size)), Some(json!(size)));
        }
        for size in [json!("00"), json!("06"), json!("1"), json!(1), json!(null), json!("")] {
            assert_eq!(asked(size.clone()), None, "{size}");
        }
    }

    #[test]
    fn a_fingerprint_leaves_out_the_security_code() {
        let body = |token: &str, cvv: &str| json!({"payment_method": {"token": token, "credit_card_cvv": cvv}});
        assert_eq!(fingerprint(&body("t", "1")), fingerprint(&body("t", "2")));
        assert_ne!(fingerprint(&body("t", "1")), fingerprint(&body("u", "1")));
    }
}
