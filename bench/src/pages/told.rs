//! `bench told`: from the moment when the backend has read how a payment ended to the pixel, while its answer is held.

use super::line::Line;
use super::site::Site;
use super::spread::Spread;
use super::{Options, PATIENCE, built, fresh, number, ours};
use crate::failure::Failure;
use journeys::Browser;
use std::time::{Duration, Instant};

/// Each pair is over quickly.
const TIMES: u32 = 10;

/// How long ago a page has asked at least: what a browser adds to a slow line's answers counts from then.
const ASKED: Duration = Duration::from_millis(300);

/// The bare page then shows that it waits, as ours does. A page on which something moves gets its frames at the screen's rate; one on
/// which nothing does gets the next at once.
const SPINS: &str = "#spins";

/// When the result was painted, by the wall clock: at the second frame after the change, the first is painted.
const SHOWN: &str = "return window.shown ?? null;";

/// Both pages say so in the same way.
const WAITS: &str =
    "return document.readyState === 'complete' && document.querySelector('[data-state=confirming]') ? 1 : null;";

const WATCHES: &str = "const watch = () => {
        if (!document.querySelector('[data-state=succeeded]')) return;
        watching.disconnect();
        requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => { window.shown = performance.timeOrigin + performance.now(); };
            channel.port2.postMessage(null);
        });
    };
    const watching = new MutationObserver(watch);
    watching.observe(document, { subtree: true, childList: true, attributes: true });";

/// Prints the table.
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let times = options.runs * TIMES;
    println!("\nFrom the backend's knowledge to the pixel, in ms; medians of {times} runs\n");
    println!(
        "| line | bare page | with a spinner | ours, as published | to the bare page's | to that with a spinner |"
    );
    println!("|---|---|---|---|---|---|");
    for line in [Line::Free, Line::Slow] {
        let (bare, ours) = (Site::of(&[("", built("told")?)]).await?, ours("published").await?);
        let (_world, browser) = fresh(line).await?;
        browser.begins_with(WATCHES).await;
        let pages = [(&bare, ""), (&bare, SPINS), (&ours, "")];
        let mut spreads = [Spread::default(), Spread::default(), Spread::default()];
        for run in 0..=times {
            for ((site, fragment), spread) in pages.into_iter().zip(&mut spreads) {
                let took = tell(&browser, site, fragment).await?;
                if run > 0 {
                    spread.add(took);
                }
            }
        }
        let [bare, spins, ours] = &spreads;
        println!("| {} | {bare} | {spins} | {ours} | {} | {} |", line.name(), ours.beside(bare), ours.beside(spins));
    }
    Ok(())
}

async fn tell(browser: &Browser, site: &Site, fragment: &str) -> Result<f64, Failure> {
    site.knows(false);
    // What was held for the page before ends with it.
    browser.goes_to("about:blank").await;
    holds(site, 0).await?;
    browser.goes_to(&(site.back() + fragment)).await;
    holds(site, 1).await?;
    // The first answer may be held before there is anybody to tell.
    number(browser, "that the page waits", WAITS).await?;
    tokio::time::sleep(ASKED).await;
    let known = site.knows(true);
    Ok(number(browser, "the result", SHOWN).await? - known)
}

async fn holds(site: &Site, wanted: u32) -> Result<(), Failure> {
    let begun = Instant::now();
    while site.holds() != wanted {
        if begun.elapsed() > PATIENCE {
            return Err(Failure::Late("an answer that is held"));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
