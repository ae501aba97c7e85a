//! A screen that nobody sees (Xvfb), for a browser that has to have one.

use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub(crate) struct Display {
    _child: Child,
    number: String,
}

impl Display {
    pub(crate) async fn start() -> Display {
        let mut child = Command::new("Xvfb")
            // It takes a free one, and says which.
            .args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("Xvfb cannot be started ({error}): run `cargo xtask journeys`"));
        let stdout = child.stdout.take().expect("its output is piped");
        let line = BufReader::new(stdout).lines().next_line().await.expect("Xvfb speaks");
        let number = line.expect("Xvfb says which display it has");
        Display { _child: child, number: number.trim().to_owned() }
    }

    /// What `DISPLAY` is set to.
    pub(crate) fn name(&self) -> String {
        format!(":{}", self.number)
    }
}
