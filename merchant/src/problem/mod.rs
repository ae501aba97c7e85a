//! What is replied when something cannot be done: `application/problem+json` (RFC 9457).

use crate::paymentsos::CallError;
use crate::store::StoreError;
use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

mod types;

pub(crate) use types::Type;

/// The body of a reply to something that cannot be done (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Details {
    /// What sort of problem it is: a stable URI.
    #[serde(rename = "type")]
    sort: String,
    /// The same in words.
    title: String,
    /// The reply's status.
    status: u16,
    /// What happened this time, and what to do.
    detail: String,
    /// PaymentsOS's word for why it refused, such as `api_request_error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
}

/// A problem. It never holds a secret, nor what PaymentsOS wrote.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    sort: Type,
    detail: String,
    /// PaymentsOS's word for why it refused.
    category: Option<String>,
    retry_after: Option<u64>,
}

impl Problem {
    pub(crate) fn new(sort: Type, detail: impl Into<String>) -> Problem {
        Problem { sort, detail: detail.into(), category: None, retry_after: None }
    }

    /// Where there is no more to say than what all of the sort mean.
    pub(crate) fn of(sort: Type) -> Problem {
        Problem::new(sort, sort.meaning())
    }

    /// What happened, in a sentence.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn not_found() -> Problem {
        Problem::of(Type::NotFound)
    }

    pub(crate) fn not_signed_in() -> Problem {
        Problem::of(Type::NoSession)
    }

    pub(crate) fn not_yours() -> Problem {
        Problem::of(Type::AnotherSession)
    }

    pub(crate) fn has_transaction() -> Problem {
        let detail = "The payment has a transaction that has not failed. Read the payment, and go on with that one.";
        Problem::new(Type::PaymentHasTransaction, detail)
    }

    pub(crate) fn amount_differs() -> Problem {
        let detail =
            "The payment's amount or currency is not the one that was shown. Read the payment, and show it again.";
        Problem::new(Type::AmountDiffers, detail)
    }

    /// PaymentsOS refused a create: nothing was done.
    pub(crate) fn refused(category: Option<String>) -> Problem {
        let problem = Problem::new(Type::Refused, "PaymentsOS refused the request. No transaction was made.");
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
        Problem::new(Type::Conflict, detail)
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
            CallError::TimedOut => Problem::new(Type::TimedOut, "PaymentsOS did not reply in time."),
            CallError::TooMany { retry_after } => {
                let problem = Problem::new(Type::Busy, "PaymentsOS asks for patience.");
                Problem { retry_after: Some(retry_after.unwrap_or(5)), ..problem }
            }
            CallError::Unreachable
            | CallError::Unavailable(_)
            | CallError::Unreadable
            | CallError::Conflict
            | CallError::Refused { .. } => Problem::new(Type::Unavailable, "PaymentsOS cannot be used now."),
        }
    }

    /// The address has asked too much.
    pub(crate) fn too_many(seconds: u64) -> Problem {
        Problem { retry_after: Some(seconds), ..Problem::of(Type::TooMany) }
    }

    pub(crate) fn internal() -> Problem {
        let detail = "The shop's backend has a fault. Repeat the request with the same Idempotency-Key.";
        Problem::new(Type::Internal, detail)
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
        let status = self.sort.status();
        let body = Details {
            sort: self.sort.uri(),
            title: self.sort.title().to_owned(),
            status: status.as_u16(),
            detail: self.detail,
            category: self.category,
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
