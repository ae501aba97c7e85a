//! Pages in a browser, each beside what it is measured against, in turns: one run of each, and then the next.

mod come_back;
mod frames;
mod line;
mod many;
mod open;
mod site;
mod spread;
mod start;
mod told;

pub(crate) use come_back::run as come_back;
pub(crate) use frames::run as frames;
pub(crate) use many::run as many;
pub(crate) use start::run as start;
pub(crate) use told::run as told;

use crate::failure::Failure;
use journeys::{Browser, World};
use line::{Line, tell};
use serde_json::{Value, json};
use site::Site;
use std::env;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
const RUNS: u32 = 7;
/// The folder in which `cargo xtask bench` has built the pages.
const BUILT: &str = "BENCH_PAGES";

#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Options {
    /// How often each is measured
    #[arg(long, default_value_t = RUNS)]
    runs: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options { runs: RUNS }
    }
}

fn built(name: &str) -> Result<PathBuf, Failure> {
    let folder = env::var_os(BUILT).ok_or(Failure::NotBuilt)?;
    Ok(PathBuf::from(folder).join(name))
}

/// Our page, with the package as it is published, or as the stable compiler makes it.
async fn ours(package: &str) -> Result<Site, Failure> {
    Site::of(&[("", built("ours")?), ("/paymentsos-checkout", built(package)?)]).await
}

/// A browser with nothing in its cache; the world it is in has nothing to do with the page.
async fn fresh(line: Line) -> Result<(World, Browser), Failure> {
    let world = World::start().await;
    let browser = world.browser().await;
    line.is_all_that(&browser).await?;
    Ok((world, browser))
}

/// What a script gives, once it gives something.
async fn once(browser: &Browser, what: &'static str, script: &str) -> Result<Value, Failure> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let given = browser.driver.execute(script, vec![]).await;
        if let Some(given) = given.ok().map(|given| given.json().clone()).filter(|given| !given.is_null()) {
            return Ok(given);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(Failure::Late(what))
}

/// A number that a script gives, once it gives one.
async fn number(browser: &Browser, what: &'static str, script: &str) -> Result<f64, Failure> {
    once(browser, what, script).await?.as_f64().ok_or(Failure::Late(what))
}

/// Has every page note, as `window.painted`, when what the selector finds was there and painted; in milliseconds since the page began. What is
/// in shadow roots is found too.
async fn notes_when_painted(browser: &Browser, selector: &str) {
    let script = format!(
        "const deep = (root) => {{
            const found = root.querySelector({selector});
            if (found) return found;
            for (const host of root.querySelectorAll('*')) {{
                const within = host.shadowRoot && deep(host.shadowRoot);
                if (within) return within;
            }}
            return null;
        }};
        const look = () => {{
            const found = deep(document);
            const usable = found && !found.disabled && found.ariaDisabled !== 'true' && found.getBoundingClientRect().height > 0;
            if (!usable) return requestAnimationFrame(look);
            return requestAnimationFrame(() => {{ window.painted = performance.now(); }});
        }};
        requestAnimationFrame(look);",
        selector = json!(selector)
    );
    browser.begins_with(&script).await;
}

const PAINTED: &str = "return window.painted ?? null;";

/// The bytes of memory that a page has, once what nobody needs is gone: of its scripts, and of what they have beside them.
async fn memory(browser: &Browser) -> Result<f64, Failure> {
    for _ in 0..3 {
        tell(browser, "HeapProfiler.collectGarbage", json!({})).await?;
    }
    let heap = tell(browser, "Runtime.getHeapUsage", json!({})).await?;
    let sum = ["usedSize", "embedderHeapUsedSize", "backingStorageSize"].iter().filter_map(|name| heap[name].as_f64());
    Ok(sum.sum())
}
