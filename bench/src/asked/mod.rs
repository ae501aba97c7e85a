//! `bench asked`: how often a backend is asked until a result is known, and how long after it was there. On virtual time, over the schedules
//! themselves: ours is the flow as it is compiled into the component.

mod ours;
mod peers;

use crate::failure::Failure;

/// Milliseconds.
type Millis = u64;

/// From a question to its answer, half of it each way, where the answer is not held: a phone on a slow line.
const ROUND_TRIP: Millis = 200;
/// The result is looked for no longer than a quarter of an hour, as the component does by itself.
const PATIENCE: Millis = 900_000;
/// So many payments of each distribution, at the same ranks every time.
const PAYMENTS: u32 = 1_000;

/// What a page asks by.
pub(crate) trait Schedule {
    /// How it is called in the table.
    fn name(&self) -> &'static str;
    /// Asks for a payment that becomes final after so long. `seed` is what its chances are drawn from.
    fn ask(&self, is_final: Millis, seed: u64) -> Asked;
}

/// What asking came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// How many requests.
    pub(crate) requests: u32,
    /// From the moment when the result was there until the page had it.
    pub(crate) delay: Millis,
}

/// How long payments take to become final: exponentially distributed, with this mean. What is over the patience counts as just within it.
const DISTRIBUTIONS: [(&str, f64); 3] = [("most at once", 1_000.0), ("seconds", 15_000.0), ("minutes", 180_000.0)];
/// For the curves, in seconds.
const MOMENTS: [Millis; 9] = [0, 1, 3, 10, 30, 60, 120, 300, 600];

/// The middles of equal shares of the distribution.
fn times(mean: f64) -> impl Iterator<Item = Millis> {
    (0..PAYMENTS).map(move |rank| {
        let part = (f64::from(rank) + 0.5) / f64::from(PAYMENTS);
        // Positive, and cut off well below what a number holds.
        (-mean * (1.0 - part).ln()).min(PATIENCE as f64 - 1_000.0) as Millis
    })
}

/// Of all payments of a distribution: the mean number of requests, and the mean delay in milliseconds.
fn means(schedule: &dyn Schedule, mean: f64) -> (f64, f64) {
    let asked = times(mean).enumerate().map(|(seed, time)| schedule.ask(time, seed as u64));
    let sum = asked.fold((0.0, 0.0), |(requests, delay), asked| {
        (requests + f64::from(asked.requests), delay + asked.delay as f64)
    });
    (sum.0 / f64::from(PAYMENTS), sum.1 / f64::from(PAYMENTS))
}

fn schedules() -> Vec<Box<dyn Schedule>> {
    let mut all: Vec<Box<dyn Schedule>> =
        vec![Box::new(ours::Ours { held: true }), Box::new(ours::Ours { held: false })];
    all.extend(peers::ALL.map(|peer| Box::new(peer) as Box<dyn Schedule>));
    all
}

/// Prints the tables.
pub(crate) fn run() -> Result<(), Failure> {
    let schedules = schedules();
    println!(
        "Requests a payment, and mean delay; {PAYMENTS} payments of each distribution, round trip {ROUND_TRIP} ms\n"
    );
    let names = DISTRIBUTIONS.map(|(name, mean)| format!("{name} (mean {} s)", mean / 1_000.0));
    println!("| schedule | {} |\n|---|---|---|---|", names.join(" | "));
    for schedule in &schedules {
        let cells = DISTRIBUTIONS.map(|(_, mean)| {
            let (requests, delay) = means(schedule.as_ref(), mean);
            format!("{requests:.1}, {:.2} s", delay / 1_000.0)
        });
        println!("| {} | {} |", schedule.name(), cells.join(" | "));
    }
    println!("\nRequests until a result that comes after so long, and its delay in seconds\n");
    println!("| schedule | {} |\n|---{}|", MOMENTS.map(|s| format!("{s} s")).join(" | "), "|---".repeat(MOMENTS.len()));
    for schedule in &schedules {
        let cells = MOMENTS.map(|moment| curve_at(schedule.as_ref(), moment * 1_000));
        println!("| {} | {} |", schedule.name(), cells.join(" | "));
    }
    Ok(())
}

/// The mean over results that come within a second around the moment: what they come to depends on where between two questions they do.
fn curve_at(schedule: &dyn Schedule, moment: Millis) -> String {
    const POINTS: u32 = 100;
    let (mut requests, mut delay) = (0, 0);
    for point in 0..POINTS {
        let asked = schedule.ask(moment + Millis::from(point) * 10, point.into());
        (requests, delay) = (requests + asked.requests, delay + asked.delay);
    }
    let points = f64::from(POINTS);
    format!("{:.0}, {:.1}", f64::from(requests) / points, delay as f64 / points / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_answers_are_not_held_no_other_schedule_is_better_in_both() {
        let all = schedules();
        let (ours, peers) = all.split_at(2);
        for (name, mean) in DISTRIBUTIONS {
            let (requests, delay) = means(ours[1].as_ref(), mean);
            for peer in peers {
                let other = means(peer.as_ref(), mean);
                assert!(other.0 > requests || other.1 > delay, "{name}: {} is better in both: {other:?}", peer.name());
            }
        }
    }

    #[test]
    fn held_answers_save_time_and_where_there_is_more_than_one_to_ask_for_requests() {
        let all = schedules();
        for (name, mean) in DISTRIBUTIONS {
            let (held, adyen) = (means(all[0].as_ref(), mean), means(all[2].as_ref(), mean));
            assert!(held.1 <= 0.15 * adyen.1, "{name}: {held:?} beside {adyen:?}");
            // No payment can do with less than one of each: the payment, and its transaction.
            assert!(held.0 <= (0.3 * adyen.0).max(2.1), "{name}: {held:?} beside {adyen:?}");
        }
    }

    #[test]
    fn times_have_the_mean() {
        for (_, mean) in DISTRIBUTIONS {
            let sum: Millis = times(mean).sum();
            let found = sum as f64 / f64::from(PAYMENTS);
            assert!((found / mean - 1.0).abs() < 0.02, "{found} is not {mean}");
        }
    }
}
