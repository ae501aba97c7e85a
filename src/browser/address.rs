//! The address bar.

use paymentsos_core::flow::returned::{self, Clean, Returned};
use web_sys::{Location, Url};

fn location() -> Option<Location> {
    web_sys::window().map(|window| window.location())
}

/// What the address says of a return.
pub(super) fn read() -> Vec<Returned> {
    let Some(location) = location() else { return Vec::new() };
    returned::read(&location.search().unwrap_or_default(), &location.hash().unwrap_or_default())
}

/// Takes the return parameters out of the address, without a new entry in the history, and leaves the page's own state there.
pub(super) fn clean(what: Clean) {
    let Some(window) = web_sys::window() else { return };
    let location = window.location();
    let hash = returned::clean(&location.hash().unwrap_or_default(), what);
    let address = this_page(what) + &hash;
    if let Ok(history) = window.history() {
        let state = history.state().unwrap_or_default();
        // A page may be forbidden to do so; then the parameters stay, which harms nothing.
        let _ = history.replace_state_with_url(&state, "", Some(&address));
    }
}

/// The page's address without fragment and return parameters.
pub(super) fn this_page(what: Clean) -> String {
    let Some(location) = location() else { return String::new() };
    let path = location.origin().unwrap_or_default() + &location.pathname().unwrap_or_default();
    path + &returned::clean(&location.search().unwrap_or_default(), what)
}

/// An address given by the page, made absolute against the page's own; as it was where `URL` refuses it.
pub fn merchant_site(address: &str) -> String {
    let base = location().and_then(|location| location.href().ok()).unwrap_or_default();
    Url::new_with_base(address, &base).map_or_else(|_| address.to_owned(), |url| url.href())
}

/// Leaves the page.
pub(super) fn go(address: &str) {
    if let Some(location) = location() {
        // Refused navigation leaves the page as it is, and the flow's watchdog offers a link.
        let _ = location.assign(address);
    }
}
