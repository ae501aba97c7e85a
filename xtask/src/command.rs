//! Other programs. Each runs in a process group of its own, so that whatever it starts ends with it.

use crate::failure::{Failure, Result};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;
use std::collections::BTreeSet;
use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may take to end by itself once it is told to.
const GRACE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(20);

struct Groups {
    running: BTreeSet<u32>,
    stopping: bool,
}

static GROUPS: Mutex<Groups> = Mutex::new(Groups { running: BTreeSet::new(), stopping: false });

fn groups() -> MutexGuard<'static, Groups> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The groups, as long as this program is not being stopped; then its end is all that is waited for.
fn unless_stopping() -> MutexGuard<'static, Groups> {
    let groups = groups();
    if groups.stopping {
        drop(groups);
        loop {
            thread::park();
        }
    }
    groups
}

/// Whether the group is still there.
fn signal(group: u32, signal: impl Into<Option<Signal>>) -> bool {
    i32::try_from(group).is_ok_and(|id| killpg(Pid::from_raw(id), signal).is_ok())
}

/// Whether all of the group has ended.
fn gone(group: u32) -> bool {
    // Its first process stays in the group until it is waited for.
    let _ = i32::try_from(group).map(|id| waitpid(Pid::from_raw(id), Some(WaitPidFlag::WNOHANG)));
    !signal(group, None)
}

/// On Ctrl-C, SIGTERM and SIGHUP ends every running program, then this one.
pub(crate) fn stop_on_signals(exit_code: i32) -> Result<()> {
    let stop = move || {
        let mut groups = groups();
        groups.stopping = true;
        let running = std::mem::take(&mut groups.running);
        drop(groups);
        for group in &running {
            signal(*group, Signal::SIGTERM);
        }
        let told = Instant::now();
        while told.elapsed() < GRACE && !running.iter().all(|group| gone(*group)) {
            thread::sleep(POLL);
        }
        for group in &running {
            signal(*group, Signal::SIGKILL);
        }
        process::exit(exit_code);
    };
    ctrlc::set_handler(stop).map_err(|e| Failure(format!("signals cannot be handled: {e}")))
}

/// A program that was started, and ends when this is dropped.
pub(crate) struct Running {
    child: Child,
    ended: Option<ExitStatus>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Running> {
        let mut groups = unless_stopping();
        let child = command.process_group(0).stdin(Stdio::null()).spawn().map_err(|e| cannot_start(command, &e))?;
        groups.running.insert(child.id());
        Ok(Running { child, ended: None })
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let _not_meanwhile = unless_stopping();
        if self.ended.is_none() {
            self.ended = self.child.try_wait().map_err(|e| Failure(format!("a program cannot be waited for: {e}")))?;
        }
        Ok(self.ended)
    }

    /// Waits for its end. `None`: it took longer than the limit, and was ended.
    fn wait(mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let started = Instant::now();
        while started.elapsed() < limit {
            if let Some(status) = self.ended()? {
                return Ok(Some(status));
            }
            thread::sleep(POLL);
        }
        Ok(None)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = self.child.id();
        // Also after its own end: it may have left others behind.
        signal(group, Signal::SIGTERM);
        let told = Instant::now();
        while told.elapsed() < GRACE && matches!(self.ended(), Ok(None)) {
            thread::sleep(POLL);
        }
        if self.ended.is_none() {
            signal(group, Signal::SIGKILL);
            let _ = self.child.wait();
        }
        groups().running.remove(&group);
    }
}

/// A command without the variables that `cargo run` sets for this program: build scripts that watch them would run again each time.
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    const SET_BY_CARGO: [&str; 5] =
        ["CARGO", "CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH"];
    let mut command = Command::new(name);
    for (name, _) in env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if text.starts_with("CARGO_PKG_") || SET_BY_CARGO.contains(&text) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command to its end; it writes to where this program does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    announce(command);
    let status = Running::start(command)?.wait(Duration::MAX)?;
    check(command, status)
}

