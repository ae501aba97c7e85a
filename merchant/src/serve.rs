//! Starting, serving and stopping.

use crate::alerts::{Alert, Alerts};
use crate::config::{Config, ConfigError, is_loopback};
use crate::contract::contract;
use crate::desk::Desk;
use crate::headers::Policy;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::names;
use crate::paymentsos::{ClientError, PaymentsOs};
use crate::proxies::Proxies;
use crate::shop::ChangeError;
use crate::store::{News, Store, StoreError};
use crate::under_way::UnderWay;
use crate::{Merchant, Settings, api, headers, health, pages, shop, webhooks};
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn, map_response};
use axum::response::Response;
use axum::routing::{get, post};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tower_http::timeout::RequestBodyDeadlineLayer;
use tower_http::trace::TraceLayer;
use tracing::{Span, field};
use url::Url;

const LARGEST_REQUEST: usize = 64 * 1024;
/// A webhook holds a whole resource, the provider's own reply and vouchers included.
const LARGEST_WEBHOOK: usize = 1024 * 1024;
/// How long requests under way may take when the process is to end.
const GRACE: Duration = Duration::from_secs(10);
/// How long what PaymentsOS was asked to do, or the shop's systems are being told, may take then, whether or not somebody waits for it.
const LONG_GRACE: Duration = Duration::from_secs(60);

/// Why a merchant could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no such folder.
    #[error("SHOP_DIR is no folder: {0}")]
    ShopDir(PathBuf),
    /// The records cannot be used.
    #[error("DATABASE_URL cannot be used: {0}")]
    Store(#[from] StoreError),
    /// PaymentsOS cannot be called.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The address cannot be listened on.
    #[error("MERCHANT_LISTEN cannot be used: {0}")]
    Listen(#[from] io::Error),
    /// The operators' address cannot be listened on.
    #[error("METRICS_LISTEN cannot be used: {0}")]
    ListenForOperators(#[source] io::Error),
    /// There is no address that shoppers could see.
    #[error("MERCHANT_PUBLIC_URL cannot be made up: set it")]
    PublicUrl,
}

/// A merchant that serves, until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The address that shoppers see.
    pub public_url: Url,
    /// Where operators find `/metrics`.
    pub metrics_address: Option<SocketAddr>,
    merchant: Arc<Merchant>,
    server: JoinHandle<()>,
    /// What is done beside answering.
    beside: [JoinHandle<()>; 5],
}

/// Starts a merchant. It serves when this returns.
///
/// # Errors
///
/// Where the configuration is wrong, or what it names cannot be used.
pub async fn start(config: Config) -> Result<Running, StartError> {
    let listener = TcpListener::bind(config.listen).await?;
    let address = listener.local_addr()?;
    let for_operators = match config.metrics_listen {
        Some(listen) => Some(TcpListener::bind(listen).await.map_err(StartError::ListenForOperators)?),
        None => None,
    };
    let metrics_address = for_operators.as_ref().map(TcpListener::local_addr).transpose()?;
    let public_url = public_url(&config, address.port())?;
    let (merchant, routes) = assemble_with_routes(&config, &public_url).await?;
    let server = tokio::spawn(serve(listener, routes, Arc::clone(&merchant)));
    let beside = [
        tokio::spawn(listen(Arc::clone(&merchant))),
        tokio::spawn(Arc::clone(&merchant).follow()),
        tokio::spawn(Arc::clone(&merchant).tell_shop()),
        tokio::spawn(Arc::clone(&merchant).forget()),
        tokio::spawn(serve_operators(for_operators, Arc::clone(&merchant))),
    ];
    tracing::info!(%address, public_url = public_url.as_str(), "the merchant serves");
    Ok(Running { address, public_url, metrics_address, merchant, server, beside })
}

/// What a merchant answers with, for whoever calls it within this process: nothing is listened on, and nothing done beside answering.
///
/// # Errors
///
/// Where the configuration is wrong, or what it names cannot be used.
pub async fn router(config: &Config) -> Result<Router, StartError> {
    let public_url = public_url(config, config.listen.port())?;
    Ok(assemble_with_routes(config, &public_url).await?.1)
}

fn public_url(config: &Config, port: u16) -> Result<Url, StartError> {
    match &config.public_url {
        Some(url) => Ok(url.clone()),
        None => Url::parse(&format!("http://localhost:{port}")).map_err(|_| StartError::PublicUrl),
    }
}

async fn assemble_with_routes(config: &Config, public_url: &Url) -> Result<(Arc<Merchant>, Router), StartError> {
    if let Some(folder) = config.shop_dir.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(StartError::ShopDir(folder.clone()));
    }
    let merchant = assemble(config, public_url).await?;
    let policy = Policy {
        paymentsos: merchant.settings.paymentsos_browser_url.clone(),
        framed_by: config.shop_framed_by.clone(),
        frames: config.shop_frames.clone(),
        secure_fields: config.shop_secure_fields.clone(),
        is_https: merchant.settings.is_https,
    };
    let pages = pages::routes(config.shop_dir.as_deref(), &policy);
    let routes = routes(&merchant, &foreign_origins(config), pages, config.body_within);
    Ok((merchant, routes))
}

