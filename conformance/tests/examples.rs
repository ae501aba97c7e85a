//! The example backends keep the contract too.

mod common;

use common::{address, assert_kept, checked, sandbox};
use conformance::Report;
use std::env;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};
use uuid::Uuid;

/// An example that runs, with its records in a folder of its own.
struct Example {
    processes: Vec<Child>,
    folder: PathBuf,
}

impl Drop for Example {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.start_kill();
        }
        // What stays lies in the folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A port that nothing listened on a moment ago.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port")
}

/// What came of all checks of that many processes, each of which listens on a port of its own and serves one request at a time if they
/// are several.
async fn example(folder: &str, program: &str, arguments: &[&str], processes: usize) -> Report {
    let sandbox = sandbox().await;
    let keys = sandbox::Config::default();
    let records = env::temp_dir().join(format!("example-{}", Uuid::new_v4()));
    std::fs::create_dir(&records).expect("a folder");
    let mut example = Example { processes: Vec::new(), folder: records };
    let ports: Vec<SocketAddr> = (0..processes).map(|_| free()).collect();
    let shop = if let [port] = *ports { port } else { in_front_of(&ports).await };
    for at in ports {
        let port = at.port().to_string();
        let process = Command::new(program)
            .args(arguments.iter().map(|argument| argument.replace("PORT", &port)))
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/backends").join(folder))
            .env("PORT", &port)
            .env("DATA", &example.folder)
            .env("PAYMENTSOS_URL", address(sandbox.address).as_str().trim_end_matches('/'))
            .env("PAYMENTSOS_APP_ID", &keys.app_id)
            .env("PAYMENTSOS_PRIVATE_KEY", &keys.private_key)
            .env("PAYMENTSOS_ENV", "test")
            .env("SHOP_ORIGINS", address(shop).origin().ascii_serialization())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{program} cannot be run: {error}"));
        example.processes.push(process);
        let end = Instant::now() + Duration::from_secs(15);
        while TcpStream::connect(at).await.is_err() {
            assert!(Instant::now() < end, "{folder} does not serve");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    checked(address(shop), &sandbox, &[]).await
}

/// Hands each request to a process that has none, as PHP's process manager does. PHP's own server takes a second one while it is busy
/// with the first, though others of its workers are free.
async fn in_front_of(ports: &[SocketAddr]) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    let (free, taken) = mpsc::unbounded_channel();
    let taken = Arc::new(Mutex::new(taken));
    for port in ports {
        free.send(*port).expect("it is received below");
    }
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (free, taken) = (free.clone(), Arc::clone(&taken));
            tokio::spawn(async move {
                // A connection that is only kept in hand is no request yet.
                if client.peek(&mut [0]).await.is_ok_and(|bytes| bytes == 0) {
                    return;
                }
                let Some(port) = taken.lock().await.recv().await else { return };
                if let Ok(mut process) = TcpStream::connect(port).await {
                    let _ = copy_bidirectional(&mut client, &mut process).await;
                }
                let _ = free.send(port);
            });
        }
    });
    at
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Node.js, Python and PHP, which `cargo xtask test --only contract` sets up"]
async fn node_keeps_the_contract() {
    let report = example("node", "node", &["server.mjs"], 1).await;
    assert_kept(&report, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Node.js, Python and PHP, which `cargo xtask test --only contract` sets up"]
async fn python_keeps_the_contract() {
    let report = example("python", "python3", &["server.py"], 1).await;
    assert_kept(&report, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Node.js, Python and PHP, which `cargo xtask test --only contract` sets up"]
async fn php_keeps_the_contract() {
    let report = example("php", "php", &["-S", "127.0.0.1:PORT", "index.php"], 8).await;
    // It holds no answers, which it need not.
    assert_kept(&report, &["woken", "authorization-woken"]);
}
