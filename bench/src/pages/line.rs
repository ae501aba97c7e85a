//! A browser on a line and a processor as a shopper has them.

use crate::failure::Failure;
use journeys::Browser;
use serde_json::{Value, json};

/// What a page is loaded over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// 150 ms, 1.6 Mbit/s down and 0.75 up, and a processor four times slower: a cheap phone on slow 4G.
    Slow,
    /// As this machine is.
    Free,
}

impl Line {
    pub(super) fn name(self) -> &'static str {
        match self {
            Line::Slow => "slow 4G, CPU / 4",
            Line::Free => "as this machine is",
        }
    }

    /// Has a browser know nothing else from now on.
    pub(super) async fn is_all_that(self, browser: &Browser) -> Result<(), Failure> {
        if self == Line::Free {
            return Ok(());
        }
        let line = json!({
            "offline": false, "latency": 150, "downloadThroughput": 1.6e6 / 8.0, "uploadThroughput": 0.75e6 / 8.0,
        });
        tell(browser, "Network.enable", json!({})).await?;
        tell(browser, "Network.emulateNetworkConditions", line).await?;
        tell(browser, "Emulation.setCPUThrottlingRate", json!({"rate": 4})).await.map(drop)
    }
}

/// A command of the Chrome DevTools Protocol.
pub(super) async fn tell(browser: &Browser, command: &str, with: Value) -> Result<Value, Failure> {
    let told = browser.driver.cdp().send_raw(command, with).await;
    told.map_err(|error| Failure::Browser { what: command.to_owned(), why: error.to_string() })
}
