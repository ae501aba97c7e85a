//! What lies between the browser and the shop, and does to requests and replies what networks do.
//!
//! HTTP/1.1 only, so that a browser has six connections here and no more.

use crate::wait_for;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{
    CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, TRANSFER_ENCODING,
};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// What happens to a request or its reply.
#[derive(Clone)]
enum Fault {
    /// It never gets there.
    LoseRequest,
    /// It gets there, and nothing comes back.
    LoseReply,
    /// It never gets there, and this comes back.
    Instead(u16, Vec<(&'static str, String)>, String),
    /// It gets there, and this comes back.
    Although(u16, Vec<(&'static str, String)>, String),
    /// The connection ends when there is no answer in time.
    Cut(Duration),
    /// The reply comes in pieces, this long apart.
    Trickle(Duration),
    /// The reply has another body.
    Edit(fn(&mut Value)),
    /// The reply has another header.
    Header(&'static str, &'static str),
    /// It is not held by the shop; the reply may say that it was.
    NotHeld { pretend: bool },
    /// It goes on to the shop once it is let go.
    HoldRequest(Arc<Semaphore>),
    /// The reply comes once it is let go.
    HoldReply(Arc<Semaphore>),
}

struct Rule {
    method: &'static str,
    path: String,
    left: Option<usize>,
    fault: Fault,
}

/// A request that came here.
#[derive(Clone, Debug)]
pub struct Passed {
    /// Its method.
    pub method: String,
    /// Its path, without a query.
    pub path: String,
    /// Its `Idempotency-Key`.
    pub key: Option<String>,
    /// Whether the backend was asked to hold the answer.
    pub held: bool,
    /// When it came.
    pub at: Instant,
    /// The status it was answered with; none while it is not, and where it never is.
    pub status: Option<u16>,
}

#[derive(Default)]
struct State {
    target: Option<SocketAddr>,
    rules: Vec<Rule>,
    passed: Vec<Passed>,
    /// What pages begin with.
    scripts: String,
}

/// Where pages find the script that they begin with.
const SCRIPT: &str = "/begins-with.js";

/// The proxy of one world.
#[derive(Clone)]
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    client: reqwest::Client,
    reachable: watch::Sender<bool>,
}

/// What is held up, until it is let go or dropped.
pub struct Gate {
    semaphore: Arc<Semaphore>,
}

impl Gate {
    /// Lets everything pass, from now on too.
    pub fn lets_go(&self) {
        self.semaphore.add_permits(Semaphore::MAX_PERMITS / 2);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.semaphore.close();
    }
}

/// A rule being made: for requests of that method, with that in their path.
pub struct Making<'a> {
    proxy: &'a Proxy,
    method: &'static str,
    path: String,
    times: Option<usize>,
}

impl Making<'_> {
    /// Only so often.
    pub fn times(self, times: usize) -> Self {
        Making { times: Some(times), ..self }
    }

    /// They are lost on the way to the shop.
    pub fn lose_the_request(self) {
        self.add(Fault::LoseRequest);
    }

    /// The shop does what they say, and its reply is lost.
    pub fn lose_the_reply(self) {
        self.add(Fault::LoseReply);
    }

    /// Something else answers, the shop hearing nothing of it.
    pub fn answer(self, status: u16) {
        self.add(Fault::Instead(status, Vec::new(), String::new()));
    }

    /// As [`answer`](Making::answer), with a body of that media type.
    pub fn answer_with(self, status: u16, media_type: &str, body: &str) {
        self.add(Fault::Instead(status, vec![("content-type", media_type.to_owned())], body.to_owned()));
    }

    /// As [`answer`](Making::answer), with `Retry-After` in seconds.
    pub fn answer_later(self, status: u16, seconds: u64) {
        self.add(Fault::Instead(status, vec![("retry-after", seconds.to_string())], String::new()));
    }

    /// The shop does what they say, and something else answers.
    pub fn answer_although_done(self, status: u16, body: &str) {
        self.add(Fault::Although(status, vec![("content-type", "application/json".to_owned())], body.to_owned()));
    }

    /// A connection without an answer in time is cut.
    pub fn cut_after(self, time: Duration) {
        self.add(Fault::Cut(time));
    }

    /// Replies come in pieces, this long apart.
    pub fn trickle(self, pause: Duration) {
        self.add(Fault::Trickle(pause));
    }

    /// Replies say something else.
    pub fn edit(self, edit: fn(&mut Value)) {
        self.add(Fault::Edit(edit));
    }

    /// Replies have that header.
    pub fn say(self, name: &'static str, value: &'static str) {
        self.add(Fault::Header(name, value));
    }

    /// The shop is not asked to hold its answers, and they say that it did.
    pub fn pretend_to_hold(self) {
        self.add(Fault::NotHeld { pretend: true });
    }

    /// The shop is not asked to hold its answers.
    pub fn hold_nothing(self) {
        self.add(Fault::NotHeld { pretend: false });
    }

    /// They are held up on the way to the shop.
    pub fn hold_the_request(self) -> Gate {
        let semaphore = Arc::new(Semaphore::new(0));
        self.add(Fault::HoldRequest(Arc::clone(&semaphore)));
        Gate { semaphore }
    }

    /// Their replies are held up on the way back.
    pub fn hold_the_reply(self) -> Gate {
        let semaphore = Arc::new(Semaphore::new(0));
        self.add(Fault::HoldReply(Arc::clone(&semaphore)));
        Gate { semaphore }
    }

    fn add(self, fault: Fault) {
        let rule = Rule { method: self.method, path: self.path, left: self.times, fault };
        self.proxy.state().rules.push(rule);
    }
}

impl Proxy {
    /// One on a port of its own, which leads nowhere yet.
    pub async fn start() -> Proxy {
        let (listeners, address) = listeners().await;
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        let reachable = watch::Sender::new(true);
        let proxy = Proxy { address, state: Arc::default(), client: client.expect("a client"), reachable };
        for listener in listeners {
            tokio::spawn(proxy.clone().serve(listener));
        }
        proxy
    }

