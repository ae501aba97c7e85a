//! The Merchant API: what the backend offers the component, in PaymentsOS's own shapes.

mod authentication;
mod payments;
mod request;
mod systems;
mod transactions;

pub(crate) use systems::{OperationRequest, routes as for_systems};

use crate::Merchant;
use crate::headers;
use crate::limits::limit;
use crate::problem::{Problem, Type};
use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{get, post};
use paymentsos_core::paymentsos::Kind;
use std::sync::Arc;
use std::time::Duration;
use tower_http::cors::CorsLayer;

/// The routes under `/api`. Only `origins` may call them from elsewhere.
pub(crate) fn routes(merchant: Arc<Merchant>, origins: &[String]) -> Router {
    let mut routes = Router::new().route("/payments/{payment}", get(payments::read));
    for kind in Kind::ALL {
        let path = kind.path();
        routes = routes
            .route(
                &format!("/payments/{{payment}}/{path}"),
                post(move |state, peer, payment, headers, body| {
                    transactions::create(kind, state, peer, payment, headers, body)
                }),
            )
            .route(
                &format!("/payments/{{payment}}/{path}/{{transaction}}"),
                get(move |state, ids, headers| transactions::read(kind, state, ids, headers)),
            )
            .route(
                &format!("/payments/{{payment}}/{path}/{{transaction}}/authentication-flows"),
                post(move |state, peer, ids, headers, body| {
                    authentication::go_on(kind, state, peer, ids, headers, body)
                }),
            );
    }
    routes
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || {
            let detail = "This address has no such method.";
            Problem::new(Type::Method, detail)
        })
        .layer(from_fn_with_state(Arc::clone(&merchant), limit))
        .with_state(merchant)
        .layer(cors(origins))
        // Outermost, as CORS replies to preflights by itself.
        .layer(map_response(headers::for_api))
}

fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    CorsLayer::new()
        .allow_origin(origins)
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("prefer"),
        ])
        .expose_headers([HeaderName::from_static("preference-applied"), header::RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}
