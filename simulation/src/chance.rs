//! Every choice of a story, in order: drawn from a seed, or read from the tape of a story that was. A choice of zero is always the
//! plainest one, so that a story gets shorter and calmer by taking choices away, or making them smaller.

use paymentsos_core::flow::Millis;

/// Where choices come from.
#[derive(Debug)]
pub(crate) struct Chance {
    random: Option<fastrand::Rng>,
    tape: Vec<u32>,
    at: usize,
}

impl Chance {
    pub(crate) fn seeded(seed: u64) -> Chance {
        Chance { random: Some(fastrand::Rng::with_seed(seed)), tape: Vec::new(), at: 0 }
    }

    /// The choices of a tape; after its end, the plainest.
    pub(crate) fn of(tape: &[u32]) -> Chance {
        Chance { random: None, tape: tape.to_vec(), at: 0 }
    }

    /// The choices so far.
    pub(crate) fn tape(&self) -> &[u32] {
        &self.tape[..self.at.min(self.tape.len())]
    }

    /// One of `0..bound`.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        let drawn = match &mut self.random {
            Some(random) => {
                let drawn = random.u32(..bound.max(1));
                self.tape.push(drawn);
                drawn
            }
            None => self.tape.get(self.at).copied().unwrap_or_default().min(bound.saturating_sub(1)),
        };
        self.at += 1;
        drawn
    }

    /// Whether something happens that happens once in so many times.
    pub(crate) fn one_in(&mut self, times: u32) -> bool {
        self.below(times) + 1 == times.max(2)
    }

    /// One of them; the first is the plainest.
    pub(crate) fn pick<T: Clone>(&mut self, among: &[T]) -> T {
        let last = among.len().saturating_sub(1);
        let at = self.below(u32::try_from(among.len()).unwrap_or(u32::MAX));
        among[usize::try_from(at).unwrap_or(last).min(last)].clone()
    }

    /// A time in that range, in a hundred steps.
    pub(crate) fn between(&mut self, least: Millis, most: Millis) -> Millis {
        least + (most - least) * Millis::from(self.below(100)) / 99
    }
}
