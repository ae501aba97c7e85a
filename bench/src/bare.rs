//! The barest handler that could do the same: axum, and a channel a payment. It knows no PaymentsOS, no session, and no database.

use crate::Options;
use crate::client::Client;
use crate::failure::Failure;
use crate::figures::Waited;
use crate::servers::{Process, say};
use crate::waiting::BETWEEN_ENDS;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use hyper::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

const HELD: Duration = Duration::from_secs(25);

type Channels = Arc<Mutex<HashMap<String, watch::Sender<bool>>>>;

fn channel(channels: &Channels, payment: String) -> watch::Sender<bool> {
    let mut channels = channels.lock().unwrap_or_else(PoisonError::into_inner);
    channels.entry(payment).or_insert_with(|| watch::Sender::new(false)).clone()
}

async fn wait(State(channels): State<Channels>, Path(payment): Path<String>) -> Json<Value> {
    let mut news = channel(&channels, payment).subscribe();
    let is_told = matches!(timeout(HELD, news.wait_for(|told| *told)).await, Ok(Ok(_)));
    Json(json!({"result": {"status": if is_told { "Succeed" } else { "Pending" }}}))
}

async fn tell(State(channels): State<Channels>, Path(payment): Path<String>) {
    channel(&channels, payment).send_replace(true);
}

async fn count(State(channels): State<Channels>) -> String {
    let channels = channels.lock().unwrap_or_else(PoisonError::into_inner);
    channels.values().map(watch::Sender::receiver_count).sum::<usize>().to_string()
}

pub(crate) async fn serve() -> Result<(), Failure> {
    let routes = Router::new()
        .route("/{payment}", get(wait))
        .route("/{payment}", post(tell))
        .route("/waiters/count", get(count))
        .with_state(Channels::default());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    say(listener.local_addr()?);
    Ok(axum::serve(listener, routes).await?)
}

pub(crate) async fn measure(options: &Options) -> Result<Waited, Failure> {
    let server = Process::start("bare", &[]).await?;
    let client = Client::new();
    let before = server.memory();
    let mut waiting = Vec::with_capacity(options.waiters);
    for number in 0..options.waiters {
        let payment = number % options.payments;
        let (client, url) = (client.clone(), format!("{}/{payment}", server.url));
        let told = tokio::spawn(async move {
            loop {
                let reply = client.must(Method::GET, &url, &[], None).await?;
                if reply.body["result"]["status"] == "Succeed" {
                    return Ok::<_, Failure>(Instant::now());
                }
            }
        });
        waiting.push((payment, told));
        if number % 100 == 99 {
            sleep(BETWEEN_ENDS).await;
        }
    }
    let waiters = format!("{}/waiters/count", server.url);
    while client.must(Method::GET, &waiters, &[], None).await?.text.parse().unwrap_or(0) < options.waiters {
        sleep(Duration::from_millis(200)).await;
    }
    let bytes = server.memory().saturating_sub(before) as f64 / options.waiters as f64;
    let (computed, began) = (server.computed(), Instant::now());
    sleep(Duration::from_secs(options.idle)).await;
    let idle = (server.computed() - computed).as_secs_f64() / began.elapsed().as_secs_f64();
    let mut news = Vec::with_capacity(options.payments);
    for payment in 0..options.payments {
        news.push(Instant::now());
        client.must(Method::POST, &format!("{}/{payment}", server.url), &[], None).await?;
        sleep(BETWEEN_ENDS).await;
    }
    let mut told = Vec::with_capacity(options.waiters);
    for (payment, task) in waiting {
        told.push(task.await??.saturating_duration_since(news[payment]));
    }
    Ok(Waited::new(bytes, told, idle))
}
