//! Many shoppers who wait: what each costs, and how soon each is told.

use crate::Options;
use crate::creating::{Order, each};
use crate::failure::Failure;
use crate::figures::Waited;
use crate::servers::Shop;
use hyper::Method;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// A hundred payments a second come to their end.
pub(crate) const BETWEEN_ENDS: Duration = Duration::from_millis(10);
/// How long it may take until all wait.
const PATIENCE: Duration = Duration::from_secs(60);

/// A pending payment, and the page on which it is ended.
#[derive(Clone, Debug)]
struct Pending {
    order: Order,
    charge: String,
    redirection: String,
}

/// Waits until the charge is final, however often the answer comes without news. When that was.
fn wait(shop: &Shop, number: usize, pending: &Pending) -> JoinHandle<Result<Instant, Failure>> {
    let (client, order) = (shop.client.clone(), pending.order.clone());
    let replica = &shop.replica(number).url;
    let url = format!("{replica}/api/payments/{}/charges/{}", order.payment, pending.charge);
    tokio::spawn(async move {
        loop {
            let headers = [("cookie", order.cookie.as_str()), ("prefer", "wait=25")];
            let reply = client.must(Method::GET, &url, &headers, None).await?;
            if reply.body["result"]["status"] == "Succeed" {
                return Ok(Instant::now());
            }
        }
    })
}

/// Waits until all wait, by the replicas' own count.
async fn settle(shop: &Shop, waiters: usize) -> Result<(), Failure> {
    let end = Instant::now() + PATIENCE;
    while shop.waiters().await? < waiters {
        if Instant::now() > end {
            return Err(Failure::Late("that all wait"));
        }
        sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// Presses the button of each payment's page, one after the other.
async fn end(shop: &Shop, pending: &[Pending]) -> Result<(), Failure> {
    for one in pending {
        shop.client.press(&one.redirection).await?;
        sleep(BETWEEN_ENDS).await;
    }
    Ok(())
}

pub(crate) async fn measure(shop: &Shop, options: &Options) -> Result<Waited, Failure> {
    let pending = each(options.payments, 32, |number| {
        let (client, replica) = (shop.client.clone(), shop.replica(number).url.clone());
        async move {
            let order = Order::make(&client, &replica).await?;
            let charge = order.pay(&client, &replica, false).await?;
            let text = |pointer| charge.pointer(pointer).and_then(|text| text.as_str()).unwrap_or_default().to_owned();
            Ok(Pending { charge: text("/id"), redirection: text("/redirection/url"), order })
        }
    })
    .await?;
    let before = shop.memory();
    let mut waiting = Vec::with_capacity(options.waiters);
    for number in 0..options.waiters {
        let pending = &pending[number % pending.len()];
        waiting.push((pending.order.payment.clone(), wait(shop, number, pending)));
        // As a queue of connections takes them.
        if number % 100 == 99 {
            sleep(BETWEEN_ENDS).await;
        }
    }
    settle(shop, options.waiters).await?;
    let bytes = shop.memory().saturating_sub(before) as f64 / options.waiters as f64;
    let (computed, began) = (shop.computed(), Instant::now());
    sleep(Duration::from_secs(options.idle)).await;
    let idle = (shop.computed() - computed).as_secs_f64() / began.elapsed().as_secs_f64();
    end(shop, &pending).await?;
    let mut told = Vec::with_capacity(options.waiters);
    for (payment, task) in waiting {
        let at = task.await??;
        if let Some(news) = shop.wire.told(&payment) {
            told.push(at.saturating_duration_since(news));
        }
    }
    Ok(Waited::new(bytes, told, idle))
}
