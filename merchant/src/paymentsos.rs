//! The client of PaymentsOS's API: the one place that holds the private key.

use crate::config::{Config, is_loopback};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use paymentsos_core::paymentsos::{ApiError, Kind, Payment, Transaction};
use reqwest::{Method, RequestBuilder, Response, redirect};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::net::IpAddr;
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(5);
/// A create may wait for the provider; the component gives it 60 s.
const CREATE: Duration = Duration::from_secs(50);
const READ: Duration = Duration::from_secs(8);
/// More than any reply needs, `raw_response` and all.
const LARGEST_REPLY: usize = 2 * 1024 * 1024;
/// Logged, so that PaymentsOS's support can find the call.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-zooz-request-id");

/// Why a call gave no resource. None of it holds anything that PaymentsOS wrote, but for the word of the category.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    /// No reply in time. What came of the call is not known.
    #[error("PaymentsOS did not reply in time")]
    TimedOut,
    /// No connection, or it broke. What came of the call is not known.
    #[error("the connection to PaymentsOS failed")]
    Unreachable,
    /// A reply that says that it cannot serve. What came of the call is not known.
    #[error("PaymentsOS replied {0}")]
    Unavailable(StatusCode),
    /// It wants to be asked later.
    #[error("PaymentsOS asks for patience")]
    TooMany {
        /// Its `Retry-After`, in seconds.
        retry_after: Option<u64>,
    },
    /// A reply of success that cannot be read. What came of the call is not known.
    #[error("PaymentsOS's reply cannot be read")]
    Unreadable,
    /// The payment's state does not allow it.
    #[error("PaymentsOS sees a conflict")]
    Conflict,
    /// There is no such resource.
    #[error("PaymentsOS does not know it")]
    NotFound,
    /// The request is refused: nothing was done.
    #[error("PaymentsOS refused with {status}")]
    Refused {
        /// The reply's status.
        status: StatusCode,
        /// Why, in a word.
        category: Option<String>,
    },
}

/// What PaymentsOS is told of the shopper beside the body.
#[derive(Clone, Debug)]
pub(crate) struct Shopper {
    pub(crate) address: IpAddr,
    pub(crate) user_agent: Option<String>,
}

