//! What is replied when something cannot be done: `application/problem+json` (RFC 9457).

use crate::paymentsos::CallError;
use crate::store::StoreError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A problem. It never holds a secret, nor what PaymentsOS wrote.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    kind: &'static str,
    status: StatusCode,
    title: &'static str,
    detail: String,
    /// PaymentsOS's word for why it refused.
    category: Option<String>,
    retry_after: Option<u64>,
}

impl Problem {
    /// `kind` ends the problem's type.
    pub(crate) fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Problem {
        Problem { kind, status, title, detail: detail.into(), category: None, retry_after: None }
    }

    pub(crate) fn bad_request(kind: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, kind, "The request is not right", detail)
    }

    pub(crate) fn unprocessable(kind: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, kind, "The request is not right", detail)
    }

    pub(crate) fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found", "There is nothing at this address.")
    }

    pub(crate) fn not_signed_in() -> Problem {
        let detail = "This needs the session that the order was made in, or its client token.";
        Problem::new(StatusCode::UNAUTHORIZED, "no-session", "Not signed in", detail)
    }

    pub(crate) fn not_yours() -> Problem {
        let detail = "The payment belongs to another session.";
        Problem::new(StatusCode::FORBIDDEN, "another-session", "Not allowed", detail)
    }

    pub(crate) fn has_transaction() -> Problem {
        let detail = "The payment has a transaction that has not failed. Read the payment, and go on with that one.";
        Problem::new(StatusCode::CONFLICT, "payment-has-transaction", "Already paid, or being paid", detail)
    }

    pub(crate) fn amount_differs() -> Problem {
        let detail =
            "The payment's amount or currency is not the one that was shown. Read the payment, and show it again.";
        Problem::new(StatusCode::PRECONDITION_FAILED, "amount-differs", "The amount has changed", detail)
    }

    /// PaymentsOS refused a create: nothing was done.
    pub(crate) fn refused(category: Option<String>) -> Problem {
        let detail = "PaymentsOS refused the request. No transaction was made.";
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", "PaymentsOS refused", detail);
        Problem { category, ..problem }
    }

    /// PaymentsOS refused to go on with an authentication: the transaction is as it was.
    pub(crate) fn authentication_refused(category: Option<String>) -> Problem {
        let detail = "PaymentsOS refused to go on with the authentication. The transaction is as it was.";
        Problem { detail: detail.to_owned(), ..Problem::refused(category) }
    }

    /// PaymentsOS sees a conflict where nothing else is known to stand in the way.
    pub(crate) fn conflict() -> Problem {
        let detail = "PaymentsOS sees a conflict, most likely the same request under way. \
                      Repeat it with the same Idempotency-Key.";
        Problem::new(StatusCode::CONFLICT, "conflict", "A conflict", detail)
    }

    /// What came of a create is not known: the same request may be repeated, with the same key.
    pub(crate) fn outcome_unknown(error: &CallError) -> Problem {
        let detail = "What came of it is not known. Repeat the request with the same Idempotency-Key.";
        Problem { detail: detail.to_owned(), ..Problem::upstream(error) }
    }

    /// PaymentsOS gave no resource.
    pub(crate) fn upstream(error: &CallError) -> Problem {
        match error {
            CallError::NotFound => Problem::not_found(),
            CallError::TimedOut => {
                let detail = "PaymentsOS did not reply in time.";
                Problem::new(StatusCode::GATEWAY_TIMEOUT, "paymentsos-timeout", "No reply in time", detail)
            }
            CallError::TooMany { retry_after } => {
                let detail = "PaymentsOS asks for patience.";
                let problem =
                    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "paymentsos-busy", "Try again later", detail);
                Problem { retry_after: Some(retry_after.unwrap_or(5)), ..problem }
            }
            CallError::Unreachable
            | CallError::Unavailable(_)
            | CallError::Unreadable
            | CallError::Conflict
            | CallError::Refused { .. } => {
                let detail = "PaymentsOS cannot be used now.";
                Problem::new(StatusCode::BAD_GATEWAY, "paymentsos-unavailable", "PaymentsOS cannot be used", detail)
            }
        }
    }

    pub(crate) fn internal() -> Problem {
        let detail = "The shop's backend has a fault. Repeat the request with the same Idempotency-Key.";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "A fault of the backend", detail)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a record could not be read or written");
        Problem::internal()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": format!("urn:paymentsos-checkout:problem:{}", self.kind),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let Some(category) = self.category {
            body["category"] = category.into();
        }
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
