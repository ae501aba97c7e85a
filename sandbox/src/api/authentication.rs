//! `/payments/{id}/charges/{id}/authentication-flows`: the merchant goes on with self-handled 3-D Secure, once the issuer has collected
//! its data or was waited for long enough.

use super::transactions::operation;
use super::{Refusal, Reply, object, text};
use crate::app::{App, Unperformed};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Map, Value};

/// The reply is the payment; the transaction is among its related resources.
pub(super) async fn go_on(
    State(app): State<App>,
    Path((payment_id, path, id)): Path<(String, String, String)>,
    body: Bytes,
) -> Result<Reply, Refusal> {
    let operation = operation(&path)?;
    let fields = object(&body)?;
    text(&fields, "reconciliation_id")?;
    let completed = completed(&fields)?;
    let (body, about, told) =
        app.authenticate(&payment_id, operation, &id, completed).map_err(|reason| match reason {
            Unperformed::NoPayment => Refusal::no_payment(),
            Unperformed::NoTransaction => Refusal::no_resource(&path),
            Unperformed::Conflict | Unperformed::NoWayBack => Refusal::conflict(),
        })?;
    app.let_arrive(told).await;
    Ok(Reply { status: StatusCode::CREATED, body, about })
}

/// What the merchant says of the collection.
fn completed(fields: &Map<String, Value>) -> Result<bool, Refusal> {
    let internal = fields.get("three_d_secure_attributes").and_then(|attributes| attributes.get("internal"));
    match internal.and_then(|internal| internal.get("data_collection_completed_ind")).and_then(Value::as_str) {
        Some("Y") => Ok(true),
        Some("N") => Ok(false),
        _ => Err(Refusal::bad_request("data_collection_completed_ind must be Y or N")),
    }
}
