//! The names by which a wasm module and its glue know each other's functions. wasm-bindgen's are long and end in sixteen random digits,
//! which no compression takes away: they are 3 kB of the 78 that the whole component may take.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};
use walrus::{FunctionId, Import, ImportKind, Module};

/// New names by the old ones.
type Names = BTreeMap<String, String>;

/// Gives the module short names in place of wasm-bindgen's, and says what its glue has to be then. What has none of those stays as it is.
/// The first import of those functions, of all where none are given, is a hash.
pub(super) fn shorten(module: &mut Module, glue: &str, first: Option<&BTreeSet<FunctionId>>) -> String {
    let names = short_names(module, first);
    for name in module.imports.iter_mut().map(|import| &mut import.name) {
        rename(name, &names);
    }
    for name in module.exports.iter_mut().map(|export| &mut export.name) {
        rename(name, &names);
    }
    with_names(glue, &names)
}

fn rename(name: &mut String, names: &Names) {
    if let Some(short) = names.get(name) {
        short.clone_into(name);
    }
}

fn short_names(module: &Module, of: Option<&BTreeSet<FunctionId>>) -> Names {
    let mut names = Names::new();
    let mut hasher = DefaultHasher::new();
    let is_of = |import: &&Import| match import.kind {
        ImportKind::Function(id) => of.is_none_or(|of| of.contains(&id)),
        _ => false,
    };
    let first = module.imports.iter().filter(is_of).map(|import| &import.name).find(|name| is_long(name));
    let imports: Vec<&String> = module.imports.iter().map(|import| &import.name).filter(|name| is_long(name)).collect();
    let exports = module.exports.iter().map(|export| &export.name).filter(|name| is_long(name));
    for (at, name) in imports.iter().copied().chain(exports).enumerate() {
        hasher.write(name.as_bytes());
        names.insert(name.clone(), short(at));
    }
    // The long names also keep a module from the glue of another build. An import that is a hash of them all does so still: the
    // browser refuses a module whose imports are not all there.
    if let Some(first) = first {
        names.insert(first.clone(), format!("h{:x}", hasher.finish()));
    }
    names
}

/// The glue with new names. Each is a word there that names nothing else.
fn with_names(glue: &str, names: &Names) -> String {
    let mut written = String::new();
    let mut word = String::new();
    for letter in glue.chars().map(Some).chain([None]) {
        match letter {
            Some(letter) if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$') => word.push(letter),
            other => {
                written.push_str(names.get(word.as_str()).unwrap_or(&word));
                written.extend(other);
                word.clear();
            }
        }
    }
    written
}

/// wasm-bindgen's own names, unlike those of what a crate exports.
fn is_long(name: &str) -> bool {
    name.contains("__")
}

/// `a` to `z`, then `aa`, `ba` and so on.
pub(super) fn short(mut number: usize) -> String {
    let mut name = String::new();
    loop {
        name.extend(char::from_digit(10 + (number % 26) as u32, 36));
        number /= 26;
        if number == 0 {
            return name;
        }
        number -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = r#"const imports={"./x_bg.js":{__wbg_now_0123456789abcdef:()=>now(),__wbg_log_0123456789abcdef:log}};
function f(){this.__wbg_ptr=wasm.__wbindgen_malloc(wasm.work())}"#;

    /// Two imports of the given names, and three exports.
    fn module(first: &str, second: &str) -> Module {
        let mut module = Module::default();
        let nothing = module.types.add(&[], &[]);
        let (function, _) = module.add_import_func("./x_bg.js", first, nothing);
        module.add_import_func("./x_bg.js", second, nothing);
        let memory = module.memories.add_local(false, false, 1, None, None);
        module.exports.add("memory", memory);
        module.exports.add("__wbindgen_malloc", function);
        module.exports.add("work", function);
        module
    }

    fn names(module: &Module) -> Vec<&str> {
        let imports = module.imports.iter().map(|import| import.name.as_str());
        imports.chain(module.exports.iter().map(|export| export.name.as_str())).collect()
    }

    fn first_import(glue: &str) -> &str {
        glue.split_once("\"./x_bg.js\":{").unwrap().1.split_once(':').unwrap().0
    }

    #[test]
    fn gives_module_and_glue_the_same_short_names() {
        let mut module = module("__wbg_now_0123456789abcdef", "__wbg_log_0123456789abcdef");
        let glue = shorten(&mut module, GLUE, None);
        let hash = first_import(&glue);
        assert_eq!(
            glue,
            format!(
                "const imports={{\"./x_bg.js\":{{{hash}:()=>now(),b:log}}}};\nfunction f(){{this.__wbg_ptr=wasm.c(wasm.work())}}"
            )
        );
        assert_eq!(names(&module), [hash, "b", "memory", "c", "work"]);
    }

    #[test]
    fn leaves_short_names_as_they_are() {
        let mut module = module("__wbg_now_0123456789abcdef", "__wbg_log_0123456789abcdef");
        let once = shorten(&mut module, GLUE, None);
        let before = names(&module).join(" ");
        assert_eq!(shorten(&mut module, &once, None), once);
        assert_eq!(names(&module).join(" "), before);
    }

    #[test]
    fn keeps_a_module_from_the_glue_of_another() {
        let glue = shorten(&mut module("__wbg_now_0123456789abcdef", "__wbg_log_0123456789abcdef"), GLUE, None);
        let other = GLUE.replace("log_0123456789abcdef", "log_fedcba9876543210");
        let other = shorten(&mut module("__wbg_now_0123456789abcdef", "__wbg_log_fedcba9876543210"), &other, None);
        assert_ne!(first_import(&glue), first_import(&other));
    }

    #[test]
    fn gives_no_short_name_twice() {
        let names: BTreeSet<_> = (0..1000).map(short).collect();
        assert_eq!(names.len(), 1000);
        assert_eq!([short(0), short(25), short(26), short(27)], ["a", "z", "aa", "ba"]);
    }
}
