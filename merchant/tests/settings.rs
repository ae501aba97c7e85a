//! A wrong setting stops the start, and is named.

mod common;

use common::DEADLINE;
use std::ffi::OsStr;
use std::process::Output;
use tokio::process::Command;
use tokio::time::timeout;

async fn started_with(name: &str, value: &OsStr) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_merchant"));
    process
        .env_clear()
        .env("NO_COLOR", "1")
        .env("MERCHANT_LISTEN", "127.0.0.1:0")
        .env("DATABASE_URL", "sqlite::memory:")
        .env("PAYMENTSOS_APP_ID", "app")
        .env("PAYMENTSOS_PRIVATE_KEY", "private")
        .env("PAYMENTSOS_PUBLIC_KEY", "public")
        .env(name, value)
        .kill_on_drop(true);
    timeout(DEADLINE, process.output()).await.unwrap_or_else(|_| panic!("it starts with {name}")).expect("a process")
}

async fn is_refused(name: &str, value: &OsStr, named: &str) {
    let output = started_with(name, value).await;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(!output.status.success(), "{name}: {said}");
    assert!(said.contains(named), "{name}: {said}");
}

#[tokio::test]
async fn what_is_mistyped_is_not_taken_for_something_else() {
    for (name, value) in [("RUST_LOG", "merchant=loud"), ("LOG_FORMAT", "yaml"), ("PAYMENTSOS_ENV", "production")] {
        is_refused(name, OsStr::new(value), name).await;
    }
}

#[tokio::test]
async fn nothing_goes_live_without_https() {
    is_refused("PAYMENTSOS_ENV", OsStr::new("live"), "MERCHANT_PUBLIC_URL").await;
    is_refused("PAYMENTSOS_BROWSER_URL", OsStr::new("http://paymentsos.example"), "PAYMENTSOS_BROWSER_URL").await;
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_text_is_not_passed_over() {
    use std::os::unix::ffi::OsStrExt;
    for name in ["RUST_LOG", "LOG_FORMAT", "OTEL_EXPORTER_OTLP_ENDPOINT", "PAYMENTSOS_ENV", "TRUSTED_PROXIES"] {
        is_refused(name, OsStr::from_bytes(b"in\xfffo"), name).await;
    }
}
