//! How many tests passed, read from what cargo and the test runners print.

use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: u32,
    pub(super) failed: u32,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The counts of each test program, in the order of their runs.
#[derive(Default)]
pub(super) struct Tally {
    runners: Vec<(String, Counts)>,
    failures: Vec<String>,
}

impl Tally {
    /// Takes a line of the output.
    pub(super) fn line(&mut self, line: &str) {
        if let Some(name) = runner(line) {
            self.runners.push((name, Counts::default()));
        } else if let Some(result) = result(line) {
            if self.runners.is_empty() {
                self.runners.push((String::new(), Counts::default()));
            }
            if let Some((_, counts)) = self.runners.last_mut() {
                *counts += result;
            }
        } else if let Some(name) = failure(line) {
            self.failures.push(name.to_owned());
        }
    }

    /// The names of the tests that failed.
    pub(super) fn failures(&self) -> &[String] {
        &self.failures
    }

    /// The sum of those whose name fits: `unittests src/lib.rs`, `tests/story.rs`, `doc-tests crate`.
    pub(super) fn of(&self, fits: impl Fn(&str) -> bool) -> Counts {
        let mut sum = Counts::default();
        self.runners.iter().filter(|(name, _)| fits(name)).for_each(|(_, counts)| sum += *counts);
        sum
    }
}

/// The program that a line announces.
fn runner(line: &str) -> Option<String> {
    let line = line.trim();
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(format!("doc-tests {name}"));
    }
    // `Running headless tests in Chrome` is said by the runner of the browser tests, and names no program.
    let (name, program) = line.strip_prefix("Running ")?.rsplit_once(" (")?;
    program.ends_with(')').then(|| name.to_owned())
}

/// The test of `test some::name ... FAILED`; a browser's runner says `FAIL`.
fn failure(line: &str) -> Option<&str> {
    let (name, outcome) = line.trim().strip_prefix("test ")?.rsplit_once(" ... ")?;
    outcome.starts_with("FAIL").then_some(name)
}

/// The counts of `test result: ok. 5 passed; 0 failed; 1 ignored; …`.
fn result(line: &str) -> Option<Counts> {
    let line = line.trim().strip_prefix("test result: ")?;
    let number =
        |what: &str| line.split([';', '.']).find_map(|part| part.trim().strip_suffix(what)?.trim().parse().ok());
    Some(Counts { passed: number("passed")?, failed: number("failed")? })
}

#[cfg(test)]
mod tests {
    use super::{Counts, Tally};

    const NATIVE: &str = "
   Compiling paymentsos-core v0.1.0
     Running unittests src/lib.rs (target/debug/deps/paymentsos_core-1c51ab8d)

running 2 tests
test flow::tests::one ... ok
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/story.rs (target/debug/deps/story-2fd5)
test pays_once ... FAILED
test pays ... ok
test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
   Doc-tests paymentsos_core
test result: ok. 1 passed; 0 failed; 4 ignored; 0 measured; 0 filtered out; finished in 0.25s
";

    const BROWSER: &str = "
     Running unittests src/lib.rs (target/wasm32-unknown-unknown/debug/deps/x-5f.wasm)
Running headless tests in Chrome on `http://127.0.0.1:39607/`
test tests::inb ... ok
test result: ok. 1 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.02s
     Running tests/native.rs (target/wasm32-unknown-unknown/debug/deps/native-53.wasm)
no tests to run!
     Running tests/page.rs (target/wasm32-unknown-unknown/debug/deps/page-04.wasm)
Running headless tests in Chrome on `http://127.0.0.1:46667/`
test adds ... FAIL
test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 filtered out; finished in 0.01s
";

    fn tally(output: &str) -> Tally {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.line(line));
        tally
    }

    #[test]
    fn counts_native_and_doc_tests_apart() {
        let tally = tally(NATIVE);
        assert_eq!(tally.of(|name| name.starts_with("doc-tests")), Counts { passed: 1, failed: 0 });
        assert_eq!(tally.of(|name| !name.starts_with("doc-tests")), Counts { passed: 5, failed: 1 });
    }

    #[test]
    fn counts_each_program_of_the_browser_tests() {
        let tally = tally(BROWSER);
        assert_eq!(tally.of(|name| name == "unittests src/lib.rs"), Counts { passed: 1, failed: 0 });
        assert_eq!(tally.of(|name| name == "tests/page.rs"), Counts { passed: 1, failed: 2 });
        assert_eq!(tally.of(|name| name == "tests/native.rs"), Counts::default());
    }

    #[test]
    fn names_what_failed() {
        assert_eq!(tally(NATIVE).failures(), ["pays_once"]);
        assert_eq!(tally(BROWSER).failures(), ["adds"]);
    }

    #[test]
    fn finds_nothing_where_nothing_ran() {
        for output in [
            "     Running tests/native.rs (x.wasm)\nno tests to run!\n",
            "error: could not compile\ntest result: unknown\n",
        ] {
            assert_eq!(tally(output).of(|_| true), Counts::default());
        }
    }
}
