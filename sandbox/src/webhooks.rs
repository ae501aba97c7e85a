//! The news for the merchant: signed, in order unless told otherwise, and sent again until answered with 2xx.

use crate::app::App;
use crate::clock;
use crate::faults::WebhookFaults;
use crate::lock;
use crate::log::{About, Entry, What};
use crate::sent::{Answer, Posted};
use crate::signature::sign;
use reqwest::RequestBuilder;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout_at};
use url::Url;
use uuid::Uuid;

/// The version of the bodies: the newest.
const VERSION: &str = "1.3.0";

/// Waits that double end here.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// Something that happened to a payment or a transaction.
pub(crate) struct Event {
    /// Such as `payment.charge.update`.
    pub(crate) event_type: String,
    pub(crate) about: About,
    /// The resource, as the API shows it.
    pub(crate) data: Value,
    /// The id of the request behind it.
    pub(crate) request_id: String,
}

/// An event on its way.
struct Delivery {
    event: Event,
    body: Value,
    faults: WebhookFaults,
    due: Instant,
    /// Held back until the next event of the same resource.
    held: bool,
    /// How many times it was posted.
    times: u32,
    wait: Duration,
    give_up: Instant,
    answered: Option<oneshot::Sender<()>>,
}

impl Delivery {
    fn resource(&self) -> (&Option<String>, &Option<String>) {
        (&self.event.about.payment_id, &self.event.about.transaction_id)
    }
}

/// Becomes ready when the first attempt at a webhook is over.
pub(crate) type Answered = oneshot::Receiver<()>;

/// Where events go in.
pub(crate) struct Webhooks {
    url: Mutex<Option<String>>,
    queue: mpsc::UnboundedSender<Message>,
}

enum Message {
    Send(Box<Delivery>),
    Forget,
}

/// Where they come out again: see [`deliver`].
pub(crate) struct Queue(mpsc::UnboundedReceiver<Message>);

impl Webhooks {
    pub(crate) fn new(url: Option<String>) -> (Webhooks, Queue) {
        let (queue, receiver) = mpsc::unbounded_channel();
        (Webhooks { url: Mutex::new(url), queue }, Queue(receiver))
    }

    pub(crate) fn url(&self) -> Option<String> {
        lock(&self.url).clone()
    }

    pub(crate) fn set_url(&self, url: Option<String>) {
        *lock(&self.url) = url;
    }

    /// Takes back all that is not delivered yet.
    pub(crate) fn forget(&self) {
        // Only a stopped sandbox has no receiver any more.
        let _ = self.queue.send(Message::Forget);
    }

    /// Sends an event, if anybody is registered for it.
    pub(crate) fn send(&self, app: &App, event: Event) -> Option<Answered> {
        let faults = lock(&app.faults).webhooks.clone();
        if faults.drop || self.url().is_none() {
            return None;
        }
        let (now, created, switches) = (Instant::now(), clock::iso(clock::now()), app.switches());
        let payment_id = event.about.payment_id.as_deref().unwrap_or_default();
        let body = json!({
            "id": format!("{payment_id}-{created}-{}", Uuid::new_v4()),
            "created": created,
            "account_id": app.config.account_id,
            "app_id": app.config.app_id,
            "payment_id": payment_id,
            "data": event.data,
        });
        let usual = if faults.before_reply { 0 } else { switches.webhook_ms };
        let held = if faults.shuffle { switches.shuffle_ms } else { 0 };
        let (answered, receiver) = oneshot::channel();
        let delivery = Delivery {
            due: after(now, usual.saturating_add(faults.delay_ms).saturating_add(held)),
            held: faults.shuffle,
            times: 0,
            wait: Duration::from_millis(switches.webhook_retry_ms).min(LONGEST_WAIT),
            give_up: after(now, switches.webhook_give_up_ms),
            answered: Some(answered),
            event,
            body,
            faults,
        };
        let _ = self.queue.send(Message::Send(Box::new(delivery)));
        Some(receiver)
    }
}

