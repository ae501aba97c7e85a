//! Where payments come from: from the shop, or from the command line.

use crate::backend::{Backend, Sent};
use crate::client::NoReply;
use crate::kind::Kind;
use crate::options::Options;
use http::Method;
use serde_json::json;
use std::sync::{Mutex, PoisonError};
use url::Url;

/// What a shopper's browser shows of its session.
pub(crate) type Shown = Vec<(&'static str, String)>;

/// A payment, and what its shopper shows.
#[derive(Clone, Debug)]
pub(crate) struct Paid {
    pub(crate) payment: String,
    pub(crate) headers: Shown,
}

/// Why there is no payment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoPayment {
    #[error("there is no payment left: give more with --{}", .0.option())]
    UsedUp(Kind),
    #[error("{0}")]
    NoReply(#[from] NoReply),
    #[error("{0}")]
    Wrong(String),
}

/// Where they come from.
#[derive(Debug)]
pub(crate) enum Orders {
    /// A POST to that address, by a shopper with the session that is given, or without one.
    Made { url: Url, headers: Shown },
    /// Given, to be charged and to be authorized, with the session that they all are of.
    Given { left: [Mutex<Vec<String>>; 2], headers: Shown },
}

impl Orders {
    /// As the options say.
    pub(crate) fn new(options: &Options) -> Orders {
        let headers = shown(options.cookie.as_deref(), options.client_token.as_deref());
        if options.payments.is_empty() && options.authorize.is_empty() {
            let mut url = options.backend.clone();
            url.set_path("/shop/orders");
            return Orders::Made { url: options.orders.clone().unwrap_or(url), headers };
        }
        let left = |ids: &[String]| Mutex::new(ids.iter().rev().cloned().collect());
        Orders::Given { left: [left(&options.payments), left(&options.authorize)], headers }
    }

    /// How many there are yet, where they can come to an end.
    pub(crate) fn left(&self, kind: Kind) -> Option<usize> {
        match self {
            Orders::Made { .. } => None,
            Orders::Given { left, .. } => {
                Some(left[kind as usize].lock().unwrap_or_else(PoisonError::into_inner).len())
            }
        }
    }

    /// The session that all of them are of, if they are of one.
    pub(crate) fn session(&self) -> Option<&Shown> {
        let (Orders::Made { headers, .. } | Orders::Given { headers, .. }) = self;
        let is_one = matches!(self, Orders::Given { .. }) || !headers.is_empty();
        is_one.then_some(headers)
    }

    /// A payment of a session of its own or, where one is given, of that one.
    pub(crate) async fn next(&self, kind: Kind, backend: &Backend, origin: &str) -> Result<Paid, NoPayment> {
        match self {
            Orders::Given { left, headers } => {
                let next = left[kind as usize].lock().unwrap_or_else(PoisonError::into_inner).pop();
                Ok(Paid { payment: next.ok_or(NoPayment::UsedUp(kind))?, headers: headers.clone() })
            }
            Orders::Made { url, headers } => made(url, headers.clone(), kind, backend, origin).await,
        }
    }

    /// Another payment of the same session.
    pub(crate) async fn another(
        &self,
        kind: Kind,
        backend: &Backend,
        origin: &str,
        first: &Paid,
    ) -> Result<Paid, NoPayment> {
        match self {
            Orders::Given { .. } => self.next(kind, backend, origin).await,
            Orders::Made { url, .. } => made(url, first.headers.clone(), kind, backend, origin).await,
        }
    }
}

/// The headers of a session.
pub(crate) fn shown(cookie: Option<&str>, client_token: Option<&str>) -> Shown {
    let cookie = cookie.map(|cookie| ("cookie", cookie.to_owned()));
    let token = client_token.map(|token| ("authorization", format!("Bearer {token}")));
    cookie.into_iter().chain(token).collect()
}

async fn made(url: &Url, headers: Shown, kind: Kind, backend: &Backend, origin: &str) -> Result<Paid, NoPayment> {
    let sent = Sent { headers: headers.clone(), body: None };
    let sent = sent.header("origin", origin).json(&json!({"new": true, "kind": kind.name()}));
    let reply = backend.send_to(Method::POST, url.clone(), sent).await?;
    let payment = reply.body["payment_id"].as_str();
    let payment = payment.ok_or_else(|| NoPayment::Wrong(format!("the reply {} has no payment_id", reply.brief())))?;
    let said = &reply.body["kind"];
    if said.as_str().is_some_and(|said| said != kind.name()) {
        return Err(NoPayment::Wrong(format!(
            "the order is to be paid by the kind {said}, and not by {}",
            kind.name()
        )));
    }
    let set = reply.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
    let mut headers = with_cookies(headers, set);
    if let Some(token) = reply.body["client_token"].as_str() {
        headers.retain(|(name, _)| *name != "authorization");
        headers.push(("authorization", format!("Bearer {token}")));
    }
    Ok(Paid { payment: payment.to_owned(), headers })
}

/// As a browser keeps them: by name, those that are set beside those that are there.
fn with_cookies<'a>(mut headers: Shown, set: impl Iterator<Item = &'a str>) -> Shown {
    let set: Vec<&str> = set.filter_map(|cookie| cookie.split(';').next()).map(str::trim).collect();
    if set.is_empty() {
        return headers;
    }
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().trim().to_owned();
    let known = headers.iter().find(|(header, _)| *header == "cookie").map(|(_, cookies)| cookies.clone());
    let known = known.unwrap_or_default();
    let kept = known.split(';').map(str::trim).filter(|pair| !pair.is_empty());
    let kept = kept.filter(|pair| !set.iter().any(|new| name(new) == name(pair)));
    let cookies = kept.chain(set.iter().copied()).collect::<Vec<_>>().join("; ");
    headers.retain(|(header, _)| *header != "cookie");
    headers.push(("cookie", cookies));
    headers
}

#[cfg(test)]
mod tests {
    use super::with_cookies;

    #[test]
    fn a_cookie_that_is_set_takes_the_place_of_its_own_name_alone() {
        let signed_in = vec![("cookie", "login=a; shop=b".to_owned())];
        let set = ["shop=c; Path=/; HttpOnly", "seen=1"];
        assert_eq!(
            with_cookies(signed_in.clone(), set.into_iter()),
            [("cookie", "login=a; shop=c; seen=1".to_owned())]
        );
        assert_eq!(with_cookies(signed_in.clone(), [].into_iter()), signed_in);
        assert_eq!(with_cookies(Vec::new(), ["shop=c"].into_iter()), [("cookie", "shop=c".to_owned())]);
    }
}
