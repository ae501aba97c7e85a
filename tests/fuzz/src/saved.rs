//! The two lines that are kept in the browser.
//!
//! The bytes are a line, as storage may hold it; and what an attempt is made of, to be written and read.

use crate::tape::Tape;
use paymentsos_core::flow::{Attempt, Kept};
use paymentsos_core::paymentsos::Kind;

/// Takes the bytes, and panics where something does not hold.
pub fn run(bytes: &[u8]) {
    let line = String::from_utf8_lossy(bytes);
    if let Some(attempt) = Attempt::from_line(&line) {
        assert!(is_uuid(&attempt.id), "{attempt:?}");
        assert!(attempt.transaction.iter().all(|id| is_token(id)), "{attempt:?}");
        assert_eq!(Attempt::from_line(&attempt.to_line()), Some(attempt));
    }
    if let Some(kept) = Kept::from_line(&line) {
        assert!(is_token(&kept.payment_id) && is_token(&kept.transaction), "{kept:?}");
        assert_eq!(Kept::from_line(&kept.to_line()), Some(kept));
    }

    let mut tape = Tape::of(bytes);
    let kind = tape.pick(&Kind::ALL);
    let attempt = Attempt {
        id: if tape.flag() { tape.text_line() } else { "0b8f2f4e-1111-4222-8333-444455556666".to_owned() },
        kind,
        at: tape.number(8),
        since: tape.flag().then(|| tape.number(8)),
        doubtful: tape.flag(),
        link: tape.flag(),
        transaction: tape.flag().then(|| tape.text_line()),
    };
    // A line is never taken for something else: an id that does not fit into one, or stands for none, is not there, or nothing is.
    let read = Attempt::from_line(&attempt.to_line());
    let transaction = attempt.transaction.clone().filter(|id| is_token(id) && id != "-");
    assert_eq!(read, is_uuid(&attempt.id).then_some(Attempt { transaction, ..attempt }));

    let kept = Kept { payment_id: tape.text_line(), kind, transaction: tape.text_line(), since: tape.number(8) };
    let fits = is_token(&kept.payment_id) && is_token(&kept.transaction);
    assert_eq!(Kept::from_line(&kept.to_line()), fits.then_some(kept));
}

fn is_uuid(text: &str) -> bool {
    text.chars().count() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && {
        text.chars().all(|one| one == '-' || one.is_ascii_hexdigit())
    }
}

/// A word of printable characters.
fn is_token(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.chars().all(|one| ('!'..='~').contains(&one))
}
