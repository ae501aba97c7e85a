//! `GET /api/payments/{payment}`: the payment with all its transactions that mean something, always as PaymentsOS has it now.

use crate::Merchant;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use paymentsos_core::paymentsos::Payment;
use std::sync::Arc;
use std::time::Instant;

pub(super) async fn read(
    State(merchant): State<Arc<Merchant>>,
    Path(payment): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Payment>, Problem> {
    merchant.own_order(&headers, &payment).await?;
    let read = merchant.read_payment(&payment, Instant::now()).await?;
    Ok(Json(merchant.without_undecided(read).await?))
}
