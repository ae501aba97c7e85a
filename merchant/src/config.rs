//! What a merchant is started with.

use crate::hook::{self, Hook};
use crate::limits::Rate;
use crate::proxies::Network;
use crate::serve::StartError;
use crate::store::is_database;
use std::env;
use std::ffi::OsString;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use url::{Host, Url};

/// Text that must not be shown: its `Debug` prints `***`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text`.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself, for the one place that needs it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Which of PaymentsOS's environments is used. A request that does not say so goes to the live one, so it is always said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// No money moves.
    Test,
    /// Money moves.
    Live,
}

impl Environment {
    /// The value of the header `x-payments-os-env`.
    pub const fn name(self) -> &'static str {
        match self {
            Environment::Test => "test",
            Environment::Live => "live",
        }
    }
}

/// What a merchant is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it listens; port 0 takes a free one. (`MERCHANT_LISTEN`, `127.0.0.1:8080`)
    pub listen: SocketAddr,
    /// Where operators find `/metrics`, beside `/healthz` and `/readyz`; without one, it is nowhere. (`METRICS_LISTEN`)
    pub metrics_listen: Option<SocketAddr>,
    /// The address that shoppers see; without one, `http://localhost` and the port. (`MERCHANT_PUBLIC_URL`)
    pub public_url: Option<Url>,
    /// The folder with the shop's pages; without one, no pages are served. (`SHOP_DIR`)
    pub shop_dir: Option<PathBuf>,
    /// Further origins that may call the Merchant API and be returned to. (`SHOP_ORIGINS`, separated by commas)
    pub shop_origins: Vec<Url>,
    /// Origins whose pages may show the shop's in a frame. (`SHOP_FRAMED_BY`, separated by commas)
    pub shop_framed_by: Vec<Url>,
    /// Origins whose pages the shop's may show in a frame: those of banks, for `presentation="iframe"` and for self-handled 3-D Secure.
    /// (`SHOP_FRAMES`, separated by commas)
    pub shop_frames: Vec<Url>,
    /// The origin of PayU's Secure Fields, whose script and frames the shop's pages may load. (`SHOP_SECURE_FIELDS`)
    pub shop_secure_fields: Option<Url>,
    /// Where the records are kept: `sqlite:merchant.db` for one process, `postgres://user:password@host/database` for any number of
    /// replicas, `sqlite::memory:` for tests. (`DATABASE_URL`)
    pub database_url: String,
    /// PaymentsOS's API. (`PAYMENTSOS_URL`, `https://api.paymentsos.com`)
    pub paymentsos_url: Url,
    /// The same for browsers, where it differs. (`PAYMENTSOS_BROWSER_URL`)
    pub paymentsos_browser_url: Option<Url>,
    /// The business unit. (`PAYMENTSOS_APP_ID`)
    pub app_id: String,
    /// What calls are made with, and webhooks are signed with. (`PAYMENTSOS_PRIVATE_KEY`)
    pub private_key: Secret,
    /// The key before, while it is being replaced: webhooks may still be signed with it. (`PAYMENTSOS_PREVIOUS_PRIVATE_KEY`)
    pub previous_private_key: Option<Secret>,
    /// What browsers make tokens with. (`PAYMENTSOS_PUBLIC_KEY`)
    pub public_key: String,
    /// Test or live. (`PAYMENTSOS_ENV`, `test`)
    pub environment: Environment,
    /// The API's version. (`PAYMENTSOS_API_VERSION`, `1.3.0`)
    pub api_version: String,
    /// Where the shop's own systems are told of results and alerts. (`SHOP_HOOK_URL`)
    pub shop_hook_url: Option<Url>,
    /// What that is signed with, `whsec_` and a key of 24 to 64 bytes in base64; the newest first while it is replaced.
    /// (`SHOP_HOOK_SECRET`, separated by commas)
    pub shop_hook_secrets: Vec<Secret>,
    /// How long the end of a payment may be unknown before PaymentsOS is asked for it, though no shopper waits. (`FOLLOW_AFTER`, seconds,
    /// 30)
    pub follow_after: Duration,
    /// How long orders and what belongs to their payments are kept, once all is decided and told. (`KEEP_DAYS`, 400)
    pub keep_for: Duration,
    /// How many POSTs an address may send. (`RATE_OF_POSTS`, `100/5`: a hundred at once, then five a second; `off`)
    pub rate_of_posts: Option<Rate>,
    /// How many other requests an address may send. (`RATE_OF_READS`, `500/50`; `off`)
    pub rate_of_reads: Option<Rate>,
    /// What the shop's own systems show to capture and void, each a random text of 32 characters or more; without one, nobody may.
    /// (`SHOP_SYSTEM_KEYS`, separated by commas)
    pub system_keys: Vec<Secret>,
    /// Proxies whose `X-Forwarded-For` is believed. (`TRUSTED_PROXIES`, addresses and networks separated by commas)
    pub trusted_proxies: Vec<Network>,
    /// How long a request's body may take to come. (No variable: twenty seconds, but for tests.)
    pub body_within: Duration,
}