/// The same for one whose exit code says more than whether it succeeded, and which has said why itself.
pub(crate) fn code(command: &mut Command) -> Result<u8> {
    announce(command);
    let status = Running::start(command)?.wait(Duration::MAX)?;
    match status.and_then(|status| status.code()).map(u8::try_from) {
        Some(Ok(code)) => Ok(code),
        _ => check(command, status).map(|()| 0),
    }
}

/// Runs a command to its end, and hands on each line that it writes, to either stream, while showing it on the standard output.
pub(crate) fn follow(mut command: Command, limit: Duration, mut on_line: impl FnMut(&str)) -> Result<()> {
    announce(&command);
    let pipe = |e| Failure(format!("no pipe to a program can be made: {e}"));
    let (reader, writer) = io::pipe().map_err(pipe)?;
    command.stdout(writer.try_clone().map_err(pipe)?).stderr(writer);
    let running = Running::start(&mut command)?;
    // Else this end of the pipe stays open, and the reading never ends.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let waiter = thread::spawn(move || running.wait(limit));
    for line in BufReader::new(reader).split(b'\n') {
        let Ok(line) = line else { break };
        let line = String::from_utf8_lossy(&line);
        // A closed standard output is no reason to stop counting.
        let _ = writeln!(io::stdout(), "{line}");
        on_line(&line);
    }
    let status = waiter.join().map_err(|_| Failure(format!("{} was lost", shown(&command))))??;
    match status {
        None => Err(Failure(format!("`{}` took longer than {} s, and was ended", shown(&command), limit.as_secs()))),
        status => check(&command, status),
    }
}

/// What a short command prints to its standard output.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|e| cannot_start(command, &e))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let reason = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it said nothing");
    Err(Failure(format!("`{}` failed: {reason}", shown(command))))
}

fn check(command: &Command, status: Option<ExitStatus>) -> Result<()> {
    match status {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(Failure(format!("`{}` failed ({status})", shown(command)))),
        None => Err(Failure(format!("`{}` did not end", shown(command)))),
    }
}

fn cannot_start(command: &Command, error: &io::Error) -> Failure {
    let name = command.get_program().to_string_lossy();
    match error.kind() {
        io::ErrorKind::NotFound => Failure(format!("{name} was not found: install it, or put it on PATH")),
        _ => Failure(format!("{name} cannot be started: {error}")),
    }
}

fn announce(command: &Command) {
    let _ = writeln!(io::stdout(), "$ {}", shown(command));
}

/// The command as one would type it.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{code, follow, read, run};
    use std::process::Command;
    use std::time::{Duration, Instant};

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn follows_both_streams_in_order() {
        let mut lines = Vec::new();
        follow(shell("echo one; echo two >&2; echo three"), Duration::from_secs(5), |line| lines.push(line.to_owned()))
            .unwrap();
        assert_eq!(lines, ["one", "two", "three"]);
    }

    #[test]
    fn ends_what_takes_too_long_and_what_it_started() {
        let started = Instant::now();
        let failure = follow(shell("sleep 60 & sleep 60"), Duration::from_millis(100), |_| {}).unwrap_err();
        assert!(failure.to_string().contains("took longer"), "{failure}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn ends_what_was_left_behind() {
        let started = Instant::now();
        follow(shell("sleep 60 & true"), Duration::from_secs(30), |_| {}).unwrap();
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn hands_on_what_a_program_exits_with() {
        assert_eq!(code(&mut shell("exit 0")).unwrap(), 0);
        assert_eq!(code(&mut shell("exit 2")).unwrap(), 2);
        assert!(code(&mut shell("kill -KILL $$")).unwrap_err().to_string().contains("signal: 9"));
        assert!(code(&mut Command::new("no-such-program")).is_err());
    }

    #[test]
    fn says_which_program_is_missing_and_which_failed() {
        assert!(run(&mut Command::new("no-such-program")).unwrap_err().to_string().contains("no-such-program was not"));
        assert!(run(&mut shell("exit 3")).unwrap_err().to_string().contains("exit status: 3"));
        assert!(read(&mut shell("echo why >&2; exit 1")).unwrap_err().to_string().ends_with("failed: why"));
    }
}
