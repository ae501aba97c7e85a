//! A browser with a shopper in front of it.

use crate::driver::Driver;
use crate::engine::Engine;
use crate::habits::{self, Habit};
use crate::proxy::Proxy;
use crate::world::World;
use crate::{wait_for, within_patience};
use paymentsos_core::trace::Trace;
use serde_json::{Value, json};
use std::cell::Cell;
use std::path::PathBuf;
use thirtyfour::prelude::*;

/// The buttons of the sandbox's pages.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    /// Approve.
    Succeed,
    /// Decline.
    Fail,
    /// Cancel.
    Cancel,
    /// Back at once, approved later.
    LateSucceed,
    /// Back at once, declined later.
    LateFail,
    /// Back, and never decided.
    Never,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 6] =
        [Outcome::Succeed, Outcome::Fail, Outcome::Cancel, Outcome::LateSucceed, Outcome::LateFail, Outcome::Never];

    pub(crate) fn selector(self) -> String {
        format!("button[name=outcome][value={}]", self.value())
    }

    fn value(self) -> &'static str {
        match self {
            Outcome::Succeed => "succeed",
            Outcome::Fail => "fail",
            Outcome::Cancel => "cancel",
            Outcome::LateSucceed => "late-succeed",
            Outcome::LateFail => "late-fail",
            Outcome::Never => "never",
        }
    }
}

/// A browser with a profile of its own.
pub struct Browser {
    /// For what the journeys do beyond the words below.
    pub driver: WebDriver,
    process: Driver,
    engine: Engine,
    pub(crate) shop: String,
    /// What it has asked the shop for.
    pub(crate) asked: Proxy,
}

impl World {
    /// A browser with Pay to be pressed for a charge, and the payment on its page.
    pub async fn at_the_shop(&self, method: &str) -> (Browser, String) {
        let browser = self.browser().await;
        browser.shop("charge", method).await;
        let payment = browser.payment().await;
        (browser, payment)
    }

    /// A browser at the bank's page, and the payment that it is about.
    pub async fn at_the_bank(&self) -> (Browser, String) {
        let (browser, payment) = self.at_the_shop("card-3ds").await;
        browser.pays().await;
        browser.is_at_the_bank().await;
        (browser, payment)
    }

    /// The address that PaymentsOS sends a shopper back to.
    pub async fn return_address(&self, payment: &str, status: &str) -> String {
        let address = self.return_address_if_any(payment, status).await;
        address.expect("there is a charge or an authorization")
    }

    /// The same of any payment that has a transaction, if one has.
    pub async fn any_return_address(&self, status: &str) -> Option<String> {
        for payment in self.payments().await {
            if let Some(address) = self.return_address_if_any(&payment, status).await {
                return Some(address);
            }
        }
        None
    }

    async fn return_address_if_any(&self, payment: &str, status: &str) -> Option<String> {
        let known = self.payment(payment).await;
        let first = |list: &str| Some(known["related_resources"][list][0]["id"].as_str()?.to_owned());
        let transaction = match first("charges") {
            Some(charge) => format!("charge_id={charge}"),
            None => format!("authorization_id={}", first("authorizations")?),
        };
        Some(format!("{}?order=x&payment_id={payment}&{transaction}&status={status}", self.shop()))
    }
}

/// The custom element, or what stands in its place in a Yew app.
const ELEMENT: &str = "const element = document.querySelector('paymentsos-checkout, div[data-state]');";

/// What a page's policy forbids is told where the journey looks, whatever page comes next.
const REPORTS_VIOLATIONS: &str = "addEventListener('securitypolicyviolation', (event) => {
    const told = new URLSearchParams({ directive: event.effectiveDirective, blocked: event.blockedURI, from: event.sourceFile, sample: event.sample });
    fetch(`/violation?${told}`, { method: 'POST', keepalive: true });
});";

