//! The headers that every reply of a sort carries.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use url::Url;

const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Replies that are data: kept nowhere, and never a page.
pub(crate) async fn for_api(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, NOTHING);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The shop's pages: the strictest policy that the component is at home in; only pages of the origins `framed_by` may show them in a
/// frame. The return address holds ids, so no other site is told it.
pub(crate) fn for_pages(paymentsos: &Url, framed_by: &[Url]) -> [(HeaderName, HeaderValue); 4] {
    let origins: Vec<String> = framed_by.iter().map(|url| url.origin().ascii_serialization()).collect();
    let framed_by = if origins.is_empty() { "'none'".to_owned() } else { origins.join(" ") };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self' {}; img-src 'self' data:; \
         form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}; require-trusted-types-for 'script'",
        paymentsos.origin().ascii_serialization()
    );
    [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::try_from(policy).unwrap_or(NOTHING)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ]
}
