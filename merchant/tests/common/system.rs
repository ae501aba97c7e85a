//! A system of the shop's, which is told what became of payments.

// The helpers unwrap as the tests do.
#![allow(clippy::unwrap_used)]

use super::{id, until};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use merchant::{Config, Secret};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What it checks signatures with.
pub(crate) const KEY: [u8; 32] = [7; 32];

/// A system of the shop's: it keeps what it is told.
#[derive(Clone, Default)]
pub(crate) struct System {
    pub(crate) told: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    /// How often it does not acknowledge, before it does.
    pub(crate) refusals: Arc<Mutex<u32>>,
    /// How many must be telling it at once before it answers any of them.
    pub(crate) crowd: Arc<watch::Sender<Crowd>>,
}

/// Who is telling it.
#[derive(Default)]
pub(crate) struct Crowd {
    pub(crate) wanted: usize,
    here: usize,
}

impl System {
    pub(crate) async fn open(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let routes = Router::new().route("/hook", post(take)).with_state(self);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        url
    }

    pub(crate) fn told(&self) -> Vec<Value> {
        self.told.lock().unwrap().iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect()
    }

    /// Waits until so many different events have come.
    pub(crate) async fn hears(&self, events: usize) -> Vec<Value> {
        until(async || {
            let told = self.told();
            let ids: BTreeSet<&str> = told.iter().map(id).collect();
            (ids.len() >= events).then(|| told.clone())
        })
        .await
    }
}

async fn take(State(system): State<System>, headers: HeaderMap, body: Bytes) -> StatusCode {
    system.told.lock().unwrap().push((headers, String::from_utf8(body.to_vec()).unwrap()));
    system.crowd.send_modify(|crowd| crowd.here += 1);
    system.crowd.subscribe().wait_for(|crowd| crowd.here >= crowd.wanted).await.unwrap();
    let mut refusals = system.refusals.lock().unwrap();
    if *refusals > 0 {
        *refusals -= 1;
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    StatusCode::NO_CONTENT
}

/// Has a merchant tell it, at that address.
pub(crate) fn tell(config: &mut Config, url: &str) {
    config.shop_hook_url = Some(url.parse().unwrap());
    config.shop_hook_secrets = vec![Secret::new(format!("whsec_{}", STANDARD.encode(KEY)))];
    config.follow_after = Duration::from_millis(200);
}
