//! A chromedriver of its own for each journey.

use std::process::{Command as Signal, Stdio};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub(crate) struct Chromedriver {
    child: Child,
    pub(crate) address: String,
}

impl Chromedriver {
    pub(crate) async fn start() -> Chromedriver {
        // It takes a free port of IPv4 and the same of IPv6, which somebody else may have: then it ends.
        for _ in 0..10 {
            if let Some(chromedriver) = Chromedriver::try_to_start().await {
                return chromedriver;
            }
        }
        panic!("chromedriver does not start");
    }

    async fn try_to_start() -> Option<Chromedriver> {
        let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let mut child = Command::new(&program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{program} cannot be started ({error}): run `cargo xtask test`"));
        let stdout = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(stdout).lines();
        let port = loop {
            let line = lines.next_line().await.expect("chromedriver speaks")?;
            if let Some((_, port)) = line.split_once("successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        // Nobody reads the rest, and a full pipe would stop it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Some(Chromedriver { child, address: format!("http://127.0.0.1:{port}") })
    }
}

impl Drop for Chromedriver {
    /// Asked politely, it ends its browsers too.
    fn drop(&mut self) {
        if let Some(id) = self.child.id() {
            let asked = Signal::new("kill").args(["-TERM", &id.to_string()]).status();
            for _ in 0..50 {
                if asked.is_err() || !matches!(self.child.try_wait(), Ok(None)) {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
    }
}
