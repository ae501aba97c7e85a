//! What gets lost between the backend and PaymentsOS. These need the local one, which plays it.

use super::once::repeated;
use crate::lab::{Checked, Lab, With, ensure};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::try_join;
use uuid::Uuid;

fn create_fault(payment: &str, fault: &Value) -> Value {
    let mut fault = fault.clone();
    fault["method"] = json!("POST");
    fault["path"] = json!(format!("/payments/{payment}/"));
    json!({"api": [fault]})
}

/// Loses what a create is replied to, and repeats it: what it has made must be found.
async fn lose(lab: &Lab, carried_out: bool) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let fault = json!({"lose_reply": true, "after": carried_out, "times": 1});
    lab.sandbox()?.faults(&create_fault(&shopper.paid.payment, &fault)).await;
    let first = shopper.pay(With::Succeeds, attempt).await?;
    ensure(!first.is_refusal() || first.status == 409, || {
        format!("the create whose outcome is unknown got {}, which says that nothing was done", first.brief())
    })?;
    lab.tidy_up().await;
    let second = repeated(&shopper, With::Succeeds, attempt).await?;
    ensure(second.result() == Some("Succeed"), || format!("the repeat says {:?}", second.result()))?;
    ensure(!first.is_good() || first.id() == second.id(), || "the repeat has another transaction".to_owned())?;
    let made = shopper.made().await?;
    ensure(made == 1, || format!("{made} transactions were made"))
}

pub(super) async fn reply(lab: &Lab) -> Checked {
    lose(lab, true).await
}

pub(super) async fn request(lab: &Lab) -> Checked {
    lose(lab, false).await
}

pub(super) async fn another_attempt(lab: &Lab) -> Checked {
    for carried_out in [true, false] {
        let shopper = lab.shopper().await?;
        let fault = json!({"lose_reply": true, "after": carried_out, "times": 1});
        lab.sandbox()?.faults(&create_fault(&shopper.paid.payment, &fault)).await;
        let first = Uuid::new_v4();
        shopper.pay(With::Succeeds, first).await?;
        lab.tidy_up().await;
        let second = shopper.pay(With::Succeeds, Uuid::new_v4()).await?;
        let third = shopper.pay(With::Succeeds, first).await?;
        let made = shopper.made().await?;
        ensure(made == 1, || {
            let (second, third) = (second.brief(), third.brief());
            format!("{made} transactions were made; the second attempt got {second}, the first one's repeat {third}")
        })?;
        let (a, b) = (second.id(), third.id());
        ensure(!(second.is_good() && third.is_good()) || a == b, || "the two have two transactions".to_owned())?;
    }
    Ok(())
}

pub(super) async fn unavailable(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    lab.sandbox()?.faults(&create_fault(&shopper.paid.payment, &json!({"status": 503}))).await;
    let reply = shopper.pay(With::Succeeds, attempt).await?;
    ensure(reply.status >= 500 || reply.status == 409, || format!("PaymentsOS's 503 became {}", reply.brief()))?;
    lab.tidy_up().await;
    repeated(&shopper, With::Succeeds, attempt).await.map(drop)
}

pub(super) async fn busy(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let fault = json!({"status": 429, "retry_after": 2});
    lab.sandbox()?.faults(&create_fault(&shopper.paid.payment, &fault)).await;
    let reply = shopper.pay(With::Succeeds, Uuid::new_v4()).await?;
    ensure(matches!(reply.status, 429 | 503), || format!("PaymentsOS's 429 became {}", reply.brief()))?;
    let seconds = reply.header("retry-after").and_then(|seconds| seconds.parse::<u64>().ok());
    ensure(seconds.is_some_and(|seconds| seconds > 0), || {
        format!("Retry-After is {}", reply.header("retry-after").unwrap_or("missing"))
    })
}

/// Longer than anybody waits.
const HANGS_MS: u64 = 120_000;

pub(super) async fn hangs(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let paid = shopper.has_paid(With::Redirects).await?;
    let path = format!("/payments/{}", shopper.paid.payment);
    lab.sandbox()?.faults(&json!({"api": [{"method": "GET", "path": path, "latency_ms": HANGS_MS}]})).await;
    let status = shopper.at(&paid);
    let (payment, status) = try_join!(shopper.get(""), shopper.get(&status))?;
    for (what, reply) in [("the payment", payment), ("the transaction", status)] {
        ensure(reply.took < Duration::from_millis(10_500), || format!("{what} took {} s", reply.took.as_secs()))?;
    }
    Ok(())
}

/// How long the component waits for a create.
const CREATE: Duration = Duration::from_secs(60);

pub(super) async fn create_hangs(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let path = format!("/payments/{}/", shopper.paid.payment);
    // Other checks are run meanwhile, and play faults of their own.
    lab.sandbox()?.always(json!({"method": "POST", "path": path, "latency_ms": HANGS_MS})).await;
    let reply = shopper.pay(With::Succeeds, Uuid::new_v4()).await?;
    ensure(reply.took < CREATE, || format!("the create took {} s", reply.took.as_secs()))?;
    ensure(reply.status >= 500 || reply.status == 409, || format!("its unknown outcome became {}", reply.brief()))
}
