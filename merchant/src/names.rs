//! Names that come in: of payments, transactions, orders and webhooks. PostgreSQL's texts hold no NUL, and to look for one is a fault
//! there; nothing is called so.

use crate::headers;
use crate::problem::Problem;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Whether a record can have that name.
pub(crate) fn is_name(text: &str) -> bool {
    !text.contains('\0')
}

/// Lets addresses through whose parts may be names.
pub(crate) async fn addressed(request: Request, next: Next) -> Response {
    if request.uri().path().contains("%00") {
        return headers::for_api(Problem::not_found().into_response()).await;
    }
    next.run(request).await
}
