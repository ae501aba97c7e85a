//! The reference merchant backend of a PaymentsOS checkout: it holds the private key, guards that a payment is made once, learns
//! from webhooks what became of it, and serves the demo shop.
//!
//! Where to look: [`Config`] for what it is started with; `api` for what it offers the component; `contract` for the same as
//! others are told it; `guard` for why there is never a second charge; `authentication` for 3-D Secure that the merchant handles itself; `knowledge` for how it comes to know a status; `hold` for how it waits for one.

#![warn(missing_docs)]

mod alerts;
mod api;
mod authentication;
mod body;
mod by_hand;
mod client_token;
mod config;
mod contract;
mod create_body;
mod desk;
mod follow;
mod guard;
mod headers;
mod health;
mod hold;
mod hook;
mod https;
mod knowledge;
mod limits;
mod metrics;
mod names;
mod operations;
mod pages;
mod paymentsos;
mod problem;
mod proxies;
mod reconcile;
mod retention;
mod serve;
mod session;
mod shop;
mod signature;
mod store;
mod telemetry;
mod under_way;
mod webhooks;
mod who;

pub use alerts::{Alert, AlertCode};
pub use by_hand::{Operate, Operated, operate};
pub use config::{Config, ConfigError, Environment, Secret};
pub use contract::{contract, contract_page};
pub use limits::Rate;
pub use paymentsos::ClientError;
pub use proxies::{Network, NotANetwork};
pub use reconcile::{Difference, Reconciled, reconcile};
pub use serve::{Running, StartError, router, start};
pub use shop::ChangeError;
pub use store::StoreError;
pub use telemetry::{Telemetry, TelemetryError};

use alerts::Alerts;
use desk::Desk;
use hook::Hook;
use limits::Limits;
use metrics::Metrics;
use paymentsos::PaymentsOs;
use proxies::Proxies;
use std::time::Duration;
use store::Store;
use tokio::sync::{Notify, watch};
use under_way::UnderWay;
use url::Url;

/// What every request works with.
#[derive(Debug)]
struct Merchant {
    settings: Settings,
    store: Store,
    paymentsos: PaymentsOs,
    desk: Desk,
    alerts: Alerts,
    metrics: Metrics,
    hook: Option<Hook>,
    limits: Limits,
    proxies: Proxies,
    /// What PaymentsOS is asked to do, and what the shop's systems are being told, which are carried to their end.
    under_way: UnderWay,
    /// There is something that the shop's own systems are to be told.
    to_tell: Notify,
    /// Becomes true when the process is to end: whoever waits gets an answer.
    stopping: watch::Sender<bool>,
}

/// What requests need of the configuration.
#[derive(Debug)]
struct Settings {
    /// The origins of the shop's pages: calls come from these, and shoppers are sent back to these.
    origins: Vec<String>,
    is_https: bool,
    paymentsos_browser_url: Url,
    /// Where PayU's Secure Fields come from, where the shop's pages may use them.
    secure_fields: Option<Url>,
    public_key: String,
    /// The one in use, and while it is replaced the one before.
    private_keys: Vec<Secret>,
    environment: Environment,
    /// What the shop's own systems show.
    system_keys: Vec<Secret>,
    /// How long orders are kept.
    keep_for: Duration,
    /// How long a payment's end may be unknown before it is asked for unasked.
    follow_after: Duration,
}
