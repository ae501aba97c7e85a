//! The client of PaymentsOS's API: the one place that holds the private key.

use crate::config::Config;
use crate::https::{Client, client};
use crate::metrics::Calls;
use axum::body::Bytes;
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, header, request, response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use paymentsos_core::paymentsos::{ApiError, Kind, Payment, Transaction};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io;
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::timeout;
use tracing::{Instrument, Span, field};

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

/// The client. It follows no redirection: the private key goes to the configured address and nowhere else.
#[derive(Clone, Debug)]
pub(crate) struct PaymentsOs {
    http: Client,
    base: String,
    app_id: HeaderValue,
    private_key: HeaderValue,
    environment: HeaderValue,
    api_version: HeaderValue,
    calls: Calls,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A setting that cannot be sent in a header.
    #[error("{0} holds a character that cannot be sent in a header")]
    Setting(&'static str),
    /// Nobody's certificate could be checked.
    #[error("this machine has no root certificates, which https needs: install ca-certificates ({0})")]
    RootCertificates(#[from] io::Error),
    /// TLS cannot be used.
    #[error("TLS cannot be used: {0}")]
    Tls(#[from] rustls::Error),
}

impl CallError {
    /// The word by which it is counted.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            CallError::TimedOut => "timed_out",
            CallError::Unreachable => "unreachable",
            CallError::Unavailable(_) => "unavailable",
            CallError::TooMany { .. } => "too_many",
            CallError::Unreadable => "unreadable",
            CallError::Conflict => "conflict",
            CallError::NotFound => "not_found",
            CallError::Refused { .. } => "refused",
        }
    }
}

impl PaymentsOs {
    pub(crate) fn new(config: &Config, calls: Calls) -> Result<PaymentsOs, ClientError> {
        let header = |text: &str, name| HeaderValue::from_str(text).map_err(|_| ClientError::Setting(name));
        let mut private_key = header(config.private_key.reveal(), "PAYMENTSOS_PRIVATE_KEY")?;
        private_key.set_sensitive(true);
        Ok(PaymentsOs {
            http: client(config.paymentsos_url.scheme() == "https")?,
            base: config.paymentsos_url.as_str().trim_end_matches('/').to_owned(),
            app_id: header(&config.app_id, "PAYMENTSOS_APP_ID")?,
            private_key,
            environment: HeaderValue::from_static(config.environment.name()),
            api_version: header(&config.api_version, "PAYMENTSOS_API_VERSION")?,
            calls,
        })
    }

    pub(crate) async fn create_payment(&self, key: &str, body: &Value) -> Result<Payment, CallError> {
        let request = self.request(Method::POST, "/payments").header("idempotency-key", key);
        self.send("POST /payments", CREATE, request, Some(body)).await
    }

    /// Replaces a payment, which PaymentsOS allows before anything else was done with it.
    pub(crate) async fn replace_payment(&self, payment: &str, body: &Value) -> Result<Payment, CallError> {
        let request = self.request(Method::PUT, &format!("/payments/{payment}"));
        self.send("PUT /payments/…", CREATE, request, Some(body)).await
    }

    /// A payment with all its transactions.
    pub(crate) async fn payment(&self, payment: &str) -> Result<Payment, CallError> {
        let request = self.request(Method::GET, &format!("/payments/{payment}?expand=all"));
        let read: Payment = self.send("GET /payments/…", READ, request, None).await?;
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
        let request = self.request_for(shopper, key, &format!("/payments/{payment}/{}", kind.path()));
        self.send("POST /payments/…/…", CREATE, request, Some(body)).await
    }

    /// Goes on with self-handled 3-D Secure: the payment, with its transactions.
    pub(crate) async fn go_on_with_authentication(
        &self,
        payment: &str,
        kind: Kind,
        id: &str,
        key: &str,
        body: &Value,
        shopper: &Shopper,
    ) -> Result<Payment, CallError> {
        let path = format!("/payments/{payment}/{}/{id}/authentication-flows", kind.path());
        let request = self.request_for(shopper, key, &path);
        let read: Payment = self.send("POST /payments/…/…/…/authentication-flows", CREATE, request, Some(body)).await?;
        if read.id == payment { Ok(read) } else { Err(CallError::Unreadable) }
    }

    pub(crate) async fn transaction(&self, payment: &str, kind: Kind, id: &str) -> Result<Transaction, CallError> {
        let request = self.request(Method::GET, &format!("/payments/{payment}/{}/{id}", kind.path()));
        let read: Transaction = self.send("GET /payments/…/…/…", READ, request, None).await?;
        if read.id == id { Ok(read) } else { Err(CallError::Unreadable) }
    }

