//! The listening: one port, closed at once when the sandbox stops.

use crate::api::Lost;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// The listeners: one, or on `127.0.0.1` two, as a browser may take `localhost` for `[::1]`.
pub(crate) async fn bind(address: SocketAddr) -> io::Result<(SocketAddr, Vec<TcpListener>)> {
    const TRIES: u32 = 16;
    let mut tries = 0;
    loop {
        let listener = TcpListener::bind(address).await?;
        let bound = listener.local_addr()?;
        if bound.ip() != IpAddr::V4(Ipv4Addr::LOCALHOST) {
            return Ok((bound, vec![listener]));
        }
        tries += 1;
        match TcpListener::bind((Ipv6Addr::LOCALHOST, bound.port())).await {
            Ok(other) => return Ok((bound, vec![listener, other])),
            // Somebody else's: `localhost` could lead there. A free port is worth another try.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                if address.port() != 0 || tries == TRIES {
                    return Err(error);
                }
            }
            // A machine without IPv6.
            Err(_) => return Ok((bound, vec![listener])),
        }
    }
}

/// Serves until dropped, and with it every connection.
pub(crate) async fn serve(listener: Arc<TcpListener>, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, router.clone()));
                }
                Err(error) => {
                    // Such as too many open files: it passes when others are closed.
                    tracing::warn!(%error, "no connection");
                    sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, router: Router) {
    // Without it small replies may wait for the other side's acknowledgement.
    let _ = stream.set_nodelay(true);
    let router = TowerToHyperService::new(router);
    let service = service_fn(|request: Request<Incoming>| {
        let response = router.call(request.map(Body::new));
        async {
            match response.await {
                Ok(response) if response.extensions().get::<Lost>().is_some() => {
                    Err(io::Error::other("the reply is lost on purpose"))
                }
                Ok(response) => Ok(response),
                Err(never) => match never {},
            }
        }
    });
    let served = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
    if let Err(error) = served {
        tracing::debug!(%error, "connection ended");
    }
}
