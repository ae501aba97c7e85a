//! Who may do what: the session that an order was made in, and whoever shows its client token, may do all; who knows a payment's and a transaction's id may see its status.

use crate::Merchant;
use crate::client_token::{self, client_token, is_client_token};
use crate::problem::{Problem, Type};
use crate::store::{Order, StoreError, milliseconds, now};
use axum::http::{HeaderMap, header};
use paymentsos_core::paymentsos::{Outcome, Transaction};

impl Merchant {
    /// The order behind a payment, for its own session alone. Without a session nothing is said, not even whether it exists.
    pub(crate) async fn own_order(&self, headers: &HeaderMap, payment: &str) -> Result<Order, Problem> {
        let session = self.session(headers).await?;
        let has_token = self.has_client_token(headers, payment);
        if session.is_none() && !has_token {
            return Err(Problem::not_signed_in());
        }
        let order = self.store.order_of_payment(payment).await?.ok_or_else(Problem::not_found)?;
        if has_token || session.as_ref() == Some(&order.session) { Ok(order) } else { Err(Problem::not_yours()) }
    }

    /// Whether a request may see all of an order.
    pub(crate) async fn is_own(&self, headers: &HeaderMap, order: &Order) -> Result<bool, StoreError> {
        let has_token = order.payment.as_ref().is_some_and(|payment| self.has_client_token(headers, payment));
        Ok(has_token || self.session(headers).await?.as_ref() == Some(&order.session))
    }

    fn has_client_token(&self, headers: &HeaderMap, payment: &str) -> bool {
        bearer(headers).is_some_and(|token| is_client_token(&self.settings.private_keys, token, payment, now()))
    }

    /// The element's `client-token` for a payment.
    pub(crate) fn new_client_token(&self, payment: &str) -> Option<String> {
        let ends = now().saturating_add(milliseconds(client_token::LIFETIME));
        Some(client_token(self.settings.private_keys.first()?, payment, ends))
    }

    /// Refuses what another site's page sends in the shopper's name.
    pub(crate) fn check_origin(&self, headers: &HeaderMap) -> Result<(), Problem> {
        check_origin(headers, &self.settings.origins)
    }
}

pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A browser says where a POST comes from; what says nothing is no browser, and holds no shopper's cookie by accident.
fn check_origin(headers: &HeaderMap, origins: &[String]) -> Result<(), Problem> {
    let refused = || {
        let detail = "The request comes from a page of another origin. The shop's own is that of MERCHANT_PUBLIC_URL, further ones \
                      are set by SHOP_ORIGINS.";
        Problem::new(Type::Origin, detail)
    };
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(origin) = text(header::ORIGIN) {
        return if origins.iter().any(|ours| ours == origin) { Ok(()) } else { Err(refused()) };
    }
    match text(header::HeaderName::from_static("sec-fetch-site")) {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(refused()),
    }
}

/// What anybody may see who knows both ids.
pub(crate) fn for_strangers(transaction: Transaction) -> Transaction {
    Transaction {
        id: transaction.id,
        result: Outcome { status: transaction.result.status, category: None, sub_category: None, description: None },
        amount: transaction.amount,
        currency: transaction.currency,
        redirection: None,
        reconciliation_id: None,
        payment_method: None,
        provider_specific_data: None,
        expires_at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use serde_json::json;

    #[test]
    fn strangers_see_the_status_and_the_amount() {
        let fixture = include_str!("../../core/fixtures/charge-failed.json");
        let transaction: Transaction = serde_json::from_str(fixture).unwrap();
        let seen = serde_json::to_value(for_strangers(transaction)).unwrap();
        assert_eq!(
            seen,
            json!({"id": "aec1c306-e0f7-452b-8fb5-5b34489e9d10", "result": {"status": "Failed"}, "amount": 4097})
        );
    }

    #[test]
    fn a_token_is_found_in_its_header() {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("bearer t"));
        assert_eq!(bearer(&headers), Some("t"));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic t"));
        assert_eq!(bearer(&headers), None);
    }

    #[test]
    fn a_post_comes_from_our_own_pages() {
        let ours = ["https://shop.example".to_owned()];
        let check = |pairs: &[(&'static str, &'static str)]| {
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            check_origin(&headers, &ours).is_ok()
        };
        assert!(check(&[]));
        assert!(check(&[("origin", "https://shop.example"), ("sec-fetch-site", "same-origin")]));
        assert!(check(&[("sec-fetch-site", "same-origin")]));
        assert!(!check(&[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")]));
        assert!(!check(&[("origin", "null")]));
        assert!(!check(&[("sec-fetch-site", "cross-site")]));
        assert!(!check(&[("sec-fetch-site", "same-site")]));
    }
}
