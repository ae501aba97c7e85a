//! The signs before a heading. They say nothing that the heading does not.

use super::pieces::{fixed, with};
use super::tags::{PATH, SVG};
use yew::prelude::*;

/// It is done.
pub(super) const DONE: &str = "M6 12.5l4 4 8-9";
/// It did not work.
pub(super) const FAILED: &str = "M8 8l8 8M16 8l-8 8";
/// It takes its time.
pub(super) const WAITING: &str = "M12 6v6l4 2.5";
/// Something is in the way.
pub(super) const BLOCKED: &str = "M12 6.5v6.5M12 16.5v.5";

/// A sign drawn with one stroke, in a disc. Its part tells a page which one it is.
pub(super) fn icon(part: &'static str, stroke: &'static str) -> Html {
    let path = with(&PATH, vec![None, fixed(stroke)], Vec::new());
    with(&SVG, vec![fixed(part), None, None, fixed("0 0 24 24"), fixed("true")], vec![path])
}
