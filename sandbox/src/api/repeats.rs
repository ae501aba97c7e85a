//! Requests that repeat one, by its idempotency key.

use super::{Reply, header};
use crate::app::App;
use crate::config::{ConcurrentDuplicate, Replay};
use crate::idempotency::{Claim, Original, Scope, Ticket};
use crate::lock;
use crate::log::About;
use crate::resources::{self, Shown};
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use paymentsos_core::paymentsos::Status;

/// Whether a request is a new one, or repeats one by its key.
pub(super) enum Work {
    Anew(Option<Ticket>),
    Repeat(Original),
}

/// What a request is; nothing, if the one it repeats is still under way.
pub(super) async fn recognise(app: &App, scope: Option<Scope>) -> Option<Work> {
    let Some(scope) = scope else { return Some(Work::Anew(None)) };
    match claim(app, &scope).await {
        Claim::New(ticket) => Some(Work::Anew(Some(ticket))),
        Claim::Repeat(original) => Some(Work::Repeat(original)),
        Claim::Busy => None,
    }
}

/// What the request's key counts for. Tokens have none: the same key with another card makes another token.
pub(super) fn scope(app: &App, request: &Request) -> Option<Scope> {
    let path = request.uri().path();
    if request.method() != Method::POST || path == "/tokens" {
        return None;
    }
    Some(Scope {
        app_id: app.config.app_id.clone(),
        environment: "test",
        method: request.method().to_string(),
        path: path.to_owned(),
        key: header(request.headers(), "idempotency-key")?.to_owned(),
    })
}

async fn claim(app: &App, scope: &Scope) -> Claim {
    let switches = app.switches();
    loop {
        let claim = match switches.concurrent_duplicate {
            ConcurrentDuplicate::Conflict => app.keys.claim(scope, switches.idempotency_ms),
            ConcurrentDuplicate::Wait => app.keys.claim_in_turn(scope, switches.idempotency_ms).await,
        };
        match claim {
            Claim::Repeat(original) if !switches.replay_failed && failed_at_provider(app, &original.about) => {
                app.keys.forget(scope);
            }
            claim => return claim,
        }
    }
}

fn failed_at_provider(app: &App, about: &About) -> bool {
    let (Some(payment_id), Some(id)) = (&about.payment_id, &about.transaction_id) else { return false };
    let store = lock(&app.store);
    let transaction = store.payments.get(payment_id).and_then(|payment| payment.transaction(id));
    transaction.is_some_and(|transaction| {
        let category = transaction.outcome.category.as_deref();
        transaction.outcome.status == Status::Failed
            && matches!(category, Some("provider_error" | "provider_network_error"))
    })
}

/// Keeps what was created under its key.
pub(super) async fn remember(ticket: Option<Ticket>, response: Response) -> Response {
    let Some(ticket) = ticket.filter(|_| response.status().is_success()) else { return response };
    let Some(about) = response.extensions().get::<About>().cloned() else { return response };
    let (parts, body) = response.into_parts();
    // The body is the sandbox's own, in memory: it has no limit and cannot fail.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    ticket.fill(about, parts.status, body.clone());
    Response::from_parts(parts, body.into())
}

/// The reply to a repeat.
pub(super) fn replay(app: &App, path: &str, original: Original) -> Response {
    let now = match app.switches().replay {
        Replay::Current => current(app, path, &original),
        Replay::Snapshot => None,
    };
    now.map_or_else(
        || {
            let json = [(CONTENT_TYPE, "application/json")];
            let mut response = (original.status, json, original.body).into_response();
            response.extensions_mut().insert(original.about);
            response
        },
        Reply::into_response,
    )
}

/// The original resource as it is now.
fn current(app: &App, path: &str, original: &Original) -> Option<Reply> {
    let store = lock(&app.store);
    let payment = store.payments.get(original.about.payment_id.as_ref()?)?;
    let (body, about) = match &original.about.transaction_id {
        Some(id) => {
            let transaction = payment.transaction(id)?;
            let body = match path.ends_with("/authentication-flows") {
                true => app.place.expanded(payment, &["all".to_owned()]),
                false => app.place.transaction(payment, transaction, Shown::Created),
            };
            (body, resources::about(payment, transaction))
        }
        None => (app.place.payment(payment), original.about.clone()),
    };
    Some(Reply { status: original.status, body, about })
}
