//! A checkout for redirect and asynchronous payments on PaymentsOS, as a Yew component ([`Checkout`]) and, behind
//! `www/class.js`, as the custom element `<paymentsos-checkout>`.
//!
//! Everything that decides is in `paymentsos_core::flow`. Here is what joins it to a browser:
//!
//! - [`panel`]: what hands inputs to the flow, effects to the driver and the flow's view to the screen;
//! - [`checkout`]: the same in a shadow root of its own, for Yew apps;
//! - [`browser`]: the driver, which alone touches network, storage and address bar, and takes no decision;
//! - [`settings`]: what a page gives, and what is wrong with it;
//! - [`view`]: what the shopper sees; [`messages`]: in what words; [`languages`]: where those of other languages are;
//! - [`element`]: what `class.js` may call.

#![warn(missing_docs)]

pub mod browser;
pub mod checkout;
mod countdown;
pub mod element;
pub mod languages;
pub mod messages;
pub mod panel;
pub mod settings;
pub mod view;

pub use checkout::{Checkout, CheckoutHandle};
pub use panel::Detail;
pub use paymentsos_core as core;
pub use settings::CheckoutProps;
