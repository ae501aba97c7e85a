//! `bench return`: from the navigation back to the shop until the true status is on the screen.

use super::line::Line;
use super::site::Site;
use super::spread::Spread;
use super::{Options, PAINTED, built, fresh, notes_when_painted, number, ours};
use crate::failure::Failure;

/// Prints the table.
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    println!("\nBack at the shop: until the status is on the screen, in ms; medians of {} runs\n", options.runs);
    println!("| line | bare page | ours, as published | to the bare page's |\n|---|---|---|---|");
    for line in [Line::Slow, Line::Free] {
        let bare = Site::of(&[("", built("told")?)]).await?;
        let ours = ours("published").await?;
        let mut spreads = [Spread::default(), Spread::default()];
        for run in 0..=options.runs {
            for (site, spread) in [&bare, &ours].into_iter().zip(&mut spreads) {
                site.knows(true);
                let (_world, browser) = fresh(line).await?;
                notes_when_painted(&browser, "[data-state=succeeded]").await;
                browser.goes_to(&site.back()).await;
                let painted = number(&browser, "the status", PAINTED).await?;
                if run > 0 {
                    spread.add(painted);
                }
            }
        }
        let [bare, ours] = &spreads;
        println!("| {} | {bare} | {ours} | {} |", line.name(), ours.beside(bare));
    }
    Ok(())
}
