//! `bench start`: from the navigation until Pay can be pressed.

use super::line::Line;
use super::site::Site;
use super::spread::Spread;
use super::{Options, PAINTED, built, fresh, notes_when_painted, number, once, ours};
use crate::failure::Failure;
use journeys::Browser;

/// A page that is measured.
struct Case {
    name: &'static str,
    site: Site,
    button: &'static str,
    /// What a press on the button waits for.
    rest: Option<&'static str>,
    cold: Loaded,
    warm: Loaded,
}

/// What came of loading it.
#[derive(Default)]
struct Loaded {
    ready: Spread,
    first_paint: Spread,
    bytes: Spread,
    later: Spread,
    /// When all that a press needs was there.
    whole: Spread,
}

/// adyen-web asks its own servers for nothing that its button waits for: they answer at once.
const NO_OTHERS: &str = "const own = window.fetch;
    window.fetch = (what, ...more) => (new URL(what.url ?? what, location).origin === location.origin
        ? own(what, ...more) : Promise.resolve(new Response('{}', { headers: { 'content-type': 'application/json' } })));";

const FIRST_PAINT: &str = "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null;";

/// Nothing until the file is there.
const COME: &str = "const rest = performance.getEntriesByType('resource').find(({ name }) => name.endsWith(FILE));
    return rest && rest.responseEnd ? Math.max(rest.responseEnd, window.painted) : null;";
const REST: &str = "paymentsos-checkout_rest.wasm";

/// The bytes of all bodies that were there when the button was, and of those that came after.
const BYTES: &str = "const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const own = all.filter((entry) => entry.name.startsWith(location.origin) && entry.transferSize > 0);
    const sum = (entries) => entries.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
    return [sum(own.filter((entry) => entry.responseEnd <= window.painted)), sum(own.filter((entry) => entry.responseEnd > window.painted))];";

async fn cases() -> Result<Vec<Case>, Failure> {
    let case =
        |name, site, button, rest| Case { name, site, button, rest, cold: Loaded::default(), warm: Loaded::default() };
    Ok(vec![
        case("ours, as published", ours("published").await?, "button[part~=pay]", Some(REST)),
        case("ours, stable", ours("stable").await?, "button[part~=pay]", Some(REST)),
        case("adyen-web", Site::of(&[("", built("adyen")?)]).await?, "button.adyen-checkout__button--pay", None),
        case("Yew's counter", Site::of(&[("", built("counter")?)]).await?, "button", None),
    ])
}

/// Prints the tables.
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    for line in [Line::Slow, Line::Free] {
        let mut cases = cases().await?;
        // The first of each only warms the machine up.
        for run in 0..=options.runs {
            for case in &mut cases {
                measure(case, line, run > 0).await?;
            }
        }
        println!("\n{}; medians of {} runs, and where they lay\n", line.name(), options.runs);
        println!(
            "| page | button, ms | to adyen-web's | first paint, ms | bytes until then | to adyen-web's | bytes later | all there, ms | warm: button, ms |\n\
             |---|---|---|---|---|---|---|---|---|"
        );
        let peer = &cases[2].cold;
        for case in &cases {
            let cold = &case.cold;
            println!(
                "| {} | {} | {} | {} | {:.0} | {} | {:.0} | {:.0} | {} |",
                case.name,
                cold.ready,
                cold.ready.beside(&peer.ready),
                cold.first_paint,
                cold.bytes.median(),
                cold.bytes.beside(&peer.bytes),
                cold.later.median(),
                cold.whole.median(),
                case.warm.ready
            );
        }
    }
    Ok(())
}

async fn measure(case: &mut Case, line: Line, counts: bool) -> Result<(), Failure> {
    let (_world, browser) = fresh(line).await?;
    browser.begins_with(NO_OTHERS).await;
    notes_when_painted(&browser, case.button).await;
    let mut dropped = Loaded::default();
    for loaded in [&mut case.cold, &mut case.warm] {
        load(&browser, &case.site, case.rest, if counts { loaded } else { &mut dropped }).await?;
        browser.goes_to("about:blank").await;
    }
    Ok(())
}

async fn load(browser: &Browser, site: &Site, rest: Option<&str>, loaded: &mut Loaded) -> Result<(), Failure> {
    browser.goes_to(&site.url()).await;
    let ready = number(browser, "the button", PAINTED).await?;
    loaded.ready.add(ready);
    loaded.whole.add(match rest {
        Some(rest) => number(browser, "the rest", &format!("const FILE = '{rest}'; {COME}")).await?,
        None => ready,
    });
    loaded.first_paint.add(number(browser, "the first paint", FIRST_PAINT).await?);
    let bytes = once(browser, "what was loaded", BYTES).await?;
    loaded.bytes.add(bytes[0].as_f64().unwrap_or_default());
    loaded.later.add(bytes[1].as_f64().unwrap_or_default());
    Ok(())
}
