//! The names by which a wasm module and its glue know each other's functions. wasm-bindgen's are long and end in sixteen random digits,
//! which no compression takes away: they are 3 kB of the 90 that the whole component may take.

use crate::failure::{Failure, Result};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};

const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;
const FUNCTION: u8 = 0;

/// The module and its glue, with short names in place of wasm-bindgen's. What has none of those stays as it is.
pub(crate) fn shorten(wasm: &[u8], glue: &str) -> Result<(Vec<u8>, String)> {
    let module = Module::read(wasm).ok_or_else(|| Failure("the names in the wasm cannot be read".into()))?;
    let names = module.short_names();
    Ok((module.with_names(&names), with_names(glue, &names)))
}

/// New names by the old ones.
type Names<'a> = BTreeMap<&'a str, String>;

struct Module<'a> {
    magic: &'a [u8],
    sections: Vec<(u8, Section<'a>)>,
}

enum Section<'a> {
    Named(Vec<Entry<'a>>),
    Other(&'a [u8]),
}

/// An import or an export.
struct Entry<'a> {
    /// The module it is imported from.
    from: Option<&'a str>,
    name: &'a str,
    kind: u8,
    index: usize,
}

impl<'a> Module<'a> {
    /// None where it is no module, or imports what is no function, as wasm-bindgen's never do.
    fn read(wasm: &'a [u8]) -> Option<Module<'a>> {
        let (magic, mut rest) = wasm.split_at_checked(8)?;
        let mut sections = Vec::new();
        while !rest.is_empty() {
            let id = byte(&mut rest)?;
            let mut content = bytes(&mut rest)?;
            let section = match id {
                IMPORTS | EXPORTS => {
                    let count = number(&mut content)?;
                    Section::Named((0..count).map(|_| Entry::read(id, &mut content)).collect::<Option<_>>()?)
                }
                _ => Section::Other(content),
            };
            sections.push((id, section));
        }
        Some(Module { magic, sections })
    }

    fn short_names(&self) -> Names<'a> {
        let mut names = Names::new();
        let mut hasher = DefaultHasher::new();
        let mut first = None;
        for (_, section) in &self.sections {
            let Section::Named(entries) = section else { continue };
            for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| is_long(entry.name)) {
                hasher.write(entry.name.as_bytes());
                names.insert(entry.name, short(at));
                first = first.or(entry.from.map(|_| entry.name));
            }
        }
        // The long names also keep a module from the glue of another build. An import that is a hash of them all does so still: the
        // browser refuses a module whose imports are not all there.
        if let Some(first) = first {
            names.insert(first, format!("h{:x}", hasher.finish()));
        }
        names
    }

    fn with_names(&self, names: &Names) -> Vec<u8> {
        let mut written = self.magic.to_vec();
        for (id, section) in &self.sections {
            written.push(*id);
            match section {
                Section::Named(entries) => {
                    let mut content = Vec::new();
                    push_number(&mut content, entries.len());
                    entries.iter().for_each(|entry| entry.write(names, &mut content));
                    push_bytes(&mut written, &content);
                }
                Section::Other(content) => push_bytes(&mut written, content),
            }
        }
        written
    }
}

impl<'a> Entry<'a> {
    fn read(section: u8, content: &mut &'a [u8]) -> Option<Entry<'a>> {
        let from = if section == IMPORTS { Some(text(content)?) } else { None };
        let entry = Entry { from, name: text(content)?, kind: byte(content)?, index: number(content)? };
        (section == EXPORTS || entry.kind == FUNCTION).then_some(entry)
    }

    fn write(&self, names: &Names, content: &mut Vec<u8>) {
        if let Some(from) = self.from {
            push_bytes(content, from.as_bytes());
        }
        push_bytes(content, names.get(self.name).map_or(self.name, String::as_str).as_bytes());
        content.push(self.kind);
        push_number(content, self.index);
    }
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
fn short(mut number: usize) -> String {
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

/// A number of a wasm module (unsigned LEB128).
fn number(from: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..35).step_by(7) {
        let next = byte(from)?;
        number |= usize::from(next & 0x7f) << shift;
        if next < 0x80 {
            return Some(number);
        }
    }
    None
}

fn push_number(to: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        to.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn byte(from: &mut &[u8]) -> Option<u8> {
    let (first, rest) = from.split_first()?;
    *from = rest;
    Some(*first)
}

/// Bytes after their number.
fn bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(from)?;
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(bytes)
}

fn push_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    push_number(to, bytes.len());
    to.extend(bytes);
}

fn text<'a>(from: &mut &'a [u8]) -> Option<&'a str> {
    str::from_utf8(bytes(from)?).ok()
}

