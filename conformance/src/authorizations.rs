//! Whether there are payments to be authorized: not every shop has them, and not every backend makes authorizations.

use crate::kind::Kind;
use crate::lab::{Checked, Lab, Shopper, Stop, With};
use uuid::Uuid;

/// Pays one, where orders can be made. That there are none is no fault.
pub(crate) async fn can_be_made(lab: &Lab) -> Checked {
    if lab.left().is_some() {
        // They are given for it.
        return Ok(());
    }
    let (shopper, no_order) = match lab.shopper().await {
        Ok(shopper) => (shopper, None),
        Err(Stop::Broken(why) | Stop::NotRun(why) | Stop::NotNeeded(why)) => {
            let charged = lab.paying(Kind::Charge);
            let shopper = charged.shopper().await?;
            // At the address of authorizations all the same.
            (Shopper { lab, paid: shopper.paid, amount: shopper.amount, currency: shopper.currency }, Some(why))
        }
    };
    let reply = shopper.pay(With::Succeeds, Uuid::new_v4()).await?;
    if matches!(reply.status, 404 | 405) {
        let why = format!("the backend makes no authorizations, which it need not: one got {}", reply.status);
        return Err(Stop::NotNeeded(why));
    }
    match no_order {
        Some(why) => Err(Stop::NotRun(format!("there is no order that is to be authorized: {why}"))),
        None if reply.is_good() => Ok(()),
        None if reply.is_refusal() => Err(Stop::NotRun(format!("no order could be authorized: {}", reply.brief()))),
        None => Err(Stop::Broken(format!("an authorization got {}", reply.brief()))),
    }
}
