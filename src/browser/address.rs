//! The address bar.

use super::objects::{call, construct, global, member, text};
use paymentsos_core::flow::returned::{self, Clean, Returned};

/// What the address says of a return.
pub(super) fn read() -> Vec<Returned> {
    let location = global("location");
    returned::read(&text(&location, "search"), &text(&location, "hash"))
}

/// Takes the return parameters out of the address, without a new entry in the history, and leaves the page's own state there.
pub(super) fn clean(what: Clean) {
    let hash = returned::clean(&text(&global("location"), "hash"), what);
    let address = this_page(what) + &hash;
    let history = global("history");
    // A page may be forbidden to do so; then the parameters stay, which harms nothing.
    call(&history, "replaceState", &[member(&history, "state"), "".into(), address.into()]);
}

/// The page's address without fragment and return parameters.
pub(super) fn this_page(what: Clean) -> String {
    let location = global("location");
    let search = returned::clean(&text(&location, "search"), what);
    [text(&location, "origin"), text(&location, "pathname"), search].concat()
}

/// Whether that is an origin and no more, as the browser writes it.
pub fn is_origin(origin: &str) -> bool {
    construct(&js_sys::global(), "URL", &[origin.into()]).is_some_and(|url| text(&url, "origin") == origin)
}

/// An address given by the page, made absolute against the page's own; as it was where `URL` refuses it.
pub fn absolute(address: &str) -> String {
    let base = member(&global("location"), "href");
    let url = construct(&js_sys::global(), "URL", &[address.into(), base]);
    url.map_or_else(|| address.to_owned(), |url| text(&url, "href"))
}
