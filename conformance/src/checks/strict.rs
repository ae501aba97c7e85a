//! What is not right is refused, and nothing is made.

use crate::lab::{Checked, Lab, Stop, With, ensure};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

/// What belongs in no create, and what would come of it.
const NEVER: [&str; 6] =
    ["external", "sca_exemptions", "installments", "provider_specific_data", "cof_transaction_indicators", "level_2_3"];

pub(super) async fn allow_list(lab: &Lab) -> Checked {
    let sandbox = lab.sandbox()?;
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let mut body = shopper.body(With::Succeeds, attempt);
    for name in NEVER {
        body[name] = json!({"x": 1});
        body["three_d_secure_attributes"][name] = json!({"x": 1});
    }
    let reply = shopper.post(attempt, &body).await?;
    let creates = sandbox.creates(&shopper.paid.payment).await;
    if creates.is_empty() && !reply.is_refusal() {
        return Err(Stop::Broken(format!("no create reached PaymentsOS; it got {}", reply.brief())));
    }
    for name in creates.iter().flat_map(|entry| entry["fields"].as_array().into_iter().flatten()) {
        let name = name.as_str().unwrap_or_default();
        ensure(!name.split('.').any(|part| NEVER.contains(&part)), || format!("`{name}` reached PaymentsOS"))?;
    }
    Ok(())
}

pub(super) async fn foreign_return(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let own = lab.origin.clone();
    for address in [
        "https://evil.example/return".to_owned(),
        format!("{own}.evil.example/return"),
        own.replacen("://", "://shop@evil.example:", 1),
        "javascript:alert(1)".to_owned(),
    ] {
        let attempt = Uuid::new_v4();
        let mut body = shopper.body(With::Redirects, attempt);
        body["merchant_site_url"] = json!(address);
        let reply = shopper.post(attempt, &body).await?;
        ensure(reply.is_refusal() && reply.status != 409, || format!("{address} got {}", reply.brief()))?;
        shopper.has_nothing(format_args!("with {address}")).await?;
    }
    Ok(())
}

pub(super) async fn card_number(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let mut body = shopper.body(With::Succeeds, attempt);
    body["payment_method"] = json!({
        "type": "untokenized", "source_type": "credit_card", "card_number": "4111111111111111", "holder_name": "A B",
        "expiration_date": "12/2031",
    });
    let reply = shopper.post(attempt, &body).await?;
    ensure(reply.is_refusal(), || format!("a card number got {}", reply.brief()))?;
    if let Ok(sandbox) = lab.sandbox() {
        let sent = sandbox.creates(&shopper.paid.payment).await;
        ensure(sent.is_empty(), || "it went on to PaymentsOS".to_owned())?;
    }
    shopper.has_nothing("with a card number").await
}

pub(super) async fn no_key(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let sent = shopper.create(attempt, &shopper.body(With::Succeeds, attempt)).without("idempotency-key");
    let reply = shopper.send(Method::POST, "/charges", sent).await?;
    ensure(reply.is_refusal(), || format!("it got {}", reply.brief()))?;
    shopper.has_nothing("without a key").await
}

pub(super) async fn not_json(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let body = shopper.body(With::Succeeds, attempt);
    for media_type in ["text/plain", "application/x-www-form-urlencoded"] {
        let sent = shopper.create(attempt, &body).header("content-type", media_type);
        let reply = shopper.send(Method::POST, "/charges", sent).await?;
        ensure(reply.is_refusal(), || format!("{media_type} got {}", reply.brief()))?;
    }
    for rubbish in ["", "{", "[]", "null", "\"text\""] {
        let mut sent = shopper.create(attempt, &body);
        sent.body = Some(rubbish.into());
        let reply = shopper.send(Method::POST, "/charges", sent).await?;
        ensure(reply.is_refusal(), || format!("the body `{rubbish}` got {}", reply.brief()))?;
    }
    shopper.has_nothing("without JSON").await
}

pub(super) async fn too_large(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let mut body = shopper.body(With::Succeeds, attempt);
    body["x"] = json!("x".repeat(2_000_000));
    // A connection that is closed in the middle is an answer too.
    match shopper.post(attempt, &body).await {
        Ok(reply) => ensure(reply.is_refusal(), || format!("it got {}", reply.brief()))?,
        Err(_) => shopper.get("").await.map(drop)?,
    }
    shopper.has_nothing("with a body of 2 MB").await
}
