//! What the journeys need: a shop with its backend and its PaymentsOS, each its own, and real browsers in front of them.
//!
//! A journey is an ignored test, because it needs the shop built by trunk (`JOURNEYS_DIST`) and a browser; `cargo xtask test` runs
//! them all.

mod browser;
pub mod built;
mod chance;
mod display;
mod driver;
mod engine;
mod fields;
mod habits;
mod looks;
mod payments;
mod processes;
mod proxy;
mod strolls;
mod tabs;
mod world;

pub use browser::{Browser, Outcome};
pub use chance::Chance;
pub use engine::{Engine, is_left_out_by, is_less_by};
pub use habits::Habit;
pub use looks::Mode;
pub use proxy::{Gate, Passed, Proxy};
pub use strolls::Move;
pub use tabs::Tab;
pub use world::World;

use std::future::Future;
use std::time::{Duration, Instant};

/// How long anything that is waited for may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// Waits until `look` finds what is wanted; fails with what it saw last.
pub async fn wait_for<T, F: Future<Output = Result<T, String>>>(what: &str, look: impl FnMut() -> F) -> T {
    within_patience(look).await.unwrap_or_else(|seen| panic!("waited in vain for {what}: {seen}"))
}

/// The same, for a journey that has more to say where it waited in vain.
///
/// # Errors
///
/// What was seen last.
pub async fn within_patience<T, F: Future<Output = Result<T, String>>>(
    mut look: impl FnMut() -> F,
) -> Result<T, String> {
    let begun = Instant::now();
    loop {
        match look().await {
            Err(_) if begun.elapsed() <= PATIENCE => tokio::time::sleep(Duration::from_millis(50)).await,
            found_or_not => return found_or_not,
        }
    }
}
