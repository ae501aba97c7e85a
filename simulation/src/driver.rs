//! What a browser does as the flow asks for it, and what it keeps.

use crate::browser::{At, Page};
use crate::faults::Fault;
use crate::ids;
use crate::network::COLLECTORS;
use crate::world::World;
use paymentsos_core::flow::{Attempt, Effect, Input, Lock, returned};
use std::rc::Rc;

impl World {
    pub(crate) fn carry_out(self: &Rc<Self>, tab: usize, number: u64, effect: Effect) {
        match effect {
            Effect::Send(request, what) => {
                self.say(|| format!("tab {tab} → request {request}: {}", request_words(&what)));
                let browser = self.tabs.borrow()[tab].browser;
                let broken = self.with(tab, number, |page| {
                    let view = page.flow.view();
                    page.notes.sends(&what, page.setup.payment_id.as_deref(), &view)
                });
                self.breaks(broken.flatten());
                if let paymentsos_core::flow::Request::Create { attempt, .. } = &what {
                    let broken = self.browsers.borrow_mut()[browser].keys.send(tab, attempt);
                    self.breaks(broken);
                }
                self.send(tab, number, request, what);
            }
            Effect::Abort(request) => {
                self.with(tab, number, |page| page.open.retain(|open| open.number != request));
            }
            Effect::Wake(delay) => {
                let late = if self.happens(Fault::TimerLate) { self.between(1_000, 60_000) } else { 0 };
                let alarm = self.with(tab, number, |page| {
                    page.alarm += 1;
                    page.is_set = true;
                    (page.alarm, page.life.clone())
                });
                if let Some((alarm, life)) = alarm {
                    let world = self.clone();
                    self.time.spawn(&life, async move {
                        world.time.sleep(delay.saturating_add(late)).await;
                        let rings =
                            world.with(tab, number, |page| page.alarm == alarm && std::mem::take(&mut page.is_set));
                        if rings == Some(true) {
                            world.input(tab, number, Input::Woke);
                        }
                    });
                }
            }
            Effect::Save(payment, attempt) => self.save(tab, number, &payment, &attempt),
            Effect::Forget { payment_id, attempt } => {
                if self.attempt(tab, number, &payment_id).is_some_and(|saved| saved.id == attempt) {
                    let browser = self.tabs.borrow()[tab].browser;
                    if !self.browsers.borrow()[browser].refuses_storage {
                        self.browsers.borrow_mut()[browser].saved.remove(&payment_id);
                    }
                    self.with(tab, number, |page| page.memory = None);
                }
            }
            Effect::Keep(kept) => {
                let mut tabs = self.tabs.borrow_mut();
                let release = tabs[tab].page().map_or(1, |page| page.release);
                if !self.browsers.borrow()[tabs[tab].browser].refuses_storage {
                    tabs[tab].kept = Some((release, kept.to_line()));
                }
            }
            Effect::Drop => self.tabs.borrow_mut()[tab].kept = None,
            Effect::Lock(lock) => self.lock(tab, number, lock),
            Effect::Unlock(lock) => {
                self.with(tab, number, |page| page.locks.retain(|held| *held != lock));
                let browser = self.tabs.borrow()[tab].browser;
                self.unlock(browser, number, lock);
            }
            Effect::Listen(payment) => {
                self.with(tab, number, |page| page.listens = payment);
            }
            Effect::Announce => self.tells_others(tab, number, || Input::Heard),
            Effect::HandOver => self.tells_others(tab, number, || Input::HandedOver),
            Effect::TakeOver => self.tells_others(tab, number, || Input::TakenOver),
            Effect::CleanAddress(what) => {
                let mut tabs = self.tabs.borrow_mut();
                tabs[tab].query = returned::clean(&tabs[tab].query, what);
            }
            Effect::Go(place) => self.goes(tab, number, place),
            Effect::Open(place) => {
                if let Some(window) = self.with(tab, number, |page| page.window).flatten() {
                    self.say(|| format!("tab {window} is a window, at the bank"));
                    self.leaves_for(window, place);
                }
            }
            Effect::Close => {
                if let Some(window) = self.with(tab, number, |page| page.window.take()).flatten() {
                    self.closes(window);
                }
            }
            Effect::Collect(place) => self.collects(tab, number, place),
            Effect::Collected => {
                self.with(tab, number, |page| page.collects = false);
            }
            Effect::Leave => {
                if self.tabs.borrow()[tab].is_window {
                    self.closes(tab);
                }
            }
            Effect::Tell | Effect::Report(_) => {}
        }
    }

    fn save(&self, tab: usize, number: u64, payment: &str, attempt: &Attempt) {
        let browser = self.tabs.borrow()[tab].browser;
        let line = attempt.to_line();
        let release = self.with(tab, number, |page| page.release).unwrap_or(1);
        let mut browsers = self.browsers.borrow_mut();
        let is_refused = browsers[browser].refuses_storage;
        if !is_refused {
            browsers[browser].saved.insert(payment.to_owned(), (release, line.clone()));
        }
        self.with(tab, number, |page| {
            page.notes.has_attempt = true;
            page.memory = is_refused.then_some(line);
        });
    }

