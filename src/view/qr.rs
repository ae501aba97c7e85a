//! A link as a QR code.

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};
use yew::prelude::*;

/// With more squares than this version's 97 a side, a phone no longer reads it off a screen.
const LARGEST: u8 = 20;

/// The code, or nothing for a text that is too long for one; `label` says what it is to those who do not see it. All masks can be read:
/// to choose the best would take as long as all the rest.
pub(super) fn qr(text: &str, label: AttrValue) -> Html {
    let bytes = [QrSegment::make_bytes(text.as_bytes())];
    let largest = Version::new(LARGEST);
    let mask = Some(Mask::new(0));
    let Ok(code) = QrCode::encode_segments_advanced(&bytes, QrCodeEcc::Low, Version::MIN, largest, mask, true) else {
        return Html::default();
    };
    let side = (code.size() + 8).to_string();
    html! {
        <svg part="qr" role="img" aria-label={label} viewBox={["0 0 ", &side, " ", &side].concat()}>
            <path fill="currentColor" d={squares(&code)} />
        </svg>
    }
}

/// The dark squares, a rectangle for each run in a row, with the four squares of white that a reader needs around them.
fn squares(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                let run = (x - start).to_string();
                for part in ["M", &(start + 4).to_string(), " ", &(y + 4).to_string(), "h", &run, "v1h-", &run, "z"] {
                    path.push_str(part);
                }
            }
            x += 1;
        }
    }
    path
}
