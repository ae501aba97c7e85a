//! The elements that screens are made of.

use super::PRESS;
use yew::prelude::*;
use yew::virtual_dom::{AttributeOrProperty, Attributes, VList, VTag};

/// A kind of element: its name, and the attributes that one can have.
///
/// There is one for each name, and they are all here: so an element only ever takes the place of one with the same attributes, if of other
/// values. Of two with others, Yew makes maps to find out what differs, which is nothing that the published module can do
/// (`xtask/src/wasm/unused.rs`).
pub(super) struct Tag {
    name: &'static str,
    attributes: &'static [&'static str],
}

/// What an attribute is, if it is there.
pub(super) type Value = Option<AttributeOrProperty>;

impl Tag {
    /// An element of that kind. The values are in the attributes' order, those at the end may be left out.
    pub(super) fn element(&self, mut values: Vec<Value>, children: Vec<Html>) -> VTag {
        let mut element = VTag::new(self.name);
        values.resize(self.attributes.len(), None);
        element.set_attributes(Attributes::Dynamic { keys: self.attributes, values: values.into() });
        if let Some(place) = element.children_mut() {
            *place = VList::with_children(children, None).into();
        }
        element
    }
}

macro_rules! tags {
    ($($tag:ident = $name:literal: $($attribute:expr),+;)+) => {
        $(pub(super) static $tag: Tag = Tag { name: $name, attributes: &[$($attribute),+] };)+
    };
}

tags! {
    A = "a": "part", "href", "rel", "target";
    BDI = "bdi": "part";
    BUTTON = "button": "part", "type", PRESS, "aria-disabled";
    DD = "dd": "part";
    DIV = "div": "part", "role", "lang", "dir";
    DL = "dl": "part";
    DT = "dt": "part";
    FIELDSET = "fieldset": "part";
    H2 = "h2": "part", "id", "tabindex";
    IFRAME = "iframe": "part", "title", "src", "allow", "width", "height";
    INPUT = "input": "part", "type", "name", PRESS, "disabled";
    LABEL = "label": "part";
    LEGEND = "legend": "part";
    P = "p": "part", "role";
    PATH = "path": "fill", "d";
    SECTION = "section": "part", "aria-labelledby", "lang", "dir";
    SLOT = "slot": "name";
    SPAN = "span": "part", "aria-hidden";
    SVG = "svg": "part", "role", "aria-label", "viewBox", "aria-hidden";
}
