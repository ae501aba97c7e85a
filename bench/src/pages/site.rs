//! What serves the pages that are measured: files as a CDN would have them, and a backend whose payment becomes final when it is told to.

use crate::failure::Failure;
use crate::sample::{CHARGE, PAYMENT};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{self, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// How long an answer is held.
const HELD: Duration = Duration::from_secs(25);

/// Files on a port of their own. It ends with this.
pub(super) struct Site {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: AbortHandle,
}

struct Shared {
    files: HashMap<String, File>,
    /// Whether the charge is known to be final.
    is_final: watch::Sender<bool>,
    asked: AtomicU32,
    held: AtomicU32,
}

struct File {
    kind: &'static str,
    compressed: Vec<u8>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Site {
    /// With the files of these folders, each under a path of its own.
    pub(super) async fn of(folders: &[(&str, PathBuf)]) -> Result<Site, Failure> {
        let mut files = HashMap::new();
        for (under, folder) in folders {
            take_in(&mut files, under, folder)?;
        }
        let shared = Arc::new(Shared { files, is_final: watch::Sender::new(false), asked: 0.into(), held: 0.into() });
        let routes = Router::new()
            .route("/api/payments/{payment}", get(payment))
            .route("/api/payments/{payment}/charges/{charge}", get(charge))
            .fallback(file)
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await }).abort_handle();
        Ok(Site { address, shared, serving })
    }

    pub(super) fn url(&self) -> String {
        format!("http://localhost:{}/", self.address.port())
    }

    /// The address that the shopper comes back to.
    pub(super) fn back(&self) -> String {
        format!("{}?payment_id={PAYMENT}&charge_id={CHARGE}&status=Pending", self.url())
    }

    /// The backend has read how the charge ended, or it is another charge that is pending again. Gives the moment, in milliseconds since
    /// 1970 (UTC).
    pub(super) fn knows(&self, is_final: bool) -> f64 {
        let moment = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.shared.is_final.send_replace(is_final);
        moment.as_secs_f64() * 1_000.0
    }

    /// How many answers are held now.
    pub(super) fn holds(&self) -> u32 {
        self.shared.held.load(Ordering::Relaxed)
    }

    /// How often the backend was asked.
    pub(super) fn asked(&self) -> u32 {
        self.shared.asked.load(Ordering::Relaxed)
    }
}

fn take_in(files: &mut HashMap<String, File>, under: &str, folder: &path::Path) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = format!("{under}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            take_in(files, &name, &path)?;
            continue;
        }
        let kind = match path.extension().and_then(|extension| extension.to_str()) {
            Some("html") => "text/html",
            Some("js") => "text/javascript",
            Some("css") => "text/css",
            Some("wasm") => "application/wasm",
            _ => continue,
        };
        let bytes = fs::read(&path)?;
        let mut compressed = Vec::new();
        let strongest = brotli::enc::BrotliEncoderParams { quality: 11, size_hint: bytes.len(), ..Default::default() };
        brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &strongest)?;
        files.insert(name, File { kind, compressed });
    }
    Ok(())
}

async fn file(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    let name = if uri.path() == "/" { "/index.html" } else { uri.path() };
    let Some(file) = shared.files.get(name) else { return StatusCode::NOT_FOUND.into_response() };
    // A page is looked for anew; what it is made of has another name when it is another.
    let kept = if file.kind == "text/html" { "no-cache" } else { "public, max-age=31536000, immutable" };
    let headers = [
        (header::CONTENT_TYPE, file.kind),
        (header::CONTENT_ENCODING, "br"),
        (header::CACHE_CONTROL, kept),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, file.compressed.clone()).into_response()
}

fn told(id: &str, is_final: bool) -> Value {
    let status = if is_final { "Succeed" } else { "Pending" };
    json!({"id": id, "amount": 4_097, "currency": "USD", "result": {"status": status}})
}

/// It has the charge that the shopper has come back with, if they have.
async fn payment(State(shared): State<Arc<Shared>>, Path(id): Path<String>, headers: HeaderMap) -> Json<Value> {
    shared.asked.fetch_add(1, Ordering::Relaxed);
    let page = headers.get(header::REFERER).and_then(|page| page.to_str().ok()).unwrap_or_default();
    let (status, charges) = match page.contains(CHARGE) {
        true => ("Pending", vec![told(CHARGE, *shared.is_final.borrow())]),
        false => ("Initialized", Vec::new()),
    };
    Json(json!({"id": id, "amount": 4_097, "currency": "USD", "status": status,
        "related_resources": {"charges": charges, "authorizations": []}}))
}

async fn charge(
    State(shared): State<Arc<Shared>>,
    Path((_, charge)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    shared.asked.fetch_add(1, Ordering::Relaxed);
    let mut is_final = shared.is_final.subscribe();
    if !headers.contains_key("prefer") {
        return Json(told(&charge, *is_final.borrow())).into_response();
    }
    shared.held.fetch_add(1, Ordering::Relaxed);
    let known = tokio::time::timeout(HELD, is_final.wait_for(|is_final| *is_final)).await.is_ok();
    shared.held.fetch_sub(1, Ordering::Relaxed);
    let applied = (header::HeaderName::from_static("preference-applied"), HeaderValue::from_static("wait=25"));
    ([applied], Json(told(&charge, known))).into_response()
}
