//! The payment as a pure state machine.
