//! The demo: the shop with its backend on one port, a local PaymentsOS on the next, until Ctrl-C.

use crate::command::{self, Running};
use crate::failure::{Failure, Result};
use crate::files::make_anew;
use crate::shop;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use uuid::Uuid;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The shop's port; the local PaymentsOS gets the next one
    #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..=65534))]
    port: u16,

    /// Built pages to be served in place of the demo shop's
    #[arg(long, value_name = "FOLDER", value_parser = |folder: &str| std::path::absolute(folder))]
    pages: Option<PathBuf>,
}

const START_LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);
const WASM: &str = "/paymentsos-checkout/paymentsos-checkout_bg.wasm";

pub(crate) fn run(options: &Options) -> Result<()> {
    let (shop, paymentsos) = (options.port, options.port + 1);
    // Said before the builds, not after them.
    check_free(shop)?;
    check_free(paymentsos)?;
    let pages = match &options.pages {
        None => {
            shop::build()?;
            Path::new(shop::DIST).to_owned()
        }
        Some(folder) if folder.join("index.html").is_file() => folder.clone(),
        Some(folder) => return Err(Failure(format!("{} has no index.html: build your pages first", folder.display()))),
    };
    let programs = build_servers()?;
    let folder = fresh_folder(&programs)?;
    let keys = Keys::new();

    let mut servers = [
        ("the local PaymentsOS", Running::start(&mut sandbox(&programs, shop, &keys))?),
        ("the shop's backend", Running::start(&mut merchant(&programs, shop, &folder, &pages, &keys))?),
    ];
    let started = Instant::now();
    let component = options.pages.is_none().then_some(WASM);
    while !(answers(paymentsos, "/sandbox/log") && serves(shop, "/") && component.is_none_or(|path| serves(shop, path)))
    {
        check_alive(&mut servers)?;
        if started.elapsed() > START_LIMIT {
            return Err(Failure(format!("http://localhost:{shop}/ did not answer within {} s", START_LIMIT.as_secs())));
        }
        thread::sleep(POLL);
    }
    println!("ready http://localhost:{shop}/");
    loop {
        check_alive(&mut servers)?;
        thread::sleep(POLL);
    }
}

/// One start's own, so that nothing secret is in the code.
struct Keys {
    app_id: String,
    private: String,
    public: String,
}

impl Keys {
    fn new() -> Keys {
        let random = || Uuid::new_v4().to_string();
        Keys { app_id: format!("com.example.{}", random()), private: random(), public: random() }
    }
}

fn sandbox(programs: &Path, shop: u16, keys: &Keys) -> Command {
    let port = shop + 1;
    let mut command = command::program(programs.join("sandbox"));
    command
        .env("SANDBOX_LISTEN", format!("127.0.0.1:{port}"))
        .env("SANDBOX_PUBLIC_URL", format!("http://localhost:{port}"))
        .env("SANDBOX_APP_ID", &keys.app_id)
        .env("SANDBOX_PRIVATE_KEY", &keys.private)
        .env("SANDBOX_PUBLIC_KEY", &keys.public)
        .env("SANDBOX_WEBHOOK_URL", format!("http://127.0.0.1:{shop}/webhooks/paymentsos"));
    command
}

fn merchant(programs: &Path, shop: u16, folder: &Path, pages: &Path, keys: &Keys) -> Command {
    let port = shop + 1;
    let mut command = command::program(programs.join("merchant"));
    command
        .env("MERCHANT_LISTEN", format!("127.0.0.1:{shop}"))
        .env("MERCHANT_PUBLIC_URL", format!("http://localhost:{shop}"))
        .env("SHOP_DIR", pages)
        .env("DATABASE_URL", format!("sqlite:{}", folder.join("merchant.db").display()))
        .env("PAYMENTSOS_URL", format!("http://127.0.0.1:{port}"))
        .env("PAYMENTSOS_BROWSER_URL", format!("http://localhost:{port}"))
        .env("SHOP_FRAMES", format!("http://localhost:{port}"))
        .env("SHOP_SECURE_FIELDS", format!("http://localhost:{port}"))
        .env("PAYMENTSOS_APP_ID", &keys.app_id)
        .env("PAYMENTSOS_PRIVATE_KEY", &keys.private)
        .env("PAYMENTSOS_PUBLIC_KEY", &keys.public)
        .env("PAYMENTSOS_ENV", "test")
        // A shell that is set up for another merchant.
        .env_remove("SHOP_ORIGINS")
        .env_remove("SHOP_FRAMED_BY")
        .env_remove("TRUSTED_PROXIES")
        .env_remove("PAYMENTSOS_API_VERSION");
    command
}

/// Builds both servers, and gives their folder.
fn build_servers() -> Result<PathBuf> {
    command::run(command::program("cargo").args(["build", "--package", "sandbox", "--package", "merchant", "--bins"]))?;
    Ok(shop::target_folder()?.join("debug"))
}

/// Where the backend keeps its records: anew each time, as the local PaymentsOS forgets its own.
fn fresh_folder(programs: &Path) -> Result<PathBuf> {
    let folder = programs.parent().unwrap_or(programs).join("demo");
    make_anew(&folder)?;
    Ok(folder)
}

fn check_free(port: u16) -> Result<()> {
    let loopback: [SocketAddr; 2] = [(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()];
    for address in loopback {
        match TcpListener::bind(address).map_err(|e| e.kind()) {
            Err(io::ErrorKind::AddrInUse) => {
                return Err(Failure(format!(
                    "port {port} is in use: end what uses it, or choose another with `cargo xtask demo --port N` (N and N+1 are used)"
                )));
            }
            Err(io::ErrorKind::PermissionDenied) => {
                return Err(Failure(format!(
                    "port {port} may not be used: choose one above 1023 with `cargo xtask demo --port N`"
                )));
            }
            // A machine without IPv6, say.
            Err(_) | Ok(_) => {}
        }
    }
    Ok(())
}

fn check_alive(servers: &mut [(&str, Running)]) -> Result<()> {
    for (name, server) in servers {
        if let Some(status) = server.ended()? {
            return Err(Failure(format!("{name} has ended ({status}); what it said is above")));
        }
    }
    Ok(())
}

fn serves(port: u16, path: &str) -> bool {
    status(port, path) == Some(200)
}

fn answers(port: u16, path: &str) -> bool {
    status(port, path).is_some()
}

/// The status of a GET, as a browser on this machine would ask.
fn status(port: u16, path: &str) -> Option<u16> {
    let address = ("localhost", port).to_socket_addrs().ok()?;
    let mut stream = address.into_iter().find_map(|a| TcpStream::connect_timeout(&a, Duration::from_secs(2)).ok())?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n").ok()?;
    // `HTTP/1.1 200`
    let mut line = [0; 12];
    stream.read_exact(&mut line).ok()?;
    std::str::from_utf8(&line).ok()?.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{check_free, status};
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::thread;

    #[test]
    fn names_the_port_that_is_in_use_and_the_way_out() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let failure = check_free(port).unwrap_err().to_string();
        assert!(failure.starts_with(&format!("port {port} is in use")) && failure.contains("--port"), "{failure}");
    }

    #[test]
    fn reads_a_status() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        let answering = thread::spawn(move || {
            let (mut stream, _) = server.accept().unwrap();
            // What is left unread when a connection is closed takes the reply with it.
            BufReader::new(&stream).lines().map_while(Result::ok).find(String::is_empty).unwrap();
            stream.write_all(b"HTTP/1.1 404 Not Found\r\n\r\n").unwrap();
        });
        assert_eq!(status(port, "/"), Some(404));
        answering.join().unwrap();
    }
}
