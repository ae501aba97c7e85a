//! Plain JavaScript objects, by the names of their members.
//!
//! What is read or called once or twice goes this way rather than by a typed import: each of those brings its own lines of glue.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// An object with these members; those that are `undefined` are left out.
pub(crate) fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        if !value.is_undefined() {
            // Only a frozen object refuses a member.
            let _ = Reflect::set(&object, &JsValue::from_str(name), value);
        }
    }
    object.into()
}

/// A member of an object; `undefined` where there is none, or where reading it throws.
pub(crate) fn member(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or_default()
}

/// A member that is text; empty where it is none.
pub(crate) fn text(object: &JsValue, name: &str) -> String {
    member(object, name).as_string().unwrap_or_default()
}

/// A global of the page, such as `location`.
pub(crate) fn global(name: &str) -> JsValue {
    member(&js_sys::global(), name)
}

/// A new object of a class that is a member of `within`; none where there is no such class, or it throws.
pub(crate) fn construct(within: &JsValue, class: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let class: Function = member(within, class).dyn_into().ok()?;
    Reflect::construct(&class, &arguments.iter().collect::<Array>()).ok()
}

/// What a method of an object gives; none where there is no such method, or it throws.
pub(crate) fn call(object: &JsValue, name: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let method: Function = member(object, name).dyn_into().ok()?;
    method.apply(object, &arguments.iter().collect::<Array>()).ok()
}