    /// What browsers call it.
    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    async fn serve(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let proxy = self.clone();
            let mut reachable = self.reachable.subscribe();
            tokio::spawn(async move {
                let is_cut = reachable.wait_for(|reachable| !reachable);
                let service = hyper::service::service_fn(move |request| {
                    let proxy = proxy.clone();
                    async move { proxy.pass(request).await }
                });
                // It ends with an error where a reply is to be lost.
                let connection = hyper::server::conn::http1::Builder::new();
                let connection = connection.serve_connection(TokioIo::new(stream), service);
                tokio::select! {
                    _ = connection => {}
                    _ = is_cut => {}
                }
            });
        }
    }

    /// Whether anybody gets here. Else every connection is cut, and none is made.
    pub fn is_reachable(&self, reachable: bool) {
        self.reachable.send_replace(reachable);
    }

    /// From now on, pages begin with that too.
    pub(crate) fn lets_pages_begin_with(&self, script: &str) {
        self.state().scripts += &format!("{{{script}\n}}\n");
    }

    /// From now on, requests go there.
    pub(crate) fn leads_to(&self, target: SocketAddr) {
        self.state().target = Some(target);
    }

    /// What is to happen to such requests. The first rule that fits, and has times left, holds.
    pub fn with(&self, method: &'static str, path: &str) -> Making<'_> {
        Making { proxy: self, method, path: path.to_owned(), times: None }
    }

    /// Nothing happens to requests any more.
    pub fn calms_down(&self) {
        self.state().rules.clear();
    }

    /// The requests that came, of that method and with that in their path.
    pub fn passed(&self, method: &str, path: &str) -> Vec<Passed> {
        let fits = |passed: &&Passed| passed.method == method && passed.path.contains(path);
        self.state().passed.iter().filter(fits).cloned().collect()
    }

    /// Waits for so many of them.
    pub async fn has_passed(&self, method: &str, path: &str, count: usize) -> Vec<Passed> {
        wait_for(&format!("{count} × {method} …{path}"), async || {
            let passed = self.passed(method, path);
            if passed.len() >= count { Ok(passed) } else { Err(format!("{passed:?}")) }
        })
        .await
    }

    /// The last requests, for a journey that fails.
    pub(crate) fn latest(&self) -> String {
        let state = self.state();
        let line = |passed: &Passed| {
            let ago = passed.at.elapsed().as_millis();
            format!(
                "{ago} ms ago: {} {} → {:?}{}",
                passed.method,
                passed.path,
                passed.status,
                if passed.held { ", held" } else { "" }
            )
        };
        state.passed.iter().rev().take(12).map(line).collect::<Vec<_>>().join("\n")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, method: &Method, path: &str) -> Option<Fault> {
        let mut state = self.state();
        let fits = |rule: &&mut Rule| method == rule.method && path.contains(&rule.path) && rule.left != Some(0);
        let rule = state.rules.iter_mut().find(fits)?;
        rule.left = rule.left.map(|left| left - 1);
        Some(rule.fault.clone())
    }

    async fn pass(&self, mut request: Request<Incoming>) -> Result<Response<Body>, io::Error> {
        if request.uri().path() == SCRIPT {
            let headers = [("content-type", "text/javascript".to_owned()), ("cache-control", "no-store".to_owned())];
            return Ok(reply(200, &headers, self.state().scripts.clone()));
        }
        if self.begins_pages() {
            // A page that the browser has kept does not begin with it.
            request.headers_mut().remove(IF_MODIFIED_SINCE);
            request.headers_mut().remove(IF_NONE_MATCH);
        }
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let passed = Passed {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            key: header("idempotency-key"),
            held: header("prefer").is_some_and(|prefer| prefer.contains("wait")),
            at: Instant::now(),
            status: None,
        };
        let fault = self.fault(request.method(), &passed.path);
        let number = {
            let mut state = self.state();
            state.passed.push(passed);
            state.passed.len() - 1
        };
        let response = self.carry(request, fault).await?;
        self.state().passed[number].status = Some(response.status().as_u16());
        Ok(response)
    }

    async fn carry(&self, request: Request<Incoming>, fault: Option<Fault>) -> Result<Response<Body>, io::Error> {
        let lost = || io::Error::from(io::ErrorKind::ConnectionReset);
        match fault {
            None => self.forward(request).await,
            Some(Fault::LoseRequest) => Err(lost()),
            Some(Fault::LoseReply) => {
                self.forward(request).await?;
                Err(lost())
            }
            Some(Fault::Instead(status, headers, body)) => Ok(reply(status, &headers, body)),
            Some(Fault::Although(status, headers, body)) => {
                self.forward(request).await?;
                Ok(reply(status, &headers, body))
            }
            Some(Fault::Cut(time)) => tokio::time::timeout(time, self.forward(request)).await.map_err(|_| lost())?,
            Some(Fault::Trickle(pause)) => {
                let (mut parts, body) = self.forward(request).await?.into_parts();
                parts.headers.remove(CONTENT_LENGTH);
                let bytes = body.collect().await?.to_bytes();
                Ok(Response::from_parts(parts, trickle(bytes, pause)))
            }
            Some(Fault::Edit(edit)) => {
                let (mut parts, body) = self.forward(request).await?.into_parts();
                parts.headers.remove(CONTENT_LENGTH);
                let bytes = body.collect().await?.to_bytes();
                let mut value: Value = serde_json::from_slice(&bytes).map_err(io::Error::other)?;
                edit(&mut value);
                Ok(Response::from_parts(parts, full(value.to_string())))
            }
            Some(Fault::Header(name, value)) => {
                let mut response = self.forward(request).await?;
                response.headers_mut().insert(name, HeaderValue::from_static(value));
                Ok(response)
            }
            Some(Fault::NotHeld { pretend }) => {
                let mut request = request;
                let held = request.headers_mut().remove("prefer").is_some();
                let mut response = self.forward(request).await?;
                if held && pretend {
                    response.headers_mut().insert("preference-applied", HeaderValue::from_static("wait=25"));
                }
                Ok(response)
            }
            Some(Fault::HoldRequest(gate)) => {
                gate.acquire().await.map_err(|_| lost())?.forget();
                self.forward(request).await
            }
            Some(Fault::HoldReply(gate)) => {
                let response = self.forward(request).await?;
                gate.acquire().await.map_err(|_| lost())?.forget();
                Ok(response)
            }
        }
    }

    async fn forward(&self, request: Request<Incoming>) -> Result<Response<Body>, io::Error> {
        let target = self.state().target.ok_or(io::ErrorKind::NotConnected)?;
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut headers = parts.headers;
        // The shop is to see the address that the browser sees, as behind any proxy.
        let host = headers.get(HOST).cloned();
        headers.remove(TRANSFER_ENCODING);
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let mut call = self.client.request(parts.method, format!("http://{target}{path}")).headers(headers).body(body);
        if let Some(host) = host {
            call = call.header(HOST, host);
        }
        let answer = call.send().await.map_err(io::Error::other)?;
        let mut response = Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            if name != TRANSFER_ENCODING && name != CONTENT_LENGTH {
                response = response.header(name, value);
            }
        }
        let is_page = answer.headers().get(CONTENT_TYPE).is_some_and(|sort| sort.as_bytes().starts_with(b"text/html"));
        let bytes = answer.bytes().await.map_err(io::Error::other)?;
        let body = if is_page && self.begins_pages() { full(with_the_script(&bytes)) } else { full(bytes) };
        response.body(body).map_err(io::Error::other)
    }