/// A setting that is missing or wrong, and what to do about it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A variable without which nothing works.
    #[error("{name} is not set: set it to {hint}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What belongs there.
        hint: &'static str,
    },
    /// A variable that cannot be understood. The value is not repeated, as it may be a secret put in the wrong place.
    #[error("{name} cannot be used: it must be {hint}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What belongs there.
        hint: &'static str,
    },
    /// The private key would travel in the clear.
    #[error(
        "PAYMENTSOS_URL must be https: the private key would travel in the clear (http is allowed on loopback only)"
    )]
    Insecure,
}

const PAYMENTSOS: &str = "https://api.paymentsos.com";

impl Config {
    /// A merchant of the test environment on a free port of this machine, with its records in memory: what tests start from.
    pub fn in_memory(paymentsos_url: Url, app_id: &str, private_key: &str, public_key: &str) -> Config {
        Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            metrics_listen: None,
            public_url: None,
            shop_dir: None,
            shop_origins: Vec::new(),
            shop_framed_by: Vec::new(),
            shop_frames: Vec::new(),
            shop_secure_fields: None,
            database_url: "sqlite::memory:".to_owned(),
            paymentsos_url,
            paymentsos_browser_url: None,
            app_id: app_id.to_owned(),
            private_key: Secret::new(private_key),
            previous_private_key: None,
            public_key: public_key.to_owned(),
            environment: Environment::Test,
            api_version: "1.3.0".to_owned(),
            shop_hook_url: None,
            shop_hook_secrets: Vec::new(),
            follow_after: FOLLOW_AFTER,
            keep_for: KEEP_FOR,
            rate_of_posts: None,
            rate_of_reads: None,
            system_keys: Vec::new(),
            trusted_proxies: Vec::new(),
            body_within: BODY_WITHIN,
        }
    }

    /// The configuration in the environment's variables.
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::from_variables(|name| env::var_os(name))
    }

    /// The configuration in variables that are looked up by name. An empty one counts as not set.
    pub fn from_variables(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Config, ConfigError> {
        let vars = Variables(lookup);
        let config = Config {
            listen: vars
                .parsed("MERCHANT_LISTEN", "an address and port such as 127.0.0.1:8080", |v| v.parse().ok())?
                .unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
            metrics_listen: vars
                .parsed("METRICS_LISTEN", "an address and port such as 127.0.0.1:9090", |v| v.parse().ok())?,
            public_url: vars.parsed("MERCHANT_PUBLIC_URL", "the shop's https address", web_address)?,
            shop_dir: vars.get("SHOP_DIR")?.map(PathBuf::from),
            shop_origins: vars
                .parsed("SHOP_ORIGINS", "origins such as https://shop.example, separated by commas", |v| {
                    list(&v, web_address)
                })?
                .unwrap_or_default(),
            shop_framed_by: vars
                .parsed("SHOP_FRAMED_BY", "origins such as https://shop.example, separated by commas", |v| {
                    list(&v, web_address)
                })?
                .unwrap_or_default(),
            shop_frames: vars
                .parsed("SHOP_FRAMES", "origins such as https://bank.example, separated by commas", |v| {
                    list(&v, web_address)
                })?
                .unwrap_or_default(),
            shop_secure_fields: vars.parsed("SHOP_SECURE_FIELDS", "https://js.paymentsos.com", web_address)?,
            database_url: vars
                .parsed(
                    "DATABASE_URL",
                    "an SQLite file such as sqlite:merchant.db, or a server as in postgres://…",
                    |v| is_database(&v).then_some(v),
                )?
                .unwrap_or_else(|| "sqlite:merchant.db".to_owned()),
            paymentsos_url: vars
                .parsed("PAYMENTSOS_URL", "PaymentsOS's https address", web_address)?
                .or_else(|| Url::parse(PAYMENTSOS).ok())
                .ok_or(ConfigError::Missing { name: "PAYMENTSOS_URL", hint: "PaymentsOS's https address" })?,
            paymentsos_browser_url: vars.parsed(
                "PAYMENTSOS_BROWSER_URL",
                "PaymentsOS's address as browsers see it",
                web_address,
            )?,
            app_id: vars
                .required("PAYMENTSOS_APP_ID", "the business unit's app id, from the PaymentsOS Control Center")?,
            private_key: Secret::new(vars.required(
                "PAYMENTSOS_PRIVATE_KEY",
                "the business unit's private key, from the PaymentsOS Control Center",
            )?),
            previous_private_key: vars.get("PAYMENTSOS_PREVIOUS_PRIVATE_KEY")?.map(Secret::new),
            public_key: vars.required(
                "PAYMENTSOS_PUBLIC_KEY",
                "the business unit's public key, from the PaymentsOS Control Center",
            )?,
            environment: vars
                .parsed("PAYMENTSOS_ENV", "test or live", |v| match v.as_str() {
                    "test" => Some(Environment::Test),
                    "live" => Some(Environment::Live),
                    _ => None,
                })?
                .unwrap_or(Environment::Test),
            api_version: vars.get("PAYMENTSOS_API_VERSION")?.unwrap_or_else(|| "1.3.0".to_owned()),
            shop_hook_url: vars.parsed("SHOP_HOOK_URL", "an https address of the shop's own systems", web_address)?,
            shop_hook_secrets: vars
                .parsed("SHOP_HOOK_SECRET", HOOK_SECRET, |v| list(&v, |part| Some(Secret::new(part))))?
                .unwrap_or_default(),
            follow_after: vars
                .parsed("FOLLOW_AFTER", "a number of seconds such as 30", |v| {
                    v.parse().ok().filter(|seconds| *seconds > 0)
                })?
                .map_or(FOLLOW_AFTER, Duration::from_secs),
            keep_for: vars
                .parsed("KEEP_DAYS", "a number of days such as 400", |v| v.parse().ok().filter(|days| *days > 0))?
                .map_or(KEEP_FOR, |days: u64| Duration::from_secs(days.saturating_mul(DAY))),
            rate_of_posts: vars.rate("RATE_OF_POSTS", Rate { at_once: 100, per_second: 5 })?,
            rate_of_reads: vars.rate("RATE_OF_READS", Rate { at_once: 500, per_second: 50 })?,
            system_keys: vars
                .parsed("SHOP_SYSTEM_KEYS", "random texts of 32 characters or more, separated by commas", |v| {
                    list(&v, |key| (key.len() >= 32).then(|| Secret::new(key)))
                })?
                .unwrap_or_default(),
            trusted_proxies: vars
                .parsed("TRUSTED_PROXIES", "addresses and networks such as 10.0.0.0/8, separated by commas", |v| {
                    list(&v, |part| part.parse().ok())
                })?
                .unwrap_or_default(),
            body_within: BODY_WITHIN,
        };
        config.check()?;
        Ok(config)
    }

    /// What holds however it was made.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if is_in_the_clear(&self.paymentsos_url) {
            return Err(ConfigError::Insecure);
        }
        // Card numbers go there, and scripts come from there, whatever the environment.
        let for_browsers = [
            ("PAYMENTSOS_BROWSER_URL", &self.paymentsos_browser_url),
            ("SHOP_SECURE_FIELDS", &self.shop_secure_fields),
        ];
        for (name, url) in for_browsers {
            if url.as_ref().is_some_and(is_in_the_clear) {
                return Err(ConfigError::Invalid { name, hint: HTTPS });
            }
        }
        if self.environment == Environment::Live {
            let name = "MERCHANT_PUBLIC_URL";
            match &self.public_url {
                None => return Err(ConfigError::Missing { name, hint: "the https address that shoppers see" }),
                Some(url) if is_in_the_clear(url) => return Err(ConfigError::Invalid { name, hint: HTTPS }),
                Some(_) => {}
            }
        }
        self.hook_keys().map(drop)
    }

    /// What tells the shop's own systems, where they are to be told.
    pub(crate) fn hook(&self) -> Result<Option<Hook>, StartError> {
        let keys = self.hook_keys()?;
        Ok(self.shop_hook_url.clone().map(|url| Hook::new(url, keys)).transpose()?)
    }

    fn hook_keys(&self) -> Result<Vec<Vec<u8>>, ConfigError> {
        let name = "SHOP_HOOK_SECRET";
        let Some(url) = &self.shop_hook_url else { return Ok(Vec::new()) };
        if is_in_the_clear(url) {
            return Err(ConfigError::Invalid { name: "SHOP_HOOK_URL", hint: HTTPS });
        }
        if self.shop_hook_secrets.is_empty() {
            return Err(ConfigError::Missing { name, hint: HOOK_SECRET });
        }
        let keys: Option<Vec<_>> = self.shop_hook_secrets.iter().map(hook::key).collect();
        keys.ok_or(ConfigError::Invalid { name, hint: HOOK_SECRET })
    }
}

