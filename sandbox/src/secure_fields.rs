//! Stands for PayU's Secure Fields v3: the script that a shop's page embeds, and the fields of a card, each a frame of this origin.
//! The names in its API are PayU's; what its events hold is the sandbox's own.

use crate::app::App;
use axum::Router;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use url::form_urlencoded;

const SCRIPT: &str = include_str!("../pages/secure-fields/secure-fields.js");
const FIELD: &str = include_str!("../pages/secure-fields/field.html");
const FIELD_SCRIPT: &str = include_str!("../pages/secure-fields/field.js");
const FIELD_STYLE: &str = include_str!("../pages/secure-fields/field.css");

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// The script at PayU's path, and what the frames load.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/v3/latest/secure-fields.min.js", get(async || file(JAVASCRIPT, SCRIPT)))
        .route("/v3/latest/field", get(field))
        .route("/v3/latest/field.js", get(async || file(JAVASCRIPT, FIELD_SCRIPT)))
        .route("/v3/latest/field.css", get(async || file("text/css; charset=utf-8", FIELD_STYLE)))
}

fn file(media_type: &'static str, text: &'static str) -> Response {
    let headers = [(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-cache"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, text).into_response()
}

/// A kind of field.
struct Kind {
    /// Its name in PayU's API.
    name: &'static str,
    label: &'static str,
    autocomplete: &'static str,
    /// With what is written between the digits.
    longest: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind { name: "cardNumber", label: "Card number", autocomplete: "cc-number", longest: "23" },
    Kind { name: "creditCardExpiry", label: "Expiry date", autocomplete: "cc-exp", longest: "9" },
    Kind { name: "cvv", label: "Security code", autocomplete: "cc-csc", longest: "4" },
];

async fn field(RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "type").map(|(_, value)| value);
    let Some(kind) = KINDS.iter().find(|kind| asked.as_deref() == Some(kind.name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let page = [
        ("{type}", kind.name),
        ("{label}", kind.label),
        ("{autocomplete}", kind.autocomplete),
        ("{longest}", kind.longest),
    ];
    let page = page.into_iter().fold(FIELD.to_owned(), |page, (place, text)| page.replace(place, text));
    // Any page may frame it: that is what it is for.
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; \
                  base-uri 'none'; require-trusted-types-for 'script'";
    let headers = [
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, "no-cache"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(page)).into_response()
}
