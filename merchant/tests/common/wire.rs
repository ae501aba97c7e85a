//! The wire between the merchant and PaymentsOS: it tells what passed, and can be cut.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use merchant::Config;
use reqwest::Client;
use serde_json::Value;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard};
use url::Url;

/// Where the next create gets stuck. Nobody ever hears of it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// On its way to PaymentsOS.
    There,
    /// On its way back: PaymentsOS has carried it out.
    Back,
}

#[derive(Debug)]
struct Inner {
    paymentsos: Url,
    client: Client,
    cut: Option<Cut>,
    stuck: bool,
    readings: usize,
    creates: Vec<(HeaderMap, Value)>,
}

/// A wire.
#[derive(Clone, Debug)]
pub(crate) struct Wire(Arc<Mutex<Inner>>);

impl Wire {
    /// Puts a wire between a merchant and its PaymentsOS.
    pub(crate) fn between(config: &mut Config) -> Wire {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let url = format!("http://{}", listener.local_addr().expect("an address")).parse().expect("a URL");
        let client = Client::builder().no_proxy().build().expect("a client");
        let paymentsos = std::mem::replace(&mut config.paymentsos_url, url);
        let inner = Inner { paymentsos, client, cut: None, stuck: false, readings: 0, creates: Vec::new() };
        let wire = Wire(Arc::new(Mutex::new(inner)));
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        let service = Router::new().fallback(pass).with_state(wire.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        wire
    }

    /// Has the next create get stuck.
    pub(crate) fn cut(&self, cut: Cut) {
        let mut inner = self.inner();
        (inner.cut, inner.stuck) = (Some(cut), false);
    }

    /// Whether a create has got stuck.
    pub(crate) fn is_stuck(&self) -> bool {
        self.inner().stuck
    }

    /// The creates that were sent: their headers and bodies.
    pub(crate) fn creates(&self) -> Vec<(HeaderMap, Value)> {
        self.inner().creates.clone()
    }

    /// How many readings have passed.
    pub(crate) fn readings(&self) -> usize {
        self.inner().readings
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("no panic")
    }

    async fn stay(&self) -> Response {
        self.inner().stuck = true;
        pending().await
    }
}

async fn pass(State(wire): State<Wire>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let is_create = method == Method::POST && uri.path().starts_with("/payments/");
    let (client, url, cut) = {
        let mut inner = wire.inner();
        if is_create {
            inner.creates.push((headers.clone(), serde_json::from_slice(&body).expect("JSON")));
        }
        inner.readings += usize::from(method == Method::GET);
        let path = uri.path_and_query().expect("a path").as_str();
        let url = inner.paymentsos.join(path).expect("an address");
        (inner.client.clone(), url, if is_create { inner.cut.take() } else { None })
    };
    if cut == Some(Cut::There) {
        return wire.stay().await;
    }
    let mut headers = headers;
    headers.remove(CONTENT_LENGTH);
    let reply = client.request(method, url).headers(headers).body(body).send().await.expect("a reply");
    let (status, body) = (reply.status(), reply.bytes().await.expect("a body"));
    if cut == Some(Cut::Back) {
        return wire.stay().await;
    }
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}