const DAY: u64 = 24 * 60 * 60;
/// A year, and what may come after it.
const KEEP_FOR: Duration = Duration::from_secs(400 * DAY);
const FOLLOW_AFTER: Duration = Duration::from_secs(30);
/// A body is a few kilobytes, PaymentsOS's webhooks somewhat more: what comes more slowly than this is there to keep a connection busy.
const BODY_WITHIN: Duration = Duration::from_secs(20);
const HTTPS: &str = "an https address (http is allowed on loopback only)";
const HOOK_SECRET: &str =
    "`whsec_` and a random key of 24 to 64 bytes in base64, as `openssl rand -base64 32` makes one";

/// Variables, looked up by name.
pub(crate) struct Variables<F>(pub(crate) F);

impl<F: Fn(&str) -> Option<OsString>> Variables<F> {
    /// A variable's text. One that is empty is not set; one that is no text was set to something, which must not be passed over.
    pub(crate) fn get(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        let Some(value) = (self.0)(name) else { return Ok(None) };
        let text = value.to_str().ok_or(ConfigError::Invalid { name, hint: "text in UTF-8" })?.trim();
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    fn required(&self, name: &'static str, hint: &'static str) -> Result<String, ConfigError> {
        self.get(name)?.ok_or(ConfigError::Missing { name, hint })
    }

    fn rate(&self, name: &'static str, default: Rate) -> Result<Option<Rate>, ConfigError> {
        let hint = "a number at once and a number a second, such as 100/5, or off";
        let rate = self.parsed(name, hint, |value| match value.as_str() {
            "off" => Some(None),
            rate => rate.parse().ok().map(Some),
        })?;
        Ok(rate.unwrap_or(Some(default)))
    }

    pub(crate) fn parsed<T>(
        &self,
        name: &'static str,
        hint: &'static str,
        parse: impl Fn(String) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        self.get(name)?.map(|value| parse(value).ok_or(ConfigError::Invalid { name, hint })).transpose()
    }
}

fn list<T>(text: &str, parse: impl Fn(String) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| parse(part.to_owned())).collect()
}

