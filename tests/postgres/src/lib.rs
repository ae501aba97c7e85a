//! A PostgreSQL server of one's own, on a free port of this machine: started, killed, started again, and thrown away when it is
//! dropped. Its programs are those of Debian's package `postgresql`, or of the folder that `POSTGRES_BIN` names.

#![warn(missing_docs)]

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// PostgreSQL is not on this machine.
    #[error(
        "PostgreSQL is missing: run `apt-get install --yes postgresql`, or set POSTGRES_BIN to the folder of its programs"
    )]
    Missing,
    /// One of its programs failed.
    #[error("{0}")]
    Failed(String),
    /// A file or a process could not be used.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A server. Everybody on this machine may use it, as its superuser.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Option<Child>,
    databases: AtomicUsize,
}

/// Far longer than it takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The folder of PostgreSQL's programs: the one that `POSTGRES_BIN` names, else the newest of Debian's, else one on PATH.
pub fn programs() -> Option<PathBuf> {
    let has_all = |folder: &PathBuf| ["initdb", "postgres", "psql"].iter().all(|name| folder.join(name).is_file());
    if let Some(named) = std::env::var_os("POSTGRES_BIN") {
        return Some(PathBuf::from(named)).filter(has_all);
    }
    let debians = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let version = |folder: &PathBuf| folder.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = debians.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).filter(has_all).max_by_key(version);
    newest.or_else(|| std::env::split_paths(&std::env::var_os("PATH")?).find(has_all))
}

impl Server {
    /// Makes a server, and starts it.
    ///
    /// # Errors
    ///
    /// Where PostgreSQL is missing, or does not start.
    pub fn start() -> Result<Server, ServerError> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let programs = programs().ok_or(ServerError::Missing)?;
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("postgres-for-tests-{}-{number}", std::process::id()));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        if is_root() {
            finish(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut server = Server { programs, folder, port, process: None, databases: AtomicUsize::new(0) };
        let mut initdb = server.program("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--pgdata"]);
        finish(initdb.arg(server.data()))?;
        server.start_again()?;
        Ok(server)
    }

    /// Starts it after it was killed, on the same port and with what it had committed.
    ///
    /// # Errors
    ///
    /// Where it does not start.
    pub fn start_again(&mut self) -> Result<(), ServerError> {
        let settings = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            "unix_socket_directories=".to_owned(),
            "max_connections=300".to_owned(),
            // The machine does not lose power in a test; a process that is killed has handed its writes to the kernel.
            "fsync=off".to_owned(),
            // Nor is there a standby to feed: little is written, and little is kept.
            "wal_level=minimal".to_owned(),
            "max_wal_senders=0".to_owned(),
            "max_wal_size=64MB".to_owned(),
        ];
        let begun = Instant::now();
        loop {
            let mut postgres = self.program("postgres");
            postgres.arg("-D").arg(self.data()).args(settings.iter().flat_map(|setting| ["-c", setting]));
            postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(self.log())?);
            // With a group of its own, it and its children can be killed at once.
            let mut process = postgres.process_group(0).spawn()?;
            while begun.elapsed() < PATIENCE {
                if self.query("postgres", "SELECT 1").is_ok() {
                    self.process = Some(process);
                    return Ok(());
                }
                // What a killed one leaves behind is cleared away by and by.
                if process.try_wait()?.is_some() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            if begun.elapsed() >= PATIENCE {
                return Err(ServerError::Failed(fs::read_to_string(self.log()).unwrap_or_default()));
            }
        }
    }

    /// Kills it, with no time to put anything away.
    ///
    /// # Errors
    ///
    /// Where it cannot be killed.
    pub fn kill(&mut self) -> Result<(), ServerError> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        finish(Command::new("kill").arg("-KILL").arg("--").arg(format!("-{}", process.id())))?;
        process.wait()?;
        Ok(())
    }

    /// The address of a new, empty database.
    ///
    /// # Errors
    ///
    /// Where it cannot be made.
    pub fn database(&self) -> Result<String, ServerError> {
        let name = format!("test_{}_{}", std::process::id(), self.databases.fetch_add(1, Ordering::Relaxed));
        self.query("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(format!("{}/{name}", self.url()))
    }

    /// The server's address, without a database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    fn query(&self, database: &str, statement: &str) -> Result<(), ServerError> {
        query(&self.programs, &format!("{}/{database}", self.url()), statement).map(drop)
    }

    /// One of its programs, which refuse to be run by root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder);
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing is lost by what cannot be cleared away.
        let _ = self.kill();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Makes a new database at the server of `url` (as [`Server::url`] has it), and returns its address.
///
/// # Errors
///
/// Where PostgreSQL's programs are missing, or the server refuses.
pub fn database_at(url: &str) -> Result<String, ServerError> {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let programs = programs().ok_or(ServerError::Missing)?;
    let name = format!("test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    query(&programs, &format!("{url}/postgres"), &format!("CREATE DATABASE {name}"))?;
    Ok(format!("{url}/{name}"))
}

/// What a statement finds, as text.
///
/// # Errors
///
/// Where the server cannot be reached, or refuses.
pub fn query(programs: &Path, url: &str, statement: &str) -> Result<String, ServerError> {
    finish(Command::new(programs.join("psql")).args([
        "--no-psqlrc",
        "--tuples-only",
        "--no-align",
        "--command",
        statement,
        url,
    ]))
}

fn is_root() -> bool {
    // The folder of this process's own belongs to who runs it.
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn finish(command: &mut Command) -> Result<String, ServerError> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(ServerError::Failed(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim())))
}
