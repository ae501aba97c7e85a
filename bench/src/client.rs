//! A shopper's browser, as far as a load needs one.

use crate::failure::Failure;
use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client as Hyper;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

#[derive(Clone, Debug)]
pub(crate) struct Client(Hyper<HttpConnector, Full<Bytes>>);

/// A reply: its status, the session's cookie if it sets one, and its JSON.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) cookie: Option<String>,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Client {
    pub(crate) fn new() -> Client {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Client(Hyper::builder(TokioExecutor::new()).build(connector))
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Reply, Failure> {
        let what = || format!("{method} {url}");
        let no_reply = |why: String| Failure::NoReply { what: what(), why };
        let mut request = Request::builder().method(method.clone()).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = Full::from(body.map(Value::to_string).unwrap_or_default());
        let request = request.body(body).map_err(|error| no_reply(error.to_string()))?;
        let reply = self.0.request(request).await.map_err(|error| no_reply(error.to_string()))?;
        let (head, body) = reply.into_parts();
        let bytes = body.collect().await.map_err(|error| no_reply(error.to_string()))?.to_bytes();
        let cookie = head.headers.get("set-cookie").and_then(|cookie| cookie.to_str().ok());
        Ok(Reply {
            status: head.status,
            cookie: cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned),
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }

    /// Presses `succeed` on the page of a redirection.
    pub(crate) async fn press(&self, page: &str) -> Result<(), Failure> {
        let no_reply = |why: String| Failure::NoReply { what: format!("POST {page}"), why };
        let request = Request::builder().method(Method::POST).uri(page).body(Full::from("outcome=succeed"));
        let request = request.map_err(|error| no_reply(error.to_string()))?;
        self.0.request(request).await.map(drop).map_err(|error| no_reply(error.to_string()))
    }

    /// The same as [`send`](Client::send), where anything but a 2xx ends the run.
    pub(crate) async fn must(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Reply, Failure> {
        let what = format!("{method} {url}");
        let reply = self.send(method, url, headers, body).await?;
        if reply.status.is_success() || reply.status.is_redirection() {
            return Ok(reply);
        }
        Err(Failure::Reply { what, reply: format!("{} {}", reply.status, reply.body) })
    }
}
