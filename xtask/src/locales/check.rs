//! Whether the languages are complete, and say what English says as far as that can be seen: `cargo xtask locales`.
//!
//! A wrong word about money is a false result. So what is said of outcomes was translated back by somebody who did not know the English,
//! and compared; `tests/locales/{tag}.json` holds what was read, text for text. A text that is changed
//! afterwards is not what was reviewed.

use super::{ENGLISH, Locale, tags};
use crate::failure::{Failure, Result};
use crate::files::failed;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const FOLDER: &str = "www/locales";
const BACK: &str = "tests/locales";
/// So many languages there have to be at least.
const FEWEST: usize = 50;
/// What becomes of a payment, and of the money. It is by these that a shopper decides whether to pay again.
const OUTCOMES: [&str; 39] = [
    "reserve",
    "reserve_hint",
    "amount_changed",
    "confirming",
    "confirming_wait",
    "continue_hint",
    "paid",
    "reserved",
    "reserved_hint",
    "paid_label",
    "reserved_label",
    "failed",
    "closed",
    "no_money_moved",
    "maybe_moved",
    "try_again",
    "go_back",
    "ask_shop",
    "ask_shop_if_again",
    "processing",
    "processing_hint",
    "unavailable",
    "declined",
    "payment_method_invalid",
    "cancelled",
    "expired",
    "not_completed",
    "provider_error",
    "provider_unreachable",
    "payment_cancelled",
    "payment_refunded",
    "request_refused",
    "payment_method_missing",
    "paid_elsewhere",
    "not_authorized_here",
    "unknown_status",
    "still_pending",
    "stopped_hint",
    "cannot_start_hint",
];

/// What was read back: the text that was read, and what it says in English.
type Back = BTreeMap<String, [String; 2]>;

/// Checks all, and counts.
pub(crate) fn run() -> Result<()> {
    let folder = Path::new(FOLDER);
    let english = Locale::read(folder, ENGLISH)?;
    let (mut reviewed, mut draft, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    wrong.extend(of_english(&english).into_iter().map(|what| format!("{ENGLISH}: {what}")));
    for tag in tags(folder)?.into_iter().filter(|tag| tag != ENGLISH) {
        let locale = Locale::read(folder, &tag)?;
        let mut found = differences(&english, &locale, &tag);
        if locale.status == "reviewed" {
            found.extend(not_reviewed(&locale, &back(&tag)?));
            reviewed.push(tag.clone());
        } else {
            draft.push(tag.clone());
        }
        wrong.extend(found.into_iter().map(|what| format!("{tag}: {what}")));
    }
    if !wrong.is_empty() {
        return Err(Failure(wrong.join("\n")));
    }
    // English is reviewed by its nature.
    let complete = reviewed.len() + draft.len() + 1;
    println!("reviewed: {ENGLISH} {}", reviewed.join(" "));
    println!("draft: {}", draft.join(" "));
    println!("{complete} locales complete: {} reviewed, {} draft", reviewed.len() + 1, draft.len());
    if complete < FEWEST {
        return Err(Failure(format!("{complete} locales are fewer than {FEWEST}")));
    }
    Ok(())
}

fn back(tag: &str) -> Result<Back> {
    let path = Path::new(BACK).join(format!("{tag}.json"));
    let text = fs::read_to_string(&path).map_err(|e| failed(&path, &e))?;
    serde_json::from_str(&text).map_err(|e| failed(&path, &e))
}

fn of_english(english: &Locale) -> Vec<String> {
    let without = english.texts.keys().filter(|key| !english.notes.contains_key(*key));
    let mut wrong: Vec<String> = without.map(|key| format!("`{key}` has no note for translators")).collect();
    let of_nothing = english.notes.keys().filter(|key| !english.texts.contains_key(*key));
    wrong.extend(of_nothing.map(|key| format!("there is a note on `{key}`, and no text")));
    wrong.extend(OUTCOMES.iter().filter(|key| english.text(key).is_empty()).map(|key| format!("`{key}` is missing")));
    wrong
}

/// What a language's file has that English has not, or lacks.
fn differences(english: &Locale, locale: &Locale, tag: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if locale.language != tag {
        wrong.push(format!("`language` is {}, and the file's name is not", locale.language));
    }
    if locale.name.trim().is_empty() {
        wrong.push("`name` is missing".to_owned());
    }
    if !["reviewed", "draft"].contains(&locale.status.as_str()) {
        wrong.push(format!("`status` is neither reviewed nor draft: {}", locale.status));
    }
    let is_rtl = locale.texts.values().filter_map(Value::as_str).any(has_rtl_letters);
    if locale.direction != if is_rtl { "rtl" } else { "ltr" } {
        wrong.push(format!("`direction` is {}, and the texts run the other way", locale.direction));
    }
    if !locale.notes.is_empty() {
        wrong.push("`notes` are English's".to_owned());
    }
    wrong.extend(
        english.texts.keys().filter(|key| !locale.texts.contains_key(*key)).map(|key| format!("`{key}` is missing")),
    );
    wrong.extend(
        locale.texts.keys().filter(|key| !english.texts.contains_key(*key)).map(|key| format!("nobody says `{key}`")),
    );
    for key in english.texts.keys().filter(|key| locale.texts.contains_key(*key)) {
        let text = locale.text(key);
        if placeholders(text) != placeholders(english.text(key)) {
            wrong.push(format!("`{key}` has other placeholders than English: {text}"));
        }
        if text.trim().is_empty() || text.trim() != text || text.contains("  ") {
            wrong.push(format!("`{key}` is empty, or has space to spare: {text:?}"));
        }
        if text.contains(['<', '>', '&', '"', '\\']) || text.chars().any(char::is_control) {
            wrong.push(format!("`{key}` has a character that is none of a text's: {text}"));
        }
    }
    wrong
}

/// What of a language that says it is reviewed has not been, or has changed since.
fn not_reviewed(locale: &Locale, back: &Back) -> Vec<String> {
    let unread = OUTCOMES.iter().filter(|key| back.get(**key).is_none_or(|[text, _]| text != locale.text(key)));
    unread.map(|key| format!("`{key}` is not the text that was reviewed: read it back, or say draft")).collect()
}

/// The names in braces, in order of the alphabet.
fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or(rest)).collect();
    names.sort_unstable();
    names
}

