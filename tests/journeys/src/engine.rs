//! The engines that journeys are made in: Chromium's, Firefox's, and WebKitGTK's, which is as near to Safari as Linux comes.

use std::env;
use std::fmt;
use std::io::{self, Write};

/// A browser's engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium, by chromedriver.
    Chromium,
    /// Firefox, by geckodriver.
    Firefox,
    /// WebKitGTK's MiniBrowser, by WebKitWebDriver.
    WebKit,
}

impl Engine {
    /// All of them.
    pub const ALL: [Engine; 3] = [Engine::Chromium, Engine::Firefox, Engine::WebKit];

    /// Its name in tests' names and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Chromium => "chromium",
            Engine::Firefox => "firefox",
            Engine::WebKit => "webkit",
        }
    }

    /// The one for journeys that name none: that of `JOURNEYS_ENGINE`, else Chromium.
    pub fn chosen() -> Engine {
        let Ok(name) = env::var("JOURNEYS_ENGINE") else { return Engine::Chromium };
        Engine::ALL.into_iter().find(|engine| engine.name() == name).unwrap_or_else(|| panic!("no engine is {name}"))
    }

    /// Says what it cannot do, where the runner of the journeys hears it: past what a test that passes keeps to itself.
    pub fn cannot(self, journey: &str, why: &str) {
        self.says("cannot", journey, why);
    }

    /// Says what it does only in part; the rest of the journey is made.
    pub fn does_in_part(self, journey: &str, why: &str) {
        self.says("does in part", journey, why);
    }

    fn says(self, what: &str, journey: &str, why: &str) {
        // A closed standard error is no reason to fail.
        let _ = writeln!(io::stderr(), "{self} {what}: {journey}: {why}");
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
