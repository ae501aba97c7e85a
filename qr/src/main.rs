//! The wasm module: what the library exports to JavaScript, and nothing that starts by itself.

use paymentsos_qr as _;

fn main() {}
