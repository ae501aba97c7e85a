//! What a sandbox is started with: who may call it, where it tells its news, and how long things take.

use serde::{Deserialize, Serialize};
use std::env::{self, VarError};
use std::net::{Ipv4Addr, SocketAddr};
use url::Url;

/// What a sandbox is started with. The default suits a demo on one machine.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 takes a free one. On `127.0.0.1`, `[::1]` is listened on too, as `localhost` may mean either.
    pub listen: SocketAddr,
    /// How shoppers reach it, and so what its redirections begin with; `http://localhost:{port}` where absent.
    pub public_url: Option<String>,
    /// The business unit's id: the header `app-id`.
    pub app_id: String,
    /// The secret of server calls: the header `private-key`. It also signs webhooks.
    pub private_key: String,
    /// The key that browsers may know: the header `public-key` of `POST /tokens`.
    pub public_key: String,
    /// The account in webhooks.
    pub account_id: String,
    /// Where webhooks go; without it there are none.
    pub webhook_url: Option<String>,
    /// How it behaves where PaymentsOS's documentation leaves it open.
    pub switches: Switches,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: (Ipv4Addr::LOCALHOST, 8081).into(),
            public_url: None,
            app_id: "com.example.sandbox".into(),
            private_key: "sandbox-private-key".into(),
            public_key: "sandbox-public-key".into(),
            account_id: "961c3ded-0000-4000-8000-000000000001".into(),
            webhook_url: None,
            switches: Switches::default(),
        }
    }
}

/// How the sandbox behaves where PaymentsOS's documentation is silent. Times are in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// From `Pending` to the final status, where the mock provider decides alone (3 s).
    pub pending_ms: u64,
    /// From the press of `late-succeed` or `late-fail` to the final status (4 s).
    pub late_ms: u64,
    /// After how long a redirection that nobody finishes is `Failed` (15 min).
    pub redirection_ms: u64,
    /// Whether a new redirection's page may be shown in a frame, as `provider_specific_data.iframeAllowed` says (`true`).
    pub iframe_allowed: bool,
    /// What a repeated create gets: the resource as it is now, or as it was (`current`).
    pub replay: Replay,
    /// Whether a repeat also gets a stored `provider_error` or `provider_network_error`; otherwise it is carried out anew (`true`).
    pub replay_failed: bool,
    /// What a repeat gets while the first is still under way (`conflict`).
    pub concurrent_duplicate: ConcurrentDuplicate,
    /// How long an idempotency key is known (24 h).
    pub idempotency_ms: u64,
    /// From an event to its webhook, so that it normally comes after the reply (100 ms).
    pub webhook_ms: u64,
    /// How long a webhook's receiver may take (5 s).
    pub webhook_timeout_ms: u64,
    /// The wait before a webhook is sent again, doubled each time up to an hour (1 s).
    pub webhook_retry_ms: u64,
    /// After how long a webhook is not sent again (24 h).
    pub webhook_give_up_ms: u64,
    /// How long the fault `shuffle` holds an event back for one that may overtake it (5 s).
    pub shuffle_ms: u64,
    /// Whether a capture or void of 40 to 50 takes 24 h, as the newer page says, instead of succeeding, as was seen (`false`).
    pub newer_amount_table: bool,
}

impl Default for Switches {
    fn default() -> Self {
        const DAY: u64 = 24 * 60 * 60 * 1_000;
        Switches {
            pending_ms: 3_000,
            late_ms: 4_000,
            redirection_ms: 15 * 60 * 1_000,
            iframe_allowed: true,
            replay: Replay::Current,
            replay_failed: true,
            concurrent_duplicate: ConcurrentDuplicate::Conflict,
            idempotency_ms: DAY,
            webhook_ms: 100,
            webhook_timeout_ms: 5_000,
            webhook_retry_ms: 1_000,
            webhook_give_up_ms: DAY,
            shuffle_ms: 5_000,
            newer_amount_table: false,
        }
    }
}

