//! The backend that is checked: requests as a browser sends them, and what it replies.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::sleep;
use url::Url;

/// Longer than a backend may hold an answer, or take for a create.
const PATIENCE: Duration = Duration::from_secs(65);

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

/// Why there is no reply.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum NoReply {
    #[error("it did not answer within {} s", PATIENCE.as_secs())]
    TimedOut,
    #[error("it closed the connection without an answer")]
    Broken,
    #[error("no such request can be sent")]
    Unsendable,
}

/// The backend. All that it ever replied is kept, to be searched in the end.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    pub(crate) base: Url,
    client: Client,
    replies: Arc<Mutex<Vec<(String, String)>>>,
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
        let what = format!("{method} {}", url.path());
        let mut headers = HeaderMap::new();
        for (name, value) in sent.headers {
            let value = HeaderValue::from_str(&value).map_err(|_| NoReply::Unsendable)?;
            headers.insert(HeaderName::from_static(name), value);
        }
        let mut request = self.client.request(method, url).headers(headers).timeout(PATIENCE);
        if let Some(body) = sent.body {
            request = request.body(body);
        }
        let began = Instant::now();
        let no_reply = |error: reqwest::Error| if error.is_timeout() { NoReply::TimedOut } else { NoReply::Broken };
        let reply = request.send().await.map_err(no_reply)?;
        let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
        let text = reply.text().await.map_err(no_reply)?;
        self.replies.lock().unwrap_or_else(PoisonError::into_inner).push((what, text.clone()));
        let body = serde_json::from_str(&text).unwrap_or_default();
        Ok(Reply { status, headers, body, took: began.elapsed() })
    }

    /// What was asked, and replied, so far.
    pub(crate) fn replies(&self) -> Vec<(String, String)> {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
