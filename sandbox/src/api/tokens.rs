//! `/tokens`: a card goes in, and only what is no secret comes out. The number itself is not kept.

use super::{ApiVersion, REQUEST_ID, Refusal, Reply, object, text};
use crate::app::App;
use crate::clock;
use crate::lock;
use crate::log::About;
use crate::provider;
use crate::resources;
use crate::store::Token;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderName, Method, StatusCode};
use serde_json::{Map, Value, json};
use tower_http::cors::{Any, CorsLayer};
use uuid::Uuid;

/// Lets pages of any origin make tokens.
pub(super) fn for_browsers() -> CorsLayer {
    const SENT: [&str; 8] = [
        "content-type",
        "public-key",
        "public_key",
        "x-payments-os-env",
        "api-version",
        "app-id",
        "app_id",
        "idempotency-key",
    ];
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::POST])
        .allow_headers(SENT.map(HeaderName::from_static))
        .expose_headers([HeaderName::from_static(REQUEST_ID)])
}

pub(super) async fn create(
    State(app): State<App>,
    Extension(version): Extension<ApiVersion>,
    body: Bytes,
) -> Result<Reply, Refusal> {
    let fields = object(&body)?;
    let required =
        |name: &str| text(&fields, name)?.ok_or_else(|| Refusal::bad_request(&format!("{name} is required")));
    if required("token_type")? != "credit_card" {
        return Err(Refusal::bad_request("token_type must be credit_card"));
    }
    let (holder_name, number) = (required("holder_name")?, required("card_number")?);
    if !matches!(number.len(), 8 | 12..=19) || !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Refusal::bad_request("card_number must be 8 or 12 to 19 digits"));
    }
    let expiration_date = text(&fields, "expiration_date")?.as_deref().map(expiry).transpose()?;
    let id = Uuid::new_v4().to_string();
    let mut shown = Map::new();
    for (name, value) in [
        ("token", json!(id)),
        ("type", json!("tokenized")),
        ("token_type", json!("credit_card")),
        ("holder_name", json!(holder_name)),
        ("bin_number", json!(number.get(..6))),
        ("last_4_digits", json!(number.get(number.len() - 4..))),
        ("vendor", json!(provider::brand(&number))),
        ("card_type", json!("CREDIT")),
        ("issuer", json!("Example Bank")),
        ("level", json!("")),
        ("country_code", json!("USA")),
        ("pass_luhn_validation", json!(provider::passes_luhn(&number))),
        ("expiration_date", json!(expiration_date)),
        ("billing_address", fields.get("billing_address").cloned().unwrap_or(Value::Null)),
        ("identity_document", fields.get("identity_document").cloned().unwrap_or(Value::Null)),
        ("additional_details", fields.get("additional_details").cloned().unwrap_or(Value::Null)),
    ] {
        if !value.is_null() {
            shown.insert(name.to_owned(), value);
        }
    }
    let token = Token { created: clock::now(), used: false, shown, verdict: provider::card(&number) };
    let mut reply = resources::token(&token, version.0);
    if text(&fields, "credit_card_cvv")?.is_some() {
        // Stands for the encrypted code: nothing of the true one is in it.
        reply["encrypted_cvv"] = Uuid::new_v4().simple().to_string().repeat(4).into();
    }
    lock(&app.store).tokens.insert(id, token);
    Ok(Reply { status: StatusCode::CREATED, body: reply, about: About::default() })
}

pub(super) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(version): Extension<ApiVersion>,
) -> Result<Reply, Refusal> {
    let store = lock(&app.store);
    let token = store.tokens.get(&id).ok_or_else(Refusal::no_token)?;
    Ok(Reply { status: StatusCode::OK, body: resources::token(token, version.0), about: About::default() })
}

/// `mm/yyyy` of a month and a year of two or four digits, whatever of `/.- ` is between them.
fn expiry(date: &str) -> Result<String, Refusal> {
    let parts = date.split_once(['/', '.', '-', ' ']);
    let digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    match parts {
        Some((month, year)) if digits(month) && digits(year) && matches!(month.parse(), Ok(1..=12_u8)) => {
            match year.len() {
                2 => Ok(format!("{month:0>2}/20{year}")),
                4 => Ok(format!("{month:0>2}/{year}")),
                _ => Err(Refusal::bad_request("expiration_date must be mm/yyyy")),
            }
        }
        _ => Err(Refusal::bad_request("expiration_date must be mm/yyyy")),
    }
}

#[cfg(test)]
mod tests {
    use super::expiry;

    #[test]
    fn writes_every_form_of_a_date_as_one() {
        for date in ["12-2031", "12/31", "12.2031", "12 31"] {
            assert_eq!(expiry(date).ok().as_deref(), Some("12/2031"), "{date}");
        }
        for date in ["13/2031", "12/1", "2031", "é/2031", ""] {
            assert!(expiry(date).is_err(), "{date}");
        }
    }
}
