//! The languages: a file each (`www/locales/*.json`), as translators write them.

mod check;
mod publish;

pub(crate) use check::run;
pub(crate) use publish::publish;

use crate::failure::Result;
use crate::files::{failed, names_in};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// What English says is in the scripts themselves; its file is what translators go by.
const ENGLISH: &str = "en";

/// A language's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Locale {
    /// Its BCP 47 tag.
    language: String,
    /// What it calls itself.
    name: String,
    /// `ltr` or `rtl`.
    direction: String,
    /// `reviewed`, once what is said of outcomes was read back by somebody else and means the same; else `draft`.
    status: String,
    /// In English only: where each text stands.
    #[serde(default)]
    notes: serde_json::Map<String, serde_json::Value>,
    texts: serde_json::Map<String, serde_json::Value>,
}

impl Locale {
    fn read(folder: &Path, tag: &str) -> Result<Locale> {
        let path = folder.join(format!("{tag}.json"));
        let text = fs::read_to_string(&path).map_err(|e| failed(&path, &e))?;
        serde_json::from_str(&text).map_err(|e| failed(&path, &e))
    }

    fn text(&self, key: &str) -> &str {
        self.texts.get(key).and_then(serde_json::Value::as_str).unwrap_or_default()
    }
}

/// The tags of the files in a folder, in order.
fn tags(folder: &Path) -> Result<Vec<String>> {
    Ok(names_in(folder)?.iter().filter_map(|name| Some(name.strip_suffix(".json")?.to_owned())).collect())
}
