//! `POST /api/payments/{payment}/charges/{id}/authentication-flows`, or of an authorization: goes on with self-handled 3-D Secure.

use super::request::{accept, attempt, check_kind, shopper};
use crate::Merchant;
use crate::authentication::{Authentication, AuthenticationRequest};
use crate::body;
use crate::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::HeaderMap;
use paymentsos_core::paymentsos::{Kind, Transaction};
use std::net::SocketAddr;
use std::sync::Arc;

/// The reply is the transaction as it is then.
pub(super) async fn go_on(
    kind: Kind,
    State(merchant): State<Arc<Merchant>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path((payment, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Transaction>, Problem> {
    merchant.check_origin(&headers)?;
    let order = merchant.own_order(&headers, &payment).await?;
    let asked: AuthenticationRequest = body::read(&headers, body)?;
    check_kind(kind, &order)?;
    let authentication = Authentication {
        kind,
        attempt: attempt(&headers, asked.reconciliation_id.as_deref())?,
        internal: asked.internal(accept(&headers).as_deref())?,
        shopper: shopper(&merchant, peer, &headers),
        payment,
        id,
    };
    Ok(Json(merchant.authenticate(authentication).await?))
}
