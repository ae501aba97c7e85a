//! The trace reader, the story teller and the replay, over any text.
//!
//! The bytes are a trace as JSON, or else its lines.

use paymentsos_core::flow::Now;
use paymentsos_core::trace::{Trace, Unreadable, input_line};

/// Takes the bytes, and panics where something does not hold.
pub fn run(bytes: &[u8]) {
    let trace: Trace = serde_json::from_slice(bytes).unwrap_or_else(|_| {
        let text = String::from_utf8_lossy(bytes);
        Trace { lines: text.lines().map(str::to_owned).collect(), ..Trace::default() }
    });
    let json = serde_json::to_string(&trace).expect("it can be written");
    assert_eq!(serde_json::from_str::<Trace>(&json).expect("what was written can be read"), trace);
    let steps = match trace.steps() {
        Ok(steps) => steps,
        Err(why) => {
            assert_eq!(trace.replay(), Err(why.clone()));
            if let Unreadable::Line { number, .. } = why {
                assert!((1..=trace.lines.len()).contains(&number));
            }
            return;
        }
    };
    assert_eq!(steps.len(), trace.lines.len().div_ceil(2));
    let begun = steps.first().map_or(0, |step| step.now.steady);
    for (at, step) in steps.iter().enumerate() {
        let story = step.story(begun, at.checked_sub(1).map(|before| &steps[before]));
        assert!(!story.is_empty());
        // What is read is written so that it reads as the same.
        let line = input_line(&step.input, step.now, &[]);
        let again =
            Trace { lines: vec![line.clone()], ..Trace::default() }.steps().expect("what is written can be read");
        let [again] = &again[..] else { panic!("one line is one step") };
        assert_eq!(input_line(&again.input, again.now, &[]), line);
        assert_eq!(again.now, step.now);
        let Now { steady, wall, .. } = step.now;
        assert!(steady < 1 << 53 && wall < 1 << 53, "a moment that no browser has");
    }
    match trace.replay() {
        Ok(replayed) => assert!(replayed.difference.is_none_or(|one| (1..=steps.len()).contains(&one.step))),
        Err(why) => assert_eq!(why, Unreadable::Gap(trace.dropped)),
    }
}

/// Tells a trace in words to whoever runs this.
pub(crate) fn tell(trace: &Trace) {
    let Ok(steps) = trace.steps() else { return };
    let begun = steps.first().map_or(0, |step| step.now.steady);
    let befores = std::iter::once(None).chain(steps.iter().map(Some));
    let story = steps.iter().zip(befores).flat_map(|(step, before)| step.story(begun, before));
    eprintln!("{}", story.collect::<Vec<_>>().join("\n"));
}
