//! Reading what a request holds. What cannot be read is a problem, and never taken for nothing.

use crate::problem::{Problem, Type};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

/// The JSON of a request.
pub(crate) fn read<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<T, Problem> {
    if !is_json(headers) {
        return Err(Problem::new(Type::NotJson, "The body must be application/json."));
    }
    serde_json::from_slice(&whole(body)?)
        .map_err(|_| Problem::new(Type::Json, "The body is not the JSON of a request to this address."))
}

/// The same, where a request without a body asks for what is usual.
pub(crate) fn read_or_default<T: DeserializeOwned + Default>(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<T, Problem> {
    let body = whole(body)?;
    // A form of another site's page says what it is, even where it is empty.
    if body.is_empty() && (is_json(headers) || !headers.contains_key(header::CONTENT_TYPE)) {
        return Ok(T::default());
    }
    read(headers, Ok(body))
}

/// All of a body, which may be too large, break off, or come too slowly.
pub(crate) fn whole(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Type::TooLarge, "The body is larger than any request needs."),
        _ => Problem::of(Type::Body),
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    media_type.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/json")
}
