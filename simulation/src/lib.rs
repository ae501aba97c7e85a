//! Whole payments on virtual time, each from a seed: the real flow of the checkout in one to several tabs, the merchant's guard, a
//! PaymentsOS, a shopper, and a network and browsers in which anything goes wrong. After every step the rules are looked at; at the
//! end, once all is healed, every page must say what is so.
//!
//! Where to look: [`story`] for a story from its beginning to its end; `watch` for the rules; `shopper` and [`Fault`] for what happens;
//! `merchant` and `paymentsos` for who answers; [`shrink`] for how a story gets short.

#![warn(missing_docs)]

mod bank;
mod browser;
mod chance;
mod driver;
mod faults;
mod ids;
mod merchant;
pub mod model;
mod network;
mod paymentsos;
mod shopper;
pub mod shrink;
pub mod story;
mod tabs;
mod time;
mod truth;
mod watch;
mod world;

pub use faults::Fault;
pub use watch::Violation;
