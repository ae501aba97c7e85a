//! The schedules of others, as their published sources have them in 2026: a pause after each answer.

use super::{Asked, Millis, PATIENCE, ROUND_TRIP, Schedule};

/// Asks after each answer again, first after `at_first`, and after `from` milliseconds after `later`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    name: &'static str,
    at_first: Millis,
    from: Millis,
    later: Millis,
}

pub(crate) const ALL: [Peer; 4] = [
    Peer { name: "adyen-web (Await: 2 s, after 60 s 10 s)", at_first: 2_000, from: 60_000, later: 10_000 },
    Peer { name: "Hyperswitch (2 s)", at_first: 2_000, from: PATIENCE, later: 2_000 },
    Peer { name: "Braintree, mobile (250 ms)", at_first: 250, from: PATIENCE, later: 250 },
    Peer { name: "Braintree, desktop (1 s)", at_first: 1_000, from: PATIENCE, later: 1_000 },
];

impl Schedule for Peer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn ask(&self, is_final: Millis, _: u64) -> Asked {
        let mut sent = 0;
        for requests in 1.. {
            if sent + ROUND_TRIP / 2 >= is_final {
                return Asked { requests, delay: sent + ROUND_TRIP - is_final };
            }
            let answered = sent + ROUND_TRIP;
            sent = answered + if answered < self.from { self.at_first } else { self.later };
        }
        unreachable!("a result comes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_seen_by_the_first_question_after_it() {
        let [adyen, ..] = ALL;
        assert_eq!(adyen.ask(0, 0), Asked { requests: 1, delay: 200 });
        assert_eq!(adyen.ask(101, 0), Asked { requests: 2, delay: 2_200 + 200 - 101 });
        // 28 questions are sent in the first minute, at 0, 2.2, …, 59.4 s; the next at 61.6 s, and then every 10.2 s.
        assert_eq!(adyen.ask(61_800, 0).requests, 30);
        assert_eq!(adyen.ask(61_800, 0).delay, 71_800 + 200 - 61_800);
    }
}
