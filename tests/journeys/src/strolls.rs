//! What a shopper does without a plan: nothing here waits for a page to be as it should, and what cannot be done is not.

use crate::browser::{Browser, Outcome};
use crate::engine::Engine;
use crate::world::World;
use serde_json::json;
use std::time::{Duration, Instant};
use thirtyfour::{By, WindowHandle};

/// How long a shopper without a plan looks at a page that is busy.
const A_LOOK: Duration = Duration::from_secs(2);
/// How long a page may take to come, before something else is done.
const PAGE: Duration = Duration::from_secs(10);

/// All that can be pressed in the checkout, else on the bank's page; the `arguments[0]`th of it.
const PRESSABLE: &str = "
    const root = document.querySelector('paymentsos-checkout')?.shadowRoot;
    const all = [...(root ?? document).querySelectorAll('button:not([aria-disabled=true]), a[href], input[type=radio]')];
    return all[arguments[0] % all.length] ?? null;";

/// Whether the shop has not made an order yet, or the checkout is about to go on by itself.
const IS_BUSY: &str = "
    const checkout = document.querySelector('paymentsos-checkout');
    const state = checkout ? checkout.dataset.state : document.querySelector('#checkout') && 'loading';
    return `${['loading', 'creating', 'redirecting'].includes(state)}`;";

const CHECK: &str = "
    const root = document.querySelector('paymentsos-checkout')?.shadowRoot;
    return root?.querySelector('button[part~=check]') ?? null;";

const HAS_A_PROBLEM: &str = "return `${document.querySelector('#problem')?.hidden === false}`;";

const PAY: &str = "
    const root = document.querySelector('paymentsos-checkout')?.shadowRoot;
    return root?.querySelector('button[part~=pay], button[part~=retry]') ?? null;";

/// What the bank is shown in, where it is shown in the page.
const FRAME: &str = "
    const root = document.querySelector('paymentsos-checkout')?.shadowRoot;
    return root?.querySelector('iframe[part~=frame]') ?? null;";

impl Browser {
    /// Gets to another world, with nothing that it has kept of the one before but what its engine keeps of pages.
    pub async fn moves_to(&mut self, world: &World) {
        self.stays_in_one_window().await;
        let _ = self.driver.delete_all_cookies().await;
        (self.shop, self.asked) = (world.shop(), world.proxy.clone());
        if self.engine() != Engine::Chromium {
            self.tells_of_violations().await;
        }
    }

    async fn stays_in_one_window(&self) {
        let windows = self.driver.windows().await.unwrap_or_default();
        for more in windows.iter().skip(1) {
            let _ = self.driver.switch_to_window(more.clone()).await;
            let _ = self.driver.close_window().await;
        }
        if let Some(first) = windows.into_iter().next() {
            let _ = self.driver.switch_to_window(first).await;
        }
    }

    /// From now on, no page is waited for longer than somebody would who has better to do.
    pub async fn is_impatient(&self) {
        self.driver.set_page_load_timeout(PAGE).await.expect("it can be told");
    }

    /// It is still there and its driver answers; else what that says.
    pub async fn is_there(&self) -> Result<(), String> {
        self.driver.windows().await.map(drop).map_err(|error| format!("the browser is gone: {error}"))
    }

    /// What stands on the page, for a walk that ends wrong; or what the driver says instead.
    pub async fn says(&self) -> String {
        let said = self.driver.execute("return `${document.readyState} ${document.body?.innerText}`;", vec![]).await;
        let said = match &said {
            Ok(reply) => reply.json().as_str().unwrap_or_default().to_owned(),
            Err(error) => format!("the driver gives no answer: {error}"),
        };
        format!("{}: {said}; {}", self.address_if_any().await, self.text().await)
    }

    /// Where the shopper is.
    pub async fn address_if_any(&self) -> String {
        self.driver.current_url().await.map(String::from).unwrap_or_default()
    }

    /// Goes there if that can be.
    pub async fn may_go_to(&self, address: &str) {
        let _ = self.driver.goto(address).await;
    }

    /// Presses one of all that can be pressed.
    pub async fn presses_any(&self, which: usize) {
        self.presses_if_there(PRESSABLE, which).await;
    }

    /// Presses Pay, or what leads there again.
    pub async fn may_pay(&self) {
        self.presses_if_there(PAY, 0).await;
    }

