//! A local PaymentsOS: its API, its mock provider, and the two pages a shopper can be sent to, the issuer's for 3-D Secure and the
//! hosted payment page, all on one port and in memory.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let running = sandbox::start(sandbox::Config::from_env()?).await?;
//! println!("listening on {}", running.address);
//! running.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! Where to look: [`Config`] and [`Switches`] are what it is started with; `api` is what a merchant calls, `pages` what a shopper
//! sees, `collector` what an issuer sees of them, `secure_fields` where they type their card, `control` what a test sets, `console` the
//! page on which an engineer looks on and does the same by hand; `app` changes payments and tells of it through `webhooks`; `provider` decides what becomes of a transaction. Only what the documentation
//! of PaymentsOS says can be relied on elsewhere: the rest is a switch, or marked as invented.

#![warn(missing_docs)]

mod api;
mod app;
mod clock;
mod collector;
mod config;
mod console;
mod control;
mod faults;
mod idempotency;
mod log;
mod money;
mod origin;
mod overview;
mod pages;
mod provider;
mod resources;
mod secure_fields;
mod sent;
mod server;
pub mod signature;
mod store;
mod way_back;
mod webhooks;

pub use config::{ConcurrentDuplicate, Config, ConfigError, Replay, Switches};

use app::{App, Sandbox};
use axum::Router;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use webhooks::Webhooks;

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Shoppers could not be sent there.
    #[error("the public address is no http address: {0}")]
    PublicUrl(String),
    /// The client that sends webhooks cannot be made.
    #[error("cannot send webhooks: {0}")]
    Client(#[from] reqwest::Error),
}

/// A sandbox that runs until it is stopped or dropped.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// How shoppers reach it; redirections begin with it.
    pub public_url: String,
    app: App,
    listeners: Vec<Arc<TcpListener>>,
    router: Router,
    server: JoinSet<()>,
    webhooks: JoinSet<()>,
}

/// Starts a sandbox.
pub async fn start(config: Config) -> Result<Running, StartError> {
    let listen = config.listen;
    let (address, listeners) =
        server::bind(listen).await.map_err(|source| StartError::Listen { address: listen, source })?;
    let public_url = match &config.public_url {
        Some(url) if config::is_http(url) => url.trim_end_matches('/').to_owned(),
        Some(url) => return Err(StartError::PublicUrl(url.clone())),
        None => format!("http://localhost:{}", address.port()),
    };
    // Neither a proxy nor a redirection: a webhook goes to the registered address, or fails.
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let (webhooks, queue) = Webhooks::new(config.webhook_url.clone());
    let app = Sandbox::new(config, public_url.clone(), webhooks);
    let router: Router = pages::router()
        .merge(collector::router())
        .merge(secure_fields::router())
        .merge(console::router())
        .merge(control::router(&app))
        .merge(api::router(&app))
        .with_state(app.clone());
    let listeners = listeners.into_iter().map(Arc::new).collect();
    let mut webhooks = JoinSet::new();
    webhooks.spawn(webhooks::deliver(app.clone(), client, queue));
    let mut running = Running { address, public_url, app, listeners, router, server: JoinSet::new(), webhooks };
    running.serve();
    Ok(running)
}

impl Running {
    fn serve(&mut self) {
        for listener in &self.listeners {
            self.server.spawn(server::serve(Arc::clone(listener), self.router.clone()));
        }
    }

    /// Breaks off at once, and serves again with all that it knew, as one whose records outlive it: connections are dropped, and what
    /// was being answered is not finished.
    pub async fn restart(&mut self) {
        self.app.requests.abort();
        self.server.shutdown().await;
        self.serve();
    }

    /// Stops at once: connections are dropped, and what was under way is not finished.
    pub async fn stop(mut self) {
        self.app.tasks.abort();
        self.app.requests.abort();
        self.server.shutdown().await;
        self.webhooks.shutdown().await;
    }

    /// Registers another address for webhooks, or none. Those that are still to be sent, or sent again, go there too.
    pub fn set_webhook_url(&self, url: Option<String>) {
        self.app.webhooks.set_url(url);
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Running { address, public_url, .. } = self;
        f.debug_struct("Running").field("address", address).field("public_url", public_url).finish_non_exhaustive()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.app.tasks.abort();
        self.app.requests.abort();
    }
}

/// A lock. A thread that panicked while holding it leaves nothing half done that would matter more than going on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
