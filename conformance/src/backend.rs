//! The backend that is checked: requests as a browser sends them, and what it replies.

use crate::client::{Client, NoReply};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Error, Method};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::sleep;
use url::Url;

/// What a backend that limits rates may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const MOST_TRIES: u32 = 4;

/// A reply.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// `null` where it is no JSON.
    pub(crate) body: Value,
    pub(crate) took: Duration,
}

impl Reply {
    pub(crate) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Refused, and not for a fault of the backend.
    pub(crate) fn is_refusal(&self) -> bool {
        (400..500).contains(&self.status)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn id(&self) -> Option<&str> {
        self.body["id"].as_str()
    }

    /// A transaction's status.
    pub(crate) fn result(&self) -> Option<&str> {
        self.body.pointer("/result/status").and_then(Value::as_str)
    }

    /// In a few words, for a finding.
    pub(crate) fn brief(&self) -> String {
        let what = self.body["type"].as_str().or_else(|| self.body["category"].as_str()).or_else(|| self.result());
        match what {
            Some(what) => format!("{} ({what})", self.status),
            None => self.status.to_string(),
        }
    }
}

/// What is sent beside the address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Vec<u8>>,
}

impl Sent {
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Sent {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Sent {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    pub(crate) fn json(mut self, body: &Value) -> Sent {
        self.body = Some(body.to_string().into_bytes());
        self.header("content-type", "application/json")
    }
}

/// What it replied, to be searched for what no reply may hold.
#[derive(Clone, Debug)]
pub(crate) struct Replied {
    /// The request.
    pub(crate) to: String,
    /// The headers' lines, and the body.
    pub(crate) text: String,
}

/// The backend. All that it ever replied is kept, to be searched in the end.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    pub(crate) base: Url,
    client: Client,
    replies: Arc<Mutex<Vec<Replied>>>,
}

impl Backend {
    pub(crate) fn new(base: Url, client: Client) -> Backend {
        Backend { base, client, replies: Arc::default() }
    }

    /// Sends to an address below the base.
    pub(crate) async fn send(&self, method: Method, path: &str, sent: Sent) -> Result<Reply, NoReply> {
        let mut url = self.base.clone();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        self.send_to(method, url, sent).await
    }

    /// Sends to any address. Where that is too much for it, later, as it says.
    pub(crate) async fn send_to(&self, method: Method, url: Url, sent: Sent) -> Result<Reply, NoReply> {
        let mut tries = 0;
        loop {
            let reply = self.send_once(method.clone(), url.clone(), sent.clone()).await?;
            let seconds = reply.header("retry-after").and_then(|seconds| seconds.parse().ok());
            match seconds.map(Duration::from_secs).filter(|wait| reply.status == 429 && *wait <= LONGEST_WAIT) {
                Some(wait) if tries < MOST_TRIES => sleep(wait).await,
                _ => return Ok(reply),
            }
            tries += 1;
        }
    }

    async fn send_once(&self, method: Method, url: Url, sent: Sent) -> Result<Reply, NoReply> {
        let to = format!("{method} {}", url.path());
        let mut headers = HeaderMap::new();
        for (name, value) in sent.headers {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).map_err(Error::from)?);
        }
        let began = Instant::now();
        let received = self.client.send(method, &url, headers, sent.body.unwrap_or_default()).await?;
        let took = began.elapsed();
        let mut text = String::new();
        for (name, value) in &received.headers {
            text.extend([name.as_str(), ": ", &String::from_utf8_lossy(value.as_bytes()), "\n"]);
        }
        text.push_str(&received.text);
        self.replies.lock().unwrap_or_else(PoisonError::into_inner).push(Replied { to, text });
        let body = serde_json::from_str(&received.text).unwrap_or_default();
        Ok(Reply { status: received.status.as_u16(), headers: received.headers, body, took })
    }

    /// What was asked, and replied, so far.
    pub(crate) fn replies(&self) -> Vec<Replied> {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
