//! What is measured of waiters, and how it is written.

use std::time::Duration;

/// Of one server, or of all of its replicas.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waited {
    /// Bytes of memory that a waiter costs.
    pub(crate) bytes: f64,
    /// From the news to each waiter's answer, sorted.
    pub(crate) told: Vec<Duration>,
    /// Of one core, while all wait and nothing happens.
    pub(crate) idle: f64,
}

impl Waited {
    pub(crate) fn new(bytes: f64, mut told: Vec<Duration>, idle: f64) -> Waited {
        told.sort_unstable();
        Waited { bytes, told, idle }
    }

    fn percentile(&self, part: f64) -> Duration {
        let last = self.told.len().saturating_sub(1);
        // A rank, which is small and positive.
        let rank = (last as f64 * part).round() as usize;
        self.told.get(rank).copied().unwrap_or_default()
    }

    pub(crate) fn p50(&self) -> String {
        milliseconds(self.percentile(0.5))
    }

    pub(crate) fn p99(&self) -> String {
        milliseconds(self.percentile(0.99))
    }

    pub(crate) fn memory(&self) -> String {
        format!("{:.1} kB", self.bytes / 1_000.0)
    }

    pub(crate) fn idle(&self) -> String {
        format!("{:.1} %", self.idle * 100.0)
    }

    /// Both percentiles, as multiples of another's.
    pub(crate) fn beside(&self, other: &Waited) -> String {
        let times = |part| self.percentile(part).as_secs_f64() / other.percentile(part).as_secs_f64().max(1e-9);
        format!("{:.1} ×, {:.1} ×", times(0.5), times(0.99))
    }
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_ranks() {
        let told = (1..=101).rev().map(Duration::from_millis).collect();
        let waited = Waited::new(1_500.0, told, 0.025);
        assert_eq!((waited.p50(), waited.p99()), ("51.0 ms".to_owned(), "100.0 ms".to_owned()));
        assert_eq!((waited.memory(), waited.idle()), ("1.5 kB".to_owned(), "2.5 %".to_owned()));
        assert_eq!(Waited::default().p99(), "0.0 ms");
        let half = Waited::new(0.0, vec![Duration::from_millis(50)], 0.0);
        assert_eq!(half.beside(&waited), "1.0 ×, 0.5 ×");
    }
}