/// Hebrew and Arabic, with what is written in Arabic's letters.
fn has_rtl_letters(text: &str) -> bool {
    text.chars().any(|letter| ('\u{590}'..='\u{8ff}').contains(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn locale(tag: &str, texts: Value) -> Locale {
        let direction = if texts.to_string().contains('א') { "rtl" } else { "ltr" };
        serde_json::from_value(json!({
            "language": tag, "name": "Its name", "direction": direction, "status": "draft", "texts": texts,
        }))
        .unwrap()
    }

    fn english() -> Locale {
        locale("en", json!({"pay": "Pay {amount}", "paid": "Paid"}))
    }

    #[test]
    fn what_is_complete_is_not_complained_of() {
        for texts in [json!({"pay": "{amount} zahlen", "paid": "Bezahlt"}), json!({"pay": "א {amount}", "paid": "א"})]
        {
            assert_eq!(differences(&english(), &locale("xx", texts), "xx"), Vec::<String>::new());
        }
    }

    #[test]
    fn what_is_missing_unused_unescaped_or_has_other_placeholders_is_named() {
        for (texts, complaint) in [
            (json!({"pay": "{amount} zahlen"}), "`paid` is missing"),
            (json!({"pay": "{amount} zahlen", "paid": "Bezahlt", "sold": "Verkauft"}), "nobody says `sold`"),
            (json!({"pay": "{betrag} zahlen", "paid": "Bezahlt"}), "`pay` has other placeholders"),
            (json!({"pay": "{amount} {amount}", "paid": "Bezahlt"}), "`pay` has other placeholders"),
            (json!({"pay": "{amount} zahlen", "paid": "<b>Bezahlt</b>"}), "`paid` has a character"),
            (json!({"pay": "{amount} zahlen", "paid": " "}), "`paid` is empty"),
        ] {
            let found = differences(&english(), &locale("xx", texts), "xx").join("; ");
            assert!(found.contains(complaint), "{found}");
        }
        let other = locale("yy", json!({"pay": "{amount}", "paid": "x"}));
        assert!(differences(&english(), &other, "xx").join("; ").contains("`language`"));
        let turned = Locale { direction: "rtl".to_owned(), ..locale("xx", json!({"pay": "{amount}", "paid": "x"})) };
        assert!(differences(&english(), &turned, "xx").join("; ").contains("`direction`"));
    }

    #[test]
    fn a_text_that_was_changed_since_is_not_reviewed() {
        let texts = |paid: &str| -> BTreeMap<&str, String> {
            OUTCOMES.iter().map(|key| (*key, if *key == "paid" { paid.to_owned() } else { "x".to_owned() })).collect()
        };
        let back: Back = OUTCOMES.iter().map(|key| ((*key).to_owned(), ["x".to_owned(), "y".to_owned()])).collect();
        assert_eq!(not_reviewed(&locale("xx", json!(texts("x"))), &back), Vec::<String>::new());
        assert_eq!(not_reviewed(&locale("xx", json!(texts("z"))), &back).len(), 1);
        assert_eq!(not_reviewed(&locale("xx", json!(texts("x"))), &Back::new()).len(), OUTCOMES.len());
    }
}
