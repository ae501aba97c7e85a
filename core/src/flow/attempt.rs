//! What is kept in the browser: the attempt that is under way, and the ids of the transaction last looked at.
//!
//! Both are short lines of text that begin with a version. A line of another version, or one that does not hold what it should, is
//! ignored: the page left on one release may be returned to on the next.

use super::Millis;
use super::returned::is_uuid;
use crate::paymentsos::Kind;
use crate::{decimal, from_decimal};

/// How long a saved attempt is believed, in milliseconds: PaymentsOS forgets idempotency keys after 24 hours.
pub const ATTEMPT_LIFE: Millis = 24 * 60 * 60 * 1000;

const VERSION: &str = "1";

/// One attempt at a payment: everything from a press on Pay to a final status. It has one key, made before the first POST and used
/// by every repeat.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// The idempotency key, a UUID; also the transaction's `reconciliation_id`.
    pub id: String,
    /// What was asked for.
    pub kind: Kind,
    /// When Pay was pressed, by the wall clock.
    pub at: Millis,
    /// The transaction, once it is known.
    pub transaction: Option<String>,
    /// When the deadline began to count, by the wall clock, once it has.
    pub since: Option<Millis>,
    /// Whether a POST may have reached the backend without its answer having come back.
    pub doubtful: bool,
    /// Whether the shopper pays by a link that is shown here.
    pub link: bool,
}

impl Attempt {
    /// The line to save.
    pub fn to_line(&self) -> String {
        let since = self.since.map(decimal);
        [
            VERSION,
            &self.id,
            self.kind.name(),
            &decimal(self.at),
            self.transaction.as_deref().and_then(token).unwrap_or("-"),
            since.as_deref().unwrap_or("-"),
            if self.doubtful { "doubtful" } else { "-" },
            if self.link { "link" } else { "-" },
        ]
        .join(" ")
    }

    /// The attempt in a saved line, if it is one of this version.
    #[inline(never)]
    pub fn from_line(line: &str) -> Option<Attempt> {
        let [version, id, kind, at, transaction, since, doubtful, link] = fields(line)?;
        (version == VERSION).then_some(())?;
        Some(Attempt {
            id: uuid(id)?,
            kind: Kind::from_name(kind)?,
            at: from_decimal(at)?,
            transaction: optional(transaction, owned_token)?,
            since: optional(since, from_decimal)?,
            doubtful: optional(doubtful, |word| (word == "doubtful").then_some(()))?.is_some(),
            link: optional(link, |word| (word == "link").then_some(()))?.is_some(),
        })
    }

    /// Whether it is too old to be believed. One from the future is not: clocks are set back.
    pub(crate) fn is_over(&self, wall: Millis) -> bool {
        wall > self.at.saturating_add(ATTEMPT_LIFE)
    }
}

/// The transaction that this tab last looked at, so that a reload finds it after the ids have left the address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    /// Its payment.
    pub payment_id: String,
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub transaction: String,
    /// When the deadline began to count, by the wall clock.
    pub since: Millis,
}

impl Kept {
    /// The line to keep.
    pub fn to_line(&self) -> String {
        [VERSION, &self.payment_id, self.kind.name(), &self.transaction, &decimal(self.since)].join(" ")
    }

    /// What a kept line says, if it is one of this version.
    #[inline(never)]
    pub fn from_line(line: &str) -> Option<Kept> {
        let [version, payment_id, kind, transaction, since] = fields(line)?;
        (version == VERSION).then_some(())?;
        Some(Kept {
            payment_id: owned_token(payment_id)?,
            kind: Kind::from_name(kind)?,
            transaction: owned_token(transaction)?,
            since: from_decimal(since)?,
        })
    }
}

fn fields<const N: usize>(line: &str) -> Option<[&str; N]> {
    let mut words = line.split(' ');
    let mut fields = [""; N];
    for field in &mut fields {
        *field = words.next()?;
    }
    words.next().is_none().then_some(fields)
}

fn uuid(text: &str) -> Option<String> {
    is_uuid(text).then(|| text.to_owned())
}

/// PaymentsOS's ids are UUIDs; of a backend's it is only asked that they fit in a line, so that a saved attempt is never lost over one.
fn token(text: &str) -> Option<&str> {
    (!text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(text)
}

fn owned_token(text: &str) -> Option<String> {
    token(text).map(str::to_owned)
}

/// `-` stands for nothing; anything else has to be read.
fn optional<T>(text: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    if text == "-" { Some(None) } else { read(text).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0b8f2f4e-1111-4222-8333-444455556666";

    fn attempt() -> Attempt {
        Attempt {
            id: ID.into(),
            kind: Kind::Authorization,
            at: 1_700_000_000_000,
            transaction: Some("aec1c306-e0f7-452b-8fb5-5b34489e9d10".into()),
            since: Some(1_700_000_001_000),
            doubtful: true,
            link: true,
        }
    }

    #[test]
    fn what_is_saved_is_read_again() {
        let full = attempt();
        let bare = Attempt { transaction: None, since: None, doubtful: false, link: false, ..attempt() };
        for attempt in [full, bare] {
            assert_eq!(Attempt::from_line(&attempt.to_line()), Some(attempt));
        }
        let kept = Kept { payment_id: ID.into(), kind: Kind::Charge, transaction: ID.into(), since: 7 };
        assert_eq!(Kept::from_line(&kept.to_line()), Some(kept));
    }

    #[test]
    fn what_is_not_understood_is_ignored() {
        let line = attempt().to_line();
        let newer = line.replacen('1', "2", 1);
        let longer = format!("{line} more");
        let shorter = line.rsplit_once(' ').unwrap().0;
        let odd = Attempt { transaction: Some("two words".into()), ..attempt() };
        assert_eq!(Attempt::from_line(&odd.to_line()), Some(Attempt { transaction: None, ..odd }));
        let garbled = line.replacen("doubtful", "certain", 1);
        let kept = Kept { payment_id: ID.into(), kind: Kind::Charge, transaction: ID.into(), since: 7 }.to_line();
        for line in [kept.replacen('1', "2", 1), format!("{kept} more"), kept.replace(" 7", " soon")] {
            assert_eq!(Kept::from_line(&line), None, "{line}");
        }
        for line in ["", "{}", &newer, &longer, shorter, &garbled, &line.replace(ID, "not-a-uuid")] {
            assert_eq!(Attempt::from_line(line), None, "{line}");
        }
    }

    #[test]
    fn an_attempt_is_believed_for_a_day_and_one_from_the_future_too() {
        let attempt = attempt();
        const DAY: Millis = 86_400_000;
        for (later, is_over) in [(0, false), (DAY, false), (DAY + 1, true)] {
            assert_eq!(attempt.is_over(attempt.at + later), is_over, "after {later} ms");
        }
        assert!(!attempt.is_over(attempt.at - DAY));
    }
}
