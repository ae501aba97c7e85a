//! What wasm-bindgen has written for a module that has become smaller since: functions that it does not import any more, and exports that
//! nothing asks for then. Together they are 1 kB of what a page loads.

use std::collections::BTreeSet;
use walrus::Module;

/// How far the functions that a module can import are indented in the glue.
const INDENT: &str = "        ";

/// The glue without the functions that the module does not import.
pub(super) fn without_unused(module: &Module, glue: &str) -> String {
    let imported: BTreeSet<&str> = module.imports.iter().map(|import| import.name.as_str()).collect();
    let mut kept = String::new();
    let mut drops = false;
    for line in glue.split_inclusive('\n') {
        let own = line.strip_prefix(INDENT).filter(|own| !own.starts_with(' ')).unwrap_or_default();
        let begun = own.split_once(": function(").map(|(name, _)| name);
        drops |= begun.is_some_and(|name| !imported.contains(name));
        if !drops {
            kept.push_str(line);
        }
        drops &= !own.starts_with('}');
    }
    kept
}

/// Takes what the glue does not mention out of the module's exports.
pub(super) fn keep_exports_of(module: &mut Module, glue: &str) {
    let is_of_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$');
    let words: BTreeSet<&str> = glue.split(|letter| !is_of_word(letter)).collect();
    let unused = module.exports.iter().filter(|export| !words.contains(export.name.as_str())).map(|export| export.id());
    for id in unused.collect::<Vec<_>>() {
        module.exports.delete(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "    const import0 = {
        __wbg_now_1: function() {
            return now();
        },
        __wbg_log_2: function() { return handleError(function (arg0) {
            log(arg0, wasm.__wbindgen_free);
        }, arguments); },
        __wbg_pay_3: function(arg0) {
            pay(arg0);
        },
    };
";

    #[test]
    fn what_is_not_imported_goes_and_all_else_stays() {
        let mut module = Module::default();
        let nothing = module.types.add(&[], &[]);
        let (function, _) = module.add_import_func("./x_bg.js", "__wbg_pay_3", nothing);
        module.exports.add("__wbindgen_free", function);
        module.exports.add("pay", function);
        let glue = without_unused(&module, GLUE);
        assert_eq!(
            glue,
            "    const import0 = {
        __wbg_pay_3: function(arg0) {
            pay(arg0);
        },
    };
"
        );
        keep_exports_of(&mut module, &glue);
        let exports: Vec<&str> = module.exports.iter().map(|export| export.name.as_str()).collect();
        assert_eq!(exports, ["pay"]);
    }

    #[test]
    fn minified_glue_stays() {
        let glue = "function I(){return{\"./x_bg.js\":{now:function(){return now()}}}}";
        assert_eq!(without_unused(&Module::default(), glue), glue);
    }
}