fn web_address(text: String) -> Option<Url> {
    Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
}

/// Whether what is sent to an address can be read on the way.
fn is_in_the_clear(url: &Url) -> bool {
    url.scheme() != "https" && !is_loopback(url)
}

/// Whether an address leads to this very machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let needed = [
            ("PAYMENTSOS_APP_ID", "com.example"),
            ("PAYMENTSOS_PRIVATE_KEY", "the-private-key"),
            ("PAYMENTSOS_PUBLIC_KEY", "the-public-key"),
        ];
        let find = |name: &str| pairs.iter().chain(&needed).find(|(n, _)| *n == name).map(|(_, v)| (*v).into());
        Config::from_variables(find)
    }

    #[test]
    fn defaults_are_the_test_environment_on_this_machine() {
        let config = with(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.environment, Environment::Test);
        assert_eq!(config.paymentsos_url.as_str(), "https://api.paymentsos.com/");
        assert_eq!(config.api_version, "1.3.0");
    }

    #[test]
    fn an_error_names_the_variable_and_not_its_value() {
        let error = with(&[("PAYMENTSOS_PRIVATE_KEY", " ")]).unwrap_err().to_string();
        assert!(error.contains("PAYMENTSOS_PRIVATE_KEY") && error.contains("Control Center"), "{error}");
        let error = with(&[("PAYMENTSOS_ENV", "production")]).unwrap_err().to_string();
        assert!(error.contains("PAYMENTSOS_ENV") && error.contains("test or live"), "{error}");
        assert!(!error.contains("production"), "{error}");
    }

    #[test]
    fn the_private_key_does_not_travel_in_the_clear() {
        assert_eq!(with(&[("PAYMENTSOS_URL", "http://api.paymentsos.com")]).unwrap_err(), ConfigError::Insecure);
        assert!(with(&[("PAYMENTSOS_URL", "http://127.0.0.1:8081")]).is_ok());
        assert!(with(&[("PAYMENTSOS_URL", "http://localhost:8081")]).is_ok());
    }

    #[test]
    fn live_shoppers_are_served_over_https() {
        let live = |public: &str| with(&[("PAYMENTSOS_ENV", "live"), ("MERCHANT_PUBLIC_URL", public)]);
        for wrong in ["", "http://shop.example", "http://192.168.1.5:8080"] {
            let error = live(wrong).unwrap_err().to_string();
            assert!(error.contains("MERCHANT_PUBLIC_URL") && error.contains("https"), "{wrong}: {error}");
        }
        assert!(live("https://shop.example").is_ok());
        assert!(live("http://localhost:8080").is_ok());
        assert!(with(&[("MERCHANT_PUBLIC_URL", "http://192.168.1.5:8080")]).is_ok());
    }

    #[test]
    fn cards_and_scripts_do_not_travel_in_the_clear() {
        for name in ["PAYMENTSOS_BROWSER_URL", "SHOP_SECURE_FIELDS"] {
            let error = with(&[(name, "http://paymentsos.example")]).unwrap_err();
            assert_eq!(error, ConfigError::Invalid { name, hint: HTTPS });
            assert!(with(&[(name, "http://localhost:8081")]).is_ok());
            assert!(with(&[(name, "https://paymentsos.example")]).is_ok());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_no_text_is_not_passed_over() {
        use std::os::unix::ffi::OsStringExt;
        for name in ["PAYMENTSOS_ENV", "PAYMENTSOS_PRIVATE_KEY", "MERCHANT_PUBLIC_URL", "SHOP_DIR", "RATE_OF_POSTS"] {
            let found = Config::from_variables(|asked| match asked {
                _ if asked == name => Some(OsString::from_vec(vec![0xff])),
                "PAYMENTSOS_APP_ID" | "PAYMENTSOS_PRIVATE_KEY" | "PAYMENTSOS_PUBLIC_KEY" => Some("x".into()),
                _ => None,
            });
            assert_eq!(found.unwrap_err(), ConfigError::Invalid { name, hint: "text in UTF-8" });
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let shown = format!("{:?}", with(&[]).unwrap());
        assert!(shown.contains("***") && !shown.contains("the-private-key"), "{shown}");
    }
}
