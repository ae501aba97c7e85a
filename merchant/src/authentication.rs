//! 3-D Secure that the merchant handles itself: once the issuer has collected its data, or was waited for long enough, PaymentsOS is
//! asked to go on. That ends the transaction, or gives the shopper a challenge to go to.

use crate::Merchant;
use crate::contract::CollectionAttributes;
use crate::create_body::browser;
use crate::knowledge::complete;
use crate::paymentsos::{CallError, Shopper};
use crate::problem::{Problem, Type};
use crate::store::{Attempt, AttemptState};
use paymentsos_core::paymentsos::{Kind, Payment, Redirection, Transaction};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Instant;
use utoipa::ToSchema;

/// A request to go on with self-handled 3-D Secure.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AuthenticationRequest {
    /// The id of the attempt that made the transaction, as in the header `Idempotency-Key`.
    #[serde(default)]
    #[schema(value_type = String, format = "uuid", required = true)]
    pub(crate) reconciliation_id: Option<String>,
    #[serde(default)]
    #[schema(value_type = CollectionAttributes, required = true)]
    three_d_secure_attributes: Value,
}

impl AuthenticationRequest {
    /// The `internal` attributes for PaymentsOS: whether the collection was completed, and what a create may say of the browser.
    /// `accept` is the header that the shopper's browser sent.
    pub(crate) fn internal(&self, accept: Option<&str>) -> Result<Map<String, Value>, Problem> {
        let attributes = &self.three_d_secure_attributes;
        let completed = attributes.pointer("/internal/data_collection_completed_ind").and_then(Value::as_str);
        let completed = completed.filter(|completed| matches!(*completed, "Y" | "N")).ok_or_else(|| {
            let detail = "`three_d_secure_attributes.internal.data_collection_completed_ind` must be `Y` or `N`.";
            Problem::new(Type::DataCollection, detail)
        })?;
        let mut internal = browser(attributes, accept).unwrap_or_default();
        internal.insert("data_collection_completed_ind".to_owned(), completed.into());
        Ok(internal)
    }
}

/// A request to go on that has been checked as far as it can be without the records.
#[derive(Clone, Debug)]
pub(crate) struct Authentication {
    pub(crate) payment: String,
    pub(crate) kind: Kind,
    /// The transaction.
    pub(crate) id: String,
    pub(crate) attempt: String,
    pub(crate) internal: Map<String, Value>,
    pub(crate) shopper: Shopper,
}

impl Merchant {
    /// Has PaymentsOS go on with the authentication of a transaction: the transaction as it is then. One that is final is left alone.
    pub(crate) async fn authenticate(self: &Arc<Self>, asked: Authentication) -> Result<Transaction, Problem> {
        let merchant = Arc::clone(self);
        // On its own: a shopper who closes the page must not stop it half-way.
        let piece = self.under_way.begin();
        let task = tokio::spawn(async move {
            let _piece = piece;
            let place = merchant.desk.place(&asked.payment);
            let _turn = place.creating.lock().await;
            merchant.authenticate_in_turn(&asked).await
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(%error, "an authentication was broken off");
            Err(Problem::internal())
        })
    }

    async fn authenticate_in_turn(self: &Arc<Self>, asked: &Authentication) -> Result<Transaction, Problem> {
        let known = match self.store.transaction(&asked.payment, asked.kind, &asked.id).await? {
            Some(known) => known,
            // The reply to its create was lost, and nobody has read the payment since.
            None => {
                let payment = self.read_payment(&asked.payment, Instant::now()).await?;
                listed(payment, asked).ok_or_else(Problem::not_found)?
            }
        };
        let attempt = self.maker(asked, &known).await?;
        if known.result.status.is_final() {
            return Ok(known);
        }
        let body = json!({
            "reconciliation_id": attempt.id,
            "three_d_secure_attributes": {"internal": asked.internal},
        });
        // Like the create's key, it is the attempt's: a repeat, and one by an attempt whose place this one took, make nothing twice.
        let key = format!("{}:{}:authentication", asked.payment, attempt.id);
        let gone_on = self
            .paymentsos
            .go_on_with_authentication(&asked.payment, asked.kind, &asked.id, &key, &body, &asked.shopper)
            .await;
        let error = match gone_on {
            Ok(payment) => {
                let (amount, currency) = (payment.amount, payment.currency.clone());
                match listed(payment, asked) {
                    Some(mut transaction) => {
                        complete(&mut transaction, amount, &currency);
                        return Ok(self.take_in(&asked.payment, asked.kind, &transaction).await?);
                    }
                    None => CallError::Unreadable,
                }
            }
            Err(error) => error,
        };
        self.look_after(asked, &error).await
    }