    /// The attempt that is saved, as that page understands it.
    pub(crate) fn attempt(&self, tab: usize, number: u64, payment: &str) -> Option<Attempt> {
        let (memory, release) = self.with(tab, number, |page| (page.memory.clone(), page.release))?;
        let browser = self.tabs.borrow()[tab].browser;
        let browsers = self.browsers.borrow();
        let browser = &browsers[browser];
        let saved = browser.saved.get(payment).filter(|(by, _)| *by == release && !browser.refuses_storage);
        Attempt::from_line(&memory.or_else(|| saved.map(|(_, line)| line.clone()))?)
    }

    fn lock(self: &Rc<Self>, tab: usize, number: u64, lock: Lock) {
        self.with(tab, number, |page| page.locks.push(lock));
        let browser = self.tabs.borrow()[tab].browser;
        let is_free = {
            let mut browsers = self.browsers.borrow_mut();
            let browser = &mut browsers[browser];
            if browser.has_locks {
                if !browser.locks.iter().any(|(held, _)| *held == lock) {
                    browser.locks.push((lock, Vec::new()));
                }
                let queue = browser.locks.iter_mut().find(|(held, _)| *held == lock).map(|(_, queue)| queue);
                queue.is_none_or(|queue| {
                    queue.push(number);
                    queue.len() == 1
                })
            } else {
                true
            }
        };
        if is_free {
            self.granted(tab, number, lock);
        }
    }

    /// The other pages of the browser hear of it, those that listen and understand.
    fn tells_others(self: &Rc<Self>, tab: usize, number: u64, what: impl Fn() -> Input) {
        let others: Vec<(usize, u64)> = {
            let (tabs, browsers) = (self.tabs.borrow(), self.browsers.borrow());
            let Some(own) = tabs[tab].page() else { return };
            if !browsers[tabs[tab].browser].has_channel || own.listens.is_none() {
                return;
            }
            let others = tabs.iter().enumerate().filter(|(_, other)| other.browser == tabs[tab].browser);
            let others = others.filter_map(|(at, other)| Some((at, other.page()?)));
            let hears =
                |page: &&Page| page.number != number && page.listens == own.listens && page.release == own.release;
            others.filter(|(_, page)| hears(page)).map(|(at, page)| (at, page.number)).collect()
        };
        for (at, other) in others {
            self.input_soon(2, at, other, what());
        }
    }

    /// The page goes to the bank. It takes a moment to leave, and may never.
    fn goes(self: &Rc<Self>, tab: usize, number: u64, place: u32) {
        if self.happens(Fault::StaysHere) {
            return;
        }
        let world = self.clone();
        let Some(life) = self.with(tab, number, |page| page.life.clone()) else { return };
        self.time.spawn(&life, async move {
            world.time.sleep(world.between(20, 3_000)).await;
            if world.view(tab).is_some_and(|(page, _)| page == number) {
                world.say(|| format!("tab {tab} goes to the bank"));
                world.leaves_for(tab, place);
            }
        });
    }

    /// A tab goes to the bank's page of that number.
    pub(crate) fn leaves_for(self: &Rc<Self>, tab: usize, place: u32) {
        self.leaves(tab, true);
        self.tabs.borrow_mut()[tab].at = At::Bank(usize::try_from(place).unwrap_or_default());
    }

    fn collects(self: &Rc<Self>, tab: usize, number: u64, place: u32) {
        self.with(tab, number, |page| page.collects = true);
        if place < COLLECTORS || self.happens(Fault::CollectsForEver) {
            return;
        }
        let world = self.clone();
        let Some(life) = self.with(tab, number, |page| page.life.clone()) else { return };
        self.time.spawn(&life, async move {
            world.time.sleep(world.between(100, 12_000)).await;
            let browser = world.tabs.borrow()[tab].browser;
            let is_heard = world.browsers.borrow()[browser].has_channel;
            if is_heard && world.with(tab, number, |page| page.collects) == Some(true) {
                world.input(tab, number, Input::HandedOver);
            }
        });
    }
}

fn request_words(request: &paymentsos_core::flow::Request) -> String {
    use paymentsos_core::flow::Request;
    match request {
        Request::Create { attempt, expected, .. } => format!("create under {attempt}, {} expected", expected.amount),
        Request::Ask { id, held, payment_id, .. } => {
            let other = if payment_id == ids::PAYMENT { "" } else { ", of another payment" };
            format!("how is {id}?{}{other}", if *held { " (held)" } else { "" })
        }
        Request::Authenticate { id, collected, .. } => format!("go on with {id}, data collected: {collected}"),
        Request::Read { payment_id } if payment_id == ids::PAYMENT => "the payment".into(),
        Request::Read { .. } => "another payment".into(),
    }
}
