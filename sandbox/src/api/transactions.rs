//! `/payments/{id}/charges` and its like: made, listed, read; and the redirections that come of them.

use super::{Refusal, Reply, RequestId, amount, header, object, text};
use crate::app::{App, Method, Unperformed, Wanted};
use crate::lock;
use crate::log::About;
use crate::provider;
use crate::resources::{self, Shown};
use crate::store::Operation;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

pub(super) fn operation(path: &str) -> Result<Operation, Refusal> {
    Operation::from_path(path).ok_or_else(|| Refusal::no_resource(path))
}

pub(super) async fn create(
    State(app): State<App>,
    Path((payment_id, path)): Path<(String, String)>,
    Extension(request): Extension<RequestId>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, Refusal> {
    let operation = operation(&path)?;
    if !lock(&app.store).payments.contains_key(&payment_id) {
        return Err(Refusal::no_payment());
    }
    let fields = object(&body)?;
    let wanted = Wanted {
        operation,
        // Charges and authorizations are for the payment's amount, and so is a void.
        amount: if operation.opens() || operation == Operation::Void { None } else { amount(&fields)? },
        reconciliation_id: text(&fields, "reconciliation_id")?,
        merchant_site_url: text(&fields, "merchant_site_url")?,
        method: if operation.opens() { Some(method(&app, &fields)?) } else { None },
        ip_address: header(&headers, "x-client-ip-address").map(str::to_owned),
        request_id: request.0,
    };
    let (body, about, told) = app.perform(&payment_id, wanted).map_err(|reason| match reason {
        Unperformed::NoPayment => Refusal::no_payment(),
        Unperformed::NoTransaction => Refusal::no_resource(&path),
        Unperformed::Conflict => Refusal::conflict(),
        Unperformed::NoWayBack => Refusal::bad_request("merchant_site_url is required where the shopper is redirected"),
    })?;
    app.let_arrive(told).await;
    Ok(Reply { status: StatusCode::CREATED, body, about })
}

/// What is paid with, and what the provider will make of it.
fn method(app: &App, fields: &Map<String, Value>) -> Result<Method, Refusal> {
    let method = match fields.get("payment_method") {
        Some(Value::Object(method)) => method,
        _ => return Err(Refusal::bad_request("payment_method is required")),
    };
    match text(method, "type")?.as_deref() {
        Some("tokenized") => {
            let id = text(method, "token")?.ok_or_else(|| Refusal::bad_request("payment_method.token is required"))?;
            let store = lock(&app.store);
            let token = store.tokens.get(&id).ok_or_else(Refusal::no_token)?;
            let mut shown = token.shown.clone();
            shown.insert("created".to_owned(), token.created.to_string().into());
            Ok(Method { shown: Value::Object(shown), token: Some(id), verdict: token.verdict })
        }
        Some("untokenized") => untokenized(method),
        _ => Err(Refusal::bad_request("payment_method.type must be tokenized or untokenized")),
    }
}

fn untokenized(method: &Map<String, Value>) -> Result<Method, Refusal> {
    let source_type = text(method, "source_type")?
        .ok_or_else(|| Refusal::bad_request("payment_method.source_type is required for an untokenized method"))?;
    let number = text(method, "card_number")?;
    // An allow-list: a card number must not come back in a reply, a webhook or the log.
    let shown = match &number {
        Some(number) => json!({
            "type": "untokenized",
            "source_type": source_type,
            "vendor": provider::brand(number),
            "last_4_digits": number.len().checked_sub(4).and_then(|at| number.get(at..)),
        }),
        None => json!({
            "type": "untokenized",
            "source_type": source_type,
            "vendor": method.get("vendor"),
            "additional_details": method.get("additional_details"),
        }),
    };
    let verdict = match number {
        Some(number) => provider::card(&number),
        None => provider::untokenized(&Value::Object(method.clone())).map_err(Refusal::bad_request)?,
    };
    Ok(Method { shown, token: None, verdict })
}

/// All of one kind: a bare array.
pub(super) async fn list(
    State(app): State<App>,
    Path((payment_id, path)): Path<(String, String)>,
) -> Result<Reply, Refusal> {
    let operation = operation(&path)?;
    let store = lock(&app.store);
    let payment = store.payments.get(&payment_id).ok_or_else(Refusal::no_payment)?;
    let about = About { payment_id: Some(payment_id), ..About::default() };
    Ok(Reply { status: StatusCode::OK, body: app.place.transactions(payment, operation), about })
}

pub(super) async fn read(
    State(app): State<App>,
    Path((payment_id, path, id)): Path<(String, String, String)>,
) -> Result<Reply, Refusal> {
    let operation = operation(&path)?;
    let store = lock(&app.store);
    let payment = store.payments.get(&payment_id).ok_or_else(Refusal::no_payment)?;
    let transaction = payment
        .transaction(&id)
        .filter(|transaction| transaction.operation == operation)
        .ok_or_else(|| Refusal::no_resource(&path))?;
    let body = app.place.transaction(payment, transaction, Shown::Read);
    Ok(Reply { status: StatusCode::OK, body, about: resources::about(payment, transaction) })
}

pub(super) async fn redirections(State(app): State<App>, Path(payment_id): Path<String>) -> Result<Reply, Refusal> {
    let store = lock(&app.store);
    let payment = store.payments.get(&payment_id).ok_or_else(Refusal::no_payment)?;
    let about = About { payment_id: Some(payment_id), ..About::default() };
    Ok(Reply { status: StatusCode::OK, body: resources::redirections(payment), about })
}

pub(super) async fn redirection(
    State(app): State<App>,
    Path((payment_id, id)): Path<(String, String)>,
) -> Result<Reply, Refusal> {
    let store = lock(&app.store);
    if !store.payments.contains_key(&payment_id) {
        return Err(Refusal::no_payment());
    }
    let found = store.redirection(&id).filter(|(payment, ..)| payment.id == payment_id);
    let (payment, transaction, redirection) = found.ok_or_else(|| Refusal::no_resource("redirections"))?;
    let about = resources::about(payment, transaction);
    Ok(Reply { status: StatusCode::OK, body: resources::redirection(redirection), about })
}