/// Delivers, one after the other, for as long as the sandbox runs.
pub(crate) async fn deliver(app: App, client: reqwest::Client, mut queue: Queue) {
    let mut waiting: BTreeMap<(Instant, u64), Box<Delivery>> = BTreeMap::new();
    let mut count = 0;
    loop {
        let next = waiting.first_key_value().map(|((due, _), _)| *due);
        tokio::select! {
            biased;
            message = queue.0.recv() => match message {
                None => return,
                Some(Message::Forget) => {
                    waiting.clear();
                    // What was under way has been added meanwhile.
                    app.sent.clear();
                }
                Some(Message::Send(mut delivery)) => {
                    let overtaken = waiting.iter().find(|(_, other)| other.held && other.resource() == delivery.resource());
                    let overtaken = overtaken.map(|(place, _)| *place).and_then(|place| waiting.remove(&place));
                    let pair = match overtaken {
                        Some(mut first) if delivery.held => {
                            (first.held, delivery.held) = (false, false);
                            delivery.due = Instant::now();
                            first.due = delivery.due;
                            [Some(delivery), Some(first)]
                        }
                        first => [first, Some(delivery)],
                    };
                    for delivery in pair.into_iter().flatten() {
                        count += 1;
                        waiting.insert((delivery.due, count), delivery);
                    }
                }
            },
            () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {
                let Some((_, mut delivery)) = waiting.pop_first() else { continue };
                let mut accepted = true;
                for _ in 0..delivery.faults.copies {
                    delivery.times += 1;
                    accepted &= attempt(&app, &client, &delivery).await;
                }
                if let Some(answered) = delivery.answered.take() {
                    // Nobody waits for it unless the fault `before_reply` is set.
                    let _ = answered.send(());
                }
                delivery.due = Instant::now() + delivery.wait;
                if !accepted && delivery.due < delivery.give_up {
                    delivery.held = false;
                    delivery.faults.copies = 1;
                    delivery.wait = (delivery.wait * 2).min(LONGEST_WAIT);
                    count += 1;
                    waiting.insert((delivery.due, count), delivery);
                }
            }
        }
    }
}

/// Posts it once, to the address registered now; whether it was taken.
async fn attempt(app: &App, client: &reqwest::Client, delivery: &Delivery) -> bool {
    let Some(url) = app.webhooks.url() else { return true };
    let event_type = &delivery.event.event_type;
    let key = if delivery.faults.bad_signature { "another key" } else { &app.config.private_key };
    let signature = format!("sig1={}", sign(key, event_type, &delivery.body));
    let headers = [
        ("event-type", event_type.as_str()),
        ("version", VERSION),
        ("signature", &signature),
        ("x-payments-os-env", "test"),
        ("x-zooz-request-id", &delivery.event.request_id),
    ];
    let at = clock::now();
    let request = headers.into_iter().fold(client.post(&url), |request, (name, value)| request.header(name, value));
    let limit = Duration::from_millis(app.switches().webhook_timeout_ms);
    let answer = answer(request.json(&delivery.body), limit).await;
    let path = Url::parse(&url).map_or_else(|_| String::new(), |url| url.path().to_owned());
    let about = delivery.event.about.clone();
    let mut entry = Entry::new(What::Webhook, "POST", &path, about.clone(), answer.status);
    entry.event = Some(event_type.clone());
    app.log.add(entry);
    let accepted = answer.status.is_some_and(|status| (200..300).contains(&status));
    app.sent.add(Posted {
        number: 0,
        at,
        event: event_type.clone(),
        about,
        attempt: delivery.times,
        url: without_secrets(&url),
        headers: Map::from_iter(headers.map(|(name, value)| (name.to_owned(), value.into()))),
        body: delivery.body.clone(),
        answer,
    });
    accepted
}

/// Posts, and reads as much of the reply as is kept. The status counts as soon as it is there, however long the rest takes.
async fn answer(request: RequestBuilder, limit: Duration) -> Answer {
    const KEPT: usize = 2_000;
    let end = Instant::now() + limit;
    let mut reply = match timeout_at(end, request.send()).await {
        Ok(Ok(reply)) => reply,
        Ok(Err(error)) => {
            let reason =
                if error.is_connect() { "no connection" } else { "the connection was closed without an answer" };
            return Answer { status: None, reply: reason.to_owned() };
        }
        Err(_) => return Answer { status: None, reply: format!("no answer within {} ms", limit.as_millis()) },
    };
    let mut text = Vec::new();
    while text.len() < KEPT
        && let Ok(Ok(Some(chunk))) = timeout_at(end, reply.chunk()).await
    {
        text.extend_from_slice(&chunk);
    }
    text.truncate(KEPT);
    Answer { status: Some(reply.status().as_u16()), reply: String::from_utf8_lossy(&text).into_owned() }
}

/// An address without the credentials and the query string that a receiver may keep its secrets in.
pub(crate) fn without_secrets(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else { return String::new() };
    // Only an address without a host has no place for them.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// That many milliseconds later; a time too far away to be counted is a year.
fn after(now: Instant, ms: u64) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    now + Duration::from_millis(ms).min(YEAR)
}
