//! Every target on the stable toolchain: with the inputs that are kept in `corpus/`, and with many made of them, the same each time.

use fastrand::Rng;
use fuzz_targets::{TARGETS, Target, target};
use std::any::Any;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long each takes over inputs that are made up, where these are not too few by then.
const LONG_ENOUGH: Duration = Duration::from_secs(3);
const FEWEST: usize = 200;
/// As many as are worth it so, without anybody who looks what they reach.
const MOST: usize = 100_000;
const LONGEST: usize = 2_048;

fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry of the folder").path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).expect("a file of the corpus"))).collect()
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it does not hold")
}

fn holds(target: Target, input: &[u8], what: &str) {
    if let Err(panic) = catch_unwind(|| (target.run)(input)) {
        panic!("{}, given {what}: {}: {:?}", target.name, said(&*panic), input.escape_ascii().to_string());
    }
}

/// One of them, changed in a few places, or a part of one followed by a part of another.
fn made_up(random: &mut Rng, known: &[(PathBuf, Vec<u8>)]) -> Vec<u8> {
    let mut input = known[random.usize(..known.len())].1.clone();
    if random.u8(..4) == 0 {
        let other = &known[random.usize(..known.len())].1;
        input.truncate(random.usize(..=input.len()));
        input.extend_from_slice(&other[random.usize(..=other.len())..]);
    }
    for _ in 0..random.usize(..6) {
        let at = random.usize(..=input.len());
        match random.u8(..6) {
            0 => input.insert(at, random.u8(..)),
            1 if at < input.len() => drop(input.remove(at)),
            2 if at < input.len() => input[at] = random.u8(..),
            3 if at < input.len() => input[at] ^= 1 << random.u8(..8),
            4 if at < input.len() => input[at] = *random.choice(b"-?#&=%/.:@[]{}\",0 1\n").expect("some are there"),
            _ => {
                let end = random.usize(at..=input.len()).min(at + 64);
                let part = input[at..end].to_vec();
                let to = random.usize(..=input.len());
                input.splice(to..to, part);
            }
        }
    }
    input.truncate(LONGEST);
    input
}

fn check(name: &str) {
    let target = target(name).expect("a target of that name");
    let known = corpus(name);
    assert!(!known.is_empty(), "corpus/{name} is empty");
    for (path, input) in &known {
        assert!(input.len() <= LONGEST, "{} is too long", path.display());
        holds(target, input, &path.display().to_string());
    }
    let mut random = Rng::with_seed(17);
    let started = Instant::now();
    let mut count = 0;
    while count < FEWEST || count < MOST && started.elapsed() < LONG_ENOUGH {
        let input = made_up(&mut random, &known);
        holds(target, &input, &format!("made-up input {count}"));
        count += 1;
    }
}

#[test]
fn every_target_has_a_test_and_a_program() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("cargo-fuzz/fuzz_targets");
    for Target { name, .. } in TARGETS {
        assert!(include_str!("targets.rs").contains(&format!("check(\"{name}\")")), "{name} is not tested");
        assert!(programs.join(format!("{name}.rs")).is_file(), "{name} has no program");
    }
}

#[test]
fn what_the_address_says_on_return() {
    check("returned");
}

#[test]
fn what_paymentsos_writes() {
    check("wire");
}

#[test]
fn whole_stories() {
    check("story");
}

#[test]
fn any_inputs_in_any_order() {
    check("inputs");
}

#[test]
fn what_comes_as_a_webhook() {
    check("webhook");
}

#[test]
fn what_was_saved() {
    check("saved");
}

#[test]
fn what_a_trace_holds() {
    check("trace");
}

#[test]
fn where_a_shopper_may_be_sent() {
    check("place");
}
