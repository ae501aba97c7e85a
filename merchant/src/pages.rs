//! The shop's pages, and the return to them.

use crate::headers::{self, Policy};
use axum::Router;
use axum::extract::{OriginalUri, RawForm};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any_service, post};
use std::path::Path;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;
use url::form_urlencoded;

/// What PaymentsOS adds to the return address.
const RETURNED: [&str; 4] = ["payment_id", "charge_id", "authorization_id", "status"];

/// Everything that is no API: files, and at whatever address, a `POST` of somebody who comes back.
pub(crate) fn routes(shop_dir: Option<&Path>, policy: &Policy) -> Router {
    let mut pages = match shop_dir {
        Some(folder) => Router::new().fallback_service(post(returned).fallback_service(ServeDir::new(folder))),
        None => Router::new().fallback_service(post(returned).fallback_service(any_service(nothing()))),
    };
    for (name, value) in headers::for_pages(policy) {
        pages = pages.layer(SetResponseHeaderLayer::overriding(name, value));
    }
    pages
}

fn nothing() -> Router {
    Router::new().fallback(async || StatusCode::NOT_FOUND)
}

/// Some issuers' pages send the shopper back by a form. A page cannot read one, and a reload would send it again.
async fn returned(OriginalUri(uri): OriginalUri, RawForm(form): RawForm) -> Response {
    match HeaderValue::try_from(return_address(&uri, &form)) {
        Ok(address) => (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// The same address with the form's return parameters in the query, in the place of any that it has.
fn return_address(uri: &Uri, form: &[u8]) -> String {
    let fields: Vec<(String, String)> = form_urlencoded::parse(form)
        .filter(|(name, value)| RETURNED.contains(&&**name) && value.len() <= 256)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let kept = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
        .filter(|(name, _)| !fields.iter().any(|(posted, _)| posted == name));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(kept).extend_pairs(&fields);
    // An address that begins with two slashes would lead to another host.
    let path = uri.path().trim_start_matches(['/', '\\']);
    match query.finish() {
        query if query.is_empty() => format!("/{path}"),
        query => format!("/{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(uri: &str, form: &str) -> String {
        return_address(&uri.parse().unwrap(), form.as_bytes())
    }

    #[test]
    fn the_form_goes_into_the_query() {
        assert_eq!(
            address("/return?order=7&status=Old", "payment_id=p&charge_id=c&status=Pending&PaRes=x"),
            "/return?order=7&payment_id=p&charge_id=c&status=Pending"
        );
        assert_eq!(address("/return?order=7", ""), "/return?order=7");
        assert_eq!(address("/", "status=a%26b%0d%0a"), "/?status=a%26b%0D%0A");
    }

    #[test]
    fn nobody_is_sent_to_another_host() {
        assert_eq!(address("//evil.example/x", "status=Pending"), "/evil.example/x?status=Pending");
        assert_eq!(address("/", ""), "/");
    }
}
