//! Where it is safe to go.

/// The longest address that is gone to, in characters.
pub const LONGEST_ADDRESS: usize = 8192;

/// An address as the browser's `URL` read it: facts to judge it by, under the number that the driver keeps the address itself under.
/// The address is no part of it, so that none gets into storage, a log or a trace.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The driver's number for the address.
    pub number: u32,
    /// `URL.protocol` without its colon; empty where `URL` refused the address.
    pub scheme: String,
    /// `URL.hostname`.
    pub host: String,
    /// Whether it names a user or a password.
    pub has_credentials: bool,
    /// The length of `URL.href`, in characters.
    pub length: usize,
}

impl Place {
    /// Whether a shopper may be sent there: https (http on loopback), no credentials, not overlong, and on one of `hosts` where
    /// there are any. A host that begins with `*.` stands for all below it.
    pub fn is_allowed(&self, hosts: &[String]) -> bool {
        self.is_safe() && (hosts.is_empty() || hosts.iter().any(|host| matches(host, &self.host)))
    }

    /// As [`is_allowed`](Place::is_allowed), for any host.
    pub fn is_safe(&self) -> bool {
        let secure = self.scheme == "https" || self.scheme == "http" && is_loopback(&self.host);
        // No host has an escape in it (WHATWG URL, forbidden domain code points); older browsers let it stand there.
        let is_host = !self.host.is_empty() && !self.host.contains('%');
        secure && is_host && !self.has_credentials && self.length <= LONGEST_ADDRESS
    }
}

fn matches(allowed: &str, host: &str) -> bool {
    match allowed.strip_prefix("*.") {
        // A star alone stands for nothing: else it would stand for every host with a dot at its end.
        Some(parent) => host
            .len()
            .checked_sub(parent.len() + 1)
            .and_then(|dot| host.get(dot..))
            .is_some_and(|end| end.starts_with('.') && end[1..].eq_ignore_ascii_case(parent) && !parent.is_empty()),
        None => host.eq_ignore_ascii_case(allowed),
    }
}

/// `URL` writes every IPv4 address as four decimal numbers, and takes a host whose last part is a number for one, so the first is
/// enough. `127..` is none, but a name.
fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host
            .strip_prefix("127.")
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && !rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(scheme: &str, host: &str) -> Place {
        Place { number: 0, scheme: scheme.into(), host: host.into(), has_credentials: false, length: 40 }
    }

    #[test]
    fn only_https_or_http_on_loopback() {
        assert!(place("https", "issuer.example").is_safe());
        for host in ["localhost", "shop.localhost", "127.0.0.1", "127.8.9.10", "[::1]"] {
            assert!(place("http", host).is_safe(), "{host}");
        }
        for host in
            ["issuer.example", "127.0.0.1.example", "localhost.example", "10.0.0.1", "127..", "127.1..", "notlocalhost"]
        {
            assert!(!place("http", host).is_safe(), "{host}");
        }
        for scheme in ["javascript", "data", "blob", "file", "intent", ""] {
            assert!(!place(scheme, "issuer.example").is_safe(), "{scheme}");
            assert!(!place(scheme, "").is_safe(), "{scheme}");
        }
        assert!(!place("https", "bank%20.example").is_safe());
    }

    #[test]
    fn no_credentials_and_nothing_overlong() {
        assert!(!Place { has_credentials: true, ..place("https", "issuer.example") }.is_safe());
        assert!(Place { length: LONGEST_ADDRESS, ..place("https", "issuer.example") }.is_safe());
        assert!(!Place { length: LONGEST_ADDRESS + 1, ..place("https", "issuer.example") }.is_safe());
    }

    #[test]
    fn only_on_the_hosts_given() {
        let hosts = ["issuer.example".to_string(), "*.bank.example".to_string()];
        for host in ["issuer.example", "ISSUER.example", "a.bank.example", "a.b.bank.example"] {
            assert!(place("https", host).is_allowed(&hosts), "{host}");
        }
        for host in ["a.issuer.example", "bank.example", "evilbank.example", "issuer.example.org", "é.example"] {
            assert!(!place("https", host).is_allowed(&hosts), "{host}");
        }
        assert!(!place("https", "bank.example.").is_allowed(&["*.".to_string()]));
    }
}
