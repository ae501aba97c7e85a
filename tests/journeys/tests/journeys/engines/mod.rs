//! Journeys that are made in every engine, one test each: `engines::basics::a_card_is_accepted::firefox`. `cargo xtask journeys` makes
//! them all, and prints them as a table, with what an engine cannot do.

use journeys::{Browser, Engine, World};

/// Writes each journey once for each engine. What one cannot do is said with the reason: `journey except WebKit "why",`.
macro_rules! in_every_engine {
    ($($journey:ident $(except $engine:ident $why:literal)*,)+) => { $(
        mod $journey {
            use journeys::Engine;

            const EXCEPT: &[(Engine, &str)] = &[$((Engine::$engine, $why)),*];

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs the built shop and a browser: cargo xtask journeys"]
            async fn chromium() {
                crate::engines::make(Engine::Chromium, stringify!($journey), EXCEPT, super::$journey).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs the built shop and a browser: cargo xtask journeys"]
            async fn firefox() {
                crate::engines::make(Engine::Firefox, stringify!($journey), EXCEPT, super::$journey).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs the built shop and a browser: cargo xtask journeys"]
            async fn webkit() {
                crate::engines::make(Engine::WebKit, stringify!($journey), EXCEPT, super::$journey).await;
            }
        }
    )+ };
}

mod addresses;
mod basics;
mod hard;
mod network;
mod restarts;
mod traces;
mod walks;

/// Makes the journey, unless the engine cannot.
async fn make(engine: Engine, name: &str, except: &[(Engine, &str)], journey: impl AsyncFnOnce(Engine)) {
    match except.iter().find(|(other, _)| *other == engine) {
        Some((_, why)) => engine.cannot(name, why),
        None => journey(engine).await,
    }
}

/// A world and a browser of that engine at the shop, with its payment.
async fn at_the_shop(engine: Engine, method: &str) -> (World, Browser, String) {
    let world = World::start().await.seen_with(engine);
    let (browser, payment) = world.at_the_shop(method).await;
    (world, browser, payment)
}

/// The same at the bank's page.
async fn at_the_bank(engine: Engine) -> (World, Browser, String) {
    let world = World::start().await.seen_with(engine);
    let (browser, payment) = world.at_the_bank().await;
    (world, browser, payment)
}
