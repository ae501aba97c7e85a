//! Rules that can be switched off one at a time, in builds with `--cfg rules_can_be_off` and in no others: whoever looks for broken
//! rules has to find them then. See `cargo xtask simulate --rules-off`.

/// Whether that rule holds, by its number: always, but in such a build.
#[cfg(not(rules_can_be_off))]
pub(super) const fn holds(_rule: u8) -> bool {
    true
}

#[cfg(rules_can_be_off)]
pub(super) use can_be_off::holds;
#[cfg(rules_can_be_off)]
pub use can_be_off::switch_off;

#[cfg(rules_can_be_off)]
mod can_be_off {
    use std::sync::atomic::{AtomicU8, Ordering};

    static OFF: AtomicU8 = AtomicU8::new(0);

    /// Switches that rule off, and all others on; 0 switches all on.
    pub fn switch_off(rule: u8) {
        OFF.store(rule, Ordering::Relaxed);
    }

    pub(in crate::flow) fn holds(rule: u8) -> bool {
        OFF.load(Ordering::Relaxed) != rule
    }
}
