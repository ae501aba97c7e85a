//! The payment without a browser: what PaymentsOS says ([`paymentsos`]), what can be wrong ([`codes`]), the checkout as a pure state
//! machine ([`flow`]), and what a run of it leaves for whoever has to understand it later ([`trace`]).
//!
//! Nothing here reads a clock, draws a random number or touches a network, so the same code runs in the shopper's browser, in the
//! merchant backend's tests and in a simulation.

#![warn(missing_docs)]

pub mod codes;
mod decimal;
pub mod flow;
pub mod paymentsos;
pub mod trace;

pub use decimal::{decimal, from_decimal};
