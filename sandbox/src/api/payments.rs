//! `/payments`: made, read, replaced.

use super::{Refusal, Reply, RequestId, amount, object, text};
use crate::app::App;
use crate::clock;
use crate::lock;
use crate::log::About;
use crate::store::Payment;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::{Extension, response::Result};
use serde_json::{Map, Value, json};
use url::form_urlencoded;
use uuid::Uuid;

/// The fields of a payment that are kept and shown as they came.
const DETAILS: [&str; 5] =
    ["statement_soft_descriptor", "additional_details", "order", "billing_address", "shipping_address"];

/// What a merchant may say of a payment.
struct Wish {
    amount: u64,
    currency: String,
    details: Map<String, Value>,
}

fn wish(app: &App, body: &Bytes) -> Result<Wish, Refusal> {
    let mut fields = object(body)?;
    let amount = amount(&fields)?.ok_or_else(|| Refusal::bad_request("amount is required"))?;
    let currency = text(&fields, "currency")?.ok_or_else(|| Refusal::bad_request("currency is required"))?;
    if currency.len() != 3 || !currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Err(Refusal::bad_request("currency must be an ISO 4217 code"));
    }
    // The customer is not echoed, only linked to.
    let customer = text(&fields, "customer_id")?;
    let mut details: Map<String, Value> =
        DETAILS.iter().filter_map(|name| Some(((*name).to_owned(), fields.remove(*name)?))).collect();
    if let Some(customer) = customer {
        let href = format!("{}/customers/{customer}", app.place.public_url);
        details.insert("customer".to_owned(), json!({"href": href}));
    }
    Ok(Wish { amount, currency, details })
}

fn about(id: &str) -> About {
    About { payment_id: Some(id.to_owned()), ..About::default() }
}

pub(super) async fn create(
    State(app): State<App>,
    Extension(request): Extension<RequestId>,
    body: Bytes,
) -> Result<Reply, Refusal> {
    let Wish { amount, currency, details } = wish(&app, &body)?;
    let now = clock::now();
    let payment = Payment {
        id: Uuid::new_v4().to_string(),
        amount,
        currency,
        created: now,
        modified: now,
        is_chargedback: false,
        details,
        external_id: Uuid::new_v4().to_string(),
        transactions: Vec::new(),
    };
    let reply = Reply { status: StatusCode::CREATED, body: app.place.payment(&payment), about: about(&payment.id) };
    app.let_arrive(app.add_payment(payment, &request.0)).await;
    Ok(reply)
}

pub(super) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Reply, Refusal> {
    let expand: Vec<String> = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .filter(|(name, _)| name == "expand")
        .map(|(_, word)| word.into_owned())
        .collect();
    let store = lock(&app.store);
    let payment = store.payments.get(&id).ok_or_else(Refusal::no_payment)?;
    Ok(Reply { status: StatusCode::OK, body: app.place.expanded(payment, &expand), about: about(&id) })
}

/// Replaces what the merchant said of it: allowed only before anything was done.
pub(super) async fn replace(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(request): Extension<RequestId>,
    body: Bytes,
) -> Result<Reply, Refusal> {
    let changed = app.change_payment(&id, &request.0, |payment| {
        let Wish { amount, currency, details } = wish(&app, &body)?;
        if !payment.transactions.is_empty() {
            return Err(Refusal::conflict());
        }
        (payment.amount, payment.currency, payment.details) = (amount, currency, details);
        Ok(())
    });
    let (body, told) = changed.ok_or_else(Refusal::no_payment)??;
    app.let_arrive(told).await;
    Ok(Reply { status: StatusCode::OK, body, about: about(&id) })
}
