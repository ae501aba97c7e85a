//! What the shopper saw is what is charged.

use crate::lab::{Checked, Lab, With, ensure};
use serde_json::{Value, json};
use uuid::Uuid;

async fn refused(lab: &Lab, change: impl Fn(&mut Value)) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let mut body = shopper.body(With::Succeeds, attempt);
    change(&mut body);
    let reply = shopper.post(attempt, &body).await?;
    ensure(reply.status == 412, || format!("it got {}", reply.brief()))?;
    shopper.has_nothing("a create that was refused").await
}

pub(super) async fn differs(lab: &Lab) -> Checked {
    refused(lab, |body| body["expected"]["amount"] = json!(1)).await
}

pub(super) async fn currency_differs(lab: &Lab) -> Checked {
    refused(lab, |body| body["expected"]["currency"] = json!("XTS")).await
}

pub(super) async fn from_the_client(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let mut body = shopper.body(With::Succeeds, attempt);
    body["amount"] = json!(1);
    body["currency"] = json!("XTS");
    let reply = shopper.post(attempt, &body).await?;
    let read = shopper.get("").await?;
    ensure(read.body["amount"] == shopper.amount, || format!("the payment's amount became {}", read.body["amount"]))?;
    let amount = &reply.body["amount"];
    ensure(reply.is_refusal() || amount.is_null() || *amount == shopper.amount, || {
        format!("{amount} was charged, and not {}", shopper.amount)
    })?;
    if let Ok(sandbox) = lab.sandbox() {
        let creates = sandbox.creates(&shopper.paid.payment).await;
        let names =
            |entry: &Value, name: &str| entry["fields"].as_array().is_some_and(|all| all.contains(&json!(name)));
        ensure(!creates.iter().any(|entry| names(entry, "amount")), || {
            "the body's amount went on to PaymentsOS".to_owned()
        })?;
    }
    Ok(())
}
