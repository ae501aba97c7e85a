//! Holding an answer until there is news (`Prefer: wait`, RFC 7240). A backend need not.

use crate::backend::Reply;
use crate::client::NoReply;
use crate::lab::{Checked, Lab, Shopper, Stop, With, ensure};
use http::Method;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// What a network and a busy machine may add.
const LEEWAY: Duration = Duration::from_millis(1_500);
const WAIT: Duration = Duration::from_secs(3);

async fn ask(shopper: &Shopper<'_>, charge: &str, wait: Duration) -> Result<Reply, NoReply> {
    let sent = shopper.shown().header("prefer", format!("wait={}", wait.as_secs()));
    shopper.send(Method::GET, charge, sent).await
}

fn is_applied(reply: &Reply) -> bool {
    reply.header("preference-applied").is_some_and(|applied| applied.contains("wait"))
}

async fn pending(lab: &Lab) -> Checked<(Shopper<'_>, Reply, String)> {
    let shopper = lab.shopper().await?;
    let paid = shopper.has_paid(With::Redirects).await?;
    let charge = shopper.at(&paid);
    Ok((shopper, paid, charge))
}

pub(super) async fn at_once(lab: &Lab) -> Checked {
    let (shopper, _, charge) = pending(lab).await?;
    let reply = shopper.get(&charge).await?;
    ensure(reply.took < WAIT, || format!("it took {} ms", reply.took.as_millis()))?;
    ensure(!is_applied(&reply), || "it says Preference-Applied, though nothing was preferred".to_owned())
}

pub(super) async fn held(lab: &Lab) -> Checked {
    let (shopper, _, charge) = pending(lab).await?;
    let reply = ask(&shopper, &charge, WAIT).await?;
    ensure(reply.is_good(), || format!("it replied {}", reply.brief()))?;
    let took = reply.took;
    ensure(took < WAIT + LEEWAY, || format!("it took {} ms where 3 s were preferred", took.as_millis()))?;
    // It need not be kept to the millisecond.
    ensure(!is_applied(&reply) || took + Duration::from_secs(1) > WAIT, || {
        format!("it says Preference-Applied, and answered after {} ms without news", took.as_millis())
    })
}

pub(super) async fn woken(lab: &Lab) -> Checked {
    let (shopper, paid, charge) = pending(lab).await?;
    let sandbox = lab.sandbox()?;
    let asking = ask(&shopper, &charge, Duration::from_secs(20));
    tokio::pin!(asking);
    // Not an instant of the test's: the time in which a backend that does not hold answers.
    if let Ok(reply) = timeout(Duration::from_secs(2), &mut asking).await {
        let reply = reply?;
        ensure(!is_applied(&reply), || "it says Preference-Applied, and does not wait".to_owned())?;
        return Err(Stop::NotNeeded("the backend does not hold answers, which it need not".to_owned()));
    }
    sandbox.press(paid.body["redirection"]["url"].as_str().unwrap_or_default(), "succeed").await;
    tokio::select! {
        reply = &mut asking => {
            let reply = reply?;
            ensure(reply.result() == Some("Succeed"), || format!("it was answered with {}", reply.brief()))
        }
        () = sleep(Duration::from_secs(12)) => {
            Err(Stop::Broken("it was not answered within 12 s of the change".to_owned()))
        }
    }
}