/// What the repeat of a create gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replay {
    /// The original resource as it is now.
    Current,
    /// The original reply, byte by byte.
    Snapshot,
}

/// What the repeat of a create gets while the first is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConcurrentDuplicate {
    /// `409`.
    Conflict,
    /// The first one's reply, once there is one.
    Wait,
}

/// A variable that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It is set, to nothing.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// It is not UTF-8.
    #[error("{0} is not text")]
    NotText(&'static str),
    /// It is no address and port.
    #[error("{name} is no address and port, such as 127.0.0.1:8081: {value}")]
    NoAddress {
        /// The variable.
        name: &'static str,
        /// What it holds.
        value: String,
    },
    /// It is no `http` or `https` address.
    #[error("{name} is no http address: {value}")]
    NoUrl {
        /// The variable.
        name: &'static str,
        /// What it holds.
        value: String,
    },
}

impl Config {
    /// Reads `SANDBOX_LISTEN`, `SANDBOX_PUBLIC_URL`, `SANDBOX_APP_ID`, `SANDBOX_PRIVATE_KEY`, `SANDBOX_PUBLIC_KEY` and
    /// `SANDBOX_WEBHOOK_URL`; one that is not set keeps its default.
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::from_variables(env::var)
    }

    fn from_variables(read: impl Fn(&'static str) -> Result<String, VarError>) -> Result<Config, ConfigError> {
        let variable = |name| match read(name) {
            Ok(value) if value.trim().is_empty() => Err(ConfigError::Empty(name)),
            Ok(value) => Ok(Some(value.trim().to_owned())),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(ConfigError::NotText(name)),
        };
        let url = |name| match variable(name)? {
            Some(value) if !is_http(&value) => Err(ConfigError::NoUrl { name, value }),
            value => Ok(value),
        };
        let default = Config::default();
        let listen = match variable("SANDBOX_LISTEN")? {
            Some(value) => {
                let numeric = value.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
                let parsed = numeric.as_deref().unwrap_or(&value).parse();
                parsed.map_err(|_| ConfigError::NoAddress { name: "SANDBOX_LISTEN", value })?
            }
            None => default.listen,
        };
        Ok(Config {
            listen,
            public_url: url("SANDBOX_PUBLIC_URL")?,
            app_id: variable("SANDBOX_APP_ID")?.unwrap_or(default.app_id),
            private_key: variable("SANDBOX_PRIVATE_KEY")?.unwrap_or(default.private_key),
            public_key: variable("SANDBOX_PUBLIC_KEY")?.unwrap_or(default.public_key),
            account_id: default.account_id,
            webhook_url: url("SANDBOX_WEBHOOK_URL")?,
            switches: default.switches,
        })
    }
}

/// Whether it is an `http` or `https` address with a host.
pub(crate) fn is_http(value: &str) -> bool {
    Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::{Config, ConfigError};
    use std::env::VarError;

    fn with(name: &'static str, value: &'static str) -> Result<Config, ConfigError> {
        Config::from_variables(|asked| if asked == name { Ok(value.into()) } else { Err(VarError::NotPresent) })
    }

    #[test]
    fn takes_localhost_for_the_loopback_address() {
        let config = with("SANDBOX_LISTEN", "localhost:9000").expect("a configuration");
        assert_eq!(config.listen.to_string(), "127.0.0.1:9000");
    }

    #[test]
    fn names_the_variable_that_is_wrong() {
        for (name, value) in [
            ("SANDBOX_LISTEN", "nine thousand"),
            ("SANDBOX_PUBLIC_URL", "localhost"),
            ("SANDBOX_PRIVATE_KEY", " "),
            ("SANDBOX_WEBHOOK_URL", "file:///hook"),
        ] {
            let error = with(name, value).expect_err(value);
            assert!(error.to_string().starts_with(name), "{error}");
        }
    }
}
