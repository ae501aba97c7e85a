//! What wasm-bindgen has written for a module that has become smaller since: functions that it does not import any more, and exports that
//! nothing asks for then. Together they are 1 kB of what a page loads. And what it needs for a module in two parts.

use super::parts::FIRST;
use crate::failure::{Failure, Result};
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
    let words = words(glue);
    keep_exports(module, |name| words.contains(name));
}

/// Takes the exports out of a module that nobody uses.
pub(super) fn keep_exports(module: &mut Module, is_used: impl Fn(&str) -> bool) {
    let unused = module.exports.iter().filter(|export| !is_used(&export.name)).map(|export| export.id());
    for id in unused.collect::<Vec<_>>() {
        module.exports.delete(id);
    }
}

/// How every function begins by which the page calls back.
const CALLED_BACK: &str = "const real = (...args) => {\n";
/// What stands in each of them, however it begins.
const IN_USE: &str = "state.cnt++;";

/// The glue of a module in two parts. From `hold()` on, no call of the page's gets into the wasm until the rest is there: those that
/// come wait, but for those whose function is dropped meanwhile. `rest(response)` loads it and promises a function that lets them in.
pub(super) fn for_parts(glue: &str) -> Result<String> {
    let called_back = glue.matches(CALLED_BACK).count();
    if called_back == 0 || called_back != glue.matches(IN_USE).count() {
        return Err(Failure("wasm-bindgen's glue calls back in another way than `glue.rs` knows".into()));
    }
    let held = format!(
        "{CALLED_BACK}if (isHeld) return new Promise((done) => {{
    waiting.push(() => done(state.cnt ? real(...args) : undefined));
}});
"
    );
    let more = format!(
        "
let isWhole = false;
let isHeld = false;
let waiting = [];
export function hold() {{ isHeld = !isWhole; }}
export async function rest(response) {{
    await __wbg_load(await response, {{ ...__wbg_get_imports(), {FIRST}: wasm }});
    return () => {{
        isWhole = true;
        isHeld = false;
        for (const call of waiting.splice(0)) queueMicrotask(call);
    }};
}}
"
    );
    Ok(glue.replace(CALLED_BACK, &held) + &more)
}

/// All names in it, and more.
pub(super) fn words(glue: &str) -> BTreeSet<&str> {
    let is_of_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$');
    glue.split(|letter| !is_of_word(letter)).collect()
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

    #[test]
    fn every_way_back_into_a_module_in_two_parts_waits_for_the_rest() {
        let real = "    const real = (...args) => {\n        state.cnt++;\n    };\n";
        let glue = for_parts(&format!("{real}{real}")).unwrap();
        assert_eq!(glue.matches("=> {\nif (isHeld) return").count(), 2, "{glue}");
        for name in ["hold", "rest"] {
            assert!(glue.contains(&format!("function {name}(")), "{name}");
        }
        assert!(for_parts("const real = (a) => f(a);").is_err());
        let other = "    const real = async (...args) => {\n        state.cnt++;\n    };\n";
        assert!(for_parts(&format!("{real}{other}")).is_err(), "one of them would not wait");
    }
}
