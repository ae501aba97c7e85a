//! The languages of a Yew app's checkout, from where the package's folder `locales/` is served. (The element's are loaded by `class.js`,
//! by the same rules.)

use crate::browser::asset;
use crate::element::texts;
use crate::messages::Messages;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use yew::AttrValue;

/// Older tags, and regions whose readers read another file than their language's.
const OTHERS: [(&str, &str); 8] = [
    ("in", "id"),
    ("iw", "he"),
    ("no", "nb"),
    ("nn", "nb"),
    ("tl", "fil"),
    ("zh-tw", "zh-Hant"),
    ("zh-hk", "zh-Hant"),
    ("zh-mo", "zh-Hant"),
];
/// Whoever speaks Spanish anywhere else reads Latin America's.
const SPAIN: [&str; 5] = ["es-es", "es-ea", "es-ic", "es-gq", "es-ph"];

/// The files that a language may be in, the best first; none for English, which is built in.
pub fn files_for(tag: &str) -> Vec<String> {
    let mut files = Vec::new();
    let mut wanted = tag;
    while !wanted.is_empty() && !is_english(wanted) {
        let lower = wanted.to_ascii_lowercase();
        let other = OTHERS.iter().find(|(from, _)| *from == lower).map(|(_, to)| *to);
        let is_american = lower.starts_with("es-") && !SPAIN.contains(&lower.as_str());
        let file = if is_american { "es-419" } else { other.unwrap_or(wanted) }.to_owned();
        if !files.contains(&file) {
            files.push(file);
        }
        wanted = wanted.rsplit_once('-').map_or("", |(shorter, _)| shorter);
    }
    files
}

pub(crate) fn is_english(tag: &str) -> bool {
    tag.split('-').next().is_some_and(|language| language.eq_ignore_ascii_case("en"))
}

/// The texts of a language, with a page's own on top; none where there is no such file.
pub(crate) async fn load(assets: &str, tag: &str, own: &Messages) -> Option<Rc<Messages>> {
    for file in files_for(tag) {
        let address = [assets.trim_end_matches('/'), "/locales/", &file, ".json"].concat();
        if let Some(found) = asset(&address).await.filter(JsValue::is_object) {
            return Some(Rc::new(texts(&found, &JsValue::UNDEFINED).with(own)));
        }
    }
    None
}

/// What is said until a language is there.
pub(crate) fn meanwhile(own: &Messages) -> Rc<Messages> {
    Rc::new(Messages::default().written_in(AttrValue::Static("en"), AttrValue::Static("ltr")).with(own))
}
