//! A body that trickles in keeps its place for a while only, wherever it is sent.

mod common;

use common::{DEADLINE, Shop, Shopper};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};

/// Sends a body one byte after the other, and gives what is replied to that.
async fn trickled(shopper: &Shopper, path: &str) -> String {
    let stream = TcpStream::connect(shopper.at).await.expect("a connection");
    let (mut reply, mut request) = stream.into_split();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: shop\r\ncookie: {}\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n",
        shopper.cookie
    );
    request.write_all(head.as_bytes()).await.expect("a head is sent");
    let trickle = tokio::spawn(async move {
        let mut next = interval(Duration::from_millis(5));
        while request.write_all(b" ").await.is_ok() {
            next.tick().await;
        }
    });
    let mut text = Vec::new();
    // The connection may be reset once the reply is there, as its rest is not wanted.
    let read = async { while reply.read_buf(&mut text).await.is_ok_and(|length| length > 0) {} };
    assert!(timeout(DEADLINE, read).await.is_ok(), "{path} waits on");
    trickle.abort();
    String::from_utf8(text).expect("text")
}

#[tokio::test]
async fn a_body_that_trickles_in_is_not_waited_for() {
    let shop = Arc::new(Shop::open_with(|config| config.body_within = Duration::from_millis(200)).await);
    let shopper = shop.shopper().await;
    let create = shopper.path("/charges");
    for path in [create.as_str(), "/shop/orders", "/webhooks/paymentsos"] {
        let reply = trickled(&shopper, path).await;
        assert!(reply.starts_with("HTTP/1.1 400 ") && reply.contains("problem:body\""), "{path}: {reply}");
    }
    assert_eq!(shopper.creates().await.len(), 0);
}