    fn begins_pages(&self) -> bool {
        !self.state().scripts.is_empty()
    }
}

/// The same port of both families: `localhost` is either, and at the other there might be a server of another journey.
async fn listeners() -> (Vec<TcpListener>, SocketAddr) {
    loop {
        let four = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let address = four.local_addr().expect("it has an address");
        match TcpListener::bind((Ipv6Addr::LOCALHOST, address.port())).await {
            Ok(six) => return (vec![four, six], address),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            // A machine without IPv6 has no other server there either.
            Err(_) => return (vec![four], address),
        }
    }
}

/// The page with a script before all others. It comes from the page's own origin, as the strictest policy wants it.
fn with_the_script(page: &[u8]) -> String {
    String::from_utf8_lossy(page).replacen("<head>", &format!("<head><script src=\"{SCRIPT}\"></script>"), 1)
}

fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

fn reply(status: u16, headers: &[(&'static str, String)], body: String) -> Response<Body> {
    let mut response = Response::new(full(body));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).expect("a header's value");
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
    response
}

/// In eight pieces.
fn trickle(bytes: Bytes, pause: Duration) -> Body {
    let size = bytes.len().div_ceil(8).max(1);
    let pieces: Vec<Bytes> = bytes.chunks(size).map(Bytes::copy_from_slice).collect();
    let stream = futures_util::stream::unfold(pieces.into_iter(), move |mut pieces| async move {
        let piece = pieces.next()?;
        tokio::time::sleep(pause).await;
        Some((Ok(Frame::data(piece)), pieces))
    });
    BodyExt::boxed_unsync(StreamBody::new(stream))
}