/// The client.
#[derive(Clone, Debug)]
pub(crate) struct PaymentsOs {
    http: reqwest::Client,
    base: String,
    app_id: HeaderValue,
    private_key: HeaderValue,
    environment: HeaderValue,
    api_version: HeaderValue,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A setting that cannot be sent in a header.
    #[error("{0} holds a character that cannot be sent in a header")]
    Setting(&'static str),
    /// TLS cannot be used; most often the machine has no root certificates.
    #[error("the HTTPS client cannot be made: {0}")]
    Tls(#[from] reqwest::Error),
}

impl PaymentsOs {
    pub(crate) fn new(config: &Config) -> Result<PaymentsOs, ClientError> {
        let header = |text: &str, name| HeaderValue::from_str(text).map_err(|_| ClientError::Setting(name));
        let mut private_key = header(config.private_key.reveal(), "PAYMENTSOS_PRIVATE_KEY")?;
        private_key.set_sensitive(true);
        // A provider that is installed already does as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            // The private key goes to the configured address and nowhere else.
            .redirect(redirect::Policy::none());
        if is_loopback(&config.paymentsos_url) {
            http = http.no_proxy();
        }
        Ok(PaymentsOs {
            http: http.build()?,
            base: config.paymentsos_url.as_str().trim_end_matches('/').to_owned(),
            app_id: header(&config.app_id, "PAYMENTSOS_APP_ID")?,
            private_key,
            environment: HeaderValue::from_static(config.environment.name()),
            api_version: header(&config.api_version, "PAYMENTSOS_API_VERSION")?,
        })
    }

    pub(crate) async fn create_payment(&self, key: &str, body: &Value) -> Result<Payment, CallError> {
        let request = self.request(Method::POST, "/payments", CREATE).header("idempotency-key", key).json(body);
        self.send("POST /payments", request).await
    }

    /// Replaces a payment, which PaymentsOS allows before anything else was done with it.
    pub(crate) async fn replace_payment(&self, payment: &str, body: &Value) -> Result<Payment, CallError> {
        let request = self.request(Method::PUT, &format!("/payments/{payment}"), CREATE).json(body);
        self.send("PUT /payments/…", request).await
    }

    /// A payment with all its transactions.
    pub(crate) async fn payment(&self, payment: &str) -> Result<Payment, CallError> {
        let request = self.request(Method::GET, &format!("/payments/{payment}?expand=all"), READ);
        let read: Payment = self.send("GET /payments/…", request).await?;
        if read.id == payment { Ok(read) } else { Err(CallError::Unreadable) }
    }

    pub(crate) async fn create_transaction(
        &self,
        payment: &str,
        kind: Kind,
        key: &str,
        body: &Value,
        shopper: &Shopper,
    ) -> Result<Transaction, CallError> {
        let mut request = self
            .request(Method::POST, &format!("/payments/{payment}/{}", kind.path()), CREATE)
            .header("idempotency-key", key)
            .header("x-client-ip-address", shopper.address.to_string());
        if let Some(user_agent) = &shopper.user_agent {
            request = request.header("x-client-user-agent", user_agent);
        }
        self.send("POST /payments/…/…", request.json(body)).await
    }

    pub(crate) async fn transaction(&self, payment: &str, kind: Kind, id: &str) -> Result<Transaction, CallError> {
        let request = self.request(Method::GET, &format!("/payments/{payment}/{}/{id}", kind.path()), READ);
        let read: Transaction = self.send("GET /payments/…/…/…", request).await?;
        if read.id == id { Ok(read) } else { Err(CallError::Unreadable) }
    }

    fn request(&self, method: Method, path: &str, limit: Duration) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.base))
            .timeout(limit)
            .header("app-id", &self.app_id)
            .header("private-key", &self.private_key)
            .header("x-payments-os-env", &self.environment)
            .header("api-version", &self.api_version)
    }

    /// `what` is for the log: a call without its ids and bodies.
    async fn send<T: DeserializeOwned>(&self, what: &str, request: RequestBuilder) -> Result<T, CallError> {
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                let error = lost(&error);
                tracing::warn!(call = what, %error, "PaymentsOS was not reached");
                return Err(error);
            }
        };
        let status = response.status();
        let request_id = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or("").to_owned();
        let retry_after = response.headers().get("retry-after").and_then(|v| v.to_str().ok()?.trim().parse().ok());
        let body = body(response).await;
        let result = match status.as_u16() {
            200..300 => body.and_then(|body| serde_json::from_slice(&body).map_err(|_| CallError::Unreadable)),
            404 => Err(CallError::NotFound),
            409 => Err(CallError::Conflict),
            408 | 429 => Err(CallError::TooMany { retry_after }),
            400..500 => Err(CallError::Refused { status, category: category(&body.unwrap_or_default()) }),
            _ => Err(CallError::Unavailable(status)),
        };
        match &result {
            Ok(_) => tracing::debug!(call = what, status = status.as_u16(), request_id, "PaymentsOS replied"),
            Err(error) => {
                tracing::warn!(call = what, status = status.as_u16(), request_id, %error, "PaymentsOS replied")
            }
        }
        result
    }
}

fn lost(error: &reqwest::Error) -> CallError {
    if error.is_timeout() { CallError::TimedOut } else { CallError::Unreachable }
}

async fn body(mut response: Response) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| lost(&error))? {
        if body.len() + chunk.len() > LARGEST_REPLY {
            return Err(CallError::Unreadable);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The category of an error, where it is a plain word.
fn category(body: &[u8]) -> Option<String> {
    let error: ApiError = serde_json::from_slice(body).ok()?;
    let is_word = |word: &String| {
        !word.is_empty()
            && word.len() <= 64
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    error.category.filter(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_word_is_taken_from_an_error() {
        assert_eq!(
            category(br#"{"category":"api_request_error","description":"x"}"#).as_deref(),
            Some("api_request_error")
        );
        for body in [&br#"{"category":"<b>no</b>"}"#[..], br#"{"category":""}"#, b"<html>"] {
            assert_eq!(category(body), None);
        }
    }
}
