//! What drives a browser: a process of its own for each, as Firefox's and WebKit's drive one browser and no more.

use crate::display::Display;
use crate::engine::Engine;
use crate::habits::{self, Habit};
use crate::processes;
use crate::within_patience;
use std::env;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// How long a driver that is told to end may take to end its browser too.
const GRACE: Duration = Duration::from_secs(2);

pub(crate) struct Driver {
    child: Child,
    pub(crate) address: String,
    /// Where its browser shows itself, if it needs such a place. It ends after the browser.
    _display: Option<Display>,
}

impl Driver {
    pub(crate) async fn start(engine: Engine, habits: &[Habit]) -> Driver {
        // The port that was free may be somebody else's by now: then the driver ends.
        for _ in 0..10 {
            if let Some(driver) = Driver::try_to_start(engine, habits).await {
                return driver;
            }
        }
        panic!("the driver of {engine} does not start");
    }

    async fn try_to_start(engine: Engine, habits: &[Habit]) -> Option<Driver> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let port = free.expect("a free port").port();
        let display = match engine {
            Engine::WebKit => Some(Display::start().await),
            _ => None,
        };
        let mut command = program(engine, port);
        if let Some(display) = &display {
            command.env("DISPLAY", display.name());
        }
        if habits.contains(&Habit::IsADayAhead) {
            command.envs(habits::a_day_ahead());
        }
        command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let child = command.spawn().unwrap_or_else(|error| {
            panic!("the driver of {engine} cannot be started ({error}): run `cargo xtask journeys`")
        });
        let driver = Driver { child, address: format!("http://127.0.0.1:{port}"), _display: display };
        driver.answers().await.then_some(driver)
    }

    /// Waits until it can be asked for a browser, or has ended.
    async fn answers(&self) -> bool {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let status = format!("{}/status", self.address);
        let answered = within_patience(async || match client.get(&status).send().await {
            Ok(_) => Ok(true),
            Err(_) if self.child.id().is_none_or(processes::has_ended) => Ok(false),
            Err(error) => Err(error.to_string()),
        });
        answered.await.unwrap_or(false)
    }

    /// Its browser's processes end at once, as by a lack of memory or a flat battery; nobody is asked, and nothing is saved.
    pub(crate) fn kill_its_browser(&self) {
        let browser = self.browser();
        assert!(!browser.is_empty(), "its processes are not found: is there `ps`, of the package procps?");
        processes::kill(&browser);
    }

    /// The processes of its browser.
    fn browser(&self) -> Vec<u32> {
        self.child.id().map(processes::descendants).unwrap_or_default()
    }
}

impl Drop for Driver {
    /// Asked politely, a driver ends its browser too; who stays is not asked again.
    fn drop(&mut self) {
        let browser = self.browser();
        if let Some(id) = self.child.id() {
            processes::ask_to_end(id);
        }
        let asked = std::time::Instant::now();
        while asked.elapsed() < GRACE && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        processes::kill(&browser);
    }
}

fn program(engine: Engine, port: u16) -> Command {
    let given_or = |variable: &str, name: &str| env::var(variable).unwrap_or_else(|_| name.to_owned());
    match engine {
        Engine::Chromium => {
            let mut command = Command::new(given_or("CHROMEDRIVER", "chromedriver"));
            command.arg(format!("--port={port}"));
            command
        }
        Engine::Firefox => {
            let mut command = Command::new(given_or("GECKODRIVER", "geckodriver"));
            // Several of them take the same port for the other protocol, which is not spoken here.
            command.args(["--port", &port.to_string(), "--websocket-port", "0"]);
            command
        }
        Engine::WebKit => {
            let mut command = Command::new(given_or("WEBKIT_WEBDRIVER", "WebKitWebDriver"));
            command.arg(format!("--port={port}"));
            // There is neither a graphics card nor a desktop.
            command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1").env("LIBGL_ALWAYS_SOFTWARE", "1");
            command.env("NO_AT_BRIDGE", "1").env("GDK_BACKEND", "x11");
            command
        }
    }
}
