//! The wasm module that `element.js` loads: what the library exports to JavaScript, and nothing that starts by itself.

use paymentsos_checkout as _;

fn main() {}
