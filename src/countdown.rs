//! How long a link still works: shown every second, and read out three times at the end.

use crate::browser::{duration, two_digits};
use paymentsos_core::flow::Millis;
use yew::AttrValue;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
/// A time that is further away than that is told well enough by the clock.
const SHOWN_WITHIN: u64 = 24 * HOUR;

/// The time left, shown and in words.
pub(crate) struct Left {
    pub(crate) shown: Option<AttrValue>,
    pub(crate) said: Option<AttrValue>,
}

impl Left {
    /// Of a time in milliseconds since 1970, by the wall clock.
    pub(crate) fn until(at: Millis, now: Millis, locale: &str) -> Left {
        let seconds = at.saturating_sub(now).div_ceil(1000);
        let is_shown = 0 < seconds && seconds < SHOWN_WITHIN;
        let words = steps(seconds).and_then(|(number, unit)| duration(number, unit, locale));
        Left {
            shown: clock(seconds, locale).filter(|_| is_shown).map(AttrValue::from),
            said: words.filter(|_| is_shown).map(AttrValue::from),
        }
    }
}

/// `14:59`, or `1:04:59`.
fn clock(seconds: u64, locale: &str) -> Option<String> {
    let (hours, minutes, seconds) = (seconds / HOUR, seconds % HOUR / MINUTE, seconds % MINUTE);
    let mut shown = two_digits(minutes, locale)? + ":" + &two_digits(seconds, locale)?;
    if hours > 0 {
        shown = two_digits(hours, locale)? + ":" + &shown;
    }
    Some(shown)
}

/// What is read out: it changes at three minutes, one minute and half a minute, and at no other time.
fn steps(seconds: u64) -> Option<(u64, &'static str)> {
    match seconds {
        0..=30 => Some((30, "second")),
        31..=60 => Some((1, "minute")),
        61..=180 => Some((3, "minute")),
        _ => None,
    }
}
