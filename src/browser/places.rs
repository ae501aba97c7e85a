//! The addresses that the backend named, kept here and nowhere else: the flow knows them by number, and by the facts it judges them by.

use super::objects::{construct, text};
use paymentsos_core::flow::Place;
use std::cell::RefCell;
use yew::AttrValue;

/// Addresses under their numbers.
#[derive(Default)]
pub struct Places(RefCell<Vec<AttrValue>>);

impl Places {
    /// Keeps an address, as the browser's `URL` writes it, and says what `URL` read in it.
    pub fn keep(&self, address: &str) -> Place {
        match construct(&js_sys::global(), "URL", &[address.into()]) {
            Some(url) => {
                let href = text(&url, "href");
                Place {
                    scheme: text(&url, "protocol").strip_suffix(':').unwrap_or_default().to_owned(),
                    host: text(&url, "hostname"),
                    has_credentials: !text(&url, "username").is_empty() || !text(&url, "password").is_empty(),
                    // `chars().count()` would bring a quick way for long texts, of 0.5 kB.
                    length: href.chars().fold(0, |length, _| length + 1),
                    number: self.number(href),
                }
            }
            None => Place {
                number: self.number(String::new()),
                scheme: String::new(),
                host: String::new(),
                has_credentials: false,
                length: 0,
            },
        }
    }

    fn number(&self, href: String) -> u32 {
        let mut places = self.0.borrow_mut();
        let at = places.iter().position(|known| *known == href).unwrap_or_else(|| {
            places.push(AttrValue::from(href));
            places.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// The address under a number.
    pub fn address(&self, number: u32) -> Option<AttrValue> {
        self.0.borrow().get(usize::try_from(number).ok()?).cloned()
    }
}
