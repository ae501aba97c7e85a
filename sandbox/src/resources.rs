//! The stored things as PaymentsOS's JSON: in replies and in webhooks.

use crate::log::About;
use crate::money;
use crate::provider::Destination;
use crate::store::{Operation, Payment, Redirection, Token, Transaction};
use paymentsos_core::paymentsos::{PaymentStatus, Status};
use serde_json::{Map, Value, json};

/// What the links in a reply need to know of the sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) public_url: String,
    pub(crate) account_id: String,
}

/// Whether a transaction is shown as the reply to its creation, which holds more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Created,
    Read,
}

impl Place {
    /// A payment, without its related resources.
    pub(crate) fn payment(&self, payment: &Payment) -> Value {
        let mut body = payment.details.clone();
        let href = |tail: &str| format!("{}/payments/{}{tail}", self.public_url, payment.id);
        let actions: &[(&str, &str)] = match payment.status() {
            PaymentStatus::Initialized if payment.transactions.is_empty() => {
                &[("Charge", "/charges"), ("Authorization", "/authorizations"), ("Update Payment", "")]
            }
            PaymentStatus::Initialized => &[("Charge", "/charges"), ("Authorization", "/authorizations")],
            PaymentStatus::Authorized => &[("Capture", "/captures"), ("Void", "/voids")],
            PaymentStatus::Captured => &[("Refund", "/refunds")],
            _ => &[],
        };
        let actions: Vec<Value> =
            actions.iter().map(|(action, tail)| json!({"action": action, "href": href(tail)})).collect();
        body.extend(fields(json!({
            "id": payment.id,
            "currency": payment.currency,
            "amount": payment.amount,
            "created": payment.created.to_string(),
            "modified": payment.modified.to_string(),
            "is_chargedback": payment.is_chargedback,
            "status": payment.status(),
            "possible_next_actions": actions,
        })));
        Value::Object(body)
    }

    /// A payment with the related resources that were asked for, by `expand`.
    pub(crate) fn expanded(&self, payment: &Payment, expand: &[String]) -> Value {
        let mut body = self.payment(payment);
        if expand.is_empty() {
            return body;
        }
        let asked = |name: &str| expand.iter().any(|word| word == name || word == "all");
        let mut related = Map::new();
        for operation in Operation::ALL.into_iter().filter(|operation| asked(operation.path())) {
            related.insert(operation.path().to_owned(), self.transactions(payment, operation));
        }
        if asked("credits") {
            related.insert("credits".to_owned(), json!([]));
        }
        if asked("redirections") {
            related.insert("redirections".to_owned(), redirections(payment));
        }
        body["related_resources"] = Value::Object(related);
        body
    }

    /// All transactions of one kind.
    pub(crate) fn transactions(&self, payment: &Payment, operation: Operation) -> Value {
        let of_kind = payment.transactions.iter().filter(|transaction| transaction.operation == operation);
        of_kind.map(|transaction| self.transaction(payment, transaction, Shown::Read)).collect()
    }

