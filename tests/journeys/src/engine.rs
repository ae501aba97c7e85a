//! The engines that journeys are made in: Chromium's, Firefox's, and WebKitGTK's, which is as near to Safari as Linux comes.

use std::env;
use std::fmt;
use std::io::{self, Write};
use std::thread;

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

    /// Those that cannot be told what Chromium can, by its own protocol.
    pub const OTHERS: [Engine; 2] = [Engine::Firefox, Engine::WebKit];

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

/// Whether the engine at hand is one of those that cannot make this journey. Then it is said why.
pub fn is_left_out_by(engines: &[Engine], why: &str) -> bool {
    let chosen = Engine::chosen();
    let is_left_out = engines.contains(&chosen);
    if is_left_out {
        chosen.cannot(&journey(), why);
    }
    is_left_out
}

/// As [`is_left_out_by`], of what only a part is left out of.
pub fn is_less_by(engines: &[Engine], why: &str) -> bool {
    let chosen = Engine::chosen();
    let is_less = engines.contains(&chosen);
    if is_less {
        chosen.does_in_part(&journey(), why);
    }
    is_less
}

/// What the journey is called that is being made: the tests' runner names threads so.
fn journey() -> String {
    thread::current().name().unwrap_or("this journey").to_owned()
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
