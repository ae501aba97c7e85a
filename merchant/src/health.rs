//! For whoever runs it: whether the process lives (`/healthz`), whether it can serve (`/readyz`), and what it counts (`/metrics`).

use crate::Merchant;
use crate::headers;
use crate::problem::Problem;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// A database that takes longer is as good as none.
const PATIENCE: Duration = Duration::from_secs(2);

/// The two that a load balancer asks.
pub(crate) fn routes(merchant: Arc<Merchant>) -> Router {
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .layer(map_response(headers::for_api))
        .with_state(merchant)
}

/// Those, and what is counted, which is nobody's business but the operator's.
pub(crate) fn routes_for_operators(merchant: Arc<Merchant>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .layer(map_response(headers::for_api))
        .with_state(Arc::clone(&merchant))
        .merge(routes(merchant))
}

async fn ready(State(merchant): State<Arc<Merchant>>) -> (StatusCode, &'static str) {
    if *merchant.stopping.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match timeout(PATIENCE, merchant.store.is_there()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "no database\n"),
    }
}

async fn metrics(State(merchant): State<Arc<Merchant>>) -> Result<Response, Problem> {
    let format = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, format)], merchant.metrics().await?).into_response())
}
