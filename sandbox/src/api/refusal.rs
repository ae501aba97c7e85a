//! The replies that say no, in PaymentsOS's words.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use paymentsos_core::paymentsos::ApiError;

/// An error reply.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    body: ApiError,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

impl Refusal {
    fn new(status: StatusCode, category: &str, description: &str, more_info: &str) -> Refusal {
        let body = ApiError {
            category: Some(category.to_owned()),
            description: Some(description.to_owned()),
            more_info: Some(more_info.to_owned()),
        };
        Refusal { status, body }
    }

    /// The request makes no sense. The words are the sandbox's: PaymentsOS's are not known.
    pub(crate) fn bad_request(more_info: &str) -> Refusal {
        const WHAT: &str = "One or more request parameters are invalid.";
        Refusal::new(StatusCode::BAD_REQUEST, "api_request_error", WHAT, more_info)
    }

    /// The caller is unknown. The words are the sandbox's: PaymentsOS's are not known.
    pub(crate) fn unauthorized(more_info: &str) -> Refusal {
        const WHAT: &str = "The request could not be authenticated.";
        Refusal::new(StatusCode::UNAUTHORIZED, "api_authentication_error", WHAT, more_info)
    }

    fn not_found(more_info: &str) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "api_request_error", "The resource was not found.", more_info)
    }

    /// There is no such payment.
    pub(crate) fn no_payment() -> Refusal {
        Refusal::not_found("Payment resource does not exists")
    }

    /// The payment has no such transaction or redirection; `path` is their segment.
    pub(crate) fn no_resource(path: &str) -> Refusal {
        Refusal::not_found(&format!("{path} resource does not exits"))
    }

    /// There is no such token.
    pub(crate) fn no_token() -> Refusal {
        Refusal::not_found("Not Found, Payment method token was not found")
    }

    /// The payment's state does not allow it.
    pub(crate) fn conflict() -> Refusal {
        const WHAT: &str = "There was conflict with payment resource current state.";
        const MORE: &str = "Please check the current state of the payment.";
        Refusal::new(StatusCode::CONFLICT, "api_request_error", WHAT, MORE)
    }

    /// A request with this key has no reply yet.
    pub(crate) fn under_way() -> Refusal {
        const WHAT: &str = "There was conflict with the resource current state.";
        const MORE: &str = "A request with this idempotency-key is still being processed.";
        Refusal::new(StatusCode::CONFLICT, "api_request_error", WHAT, MORE)
    }

    /// A fault was asked for.
    pub(crate) fn fault(status: StatusCode) -> Refusal {
        let category = if status.is_server_error() { "internal_error" } else { "api_request_error" };
        Refusal::new(status, category, "The sandbox was told to fail.", "")
    }
}

pub(crate) async fn no_such_address() -> Refusal {
    Refusal::not_found("")
}

pub(crate) async fn method_not_allowed() -> Refusal {
    const WHAT: &str = "The method is not allowed for the resource.";
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "api_request_error", WHAT, "")
}