    /// Captures or voids.
    pub(crate) async fn operate(
        &self,
        payment: &str,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Result<Transaction, CallError> {
        let request = self.request(Method::POST, &format!("/payments/{payment}/{path}")).header("idempotency-key", key);
        self.send("POST /payments/…/…", CREATE, request, Some(body)).await
    }

    /// All captures or voids of a payment.
    pub(crate) async fn operations(&self, payment: &str, path: &str) -> Result<Vec<Transaction>, CallError> {
        let request = self.request(Method::GET, &format!("/payments/{payment}/{path}"));
        self.send("GET /payments/…/…", READ, request, None).await
    }

    /// A capture or void.
    pub(crate) async fn operation(&self, payment: &str, path: &str, id: &str) -> Result<Transaction, CallError> {
        let request = self.request(Method::GET, &format!("/payments/{payment}/{path}/{id}"));
        let read: Transaction = self.send("GET /payments/…/…/…", READ, request, None).await?;
        if read.id == id { Ok(read) } else { Err(CallError::Unreadable) }
    }

    /// A POST that the shopper's browser has caused.
    fn request_for(&self, shopper: &Shopper, key: &str, path: &str) -> request::Builder {
        let request = self
            .request(Method::POST, path)
            .header("idempotency-key", key)
            .header("x-client-ip-address", shopper.address.to_string());
        match &shopper.user_agent {
            Some(user_agent) => request.header("x-client-user-agent", user_agent),
            None => request,
        }
    }

    fn request(&self, method: Method, path: &str) -> request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json")
            .header("app-id", &self.app_id)
            .header("private-key", &self.private_key)
            .header("x-payments-os-env", &self.environment)
            .header("api-version", &self.api_version)
    }

    /// `what` is for the log: a call without its ids and bodies.
    async fn send<T: DeserializeOwned>(
        &self,
        what: &str,
        limit: Duration,
        request: request::Builder,
        body: Option<&Value>,
    ) -> Result<T, CallError> {
        let span = tracing::info_span!(
            "paymentsos",
            otel.name = what,
            otel.kind = "client",
            http.response.status_code = field::Empty,
            request_id = field::Empty,
        );
        self.send_within(&span, what, limit, request, body).instrument(span.clone()).await
    }

    async fn send_within<T: DeserializeOwned>(
        &self,
        span: &Span,
        what: &str,
        limit: Duration,
        request: request::Builder,
        body: Option<&Value>,
    ) -> Result<T, CallError> {
        let body = Full::from(body.map(Value::to_string).unwrap_or_default());
        let exchange = async {
            let request = request.body(body).map_err(|_| CallError::Unreachable)?;
            self.exchange(request).await
        };
        let (head, body) = match timeout(limit, exchange).await.unwrap_or(Err(CallError::TimedOut)) {
            Ok(reply) => reply,
            Err(error) => {
                tracing::warn!(call = what, %error, "PaymentsOS did not reply");
                self.calls.count(what, Some(&error));
                return Err(error);
            }
        };
        let text = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let (status, request_id) = (head.status, text(REQUEST_ID).unwrap_or(""));
        span.record("http.response.status_code", status.as_u16()).record("request_id", request_id);
        let result = match status.as_u16() {
            200..300 => serde_json::from_slice(&body).map_err(|_| CallError::Unreadable),
            404 => Err(CallError::NotFound),
            409 => Err(CallError::Conflict),
            408 | 429 => {
                Err(CallError::TooMany { retry_after: text(header::RETRY_AFTER).and_then(|v| v.trim().parse().ok()) })
            }
            400..500 => Err(CallError::Refused { status, category: category(&body) }),
            _ => Err(CallError::Unavailable(status)),
        };
        self.calls.count(what, result.as_ref().err());
        match &result {
            // By its id, PaymentsOS's support finds what was made.
            Ok(_) if what.starts_with("POST ") => {
                tracing::info!(call = what, status = status.as_u16(), request_id, "PaymentsOS replied");
            }
            Ok(_) => tracing::debug!(call = what, status = status.as_u16(), request_id, "PaymentsOS replied"),
            Err(error) => {
                tracing::warn!(call = what, status = status.as_u16(), request_id, %error, "PaymentsOS replied");
            }
        }
        result
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<(response::Parts, Bytes), CallError> {
        let reply = self.http.request(request).await.map_err(|_| CallError::Unreachable)?;
        let (head, body) = reply.into_parts();
        match Limited::new(body, LARGEST_REPLY).collect().await {
            Ok(body) => Ok((head, body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => Err(CallError::Unreadable),
            Err(_) => Err(CallError::Unreachable),
        }
    }
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
    fn either_scheme_gets_a_client() {
        for url in ["https://api.paymentsos.com", "http://127.0.0.1:8081"] {
            let config = Config::in_memory(url.parse().unwrap(), "app", "private", "public");
            assert!(PaymentsOs::new(&config, Calls::default()).is_ok(), "{url}");
        }
        let config = Config::in_memory("http://127.0.0.1".parse().unwrap(), "app", "private\n", "public");
        assert!(matches!(
            PaymentsOs::new(&config, Calls::default()),
            Err(ClientError::Setting("PAYMENTSOS_PRIVATE_KEY"))
        ));
    }

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
