//! Webhooks: PaymentsOS says that something has happened. They come doubled, late, in any order, or before the reply to the very
//! request that they are about; so they are a hint only, upon which the payment is read.

use crate::Merchant;
use crate::body;
use crate::names::is_name;
use crate::problem::{Problem, Type};
use crate::signature::is_signed;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// `POST /webhooks/paymentsos`. Anything but 2xx makes PaymentsOS repeat it, for 24 hours: right where a repeat can help, which is
/// so for a wrong signature too, as keys are replaced now and then.
pub(crate) async fn receive(
    State(merchant): State<Arc<Merchant>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Problem> {
    let unreadable = || Problem::new(Type::Webhook, "This is no webhook of PaymentsOS, version 1.2.0 or newer.");
    let webhook: Value = serde_json::from_slice(&body::whole(body)?).map_err(|_| unreadable())?;
    let text = |pointer| webhook.pointer(pointer).and_then(Value::as_str).filter(|text| is_name(text));
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(event)) = (text("/id"), header("event-type")) else { return Err(unreadable()) };
    let request_id = header("x-zooz-request-id").unwrap_or("");
    if !is_signed(&merchant.settings.private_keys, event, &webhook, header("signature").unwrap_or("")) {
        tracing::warn!(event, request_id, "a webhook with a wrong signature");
        let detail = "The signature is not right.";
        return Err(Problem::new(Type::Signature, detail));
    }
    let Some(payment) = text("/payment_id") else { return Ok(StatusCode::OK) };
    if merchant.store.order_of_payment(payment).await?.is_none() {
        tracing::debug!(event, request_id, "a webhook for a payment that is not ours");
        return Ok(StatusCode::OK);
    }
    if merchant.store.knows_webhook(id).await? {
        tracing::debug!(event, request_id, payment, "a webhook that came before");
        return Ok(StatusCode::OK);
    }
    tracing::info!(event, request_id, payment, "a webhook");
    if let Some(lag) = text("/created").and_then(lag) {
        merchant.metrics.webhook(lag);
    }
    merchant.read_payment(payment, Instant::now()).await?;
    merchant.settle_standing_operation(payment).await?;
    // Only now: had the reading failed, the repeat would be needed.
    merchant.store.add_webhook(id).await?;
    Ok(StatusCode::OK)
}

/// How long ago that was. Clocks need not agree to the millisecond.
fn lag(created: &str) -> Option<Duration> {
    let created = humantime::parse_rfc3339(created).ok()?;
    Some(SystemTime::now().duration_since(created).unwrap_or_default())
}
