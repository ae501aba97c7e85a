//! The merchant as a process of its own, which can be killed.

use super::DEADLINE;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// The address that shoppers see, whatever process answers.
pub(crate) const SHOP: &str = "http://localhost:8080";

/// The program with its settings, and with `arguments`.
pub(crate) fn run(settings: &merchant::Config, database: &str, arguments: &[&str]) -> Command {
    let keys = sandbox::Config::default();
    let mut process = Command::new(env!("CARGO_BIN_EXE_merchant"));
    process
        .args(arguments)
        .env_clear()
        .env("NO_COLOR", "1")
        .env("MERCHANT_LISTEN", "127.0.0.1:0")
        .env("MERCHANT_PUBLIC_URL", SHOP)
        .env("DATABASE_URL", database)
        .env("PAYMENTSOS_URL", settings.paymentsos_url.as_str())
        .env("FOLLOW_AFTER", settings.follow_after.as_secs().to_string())
        .env("PAYMENTSOS_APP_ID", keys.app_id)
        .env("PAYMENTSOS_PRIVATE_KEY", keys.private_key)
        .env("PAYMENTSOS_PUBLIC_KEY", keys.public_key)
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    process
}

/// Starts the process: itself, and its address.
pub(crate) async fn start(settings: &merchant::Config, database: &str) -> (Child, String) {
    start_with(settings, database, &[]).await
}

/// The same, with more in its environment.
pub(crate) async fn start_with(settings: &merchant::Config, database: &str, more: &[(&str, &str)]) -> (Child, String) {
    let mut process = run(settings, database, &[]).envs(more.iter().copied()).spawn().expect("a process");
    let mut said = BufReader::new(process.stdout.take().expect("its output")).lines();
    let listening = async {
        loop {
            let line = said.next_line().await.expect("text").expect("an address");
            if let Some((_, rest)) = line.split_once("address=") {
                return format!("http://{}", rest.split_whitespace().next().expect("an address"));
            }
        }
    };
    let address = timeout(DEADLINE, listening).await.expect("a merchant that serves");
    // Read on, or it would block.
    tokio::spawn(async move { while let Ok(Some(_)) = said.next_line().await {} });
    (process, address)
}
