//! What a fuzzer gives its bytes to: a function for everything that reads what others have written, and for the flow. Each reads whatever
//! bytes it is given, looks whether all holds that the code promises, and panics where it does not.
//!
//! `cargo xtask fuzz` runs them for as long as wanted, led by what the code does with the bytes; `tests/targets.rs` for a few seconds on
//! the stable toolchain, with the inputs in `corpus/` and with thousands made of them.

mod inputs;
mod place;
mod returned;
mod saved;
mod story;
mod tape;
mod trace;
mod webhook;
mod wire;

// The browser, the shopper and the backend of the flow's own tests, and what they hold it to.
#[path = "../../../core/tests/flow/world/mod.rs"]
#[allow(dead_code, reason = "stories use their own part of it")]
mod world;

/// Something that is given bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is also that of its folder in `corpus/`, and of the fuzzer's program.
    pub name: &'static str,
    /// Takes the bytes, and panics where something does not hold.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "returned", run: returned::run },
    Target { name: "wire", run: wire::run },
    Target { name: "story", run: story::run },
    Target { name: "inputs", run: inputs::run },
    Target { name: "webhook", run: webhook::run },
    Target { name: "saved", run: saved::run },
    Target { name: "trace", run: trace::run },
    Target { name: "place", run: place::run },
];

pub use inputs::run as inputs;
pub use place::is_good as is_good_address;
pub use place::run as place;
pub use returned::run as returned;
pub use saved::run as saved;
pub use story::run as story;
pub use trace::run as trace;
pub use webhook::run as webhook;
pub use wire::run as wire;

/// The target of that name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().find(|target| target.name == name).copied()
}
