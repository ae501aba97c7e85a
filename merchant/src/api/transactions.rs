//! Charges and authorizations: made by `POST`, looked at by `GET`.

use super::request::{accept, attempt, check_kind, shopper};
use crate::Merchant;
use crate::body;
use crate::create_body::CreateRequest;
use crate::guard::Create;
use crate::hold::preferred_wait;
use crate::problem::Problem;
use crate::who::for_strangers;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use paymentsos_core::paymentsos::{Kind, Transaction};
use std::net::SocketAddr;
use std::sync::Arc;

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
    let asked: CreateRequest = body::read(&headers, body)?;
    check_kind(kind, &order)?;
    let attempt = attempt(&headers, asked.reconciliation_id.as_deref())?;
    let accept = accept(&headers);
    let create = Create {
        kind,
        body: asked.upstream(&attempt, &merchant.settings.origins, accept.as_deref())?,
        expected: asked.expected()?,
        shopper: shopper(&merchant, peer, &headers),
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
    let is_own = merchant.is_own(&headers, &order).await?;
    let held = merchant.current(&payment, kind, &id, preferred_wait(&headers)).await?;
    let transaction = if is_own { held.transaction } else { for_strangers(held.transaction) };
    let mut response = Json(transaction).into_response();
    if let Some(applied) = held.applied {
        let applied = HeaderValue::try_from(format!("wait={}", applied.as_secs())).map_err(|_| Problem::internal())?;
        response.headers_mut().insert(HeaderName::from_static("preference-applied"), applied);
    }
    Ok(response)
}
