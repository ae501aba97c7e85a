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

/// An address given by the page, made absolute against the page's own; as it was where `URL` refuses it.
pub fn merchant_site(address: &str) -> String {
    let base = member(&global("location"), "href");
    let url = construct(&js_sys::global(), "URL", &[address.into(), base]);
    url.map_or_else(|| address.to_owned(), |url| text(&url, "href"))
}

/// Leaves the page. Refused navigation leaves it as it is, and the flow's watchdog offers a link.
pub(super) fn go(address: &str) {
    call(&global("location"), "assign", &[address.into()]);
}