    /// The attempt that made a transaction: the one that is named or, where another took its place, that one.
    async fn maker(&self, asked: &Authentication, known: &Transaction) -> Result<Attempt, Problem> {
        let made_it = |attempt: &Attempt| {
            attempt.transaction.as_deref() == Some(&known.id)
                // An attempt whose outcome got lost does not know its transaction yet.
                || known.reconciliation_id.as_deref() == Some(&attempt.id)
        };
        let another = || {
            let detail = "The attempt that Idempotency-Key names did not make this transaction.";
            Problem::new(Type::AnotherAttempt, detail)
        };
        let named = self.store.attempt(&asked.attempt).await?;
        let is_here = |named: &Attempt| named.payment == asked.payment && named.kind == asked.kind;
        let named = named.filter(is_here).ok_or_else(another)?;
        if made_it(&named) {
            return Ok(named);
        }
        let in_its_place = match named.state {
            AttemptState::Superseded => self.store.attempt_in_place_of(&named).await?,
            _ => None,
        };
        in_its_place.filter(made_it).ok_or_else(another)
    }

    /// PaymentsOS did not say that it has gone on: the transaction tells whether it has, all the same.
    async fn look_after(self: &Arc<Self>, asked: &Authentication, error: &CallError) -> Result<Transaction, Problem> {
        // After a time-out there is no time left to look, and after a 429 nothing to see.
        if matches!(error, CallError::TimedOut | CallError::TooMany { .. }) {
            return Err(Problem::outcome_unknown(error));
        }
        let read = self.read_payment(&asked.payment, Instant::now()).await;
        if let Some(found) = read.ok().and_then(|payment| listed(payment, asked)).filter(|found| !waits_for_it(found)) {
            return Ok(found);
        }
        match error {
            CallError::Refused { category, .. } => Err(Problem::authentication_refused(category.clone())),
            CallError::NotFound => Err(Problem::authentication_refused(Some("api_request_error".to_owned()))),
            CallError::Conflict => Err(Problem::conflict()),
            _ => Err(Problem::outcome_unknown(error)),
        }
    }
}

/// The transaction in question, as the payment lists it.
fn listed(payment: Payment, asked: &Authentication) -> Option<Transaction> {
    let related = payment.related_resources?;
    let list = match asked.kind {
        Kind::Charge => related.charges,
        Kind::Authorization => related.authorizations,
    };
    list.into_iter().find(|transaction| transaction.id == asked.id)
}

/// Whether the issuer's data collection is still what a transaction leads to.
fn waits_for_it(transaction: &Transaction) -> bool {
    !transaction.result.status.is_final() && transaction.redirection.as_ref().is_some_and(Redirection::collects_data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn internal(internal: &Value) -> Option<Value> {
        let request = json!({"three_d_secure_attributes": {"internal": internal, "external": {"cavv": "x"}}});
        let request: AuthenticationRequest = serde_json::from_value(request).unwrap();
        request.internal(Some("text/html")).ok().map(Value::Object)
    }

    #[test]
    fn only_what_is_listed_goes_on() {
        let asked = json!({
            "data_collection_completed_ind": "N", "challenge_window_size": "02", "browser_language": "en", "browser_header": "forged",
            "challenge_indicator": "04", "three_d_secure_server_transaction_id": "x",
        });
        let expected = json!({
            "data_collection_completed_ind": "N", "challenge_window_size": "02", "browser_language": "en", "browser_header": "text/html",
        });
        assert_eq!(internal(&asked), Some(expected));
    }

    #[test]
    fn it_must_be_said_whether_the_collection_was_completed() {
        for completed in [json!(null), json!("y"), json!("U"), json!(true), json!("")] {
            assert_eq!(internal(&json!({"data_collection_completed_ind": completed})), None, "{completed}");
        }
        assert!(internal(&json!({"data_collection_completed_ind": "Y"})).is_some());
    }
}
