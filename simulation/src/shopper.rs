//! The shopper: does what there is to be done, and, in stories that have it, anything else as well.

use crate::browser::{At, Browser};
use crate::faults::Fault;
use crate::ids;
use crate::paymentsos::Plan;
use crate::tabs::Shop;
use crate::watch::Keys;
use crate::world::World;
use paymentsos_core::flow::{Input, Millis, Presentation, Press, StateName, View, Way};
use paymentsos_core::paymentsos::PaymentStatus;
use std::rc::Rc;

/// What the shopper, or somebody else, may do beside what there is to be done.
const MOVES: &[Fault] = &[
    Fault::Reload,
    Fault::Back,
    Fault::TabClosed,
    Fault::AnotherTab,
    Fault::ForgedAddress,
    Fault::StorageFails,
    Fault::ClockJumps,
    Fault::OtherRelease,
    Fault::Offline,
    Fault::Hidden,
    Fault::AmountChanged,
    Fault::Impatience,
    Fault::Closed,
    Fault::BackendKilled,
    Fault::PutAside,
];

const PLANS: &[Plan] = &[
    Plan::Succeeds,
    Plan::AtBank,
    Plan::Fails,
    Plan::PendsThenSucceeds,
    Plan::PendsThenFails,
    Plan::AtBank,
    Plan::ByLink,
    Plan::Framed,
    Plan::ProviderFails,
    Plan::Collects,
    Plan::CollectsAndSucceeds,
    Plan::Unsafe,
];

impl World {
    /// Everything that the shopper does in a story, before all is healed.
    pub(crate) async fn shops(self: &Rc<Self>, shop: &Shop, steps: u32) {
        for _ in 0..steps {
            if self.violation.borrow().is_some() {
                return;
            }
            let think: Millis = self.chance.borrow_mut().pick(&[700, 100, 3_000, 30_000, 400_000]);
            let think = think + self.between(0, think);
            self.time.sleep(think).await;
            let tab = self.looked_at();
            let other = self.below(u32::try_from(MOVES.len()).unwrap_or(1) * 2 + 1);
            let other = usize::try_from(other).unwrap_or_default();
            match MOVES.get(other.wrapping_sub(1)).filter(|fault| self.faults.allows(**fault)) {
                Some(fault) => {
                    self.say(|| format!("  {}", fault.name()));
                    self.faults.count(*fault);
                    self.moves(*fault, tab, shop).await;
                }
                None => self.goes_on(tab, shop),
            }
        }
    }

    /// The tab that is looked at: mostly the last that is open.
    fn looked_at(self: &Rc<Self>) -> usize {
        let open: Vec<usize> = {
            let tabs = self.tabs.borrow();
            tabs.iter().enumerate().filter(|(_, tab)| !matches!(tab.at, At::Closed)).map(|(at, _)| at).rev().collect()
        };
        if open.is_empty() { 0 } else { self.chance.borrow_mut().pick(&open) }
    }

    /// What there is to be done in a tab.
    pub(crate) fn goes_on(self: &Rc<Self>, tab: usize, shop: &Shop) {
        if matches!(self.tabs.borrow()[tab].at, At::Closed) {
            return self.begins(tab, shop, "");
        }
        let Some((number, view)) = self.view(tab) else { return self.finishes_at_the_bank(tab, shop) };
        match view.state {
            StateName::Ready if view.can_pay => self.pays(tab, number, shop),
            StateName::Failed if view.can_retry => self.input(tab, number, Input::TryAgain),
            StateName::Processing | StateName::Unavailable => self.input(tab, number, Input::Check),
            StateName::Link => self.pays_by_link(&view),
            StateName::Redirecting if view.way == Way::Frame => self.goes_on_in_frame(tab, number, &view, shop),
            StateName::Redirecting | StateName::Confirming => self.goes_on_by_link(tab, &view),
            _ => {}
        }
    }

