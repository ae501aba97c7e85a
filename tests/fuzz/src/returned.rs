//! What the address says when the shopper is sent back, read and taken out of it.
//!
//! The bytes are a query, and after an end of line a fragment.

use crate::tape::Tape;
use paymentsos_core::flow::returned::{Clean, Returned, clean, read};
use paymentsos_core::paymentsos::Kind;
use std::borrow::Cow;
use url::form_urlencoded;

/// Takes the bytes, and panics where something does not hold.
pub fn run(bytes: &[u8]) {
    let mut tape = Tape::of(bytes);
    let (query, fragment) = (tape.text_line(), String::from_utf8_lossy(tape.rest()).into_owned());

    let sets = read(&query, &fragment);
    let ours: Vec<Ours> = pieces(&query).chain(pieces(&fragment)).filter_map(ours).collect();
    let payments = ours.iter().filter_map(|one| match one {
        Ours::Payment(id) => Some(id),
        _ => None,
    });
    let transactions = ours.iter().filter_map(|one| match one {
        Ours::Transaction(kind, id) => Some((*kind, id)),
        _ => None,
    });
    assert!(sets.iter().filter_map(|set| set.payment_id.as_ref()).eq(payments), "{sets:?} of {query:?} {fragment:?}");
    let read_transactions = sets.iter().filter_map(|set| set.transaction.as_ref()).map(|(kind, id)| (*kind, id));
    assert!(read_transactions.eq(transactions), "{sets:?} of {query:?} {fragment:?}");
    assert!(sets.iter().all(|set| *set != Returned::default()), "an empty set");

    for part in [&query, &fragment] {
        for what in [Clean::All, Clean::Status] {
            let cleaned = clean(part, what);
            let goes = |one: Ours| what == Clean::All || matches!(one, Ours::Status);
            let stays = |piece: &&str| !piece.is_empty() && !ours_of(piece).is_some_and(goes);
            assert!(pieces(&cleaned).filter(stays).eq(pieces(part).filter(stays)), "{part:?} became {cleaned:?}");
            assert!(pieces(&cleaned).all(|piece| !ours_of(piece).is_some_and(goes)), "{cleaned:?} is not clean");
            assert!(is_part_of(&cleaned, part), "{cleaned:?} is not of {part:?}");
            assert_eq!(clean(&cleaned, what), cleaned, "cleaned once more");
            // What the browser gives begins so, and what it is given has to.
            if let Some(first) = part.chars().next().filter(|first| matches!(first, '?' | '#')) {
                assert!(cleaned.is_empty() || cleaned.starts_with(first), "{part:?} became {cleaned:?}");
            }
        }
    }
    assert_eq!(read(&clean(&query, Clean::All), &clean(&fragment, Clean::All)), []);
    // Where the ids have to stay, a reload finds the same.
    assert_eq!(read(&clean(&query, Clean::Status), &clean(&fragment, Clean::Status)), sets);
}

/// A parameter that a return may have, as another reader sees it.
enum Ours {
    Payment(String),
    Transaction(Kind, String),
    Status,
}

fn pieces(part: &str) -> impl Iterator<Item = &str> {
    part.split(['#', '?', '&'])
}

fn ours(piece: &str) -> Option<Ours> {
    ours_of(piece)
}

fn ours_of(piece: &str) -> Option<Ours> {
    let (name, value) = piece.split_once('=')?;
    let is_long = name.len() > 3 * "authorization_id".len() + 12 || value.len() > 120;
    let (name, value) = form_urlencoded::parse(piece.as_bytes()).next().filter(|_| !is_long)?;
    let is_text = |text: &Cow<'_, str>| !text.contains('\u{fffd}');
    if !is_text(&name) || !is_text(&value) {
        return None;
    }
    let value = value.trim_ascii();
    let id = || is_id(value).then(|| value.to_lowercase());
    match name.trim_ascii() {
        "payment_id" => id().map(Ours::Payment),
        "charge_id" => id().map(|id| Ours::Transaction(Kind::Charge, id)),
        "authorization_id" => id().map(|id| Ours::Transaction(Kind::Authorization, id)),
        "status" => {
            matches!(value.to_ascii_lowercase().as_str(), "pending" | "succeed" | "failed").then_some(Ours::Status)
        }
        _ => None,
    }
}

/// Five groups of hexadecimal digits.
fn is_id(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let is_hex = |group: &&str| group.chars().all(|digit| digit.is_ascii_hexdigit());
    groups.iter().map(|group| group.chars().count()).eq([8, 4, 4, 4, 12]) && groups.iter().all(is_hex)
}

/// Whether nothing but characters were taken out.
fn is_part_of(part: &str, whole: &str) -> bool {
    let mut rest = whole.chars();
    part.chars().all(|wanted| rest.any(|one| one == wanted))
}
