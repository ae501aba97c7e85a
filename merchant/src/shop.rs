//! The demo shop behind the element: a small catalogue, orders, and the payment of each.

use crate::Merchant;
use crate::body;
use crate::headers;
use crate::limits::limit;
use crate::problem::{Problem, Type};
use crate::store::{Order, StoreError};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use paymentsos_core::paymentsos::{Kind, Status};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// Something to buy. Prices are in minor units, and are nobody's business but the shop's.
struct Item {
    id: &'static str,
    name: &'static str,
    price: u64,
    currency: &'static str,
}

const CATALOGUE: [Item; 4] = [
    Item { id: "mug", name: "Mug", price: 4_097, currency: "USD" },
    Item { id: "teapot", name: "Teapot", price: 8_900, currency: "EUR" },
    Item { id: "tea", name: "Green tea", price: 1_200, currency: "JPY" },
    Item { id: "tray", name: "Tray", price: 12_500, currency: "KWD" },
];

pub(crate) fn routes(merchant: Arc<Merchant>) -> Router {
    Router::new()
        .route("/shop/orders", post(order))
        .route("/shop/orders/{order}", get(look))
        .route("/shop/config", get(config))
        .layer(from_fn_with_state(Arc::clone(&merchant), limit))
        .with_state(merchant)
        .layer(map_response(headers::for_api))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OrderRequest {
    kind: Option<String>,
    item: Option<String>,
    new: bool,
    client_token: bool,
}

#[derive(Debug, Serialize)]
struct OrderReply {
    order_id: String,
    payment_id: String,
    amount: u64,
    currency: String,
    kind: &'static str,
    items: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
}

async fn order(
    State(merchant): State<Arc<Merchant>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    merchant.check_origin(&headers)?;
    let asked: OrderRequest = body::read_or_default(&headers, body)?;
    let (session, cookie) = match merchant.session(&headers).await? {
        Some(session) => (session, None),
        None => {
            let (session, cookie) = merchant.new_session().await?;
            (session, Some(cookie))
        }
    };
    let order = merchant.open_order(&session, &asked).await?;
    let client_token = match asked.client_token {
        true => order.payment.as_deref().and_then(|payment| merchant.new_client_token(payment)),
        false => None,
    };
    let mut response = Json(reply(order, client_token)?).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// An order of this session. Order numbers are short: of anybody else's, nothing is said.
async fn look(
    State(merchant): State<Arc<Merchant>>,
    Path(order): Path<String>,
    headers: HeaderMap,
) -> Result<Json<OrderReply>, Problem> {
    let session = merchant.session(&headers).await?.ok_or_else(Problem::not_signed_in)?;
    let order = merchant.store.order(&order).await?.filter(|order| order.session == session);
    let order = merchant.with_payment(order.ok_or_else(Problem::not_found)?).await?;
    Ok(Json(reply(order, None)?))
}

fn reply(order: Order, client_token: Option<String>) -> Result<OrderReply, Problem> {
    Ok(OrderReply {
        items: vec![line_item(&order)],
        payment_id: order.payment.ok_or_else(Problem::internal)?,
        order_id: order.id,
        amount: order.amount,
        currency: order.currency,
        kind: order.kind.name(),
        client_token,
    })
}

/// PayU's script, at its origin.
const SECURE_FIELDS: &str = "/v3/latest/secure-fields.min.js";

/// What a page needs to make a token at PaymentsOS.
async fn config(State(merchant): State<Arc<Merchant>>) -> Json<Value> {
    let settings = &merchant.settings;
    Json(json!({
        "paymentsos_url": settings.paymentsos_browser_url.as_str().trim_end_matches('/'),
        "public_key": settings.public_key,
        "environment": settings.environment.name(),
        "secure_fields": settings.secure_fields.as_ref().and_then(|origin| Some(origin.join(SECURE_FIELDS).ok()?.to_string())),
    }))
}

impl Merchant {
    /// The session's open order, or a new one.
    async fn open_order(&self, session: &str, asked: &OrderRequest) -> Result<Order, Problem> {
        let kind = match asked.kind.as_deref() {
            None => None,
            Some(name) => Some(
                Kind::from_name(name)
                    .ok_or_else(|| Problem::new(Type::Kind, "`kind` must be `charge` or `authorization`."))?,
            ),
        };
        let item = match asked.item.as_deref() {
            None => None,
            Some(id) => Some(
                CATALOGUE
                    .iter()
                    .find(|item| item.id == id)
                    .ok_or_else(|| Problem::new(Type::Item, "There is no such item."))?,
            ),
        };
        // Two tabs at once get one order.
        let place = self.desk.place(session);
        let _here = place.creating.lock().await;
        let _turn = self.store.turn(session).await?;
        let open = self.store.order_of_session(session).await?.filter(|_| !asked.new);
        let order = match open {
            Some(open) if self.goes_on(&open, kind, item).await? => open,
            _ => self.new_order(session, kind.unwrap_or_default(), item.unwrap_or(&CATALOGUE[0])).await?,
        };
        self.with_payment(order).await
    }

    /// Whether an open order is the one to go on with: it is not paid, and it is what is asked for or is being paid.
    async fn goes_on(&self, order: &Order, kind: Option<Kind>, item: Option<&Item>) -> Result<bool, StoreError> {
        let statuses = match &order.payment {
            Some(payment) => self.store.statuses(payment).await?,
            None => Vec::new(),
        };
        if statuses.contains(&Status::Succeed) {
            return Ok(false);
        }
        // An attempt whose outcome is not known may be live.
        let is_live = statuses.iter().any(|status| *status != Status::Failed)
            || match &order.payment {
                Some(payment) => self.store.standing_attempt(payment).await?.is_some(),
                None => false,
            };
        let is_same = kind.is_none_or(|kind| kind == order.kind) && item.is_none_or(|item| item.id == order.item);
        Ok(is_live || is_same)
    }

    async fn new_order(&self, session: &str, kind: Kind, item: &Item) -> Result<Order, StoreError> {
        let key = Uuid::new_v4();
        let number = key.simple().to_string().to_uppercase();
        let order = Order {
            // Short enough to be read out on the telephone.
            id: format!("{}-{}", number.get(..5).unwrap_or_default(), number.get(5..10).unwrap_or_default()),
            session: session.to_owned(),
            item: item.id.to_owned(),
            kind,
            amount: item.price,
            currency: item.currency.to_owned(),
            upstream_key: key.to_string(),
            payment: None,
        };
        self.store.open_order(&order).await?;
        Ok(order)
    }

    /// The order with its payment. One whose payment's creation got lost asks again under the same key.
    async fn with_payment(&self, order: Order) -> Result<Order, Problem> {
        if order.payment.is_some() {
            return Ok(order);
        }
        let created = self.paymentsos.create_payment(&order.upstream_key, &payment_body(&order)).await;
        let created = created.map_err(|error| Problem::upstream(&error))?;
        self.store.set_payment(&order.id, &created.id).await?;
        Ok(Order { payment: Some(created.id), ..order })
    }

    /// Gives an order another amount, at PaymentsOS too.
    pub(crate) async fn change_amount(&self, payment: &str, amount: u64) -> Result<(), ChangeError> {
        let order = self.store.order_of_payment(payment).await?.ok_or(ChangeError::Unknown)?;
        // A create that is on its way was checked against the amount that the shopper saw, and names none itself.
        let place = self.desk.place(payment);
        let _here = place.creating.lock().await;
        let _turn = self.store.turn(payment).await?;
        if self.store.standing_attempt(payment).await?.is_some() {
            return Err(ChangeError::BeingPaid);
        }
        let order = Order { amount, ..order };
        let replaced = self.paymentsos.replace_payment(payment, &payment_body(&order)).await;
        replaced.map_err(|error| ChangeError::Refused(error.to_string()))?;
        Ok(self.store.set_amount(&order.id, amount).await?)
    }
}

/// Why an order's amount was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// No order has that payment.
    #[error("no order has this payment")]
    Unknown,
    /// It is paid, or may be: what became of an attempt is not known yet.
    #[error("this payment is paid, or being paid")]
    BeingPaid,
    /// PaymentsOS does not change it.
    #[error("{0}")]
    Refused(String),
    /// The record was not written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn line_item(order: &Order) -> Value {
    let name = CATALOGUE.iter().find(|item| item.id == order.item).map_or("", |item| item.name);
    json!({"id": order.item, "name": name, "quantity": 1, "unit_price": order.amount})
}

fn payment_body(order: &Order) -> Value {
    json!({
        "amount": order.amount,
        "currency": order.currency,
        "order": {"id": order.id, "line_items": [line_item(order)]},
    })
}
