//! The example backends keep the contract too.

mod common;

use common::{address, assert_kept, checked, sandbox};
use conformance::Report;
use std::env;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use uuid::Uuid;

/// An example that runs, with its records in a folder of its own.
struct Example {
    process: Child,
    folder: PathBuf,
}

impl Drop for Example {
    fn drop(&mut self) {
        // PHP's server has workers, which are no children of this process's.
        if let Some(group) = self.process.id() {
            let _ = std::process::Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).status();
        }
        // What stays lies in the folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A port that nothing listened on a moment ago.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port")
}

/// What came of all checks.
async fn example(folder: &str, program: &str, arguments: &[&str]) -> Report {
    let sandbox = sandbox().await;
    let keys = sandbox::Config::default();
    let at = free();
    let port = at.port().to_string();
    let records = env::temp_dir().join(format!("example-{}", Uuid::new_v4()));
    std::fs::create_dir(&records).expect("a folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/backends").join(folder);
    let arguments = arguments.iter().map(|argument| argument.replace("PORT", &port));
    let process = Command::new(program)
        .args(arguments)
        .current_dir(source)
        .env("PORT", &port)
        .env("DATA", &records)
        .env("PAYMENTSOS_URL", address(sandbox.address).as_str().trim_end_matches('/'))
        .env("PAYMENTSOS_APP_ID", &keys.app_id)
        .env("PAYMENTSOS_PRIVATE_KEY", &keys.private_key)
        .env("PAYMENTSOS_ENV", "test")
        .env("SHOP_ORIGINS", address(at).origin().ascii_serialization())
        .env("PHP_CLI_SERVER_WORKERS", "8")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{program} cannot be run: {error}"));
    let _example = Example { process, folder: records };
    let end = Instant::now() + Duration::from_secs(15);
    while TcpStream::connect(at).await.is_err() {
        assert!(Instant::now() < end, "{folder} does not serve");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    checked(address(at), &sandbox, &[]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Node.js, Python and PHP, which `cargo xtask test --only contract` sets up"]
async fn node_keeps_the_contract() {
    let report = example("node", "node", &["server.mjs"]).await;
    assert_kept(&report, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Node.js, Python and PHP, which `cargo xtask test --only contract` sets up"]
async fn python_keeps_the_contract() {
    let report = example("python", "python3", &["server.py"]).await;
    assert_kept(&report, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Node.js, Python and PHP, which `cargo xtask test --only contract` sets up"]
async fn php_keeps_the_contract() {
    let report = example("php", "php", &["-S", "127.0.0.1:PORT", "index.php"]).await;
    // It holds no answers, which it need not.
    assert_kept(&report, &["woken", "authorization-woken"]);
}
