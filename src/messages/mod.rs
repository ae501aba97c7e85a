//! What the checkout says: texts by key, English built in, and others on top.

mod en;

pub use en::Key;

use yew::AttrValue;

/// Writes the table: the keys, their names for merchants, and the English text. Every code has a key of its own.
macro_rules! texts {
    (
        screens { $($(#[$doc:meta])* $key:ident = $name:literal: $english:literal;)+ }
        codes { $($code:ident = $code_name:literal: $code_english:literal;)+ }
    ) => {
        /// What can be said. The names are public and stable: a page gives its own texts under them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Key {
            $($(#[$doc])* $key,)+
            $(#[doc = concat!("Why, for [`Code::", stringify!($code), "`](paymentsos_core::codes::Code::", stringify!($code), ").")] $code,)+
        }

        impl Key {
            /// Every key.
            pub const ALL: &'static [Key] = &[$(Key::$key,)+ $(Key::$code,)+];

            /// A line each: a table would also hold where each text is, which is 1 kB for all.
            const NAMES: &'static str = concat!($($name, "\n",)+ $($code_name, "\n",)+);
            const ENGLISH: &'static str = concat!($($english, "\n",)+ $($code_english, "\n",)+);

            /// The name under which a page gives a text of its own.
            pub fn name(self) -> &'static str {
                self.line_of(Key::NAMES)
            }

            /// The English text.
            pub fn english(self) -> &'static str {
                self.line_of(Key::ENGLISH)
            }

            fn line_of(self, lines: &'static str) -> &'static str {
                lines.split('\n').nth(self as usize).unwrap_or_default()
            }
        }

        impl From<paymentsos_core::codes::Code> for Key {
            fn from(code: paymentsos_core::codes::Code) -> Key {
                match code { $(paymentsos_core::codes::Code::$code => Key::$code,)+ }
            }
        }
    };
}
use texts;

impl Key {
    /// The key of that name, if it is one.
    pub fn from_name(name: &str) -> Option<Key> {
        Key::ALL.iter().copied().find(|key| key.name() == name)
    }
}

/// The texts of a checkout.
#[derive(Default, PartialEq)]
pub struct Messages {
    own: Vec<(Key, String)>,
    language: Option<AttrValue>,
    direction: Option<AttrValue>,
}

impl Messages {
    /// English, with other texts by the names of their keys on top: of two for one key the later holds, and a name that is none of a
    /// key's says nothing.
    pub fn new(own: Vec<(String, String)>) -> Messages {
        let own = own.into_iter().filter_map(|(name, text)| Some((Key::from_name(&name)?, text))).collect();
        Messages { own, language: None, direction: None }
    }

    /// The same, in a language (a BCP 47 tag) that is written in a direction, `ltr` or `rtl`.
    #[must_use]
    pub fn written_in(self, language: AttrValue, direction: AttrValue) -> Messages {
        Messages { language: Some(language), direction: Some(direction), ..self }
    }

    /// The same with another's texts on top.
    #[must_use]
    pub fn with(mut self, own: &Messages) -> Messages {
        self.own.extend(own.own.iter().cloned());
        self
    }

    /// The language of the texts and its direction; neither where they are those of the page around.
    pub fn language(&self) -> (Option<AttrValue>, Option<AttrValue>) {
        (self.language.clone(), self.direction.clone())
    }

    /// The text.
    pub fn text(&self, key: Key) -> &str {
        match self.own.iter().rfind(|(own, _)| *own == key) {
            Some((_, text)) => text,
            None => key.english(),
        }
    }

    /// The text with the values in place of their `{name}`s. Other braces stay, and so do those in a value.
    pub fn fill(&self, key: Key, values: &[(&str, &str)]) -> String {
        let mut rest = self.text(key);
        let mut filled = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let named = after.split_once('}').and_then(|(between, after)| {
                values.iter().find(|(name, _)| *name == between).map(|(_, value)| (*value, after))
            });
            let (value, after) = named.unwrap_or(("{", after));
            filled.push_str(value);
            rest = after;
        }
        filled.push_str(rest);
        filled
    }
}
