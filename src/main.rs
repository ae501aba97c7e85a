//! The wasm module that `class.js` loads: what the library exports to JavaScript, and nothing that starts by itself.

#![cfg_attr(all(target_arch = "wasm32", not(test)), no_main)]

use paymentsos_checkout as _;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
