//! The redirect policy, with what the `url` crate reads in an address in place of the browser's `URL`: both follow the WHATWG's standard.
//!
//! The bytes are a line of hosts with spaces between, which may be empty, and an address.

use crate::tape::Tape;
use paymentsos_core::flow::{LONGEST_ADDRESS, Place};
use url::{Host, Url};

/// Takes the bytes, and panics where something does not hold.
pub fn run(bytes: &[u8]) {
    let mut tape = Tape::of(bytes);
    let hosts: Vec<String> = tape.text_line().split_whitespace().map(str::to_owned).collect();
    let address = String::from_utf8_lossy(tape.rest());
    let url = Url::parse(&address).ok();
    let place = read(url.as_ref());
    let is_good = url.as_ref().is_some_and(is_good);
    assert_eq!(place.is_safe(), is_good, "{address:?}: {place:?}");
    let is_wanted = hosts.is_empty() || hosts.iter().any(|host| stands_for(host, &place.host));
    assert_eq!(place.is_allowed(&hosts), is_good && is_wanted, "{address:?}, of {hosts:?}: {place:?}");
    // What is gone to is the address as `URL` writes it, and that reads as the same.
    if let Some(again) = url.filter(|_| is_good).and_then(|url| Url::parse(url.as_str()).ok()) {
        assert_eq!(read(Some(&again)), place, "{address:?}");
    }
}

/// The facts that the component reads off the browser's `URL`.
fn read(url: Option<&Url>) -> Place {
    let Some(url) = url else {
        return Place { number: 0, scheme: String::new(), host: String::new(), has_credentials: false, length: 0 };
    };
    Place {
        number: 0,
        scheme: url.scheme().to_owned(),
        host: url.host_str().unwrap_or_default().to_owned(),
        has_credentials: !url.username().is_empty() || !url.password().unwrap_or_default().is_empty(),
        length: url.as_str().chars().count(),
    }
}

/// Whether a shopper may be sent there, judged by what the address is, not by how it is spelled as the core does.
pub fn is_good(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name.rsplit('.').next() == Some("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_secure = match url.scheme() {
        "https" => url.has_host(),
        "http" => is_loopback,
        _ => false,
    };
    let authority = url.as_str().split('/').nth(2).unwrap_or_default();
    is_secure && !authority.contains('@') && url.as_str().chars().count() <= LONGEST_ADDRESS
}

/// Whether an entry of the list stands for the host, compared label by label from the end.
fn stands_for(entry: &str, host: &str) -> bool {
    let labels = |name: &str| name.split('.').rev().map(str::to_ascii_lowercase).collect::<Vec<_>>();
    let (host, entry) = (labels(host), labels(entry));
    match entry.split_last() {
        Some((star, parent)) if star == "*" && !parent.is_empty() => {
            host.len() > parent.len() && host.starts_with(parent) && parent != [""]
        }
        _ => host == entry,
    }
}
