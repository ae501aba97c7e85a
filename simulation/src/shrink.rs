//! A story that breaks a rule, made as short as it can be told: choices are taken away or made plainer for as long as the same
//! invariant is broken.

use crate::story::{self, Story};
use crate::watch::Violation;

/// So many stories are told at most on the way.
const TRIES: usize = 20_000;

/// The shortest tape found that breaks the same invariant.
pub fn shrink(story: &Story) -> Vec<u32> {
    let Some(violation) = &story.violation else { return story.tape.clone() };
    let mut tries = 0;
    let mut still = |tape: &[u32]| {
        tries += 1;
        (tries <= TRIES).then(|| breaks_the_same(tape, violation)).flatten()
    };
    let mut best = story.tape.clone();
    loop {
        let before = best.clone();
        takes_away(&mut best, &mut still);
        makes_plainer(&mut best, &mut still);
        if best == before {
            return best;
        }
    }
}

/// The tape as far as it was read, if the story breaks the same invariant.
fn breaks_the_same(tape: &[u32], violation: &Violation) -> Option<Vec<u32>> {
    let story = story::of_tape(tape, false);
    let same =
        story.violation.as_ref().is_some_and(|other| (other.rule, other.name) == (violation.rule, violation.name));
    same.then_some(story.tape)
}

/// Blocks of choices are taken away, large ones first.
fn takes_away(best: &mut Vec<u32>, still: &mut impl FnMut(&[u32]) -> Option<Vec<u32>>) {
    let mut size = best.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at + size <= best.len() {
            let mut shorter = best.clone();
            shorter.drain(at..at + size);
            match still(&shorter) {
                Some(read) if read.len() < best.len() => *best = read,
                _ => at += size,
            }
        }
        size /= 2;
    }
}

/// Blocks of choices become zero, then single ones smaller.
fn makes_plainer(best: &mut Vec<u32>, still: &mut impl FnMut(&[u32]) -> Option<Vec<u32>>) {
    for size in [16, 4, 1] {
        let mut at = 0;
        while at < best.len() {
            let end = (at + size).min(best.len());
            if best[at..end].iter().any(|choice| *choice != 0) {
                let mut plainer = best.clone();
                plainer[at..end].fill(0);
                if still(&plainer).is_some() {
                    *best = plainer;
                }
            }
            at += size;
        }
    }
    for at in 0..best.len() {
        let mut low = 0;
        while best.get(at).is_some_and(|choice| *choice > low + 1) {
            let mut plainer = best.clone();
            let half = low + (best[at] - low) / 2;
            plainer[at] = half;
            if still(&plainer).is_some() { *best = plainer } else { low = half }
        }
    }
    while best.last() == Some(&0) {
        best.pop();
    }
}
