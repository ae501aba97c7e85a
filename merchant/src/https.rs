//! The clients of HTTP, with the root certificates of the machine. They follow no redirection.

use crate::paymentsos::ClientError;
use axum::body::Bytes;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::crypto::ring;
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(5);

pub(crate) type Client = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client of an https address, or of an http one.
pub(crate) fn client(is_https: bool) -> Result<Client, ClientError> {
    Ok(legacy::Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector(is_https)?))
}

/// The system's root certificates are needed only where there is something to encrypt.
fn connector(is_https: bool) -> Result<HttpsConnector<HttpConnector>, ClientError> {
    let mut http = HttpConnector::new();
    http.set_connect_timeout(Some(CONNECT));
    // Or it would refuse https.
    http.enforce_http(false);
    let builder = HttpsConnectorBuilder::new();
    let builder = if is_https {
        builder.with_provider_and_native_roots(ring::default_provider())?.https_only()
    } else {
        let tls = rustls::ClientConfig::builder_with_provider(ring::default_provider().into());
        let tls = tls.with_safe_default_protocol_versions()?;
        let nobody = rustls::RootCertStore::empty();
        builder.with_tls_config(tls.with_root_certificates(nobody).with_no_client_auth()).https_or_http()
    };
    Ok(builder.enable_http1().wrap_connector(http))
}
