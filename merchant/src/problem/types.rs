//! The sorts of problem there are: what a reply's `type`, `title` and `status` may be. The names are stable.

use axum::http::StatusCode;

/// How the `type` of every problem begins.
const URN: &str = "urn:paymentsos-checkout:problem:";

macro_rules! types {
    ($($(#[doc = $meaning:literal])+ $variant:ident = $name:literal, $status:ident, $title:literal;)+) => {
        /// A sort of problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Type {
            $($(#[doc = $meaning])+ $variant,)+
        }

        impl Type {
            /// All there are.
            pub(crate) const ALL: &[Type] = &[$(Type::$variant,)+];

            /// The word that ends its URI.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Type::$variant => $name,)+ }
            }

            /// The reply's status.
            pub(crate) const fn status(self) -> StatusCode {
                match self { $(Type::$variant => StatusCode::$status,)+ }
            }

            /// One line for a person, the same for all of a sort.
            pub(crate) const fn title(self) -> &'static str {
                match self { $(Type::$variant => $title,)+ }
            }

            /// What it means, and what whoever asked may do.
            pub(crate) const fn meaning(self) -> &'static str {
                match self { $(Type::$variant => concat!($($meaning),+).trim_ascii(),)+ }
            }
        }
    };
}

types! {
    /// The body is not the JSON of a request to this address.
    Json = "json", BAD_REQUEST, "The request is not right";
    /// The header `Idempotency-Key` does not hold the attempt's id, a UUID.
    IdempotencyKey = "idempotency-key", BAD_REQUEST, "The request is not right";
    /// `reconciliation_id` is not the `Idempotency-Key`.
    ReconciliationId = "reconciliation-id", BAD_REQUEST, "The request is not right";
    /// This is no webhook of PaymentsOS.
    Webhook = "webhook", BAD_REQUEST, "The request is not right";
    /// The body broke off, or came too slowly: repeat the request, a create with the same key.
    Body = "body", BAD_REQUEST, "The body cannot be read";
    /// This needs the session that the order was made in, or its client token.
    NoSession = "no-session", UNAUTHORIZED, "Not signed in";
    /// This needs a key of the shop's own systems.
    NoKey = "no-system-key", UNAUTHORIZED, "Not signed in";
    /// A webhook's signature is not right.
    Signature = "signature", UNAUTHORIZED, "Not signed";
    /// The payment belongs to another session.
    AnotherSession = "another-session", FORBIDDEN, "Not allowed";
    /// The request comes from a page of an origin that is not the shop's.
    Origin = "origin", FORBIDDEN, "Not allowed";
    /// There is nothing at this address.
    NotFound = "not-found", NOT_FOUND, "Not found";
    /// This address has no such method.
    Method = "method", METHOD_NOT_ALLOWED, "Not allowed";
    /// The payment has a transaction that has not failed: read the payment, and go on with that one.
    PaymentHasTransaction = "payment-has-transaction", CONFLICT, "Already paid, or being paid";
    /// Most likely the same request is under way: repeat it with the same key.
    Conflict = "conflict", CONFLICT, "A conflict";
    /// The payment has a capture or void whose end is not known yet: wait for it, or repeat the request for that one.
    PaymentHasOperation = "payment-has-operation", CONFLICT, "Being captured or voided";
    /// The payment's amount is not reserved: there is nothing to capture or void.
    NotAuthorized = "not-authorized", CONFLICT, "Nothing to capture or void";
    /// The payment's amount or currency is not the one that was shown: read the payment, and show it again.
    AmountDiffers = "amount-differs", PRECONDITION_FAILED, "The amount has changed";
    /// The body is larger than any request needs to be.
    TooLarge = "too-large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The body is not `application/json`.
    NotJson = "media-type", UNSUPPORTED_MEDIA_TYPE, "Not JSON";
    /// The order is to be paid by the other kind.
    Kind = "kind", UNPROCESSABLE_ENTITY, "The request is not right";
    /// There is no such item to be ordered.
    Item = "item", UNPROCESSABLE_ENTITY, "The request is not right";
    /// The key was used for something else: a new attempt needs a new one.
    KeyOfAnother = "key-of-another", UNPROCESSABLE_ENTITY, "The request is not right";
    /// The attempt that is named did not make this transaction.
    AnotherAttempt = "another-attempt", UNPROCESSABLE_ENTITY, "The request is not right";
    /// The amount must be one of minor units, at most what is reserved and not captured yet; a void has none.
    Amount = "amount", UNPROCESSABLE_ENTITY, "The request is not right";
    /// `expected`, which says what the shopper saw, is missing.
    ExpectedMissing = "expected-missing", UNPROCESSABLE_ENTITY, "The request is not right";
    /// `payment_method` cannot be used.
    PaymentMethod = "payment-method", UNPROCESSABLE_ENTITY, "The request is not right";
    /// `merchant_site_url` is on no origin of the shop.
    MerchantSiteUrl = "merchant-site-url", UNPROCESSABLE_ENTITY, "The request is not right";
    /// It must be said whether the issuer's data collection was completed.
    DataCollection = "data-collection-completed-ind", UNPROCESSABLE_ENTITY, "The request is not right";
    /// PaymentsOS refused: nothing was done. `category` is its word for why.
    Refused = "refused", UNPROCESSABLE_ENTITY, "PaymentsOS refused";
    /// Too many requests come from this address: repeat it after `Retry-After`, a create with the same key.
    TooMany = "too-many", TOO_MANY_REQUESTS, "Try again later";
    /// The backend has a fault: repeat the request with the same key.
    Internal = "internal", INTERNAL_SERVER_ERROR, "A fault of the backend";
    /// PaymentsOS cannot be used now, and what came of a create is not known: repeat the request with the same key.
    Unavailable = "paymentsos-unavailable", BAD_GATEWAY, "PaymentsOS cannot be used";
    /// PaymentsOS asks for patience: repeat the request with the same key, after `Retry-After`.
    Busy = "paymentsos-busy", SERVICE_UNAVAILABLE, "Try again later";
    /// PaymentsOS did not reply in time, and what came of a create is not known: repeat the request with the same key.
    TimedOut = "paymentsos-timeout", GATEWAY_TIMEOUT, "No reply in time";
}

impl Type {
    /// Its URI.
    pub(crate) fn uri(self) -> String {
        format!("{URN}{}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_has_a_name_of_its_own_and_says_what_it_means() {
        let names: HashSet<_> = Type::ALL.iter().map(|sort| sort.name()).collect();
        assert_eq!(names.len(), Type::ALL.len());
        for sort in Type::ALL {
            assert!(sort.status().is_client_error() || sort.status().is_server_error(), "{sort:?}");
            assert!(sort.meaning().ends_with('.'), "{sort:?}");
            assert!(!sort.meaning().starts_with(' '), "{sort:?}");
        }
    }
}
