//! What is said where something is not right.

use crate::backend::{Replied, Reply, Sent};
use crate::lab::{Checked, Lab, With, ensure};
use http::Method;
use uuid::Uuid;

pub(super) async fn unknown(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let unknown = Uuid::new_v4();
    for path in [
        format!("/payments/{unknown}"),
        format!("/payments/{unknown}/charges/{unknown}"),
        shopper.path(&format!("/charges/{unknown}")),
        "/payments/..%2F..%2Fpayments".to_owned(),
        shopper.path("/charges/..%2F..%2Ftokens"),
    ] {
        let reply = lab.backend.send(Method::GET, &path, shopper.shown()).await?;
        ensure(matches!(reply.status, 400 | 401 | 403 | 404), || format!("{path} got {}", reply.brief()))?;
    }
    Ok(())
}

fn is_problem(reply: &Reply) -> bool {
    let media_type = reply.header("content-type").unwrap_or_default();
    let is_text = |name: &str| reply.body[name].is_string();
    let by_rfc = media_type.starts_with("application/problem+json") && (is_text("type") || is_text("title"));
    by_rfc || (media_type.starts_with("application/json") && is_text("category") && is_text("description"))
}

pub(super) async fn problems(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let mut differing = shopper.body(With::Succeeds, attempt);
    differing["expected"]["amount"] = 1.into();
    let rubbish = shopper.create(attempt, &"rubbish".into());
    for (what, reply) in [
        ("no session", shopper.send(Method::GET, "", Sent::default()).await?),
        ("an unknown transaction", shopper.get(&format!("/charges/{}", Uuid::new_v4())).await?),
        ("another amount", shopper.post(attempt, &differing).await?),
        ("rubbish", shopper.send_create(rubbish).await?),
    ] {
        let media_type = reply.header("content-type").unwrap_or("nothing");
        ensure(is_problem(&reply), || format!("{what}: {} as {media_type}", reply.status))?;
    }
    Ok(())
}

/// What PaymentsOS tells the backend alone, and what only a private key's holder can know.
const NEVER: [&str; 7] = [
    "private_key",
    "private-key",
    "provider_data",
    "raw_response",
    "provider_configuration",
    "encrypted_cvv",
    "\"app_id\"",
];

pub(super) async fn secrets(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    shopper.has_paid(With::Fails).await?;
    shopper.get("").await?;
    // All that it has replied to all the checks before, headers included.
    for Replied { to, text } in lab.backend.replies() {
        let given = lab.secrets.iter().find(|secret| text.contains(*secret));
        ensure(given.is_none(), || format!("the reply to {to} holds a secret that was given"))?;
        let known = NEVER.into_iter().find(|secret| text.contains(secret));
        ensure(known.is_none(), || format!("the reply to {to} holds {}", known.unwrap_or_default()))?;
    }
    Ok(())
}
