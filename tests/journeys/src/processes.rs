//! The processes that a process has started, and their end.

use std::process::{Command, Stdio};

/// All that a process has started, and what those have.
pub(crate) fn descendants(of: u32) -> Vec<u32> {
    let Ok(list) = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output() else { return Vec::new() };
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    let all: Vec<(u32, u32)> = list.lines().filter_map(pair).collect();
    let mut found = vec![of];
    let mut looked_at = 0;
    while let Some(parent) = found.get(looked_at).copied() {
        looked_at += 1;
        found.extend(all.iter().filter(|(_, its)| *its == parent).map(|(process, _)| *process));
    }
    found.split_off(1)
}

/// Whether there is nothing left of it but its exit code.
pub(crate) fn has_ended(process: u32) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", &process.to_string()]).output();
    state.is_ok_and(|state| state.stdout.is_empty() || state.stdout.starts_with(b"Z"))
}

fn pair(line: &str) -> Option<(u32, u32)> {
    let mut numbers = line.split_whitespace().map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Ends them without asking.
pub(crate) fn kill(processes: &[u32]) {
    if !processes.is_empty() {
        signal("-KILL", processes);
    }
}

pub(crate) fn ask_to_end(process: u32) {
    signal("-TERM", &[process]);
}

fn signal(which: &str, processes: &[u32]) {
    let numbers = processes.iter().map(u32::to_string);
    // One that has ended meanwhile is no fault.
    let _ = Command::new("kill").arg(which).args(numbers).stdout(Stdio::null()).stderr(Stdio::null()).status();
}
