//! Subresource Integrity (W3C): the hash of every file that a browser loads, and the lines for a page that holds it to them.
//!
//! A `<script integrity>` covers that one file. What it imports is covered by `integrity` in the page's import map, where a browser knows
//! it (Chrome 127, Safari 18, Firefox 138). Of what a script fetches, here the wasm, no browser checks a hash; it comes from where the
//! checked scripts say.

use super::failed;
use crate::failure::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha384};
use std::fs;
use std::path::Path;

/// Writes `integrity.json`, by file, and `integrity.html`, to be pasted.
pub(super) fn write(folder: &Path, files: &[&str], version: &str) -> Result<()> {
    let mut hashes = Map::new();
    for name in files {
        let path = folder.join(name);
        let bytes = fs::read(&path).map_err(|e| failed(&path, &e))?;
        hashes.insert((*name).to_owned(), hash(&bytes).into());
    }
    let lines = lines(&hashes, version);
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|e| failed(&path, &e))
    };
    write("integrity.json", format!("{:#}\n", Value::Object(hashes)))?;
    write("integrity.html", lines)
}

fn hash(bytes: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)))
}

fn lines(hashes: &Map<String, Value>, version: &str) -> String {
    let at = |name: &str| format!("/paymentsos-checkout-{version}/{name}");
    let scripts =
        hashes.iter().filter(|(name, _)| name.ends_with(".js") && !["element.js", "class.js"].contains(&name.as_str()));
    let map: Map<String, Value> = scripts.map(|(name, hash)| (at(name), hash.clone())).collect();
    let map = json!({ "integrity": map });
    format!(
        "<script type=\"importmap\">\n{map:#}\n</script>\n\
         <script type=\"module\" src=\"{}\" integrity=\"{}\" crossorigin></script>\n",
        at("element.js"),
        hashes["element.js"].as_str().unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::{hash, lines};
    use serde_json::json;

    #[test]
    fn a_hash_is_written_as_browsers_read_it() {
        // As `openssl dgst -sha384 -binary | base64` writes it for nothing.
        let nothing = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb";
        assert_eq!(hash(b""), nothing);
    }

    #[test]
    fn the_entry_has_its_own_hash_and_the_map_those_of_what_it_imports() {
        let hashes = json!({ "element.js": "sha384-e", "class.js": "sha384-c", "styles.js": "sha384-s", "a_bg.wasm": "sha384-w" });
        let lines = lines(hashes.as_object().unwrap(), "1.2.3");
        assert!(lines.contains("src=\"/paymentsos-checkout-1.2.3/element.js\" integrity=\"sha384-e\""), "{lines}");
        assert!(lines.contains("\"/paymentsos-checkout-1.2.3/styles.js\": \"sha384-s\""), "{lines}");
        assert!(!lines.contains("sha384-c") && !lines.contains("sha384-w"), "{lines}");
    }
}
