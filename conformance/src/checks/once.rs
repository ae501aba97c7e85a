//! One payment, never two.

use crate::backend::Reply;
use crate::lab::{Checked, Lab, Shopper, Stop, With, ensure, until};
use http::Method;
use std::time::Duration;
use tokio::try_join;
use uuid::Uuid;

/// How long a request may be refused because the same one is under way.
const UNDER_WAY: Duration = Duration::from_secs(5);

/// The reply to a repeat, once the first is not under way any more.
pub(super) async fn repeated(shopper: &Shopper<'_>, with: With, attempt: Uuid) -> Checked<Reply> {
    let mut last = None;
    let good = until(UNDER_WAY, async || {
        let reply = shopper.pay(with, attempt).await?;
        let is_good = reply.is_good();
        last = Some(reply);
        Ok(is_good.then_some(()))
    })
    .await?;
    let last = last.ok_or_else(|| Stop::Broken("no reply".to_owned()))?;
    ensure(good.is_some(), || format!("the repeat under the same key replied {}", last.brief()))?;
    Ok(last)
}

async fn has_one(shopper: &Shopper<'_>) -> Checked {
    let made = shopper.made().await?;
    ensure(made == 1, || format!("{made} transactions were made"))?;
    let Ok(sandbox) = shopper.lab.sandbox() else { return Ok(()) };
    // PaymentsOS refuses a second one where it knows of the first by then. Who counts on that pays twice where it does not.
    let keys = sandbox.keys(&shopper.paid.payment).await;
    ensure(keys == 1, || format!("{keys} different creates reached PaymentsOS"))
}

fn same(first: &Reply, second: &Reply) -> Checked {
    ensure(first.id() == second.id(), || "the repeat replied with another transaction".to_owned())
}

pub(super) async fn repeat(lab: &Lab) -> Checked {
    for with in [With::Succeeds, With::Redirects] {
        let shopper = lab.shopper().await?;
        let attempt = Uuid::new_v4();
        let first = shopper.pay(with, attempt).await?;
        ensure(first.is_good(), || format!("the create replied {}", first.brief()))?;
        let second = repeated(&shopper, with, attempt).await?;
        same(&first, &second)?;
        has_one(&shopper).await?;
    }
    Ok(())
}

pub(super) async fn repeats_at_once(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let pay = || shopper.pay(With::Succeeds, attempt);
    let (a, b, c, d) = try_join!(pay(), pay(), pay(), pay())?;
    let last = repeated(&shopper, With::Succeeds, attempt).await?;
    for reply in [a, b, c, d].iter().filter(|reply| reply.is_good()) {
        same(reply, &last)?;
    }
    has_one(&shopper).await
}

pub(super) async fn two_keys_at_once(lab: &Lab) -> Checked {
    for _ in 0..3 {
        let shopper = lab.shopper().await?;
        let pay = || shopper.pay(With::Succeeds, Uuid::new_v4());
        let (a, b) = try_join!(pay(), pay())?;
        let good = [&a, &b].iter().filter(|reply| reply.is_good()).count();
        ensure(good == 1, || format!("they replied {} and {}", a.brief(), b.brief()))?;
        let other = if a.is_good() { b } else { a };
        ensure(other.status == 409, || format!("the one that came too late got {}", other.brief()))?;
        has_one(&shopper).await?;
    }
    Ok(())
}

pub(super) async fn another_key(lab: &Lab) -> Checked {
    for with in [With::Succeeds, With::Redirects] {
        let shopper = lab.shopper().await?;
        shopper.has_paid(with).await?;
        let again = shopper.pay(With::Succeeds, Uuid::new_v4()).await?;
        ensure(again.status == 409, || format!("a second attempt got {}", again.brief()))?;
        has_one(&shopper).await?;
    }
    Ok(())
}

pub(super) async fn other_kind(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    shopper.has_paid(With::Redirects).await?;
    let attempt = Uuid::new_v4();
    let sent = shopper.create(attempt, &shopper.body(With::Succeeds, attempt));
    let reply = shopper.send(Method::POST, "/authorizations", sent).await?;
    ensure(reply.is_refusal(), || format!("an authorization beside the charge got {}", reply.brief()))?;
    has_one(&shopper).await
}

pub(super) async fn after_a_failure(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let failed = shopper.has_paid(With::Fails).await?;
    ensure(failed.result() == Some("Failed"), || format!("the first attempt is {:?}", failed.result()))?;
    let second = shopper.pay(With::Succeeds, Uuid::new_v4()).await?;
    ensure(second.is_good(), || format!("the second attempt got {}", second.brief()))?;
    ensure(second.id() != failed.id(), || "the second attempt got the first one's transaction".to_owned())?;
    ensure(second.result() == Some("Succeed"), || format!("the second attempt is {:?}", second.result()))
}

pub(super) async fn failed_repeat(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let first = shopper.pay(With::Fails, attempt).await?;
    ensure(first.result() == Some("Failed"), || format!("the create replied {}", first.brief()))?;
    let second = repeated(&shopper, With::Fails, attempt).await?;
    same(&first, &second)?;
    has_one(&shopper).await
}

pub(super) async fn body_changed(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let first = shopper.pay(With::Fails, attempt).await?;
    ensure(first.result() == Some("Failed"), || format!("the create replied {}", first.brief()))?;
    let second = shopper.pay(With::Succeeds, attempt).await?;
    ensure(second.is_refusal() || second.id() == first.id(), || {
        format!("a repeat with another payment_method got {}, a new transaction", second.brief())
    })?;
    has_one(&shopper).await
}

pub(super) async fn key_of_another(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let first = shopper.pay(With::Succeeds, attempt).await?;
    ensure(first.is_good(), || format!("the create replied {}", first.brief()))?;
    let other = lab.again(&shopper).await?;
    let second = other.pay(With::Succeeds, attempt).await?;
    ensure(first.id() != second.id(), || {
        format!("the other payment was replied to with {}, and the first one's transaction", second.brief())
    })?;
    ensure(second.is_good() || second.is_refusal(), || format!("it got {}", second.brief()))
}