    /// One transaction.
    pub(crate) fn transaction(&self, payment: &Payment, transaction: &Transaction, shown: Shown) -> Value {
        let operation = transaction.operation;
        let mut body = fields(json!({
            "id": transaction.id,
            "created": transaction.created.to_string(),
            "result": transaction.outcome,
            "provider_data": self.provider_data(payment, transaction),
            "provider_configuration": self.provider_configuration(payment),
        }));
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        };
        add("reconciliation_id", transaction.reconciliation_id.clone().map(Value::from));
        add("amount", (operation != Operation::Void).then(|| transaction.amount.into()));
        add("payment_method", transaction.payment_method.clone());
        add("redirection", transaction.redirection.as_ref().map(redirection));
        add("ip_address", transaction.ip_address.clone().map(Value::from));
        if shown == Shown::Created && operation.opens() {
            add("provider_specific_data", Some(provider_specific_data(transaction)));
            add(
                "decision_engine_execution",
                Some(json!({
                    "id": format!("decision-{}", transaction.id),
                    "created": transaction.created.to_string(),
                    "flow_id": "sandbox",
                    "status": "Success",
                    "policy_results": [],
                })),
            );
        }
        Value::Object(body)
    }

    fn provider_data(&self, payment: &Payment, transaction: &Transaction) -> Value {
        let (code, status, description) = match (&transaction.outcome.status, transaction.operation) {
            (Status::Succeed, operation) => ("0", "SUCCESS", done(operation)),
            (Status::Failed, operation) => ("102", "FAILED", refused(operation)),
            (_, Operation::Refund) => ("1", "PENDING", "pending refund"),
            _ => ("1", "PENDING", "Pending."),
        };
        let authorization_code = payment.external_id.get(..5).unwrap_or_default();
        let suffix = match transaction.operation {
            Operation::Charge => "Charge",
            Operation::Authorization => "Authorization",
            Operation::Capture => "Capture",
            Operation::Void => "Void",
            Operation::Refund => "Refund",
        };
        let transaction_id = format!("{}_{}_{suffix}", transaction.id, self.account_id);
        // The live mock provider's own reply comes as a string of JSON, and so it does here.
        let raw = json!({
            "OID": payment.external_id,
            "AUTH_CODE": authorization_code,
            "RETURN_MESSAGE": description,
            "TRANSID": transaction_id,
            "STATUS": status,
            "AMOUNT": money::decimal(transaction.amount, &payment.currency),
            "DATE": transaction.created.to_string(),
            "RETURN_CODE": code,
            "CURRENCY": payment.currency,
        });
        let mut data = json!({
            "provider_name": "MockProcessor",
            "response_code": code,
            "description": description,
            "raw_response": raw.to_string(),
            "transaction_id": transaction_id,
            "external_id": payment.external_id,
        });
        if transaction.outcome.status == Status::Succeed {
            data["authorization_code"] = authorization_code.into();
        }
        data
    }

    fn provider_configuration(&self, payment: &Payment) -> Value {
        const ID: &str = "5b1f6f0a-95a5-4f5e-8a28-1f4f0a4f4a11";
        json!({
            "id": ID,
            "name": "Mock",
            "description": "The sandbox's mock provider",
            "created": payment.created.to_string(),
            "modified": payment.created.to_string(),
            "account_id": self.account_id,
            "provider_id": "c0b1b1de-0000-4000-8000-000000000002",
            "type": "cc_processor",
            "href": format!("{}/accounts/{}/provider-configurations/{ID}", self.public_url, self.account_id),
        })
    }
}

/// What the provider adds to the reply to a create.
fn provider_specific_data(transaction: &Transaction) -> Value {
    match &transaction.redirection {
        Some(redirection) => json!({"iframeAllowed": redirection.iframe_allowed}),
        None => json!({}),
    }
}

/// The provider's word for an operation that is done.
fn done(operation: Operation) -> &'static str {
    match operation {
        Operation::Charge | Operation::Authorization => "Authorized.",
        Operation::Capture => "Captured.",
        Operation::Void => "Canceled.",
        Operation::Refund => "Refunded.",
    }
}

/// The provider's word for an operation that failed.
fn refused(operation: Operation) -> &'static str {
    match operation {
        Operation::Charge | Operation::Authorization => "DECLINED.",
        Operation::Capture => "capture failed.",
        Operation::Void => "void failed.",
        Operation::Refund => "refund failed",
    }
}

/// All redirections of a payment.
pub(crate) fn redirections(payment: &Payment) -> Value {
    payment.transactions.iter().filter_map(|transaction| transaction.redirection.as_ref()).map(redirection).collect()
}

/// One redirection.
pub(crate) fn redirection(redirection: &Redirection) -> Value {
    let mut body = json!({
        "id": redirection.id,
        "created": redirection.created.to_string(),
        "merchant_site_url": redirection.merchant_site_url,
        "url": redirection.url,
    });
    if redirection.destination == Destination::Collector {
        body["operation_type"] = "data_collection".into();
    }
    body
}

/// A token; `state` has another word up to version 1.1.0.
pub(crate) fn token(token: &Token, api_version: &str) -> Value {
    let mut body = token.shown.clone();
    let state = match api_version {
        "1.0.0" | "1.1.0" => "valid",
        _ if token.used => "used",
        _ => "created",
    };
    body.extend(fields(json!({"created": token.created.to_string(), "state": state})));
    Value::Object(body)
}

/// What the log says of a transaction.
pub(crate) fn about(payment: &Payment, transaction: &Transaction) -> About {
    About {
        payment_id: Some(payment.id.clone()),
        transaction_id: Some(transaction.id.clone()),
        result: Some(transaction.outcome.status.as_str().to_owned()),
    }
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