    /// Presses Pay.
    pub(crate) fn pays(self: &Rc<Self>, tab: usize, number: u64, shop: &Shop) {
        let press = self.presses.get() + 1;
        self.presses.set(press);
        let plan = self.chance.borrow_mut().pick(PLANS);
        self.plans.borrow_mut().insert(press, plan);
        let can_pay = self.view(tab).is_some_and(|(_, view)| view.can_pay);
        let window = can_pay && shop.presentation == Presentation::Popup && !self.one_in(4);
        if window {
            let browser = self.tabs.borrow()[tab].browser;
            let window = self.new_tab(browser, true, true);
            self.with(tab, number, |page| page.window = Some(window));
        }
        self.input(tab, number, Input::Pay(Press { id: ids::key(press), method: press, window }));
        let given = !self.happens(Fault::NoMethod);
        let after = self.chance.borrow_mut().pick(&[0, 0, 2_000, 20_000]);
        self.input_soon(after, tab, number, Input::Method { number: press, given });
    }

    /// The link is opened on another device.
    fn pays_by_link(self: &Rc<Self>, view: &View) {
        if let Some(id) = &view.transaction_id {
            let succeeds = self.below(3) < 2;
            self.decides_in(self.between(100, 10_000), id, succeeds);
        }
    }

    /// By the link that is shown, in this tab; or else by waiting.
    fn goes_on_by_link(self: &Rc<Self>, tab: usize, view: &View) {
        if let Some(place) = view.place
            && self.one_in(2)
        {
            self.say(|| format!("tab {tab}: the link to the bank is pressed"));
            self.leaves_for(tab, place);
        }
    }

    /// In a frame, the bank ends, and the shop's page in it says so.
    fn goes_on_in_frame(self: &Rc<Self>, tab: usize, number: u64, view: &View, shop: &Shop) {
        let Some(place) = view.frame else { return };
        let browser = self.tabs.borrow()[tab].browser;
        let frame = self.new_tab(browser, false, true);
        self.tabs.borrow_mut()[frame].at = At::Bank(usize::try_from(place).unwrap_or_default());
        self.finishes_at_the_bank(frame, shop);
        let is_here = self.view(tab).is_some_and(|(page, _)| page == number);
        if is_here {
            // A frame ends with what is around it.
            let world = self.clone();
            self.time.spawn(&self.life, async move {
                world.time.sleep(60_000).await;
                if world.is_at_page(frame) {
                    world.closes(frame);
                }
            });
        }
    }

    /// A browser that the bank's app opens, or a friend's.
    pub(crate) fn in_another_browser(self: &Rc<Self>) -> usize {
        let knows_shopper = self.one_in(3);
        let browser = self.new_browser(Browser {
            saved: Default::default(),
            refuses_storage: false,
            has_locks: true,
            has_channel: true,
            keeps_pages: false,
            has_session: knows_shopper,
            ahead: 0,
            offline: false,
            locks: Vec::new(),
            keys: Keys::default(),
        });
        self.new_tab(browser, self.one_in(2), false)
    }

    /// Whether a tab is at the bank, and has a history.
    fn is_at_bank(&self, tab: usize) -> bool {
        let tab = &self.tabs.borrow()[tab];
        matches!(tab.at, At::Bank(_)) && !tab.is_window
    }

