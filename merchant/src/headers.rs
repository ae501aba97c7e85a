//! The headers that every reply of a sort carries.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use url::Url;

const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// A checkout needs none of them, whatever script should get into its page.
const PERMISSIONS: &str = "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), usb=()";
const TWO_YEARS: &str = "max-age=63072000";

/// Replies that are data: kept nowhere, and never a page.
pub(crate) async fn for_api(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, NOTHING);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// What a shop's pages need beside its own origin.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// PaymentsOS, as browsers see it.
    pub(crate) paymentsos: Url,
    /// Whose pages may show the shop's in a frame.
    pub(crate) framed_by: Vec<Url>,
    /// Whose pages the shop's may show in a frame.
    pub(crate) frames: Vec<Url>,
    /// Where PayU's Secure Fields come from.
    pub(crate) secure_fields: Option<Url>,
    /// Whether the shop is at https.
    pub(crate) is_https: bool,
}

impl Policy {
    /// The strictest policy that the component is at home in, and no more than the rest needs.
    fn line(&self) -> String {
        let origin = |url: &Url| url.origin().ascii_serialization();
        let sources = |always: &str, urls: &mut dyn Iterator<Item = &Url>| {
            urls.fold(always.to_owned(), |line, url| format!("{line} {}", origin(url)).trim_start().to_owned())
        };
        let scripts = sources("'self' 'wasm-unsafe-eval'", &mut self.secure_fields.iter());
        let calls = sources("'self'", &mut [&self.paymentsos].into_iter());
        let framed = sources("", &mut self.frames.iter().chain(&self.secure_fields));
        // What comes back from a bank's page in a frame is a page of the shop's own.
        let (frames, own) = match framed.as_str() {
            "" => (String::new(), ""),
            framed => (format!("frame-src 'self' {framed}; "), "'self'"),
        };
        let framed_by = match sources(own, &mut self.framed_by.iter()) {
            nobody if nobody.is_empty() => "'none'".to_owned(),
            origins => origins,
        };
        format!(
            "default-src 'none'; script-src {scripts}; style-src 'self'; connect-src {calls}; img-src 'self' data:; {frames}\
             form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}; require-trusted-types-for 'script'"
        )
    }
}

/// The shop's pages. The return address holds ids, so no other site is told it.
pub(crate) fn for_pages(policy: &Policy) -> Vec<(HeaderName, HeaderValue)> {
    let is_https = policy.is_https;
    let policy = policy.line();
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::try_from(policy).unwrap_or(NOTHING)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
    ];
    let secure = is_https.then_some((header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TWO_YEARS)));
    headers.into_iter().chain(secure).collect()
}
