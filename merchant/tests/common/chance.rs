//! Chance for the stories that need it.

use uuid::Uuid;

/// Chance that can be had again: `SplitMix64`. Says its seed if the test fails.
pub(crate) struct Chance {
    seed: u64,
    state: u64,
    pub(crate) round: u32,
}

impl Chance {
    /// By the seed in `STRESS_SEED`, or by a new one.
    pub(crate) fn new() -> Chance {
        let told = std::env::var("STRESS_SEED").ok().map(|seed| seed.parse().expect("STRESS_SEED must be a number"));
        let seed = told.unwrap_or_else(|| Uuid::new_v4().as_u64_pair().0);
        Chance { seed, state: seed, round: 0 }
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 32).expect("32 bits") % end
    }

    pub(crate) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    pub(crate) fn coin(&mut self) -> bool {
        self.below(2) == 0
    }
}

impl Drop for Chance {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("round {} of STRESS_SEED={}", self.round, self.seed);
        }
    }
}
