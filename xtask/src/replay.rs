//! A trace from a support ticket: its story in words, and whether the flow of today still does the same.

use crate::failure::{Failure, Result};
use crate::files::failed;
use paymentsos_core::trace::{Step, Trace, Unreadable};
use std::fs;
use std::path::{self, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The trace: a file with what `JSON.stringify(element.trace)` gives
    // Made absolute at once, as the command goes on in the workspace's folder.
    #[arg(value_parser = |file: &str| path::absolute(file))]
    file: PathBuf,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let text = fs::read_to_string(&options.file).map_err(|e| failed(&options.file, &e))?;
    let trace = read(&text).map_err(|e| failed(&options.file, &e))?;
    let steps = trace.steps().map_err(|e| cannot(&e, &trace))?;
    println!("{} steps, told by release {}\n", steps.len(), trace.release);
    for line in story(&steps, trace.dropped) {
        println!("{line}");
    }
    println!("\n{}", end(&trace)?);
    Ok(())
}

fn read(text: &str) -> Result<Trace> {
    serde_json::from_str(text)
        .map_err(|e| Failure(format!("this is no trace ({e}): save what `JSON.stringify(element.trace)` gives")))
}

fn story(steps: &[Step], dropped: usize) -> Vec<String> {
    let Some(first) = steps.first() else { return vec!["nothing has happened".to_owned()] };
    let mut story = Vec::new();
    let mut before = None;
    for (at, step) in steps.iter().enumerate() {
        if at == 1 && dropped > 0 {
            story.push(format!("{:>10}  {} steps were dropped, as there were too many", "…", dropped / 2));
            before = None;
        }
        story.extend(step.story(first.now.steady, before));
        before = Some(step);
    }
    story
}

/// How it ends, and whether that is how it ended then.
fn end(trace: &Trace) -> Result<String> {
    let replayed = trace.replay().map_err(|e| cannot(&e, trace))?;
    let state = replayed.view.state.name();
    match replayed.difference {
        None => Ok(format!("it ends in {state}, and replays exactly")),
        Some(difference) => Err(Failure(format!(
            "step {} comes out otherwise than at the shopper's\n  then: {}\n  now:  {}\nIf something of the flow has changed on purpose since release {}, replay it \
             from that release's sources",
            difference.step, difference.then, difference.now, trace.release
        ))),
    }
}

fn cannot(unreadable: &Unreadable, trace: &Trace) -> Failure {
    let what_to_do = match unreadable {
        Unreadable::Version(_) => format!("replay it from the sources of release {}", trace.release),
        Unreadable::Line { .. } => "ask for the trace once more, as it came from the page".to_owned(),
        Unreadable::Gap(_) => "it tells its story, and cannot be replayed".to_owned(),
    };
    Failure(format!("{unreadable}: {what_to_do}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page that is opened without a payment, which is said, and told again.
    fn trace() -> Trace {
        let lines = [
            "1000 1700000000000 7 s15 - 0 - - 0 900000 0 0 0",
            "= unavailable no_payment e0 ?0=no_payment",
            "2500 1700000001500 9 c0",
            "= unavailable no_payment",
        ];
        Trace { lines: lines.map(str::to_owned).to_vec(), ..Trace::default() }
    }

    fn refused(trace: &Trace) -> String {
        end(trace).unwrap_err().to_string()
    }

    #[test]
    fn a_trace_is_told_and_replayed() {
        let json = serde_json::to_string(&trace()).unwrap();
        let trace = read(&json).unwrap();
        let story = story(&trace.steps().unwrap(), 0);
        assert_eq!(
            story,
            [
                "    +0.0 s  the page begins, without a payment-id",
                "            → listens to no other tab",
                "            → reports no_payment to the page",
                "            = unavailable, no_payment",
                "    +1.5 s  the shopper or the page wants to know now",
            ]
        );
        assert_eq!(end(&trace).unwrap(), "it ends in unavailable, and replays exactly");
    }

    #[test]
    fn what_is_dropped_is_said() {
        let cut = Trace { dropped: 40, ..trace() };
        let story = story(&cut.steps().unwrap(), cut.dropped);
        assert_eq!(story[4], "         …  20 steps were dropped, as there were too many");
        assert!(refused(&cut).contains("cannot be replayed"));
    }

    #[test]
    fn what_cannot_be_replayed_says_what_to_do() {
        assert!(read("{}").unwrap_err().to_string().contains("JSON.stringify(element.trace)"));
        let mut other = trace();
        other.lines[3] = "= ready -".to_owned();
        assert!(refused(&other).starts_with("step 2 comes out otherwise"), "{}", refused(&other));
        other.lines[2].push_str(" more");
        assert!(refused(&other).contains("line 3 of the trace"), "{}", refused(&other));
        let newer = Trace { version: 9, release: "9.9.9".into(), ..trace() };
        assert!(refused(&newer).contains("release 9.9.9"), "{}", refused(&newer));
    }
}