impl Browser {
    pub(crate) async fn open(world: &World, habits: &[Habit]) -> Browser {
        let engine = world.engine();
        let process = Driver::start(engine, habits).await;
        let capabilities = habits::capabilities(engine, habits);
        let driver = WebDriver::new(&process.address, capabilities).await;
        let driver = driver.unwrap_or_else(|error| panic!("{engine} does not open: {error}"));
        let browser = Browser { driver, process, engine, shop: world.shop(), asked: world.proxy.clone() };
        browser.tells_of_violations().await;
        browser
    }

    pub(crate) async fn tells_of_violations(&self) {
        self.begins_with(REPORTS_VIOLATIONS).await;
    }

    /// Its engine.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Ends at once, with all that it had not yet written down.
    pub fn is_killed(self) {
        self.dies();
    }

    /// The same, with nobody having noticed: whoever has it goes on with what is there no more.
    pub fn dies(&self) {
        self.process.kill_its_browser();
    }

    /// What the browser has told developers of as errors, with those of its own: what was not loaded, not caught, or forbidden.
    pub async fn errors(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.expect("the browser has a log");
        log.into_iter().map(|entry| entry.message).collect()
    }

    /// Opens the shop as its settings say (`method=…&presentation=…`), and waits until Pay can be pressed.
    pub async fn shop_with(&self, settings: &str) {
        self.goes_to(&format!("{}?kind=charge&{settings}", self.shop)).await;
        self.sees("ready").await;
    }

    /// Opens the shop with the kind and the payment method chosen, and waits until Pay can be pressed.
    pub async fn shop(&self, kind: &str, method: &str) {
        self.driver.goto(format!("{}?kind={kind}&method={method}", self.shop)).await.expect("the shop opens");
        self.sees("ready").await;
    }

    /// Chooses another payment method.
    pub async fn chooses(&self, method: &str) {
        let script = "document.querySelector('select[name=method]').value = arguments[0];";
        self.driver.execute(script, vec![json!(method)]).await.expect("the shop has methods");
    }

    /// The state shown.
    pub async fn state(&self) -> String {
        self.value(&format!("{ELEMENT} return element?.dataset.state ?? '';")).await
    }

    /// Waits for a state.
    pub async fn sees(&self, state: &str) {
        let look = async || match self.state().await {
            seen if seen == state => Ok(()),
            seen => Err(seen),
        };
        let Err(seen) = within_patience(look).await else { return };
        let rest = match seen.as_str() {
            "" => self.whole_page().await,
            _ => format!("{}\n{}", self.text().await, self.asked.latest()),
        };
        panic!("waited in vain for the state {state}: {seen}: {rest}");
    }

    /// What stands in the checkout.
    pub async fn text(&self) -> String {
        self.value(&format!("{ELEMENT} return element?.shadowRoot?.querySelector('[part~=base]')?.innerText ?? '';"))
            .await
    }

    /// The page, for a journey that finds no checkout there.
    async fn whole_page(&self) -> String {
        let body = self.value("return `${document.readyState} ${document.body?.innerText}`;").await;
        format!("{}: {body}", self.driver.current_url().await.map(String::from).unwrap_or_default())
    }

    /// Waits for words in the checkout.
    pub async fn reads(&self, words: &str) {
        wait_for(&format!("the words “{words}”"), async || match self.text().await {
            text if text.contains(words) => Ok(()),
            text => Err(text),
        })
        .await;
    }

    /// The element's read-only `state`.
    pub async fn detail(&self) -> Value {
        let reply = self.driver.execute(format!("{ELEMENT} return element.state;"), vec![]).await;
        reply.expect("the element has a state").json().clone()
    }

    /// What has happened on this page, as a support ticket has it. Here, too, it comes to the same when it is repeated (`Trace::replay`).
    pub async fn trace(&self) -> Trace {
        let text = self.value(&format!("{ELEMENT} return JSON.stringify(element.trace);")).await;
        serde_json::from_str(&text).expect("the element has a trace")
    }

    /// The payment on the page.
    pub async fn payment(&self) -> String {
        self.value(&format!("{ELEMENT} return element?.state?.payment_id ?? '';")).await
    }

    /// A piece of the checkout, once it is there.
    pub async fn piece(&self, selector: &str) -> WebElement {
        wait_for(selector, async || self.find(selector).await.ok_or_else(|| "it is not there".to_owned())).await
    }

