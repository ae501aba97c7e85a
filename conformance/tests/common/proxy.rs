//! A proxy that does something wrong: in front of a backend, or between it and PaymentsOS.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::Value;
use std::pin::Pin;
use std::sync::Arc;
use url::Url;

/// What passes.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// With the query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
    pub(crate) fn is_create(&self) -> bool {
        self.method == Method::POST && (self.path.ends_with("/charges") || self.path.ends_with("/authorizations"))
    }

    pub(crate) fn is_status(&self) -> bool {
        self.method == Method::GET && (self.path.contains("/charges/") || self.path.contains("/authorizations/"))
    }

    pub(crate) fn is_payment(&self) -> bool {
        self.method == Method::GET && self.path.starts_with("/api/payments/") && !self.is_status()
    }

    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header"));
    }

    /// The body as JSON, changed; one that is none is left alone.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut body) = serde_json::from_slice(&self.body) {
            change(&mut body);
            self.body = body.to_string().into();
        }
    }
}

/// What comes back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(status: StatusCode, body: &Value) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Answer { status, headers, body: body.to_string().into() }
    }

    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header"));
    }

    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as JSON, changed; one that is none is left alone.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut body) = serde_json::from_slice(&self.body) {
            change(&mut body);
            self.body = body.to_string().into();
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, self.headers, self.body).into_response()
    }
}

/// What stands behind the proxy.
#[derive(Clone, Debug)]
pub(crate) struct Behind {
    to: Vec<Url>,
    client: Client,
    asked: Arc<std::sync::atomic::AtomicUsize>,
}

impl Behind {
    /// Asks it; of several, each in turn.
    pub(crate) async fn ask(&self, asked: Asked) -> Answer {
        let turn = self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let url = self.to[turn % self.to.len()].join(&asked.path).expect("an address");
        let mut headers = asked.headers;
        for name in [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
            headers.remove(name);
        }
        match self.client.request(asked.method, url).headers(headers).body(asked.body).send().await {
            Ok(reply) => {
                let (status, mut headers) = (reply.status(), reply.headers().clone());
                headers.remove(header::CONTENT_LENGTH);
                headers.remove(header::TRANSFER_ENCODING);
                Answer { status, headers, body: reply.bytes().await.unwrap_or_default() }
            }
            Err(_) => Answer { status: StatusCode::BAD_GATEWAY, headers: HeaderMap::new(), body: Bytes::new() },
        }
    }
}

pub(crate) type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// What a proxy does with what passes.
pub(crate) type Doing = Arc<dyn Fn(Asked, Behind) -> Answering + Send + Sync>;

/// Hands on what `doing` makes of it.
pub(crate) fn doing<F: Future<Output = Answer> + Send + 'static>(
    doing: impl Fn(Asked, Behind) -> F + Send + Sync + 'static,
) -> Doing {
    Arc::new(move |asked, behind| Box::pin(doing(asked, behind)))
}

/// Hands on all as it is.
pub(crate) fn nothing() -> Doing {
    doing(async |asked, behind| behind.ask(asked).await)
}

/// An address, which is known before what stands behind it.
pub(crate) struct Proxy {
    listener: tokio::net::TcpListener,
    pub(crate) url: Url,
}

impl Proxy {
    pub(crate) async fn new() -> Proxy {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = super::address(listener.local_addr().expect("an address"));
        Proxy { listener, url }
    }

    /// Stands before those, for as long as the test runs.
    pub(crate) fn before(self, to: Vec<Url>, doing: Doing) {
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client");
        let behind = Behind { to, client, asked: Arc::default() };
        let service = Router::new().fallback(pass).with_state((doing, behind));
        tokio::spawn(async move { axum::serve(self.listener, service).await });
    }
}

async fn pass(
    State((doing, behind)): State<(Doing, Behind)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    doing(Asked { method, path, headers, body }, behind).await
}
