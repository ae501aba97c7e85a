//! PaymentsOS's shapes, read off the browser's own JSON values.
//!
//! The servers read the same shapes by serde. Here a few getters do, which read the same of the same replies (`tests/browser_json.rs`):
//! serde's readers and `serde-wasm-bindgen` would take 17 kB of the 78 that the whole component may take.

use super::objects::member;
use js_sys::Array;
use paymentsos_core::paymentsos::{
    Order, Outcome, Payment, PaymentMethod, PaymentStatus, ProviderSpecificData, Redirection, RelatedResources, Status,
    Transaction,
};
use paymentsos_core::{decimal, from_decimal};
use wasm_bindgen::{JsCast, JsValue};

/// A transaction; none where it has no id or no status.
pub fn transaction(value: &JsValue) -> Option<Transaction> {
    let result = object(value, "result")?;
    Some(Transaction {
        id: member(value, "id").as_string()?,
        result: Outcome {
            status: Status::from(member(&result, "status").as_string()?),
            category: text(&result, "category"),
            sub_category: text(&result, "sub_category"),
            description: text(&result, "description"),
        },
        redirection: object(value, "redirection").map(|redirection| Redirection {
            id: text(&redirection, "id"),
            url: text(&redirection, "url"),
            merchant_site_url: text(&redirection, "merchant_site_url"),
            operation_type: text(&redirection, "operation_type"),
        }),
        reconciliation_id: text(value, "reconciliation_id"),
        amount: integer(value, "amount"),
        currency: text(value, "currency"),
        payment_method: object(value, "payment_method").map(|method| PaymentMethod {
            vendor: text(&method, "vendor"),
            last_4_digits: text(&method, "last_4_digits"),
        }),
        provider_specific_data: object(value, "provider_specific_data")
            .map(|data| ProviderSpecificData { iframe_allowed: flag(&data, "iframeAllowed") }),
        expires_at: integer(value, "expires_at"),
    })
}

/// A payment; none where a field that it must have is missing, or one of its transactions cannot be read.
pub fn payment(value: &JsValue) -> Option<Payment> {
    let related = member(value, "related_resources");
    let related_resources = if related.is_null() || related.is_undefined() {
        None
    } else if is_object(&related) {
        Some(RelatedResources {
            charges: transactions(&related, "charges")?,
            authorizations: transactions(&related, "authorizations")?,
        })
    } else {
        // Taking it for nothing would say that there are no transactions.
        return None;
    };
    Some(Payment {
        id: member(value, "id").as_string()?,
        amount: whole(&member(value, "amount"))?,
        currency: member(value, "currency").as_string()?,
        status: PaymentStatus::from(member(value, "status").as_string()?),
        is_chargedback: flag(value, "is_chargedback"),
        order: object(value, "order").map(|order| Order { id: text(&order, "id") }),
        related_resources,
    })
}

/// A list of transactions: empty where it is absent, none where it is no list or one in it cannot be read.
fn transactions(value: &JsValue, name: &str) -> Option<Vec<Transaction>> {
    let list = member(value, name);
    if list.is_undefined() {
        return Some(Vec::new());
    }
    list.dyn_ref::<Array>()?.iter().map(|one| transaction(&one)).collect()
}

/// A member that is an object.
fn object(value: &JsValue, name: &str) -> Option<JsValue> {
    Some(member(value, name)).filter(is_object)
}

fn is_object(value: &JsValue) -> bool {
    value.is_object() && !Array::is_array(value)
}

/// `true`, also as text; anything else is `false`.
fn flag(value: &JsValue, name: &str) -> bool {
    let member = member(value, name);
    member == JsValue::TRUE || member == "true"
}

/// Text, or a whole number as text.
fn text(value: &JsValue, name: &str) -> Option<String> {
    let member = member(value, name);
    member.as_string().or_else(|| whole(&member).map(decimal))
}

/// A whole number of zero or more, or text that is one.
fn integer(value: &JsValue, name: &str) -> Option<u64> {
    let member = member(value, name);
    whole(&member).or_else(|| from_decimal(member.as_string()?.trim_ascii()))
}

/// A whole number that JavaScript can hold.
fn whole(value: &JsValue) -> Option<u64> {
    const SAFE: f64 = 9_007_199_254_740_991.0;
    let number = value.as_f64()?;
    let whole = number as u64;
    (whole as f64 == number && number <= SAFE).then_some(whole)
}
