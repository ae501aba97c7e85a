//! `bench many`: 1, 2, 10 and 100 elements on a page; and one that is left open for an hour.

use super::line::Line;
use super::spread::Spread;
use super::{Options, fresh, memory, number, ours};
use crate::failure::Failure;

const COUNTS: [u32; 4] = [1, 2, 10, 100];

/// Puts as many on the page as its fragment says, and notes when all can be pressed.
const PUTS: &str = "addEventListener('DOMContentLoaded', () => {
        const one = document.querySelector('paymentsos-checkout');
        for (let more = Number(location.hash.slice(1)); more > 1; more -= 1) one.after(one.cloneNode());
    });
    const look = () => {
        const all = [...document.querySelectorAll('paymentsos-checkout')];
        const wanted = Number(location.hash.slice(1));
        if (all.length < wanted || !all.every((one) => one.dataset.state === 'ready')) return requestAnimationFrame(look);
        return requestAnimationFrame(() => { window.painted = performance.now(); });
    };
    if (location.hash) requestAnimationFrame(look);";

/// Prints the table.
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let site = ours("published").await?;
    let mut figures = COUNTS.map(|_| (Spread::default(), Spread::default()));
    for run in 0..=options.runs {
        for (count, (time, bytes)) in COUNTS.into_iter().zip(&mut figures) {
            let (_world, browser) = fresh(Line::Free).await?;
            browser.begins_with(PUTS).await;
            browser.goes_to(&format!("{}#{count}", site.url())).await;
            let ready = number(&browser, "all elements", super::PAINTED).await?;
            let used = memory(&browser).await?;
            if run > 0 {
                time.add(ready);
                bytes.add(used / 1_000.0);
            }
        }
    }
    println!("\nElements on a page; medians of {} runs\n", options.runs);
    println!(
        "| elements | all ready, ms | each after the first, ms | memory, kB | each after the first, kB |\n|---|---|---|---|---|"
    );
    let (first_time, first_bytes) = (figures[0].0.median(), figures[0].1.median());
    for (count, (time, bytes)) in COUNTS.into_iter().zip(&figures) {
        let each = |whole: f64, first: f64| match count {
            1 => "–".to_owned(),
            _ => format!("{:.2}", (whole - first) / f64::from(count - 1)),
        };
        println!(
            "| {count} | {time} | {} | {bytes} | {} |",
            each(time.median(), first_time),
            each(bytes.median(), first_bytes)
        );
    }
    super::open::run().await
}
