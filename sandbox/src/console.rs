//! `GET /sandbox`: the page on which an engineer sees what goes on, and plays faults. It is three files that never change; what it shows
//! comes as JSON, and what is pressed there goes the way of `control`.

use crate::app::App;
use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

const PAGE: &str = include_str!("../pages/console/console.html");
const SCRIPT: &str = include_str!("../pages/console/console.js");
const STYLE: &str = include_str!("../pages/console/console.css");

/// The policy of a page that loads nothing but its own files, and writes nothing as HTML.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const COMMON: [(HeaderName, &str); 2] = [(CACHE_CONTROL, "no-cache"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];

/// The page, its two files, and the ways to it. All addresses are relative, as a proxy may put the sandbox into a folder.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/", get(async || to("sandbox")))
        .route("/sandbox/", get(async || to("../sandbox")))
        .route("/sandbox", get(page))
        .route("/sandbox/console.js", get(async || file("text/javascript; charset=utf-8", SCRIPT)))
        .route("/sandbox/console.css", get(async || file("text/css; charset=utf-8", STYLE)))
}

fn to(place: &'static str) -> Response {
    (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, place)]).into_response()
}

async fn page() -> Response {
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
        // For browsers that do not know `frame-ancestors`.
        (X_FRAME_OPTIONS, "DENY"),
    ];
    (COMMON, headers, Html(PAGE)).into_response()
}

fn file(media_type: &'static str, text: &'static str) -> Response {
    (COMMON, [(CONTENT_TYPE, media_type)], text).into_response()
}
