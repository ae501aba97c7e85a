//! A link as a QR code.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};
use yew::prelude::*;

/// With more squares than this version's 97 a side, a phone no longer reads it off a screen.
const LARGEST: u8 = 20;

#[derive(PartialEq, Properties)]
pub(super) struct QrProps {
    pub(super) text: AttrValue,
    /// What it is, for those who do not see it.
    pub(super) label: AttrValue,
}

/// The code, or nothing for a text that is too long for one. A component, so that it is only drawn when the text changes.
#[component]
pub(super) fn Qr(props: &QrProps) -> Html {
    let bytes = [QrSegment::make_bytes(props.text.as_bytes())];
    let Ok(code) =
        QrCode::encode_segments_advanced(&bytes, QrCodeEcc::Low, Version::MIN, Version::new(LARGEST), None, true)
    else {
        return Html::default();
    };
    let side = (code.size() + 8).to_string();
    html! {
        <svg part="qr" role="img" aria-label={props.label.clone()} viewBox={["0 0 ", &side, " ", &side].concat()}>
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