    /// Has the checkout look again, if it offers to; loads the page again where the shop asks for that, as it could not make an order.
    pub async fn may_check(&self) {
        self.presses_if_there(CHECK, 0).await;
        if self.value(HAS_A_PROBLEM).await == "true" {
            self.may_move(Move::Reload).await;
        }
    }

    async fn presses_if_there(&self, script: &str, which: usize) {
        let Ok(found) = self.driver.execute(script, vec![json!(which)]).await else { return };
        if let Ok(element) = found.element() {
            let _ = element.click().await;
        }
    }

    /// Presses a button of the bank's page, if that is where the shopper is, or in a frame there, or else in another window.
    pub async fn may_decide(&self, outcome: Outcome) {
        if self.may_decide_here(outcome).await {
            return;
        }
        if self.may_look_into_the_frame().await {
            let is_decided = self.may_decide_here(outcome).await;
            let _ = self.driver.enter_default_frame().await;
            if is_decided {
                return;
            }
        }
        let Ok(here) = self.driver.window().await else { return };
        for window in self.driver.windows().await.unwrap_or_default() {
            self.may_look_at(window).await;
            if self.may_decide_here(outcome).await {
                return;
            }
        }
        self.may_look_at(here).await;
    }

    async fn may_look_into_the_frame(&self) -> bool {
        let Ok(found) = self.driver.execute(FRAME, vec![]).await else { return false };
        match found.element() {
            Ok(frame) => frame.enter_frame().await.is_ok(),
            Err(_) => false,
        }
    }

    async fn may_decide_here(&self, outcome: Outcome) -> bool {
        match self.driver.find(By::Css(outcome.selector())).await {
            Ok(button) => button.click().await.is_ok(),
            Err(_) => false,
        }
    }

    /// Loads the page again, goes back or forward.
    pub async fn may_move(&self, to: Move) {
        let _ = match to {
            Move::Reload => self.driver.refresh().await,
            Move::Back => self.driver.back().await,
            Move::Forward => self.driver.forward().await,
        };
    }

    /// Opens the shop in another tab.
    pub async fn may_open_another(&self, address: &str) {
        let opened = match self.engine() {
            // As in `new_tab`.
            Engine::WebKit => self.driver.new_window().await,
            // In a window without tabs, its driver would wait for one for ever.
            Engine::Firefox if self.value("return `${menubar.visible}`;").await == "false" => {
                self.driver.new_window().await
            }
            _ => self.driver.new_tab().await,
        };
        if let Ok(opened) = opened {
            self.may_look_at(opened).await;
            self.may_go_to(address).await;
        }
    }

    /// Looks at another tab, or closes this one first if there is another.
    pub async fn may_change(&self, closing: bool, which: usize) {
        let windows = self.driver.windows().await.unwrap_or_default();
        // The last one takes WebKitGTK's browser with it, and one that a page has opened may close itself at the same time.
        let fewest = if closing && self.engine() == Engine::WebKit { 3 } else { 2 };
        if windows.len() < fewest {
            return;
        }
        if closing {
            let _ = self.driver.close_window().await;
        }
        let left = self.driver.windows().await.unwrap_or_default();
        if let Some(window) = left.get(which % left.len().max(1)) {
            self.may_look_at(window.clone()).await;
        }
    }

    async fn may_look_at(&self, window: WindowHandle) {
        let _ = self.driver.switch_to_window(window).await;
        if self.engine() == Engine::Chromium {
            let _ = self.driver.cdp().send_raw("Page.bringToFront", json!({})).await;
        }
    }

    /// Makes sure that there is a tab to look at: a window may have closed by itself.
    pub async fn looks_at_something(&self) {
        if self.driver.title().await.is_ok() {
            return;
        }
        if let Some(window) = self.driver.windows().await.unwrap_or_default().into_iter().next() {
            self.may_look_at(window).await;
        }
    }

    /// Looks on until the page is not busy any more, for a moment at most.
    pub async fn looks_on(&self) {
        let begun = Instant::now();
        while begun.elapsed() < A_LOOK && self.value(IS_BUSY).await == "true" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A move in a tab's history.
#[derive(Clone, Copy, Debug)]
pub enum Move {
    /// The same page again.
    Reload,
    /// The page before.
    Back,
    /// The page after.
    Forward,
}
