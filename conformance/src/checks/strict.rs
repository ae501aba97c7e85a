//! What is not right is refused, and nothing is made.

use crate::lab::{Checked, Lab, Stop, With, ensure};
use serde_json::{Value, json};
use uuid::Uuid;

/// What belongs in no create, and what would come of it.
const NEVER: [&str; 6] =
    ["external", "sca_exemptions", "installments", "provider_specific_data", "cof_transaction_indicators", "level_2_3"];

/// What PaymentsOS does not know, and a list of what is forbidden does not either.
const MADE_UP: [&str; 1] = ["made_up_by_the_check"];

/// What of a request goes on to PaymentsOS, as docs/merchant-api.md lists it.
const LISTED: [&str; 18] = [
    "merchant_site_url",
    "payment_method",
    "payment_method.additional_details",
    "payment_method.credit_card_cvv",
    "payment_method.source_type",
    "payment_method.token",
    "payment_method.type",
    "payment_method.vendor",
    "reconciliation_id",
    "three_d_secure_attributes",
    "three_d_secure_attributes.internal",
    "three_d_secure_attributes.internal.browser_color_depth",
    "three_d_secure_attributes.internal.browser_java_enabled",
    "three_d_secure_attributes.internal.browser_language",
    "three_d_secure_attributes.internal.browser_screen_height",
    "three_d_secure_attributes.internal.browser_screen_width",
    "three_d_secure_attributes.internal.browser_time_zone",
    "three_d_secure_attributes.internal.challenge_window_size",
];

/// Details are the provider's own, whatever their names.
const DETAILS: &str = "payment_method.additional_details.";

/// The names of all that a body holds, as the local PaymentsOS's log tells those that reached it.
fn names_in(body: &Value) -> Vec<String> {
    let names = body.as_object().into_iter().flatten();
    names.flat_map(|(name, value)| [vec![name.clone()], under(name, value)].concat()).collect()
}

fn under(name: &str, value: &Value) -> Vec<String> {
    names_in(value).iter().map(|inner| format!("{name}.{inner}")).collect()
}

pub(super) async fn allow_list(lab: &Lab) -> Checked {
    // Two creates, as a backend that refuses one may still hand on the other.
    for names in [&NEVER[..], &MADE_UP] {
        hands_on_what_is_listed(lab, names).await?;
    }
    Ok(())
}

async fn hands_on_what_is_listed(lab: &Lab, unlisted: &[&str]) -> Checked {
    let sandbox = lab.sandbox()?;
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let mut body = shopper.body(With::Succeeds, attempt);
    for name in unlisted {
        for at in ["", "/payment_method", "/three_d_secure_attributes", "/three_d_secure_attributes/internal"] {
            if let Some(part) = body.pointer_mut(at) {
                part[name] = json!({"x": 1});
            }
        }
    }
    let reply = shopper.post(attempt, &body).await?;
    let creates = sandbox.creates(&shopper.paid.payment).await;
    if creates.is_empty() && !reply.is_refusal() {
        return Err(Stop::Broken(format!("no create reached PaymentsOS; it got {}", reply.brief())));
    }
    let sent = names_in(&body);
    for name in creates.iter().flat_map(|entry| entry["fields"].as_array().into_iter().flatten()) {
        let name = name.as_str().unwrap_or_default();
        let is_unlisted = name.split('.').any(|part| unlisted.contains(&part));
        // What was not sent is the backend's own, such as the header that no script can read.
        let is_handed_on = sent.iter().any(|sent| sent == name);
        let is_listed = LISTED.contains(&name) || name.starts_with(DETAILS);
        ensure(!is_unlisted && (is_listed || !is_handed_on), || format!("`{name}` reached PaymentsOS"))?;
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
    let reply = shopper.send_create(sent).await?;
    ensure(reply.is_refusal(), || format!("it got {}", reply.brief()))?;
    shopper.has_nothing("without a key").await
}

pub(super) async fn not_json(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let body = shopper.body(With::Succeeds, attempt);
    for media_type in ["text/plain", "application/x-www-form-urlencoded"] {
        let sent = shopper.create(attempt, &body).header("content-type", media_type);
        let reply = shopper.send_create(sent).await?;
        ensure(reply.is_refusal(), || format!("{media_type} got {}", reply.brief()))?;
    }
    for rubbish in ["", "{", "[]", "null", "\"text\""] {
        let mut sent = shopper.create(attempt, &body);
        sent.body = Some(rubbish.into());
        let reply = shopper.send_create(sent).await?;
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

#[cfg(test)]
mod tests {
    use super::{LISTED, names_in};
    use serde_json::{Value, json};

    /// The names of a schema's fields, and of theirs.
    fn fields(schema: &Value, document: &Value, before: &str, names: &mut Vec<String>) {
        if let Some(at) = schema["$ref"].as_str() {
            let schema = document.pointer(at.trim_start_matches('#')).expect("a schema");
            return fields(schema, document, before, names);
        }
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            names.push(format!("{before}{name}"));
            fields(field, document, &format!("{before}{name}."), names);
        }
        for part in ["oneOf", "allOf"].iter().flat_map(|list| schema[*list].as_array().into_iter().flatten()) {
            fields(part, document, before, names);
        }
    }

    #[test]
    fn the_list_is_the_contracts() {
        let document: Value =
            serde_json::from_str(include_str!("../../../docs/merchant-api.json")).expect("a document");
        let mut names = Vec::new();
        fields(&document["components"]["schemas"]["CreateRequest"], &document, "", &mut names);
        // It is held against the payment, and goes nowhere.
        names.retain(|name| !name.starts_with("expected"));
        names.sort();
        names.dedup();
        assert_eq!(names, LISTED);
    }

    #[test]
    fn names_are_found_at_any_depth() {
        assert_eq!(names_in(&json!({"a": {"b": {"c": 1}}, "d": [{"e": 1}]})), ["a", "a.b", "a.b.c", "d"]);
    }
}
