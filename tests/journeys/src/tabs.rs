//! A browser's tabs, its history, and what the journeys do to the browser itself.

use crate::browser::Browser;
use crate::engine::{Engine, is_less_by};
use crate::wait_for;
use serde_json::{Value, json};
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::{WindowHandle, WindowType};

/// One of a browser's tabs.
#[derive(Clone, Debug)]
pub struct Tab(WindowHandle);

impl Browser {
    /// The tab that is looked at.
    pub async fn tab(&self) -> Tab {
        Tab(self.driver.window().await.expect("a tab"))
    }

    /// Opens another tab and looks at it; the one before is hidden.
    pub async fn new_tab(&self) -> Tab {
        self.another(WindowType::Tab).await
    }

    /// Opens a window beside, which hides nothing.
    pub async fn new_window(&self) -> Tab {
        self.another(WindowType::Window).await
    }

    async fn another(&self, kind: WindowType) -> Tab {
        // WebKit's driver does not bring a tab before the others again.
        let kind = if self.engine() == Engine::WebKit { WindowType::Window } else { kind };
        let handle = match kind {
            WindowType::Tab => self.driver.new_tab().await,
            WindowType::Window => self.driver.new_window().await,
        };
        let tab = Tab(handle.expect("another tab opens"));
        self.looks_at(&tab).await;
        tab
    }

    /// Looks at a tab.
    pub async fn looks_at(&self, tab: &Tab) {
        self.driver.switch_to_window(tab.0.clone()).await.expect("the tab is there");
        // Else a headless Chromium takes every tab for one that is looked at.
        if self.engine() == Engine::Chromium {
            self.tells("Page.bringToFront", json!({})).await;
        }
    }

    /// Closes the tab that is looked at, unless it has closed by itself by then, and looks at another.
    pub async fn closes_for(&self, other: &Tab) {
        match self.driver.close_window().await {
            Err(error) if !matches!(*error, WebDriverErrorInner::NoSuchWindow(_)) => panic!("the tab stays: {error}"),
            _ => {}
        }
        self.looks_at(other).await;
    }

    /// Waits for a window that a page has opened, and looks at it.
    pub async fn looks_at_the_window_opened(&self, tab: &Tab) -> Tab {
        let opened = wait_for("a window", async || {
            let all = self.driver.windows().await.map_err(|error| error.to_string())?;
            all.into_iter().find(|handle| *handle != tab.0).ok_or_else(|| "it is not there".to_owned())
        })
        .await;
        let opened = Tab(opened);
        self.looks_at(&opened).await;
        opened
    }

    /// Waits until a tab is the only one.
    pub async fn has_only(&self, tab: &Tab) {
        wait_for("a single window", async || {
            let all = self.driver.windows().await.map_err(|error| error.to_string())?;
            if all == [tab.0.clone()] { Ok(()) } else { Err(format!("{} windows", all.len())) }
        })
        .await;
    }

    /// Goes to an address.
    pub async fn goes_to(&self, address: &str) {
        self.driver.goto(address).await.expect("the address opens");
    }

    /// Presses the browser's Back.
    pub async fn goes_back(&self) {
        self.driver.back().await.expect("there is a page before");
    }

    /// Presses the browser's Forward.
    pub async fn goes_forward(&self) {
        self.driver.forward().await.expect("there is a page after");
    }

    /// Puts another tab before the one that is looked at, which is hidden then. The words of a browser still go to it.
    pub async fn hides(&self) -> Tab {
        let tab = self.tab().await;
        let other = self.new_tab().await;
        self.driver.switch_to_window(tab.0.clone()).await.expect("the tab is there");
        wait_for("a hidden page", async || {
            self.tells("Target.activateTarget", json!({"targetId": other.0.to_string()})).await;
            match self.value("return document.visibilityState;").await {
                state if state == "hidden" => Ok(()),
                state => Err(state),
            }
        })
        .await;
        tab
    }

    /// The clock is set ahead by so many milliseconds, or back, on this page and on those to come in this tab.
    pub async fn sets_the_clock(&self, ahead: i64) {
        // The page's own clock: a script of Firefox's driver has another.
        let script = format!("{{ const clock = window.Date, now = clock.now; clock.now = () => now() + {ahead}; }}");
        self.value(&script).await;
        self.begins_with(&script).await;
    }

    /// The network is gone, or there again, and the page on the tab knows it.
    pub async fn is_online(&self, online: bool) {
        wait_for(&format!("a page whose onLine is {online}"), async || {
            match self.engine() {
                Engine::Chromium => self.emulates_a_network(online).await,
                // They cannot be told: the way to the shop is cut, and the page hears what browsers say then.
                _ => {
                    self.asked.is_reachable(online);
                    self.value(&says_that_it_is(online)).await;
                }
            }
            match self.value("return `${navigator.onLine}`;").await {
                said if said == online.to_string() => Ok(()),
                said => Err(said),
            }
        })
        .await;
    }

    async fn emulates_a_network(&self, online: bool) {
        let conditions = json!({"offline": !online, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        self.tells("Network.enable", json!({})).await;
        self.tells("Network.emulateNetworkConditions", conditions).await;
    }

    /// From now on, every page begins with that script; in another engine than Chromium, the shop's pages, of all its browsers.
    pub async fn begins_with(&self, script: &str) {
        match self.engine() {
            Engine::Chromium => {
                self.tells("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
            }
            _ => self.asked.lets_pages_begin_with(script),
        }
    }

    /// From now on, every page notes how it is shown; see [`was_kept_whole`](Browser::was_kept_whole).
    pub async fn notes_how_pages_are_shown(&self) {
        self.begins_with(
            "addEventListener('pagehide', () => { window.shown = ''; });
             addEventListener('pageshow', (event) => { window.shown = `${event.persisted}`; });",
        )
        .await;
    }

    /// Fails unless the page came out of the back-forward cache. What Chromium keeps there another engine may load anew, as it does with a
    /// page that had asked for something, or that was left for another site: then this is said, and the journey goes on.
    pub async fn was_kept_whole(&self) {
        let is_kept = wait_for("a page out of the back-forward cache", async || {
            match self.value("return window.shown ?? '';").await.as_str() {
                "true" => Ok(true),
                "false" if self.engine() != Engine::Chromium => Ok(false),
                other => Err(format!("event.persisted: {other}")),
            }
        })
        .await;
        if !is_kept {
            is_less_by(&Engine::OTHERS, "it does not keep the page, and loads it anew");
        }
    }

    /// Tells the browser something by Chromium's own protocol.
    pub async fn tells(&self, command: &str, parameters: Value) -> Value {
        assert_eq!(self.engine(), Engine::Chromium, "only Chromium can be told {command}");
        self.driver.cdp().send_raw(command, parameters).await.expect("the browser does as it is told")
    }
}

fn says_that_it_is(online: bool) -> String {
    let event = if online { "online" } else { "offline" };
    format!(
        "if (navigator.onLine !== {online}) {{
            Object.defineProperty(navigator, 'onLine', {{ configurable: true, get: () => {online} }});
            dispatchEvent(new Event('{event}'));
        }}"
    )
}
