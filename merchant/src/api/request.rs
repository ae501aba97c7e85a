//! What the POSTs of the Merchant API have in common.

use crate::Merchant;
use crate::paymentsos::Shopper;
use crate::problem::{Problem, Type};
use crate::store::Order;
use axum::http::{HeaderMap, HeaderName, header};
use paymentsos_core::paymentsos::Kind;
use std::net::SocketAddr;
use uuid::Uuid;

const LONGEST_USER_AGENT: usize = 512;
const LONGEST_ACCEPT: usize = 2_048;

/// The attempt's id, which the header and the body (`reconciliation_id`) must agree on.
pub(super) fn attempt(headers: &HeaderMap, reconciliation_id: Option<&str>) -> Result<String, Problem> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(|key| key.trim().trim_matches('"'));
    let key = key.and_then(|key| Uuid::try_parse(key).ok()).ok_or_else(|| {
        Problem::new(Type::IdempotencyKey, "The header Idempotency-Key must hold the attempt's id, a UUID.")
    })?;
    if reconciliation_id.and_then(|id| Uuid::try_parse(id).ok()) != Some(key) {
        return Err(Problem::new(Type::ReconciliationId, "`reconciliation_id` must equal the Idempotency-Key."));
    }
    Ok(key.hyphenated().to_string())
}

pub(super) fn check_kind(kind: Kind, order: &Order) -> Result<(), Problem> {
    if kind == order.kind {
        return Ok(());
    }
    let article = match order.kind {
        Kind::Charge => "a",
        Kind::Authorization => "an",
    };
    let detail = format!("This order is to be paid by {article} {}.", order.kind.name());
    Err(Problem::new(Type::Kind, detail))
}

/// The header `Accept`, which no script can read.
pub(super) fn accept(headers: &HeaderMap) -> Option<String> {
    text(headers, header::ACCEPT, LONGEST_ACCEPT)
}

/// Who sent the request, as far as it can be believed.
pub(super) fn shopper(merchant: &Merchant, peer: SocketAddr, headers: &HeaderMap) -> Shopper {
    Shopper {
        address: merchant.proxies.shopper_address(peer.ip(), headers),
        user_agent: text(headers, header::USER_AGENT, LONGEST_USER_AGENT),
    }
}

fn text(headers: &HeaderMap, name: HeaderName, longest: usize) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    Some(text.chars().take(longest).collect())
}
