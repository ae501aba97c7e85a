//! What is counted, for Prometheus. None of it names a payment or a shopper.

use crate::Merchant;
use crate::paymentsos::CallError;
use crate::store::{Counts, StoreError};
use paymentsos_core::paymentsos::{Kind, Status};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

type Counted<const LABELS: usize> = Family<[(&'static str, String); LABELS], Counter>;

/// The calls of PaymentsOS, by what was called and what came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls(Counted<2>);

impl Calls {
    pub(crate) fn count(&self, call: &str, error: Option<&CallError>) {
        let outcome = error.map_or("replied", CallError::name).to_owned();
        self.0.get_or_create(&[("call", call.to_owned()), ("outcome", outcome)]).inc();
    }
}

/// What is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) calls: Calls,
    results: Counted<2>,
    time_to_result: Histogram,
    webhook_lag: Histogram,
    waiters: Gauge,
    payments: Family<[(&'static str, String); 1], Gauge>,
    followed: Gauge,
    untold: Gauge,
    /// When the database was last counted.
    counted: Mutex<Option<Instant>>,
}

/// What is in the database is counted no more often, however many ask.
const COUNTED: Duration = Duration::from_secs(10);

impl Metrics {
    pub(crate) fn new() -> Metrics {
        let metrics = Metrics {
            registry: Registry::with_prefix("merchant"),
            calls: Calls::default(),
            results: Family::default(),
            // From a tenth of a second to an hour and a half, and from ten milliseconds to ten minutes.
            time_to_result: Histogram::new(exponential_buckets(0.1, 2.5, 13)),
            webhook_lag: Histogram::new(exponential_buckets(0.01, 3.0, 11)),
            waiters: Gauge::default(),
            payments: Family::default(),
            followed: Gauge::default(),
            untold: Gauge::default(),
            counted: Mutex::default(),
        };
        let mut registry = metrics.registry;
        registry.register("paymentsos_calls", "Calls of PaymentsOS, by what came of them", metrics.calls.0.clone());
        registry.register(
            "results",
            "Charges and authorizations that were seen to become final",
            metrics.results.clone(),
        );
        registry.register_with_unit(
            "time_to_result",
            "From the create to the final status",
            Unit::Seconds,
            metrics.time_to_result.clone(),
        );
        registry.register_with_unit(
            "webhook_lag",
            "From what a webhook tells of to its arrival",
            Unit::Seconds,
            metrics.webhook_lag.clone(),
        );
        registry.register("waiters", "Requests that are held until there is news", metrics.waiters.clone());
        registry.register(
            "payments",
            "Payments in the database that somebody tried to pay, by where they stand; the same at every replica",
            metrics.payments.clone(),
        );
        registry.register(
            "followed_payments",
            "Payments in the database whose end is not known; the same at every replica",
            metrics.followed.clone(),
        );
        registry.register(
            "untold_events",
            "Events in the database that the shop's systems have not acknowledged; the same at every replica",
            metrics.untold.clone(),
        );
        Metrics { registry, ..metrics }
    }

    /// Counts a transaction that has become final, so long after its create.
    pub(crate) fn result(&self, kind: Kind, status: &Status, took: Option<Duration>) {
        let labels = [("kind", kind.name().to_owned()), ("status", status.as_str().to_owned())];
        self.results.get_or_create(&labels).inc();
        if let Some(took) = took {
            self.time_to_result.observe(took.as_secs_f64());
        }
    }

    /// Counts a webhook that came so long after what it tells of.
    pub(crate) fn webhook(&self, lag: Duration) {
        self.webhook_lag.observe(lag.as_secs_f64());
    }
}

impl Merchant {
    /// All that is counted, in the text format of OpenMetrics.
    pub(crate) async fn metrics(&self) -> Result<String, StoreError> {
        let metrics = &self.metrics;
        let mut counted = metrics.counted.lock().await;
        if counted.is_none_or(|counted| counted.elapsed() >= COUNTED) {
            let Counts { payments, followed, untold } = self.store.counts().await?;
            metrics.payments.clear();
            for (state, count) in payments {
                metrics.payments.get_or_create(&[("state", state)]).set(count);
            }
            metrics.followed.set(followed);
            metrics.untold.set(untold);
            *counted = Some(Instant::now());
        }
        metrics.waiters.set(i64::try_from(self.desk.waiters()).unwrap_or(i64::MAX));
        let mut text = String::new();
        // A string takes whatever is written.
        let _ = encode(&mut text, &metrics.registry);
        Ok(text)
    }
}
