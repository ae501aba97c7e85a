//! What the address says when PaymentsOS has sent the shopper back.
//!
//! PaymentsOS extends `merchant_site_url` with `payment_id`, `charge_id` or `authorization_id`, and `status`. How it merges them with
//! a query that was there before is not documented, and shops with a hash router find them behind the `#`. So they are looked for
//! everywhere, and read as sets: a parameter that comes a second time begins a new set. `status` is a hint that anybody can write; it is
//! read only to be taken out of the address.

use crate::paymentsos::Kind;

/// One set of return parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Returned {
    /// `payment_id`.
    pub payment_id: Option<String>,
    /// `charge_id` or `authorization_id`.
    pub transaction: Option<(Kind, String)>,
}

/// Every set in an address, in the order in which they stand there. `query` and `fragment` are `location.search` and
/// `location.hash`, with or without their first character. Identifiers that are not UUIDs are somebody else's and are left alone.
pub fn read(query: &str, fragment: &str) -> Vec<Returned> {
    if is_plain(query) && is_plain(fragment) { Vec::new() } else { sets(query, fragment) }
}

/// Whether nothing in it can be a return parameter, even of one whose characters are escaped. A page that nobody comes back to needs no more
/// of this file; `isNew` in `www/class.js` says which pages those are.
fn is_plain(part: &str) -> bool {
    ["_id", "status", "%"].iter().all(|mark| !part.as_bytes().windows(mark.len()).any(|found| found == mark.as_bytes()))
}

#[inline(never)]
fn sets(query: &str, fragment: &str) -> Vec<Returned> {
    let mut sets = Vec::new();
    for piece in pieces(query).chain(pieces(fragment)) {
        match piece.parameter {
            Some(Parameter::Payment(id)) => next(&mut sets, |set| set.payment_id.is_some()).payment_id = Some(id),
            Some(Parameter::Transaction(kind, id)) => {
                next(&mut sets, |set| set.transaction.is_some()).transaction = Some((kind, id));
            }
            Some(Parameter::Status) | None => {}
        }
    }
    sets
}

/// The set that a parameter belongs to: the last, or a new one where that has it already.
fn next(sets: &mut Vec<Returned>, has_it: impl Fn(&Returned) -> bool) -> &mut Returned {
    if sets.last().is_none_or(has_it) {
        sets.push(Returned::default());
    }
    let end = sets.len() - 1;
    &mut sets[end]
}

/// What is to be taken out of the address once it has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clean {
    /// All return parameters: the ids are kept elsewhere.
    All,
    /// Only `status`: the ids are kept nowhere else, and a reload needs them.
    Status,
}

/// `query` or `fragment` without the return parameters; everything else stays as it was, to the letter.
pub fn clean(part: &str, what: Clean) -> String {
    let kept = if is_plain(part) { part.to_owned() } else { without_parameters(part, what) };
    if matches!(kept.as_str(), "?" | "#") { String::new() } else { kept }
}

#[inline(never)]
fn without_parameters(part: &str, what: Clean) -> String {
    let mut kept = String::with_capacity(part.len());
    // The first separator of a run of pieces that went stands before the next piece that stays.
    let mut before = None;
    for piece in pieces(part) {
        let goes = match piece.parameter {
            Some(Parameter::Status) => true,
            Some(Parameter::Payment(_) | Parameter::Transaction(..)) => what == Clean::All,
            None => false,
        };
        let separator = before.take().or(piece.separator);
        if goes {
            before = separator;
            continue;
        }
        kept.extend(separator);
        kept.push_str(piece.text);
    }
    kept
}

enum Parameter {
    Payment(String),
    Transaction(Kind, String),
    Status,
}

struct Piece<'a> {
    separator: Option<char>,
    text: &'a str,
    parameter: Option<Parameter>,
}

/// The pieces between `#`, `?` and `&`, each with the separator before it.
fn pieces(part: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = Some((None, part));
    std::iter::from_fn(move || {
        let (separator, text) = rest?;
        let (text, more) = text.split_at(text.find(['#', '?', '&']).unwrap_or(text.len()));
        let mut more = more.chars();
        rest = more.next().map(|separator| (Some(separator), more.as_str()));
        Some(Piece { separator, text, parameter: parameter(text) })
    })
}

fn parameter(text: &str) -> Option<Parameter> {
    let (name, value) = text.split_once('=')?;
    // The longest name and a UUID of which every character is escaped: longer pieces are not worth decoding.
    if name.len() > 60 || value.len() > 120 {
        return None;
    }
    let (name, value) = (decode(name)?, decode(value)?);
    let value = value.trim_ascii();
    match name.trim_ascii() {
        "payment_id" => is_uuid(value).then(|| Parameter::Payment(value.to_ascii_lowercase())),
        "status" => is_status(value).then_some(Parameter::Status),
        name => Kind::ALL
            .into_iter()
            .find(|kind| kind.return_parameter() == name)
            .filter(|_| is_uuid(value))
            .map(|kind| Parameter::Transaction(kind, value.to_ascii_lowercase())),
    }
}

/// A page's own `status` is not ours to take out.
fn is_status(value: &str) -> bool {
    ["pending", "succeed", "failed"].iter().any(|status| value.eq_ignore_ascii_case(status))
}

/// Whether it has the form of a UUID (RFC 9562), as all of PaymentsOS's ids have.
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Form decoding; an escape that is none stays as it is. What is then no text is nothing of ours.
fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, after @ ..] => hex(*high).zip(hex(*low)).map(|(high, low)| (high * 16 + low, after)),
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((if *byte == b'+' { b' ' } else { *byte }, after));
        decoded.push(byte);
        rest = after;
    }
    String::from_utf8(decoded).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