    async fn moves(self: &Rc<Self>, fault: Fault, tab: usize, shop: &Shop) {
        let browser = self.tabs.borrow()[tab].browser;
        match fault {
            Fault::Reload | Fault::OtherRelease if self.is_at_page(tab) => {
                if fault == Fault::OtherRelease {
                    let mut tabs = self.tabs.borrow_mut();
                    tabs[tab].release = 3 - tabs[tab].release;
                    self.browsers.borrow_mut()[browser].keys.may_be_forgotten = true;
                }
                let query = self.tabs.borrow()[tab].query.clone();
                self.begins(tab, shop, &query);
            }
            Fault::Back if self.is_at_bank(tab) => self.goes_back(tab, shop),
            Fault::TabClosed => {
                self.closes(tab);
                self.tells_openers(tab);
            }
            Fault::AnotherTab => {
                let is_crowded = self.tabs.borrow().len() > 8;
                if !is_crowded {
                    let another = self.new_tab(browser, true, false);
                    self.begins(another, shop, "");
                }
            }
            Fault::ForgedAddress => self.forges(tab, shop),
            Fault::StorageFails => {
                let mut browsers = self.browsers.borrow_mut();
                browsers[browser].refuses_storage ^= true;
                browsers[browser].keys.may_be_forgotten = true;
            }
            Fault::ClockJumps => {
                let by =
                    self.chance.borrow_mut().pick(&[600_000, -600_000, 3_600_000, -3_600_000, 90_000_000, -90_000_000]);
                let mut browsers = self.browsers.borrow_mut();
                browsers[browser].ahead += by;
                // What was saved a day ago is not believed any more.
                browsers[browser].keys.may_be_forgotten |= by > 80_000_000;
            }
            Fault::Offline => {
                let after = self.between(1_000, 120_000);
                self.is_online(browser, false);
                self.time.sleep(after).await;
                self.is_online(browser, true);
            }
            Fault::Hidden => {
                if let Some((number, _)) = self.view(tab) {
                    self.is_seen(tab, number, false);
                    self.time.sleep(self.between(1_000, 600_000)).await;
                    self.is_seen(tab, number, true);
                }
            }
            Fault::AmountChanged => {
                let mut paymentsos = self.paymentsos.borrow_mut();
                if paymentsos.made.is_empty() {
                    paymentsos.amount = if paymentsos.amount == 4097 { 5000 } else { 4097 };
                }
            }
            Fault::Impatience => self.presses_all(tab, shop),
            Fault::Closed => {
                let mut paymentsos = self.paymentsos.borrow_mut();
                if paymentsos.made.iter().any(|made| made.has_succeeded) {
                    let closed = if self.one_in(2) { PaymentStatus::Voided } else { PaymentStatus::Refunded };
                    paymentsos.closed = Some(closed);
                }
            }
            Fault::BackendKilled => self.merchant.is_killed(),
            Fault::PutAside => {
                if let Some(page) = self.puts_aside(tab) {
                    self.time.sleep(self.between(500, 400_000)).await;
                    let is_free = matches!(self.tabs.borrow()[tab].at, At::Closed);
                    if is_free {
                        self.shows_again(tab, page);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whoever opened the window sees that it is closed.
    fn tells_openers(self: &Rc<Self>, window: usize) {
        let openers: Vec<(usize, u64)> = {
            let tabs = self.tabs.borrow();
            let pages = tabs.iter().enumerate().filter_map(|(at, tab)| Some((at, tab.page()?)));
            pages.filter(|(_, page)| page.window == Some(window)).map(|(at, page)| (at, page.number)).collect()
        };
        for (tab, number) in openers {
            self.input_soon(500, tab, number, Input::WindowClosed);
        }
    }

    pub(crate) fn is_seen(self: &Rc<Self>, tab: usize, number: u64, seen: bool) {
        self.with(tab, number, |page| page.visible = seen);
        self.input(tab, number, Input::Visible(seen));
    }

    pub(crate) fn is_online(self: &Rc<Self>, browser: usize, online: bool) {
        self.browsers.borrow_mut()[browser].offline = !online;
        for (tab, number) in self.pages() {
            if self.tabs.borrow()[tab].browser == browser {
                self.input(tab, number, Input::Online(online));
            }
        }
    }

    /// All pages that are there, with their tabs.
    pub(crate) fn pages(&self) -> Vec<(usize, u64)> {
        let tabs = self.tabs.borrow();
        tabs.iter().enumerate().filter_map(|(at, tab)| Some((at, tab.page()?.number))).collect()
    }

    /// Somebody opens an address that they have made up: another payment's, or a transaction that is none.
    fn forges(self: &Rc<Self>, tab: usize, shop: &Shop) {
        let (payment, id) = match self.below(3) {
            0 => (ids::PAYMENT, ids::FORGED.to_owned()),
            1 => (ids::OTHER_PAYMENT, ids::FORGED.to_owned()),
            _ => (ids::PAYMENT, ids::transaction(0)),
        };
        let query = format!("?payment_id={payment}&{}={id}&status=Succeed", shop.kind.return_parameter());
        let tab = if self.one_in(2) { self.in_another_browser() } else { tab };
        self.begins(tab, shop, &query);
    }

    /// Everything that can be pressed is pressed, again and again.
    fn presses_all(self: &Rc<Self>, tab: usize, shop: &Shop) {
        let Some((number, _)) = self.view(tab) else { return };
        for _ in 0..2 {
            self.pays(tab, number, shop);
            for input in [Input::TryAgain, Input::Check, Input::Reset, Input::Token] {
                self.input(tab, number, input);
            }
        }
    }
}
