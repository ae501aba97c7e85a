//! Whose address a request comes from, where proxies stand between.

use axum::http::HeaderMap;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Once;

/// How many bits stand before the IPv4 address in an IPv6 address that means one (`::ffff:10.0.0.7`).
const MAPPED: u8 = 96;

/// A proxy, or a network of them: `10.0.0.7` or `10.0.0.0/8`. IPv4 addresses may be written as IPv6 has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Neither an address nor a network.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither an IP address nor a network such as 10.0.0.0/8")]
pub struct NotANetwork;

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Network, NotANetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().map_err(|_| NotANetwork)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(longest);
        if prefix > longest {
            return Err(NotANetwork);
        }
        match (address.to_canonical(), prefix.checked_sub(MAPPED)) {
            (IpAddr::V4(mapped), Some(prefix)) if address.is_ipv6() => Ok(Network { address: mapped.into(), prefix }),
            _ => Ok(Network { address, prefix }),
        }
    }
}

impl Network {
    /// Whether the address belongs to it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - u32::from(self.prefix);
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - u32::from(self.prefix);
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}

/// The proxies that are believed.
#[derive(Debug)]
pub(crate) struct Proxies {
    trusted: Vec<Network>,
    has_warned: Once,
}

impl Proxies {
    pub(crate) fn new(trusted: Vec<Network>) -> Proxies {
        Proxies { trusted, has_warned: Once::new() }
    }

    /// The shopper's address: the socket's, or, as long as that is a trusted proxy's, the one it names before it.
    pub(crate) fn shopper_address(&self, socket: IpAddr, headers: &HeaderMap) -> IpAddr {
        // The nearest comes last, and no more are read than can be believed.
        let lines = headers.get_all("x-forwarded-for").iter().rev().filter_map(|value| value.to_str().ok());
        let mut address = socket.to_canonical();
        if headers.contains_key("x-forwarded-for") && !self.trusts(address) {
            self.warn_once();
        }
        for before in lines.flat_map(|line| line.rsplit(',')) {
            if !self.trusts(address) {
                break;
            }
            match hop(before.trim()) {
                Some(before) => address = before,
                // Nothing beyond a hop that cannot be read can be believed.
                None => break,
            }
        }
        address
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    /// Once, as anybody can cause it. Whose address it was is nothing for the log.
    fn warn_once(&self) {
        self.has_warned.call_once(|| {
            tracing::warn!(
                "X-Forwarded-For came from an address that is not in TRUSTED_PROXIES, and was not believed. If that is your proxy, \
                 name it there: until then all of its shoppers count as one address, and share one limit of requests"
            );
        });
    }
}

/// A hop as proxies write it: an address, which may have its port, and brackets if it is an IPv6 one.
fn hop(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn address(socket: &str, forwarded: &str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_str(forwarded).unwrap());
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        Proxies::new(trusted).shopper_address(socket.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn without_a_trusted_proxy_the_socket_counts() {
        assert_eq!(address("203.0.113.9", "198.51.100.1", &[]), "203.0.113.9");
        assert_eq!(address("203.0.113.9", "198.51.100.1", &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn behind_trusted_proxies_the_nearest_stranger_counts() {
        assert_eq!(address("10.0.0.2", "1.2.3.4, 198.51.100.1, 10.1.1.1", &["10.0.0.0/8"]), "198.51.100.1");
        assert_eq!(address("::ffff:10.0.0.2", "198.51.100.1", &["10.0.0.2"]), "198.51.100.1");
        assert_eq!(address("10.0.0.2", "198.51.100.1, rubbish", &["10.0.0.0/8"]), "10.0.0.2");
        assert_eq!(address("::1", "2001:db8::7", &["::1"]), "2001:db8::7");
        assert_eq!(address("203.0.113.9", "198.51.100.1", &["0.0.0.0/0"]), "198.51.100.1");
    }

    #[test]
    fn hops_in_several_lines_are_one_list() {
        let lines = ["1.2.3.4", "198.51.100.1, 10.0.0.4", "10.0.0.3"];
        let name = || "x-forwarded-for".parse::<HeaderName>().unwrap();
        let headers: HeaderMap = lines.map(|line| (name(), HeaderValue::from_static(line))).into_iter().collect();
        let proxies = Proxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let found = proxies.shopper_address("10.0.0.2".parse().unwrap(), &headers);
        assert_eq!(found.to_string(), "198.51.100.1");
    }

    #[test]
    fn a_hop_may_have_its_port() {
        for (hop, expected) in [
            ("198.51.100.1:5678", "198.51.100.1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[::ffff:198.51.100.1]:443", "198.51.100.1"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
        ] {
            assert_eq!(address("10.0.0.2", hop, &["10.0.0.0/8"]), expected, "{hop}");
            assert_eq!(address("10.0.0.2", &format!("{hop}, 10.0.0.3:80"), &["10.0.0.0/8"]), expected, "{hop}");
        }
        for rubbish in ["198.51.100.1:", "198.51.100.1:x", "[198.51.100.1", "[2001:db8::1]:", "[[::1]]", "unknown"] {
            assert_eq!(address("10.0.0.2", rubbish, &["10.0.0.0/8"]), "10.0.0.2", "{rubbish}");
        }
    }

    #[test]
    fn an_ipv4_proxy_may_be_written_as_ipv6_has_it() {
        for network in ["::ffff:10.0.0.0/104", "::ffff:10.0.0.2", "10.0.0.0/8"] {
            for socket in ["10.0.0.2", "::ffff:10.0.0.2"] {
                assert_eq!(address(socket, "198.51.100.1", &[network]), "198.51.100.1", "{network} {socket}");
                let contains = network.parse::<Network>().unwrap().contains(socket.parse().unwrap());
                assert!(contains, "{network} {socket}");
            }
            assert_eq!(address("11.0.0.2", "198.51.100.1", &[network]), "11.0.0.2", "{network}");
        }
        // All of IPv6 is not all of IPv4.
        assert_eq!(address("10.0.0.2", "198.51.100.1", &["::/0"]), "10.0.0.2");
    }

    #[test]
    fn a_proxy_that_nobody_named_is_warned_of() {
        let warned = |trusted: &[&str], forwarded: Option<&'static str>| {
            let proxies = Proxies::new(trusted.iter().map(|text| text.parse().unwrap()).collect());
            let headers = forwarded.map(|hops| ("x-forwarded-for".parse().unwrap(), HeaderValue::from_static(hops)));
            proxies.shopper_address("10.0.0.2".parse().unwrap(), &headers.into_iter().collect());
            proxies.has_warned.is_completed()
        };
        assert!(warned(&[], Some("198.51.100.1")));
        assert!(warned(&["10.0.0.3"], Some("198.51.100.1")));
        assert!(!warned(&["10.0.0.2"], Some("198.51.100.1, 203.0.113.9")));
        assert!(!warned(&[], None));
    }

    #[test]
    fn networks_are_read_strictly() {
        for text in ["", "10.0.0.0/33", "::ffff:10.0.0.0/129", "10.0.0/8", "::/129", "10.0.0.0/x"] {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork), "{text}");
        }
    }
}
