//! What a browser is told before it starts: how it is driven, and what is peculiar about it.

use crate::engine::Engine;
use serde_json::{Map, Value, json};
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use thirtyfour::Capabilities;

/// What is peculiar about a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Habit {
    /// It keeps pages from opening windows of their own accord, as browsers do outside of tests.
    BlocksWindows,
    /// It calls itself that.
    IsCalled(String),
    /// It keeps what it knows in that folder, and begins with what is there.
    Keeps(PathBuf),
    /// It takes no cookie of a frame of another site.
    RefusesForeignCookies,
    /// It gives pages no `localStorage` and no `sessionStorage`.
    HasNoStorage,
    /// It has WebAssembly switched off.
    HasNoWebAssembly,
    /// Its driver does not wait until a page is there.
    WaitsForNothing,
    /// The clock of its machine, for all that it knows, is a day ahead; see [`Engine::can_be_a_day_ahead`].
    IsADayAhead,
}

/// Where libfaketime is.
const FAKETIME: &str = "JOURNEYS_FAKETIME";

impl Engine {
    /// Whether it can be started with another clock. Firefox does not get as far as its first page with libfaketime, which its own memory
    /// allocator waits for.
    pub fn can_be_a_day_ahead(self) -> bool {
        self != Engine::Firefox && env::var_os(FAKETIME).is_some()
    }
}

/// What a browser's driver, and so the browser, is started with for it.
pub(crate) fn a_day_ahead() -> Vec<(&'static str, OsString)> {
    let library = env::var_os(FAKETIME).unwrap_or_else(|| panic!("{FAKETIME} does not say where libfaketime is"));
    vec![
        ("LD_PRELOAD", library),
        ("FAKETIME", "+1d".into()),
        // Times that something takes are what they are; Chromium ends no wait where they are not.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ("FAKETIME_FORCE_MONOTONIC_FIX", "0".into()),
    ]
}

/// What a browser with these habits is started with. A habit that an engine has no setting for is no journey of its.
pub(crate) fn capabilities(engine: Engine, habits: &[Habit]) -> Capabilities {
    let mut settings = match engine {
        Engine::Chromium => chromium(habits),
        Engine::Firefox => firefox(habits),
        Engine::WebKit => webkit(habits),
    };
    if habits.contains(&Habit::WaitsForNothing) {
        settings.insert("pageLoadStrategy".into(), json!("none"));
    }
    Capabilities::from(settings)
}

fn no_such_habit(engine: Engine, habit: &Habit) -> ! {
    panic!("{engine} has no setting for this: {habit:?}")
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("no object: {other}"),
    }
}

fn chromium(habits: &[Habit]) -> Map<String, Value> {
    let mut arguments: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        // What its address bar would show: half the work of its start.
        "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
        "--window-size=1000,900",
    ]
    .map(str::to_owned)
    .into();
    let mut preferences = Map::new();
    let mut without: Vec<&str> = Vec::new();
    for habit in habits {
        match habit {
            Habit::BlocksWindows => without.push("disable-popup-blocking"),
            Habit::IsCalled(name) => arguments.push(format!("--user-agent={name}")),
            Habit::Keeps(folder) => arguments.push(format!("--user-data-dir={}", folder.display())),
            Habit::RefusesForeignCookies => {
                preferences.insert("profile.block_third_party_cookies".into(), json!(true));
                preferences.insert("profile.cookie_controls_mode".into(), json!(1));
            }
            Habit::HasNoStorage | Habit::HasNoWebAssembly => no_such_habit(Engine::Chromium, habit),
            Habit::WaitsForNothing | Habit::IsADayAhead => {}
        }
    }
    object(json!({
        "browserName": "chrome",
        "goog:loggingPrefs": {"browser": "SEVERE"},
        "goog:chromeOptions": {"args": arguments, "prefs": preferences, "excludeSwitches": without},
    }))
}

fn firefox(habits: &[Habit]) -> Map<String, Value> {
    let mut arguments = vec!["-headless".to_owned(), "--width=1000".to_owned(), "--height=900".to_owned()];
    let mut preferences = object(json!({
        // One process for pages is enough, and none is started for those to come.
        "dom.ipc.processCount": 1,
        "dom.ipc.processPrelaunch.enabled": false,
        "browser.sessionstore.resume_from_crash": false,
        "toolkit.startup.max_resumed_crashes": -1,
        "network.captive-portal-service.enabled": false,
        "network.connectivity-service.enabled": false,
    }));
    let mut set = |name: &str, value: Value| drop(preferences.insert(name.to_owned(), value));
    for habit in habits {
        match habit {
            Habit::BlocksWindows => set("dom.disable_open_during_load", json!(true)),
            Habit::IsCalled(name) => set("general.useragent.override", json!(name)),
            Habit::Keeps(folder) => arguments.extend(["-profile".to_owned(), folder.display().to_string()]),
            Habit::RefusesForeignCookies => set("network.cookie.cookieBehavior", json!(1)),
            Habit::HasNoStorage => set("dom.storage.enabled", json!(false)),
            Habit::HasNoWebAssembly => set("javascript.options.wasm", json!(false)),
            Habit::WaitsForNothing => {}
            Habit::IsADayAhead => no_such_habit(Engine::Firefox, habit),
        }
    }
    object(json!({
        "browserName": "firefox",
        "moz:firefoxOptions": {"args": arguments, "prefs": preferences},
    }))
}

fn webkit(habits: &[Habit]) -> Map<String, Value> {
    let mut arguments = vec!["--automation".to_owned()];
    for habit in habits {
        arguments.push(match habit {
            Habit::WaitsForNothing | Habit::IsADayAhead => continue,
            Habit::BlocksWindows => "--javascript-can-open-windows-automatically=false".to_owned(),
            Habit::RefusesForeignCookies => "--cookies-policy=no-third-party".to_owned(),
            Habit::HasNoStorage => "--enable-html5-local-storage=false".to_owned(),
            Habit::IsCalled(_) | Habit::HasNoWebAssembly | Habit::Keeps(_) => no_such_habit(Engine::WebKit, habit),
        });
    }
    let program = env::var("JOURNEYS_MINIBROWSER").unwrap_or_else(|_| "MiniBrowser".to_owned());
    object(json!({
        "browserName": "MiniBrowser",
        "webkitgtk:browserOptions": {"binary": program, "args": arguments},
    }))
}
