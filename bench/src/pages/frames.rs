//! `bench frames`: what a whole payment does to the page's frames, on a processor four times slower.

use super::line::tell;
use super::{Options, once};
use crate::failure::Failure;
use journeys::{Browser, Outcome, World};
use serde_json::{Value, json};

/// Notes the tasks that are longer than 50 ms (Long Tasks), what moved without being asked to (Layout Instability), and the frames that were
/// late by more than half of one.
const NOTES: &str = "window.noted = { longest: 0, moved: 0, frames: 0, late: 0 };
    new PerformanceObserver((list) => {
        for (const task of list.getEntries()) window.noted.longest = Math.max(window.noted.longest, task.duration);
    }).observe({ type: 'longtask', buffered: true });
    new PerformanceObserver((list) => {
        for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.noted.moved += shift.value;
    }).observe({ type: 'layout-shift', buffered: true });
    let before;
    const frame = (now) => {
        if (before !== undefined) {
            window.noted.frames += 1;
            if (now - before > 25) window.noted.late += Math.round((now - before) / 16.7) - 1;
        }
        before = now;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);";
const NOTED: &str = "return window.noted ?? null;";

/// Prints the table.
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    println!("\nFrames of a whole payment in the demo shop, CPU / 4; the worst of {} runs\n", options.runs);
    println!("| page | longest task, ms | layout shift (CLS) | frames dropped, of all |\n|---|---|---|---|");
    let mut worst: Vec<(&str, Worst)> = Vec::new();
    for _ in 0..options.runs {
        let (_world, browser) = pays_with("card").await?;
        browser.sees("succeeded").await;
        note(&mut worst, "a card that is accepted", &browser).await?;
        let (_world, browser) = pays_with("card-3ds").await?;
        browser.decides(Outcome::LateSucceed).await;
        browser.sees("succeeded").await;
        note(&mut worst, "back from 3-D Secure, still pending, until it succeeds", &browser).await?;
    }
    for (page, worst) in worst {
        println!(
            "| {page} | {:.0} | {:.3} | {:.0} of {:.0} |",
            worst.longest,
            worst.moved,
            worst.late,
            worst.late + worst.frames
        );
    }
    Ok(())
}

/// A slow browser that notes what its pages do, once Pay is pressed there.
async fn pays_with(method: &str) -> Result<(World, Browser), Failure> {
    let world = World::start().await;
    let browser = world.browser().await;
    tell(&browser, "Emulation.setCPUThrottlingRate", json!({"rate": 4})).await?;
    browser.begins_with(NOTES).await;
    browser.shop("charge", method).await;
    browser.pays().await;
    Ok((world, browser))
}

#[derive(Clone, Copy, Default)]
struct Worst {
    longest: f64,
    moved: f64,
    late: f64,
    frames: f64,
}

async fn note(all: &mut Vec<(&'static str, Worst)>, page: &'static str, browser: &Browser) -> Result<(), Failure> {
    let noted: Value = once(browser, "what was noted", NOTED).await?;
    let figure = |name: &str| noted[name].as_f64().unwrap_or_default();
    let at = all.iter().position(|(name, _)| *name == page).unwrap_or_else(|| {
        all.push((page, Worst::default()));
        all.len() - 1
    });
    let worst = &mut all[at].1;
    worst.longest = worst.longest.max(figure("longest"));
    worst.moved = worst.moved.max(figure("moved"));
    if figure("late") >= worst.late {
        (worst.late, worst.frames) = (figure("late"), figure("frames"));
    }
    Ok(())
}
