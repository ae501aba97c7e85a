//! When to ask again.

use super::Millis;

/// How long the backend is asked to hold an answer, in milliseconds (`Prefer: wait=25`, RFC 7240).
pub const HELD_WAIT: Millis = 25_000;
/// A held answer that took at least this long was really held, and the next is asked for at once.
const REALLY_HELD: Millis = 5_000;
/// The shortest wait between two asks, and the longest.
const SHORTEST: Millis = 900;
const LONGEST: Millis = 10_000;
/// The shortest after a failure.
const SHORTEST_AFTER_FAILURE: Millis = 1_000;
/// The longest after a failure in the first two minutes.
const LONGEST_AT_FIRST: Millis = 5_000;
const AT_FIRST: Millis = 120_000;
/// While nobody looks, or nothing can be reached.
const IDLE: Millis = 30_000;

/// How long to wait before asking again, after an answer that was not held and tells of no result: a twelfth of the time waited so far,
/// within bounds, ±20 %. So few results are known later than a tenth more than they took. `chance` is uniform over all of its values.
pub fn pause(waited: Millis, chance: u16) -> Millis {
    spread((waited / 12).clamp(SHORTEST, LONGEST), chance)
}

/// As [`pause`], after a held answer that took `took` milliseconds.
pub fn pause_after_held(took: Millis, waited: Millis, chance: u16) -> Millis {
    if took < REALLY_HELD { pause(waited, chance) } else { Millis::from(chance) * 400 / Millis::from(u16::MAX) }
}

/// As [`pause`], where there was no answer, or one that tells of a fault: what has trouble is asked less and less, 0.4 of the time.
pub fn pause_after_failure(waited: Millis, chance: u16) -> Millis {
    let longest = if waited < AT_FIRST { LONGEST_AT_FIRST } else { LONGEST };
    spread((waited * 2 / 5).clamp(SHORTEST_AFTER_FAILURE, longest), chance)
}

/// At least `pause`, and no oftener than every 30 seconds while the page is hidden or offline.
pub fn idle(pause: Millis) -> Millis {
    pause.max(IDLE)
}

/// `middle`, give or take a fifth.
fn spread(middle: Millis, chance: u16) -> Millis {
    middle * 4 / 5 + middle * 2 / 5 * Millis::from(chance) / Millis::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: u16 = u16::MAX / 2;

    #[test]
    fn pauses_grow_with_the_time_waited() {
        for (waited, low, high) in [
            (0, 720, 1_080),
            (10_800, 720, 1_080),
            (24_000, 1_600, 2_400),
            (120_000, 8_000, 12_000),
            (900_000, 8_000, 12_000),
        ] {
            assert_eq!((pause(waited, 0), pause(waited, u16::MAX)), (low, high), "after {waited}");
        }
    }

    #[test]
    fn what_has_trouble_is_asked_less() {
        for (waited, low, high) in [
            (0, 800, 1_200),
            (5_000, 1_600, 2_400),
            (12_500, 4_000, 6_000),
            (119_999, 4_000, 6_000),
            (120_000, 8_000, 12_000),
            (900_000, 8_000, 12_000),
        ] {
            let pauses = [0, u16::MAX].map(|chance| pause_after_failure(waited, chance));
            assert_eq!(pauses, [low, high], "after {waited}");
        }
    }

    #[test]
    fn a_held_answer_is_followed_at_once_and_an_instant_one_is_not() {
        assert_eq!((pause_after_held(25_000, 60_000, 0), pause_after_held(5_000, 60_000, u16::MAX)), (0, 400));
        assert_eq!(pause_after_held(4_999, 60_000, HALF), pause(60_000, HALF));
    }

    #[test]
    fn nobody_looking_means_every_thirty_seconds() {
        assert_eq!(idle(pause(0, HALF)), 30_000);
        assert_eq!(idle(45_000), 45_000);
    }
}
