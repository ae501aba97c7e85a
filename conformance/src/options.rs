//! What the program needs to be told.

use crate::checks;
use clap::Parser;
use clap::builder::PossibleValuesParser;
use serde_json::Value;
use url::Url;

/// Tells whether a backend keeps the contract of the Merchant API (docs/merchant-api.md).
///
/// Give it a backend that runs against PaymentsOS's test environment or, better, against the local PaymentsOS: then the faults are
/// played too, by which payments get lost or doubled.
///
/// It exits with 0 where every rule was checked and kept, with 1 where one is broken or nothing could be checked, and with 2 where those
/// that were checked are kept, and others were not checked.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo xtask conformance", bin_name = "cargo xtask conformance")]
pub struct Options {
    /// The backend: the element's `backend`, or just its origin, which stands for /api there
    pub backend: Url,

    /// Where a POST makes a new order and replies with its `payment_id` and the session's cookie [default: /shop/orders at the origin]
    #[arg(long, value_name = "URL", conflicts_with_all = ["payments", "authorize"])]
    pub orders: Option<Url>,

    /// A payment that is not paid yet, in place of orders; most checks use up one, some 2 or 3, and all of them 58
    #[arg(long = "payment", value_name = "ID")]
    pub payments: Vec<String>,

    /// A payment that is not paid yet, and is to be authorized, not charged; all checks use up 16
    #[arg(long, value_name = "ID")]
    pub authorize: Vec<String>,

    /// The session's cookie, as in `name=value`: for those payments, or where orders are made by who is signed in
    #[arg(long, value_name = "COOKIE")]
    pub cookie: Option<String>,

    /// The client token, in the same way; one for all payments
    #[arg(long, value_name = "TOKEN")]
    pub client_token: Option<String>,

    /// Another session's cookie, from which those payments must be kept; needed where --cookie or --client-token is given, or payments are
    #[arg(long, value_name = "COOKIE")]
    pub other_cookie: Option<String>,

    /// Another session's client token, in place of its cookie
    #[arg(long, value_name = "TOKEN")]
    pub other_client_token: Option<String>,

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

    /// Only the checks of these names, as the table has them
    #[arg(long, value_name = "NAME", hide_possible_values = true, value_parser = names())]
    pub only: Vec<String>,

    /// Exit with 0 where no rule is broken, though some were not checked
    #[arg(long)]
    pub allow_not_run: bool,
}

fn json(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(checks::all().iter().map(|check| check.name).collect::<Vec<_>>())
}

impl Options {
    /// What is told of a backend with a local PaymentsOS behind it.
    pub fn new(backend: Url, sandbox: Url) -> Options {
        Options {
            backend,
            orders: None,
            payments: Vec::new(),
            authorize: Vec::new(),
            cookie: None,
            client_token: None,
            other_cookie: None,
            other_client_token: None,
            sandbox: Some(sandbox),
            origin: None,
            succeeds: None,
            fails: None,
            redirects: None,
            secrets: Vec::new(),
            only: Vec::new(),
            allow_not_run: false,
        }
    }
}

/// Why nothing can be checked.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// There is no client.
    #[error("there is no client for https, as this machine's root certificates cannot be read: {0}")]
    Client(#[from] std::io::Error),
    /// An address that nothing can be joined to.
    #[error("{0} cannot be called: an address must be http or https, and without credentials")]
    Address(Url),
    /// Nobody answers there.
    #[error("the backend at {url} cannot be called: {why}")]
    Backend {
        /// Where it should be.
        url: Url,
        /// What happened.
        why: String,
    },
    /// The sandbox does not answer as one.
    #[error("{url} is no local PaymentsOS: {why}")]
    Sandbox {
        /// Where it should be.
        url: Url,
        /// What happened.
        why: String,
    },
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

#[cfg(test)]
mod tests {
    use super::Options;
    use crate::checks::{all, payments_needed};
    use clap::CommandFactory;

    #[test]
    fn the_help_says_how_many_payments_all_checks_use_up() {
        let help = Options::command().render_help().to_string();
        for (words, count) in ["and all of them", "all checks use up"].iter().zip(payments_needed()) {
            assert!(help.contains(&format!("{words} {count}\n")), "{words} {count}: {help}");
        }
    }

    #[test]
    fn the_readme_says_the_same() {
        let readme = include_str!("../../README.md");
        let [charges, authorizations] = payments_needed();
        let rules = all().len();
        for words in [
            format!("{rules} rules"),
            format!("all rules use up {charges} of them"),
            format!("{authorizations} to be authorized"),
        ] {
            assert!(readme.contains(&words), "{words}");
        }
    }

    #[test]
    fn the_command_is_well_formed() {
        Options::command().debug_assert();
    }
}
