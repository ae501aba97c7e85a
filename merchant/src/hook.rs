//! Telling the shop's own systems, as Standard Webhooks (<https://www.standardwebhooks.com>) has it: what became of each charge and
//! authorization, and each alert. An event has one id however often it is sent, and is sent until it is acknowledged; whoever
//! remembers the ids acts on each once.

use crate::Merchant;
use crate::config::Secret;
use crate::https::{Client, client};
use crate::paymentsos::ClientError;
use crate::store::Event;
use crate::under_way::Piece;
use axum::body::Bytes;
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full, Limited};
use sha2::Sha256;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;

/// How long a system may take to acknowledge.
const PATIENCE: Duration = Duration::from_secs(15);
/// Nothing in a reply is looked at but its status.
const LARGEST_REPLY: usize = 64 * 1024;
/// How long is waited before an event is sent again: each time longer, in the end twice a day.
const WAITS: [Duration; 8] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(5 * 60 * 60),
    Duration::from_secs(12 * 60 * 60),
];
/// So many are sent at once.
const MOST: usize = 16;
/// How often it is looked for what other replicas, or an earlier process, have left to be sent.
const LOOKING: Duration = Duration::from_secs(5);

/// A key of `SHOP_HOOK_SECRET`: `whsec_` and the key in base64.
pub(crate) fn key(secret: &Secret) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.reveal().strip_prefix("whsec_")?).ok()?;
    (24..=64).contains(&key.len()).then_some(key)
}

/// Where events are sent, and what they are signed with.
#[derive(Debug)]
pub(crate) struct Hook {
    url: Url,
    keys: Vec<Vec<u8>>,
    client: Client,
}

impl Hook {
    pub(crate) fn new(url: Url, keys: Vec<Vec<u8>>) -> Result<Hook, ClientError> {
        let client = client(url.scheme() == "https")?;
        Ok(Hook { url, keys, client })
    }

    /// Sends an event; says what came of it, if it was not acknowledged.
    async fn send(&self, event: &Event) -> Result<(), String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.url.as_str())
            .header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header("webhook-id", &event.id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", signatures(&self.keys, &event.id, now, &event.body))
            .body(Full::from(Bytes::from(event.body.clone())))
            .map_err(|error| error.to_string())?;
        let exchange = async {
            let reply = self.client.request(request).await.map_err(|_| "no connection".to_owned())?;
            let (head, body) = reply.into_parts();
            // To its end, so that the connection can be used again.
            let _ = Limited::new(body, LARGEST_REPLY).collect().await;
            Ok(head.status)
        };
        match timeout(PATIENCE, exchange).await.unwrap_or_else(|_| Err("no reply in time".to_owned()))? {
            status if status.is_success() => Ok(()),
            status => Err(reason(status)),
        }
    }
}

fn reason(status: StatusCode) -> String {
    format!("the reply {status}")
}

/// One signature a key, the newest first, so that a key can be replaced.
fn signatures(keys: &[Vec<u8>], id: &str, timestamp: u64, body: &str) -> String {
    let sign = |key: &Vec<u8>| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    };
    keys.iter().filter_map(sign).collect::<Vec<_>>().join(" ")
}

impl Merchant {
    /// Sends what is to be sent, for as long as the process lives.
    pub(crate) async fn tell_shop(self: Arc<Self>) {
        if self.hook.is_none() {
            return;
        }
        let mut sending = JoinSet::new();
        loop {
            // A process that is to end waits for what was taken, so that no other replica has to wait for the end of the lease.
            let taking = self.under_way.begin();
            // No more are taken than are sent at once: those that waited here would be kept from other replicas, and be taken by them
            // once that is over.
            let room = if *self.stopping.borrow() { 0 } else { MOST.saturating_sub(sending.len()) };
            let due = match room {
                0 => Ok(Vec::new()),
                room => self.store.due_events(room).await,
            };
            match due {
                Ok(events) => {
                    for event in events {
                        sending.spawn(Arc::clone(&self).send_event(event, self.under_way.begin()));
                    }
                }
                Err(error) => tracing::warn!(%error, "what the shop's systems are to be told cannot be read"),
            }
            drop(taking);
            // Whatever wakes it, it looks.
            tokio::select! {
                Some(_) = sending.join_next() => {}
                _ = timeout(LOOKING, self.to_tell.notified()) => {}
            }
        }
    }

    async fn send_event(self: Arc<Self>, event: Event, _piece: Piece) {
        let Some(hook) = &self.hook else { return };
        let written = match hook.send(&event).await {
            Ok(()) => self.store.acknowledge(&event).await,
            Err(reason) => {
                let tries = usize::try_from(event.tries).unwrap_or(usize::MAX);
                let wait = WAITS.get(tries).copied().unwrap_or(WAITS[WAITS.len() - 1]);
                tracing::warn!(event = event.id, tries, reason, "the shop's system did not acknowledge");
                self.store.send_later(&event, wait).await
            }
        };
        if let Err(error) = written {
            tracing::warn!(event = event.id, %error, "what became of an event cannot be written: it is sent again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specifications_example_holds() {
        let key = key(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap();
        let body = r#"{"test": 2432232314}"#;
        assert_eq!(
            signatures(std::slice::from_ref(&key), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
        let both = signatures(&[key, vec![1; 32]], "id", 1, body);
        assert_eq!(both.split(' ').filter(|part| part.starts_with("v1,")).count(), 2);
    }

    #[test]
    fn a_secret_is_long_enough_or_none() {
        for wrong in ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%%"] {
            assert!(key(&Secret::new(wrong)).is_none(), "{wrong}");
        }
    }
}
