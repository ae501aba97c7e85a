//! The backend's address for webhooks, in this process, with records in memory that know no order: so nothing calls PaymentsOS, and
//! whatever is sent has an answer that is not 5xx.
//!
//! The bytes are a number that says how it is signed, a line for each of the headers `event-type` and `signature`, and the body.

use crate::tape::Tape;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request, StatusCode, header};
use merchant::{Config, Secret};
use serde_json::Value;
use std::cell::LazyCell;
use tokio::runtime::Runtime;
use tower::ServiceExt;

const KEYS: [&str; 2] = ["the-private-key", "the-key-before"];
/// Longer values are none of PaymentsOS's.
const LONGEST_VALUE: usize = 1_024;

thread_local! {
    static MERCHANT: LazyCell<(Runtime, Router)> = LazyCell::new(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let nowhere = "http://127.0.0.1:9".parse().expect("an address");
        let mut config = Config::in_memory(nowhere, "app", KEYS[0], "the-public-key");
        config.previous_private_key = Some(Secret::new(KEYS[1]));
        let router = runtime.block_on(merchant::router(&config)).expect("a merchant");
        (runtime, router)
    });
}

/// Takes the bytes, and panics where something does not hold.
pub fn run(bytes: &[u8]) {
    let mut tape = Tape::of(bytes);
    let how = tape.byte();
    let event = HeaderValue::from_bytes(tape.line()).ok().filter(|_| how & 1 == 0);
    let given = HeaderValue::from_bytes(tape.line()).ok().filter(|_| how & 2 == 0);
    let body = tape.rest();

    let webhook: Option<Value> = serde_json::from_slice(body).ok();
    let type_of_event = event.as_ref().and_then(|event| event.to_str().ok());
    // No record can be named by a NUL.
    let is_name = |id: &Value| id.as_str().is_some_and(|id| !id.contains('\0'));
    let is_webhook =
        webhook.as_ref().is_some_and(|webhook| webhook.pointer("/id").is_some_and(is_name)) && type_of_event.is_some();
    // PaymentsOS signs with one of the keys, or with another shop's.
    let signed_with = match how >> 2 & 3 {
        0 => None,
        1 => Some(KEYS[0]),
        2 => Some(KEYS[1]),
        _ => Some("another-key"),
    };
    let signature = match (signed_with, &webhook, type_of_event) {
        (Some(key), Some(webhook), Some(event)) => {
            HeaderValue::from_str(&format!("sig1={}", sandbox::signature::sign(key, event, webhook))).ok()
        }
        _ => given,
    };

    let (status, media_type) = send(event.as_ref(), signature.as_ref(), body);

    assert!(!status.is_server_error(), "{status}");
    if !is_webhook {
        assert_eq!(status, StatusCode::BAD_REQUEST);
    } else if status != StatusCode::UNAUTHORIZED {
        assert_eq!(status, StatusCode::OK);
        let shown = signature.as_ref().and_then(|signature| signature.to_str().ok()).unwrap_or_default();
        let (event, webhook) = (type_of_event.unwrap_or_default(), webhook.as_ref().unwrap_or(&Value::Null));
        assert!(
            good_signatures(event, webhook).any(|good| shown.to_ascii_lowercase().contains(&good)),
            "{shown} was accepted"
        );
    } else {
        let is_ours = signed_with.is_some_and(|key| KEYS.contains(&key));
        let is_long = body.len() > LONGEST_VALUE || type_of_event.is_some_and(|event| event.len() > LONGEST_VALUE);
        assert!(!is_ours || is_long, "what is signed was refused");
    }
    let is_problem = media_type == "application/problem+json";
    assert_eq!(is_problem, !status.is_success(), "{media_type}");
}

/// The status of the answer, and what its body is.
fn send(event: Option<&HeaderValue>, signature: Option<&HeaderValue>, body: &[u8]) -> (StatusCode, String) {
    let mut request = Request::post("/webhooks/paymentsos");
    for (name, value) in [("event-type", event), ("signature", signature)] {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    let request = request.body(Body::from(body.to_vec())).expect("a request");
    MERCHANT.with(|merchant| {
        let (runtime, router) = &**merchant;
        runtime.block_on(async {
            let reply = router.clone().oneshot(request).await.expect("an answer");
            let media_type = reply.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
            let (status, media_type) = (reply.status(), media_type.unwrap_or_default().to_owned());
            to_bytes(reply.into_body(), usize::MAX).await.expect("a body");
            (status, media_type)
        })
    })
}

/// What PaymentsOS may write: sources disagree on whether an amount of 0 is signed as "0" or as nothing.
fn good_signatures(event: &str, webhook: &Value) -> impl Iterator<Item = String> {
    let mut without_amount = webhook.clone();
    if let Some(Value::Object(data)) = without_amount.pointer_mut("/data")
        && data.get("amount").and_then(Value::as_u64) == Some(0)
    {
        data.remove("amount");
    }
    let readings = [webhook.clone(), without_amount];
    let event = event.to_owned();
    KEYS.into_iter().flat_map(move |key| readings.clone().map(|body| sandbox::signature::sign(key, &event, &body)))
}
