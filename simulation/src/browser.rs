//! A browser: what its tabs share. And its tabs, with the pages in them.

use crate::time::Life;
use crate::watch::{Keys, Notes};
use paymentsos_core::flow::{Flow, Lock, Millis, Request, Setup};
use std::collections::BTreeMap;

/// What the tabs of one browser share.
pub(crate) struct Browser {
    /// `localStorage`: lines by payment, each with the release that wrote it.
    pub(crate) saved: BTreeMap<String, (u8, String)>,
    pub(crate) refuses_storage: bool,
    pub(crate) has_locks: bool,
    pub(crate) has_channel: bool,
    /// It keeps pages whole that are left.
    pub(crate) keeps_pages: bool,
    /// The shop knows the shopper here.
    pub(crate) has_session: bool,
    /// How far its clock is ahead.
    pub(crate) ahead: i64,
    pub(crate) offline: bool,
    /// Who holds which lock, and who waits for it, by the numbers of their pages.
    pub(crate) locks: Vec<(Lock, Vec<u64>)>,
    pub(crate) keys: Keys,
}

/// Where a tab is.
pub(crate) enum At {
    Page(Box<Page>),
    /// At the bank, about the transaction of that number.
    Bank(usize),
    Closed,
}

pub(crate) struct Tab {
    pub(crate) browser: usize,
    pub(crate) at: At,
    /// The page that was left for the bank, and kept whole.
    pub(crate) behind: Option<Box<Page>>,
    /// The address bar, as far as it matters.
    pub(crate) query: String,
    /// `sessionStorage`, with the release that wrote it.
    pub(crate) kept: Option<(u8, String)>,
    /// The page names the payment; else it is only returned to.
    pub(crate) names_payment: bool,
    /// It was opened by a page: a window of its own, or a frame.
    pub(crate) is_window: bool,
    /// The release of the next page.
    pub(crate) release: u8,
}

impl Tab {
    pub(crate) fn page(&self) -> Option<&Page> {
        match &self.at {
            At::Page(page) => Some(page),
            _ => None,
        }
    }

    pub(crate) fn page_mut(&mut self) -> Option<&mut Page> {
        match &mut self.at {
            At::Page(page) => Some(page),
            _ => None,
        }
    }
}

/// A request that nobody has answered yet.
pub(crate) struct Open {
    pub(crate) number: u32,
    pub(crate) request: Request,
    pub(crate) sent: Millis,
}

/// A page with a checkout on it.
pub(crate) struct Page {
    pub(crate) number: u64,
    pub(crate) flow: Flow,
    pub(crate) setup: Setup,
    pub(crate) life: Life,
    pub(crate) begun: Millis,
    pub(crate) visible: bool,
    pub(crate) release: u8,
    pub(crate) open: Vec<Open>,
    /// Which alarm is the latest, and whether it is still to ring.
    pub(crate) alarm: u64,
    pub(crate) is_set: bool,
    /// The attempt, where it could not be saved.
    pub(crate) memory: Option<String>,
    pub(crate) listens: Option<String>,
    /// The window that was opened in the press, by the number of its tab.
    pub(crate) window: Option<usize>,
    pub(crate) collects: bool,
    pub(crate) locks: Vec<Lock>,
    pub(crate) notes: Notes,
}
