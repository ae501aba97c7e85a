//! The servers of a run, each a process of its own: the bare handler, the local PaymentsOS, the merchant's replicas.

use crate::bare;
use crate::client::Client;
use crate::failure::Failure;
use crate::wire::{WEBHOOKS, Wire};
use hyper::Method;
use merchant::Config;
use postgres_for_tests::Server;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use uuid::Uuid;

/// What a process serves as.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Role {
    Bare,
    Sandbox,
    Merchant,
}

const SERVES: &str = "serves at ";

/// Serves, until it is killed.
pub(crate) async fn serve(role: Role) -> Result<(), Failure> {
    // Only what is wrong.
    tracing_subscriber::fmt().with_env_filter("warn,sandbox=error").with_writer(std::io::stderr).init();
    match role {
        Role::Bare => bare::serve().await,
        Role::Sandbox => {
            let running = sandbox::start(sandbox::Config::from_env().unwrap_or_default()).await?;
            println!("{SERVES}{}", running.address);
            std::future::pending().await
        }
        Role::Merchant => {
            let running = merchant::start(Config::from_env()?).await?;
            if let Some(metrics) = running.metrics_address {
                println!("{SERVES}{} {metrics}", running.address);
            }
            std::future::pending().await
        }
    }
}

/// Says where, to whoever has started it.
pub(crate) fn say(address: std::net::SocketAddr) {
    println!("{SERVES}{address}");
}

/// A process that serves.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Its address, without a path.
    pub(crate) url: String,
    /// Where operators ask it.
    metrics: Option<String>,
}

impl Process {
    pub(crate) async fn start(role: &str, settings: &[(&str, &str)]) -> Result<Process, Failure> {
        let mut child = Command::new(env::current_exe()?)
            .args(["serve", role])
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let said = child.stdout.take().ok_or(Failure::Silent)?;
        let mut lines = BufReader::new(said).lines();
        let line = timeout(Duration::from_secs(30), lines.next_line()).await.map_err(|_| Failure::Silent)??;
        let address = line.as_deref().and_then(|line| line.strip_prefix(SERVES)).ok_or(Failure::Silent)?;
        let mut addresses = address.split(' ').map(|address| format!("http://{address}"));
        let url = addresses.next().ok_or(Failure::Silent)?;
        Ok(Process { child, url, metrics: addresses.next() })
    }

    /// The memory that it uses, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
        kilobytes.unwrap_or_default() * 1_024
    }

    /// The time that it has computed, of all cores.
    pub(crate) fn computed(&self) -> Duration {
        let stat = self.proc("stat");
        // The name, which may hold spaces, ends with a parenthesis; user and system time are the 14th and 15th field.
        let fields = stat.rsplit(')').next().unwrap_or_default().split(' ');
        let ticks: u64 = fields.skip(12).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        // Linux has had 100 a second for as long as there are /proc files to say so.
        Duration::from_millis(ticks * 10)
    }

    fn proc(&self, file: &str) -> String {
        let id = self.child.id().unwrap_or_default();
        fs::read_to_string(format!("/proc/{id}/{file}")).unwrap_or_default()
    }
}

/// Where records are kept.
#[derive(Debug)]
pub(crate) struct Records {
    url: String,
    folder: Option<PathBuf>,
}

impl Records {
    /// A database of the server, or a file.
    pub(crate) fn new(server: Option<&Server>) -> Result<Records, Failure> {
        if let Some(server) = server {
            let url = server.database().map_err(|error| Failure::Database(error.to_string()))?;
            return Ok(Records { url, folder: None });
        }
        let folder = env::temp_dir().join(format!("bench-{}", Uuid::new_v4()));
        fs::create_dir(&folder)?;
        Ok(Records { url: format!("sqlite:{}", folder.join("merchant.db").display()), folder: Some(folder) })
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // What stays lies in the folder for temporary files.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// A shop: its replicas, and a local PaymentsOS at the end of a wire.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) client: Client,
    pub(crate) replicas: Vec<Process>,
    /// Ends with it.
    _paymentsos: Process,
    pub(crate) wire: Wire,
}

/// The address that all replicas are known by.
pub(crate) const PUBLIC: &str = "http://localhost:8080";

impl Shop {
    pub(crate) async fn open(count: usize, records: &Records) -> Result<Shop, Failure> {
        let wire = Wire::new().await?;
        let webhooks = format!("{}{WEBHOOKS}", wire.url);
        let settings = [("SANDBOX_LISTEN", "127.0.0.1:0"), ("SANDBOX_WEBHOOK_URL", &webhooks)];
        let paymentsos = Process::start("sandbox", &settings).await?;
        let keys = sandbox::Config::default();
        let settings = [
            ("MERCHANT_LISTEN", "127.0.0.1:0"),
            ("MERCHANT_PUBLIC_URL", PUBLIC),
            ("METRICS_LISTEN", "127.0.0.1:0"),
            ("DATABASE_URL", &records.url),
            ("PAYMENTSOS_URL", &wire.url),
            ("PAYMENTSOS_APP_ID", &keys.app_id),
            ("PAYMENTSOS_PRIVATE_KEY", &keys.private_key),
            ("PAYMENTSOS_PUBLIC_KEY", &keys.public_key),
            ("RATE_OF_POSTS", "off"),
            ("RATE_OF_READS", "off"),
            // What is followed is not what is measured.
            ("FOLLOW_AFTER", "3600"),
        ];
        let mut replicas = Vec::new();
        for _ in 0..count {
            replicas.push(Process::start("merchant", &settings).await?);
        }
        wire.lay(&paymentsos.url, replicas.iter().map(|replica| replica.url.clone()).collect());
        Ok(Shop { client: Client::new(), replicas, _paymentsos: paymentsos, wire })
    }

    /// The replica that a load balancer would give the next one.
    pub(crate) fn replica(&self, number: usize) -> &Process {
        &self.replicas[number % self.replicas.len()]
    }

    /// How many requests are held, by the replicas' own count.
    pub(crate) async fn waiters(&self) -> Result<usize, Failure> {
        let mut all = 0;
        for metrics in self.replicas.iter().filter_map(|replica| replica.metrics.as_ref()) {
            let said = self.client.must(Method::GET, &format!("{metrics}/metrics"), &[], None).await?.text;
            let count = said.lines().find_map(|line| line.strip_prefix("merchant_waiters "));
            all += count.and_then(|count| count.parse::<usize>().ok()).unwrap_or_default();
        }
        Ok(all)
    }

    pub(crate) fn memory(&self) -> u64 {
        self.replicas.iter().map(Process::memory).sum()
    }

    pub(crate) fn computed(&self) -> Duration {
        self.replicas.iter().map(Process::computed).sum()
    }
}
