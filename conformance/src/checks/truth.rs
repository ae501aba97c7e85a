//! No false result.

use crate::lab::{Checked, Lab, With, ensure, until};
use http::Method;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

pub(super) async fn becomes_final(lab: &Lab) -> Checked {
    let sandbox = lab.sandbox()?;
    for (outcome, status) in [("succeed", "Succeed"), ("fail", "Failed")] {
        let shopper = lab.shopper().await?;
        let paid = shopper.has_paid(With::Redirects).await?;
        sandbox.faults(&json!({"webhooks": {"drop": true}})).await;
        sandbox.press(paid.body["redirection"]["url"].as_str().unwrap_or_default(), outcome).await;
        let charge = shopper.at(&paid);
        let mut last = String::new();
        let told = until(Duration::from_secs(10), async || {
            let reply = shopper.get(&charge).await?;
            last = reply.brief();
            Ok((reply.result() == Some(status)).then_some(()))
        })
        .await?;
        ensure(told.is_some(), || format!("10 s after it became {status}, it is told as {last}"))?;
    }
    Ok(())
}

pub(super) async fn of_the_address(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let mut body = shopper.body(With::Redirects, attempt);
    body["status"] = json!("Succeed");
    body["result"] = json!({"status": "Succeed"});
    let paid = shopper.post(attempt, &body).await?;
    ensure(paid.result() != Some("Succeed"), || "the create believes the body".to_owned())?;
    ensure(paid.is_good(), || format!("the create replied {}", paid.brief()))?;
    let id = paid.id().unwrap_or_default();
    let charge = format!("/charges/{id}?status=Succeed&charge_id={id}&payment_id={}", shopper.paid.payment);
    let read = shopper.get(&charge).await?;
    ensure(read.result() == Some("Pending"), || {
        format!("with status=Succeed in its query, it is {:?}", read.result())
    })?;
    let sent = shopper.create(attempt, &json!({"result": {"status": "Succeed"}}));
    let written = shopper.send(Method::PUT, &format!("/charges/{id}"), sent).await?;
    ensure(!written.is_good(), || format!("a PUT of the charge got {}", written.brief()))?;
    let read = shopper.get(&format!("/charges/{id}")).await?;
    ensure(read.result() == Some("Pending"), || format!("afterwards it is told as {:?}", read.result()))
}

pub(super) async fn made_elsewhere(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let paid = shopper.has_paid(With::Redirects).await?;
    let read = shopper.get("").await?;
    ensure(read.body["status"] != "Initialized", || "the payment is still Initialized".to_owned())?;
    let listed = shopper.listed().await?;
    let listed = listed.iter().find(|listed| listed["id"].as_str() == paid.id());
    let status = listed.and_then(|listed| listed["result"]["status"].as_str());
    ensure(status == Some("Pending"), || format!("its charge is listed as {status:?}"))
}
