//! Where an issuer collects data on the shopper's browser before it decides anything (EMV 3DS: the 3DS Method). It is meant for a frame
//! that nobody sees: its script reads a few facts, posts them, and goes back to the shop.

use crate::app::App;
use crate::lock;
use crate::log::{Entry, What};
use crate::provider::Destination;
use crate::resources;
use crate::store::{Payment, Redirection, Store, Transaction};
use crate::way_back::way_back;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

const PAGE: &str = include_str!("../pages/collector.html");
const SCRIPT: &str = include_str!("../pages/collector.js");

/// The page, at an address a redirection, and its script.
pub(crate) fn router() -> Router<App> {
    Router::new().route("/collect/{redirection}", get(show).post(collect)).route("/collector.js", get(script))
}

async fn script() -> Response {
    let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
    (headers, SCRIPT).into_response()
}

/// What the script reads of the browser.
#[derive(Debug, Deserialize)]
struct Facts {
    language: String,
    color_depth: u32,
    screen_height: u32,
    screen_width: u32,
    time_zone: i32,
}

impl Facts {
    /// Whether a browser says that of itself.
    fn are_plausible(&self) -> bool {
        const DAY: i32 = 24 * 60;
        !self.language.is_empty()
            && (1..=48).contains(&self.color_depth)
            && self.screen_height > 0
            && self.screen_width > 0
            && (-DAY..=DAY).contains(&self.time_zone)
    }
}

fn find<'a>(store: &'a Store, id: &str) -> Option<(&'a Payment, &'a Transaction, &'a Redirection)> {
    store.redirection(id).filter(|(.., redirection)| redirection.destination == Destination::Collector)
}

async fn show(State(app): State<App>, Path(id): Path<String>) -> Response {
    let store = lock(&app.store);
    let found = find(&store, &id);
    let response = match found {
        Some(_) => {
            // Any page may frame it: that is what it is for.
            let policy =
                "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'";
            let headers = [
                (CONTENT_SECURITY_POLICY, policy),
                (CACHE_CONTROL, "no-store"),
                (REFERRER_POLICY, "no-referrer"),
                (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, Html(PAGE)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    };
    log(&app, "GET", &id, found, response.status());
    response
}

/// The facts come in, and the way back goes out; none where the shop is not gone back to.
async fn collect(State(app): State<App>, Path(id): Path<String>, body: Bytes) -> Response {
    let is_read = serde_json::from_slice(&body).is_ok_and(|facts: Facts| facts.are_plausible());
    if is_read {
        app.have_collected(&id);
    }
    let store = lock(&app.store);
    let found = find(&store, &id);
    let response = match found {
        Some((payment, transaction, redirection)) if is_read => {
            let faults = lock(&app.faults).clone();
            let back = way_back(&faults.back, payment, transaction, redirection);
            let back = back.filter(|_| !faults.collect_never_returns).map(String::from);
            ([(CACHE_CONTROL, "no-store")], Json(json!({ "merchant_site_url": back }))).into_response()
        }
        Some(_) => StatusCode::BAD_REQUEST.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    };
    log(&app, "POST", &id, found, response.status());
    response
}

fn log(app: &App, method: &str, id: &str, of: Option<(&Payment, &Transaction, &Redirection)>, status: StatusCode) {
    let about = of.map(|(payment, transaction, _)| resources::about(payment, transaction)).unwrap_or_default();
    let path = format!("/{}/{id}", Destination::Collector.folder());
    app.log.add(Entry::new(What::Page, method, &path, about, Some(status.as_u16())));
}