/// A merchant with its records and its client, which does not serve yet.
pub(crate) async fn assemble(config: &Config, public_url: &Url) -> Result<Arc<Merchant>, StartError> {
    config.check()?;
    let metrics = Metrics::new();
    let paymentsos = PaymentsOs::new(config, metrics.calls.clone())?;
    let hook = config.hook()?;
    let store = Store::open(&config.database_url, config.follow_after, hook.is_some()).await?;
    let browser_url = config.paymentsos_browser_url.as_ref().unwrap_or(&config.paymentsos_url);
    Ok(Arc::new(Merchant {
        settings: Settings {
            origins: own_origins(public_url).into_iter().chain(foreign_origins(config)).collect(),
            is_https: public_url.scheme() == "https",
            paymentsos_browser_url: browser_url.clone(),
            secure_fields: config.shop_secure_fields.clone(),
            public_key: config.public_key.clone(),
            private_keys: [Some(&config.private_key), config.previous_private_key.as_ref()]
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
            environment: config.environment,
            system_keys: config.system_keys.clone(),
            follow_after: config.follow_after,
            keep_for: config.keep_for,
        },
        store,
        paymentsos,
        desk: Desk::default(),
        alerts: Alerts::default(),
        metrics,
        hook,
        limits: Limits::new(config.rate_of_posts, config.rate_of_reads),
        proxies: Proxies::new(config.trusted_proxies.clone()),
        under_way: UnderWay::default(),
        to_tell: Notify::new(),
        stopping: watch::Sender::new(false),
    }))
}

/// The further origins of the shop's pages.
fn foreign_origins(config: &Config) -> Vec<String> {
    config.shop_origins.iter().map(|url| url.origin().ascii_serialization()).collect()
}

fn routes(merchant: &Arc<Merchant>, foreign: &[String], pages: Router, body_within: Duration) -> Router {
    let webhooks = Router::new()
        .route("/webhooks/paymentsos", post(webhooks::receive))
        .layer(DefaultBodyLimit::max(LARGEST_WEBHOOK))
        .layer(map_response(headers::for_api))
        .with_state(Arc::clone(merchant));
    // An address may hold ids in its query, which are not for the log.
    let span = |request: &Request| {
        let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str);
        tracing::info_span!(
            "request",
            otel.name = format!("{} {route}", request.method()),
            otel.kind = "server",
            method = %request.method(),
            path = request.uri().path(),
            http.response.status_code = field::Empty,
        )
    };
    let replied = |response: &Response, _: Duration, span: &Span| {
        span.record("http.response.status_code", response.status().as_u16());
    };
    let contract = ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], contract());
    pages
        .route("/openapi.json", get(async || contract).layer(map_response(headers::for_api)))
        .nest("/api", api::routes(Arc::clone(merchant), foreign))
        .merge(shop::routes(Arc::clone(merchant)))
        .merge(api::for_systems(Arc::clone(merchant)))
        .merge(health::routes(Arc::clone(merchant)))
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .merge(webhooks)
        .layer(from_fn(names::addressed))
        .layer(RequestBodyDeadlineLayer::new(body_within))
        .layer(TraceLayer::new_for_http().make_span_with(span).on_response(replied))
}

/// The public address's own origin. On this machine `localhost` and `127.0.0.1` are one.
fn own_origins(public: &Url) -> Vec<String> {
    let mut origins = vec![public.origin().ascii_serialization()];
    if is_loopback(public) {
        for host in ["localhost", "127.0.0.1"] {
            let mut same = public.clone();
            if same.set_host(Some(host)).is_ok() {
                origins.push(same.origin().ascii_serialization());
            }
        }
    }
    origins
}

async fn serve(listener: TcpListener, routes: Router, merchant: Arc<Merchant>) {
    let mut stopping = merchant.stopping.subscribe();
    let stopped = async move {
        // An error says that nobody can stop it any more, which is as good.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    };
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(stopped);
    if let Err(error) = server.await {
        tracing::error!(%error, "the server has ended");
    }
}

async fn serve_operators(listener: Option<TcpListener>, merchant: Arc<Merchant>) {
    let Some(listener) = listener else { return };
    if let Err(error) = axum::serve(listener, health::routes_for_operators(merchant)).await {
        tracing::error!(%error, "operators are not served any more");
    }
}

/// Passes on to those who wait here what other replicas have come to know.
async fn listen(merchant: Arc<Merchant>) {
    let hear = |news| match news {
        News::Of(payment) => merchant.desk.tell(&payment),
        News::OfAny => merchant.desk.tell_all(),
    };
    merchant.store.listen(hear).await;
}

impl Running {
    /// Answers whoever waits, lets requests under way finish for a while, and creates, captures and voids for longer, and ends.
    pub async fn stop(mut self) {
        self.merchant.stopping.send_replace(true);
        let finish = async {
            self.merchant.under_way.none().await;
            if timeout(GRACE, &mut self.server).await.is_err() {
                tracing::warn!("requests were still under way");
                self.server.abort();
            }
            // Requests may have begun more meanwhile.
            self.merchant.under_way.none().await;
        };
        if timeout(LONG_GRACE, finish).await.is_err() {
            tracing::warn!("something was still under way: what came of it is found by whoever comes next");
            self.server.abort();
        }
        self.beside.iter().for_each(JoinHandle::abort);
        self.merchant.store.close().await;
    }

    /// The alerts raised since the start.
    pub fn alerts(&self) -> Vec<Alert> {
        self.merchant.alerts.all()
    }

    /// How many requests wait for a status to change.
    pub fn waiters(&self) -> usize {
        self.merchant.desk.waiters()
    }

    /// Gives the order behind a payment another amount, in minor units, as a shop does when the basket changes.
    pub async fn change_amount(&self, payment: &str, amount: u64) -> Result<(), ChangeError> {
        self.merchant.change_amount(payment, amount).await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
        self.beside.iter().for_each(JoinHandle::abort);
    }
}
