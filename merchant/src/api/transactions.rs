//! Charges and authorizations: made by `POST`, looked at by `GET`.

use crate::Merchant;
use crate::create_body::CreateRequest;
use crate::guard::Create;
use crate::hold::preferred_wait;
use crate::paymentsos::Shopper;
use crate::problem::Problem;
use crate::proxies::shopper_address;
use crate::who::for_strangers;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use paymentsos_core::paymentsos::{Kind, Transaction};
use std::net::SocketAddr;
use std::sync::Arc;
use uuid::Uuid;

const LONGEST_USER_AGENT: usize = 512;
const LONGEST_ACCEPT: usize = 2_048;

pub(super) async fn create(
    kind: Kind,
    State(merchant): State<Arc<Merchant>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(payment): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Transaction>), Problem> {
    merchant.check_origin(&headers)?;
    let order = merchant.own_order(&headers, &payment).await?;
    let asked = read_body(&headers, body)?;
    if kind != order.kind {
        let detail = format!("This order is to be paid by {} {}.", article(order.kind), order.kind.name());
        return Err(Problem::unprocessable("kind", detail));
    }
    let attempt = attempt(&headers, &asked)?;
    let accept = text(&headers, header::ACCEPT, LONGEST_ACCEPT);
    let create = Create {
        kind,
        body: asked.upstream(&attempt, &merchant.settings.origins, accept.as_deref())?,
        expected: asked.expected()?,
        shopper: Shopper {
            address: shopper_address(peer.ip(), &headers, &merchant.settings.trusted_proxies),
            user_agent: text(&headers, header::USER_AGENT, LONGEST_USER_AGENT),
        },
        payment,
        attempt,
    };
    Ok((StatusCode::CREATED, Json(merchant.create(create).await?)))
}

pub(super) async fn read(
    kind: Kind,
    State(merchant): State<Arc<Merchant>>,
    Path((payment, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let order = merchant.store.order_of_payment(&payment).await?.ok_or_else(Problem::not_found)?;
    let is_own = merchant.session(&headers).await?.is_some_and(|session| session == order.session);
    let held = merchant.current(&payment, kind, &id, preferred_wait(&headers)).await?;
    let transaction = if is_own { held.transaction } else { for_strangers(held.transaction) };
    let mut response = Json(transaction).into_response();
    if let Some(applied) = held.applied {
        let applied = HeaderValue::try_from(format!("wait={}", applied.as_secs())).map_err(|_| Problem::internal())?;
        response.headers_mut().insert(HeaderName::from_static("preference-applied"), applied);
    }
    Ok(response)
}

fn read_body(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<CreateRequest, Problem> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if !media_type.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/json") {
        let detail = "The body must be application/json.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "Not JSON", detail));
    }
    let body = body.map_err(|rejection| {
        Problem::new(rejection.status(), "body", "The body cannot be read", "It is too large, or broke off.")
    })?;
    serde_json::from_slice(&body)
        .map_err(|_| Problem::bad_request("json", "The body is not the JSON of a create request."))
}

/// The attempt's id, which the header and the body must agree on.
fn attempt(headers: &HeaderMap, asked: &CreateRequest) -> Result<String, Problem> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(|key| key.trim().trim_matches('"'));
    let key = key.and_then(|key| Uuid::try_parse(key).ok()).ok_or_else(|| {
        Problem::bad_request("idempotency-key", "The header Idempotency-Key must hold the attempt's id, a UUID.")
    })?;
    let named = asked.reconciliation_id.as_deref().and_then(|id| Uuid::try_parse(id).ok());
    if named != Some(key) {
        return Err(Problem::bad_request("reconciliation-id", "`reconciliation_id` must equal the Idempotency-Key."));
    }
    Ok(key.hyphenated().to_string())
}

fn text(headers: &HeaderMap, name: HeaderName, longest: usize) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    Some(text.chars().take(longest).collect())
}

fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::Charge => "a",
        Kind::Authorization => "an",
    }
}
