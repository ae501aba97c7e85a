//! A story's world: browsers and their tabs, the backend, PaymentsOS, and the time that they share. What happens to a page goes through
//! [`World::input`], after which the rules are looked at.

use crate::browser::{At, Browser, Page, Tab};
use crate::chance::Chance;
use crate::faults::{Fault, Faults};
use crate::ids;
use crate::merchant::Merchant;
use crate::paymentsos::{PaymentsOs, Plan};
use crate::time::{Life, Time};
use crate::watch::{self, Violation};
use paymentsos_core::flow::{Input, Lock, Millis, Now, View};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// A line of a story: when, and what.
pub(crate) type Line = (Millis, String);

pub(crate) struct World {
    pub(crate) time: Time,
    pub(crate) life: Life,
    pub(crate) chance: Rc<RefCell<Chance>>,
    pub(crate) faults: Rc<Faults>,
    pub(crate) paymentsos: Rc<RefCell<PaymentsOs>>,
    pub(crate) merchant: Rc<Merchant>,
    pub(crate) browsers: RefCell<Vec<Browser>>,
    pub(crate) tabs: RefCell<Vec<Tab>>,
    /// What the shopper pays with, by the number of the press.
    pub(crate) plans: RefCell<HashMap<u32, Plan>>,
    pub(crate) presses: Cell<u32>,
    pub(crate) pages: Cell<u64>,
    /// When something was last decided at PaymentsOS.
    pub(crate) decided: Cell<Millis>,
    pub(crate) violation: RefCell<Option<Violation>>,
    pub(crate) told: RefCell<Option<Vec<Line>>>,
    pub(crate) inputs: Cell<u64>,
}

impl World {
    pub(crate) fn say(&self, what: impl FnOnce() -> String) {
        if let Some(told) = self.told.borrow_mut().as_mut() {
            told.push((self.time.now(), what()));
        }
    }

    pub(crate) fn breaks(&self, violation: Option<Violation>) {
        let Some(violation) = violation else { return };
        self.violation.borrow_mut().get_or_insert(violation);
    }

    pub(crate) fn below(&self, bound: u32) -> u32 {
        self.chance.borrow_mut().below(bound)
    }

    pub(crate) fn one_in(&self, times: u32) -> bool {
        self.chance.borrow_mut().one_in(times)
    }

    pub(crate) fn between(&self, least: Millis, most: Millis) -> Millis {
        self.chance.borrow_mut().between(least, most)
    }

    pub(crate) fn happens(&self, fault: Fault) -> bool {
        let happens = self.faults.happens(fault, &mut self.chance.borrow_mut());
        if happens {
            self.say(|| format!("    ({})", fault.name()));
        }
        happens
    }

    /// Does something to the page of a tab, if it is still that page.
    pub(crate) fn with<T>(&self, tab: usize, number: u64, work: impl FnOnce(&mut Page) -> T) -> Option<T> {
        let mut tabs = self.tabs.borrow_mut();
        let page = tabs.get_mut(tab)?.page_mut().filter(|page| page.number == number)?;
        Some(work(page))
    }

    /// The number of the page of a tab, and what it shows.
    pub(crate) fn view(&self, tab: usize) -> Option<(u64, View)> {
        let tabs = self.tabs.borrow();
        let page = tabs.get(tab)?.page()?;
        Some((page.number, page.flow.view()))
    }

    fn now(&self, tab: usize, begun: Millis) -> Now {
        let ahead = {
            let (tabs, browsers) = (self.tabs.borrow(), self.browsers.borrow());
            tabs.get(tab).map_or(0, |tab| browsers[tab.browser].ahead)
        };
        let time = self.time.now();
        let wall = (ids::MORNING + time).saturating_add_signed(ahead);
        let chance = u16::try_from(self.below(1 << 16)).unwrap_or_default();
        Now { steady: time - begun, wall, chance }
    }

    /// Something happens to a page. Nothing does to one that is gone, or put aside.
    pub(crate) fn input(self: &Rc<Self>, tab: usize, number: u64, input: Input) {
        if self.violation.borrow().is_some() {
            return;
        }
        let Some(begun) = self.with(tab, number, |page| page.begun) else { return };
        self.inputs.set(self.inputs.get() + 1);
        let now = self.now(tab, begun);
        let is_narrated = self.told.borrow().is_some() && !matches!(input, Input::Start(_));
        let words = is_narrated.then(|| format!("tab {tab}: {}", words(&input)));
        let handled = self.with(tab, number, |page| {
            let is_press = matches!(input, Input::Pay(_));
            let before = (is_press || is_narrated).then(|| page.flow.view());
            let effects = page.flow.handle(input, now);
            if let Some(before) = &before
                && is_press
            {
                page.notes.pressed(before, &page.flow.view());
            }
            effects
        });
        if let Some(words) = words {
            self.say(|| words);
        }
        for effect in handled.unwrap_or_default() {
            self.carry_out(tab, number, effect);
        }
        self.look(tab, number);
    }

