//! Who may do what.

use crate::backend::{Reply, Sent};
use crate::lab::{Checked, Lab, Stop, With, ensure};
use http::Method;
use uuid::Uuid;

fn is_turned_away(reply: &Reply) -> bool {
    matches!(reply.status, 401 | 403 | 404)
}

pub(super) async fn nobody_reads(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let reply = shopper.send(Method::GET, "", Sent::default()).await?;
    ensure(is_turned_away(&reply), || format!("without a session, the payment got {}", reply.brief()))
}

const OPEN: [&str; 4] = ["id", "result", "amount", "currency"];

pub(super) async fn stranger_sees(lab: &Lab) -> Checked {
    for with in [With::Redirects, With::Fails] {
        let shopper = lab.shopper().await?;
        let paid = shopper.has_paid(with).await?;
        let charge = shopper.at(&paid);
        let reply = shopper.send(Method::GET, &charge, Sent::default()).await?;
        if is_turned_away(&reply) {
            continue;
        }
        ensure(reply.is_good(), || format!("it got {}", reply.brief()))?;
        let result = reply.body["result"].as_object().into_iter().flatten().map(|(name, _)| name);
        let told = reply.body.as_object().into_iter().flatten().map(|(name, _)| name);
        let more = told.filter(|name| !OPEN.contains(&name.as_str())).chain(result.filter(|name| *name != "status"));
        let more: Vec<_> = more.map(String::as_str).collect();
        ensure(more.is_empty(), || format!("a stranger is told {}", more.join(", ")))?;
    }
    Ok(())
}

pub(super) async fn nobody_pays(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let attempt = Uuid::new_v4();
    let sent = shopper.create(attempt, &shopper.body(With::Succeeds, attempt));
    let sent = sent.without("cookie").without("authorization");
    let reply = shopper.send_create(sent).await?;
    ensure(is_turned_away(&reply), || format!("without a session, a create got {}", reply.brief()))?;
    shopper.has_nothing("without a session").await
}

pub(super) async fn another_session(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let stranger = lab.stranger(&shopper).await?;
    let reply = stranger.get("").await?;
    ensure(is_turned_away(&reply), || format!("to another session, the payment got {}", reply.brief()))?;
    let reply = stranger.pay(With::Succeeds, Uuid::new_v4()).await?;
    ensure(is_turned_away(&reply), || format!("by another session, a create got {}", reply.brief()))?;
    shopper.has_nothing("by another session").await
}

pub(super) async fn transaction_elsewhere(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let paid = shopper.has_paid(With::Succeeds).await?;
    let other = lab.again(&shopper).await?;
    let reply = other.get(&shopper.at(&paid)).await?;
    ensure(is_turned_away(&reply), || format!("the other payment's address got {}", reply.brief()))?;
    let reply = shopper.get(&format!("/authorizations/{}", paid.id().unwrap_or_default())).await?;
    ensure(is_turned_away(&reply), || format!("as an authorization, the charge got {}", reply.brief()))
}

/// What is said where the session is no cookie.
pub(super) const NO_COOKIE: &str = "the session is no cookie, so no stranger's page can use it";

pub(super) async fn foreign_origin(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    if !shopper.paid.headers.iter().any(|(name, _)| *name == "cookie") {
        return Err(Stop::NotNeeded(NO_COOKIE.to_owned()));
    }
    for (name, value) in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let attempt = Uuid::new_v4();
        let sent = shopper.create(attempt, &shopper.body(With::Succeeds, attempt));
        // A stranger's page can send the cookie, and knows no token. Old browsers tell the site alone, or neither.
        let sent = sent.without("authorization").without("origin").header(name, value);
        let reply = shopper.send_create(sent).await?;
        ensure(reply.is_refusal() && reply.status != 409, || {
            format!("with {name}: {value}, a create got {}", reply.brief())
        })?;
        shopper.has_nothing(format_args!("with {name}: {value}")).await?;
    }
    Ok(())
}

pub(super) async fn cors(lab: &Lab) -> Checked {
    let shopper = lab.shopper().await?;
    let foreign = "https://evil.example";
    for (method, sent) in [
        (Method::GET, shopper.shown().header("origin", foreign)),
        (
            Method::OPTIONS,
            Sent::default()
                .header("origin", foreign)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "content-type,idempotency-key"),
        ),
    ] {
        let rest = if method == Method::GET { "" } else { "/charges" };
        let reply = shopper.send(method, rest, sent).await?;
        let allowed = reply.header("access-control-allow-origin").unwrap_or_default();
        ensure(allowed != foreign && allowed != "*", || format!("Access-Control-Allow-Origin: {allowed}"))?;
    }
    Ok(())
}
