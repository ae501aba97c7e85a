import init from '/example-yew.js';

init({ module_or_path: '/example-yew_bg.wasm' });
