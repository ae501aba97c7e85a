//! What a browser loads of the languages: a script each, and their list.

use super::{ENGLISH, Locale, tags};
use crate::failure::{Failure, Result};
use crate::files::failed;
use serde_json::json;
use std::fs;
use std::path::Path;

/// The list of the files, in `index.js`, before it is filled in.
const LIST: &str = "const FILES = {};";

/// Writes in `folder` a script beside each language's file, takes out of the file what only translators need, and fills in the list.
pub(crate) fn publish(folder: &Path) -> Result<()> {
    let mut list = String::from("const FILES = {\n");
    for tag in tags(folder)? {
        let path = folder.join(format!("{tag}.json"));
        if tag == ENGLISH {
            fs::remove_file(&path).map_err(|e| failed(&path, &e))?;
            continue;
        }
        let locale = Locale::read(folder, &tag)?;
        let published = json!({"language": tag, "direction": locale.direction, "texts": locale.texts}).to_string();
        fs::write(&path, &published).map_err(|e| failed(&path, &e))?;
        let script = folder.join(format!("{tag}.js"));
        fs::write(&script, format!("export default {published};\n")).map_err(|e| failed(&script, &e))?;
        list += &format!("  '{tag}': () => import('./{tag}.js'),\n");
    }
    let index = folder.join("index.js");
    let text = fs::read_to_string(&index).map_err(|e| failed(&index, &e))?;
    if !text.contains(LIST) {
        return Err(Failure(format!("{} has no `{LIST}` to fill in", index.display())));
    }
    fs::write(&index, text.replace(LIST, &(list + "};"))).map_err(|e| failed(&index, &e))
}