    /// The same a little later, after whatever is going on now.
    pub(crate) fn input_soon(self: &Rc<Self>, after: Millis, tab: usize, number: u64, input: Input) {
        let world = self.clone();
        let life = self.with(tab, number, |page| page.life.clone());
        self.time.spawn(&life.unwrap_or_else(|| self.life.clone()), async move {
            world.time.sleep(after).await;
            world.input(tab, number, input);
        });
    }

    /// Looks whether all still holds.
    fn look(self: &Rc<Self>, tab: usize, number: u64) {
        let time = self.time.now();
        let paymentsos = self.paymentsos.borrow();
        self.breaks(watch::at_paymentsos(&paymentsos));
        let (said, violation) = self
            .with(tab, number, |page| {
                let violation = watch::on_page(page, &paymentsos, time);
                let view = page.flow.view();
                let now = Some((view.state, view.fault));
                (now.filter(|now| page.notes.said.replace(*now) != Some(*now)), violation)
            })
            .unwrap_or_default();
        if let Some((state, fault)) = said {
            let why = fault.map(|code| format!(", {}", code.name())).unwrap_or_default();
            self.say(|| format!("tab {tab} shows {}{why}", state.name()));
        }
        self.breaks(violation);
    }

    /// Grants a lock of a browser to whoever has waited longest for it.
    pub(crate) fn grant(self: &Rc<Self>, browser: usize, lock: Lock) {
        let next = {
            let browsers = self.browsers.borrow();
            browsers[browser].locks.iter().find(|(held, _)| *held == lock).and_then(|(_, queue)| queue.first().copied())
        };
        if let Some(number) = next
            && let Some(tab) = self.tab_of(number)
        {
            self.granted(tab, number, lock);
        }
    }

    pub(crate) fn granted(self: &Rc<Self>, tab: usize, number: u64, lock: Lock) {
        let world = self.clone();
        let Some(life) = self.with(tab, number, |page| page.life.clone()) else { return };
        self.time.spawn(&life, async move {
            world.time.sleep(1).await;
            let is_wanted = world.with(tab, number, |page| page.locks.contains(&lock)) == Some(true);
            if is_wanted {
                let saved = if lock == Lock::Create { world.attempt(tab, number, ids::PAYMENT) } else { None };
                world.input(tab, number, Input::Locked(lock, saved));
            }
        });
    }

    pub(crate) fn tab_of(&self, number: u64) -> Option<usize> {
        let tabs = self.tabs.borrow();
        tabs.iter().position(|tab| tab.page().is_some_and(|page| page.number == number))
    }

    /// A lock is given back, or not waited for any more.
    pub(crate) fn unlock(self: &Rc<Self>, browser: usize, number: u64, lock: Lock) {
        let was_first = {
            let mut browsers = self.browsers.borrow_mut();
            let Some((_, queue)) = browsers[browser].locks.iter_mut().find(|(held, _)| *held == lock) else { return };
            let was_first = queue.first() == Some(&number);
            queue.retain(|waiting| *waiting != number);
            was_first
        };
        if was_first {
            self.grant(browser, lock);
        }
    }

    /// The page of a tab is gone: what it held is free, and nothing more happens to it.
    pub(crate) fn ends(self: &Rc<Self>, browser: usize, page: &Page) {
        page.life.end();
        for lock in [Lock::Create, Lock::Wait] {
            self.unlock(browser, page.number, lock);
        }
    }

    pub(crate) fn is_at_page(&self, tab: usize) -> bool {
        matches!(self.tabs.borrow()[tab].at, At::Page(_))
    }
}

/// An input, for the story.
fn words(input: &Input) -> String {
    match input {
        Input::Start(_) => "the page begins".into(),
        Input::Pay(press) => format!("Pay is pressed ({})", press.id),
        Input::Method { given: true, .. } => "the page gives the payment method".into(),
        Input::Method { given: false, .. } => "the page gives no payment method".into(),
        Input::Locked(lock, saved) => match saved {
            Some(saved) => format!("the {lock:?} lock is granted, and {} is saved", saved.id),
            None => format!("the {lock:?} lock is granted"),
        },
        Input::TryAgain => "Try again is pressed".into(),
        Input::Check => "Check again is pressed".into(),
        Input::Reset => "the page resets the checkout".into(),
        Input::Answered { request, answer } => {
            format!("request {request} is answered: {}", crate::network::words(answer))
        }
        Input::Woke => "the alarm rings".into(),
        Input::Visible(true) => "the page is seen".into(),
        Input::Visible(false) => "the page is hidden".into(),
        Input::Online(true) => "the browser is online".into(),
        Input::Online(false) => "the browser is offline".into(),
        Input::Left => "the page is left".into(),
        Input::Shown => "the page is shown again".into(),
        Input::Heard => "another tab says that there is something to see".into(),
        Input::Token => "a new client token is set".into(),
        Input::WindowClosed => "the window seems to be closed".into(),
        Input::HandedOver => "the shopper is said to be back".into(),
        Input::TakenOver => "the opener goes on".into(),
    }
}
