//! The API: who may call it, what goes wrong with a call on purpose, and the log of all calls.

mod authentication;
mod payments;
mod refusal;
mod repeats;
mod tokens;
mod transactions;

use crate::app::App;
use crate::faults::ApiFault;
use crate::lock;
use crate::log::{About, Entry, What, names_in};
use crate::store::Operation;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use refusal::Refusal;
use repeats::Work;
use serde_json::{Map, Value};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::sleep;
use uuid::Uuid;

const VERSIONS: [&str; 4] = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"];

/// The header every reply carries, and the webhooks of what the request caused.
/// What axum itself takes of a body.
const LARGEST_BODY: usize = 2 * 1024 * 1024;
const REQUEST_ID: &str = "x-zooz-request-id";

/// Marks a response that must not be sent: the connection is closed instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lost;

/// The id of the request.
#[derive(Clone, Debug)]
struct RequestId(String);

/// The version that the request asks for.
#[derive(Clone, Copy, Debug)]
struct ApiVersion(&'static str);

/// A good reply, and what it is about.
struct Reply {
    status: StatusCode,
    body: Value,
    about: About,
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        response.extensions_mut().insert(self.about);
        response
    }
}

/// All of the API.
pub(crate) fn router(app: &App) -> Router<App> {
    let attended = from_fn_with_state(app.clone(), attend);
    let tokens = Router::new().route(
        "/tokens",
        post(tokens::create)
            .fallback(refusal::method_not_allowed)
            .layer::<_, Infallible>(attended.clone())
            .layer(tokens::for_browsers()),
    );
    Router::new()
        .route("/payments", post(payments::create))
        .route("/payments/{payment}", get(payments::read).put(payments::replace))
        .route("/payments/{payment}/redirections", get(transactions::redirections))
        .route("/payments/{payment}/redirections/{id}", get(transactions::redirection))
        .route("/payments/{payment}/{operation}", post(transactions::create).get(transactions::list))
        .route("/payments/{payment}/{operation}/{id}", get(transactions::read))
        .route("/payments/{payment}/{operation}/{id}/authentication-flows", post(authentication::go_on))
        .route("/tokens/{token}", get(tokens::read))
        .fallback(refusal::no_such_address)
        .method_not_allowed_fallback(refusal::method_not_allowed)
        .layer(attended)
        .merge(tokens)
}

/// Carries the request out to its end, even if the caller leaves meanwhile.
async fn attend(State(app): State<App>, request: Request, next: Next) -> Response {
    let (sender, reply) = oneshot::channel();
    let attended = app.clone();
    app.requests.spawn(async move {
        // The caller may have left.
        let _ = sender.send(log(&attended, request, next).await);
    });
    reply.await.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

async fn log(app: &App, request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().to_string();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut entry = Entry::new(What::Request, method.as_str(), &path, named_in(&path), None);
    entry.idempotency_key = header(request.headers(), "idempotency-key").map(str::to_owned);
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, LARGEST_BODY).await;
    entry.fields = body.as_deref().map(names_in).unwrap_or_default();
    // One that is too large, or broke off, is nothing that could be carried out.
    let mut request = Request::from_parts(head, body.unwrap_or_else(|_| Bytes::from_static(b"(unreadable)")).into());
    request.extensions_mut().insert(RequestId(id.clone()));

    let mut response = match authenticate(app, request.method(), request.uri().path(), request.headers()) {
        Ok(version) => {
            request.extensions_mut().insert(version);
            carry_out(app, request, next).await
        }
        Err(refusal) => refusal.into_response(),
    };
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if let Some(about) = response.extensions().get::<About>() {
        entry.about = about.clone();
    }
    let lost = response.extensions().get::<Lost>().is_some();
    entry.status = (!lost).then(|| response.status().as_u16());
    app.log.add(entry);
    response
}

/// What the path says that the request is about.
fn named_in(path: &str) -> About {
    let mut segments = path.split('/').skip(1);
    let mut about = About::default();
    if segments.next() == Some("payments") {
        about.payment_id = segments.next().map(str::to_owned);
        let of_transactions = segments.next().and_then(Operation::from_path).is_some();
        about.transaction_id = segments.next().filter(|_| of_transactions).map(str::to_owned);
    }
    about
}

/// A header of PaymentsOS's, in the spelling with hyphens or in the older one with underscores.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name).or_else(|| headers.get(name.replace('-', "_")))?;
    value.to_str().ok().map(str::trim)
}

fn authenticate(app: &App, method: &Method, path: &str, headers: &HeaderMap) -> Result<ApiVersion, Refusal> {
    match header(headers, "x-payments-os-env") {
        Some("test") => {}
        _ => {
            return Err(Refusal::unauthorized(
                "Without the header x-payments-os-env: test the live environment is meant, and the sandbox has none.",
            ));
        }
    }
    let asked = header(headers, "api-version").unwrap_or(VERSIONS[0]);
    let version = VERSIONS
        .into_iter()
        .find(|version| *version == asked)
        .ok_or_else(|| Refusal::bad_request("api-version must be 1.0.0, 1.1.0, 1.2.0 or 1.3.0"))?;
    let is = |name, wanted: &str| header(headers, name) == Some(wanted);
    let config = &app.config;
    if path == "/tokens" && method == Method::POST {
        if !is("public-key", &config.public_key) {
            return Err(Refusal::unauthorized("The public-key is missing or unknown."));
        }
    } else if !is("app-id", &config.app_id) || !is("private-key", &config.private_key) {
        return Err(Refusal::unauthorized("The app-id or the private-key is missing or unknown."));
    }
    Ok(ApiVersion(version))
}

async fn carry_out(app: &App, request: Request, next: Next) -> Response {
    let fault = lock(&app.faults).take(request.method(), request.uri().path()).unwrap_or_default();
    let scope = repeats::scope(app, &request);
    let Some(work) = repeats::recognise(app, scope).await else { return Refusal::under_way().into_response() };
    sleep(Duration::from_millis(fault.latency_ms)).await;
    if fault.instead() {
        return failure(&fault, None);
    }
    let response = match work {
        Work::Anew(ticket) => repeats::remember(ticket, next.run(request).await).await,
        Work::Repeat(original) => repeats::replay(app, request.uri().path(), original),
    };
    if fault.lose_reply || fault.status.is_some() {
        return failure(&fault, response.extensions().get().cloned());
    }
    response
}

/// The reply that a fault puts in place of the true one.
fn failure(fault: &ApiFault, about: Option<About>) -> Response {
    let status = fault.status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = Refusal::fault(status).into_response();
    if let Some(seconds) = fault.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    if fault.lose_reply {
        response.extensions_mut().insert(Lost);
    }
    if let Some(about) = about {
        response.extensions_mut().insert(about);
    }
    response
}

/// The JSON object that a body must be. An empty body is an empty object.
fn object(body: &Bytes) -> Result<Map<String, Value>, Refusal> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Refusal::bad_request("The body must be a JSON object.")),
        Err(_) => Err(Refusal::bad_request("The body is not JSON.")),
    }
}

/// A text field, which may be absent or null but nothing else.
fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::bad_request(&format!("{name} must be a string"))),
    }
}

/// An amount in minor units, which may be absent or null but nothing else.
fn amount(fields: &Map<String, Value>) -> Result<Option<u64>, Refusal> {
    match fields.get("amount") {
        None | Some(Value::Null) => Ok(None),
        Some(amount) => match amount.as_u64() {
            Some(amount) if amount > 0 => Ok(Some(amount)),
            _ => Err(Refusal::bad_request("amount must be a positive integer in minor units")),
        },
    }
}
