//! What the program needs to be told.

use clap::Parser;
use serde_json::Value;
use url::Url;

/// Tells whether a backend keeps the contract of the Merchant API (docs/merchant-api.md).
///
/// Give it a backend that runs against PaymentsOS's test environment or, better, against the local PaymentsOS: then the faults are
/// played too, by which payments get lost or doubled.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo xtask conformance", bin_name = "cargo xtask conformance")]
pub struct Options {
    /// The backend: the element's `backend`, or just its origin, which stands for /api there
    pub backend: Url,

    /// Where a POST makes a new order and replies with its `payment_id` and the session's cookie [default: /shop/orders at the origin]
    #[arg(long, value_name = "URL", conflicts_with = "payments")]
    pub orders: Option<Url>,

    /// A payment that is not paid yet, in place of orders; each check uses up one, so give several
    #[arg(long = "payment", value_name = "ID")]
    pub payments: Vec<String>,

    /// The session's cookie for those payments, as in `name=value`
    #[arg(long, value_name = "COOKIE")]
    pub cookie: Option<String>,

    /// The client token for those payments
    #[arg(long, value_name = "TOKEN")]
    pub client_token: Option<String>,

    /// The local PaymentsOS that the backend uses: its log is read, its faults are played
    #[arg(long, value_name = "URL")]
    pub sandbox: Option<Url>,

    /// The origin of the shop's pages [default: that of the backend]
    #[arg(long, value_name = "ORIGIN")]
    pub origin: Option<Url>,

    /// A `payment_method` that succeeds at once [default: the mock provider's]
    #[arg(long, value_name = "JSON", value_parser = json)]
    pub succeeds: Option<Value>,

    /// A `payment_method` that fails at once [default: the mock provider's]
    #[arg(long, value_name = "JSON", value_parser = json)]
    pub fails: Option<Value>,

    /// A `payment_method` that stays pending, with a redirection [default: the local PaymentsOS's]
    #[arg(long, value_name = "JSON", value_parser = json)]
    pub redirects: Option<Value>,

    /// Something that no reply may hold, such as the private key
    #[arg(long = "secret", value_name = "TEXT", env = "PAYMENTSOS_PRIVATE_KEY", hide_env_values = true)]
    pub secrets: Vec<String>,

    /// Only the checks of these names
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
}

fn json(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
}

impl Options {
    /// What is told of a backend with a local PaymentsOS behind it.
    pub fn new(backend: Url, sandbox: Url) -> Options {
        Options {
            backend,
            orders: None,
            payments: Vec::new(),
            cookie: None,
            client_token: None,
            sandbox: Some(sandbox),
            origin: None,
            succeeds: None,
            fails: None,
            redirects: None,
            secrets: Vec::new(),
            only: Vec::new(),
        }
    }
}

/// Why nothing can be checked.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// There is no client.
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
    /// An address that nothing can be joined to.
    #[error("{0} is no address of a backend")]
    Address(Url),
    /// Nobody answers there.
    #[error("nobody answers at {0}: is the backend running?")]
    Backend(Url),
    /// The sandbox does not answer as one.
    #[error("{0} is no local PaymentsOS: it has no log at /sandbox/log")]
    Sandbox(Url),
    /// There is nothing to pay.
    #[error(
        "no order can be made at {orders} ({why}): say with --orders where a POST replies with a `payment_id`, or give payments with \
         --payment and their session with --cookie or --client-token"
    )]
    Orders {
        /// Where one was to be made.
        orders: Url,
        /// What happened.
        why: String,
    },
}