    /// Whether a piece of the checkout is there.
    pub async fn has(&self, selector: &str) -> bool {
        self.find(selector).await.is_some()
    }

    async fn find(&self, selector: &str) -> Option<WebElement> {
        let script = format!("{ELEMENT} return element?.shadowRoot?.querySelector(arguments[0]);");
        let found = self.driver.execute(script, vec![json!(selector)]).await.ok()?;
        found.element().ok()
    }

    /// The words of a browser go to a frame in the checkout from now on.
    pub async fn looks_into(&self, selector: &str) -> Result<(), String> {
        self.looks_at_the_whole().await;
        let frame = self.find(selector).await.ok_or("there is no frame")?;
        frame.enter_frame().await.map_err(|error| error.to_string())
    }

    /// They go to the whole page again.
    pub async fn looks_at_the_whole(&self) {
        self.driver.enter_default_frame().await.expect("there is a page");
    }

    /// The part that has the focus, in the checkout.
    pub async fn focused(&self) -> String {
        self.value(&format!("{ELEMENT} return element.shadowRoot.activeElement?.getAttribute('part') ?? '';")).await
    }

    /// Presses a piece of the checkout.
    pub async fn presses(&self, selector: &str) {
        wait_for(&format!("{selector} to be pressed"), async || {
            let piece = self.piece(selector).await;
            piece.click().await.map_err(|error| error.to_string())
        })
        .await;
    }

    /// Presses Pay.
    pub async fn pays(&self) {
        self.presses("button[part~=pay]").await;
    }

    /// Waits until the sandbox's page is there, and presses one of its buttons.
    pub async fn decides(&self, outcome: Outcome) {
        let selector = By::Css(outcome.selector());
        let button = wait_for("the bank's page", async || {
            self.driver.find(selector.clone()).await.map_err(|error| error.to_string())
        })
        .await;
        button.click().await.expect("the outcome can be pressed");
        if self.engine == Engine::Firefox {
            self.presses_until_it_is_gone(&button).await;
        }
    }

    /// Firefox may take no notice of a press on a page that has only just come, so that nobody presses what they have not seen.
    async fn presses_until_it_is_gone(&self, button: &WebElement) {
        let looks = Cell::new(0);
        wait_for("the bank's page to be left", async || {
            looks.set(looks.get() + 1);
            if !button.is_present().await.unwrap_or_default() {
                return Ok(());
            }
            if looks.get() % 60 == 0 {
                // Of two presses that get there, the bank takes the first.
                let _ = button.click().await;
            }
            Err("it is still there".to_owned())
        })
        .await;
    }

    /// Waits until the bank's page is there.
    pub async fn is_at_the_bank(&self) {
        let selector = By::Css("button[name=outcome]");
        wait_for("the bank's page", async || {
            self.driver.find(selector.clone()).await.map_err(|error| error.to_string())
        })
        .await;
    }

    /// The page's address.
    pub async fn address(&self) -> String {
        self.driver.current_url().await.expect("a page is open").into()
    }

    /// Loads the page again.
    pub async fn reloads(&self) {
        self.driver.refresh().await.expect("the page can be loaded again");
    }

    /// Everything that is kept in this browser for the shop.
    pub async fn storage(&self) -> String {
        self.value("return JSON.stringify([{...localStorage}, {...sessionStorage}]);").await
    }

    /// Takes a picture of the page. One engine's is enough, and WebKitGTK's driver may end over a large one.
    pub async fn pictures(&self, name: &str) {
        if self.engine() != Engine::Chromium {
            return;
        }
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/screenshots/journeys"));
        std::fs::create_dir_all(&folder).expect("pictures can be kept");
        self.driver.screenshot(&folder.join(format!("{name}.png"))).await.expect("a picture is taken");
    }

    /// A string that a script returns; empty while a page is changing.
    pub async fn value(&self, script: &str) -> String {
        let reply = self.driver.execute(script, vec![]).await;
        reply.ok().and_then(|reply| reply.json().as_str().map(str::to_owned)).unwrap_or_default()
    }
}
