//! Subresource Integrity (W3C): the hash of every file that a browser loads, and the lines for a page that holds it to them.
//!
//! A `<script integrity>` covers that one file. What it imports until Pay can be pressed is covered by `modulepreload`, which a policy
//! without inline scripts allows too, and which loads it sooner (browsers without it, Safari before 17, check the entry alone). Of what a
//! script fetches, here the wasm, no browser checks a hash: it comes from where the checked scripts say. It is preloaded too, as it is
//! what takes longest.

use crate::failure::Result;
use crate::files::failed;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha384};
use std::fs;
use std::path::Path;

const ENTRY: &str = "element.js";
const IMPORTED: &str = "paymentsos-checkout.js";
const FETCHED: &str = "paymentsos-checkout_bg.wasm";

/// Writes `integrity.json`, by file, and `integrity.html`, to be pasted.
pub(super) fn write(folder: &Path, files: &[String], version: &str) -> Result<()> {
    let mut hashes = Map::new();
    for name in files {
        let path = folder.join(name);
        let bytes = fs::read(&path).map_err(|e| failed(&path, &e))?;
        hashes.insert(name.clone(), hash(&bytes).into());
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
    let checked = |name: &str| {
        let hash = hashes[name].as_str().unwrap_or_default();
        format!("\"{}\" integrity=\"{hash}\" crossorigin", at(name))
    };
    format!(
        "    <link rel=\"modulepreload\" href={}>\n    <link rel=\"preload\" as=\"fetch\" href=\"{}\" crossorigin>\n    <script type=\"module\" src={}></script>\n",
        checked(IMPORTED),
        at(FETCHED),
        checked(ENTRY)
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
    fn the_entry_and_what_it_imports_have_their_hashes() {
        let hashes = json!({"element.js": "sha384-e", "class.js": "sha384-c", "paymentsos-checkout.js": "sha384-g"});
        let lines = lines(hashes.as_object().unwrap(), "1.2.3");
        let script = "<script type=\"module\" src=\"/paymentsos-checkout-1.2.3/element.js\" integrity=\"sha384-e\" crossorigin></script>";
        assert!(lines.contains(script), "{lines}");
        let link = "<link rel=\"modulepreload\" href=\"/paymentsos-checkout-1.2.3/paymentsos-checkout.js\" integrity=\"sha384-g\" crossorigin>";
        assert!(lines.contains(link) && !lines.contains("sha384-c"), "{lines}");
        let wasm = "<link rel=\"preload\" as=\"fetch\" href=\"/paymentsos-checkout-1.2.3/paymentsos-checkout_bg.wasm\" crossorigin>";
        assert!(lines.contains(wasm), "{lines}");
    }
}
