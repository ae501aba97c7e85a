//! `/systems/…`: what the shop's own systems may ask for, with a key of theirs: capture and void of an authorization.

use crate::Merchant;
use crate::body;
use crate::config::Secret;
use crate::headers;
use crate::limits::limit;
use crate::operations::Asked;
use crate::problem::{Problem, Type};
use crate::store::OperationKind;
use crate::who::bearer;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::post;
use axum::{Json, Router};
use hmac::{Hmac, KeyInit, Mac};
use paymentsos_core::paymentsos::Transaction;
use serde::Deserialize;
use sha2::Sha256;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// A capture, or a void, which has no amount.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OperationRequest {
    /// How much is captured, in minor units of the payment's currency; all of it, where absent.
    #[schema(minimum = 1)]
    amount: Option<u64>,
}

pub(crate) fn routes(merchant: Arc<Merchant>) -> Router {
    let mut routes = Router::new();
    for kind in OperationKind::ALL {
        routes = routes.route(
            &format!("/systems/payments/{{payment}}/{}", kind.path()),
            post(move |state, payment, headers, body| operate(kind, state, payment, headers, body)),
        );
    }
    routes
        .layer(from_fn_with_state(Arc::clone(&merchant), limit))
        .layer(map_response(headers::for_api))
        .with_state(merchant)
}

async fn operate(
    kind: OperationKind,
    State(merchant): State<Arc<Merchant>>,
    Path(payment): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Transaction>), Problem> {
    let is_known = |given: &str| merchant.settings.system_keys.iter().any(|key| is_same(key, given));
    if !bearer(&headers).is_some_and(is_known) {
        return Err(Problem::new(Type::NoKey, Type::NoKey.meaning()));
    }
    let OperationRequest { amount } = body::read(&headers, body)?;
    if kind == OperationKind::Void && amount.is_some() {
        return Err(Problem::new(Type::Amount, "A void has no amount: all that is reserved is given free."));
    }
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let key = key.and_then(|key| Uuid::try_parse(key.trim().trim_matches('"')).ok()).ok_or_else(|| {
        Problem::new(Type::IdempotencyKey, "The header Idempotency-Key must hold a UUID, a new one for each operation.")
    })?;
    let asked = Asked { payment, kind, key: key.hyphenated().to_string(), amount };
    Ok((StatusCode::CREATED, Json(merchant.operate(asked).await?)))
}

/// Compares in constant time.
fn is_same(key: &Secret, given: &str) -> bool {
    let mac = |text: &str| Hmac::<Sha256>::new_from_slice(text.as_bytes()).ok();
    let (Some(known), Some(given)) = (mac(key.reveal()), mac(given)) else { return false };
    known.verify_slice(&given.finalize().into_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_or_not() {
        let key = Secret::new("a-key-of-the-warehouse-that-is-long-enough");
        assert!(is_same(&key, "a-key-of-the-warehouse-that-is-long-enough"));
        for other in ["", "a-key-of-the-warehouse-that-is-long-enough ", "another"] {
            assert!(!is_same(&key, other), "{other}");
        }
    }
}
