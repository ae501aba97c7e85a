//! Capture and void by hand, for `merchant capture` and `merchant void`.

use crate::operations::Asked;
use crate::serve::assemble;
use crate::store::OperationKind;
use crate::{Config, StartError};
use std::fmt;
use uuid::Uuid;

/// What is done with an amount that is reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operate {
    /// It is taken: so much of it, in minor units, or all.
    Capture(Option<u64>),
    /// It is given free.
    Void,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operated {
    /// The idempotency key: a repeat with it does not do it twice.
    pub key: String,
    /// `Succeed`, `Failed` or `Pending`; or why it was not done.
    pub outcome: Result<String, String>,
}

impl fmt::Display for Operated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Ok(status) => write!(f, "{status} (key {})", self.key),
            Err(why) => write!(f, "not done: {why} (to try again: --key {})", self.key),
        }
    }
}

/// Captures or voids the authorization of a payment, once under its key. Whoever asks is to note the key before: without it, what got
/// lost cannot be asked for again. The merchant may serve meanwhile.
///
/// # Errors
///
/// Where the configuration is wrong, or the records cannot be used.
pub async fn operate(config: Config, payment: &str, operate: Operate, key: Uuid) -> Result<Operated, StartError> {
    let public_url = config.public_url.as_ref().unwrap_or(&config.paymentsos_url);
    let merchant = assemble(&config, public_url).await?;
    let key = key.to_string();
    let (kind, amount) = match operate {
        Operate::Capture(amount) => (OperationKind::Capture, amount),
        Operate::Void => (OperationKind::Void, None),
    };
    let asked = Asked { payment: payment.to_owned(), kind, key: key.clone(), amount };
    let done = merchant.operate(asked).await;
    merchant.store.close().await;
    let outcome =
        done.map(|made| made.result.status.as_str().to_owned()).map_err(|problem| problem.detail().to_owned());
    Ok(Operated { key, outcome })
}
