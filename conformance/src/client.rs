//! The client of HTTP, with the root certificates of the machine. It follows no redirection, asks no proxy, and says in words what
//! went wrong.

use bytes::Bytes;
use http::header::{ACCEPT, HeaderMap, HeaderValue};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::crypto::ring;
use std::error::Error;
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

const CONNECT: Duration = Duration::from_secs(10);

/// Longer than a backend may hold an answer, or take for a create.
const PATIENCE: Duration = Duration::from_secs(65);

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoReply {
    /// The time was over.
    #[error("it did not answer within {} s", PATIENCE.as_secs())]
    TimedOut,
    /// There is no connection, or it broke: what the client says of it.
    #[error("there was no answer: {0}")]
    Broken(String),
    /// What was to be sent cannot be.
    #[error("no such request can be sent: {0}")]
    Unsendable(#[from] http::Error),
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// It.
#[derive(Clone, Debug)]
pub(crate) struct Client(legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Client {
    /// A client of http alone, or of https too: the machine's root certificates are needed only where there is something to encrypt.
    pub(crate) fn new(is_https: bool) -> std::io::Result<Client> {
        let mut http = HttpConnector::new();
        http.set_connect_timeout(Some(CONNECT));
        // Or it would refuse https.
        http.enforce_http(false);
        let builder = HttpsConnectorBuilder::new();
        let builder = if is_https {
            builder.with_provider_and_native_roots(ring::default_provider())?
        } else {
            let tls = rustls::ClientConfig::builder_with_provider(ring::default_provider().into());
            let tls = tls.with_safe_default_protocol_versions().map_err(std::io::Error::other)?;
            builder.with_tls_config(tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
        };
        let connector = builder.https_or_http().enable_http1().wrap_connector(http);
        Ok(Client(legacy::Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector)))
    }

    /// Sends, and waits for all of the reply.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Received, NoReply> {
        let uri: Uri = url.as_str().parse().map_err(http::Error::from)?;
        let mut request = Request::builder().method(method).uri(uri).body(Full::from(body))?;
        *request.headers_mut() = headers;
        // As a browser does.
        request.headers_mut().entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        timeout(PATIENCE, self.all_of(request)).await.map_err(|_| NoReply::TimedOut)?
    }

    async fn all_of(&self, request: Request<Full<Bytes>>) -> Result<Received, NoReply> {
        let reply = self.0.request(request).await.map_err(|error| NoReply::Broken(words(&error)))?;
        let (head, body) = reply.into_parts();
        let body = body.collect().await.map_err(|error| NoReply::Broken(words(&error)))?.to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        Ok(Received { status: head.status, headers: head.headers, text })
    }
}

/// An error and what it came from. The client's own outermost words say only in which step it was.
fn words(error: &dyn Error) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut cause = Some(error.source().unwrap_or(error));
    while let Some(error) = cause {
        let text = error.to_string();
        if !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
        cause = error.source();
    }
    said.join(": ")
}
