//! Who may set the sandbox: programs, which send no `Origin`, and its own pages. A page of another origin must not play faults on
//! whoever happens to have a sandbox running.

use crate::app::App;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use url::{Host, Url};

/// Lets a request pass that changes nothing, or does not come from another origin's page.
pub(crate) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_welcome(&app.place.public_url, request.headers()) {
        return next.run(request).await;
    }
    let body = json!({
        "category": "sandbox_error",
        "description": "A page of another origin cannot set the sandbox.",
        "more_info": "Open the sandbox's own page at localhost, at its IP address, or at its public address.",
    });
    (StatusCode::FORBIDDEN, Json(body)).into_response()
}

fn is_welcome(public_url: &str, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Ok(origin) = Url::parse(origin.to_str().unwrap_or_default()) else { return false };
    if Url::parse(public_url).is_ok_and(|public| public.origin() == origin.origin()) {
        return true;
    }
    // `Host` names what the browser believes to talk to. A domain proves nothing: anybody's may lead to this machine.
    let is_fixed = match origin.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).map(|host| Url::parse(&format!("http://{host}")));
    is_fixed && host.is_some_and(|host| host.is_ok_and(|host| host.origin() == origin.origin()))
}

#[cfg(test)]
mod tests {
    use super::is_welcome;
    use axum::http::header::{HOST, ORIGIN};
    use axum::http::{HeaderMap, HeaderValue};

    fn welcome(origin: Option<&'static str>, host: &'static str) -> bool {
        let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]);
        headers.extend(origin.map(|origin| (ORIGIN, HeaderValue::from_static(origin))));
        is_welcome("https://pay.example:8443/sandbox", &headers)
    }

    #[test]
    fn programs_and_its_own_pages_are_welcome() {
        for (origin, host) in [
            (None, "localhost:8081"),
            (Some("http://localhost:8081"), "localhost:8081"),
            (Some("http://127.0.0.1:8081"), "127.0.0.1:8081"),
            (Some("http://[::1]:8081"), "[::1]:8081"),
            (Some("http://192.168.1.5"), "192.168.1.5"),
            // A proxy may call it by another name.
            (Some("https://pay.example:8443"), "10.0.0.7:8081"),
        ] {
            assert!(welcome(origin, host), "{origin:?} at {host}");
        }
    }

    #[test]
    fn pages_of_other_origins_are_not() {
        for (origin, host) in [
            ("https://shop.example", "localhost:8081"),
            ("http://localhost:8080", "localhost:8081"),
            ("http://127.0.0.1:8081", "localhost:8081"),
            ("https://localhost:8081", "localhost:8081"),
            ("null", "localhost:8081"),
            ("", "localhost:8081"),
            // A domain that was made to lead to this machine.
            ("http://shop.example:8081", "shop.example:8081"),
            ("https://pay.example", "localhost:8081"),
        ] {
            assert!(!welcome(Some(origin), host), "{origin} at {host}");
        }
    }
}
