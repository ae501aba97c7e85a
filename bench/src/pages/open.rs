//! A payment that is left open for an hour, in a browser whose pages' time goes sixty times faster.

use super::line::Line;
use super::{PATIENCE, fresh, memory, number, ours};
use crate::failure::Failure;
use std::time::{Duration, Instant};

/// An hour passes in a minute.
const FASTER: u32 = 60;

/// Time as pages know it; and how often they were woken by it.
fn runs_faster() -> String {
    format!(
        "window.woken = 0;
        const [begun, since] = [Date.now(), performance.now()];
        const [now, later] = [performance.now.bind(performance), window.setTimeout.bind(window)];
        performance.now = () => since + (now() - since) * {FASTER};
        Date.now = () => Math.round(begun + (now() - since) * {FASTER});
        window.setTimeout = (work, delay, ...more) => later(() => {{ window.woken += 1; work(...more); }}, (delay ?? 0) / {FASTER});"
    )
}

const MINUTES: &str = "return performance.now() / 60000;";
const WOKEN: &str = "return window.woken;";

/// Prints the table.
pub(super) async fn run() -> Result<(), Failure> {
    let site = ours("published").await?;
    site.knows(false);
    let (_world, browser) = fresh(Line::Free).await?;
    browser.begins_with(&runs_faster()).await;
    browser.goes_to(&site.back()).await;
    println!("\nA payment left open for an hour, its page's time going {FASTER} times faster\n");
    println!("| after | memory, kB | woken | requests |\n|---|---|---|---|");
    for minutes in [1.0, 15.0, 30.0, 45.0, 60.0] {
        let begun = Instant::now();
        while number(&browser, "the page's time", MINUTES).await? < minutes {
            if begun.elapsed() > PATIENCE {
                return Err(Failure::Late("the page's time"));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let (bytes, woken) = (memory(&browser).await?, number(&browser, "how often it was woken", WOKEN).await?);
        println!("| {minutes} min | {:.0} | {woken} | {} |", bytes / 1_000.0, site.asked());
    }
    Ok(())
}
