//! How much one address may ask: enough for a household or an office behind one, too little for somebody who tries stolen cards. Each
//! replica counts for itself.

use crate::Merchant;
use crate::problem::Problem;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::{NonZeroU32, ParseIntError};
use std::str::FromStr;
use std::sync::Arc;

/// With more addresses than this, those that have been quiet are forgotten.
const CROWDED: usize = 16 * 1_024;

/// How many requests: so many at once, and then so many a second. Both are one at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At once.
    pub at_once: u32,
    /// A second, once those are used up.
    pub per_second: u32,
}

impl FromStr for Rate {
    type Err = ParseIntError;

    /// As in `100/5`.
    fn from_str(text: &str) -> Result<Rate, ParseIntError> {
        let (at_once, per_second) = text.split_once('/').unwrap_or((text, text));
        let number = |text: &str| text.trim().parse::<NonZeroU32>().map(NonZeroU32::get);
        Ok(Rate { at_once: number(at_once)?, per_second: number(per_second)? })
    }
}

/// What each address has used of its rates.
pub(crate) struct Limits {
    posts: Option<DefaultKeyedRateLimiter<IpAddr>>,
    reads: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

fn limiter(rate: Rate) -> DefaultKeyedRateLimiter<IpAddr> {
    let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    RateLimiter::keyed(Quota::per_second(number(rate.per_second)).allow_burst(number(rate.at_once)))
}

impl Limits {
    pub(crate) fn new(posts: Option<Rate>, reads: Option<Rate>) -> Limits {
        Limits { posts: posts.map(limiter), reads: reads.map(limiter) }
    }

    /// The seconds until a request may be sent again, where this one is too many.
    fn too_many(&self, method: &Method, address: IpAddr) -> Option<u64> {
        let limiter = if *method == Method::POST { &self.posts } else { &self.reads };
        let limiter = limiter.as_ref()?;
        if limiter.len() > CROWDED {
            limiter.retain_recent();
        }
        let refused = limiter.check_key(&household(address)).err()?;
        let wait = refused.wait_time_from(DefaultClock::default().now());
        Some(wait.as_secs() + 1)
    }
}

/// How many bits of an IPv6 address count. A household is given a network of this size or a smaller one, and asks from any address in it;
/// whoever has a larger one, a /48 say, counts as 256 households.
const HOUSEHOLD: u32 = 56;

/// Of an IPv6 address the household's network.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let rest = u128::BITS - HOUSEHOLD;
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> rest << rest))
        }
    }
}

/// Refuses what is too many, before anything is done for it.
pub(crate) async fn limit(
    State(merchant): State<Arc<Merchant>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let address = merchant.proxies.shopper_address(peer.ip(), request.headers());
    match merchant.limits.too_many(request.method(), address) {
        Some(seconds) => Problem::too_many(seconds).into_response(),
        None => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_strictly() {
        assert_eq!("100/5".parse(), Ok(Rate { at_once: 100, per_second: 5 }));
        assert_eq!("7".parse(), Ok(Rate { at_once: 7, per_second: 7 }));
        for rubbish in ["", "0/1", "1/0", "-1", "1/2/3", "many"] {
            assert!(rubbish.parse::<Rate>().is_err(), "{rubbish}");
        }
    }

    #[test]
    fn each_address_has_its_own_and_ipv6_networks_are_one() {
        let limits = Limits::new(Some(Rate { at_once: 2, per_second: 1 }), None);
        let ask = |address: &str| limits.too_many(&Method::POST, address.parse().expect("an address"));
        assert_eq!([ask("192.0.2.1"), ask("192.0.2.1"), ask("192.0.2.2")], [None; 3]);
        assert_eq!(ask("192.0.2.1"), Some(1));
        assert_eq!([ask("2001:db8::1"), ask("2001:db8::2")], [None; 2]);
        assert_eq!(ask("2001:db8::3"), Some(1));
        assert_eq!(ask("2001:db8:0:ff::1"), Some(1));
        assert_eq!(ask("2001:db8:0:100::1"), None);
        assert_eq!(limits.too_many(&Method::GET, "192.0.2.1".parse().expect("an address")), None);
    }
}
