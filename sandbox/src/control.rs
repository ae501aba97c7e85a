//! `/sandbox/…`: how a test sets what goes wrong, and looks at what happened. No key is asked for, but pages of other origins are
//! refused.
//!
//! - `GET` and `PUT /sandbox/faults`: what goes wrong; what is put replaces all of it, and `{}` is nothing.
//! - `GET` and `PUT /sandbox/switches`: how it behaves where the documentation is silent; `{}` is as it was started.
//! - `GET` and `DELETE /sandbox/log`: what happened; `?payment_id=` leaves it at one payment, `?last=` at so many entries.
//! - `GET /sandbox/state`: the payments, the webhooks as they were sent, and the faults.
//! - `POST /sandbox/payments/{id}/transactions/{id}/succeed` and `…/fail`: ends what is pending, as its provider would.
//! - `POST /sandbox/payments/{id}/chargeback`: the shopper's bank takes the money back.
//! - `POST /sandbox/reset`: forgets everything.

use crate::app::{App, End, Unperformed};
use crate::config::Switches;
use crate::faults::Faults;
use crate::lock;
use crate::log::Entry;
use crate::origin;
use crate::overview::Overview;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use url::form_urlencoded;
use uuid::Uuid;

pub(crate) fn router(app: &App) -> Router<App> {
    Router::new()
        .route("/sandbox/faults", get(faults).put(set_faults))
        .route("/sandbox/switches", get(switches).put(set_switches))
        .route("/sandbox/log", get(log).delete(clear_log))
        .route("/sandbox/state", get(state))
        .route("/sandbox/reset", post(reset))
        .route("/sandbox/payments/{payment}/chargeback", post(charge_back))
        .route("/sandbox/payments/{payment}/transactions/{id}/succeed", post(succeed))
        .route("/sandbox/payments/{payment}/transactions/{id}/fail", post(fail))
        .route_layer(from_fn_with_state(app.clone(), origin::guard))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
}

async fn faults(State(app): State<App>) -> Json<Faults> {
    Json(lock(&app.faults).clone())
}

async fn set_faults(State(app): State<App>, body: Bytes) -> Result<Json<Faults>, Unusable> {
    let faults: Faults = read(&body)?;
    faults.check().map_err(Unusable)?;
    *lock(&app.faults) = faults.clone();
    Ok(Json(faults))
}

async fn switches(State(app): State<App>) -> Json<Switches> {
    Json(app.switches())
}

/// Those not named get the values that the sandbox was started with.
async fn set_switches(State(app): State<App>, body: Bytes) -> Result<Json<Switches>, Unusable> {
    let named: Map<String, Value> = read(&body)?;
    let mut all = json!(app.config.switches);
    for (name, value) in named {
        all[name] = value;
    }
    let switches: Switches = serde_json::from_value(all).map_err(|error| Unusable(error.to_string()))?;
    app.set_switches(switches.clone());
    Ok(Json(switches))
}

async fn log(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Json<Vec<Entry>>, Unusable> {
    let (mut last, mut payment_id) = (usize::MAX, None);
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*name {
            "last" => last = value.parse().map_err(|_| Unusable(format!("last is no number: {value}")))?,
            "payment_id" => payment_id = Some(value.into_owned()),
            _ => return Err(Unusable(format!("the log is not asked for by {name}"))),
        }
    }
    Ok(Json(app.log.newest(last, payment_id.as_deref())))
}

async fn state(State(app): State<App>) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(Overview::of(&app))).into_response()
}

async fn clear_log(State(app): State<App>) -> StatusCode {
    app.log.clear();
    StatusCode::NO_CONTENT
}

async fn reset(State(app): State<App>) -> StatusCode {
    app.reset();
    StatusCode::NO_CONTENT
}

/// The shopper's bank took the money back.
async fn charge_back(State(app): State<App>, Path(id): Path<String>) -> Response {
    let request_id = Uuid::new_v4().to_string();
    let changed = app.change_payment(&id, &request_id, |payment| {
        payment.is_chargedback = true;
        Ok::<(), std::convert::Infallible>(())
    });
    match changed {
        Some(Ok((payment, told))) => {
            app.let_arrive(told).await;
            Json(payment).into_response()
        }
        Some(Err(never)) => match never {},
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn succeed(State(app): State<App>, Path((payment, id)): Path<(String, String)>) -> Response {
    finish(&app, &payment, &id, End::Succeed).await
}

async fn fail(State(app): State<App>, Path((payment, id)): Path<(String, String)>) -> Response {
    finish(&app, &payment, &id, End::Fail).await
}

async fn finish(app: &App, payment: &str, id: &str, end: End) -> Response {
    match app.finish(payment, id, end) {
        Ok((transaction, told)) => {
            app.let_arrive(told).await;
            Json(transaction).into_response()
        }
        Err(Unperformed::Conflict) => StatusCode::CONFLICT.into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Unusable> {
    serde_json::from_slice(body).map_err(|error| Unusable(error.to_string()))
}

/// What was sent cannot be meant; it says why.
struct Unusable(String);

impl IntoResponse for Unusable {
    fn into_response(self) -> Response {
        let body = json!({
            "category": "sandbox_error",
            "description": "The sandbox cannot be set like that.",
            "more_info": self.0,
        });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    }
}
