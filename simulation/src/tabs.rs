//! Tabs: opened, left, loaded again, shown again, closed.

use crate::browser::{At, Browser, Page, Tab};
use crate::ids;
use crate::time::Life;
use crate::watch::Notes;
use crate::world::World;
use paymentsos_core::flow::{Fit, Flow, Input, Kept, Lock, Millis, Money, Place, Presentation, Setup, Start, returned};
use paymentsos_core::paymentsos::Kind;
use std::rc::Rc;

/// What all pages of a story have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shop {
    pub(crate) kind: Kind,
    pub(crate) presentation: Presentation,
    /// The page shows the amount before the payment is read.
    pub(crate) shows_amount: bool,
    pub(crate) deadline: Millis,
}

impl Shop {
    fn setup(&self, names_payment: bool) -> Setup {
        Setup {
            payment_id: names_payment.then(|| ids::PAYMENT.into()),
            kind: self.kind,
            money: (self.shows_amount && names_payment).then(|| Money { amount: 4097, currency: ids::CURRENCY.into() }),
            presentation: self.presentation,
            redirect_hosts: Vec::new(),
            merchant_site: Place {
                number: 0,
                scheme: "https".into(),
                host: "shop.example".into(),
                has_credentials: false,
                length: 40,
            },
            deadline: self.deadline,
            fit: Fit::Pay,
        }
    }
}

impl World {
    /// A browser in which nothing has happened yet.
    pub(crate) fn new_browser(&self, browser: Browser) -> usize {
        let mut browsers = self.browsers.borrow_mut();
        browsers.push(browser);
        browsers.len() - 1
    }

    /// A tab without a page.
    pub(crate) fn new_tab(&self, browser: usize, names_payment: bool, is_window: bool) -> usize {
        let mut tabs = self.tabs.borrow_mut();
        tabs.push(Tab {
            browser,
            at: At::Closed,
            behind: None,
            query: String::new(),
            kept: None,
            names_payment,
            is_window,
            release: 1,
        });
        tabs.len() - 1
    }

    /// A page of the shop begins in a tab, at that address.
    pub(crate) fn begins(self: &Rc<Self>, tab: usize, shop: &Shop, query: &str) {
        self.leaves(tab, false);
        let number = self.pages.get() + 1;
        self.pages.set(number);
        let time = self.time.now();
        let setup = {
            let mut tabs = self.tabs.borrow_mut();
            let tab = &mut tabs[tab];
            query.clone_into(&mut tab.query);
            tab.behind = None;
            let setup = shop.setup(tab.names_payment);
            tab.at = At::Page(Box::new(Page {
                number,
                flow: Flow::new(),
                setup: setup.clone(),
                life: Life::new(),
                begun: time,
                visible: true,
                release: tab.release,
                open: Vec::new(),
                alarm: 0,
                is_set: false,
                memory: None,
                listens: None,
                window: None,
                collects: false,
                locks: Vec::new(),
                notes: Notes::default(),
            }));
            setup
        };
        self.say(|| {
            format!("tab {tab}: a page begins at the shop{}", if query.is_empty() { "" } else { ", returned to" })
        });
        let returned = returned::read(query, "");
        let (kept, can_keep, online) = {
            let (tabs, browsers) = (self.tabs.borrow(), self.browsers.borrow());
            let (tab, browser) = (&tabs[tab], &browsers[tabs[tab].browser]);
            let kept = tab.kept.as_ref().filter(|(by, _)| *by == tab.release && !browser.refuses_storage);
            (kept.and_then(|(_, line)| Kept::from_line(line)), !browser.refuses_storage, !browser.offline)
        };
        let wanted = Start::payments(&setup, &returned, kept.as_ref());
        let saved: Vec<_> =
            wanted.iter().filter_map(|id| Some(((*id).to_owned(), self.attempt(tab, number, id)?))).collect();
        self.with(tab, number, |page| page.notes.has_attempt = !saved.is_empty());
        let start = Start { setup, returned, saved, kept, can_keep, visible: true, online };
        self.input(tab, number, Input::Start(Box::new(start)));
    }

    /// The page of a tab is left: it is gone, or kept whole.
    pub(crate) fn leaves(self: &Rc<Self>, tab: usize, for_the_bank: bool) {
        let Some((number, _)) = self.view(tab) else { return };
        self.input(tab, number, Input::Left);
        let (browser, page) = {
            let mut tabs = self.tabs.borrow_mut();
            let browser = tabs[tab].browser;
            (browser, std::mem::replace(&mut tabs[tab].at, At::Closed))
        };
        let At::Page(mut page) = page else { return };
        self.ends(browser, &page);
        if let Some(window) = page.window.take() {
            self.closes(window);
        }
        let keeps = self.browsers.borrow()[browser].keeps_pages;
        if for_the_bank && keeps {
            self.tabs.borrow_mut()[tab].behind = Some(page);
        }
    }

    /// A tab is closed.
    pub(crate) fn closes(self: &Rc<Self>, tab: usize) {
        self.say(|| format!("tab {tab} is closed"));
        self.leaves(tab, false);
        let mut tabs = self.tabs.borrow_mut();
        tabs[tab].at = At::Closed;
        tabs[tab].behind = None;
    }

    /// Back from the bank: to the page that was kept whole, else to a new one at the same address.
    pub(crate) fn goes_back(self: &Rc<Self>, tab: usize, shop: &Shop) {
        let behind = self.tabs.borrow_mut()[tab].behind.take();
        match behind {
            Some(page) => self.shows_again(tab, page),
            None => {
                let query = self.tabs.borrow()[tab].query.clone();
                self.begins(tab, shop, &query);
            }
        }
    }

    /// The page of a tab is put aside, and shown again after a while.
    pub(crate) fn puts_aside(self: &Rc<Self>, tab: usize) -> Option<Box<Page>> {
        let (number, _) = self.view(tab)?;
        self.input(tab, number, Input::Left);
        let (browser, page) = {
            let mut tabs = self.tabs.borrow_mut();
            (tabs[tab].browser, std::mem::replace(&mut tabs[tab].at, At::Closed))
        };
        let At::Page(page) = page else { return None };
        self.ends(browser, &page);
        Some(page)
    }

    /// A page out of the back-forward cache: its requests and its timers are dead.
    pub(crate) fn shows_again(self: &Rc<Self>, tab: usize, mut page: Box<Page>) {
        let number = page.number;
        page.life = Life::new();
        page.is_set = false;
        page.open.clear();
        page.is_back(self.time.now());
        // What it still asks for was given back when it was put aside.
        page.locks.retain(|lock| matches!(lock, Lock::Create | Lock::Wait));
        self.tabs.borrow_mut()[tab].at = At::Page(page);
        self.input(tab, number, Input::Shown);
        self.input(tab, number, Input::Visible(true));
        self.with(tab, number, |page| page.visible = true);
    }
}