#[cfg(test)]
mod tests {
    use super::{short, shorten};
    use std::collections::BTreeSet;

    const GLUE: &str = r#"const imports={"./x_bg.js":{__wbg_now_0123456789abcdef:()=>now(),__wbg_log_0123456789abcdef:log}};
function f(){this.__wbg_ptr=wasm.__wbindgen_malloc(wasm.work())}"#;

    /// Two imports of the given names, three exports and a custom section.
    fn module(first: &str, second: &str) -> Vec<u8> {
        let imports = [b"\x02".to_vec(), import(first), import(second)].concat();
        let exports =
            [b"\x03".to_vec(), export("memory", 2), export("__wbindgen_malloc", 0), export("work", 0)].concat();
        [b"\0asm\x01\0\0\0".to_vec(), section(2, &imports), section(7, &exports), section(0, &[9; 200])].concat()
    }

    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        let (low, high) = ((content.len() % 128) as u8 | 0x80, (content.len() / 128) as u8);
        [&[id, low, high][..], content].concat()
    }

    fn import(name: &str) -> Vec<u8> {
        [&b"\x09./x_bg.js"[..], &[name.len() as u8], name.as_bytes(), &[0, 5]].concat()
    }

    fn export(name: &str, kind: u8) -> Vec<u8> {
        [&[name.len() as u8][..], name.as_bytes(), &[kind, 3]].concat()
    }

    fn contains(wasm: &[u8], name: &str) -> bool {
        wasm.windows(name.len() + 1)
            .any(|window| usize::from(window[0]) == name.len() && window[1..] == *name.as_bytes())
    }

    fn first_import(glue: &str) -> &str {
        glue.split_once("\"./x_bg.js\":{").unwrap().1.split_once(':').unwrap().0
    }

    #[test]
    fn gives_module_and_glue_the_same_short_names() {
        let wasm = module("__wbg_now_0123456789abcdef", "__wbg_log_0123456789abcdef");
        let (wasm, glue) = shorten(&wasm, GLUE).unwrap();
        let hash = first_import(&glue);
        assert_eq!(
            glue,
            format!(
                "const imports={{\"./x_bg.js\":{{{hash}:()=>now(),b:log}}}};\nfunction f(){{this.__wbg_ptr=wasm.b(wasm.work())}}"
            )
        );
        for name in ["./x_bg.js", hash, "b", "memory", "work"] {
            assert!(contains(&wasm, name), "{name}");
        }
        assert!(!contains(&wasm, "__wbindgen_malloc"));
        assert!(wasm.ends_with(&[9; 200]));
    }

    #[test]
    fn leaves_short_names_as_they_are() {
        let once = shorten(&module("__wbg_now_0123456789abcdef", "__wbg_log_0123456789abcdef"), GLUE).unwrap();
        let twice = shorten(&once.0, &once.1).unwrap();
        assert_eq!(once, twice);
    }

    #[test]
    fn keeps_a_module_from_the_glue_of_another() {
        let (_, glue) = shorten(&module("__wbg_now_0123456789abcdef", "__wbg_log_0123456789abcdef"), GLUE).unwrap();
        let other = GLUE.replace("log_0123456789abcdef", "log_fedcba9876543210");
        let (_, other) = shorten(&module("__wbg_now_0123456789abcdef", "__wbg_log_fedcba9876543210"), &other).unwrap();
        assert_ne!(first_import(&glue), first_import(&other));
    }

    #[test]
    fn says_so_where_it_is_no_module() {
        for wrong in [
            &b"\0asm"[..],
            b"\0asm\x01\0\0\0\x02",
            b"\0asm\x01\0\0\0\x02\x05\x01",
            b"\0asm\x01\0\0\0\x07\x80\x80\x80\x80\x80\x80",
        ] {
            assert!(shorten(wrong, GLUE).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn gives_no_short_name_twice() {
        let names: BTreeSet<_> = (0..1000).map(short).collect();
        assert_eq!(names.len(), 1000);
        assert_eq!([short(0), short(25), short(26), short(27)], ["a", "z", "aa", "ba"]);
    }
}
