//! `docs/reference.md`, made of the custom elements manifest, so that it cannot drift from what tools read and tests hold to the code.

use crate::failure::{Failure, Result};
use serde_json::Value;
use std::fmt::Write;
use std::fs;

const MANIFEST: &str = "www/package/custom-elements.json";
const REFERENCE: &str = "docs/reference.md";

/// Writes it.
pub(crate) fn run() -> Result<()> {
    let text = fs::read_to_string(MANIFEST).map_err(|e| Failure(format!("{MANIFEST}: {e}")))?;
    let manifest: Value = serde_json::from_str(&text).map_err(|e| Failure(format!("{MANIFEST}: {e}")))?;
    fs::write(REFERENCE, reference(&manifest)).map_err(|e| Failure(format!("{REFERENCE}: {e}")))
}

const INTRODUCTION: &str = "# Reference

Everything that `<paymentsos-checkout>` offers a page. Made by `cargo xtask reference` from
[custom-elements.json](../www/package/custom-elements.json), which the package has too; do not edit it here.
";

/// What a column is called, and what it says of a row.
type Column = (&'static str, fn(&Value) -> String);

/// A table of the page: its heading, what stands before it, the manifest's list, and its columns.
struct Table {
    heading: &'static str,
    about: &'static str,
    list: &'static str,
    columns: &'static [Column],
}

const NAME: Column = ("name", |row| code(&row["name"]));
const TYPE: Column = ("type", |row| code(&row["type"]["text"]));
const MEANING: Column = ("meaning", |row| plain(&row["description"]));

const TABLES: [Table; 10] = [
    Table {
        heading: "Attributes",
        about: "A changed attribute takes effect at once; those that are changed one after the other, together. A changed `payment-id` begins \
                anew, and keeps what is saved of the other payment. One that is missing or cannot be used lets nobody pay: the element says \
                which, and so does a `checkout-error`. What is paid already can still be looked at.",
        list: "attributes",
        columns: &[NAME, TYPE, MEANING, ("default", |row| plain(&row["default"]))],
    },
    Table { heading: "Properties", about: "", list: "field", columns: &[NAME, TYPE, MEANING] },
    Table {
        heading: "Methods",
        about: "Each promises the name of a state.",
        list: "method",
        columns: &[NAME, MEANING],
    },
    Table {
        heading: "Events",
        about: "All of them bubble and cross shadow roots. `detail` is `{ state, payment_id, kind, transaction_id, result, error }`: `result` \
                is PaymentsOS's `{ status, category, sub_category, description }`, `error` is `{ code, who, retriable }`. What is not known \
                is `null`.",
        list: "events",
        columns: &[NAME, MEANING],
    },
    Table {
        heading: "States",
        about: "In the attribute `data-state`, and in every event. The names are stable.",
        list: "x-states",
        columns: &[NAME, ("the shopper sees", |row| plain(&row["description"]))],
    },
    Table {
        heading: "Codes",
        about: "In `detail.error.code`. `who` can act on it: the `shopper`, the `merchant`, the `provider`, or whoever mends the `network`. \
                Codes are stable; new ones may come.",
        list: "x-codes",
        columns: &[
            NAME,
            ("who", |row| plain(&row["who"])),
            ("another attempt can help", |row| if row["retriable"] == true { "yes" } else { "no" }.to_owned()),
            MEANING,
        ],
    },
    Table {
        heading: "Slots",
        about: "Content of the page's own, between the tags: `<p slot=\"summary\">…</p>`. What has no slot is shown only by browsers that \
                are too old for the element.",
        list: "slots",
        columns: &[NAME, MEANING],
    },
    Table {
        heading: "Parts",
        about: "For `paymentsos-checkout::part(pay) { … }`.",
        list: "cssParts",
        columns: &[NAME, MEANING],
    },
    Table {
        heading: "Custom properties",
        about: "Set on the element or around it. See [theming](theming.md).",
        list: "cssProperties",
        columns: &[NAME, ("sort", |row| plain(&row["syntax"])), MEANING, ("default", |row| code(&row["default"]))],
    },
    Table {
        heading: "Messages",
        about: "The keys of the property `messages`. Braces stand for values.",
        list: "x-messages",
        columns: &[NAME, ("English", |row| plain(&row["default"]))],
    },
];

fn reference(manifest: &Value) -> String {
    let element = &manifest["modules"][0]["declarations"][0];
    let mut page = INTRODUCTION.to_owned();
    for table in &TABLES {
        let rows: Vec<&Value> = match table.list {
            kind @ ("field" | "method") => of_kind(element, kind).collect(),
            list => element[list].as_array().into_iter().flatten().collect(),
        };
        // Writing to a string does not fail.
        let _ = write!(page, "\n## {}\n\n", table.heading);
        if !table.about.is_empty() {
            let _ = write!(page, "{}\n\n", table.about);
        }
        let heads: Vec<&str> = table.columns.iter().map(|(head, _)| *head).collect();
        let _ = writeln!(page, "| {} |\n|{}", heads.join(" | "), "---|".repeat(heads.len()));
        for row in rows {
            let cells: Vec<String> = table.columns.iter().map(|(_, cell)| cell(row).replace('|', "\\|")).collect();
            let _ = writeln!(page, "| {} |", cells.join(" | "));
        }
    }
    page
}

fn of_kind<'a>(element: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    element["members"].as_array().into_iter().flatten().filter(move |member| member["kind"] == kind)
}

fn plain(text: &Value) -> String {
    text.as_str().unwrap_or_default().to_owned()
}

fn code(text: &Value) -> String {
    text.as_str().map(|text| format!("`{text}`")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::reference;

    #[test]
    fn the_reference_is_of_this_manifest() {
        let manifest = serde_json::from_str(include_str!("../../www/package/custom-elements.json")).unwrap();
        let written = include_str!("../../docs/reference.md");
        assert!(
            reference(&manifest) == written,
            "docs/reference.md is of another manifest: run `cargo xtask reference`"
        );
    }
}
