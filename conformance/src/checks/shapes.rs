//! What replies look like.

use crate::backend::{Reply, Sent};
use crate::lab::{Checked, Lab, Shopper, With, ensure};
use http::Method;
use serde_json::Value;
use uuid::Uuid;

pub(super) async fn payment(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let read = shopper.get("").await?;
    ensure(read.status == 200, || format!("GET of the payment replied {}", read.brief()))?;
    let body = &read.body;
    ensure(body["id"] == shopper.paid.payment.as_str(), || format!("`id` is {}", body["id"]))?;
    for (name, is_right) in [
        ("amount", body["amount"].is_u64()),
        ("currency", body["currency"].as_str().is_some_and(|text| text.len() == 3)),
        ("status", body["status"].is_string()),
        ("related_resources", body["related_resources"].is_object()),
    ] {
        ensure(is_right, || format!("`{name}` is {}", body[name]))?;
    }
    let paid = shopper.has_paid(With::Redirects).await?;
    let listed = shopper.listed().await?;
    ensure(listed.iter().any(|listed| listed["id"].as_str() == paid.id()), || {
        "`related_resources` does not list the charge that was just made".to_owned()
    })
}

pub(super) async fn transaction(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let paid = shopper.pay(With::Succeeds, Uuid::new_v4()).await?;
    ensure(paid.status == 201, || format!("the create replied {}", paid.brief()))?;
    is_transaction(&paid)?;
    let read = shopper.get(&shopper.at(&paid)).await?;
    ensure(read.status == 200, || format!("GET of the charge replied {}", read.brief()))?;
    is_transaction(&read)?;
    ensure(read.id() == paid.id(), || "GET of the charge replied with another one".to_owned())?;
    ensure(read.result() == paid.result(), || {
        format!("the create says {:?} and the reading {:?}", paid.result(), read.result())
    })
}

fn is_transaction(reply: &Reply) -> Checked {
    ensure(reply.id().is_some_and(|id| !id.is_empty()), || format!("`id` is {}", reply.body["id"]))?;
    ensure(reply.result().is_some(), || format!("`result.status` is {}", reply.body["result"]["status"]))?;
    let amount = &reply.body["amount"];
    ensure(amount.is_null() || amount.is_u64(), || {
        format!("`amount` is {amount}: it must be an integer of minor units")
    })
}

pub(super) async fn redirection(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let paid = shopper.has_paid(With::Redirects).await?;
    let read = shopper.get(&shopper.at(&paid)).await?;
    for (what, reply) in [("the create", paid), ("the reading", read)] {
        ensure(reply.result() == Some("Pending"), || format!("{what} says {:?}", reply.result()))?;
        let url = &reply.body["redirection"]["url"];
        ensure(url.as_str().is_some_and(|url| url.starts_with("http")), || {
            format!("{what} has the `redirection.url` {url}")
        })?;
    }
    Ok(())
}

const PAYMENT: [&str; 7] = ["id", "amount", "currency", "status", "is_chargedback", "order", "related_resources"];
const TRANSACTION: [&str; 9] = [
    "id",
    "result",
    "redirection",
    "reconciliation_id",
    "amount",
    "currency",
    "payment_method",
    "provider_specific_data",
    "expires_at",
];
const PARTS: [(&str, &[&str]); 6] = [
    ("result", &["status", "category", "sub_category", "description"]),
    ("redirection", &["id", "url", "merchant_site_url", "operation_type"]),
    ("payment_method", &["vendor", "last_4_digits"]),
    ("provider_specific_data", &["iframeAllowed"]),
    ("order", &["id"]),
    ("related_resources", &["charges", "authorizations"]),
];

fn only(value: &Value, at: &str, known: &[&str]) -> Checked {
    for (name, field) in value.as_object().into_iter().flatten() {
        ensure(known.contains(&name.as_str()), || format!("{at} holds `{name}`"))?;
        if let Some((_, known)) = PARTS.iter().find(|(part, _)| part == name) {
            only(field, &format!("{at}.{name}"), known)?;
        }
    }
    Ok(())
}

pub(super) async fn listed_fields(lab: &Lab) -> Checked {
    for with in [With::Succeeds, With::Fails, With::Redirects] {
        let shopper = lab.shopper().await?;
        let paid = shopper.has_paid(with).await?;
        only(&paid.body, "a create's reply", &TRANSACTION)?;
        let read = shopper.get(&shopper.at(&paid)).await?;
        only(&read.body, "a transaction", &TRANSACTION)?;
        only(&shopper.get("").await?.body, "a payment", &PAYMENT)?;
        for listed in shopper.listed().await? {
            only(&listed, "a listed transaction", &TRANSACTION)?;
        }
    }
    Ok(())
}

pub(super) async fn kept_nowhere(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let paid = shopper.has_paid(With::Redirects).await?;
    let charge = shopper.at(&paid);
    let as_nobody = |shopper: &Shopper<'_>| (shopper.path(""), Sent::default());
    let (path, nobody) = as_nobody(&shopper);
    for (what, reply) in [
        ("a create", paid),
        ("a payment", shopper.get("").await?),
        ("a transaction", shopper.get(&charge).await?),
        ("a refusal", lab.backend.send(Method::GET, &path, nobody).await?),
        ("a conflict", shopper.pay(With::Succeeds, Uuid::new_v4()).await?),
    ] {
        let said = reply.header("cache-control").unwrap_or("nothing");
        ensure(said.split(',').any(|part| part.trim().eq_ignore_ascii_case("no-store")), || {
            format!("{what} ({}) says {said}", reply.brief())
        })?;
    }
    Ok(())
}
