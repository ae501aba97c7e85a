//! The browser's own JSON values, read by serde.
//!
//! `serde-wasm-bindgen` reads them too, but makes sentences of its errors, for which it brings the formatting of floats: 11 kB of the
//! 90 that the whole component may take. Here a reply that cannot be read is one that cannot be read.

use js_sys::{Array, Object};
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;
use wasm_bindgen::{JsCast, JsValue};

/// A value that is not what it should be.
#[derive(Debug)]
pub(super) struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unreadable")
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Unreadable
    }
}

/// A value as `JSON.parse` makes them.
pub(super) struct Json(pub(super) JsValue);

impl<'de> Deserializer<'de> for Json {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        const SAFE: f64 = 9_007_199_254_740_991.0;
        let Json(value) = self;
        if let Some(text) = value.as_string() {
            visitor.visit_string(text)
        } else if let Some(number) = value.as_f64() {
            let whole = number as u64;
            if whole as f64 == number && number <= SAFE { visitor.visit_u64(whole) } else { visitor.visit_f64(number) }
        } else if let Some(flag) = value.as_bool() {
            visitor.visit_bool(flag)
        } else if let Some(array) = value.dyn_ref::<Array>() {
            visitor.visit_seq(Entries { left: array.to_vec(), value: None })
        } else if let Some(object) = value.dyn_ref::<Object>() {
            visitor.visit_map(Entries { left: Object::entries(object).to_vec(), value: None })
        } else {
            visitor.visit_unit()
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.0.is_null() || self.0.is_undefined() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

/// What is left of an array, or of an object's names and values.
struct Entries {
    left: Vec<JsValue>,
    value: Option<JsValue>,
}

impl<'de> SeqAccess<'de> for Entries {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        if self.left.is_empty() { Ok(None) } else { seed.deserialize(Json(self.left.remove(0))).map(Some) }
    }
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        let Some(entry) = self.left.pop().map(Array::unchecked_from_js) else { return Ok(None) };
        self.value = Some(entry.get(1));
        let name = entry.get(0).as_string().unwrap_or_default();
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        seed.deserialize(Json(self.value.take().unwrap_or_default()))
    }
}
