//! A text as a QR code.
//!
//! A wasm module of its own, because only those who pay by link need it: it is loaded when the first link is shown.

#![warn(missing_docs)]

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};
use wasm_bindgen::prelude::wasm_bindgen;

/// With more squares than this version's 97 a side, a phone no longer reads it off a screen.
const LARGEST: u8 = 20;

/// The code as `{side} {path}`: the length of a side, margin included, and the dark squares as an SVG path. Nothing for a text that is
/// too long for a code that a phone can read.
#[wasm_bindgen]
pub fn qr(text: &str) -> Option<String> {
    let bytes = [QrSegment::make_bytes(text.as_bytes())];
    // All masks can be read: to choose the best would take as long as all the rest.
    let mask = Some(Mask::new(0));
    let code =
        QrCode::encode_segments_advanced(&bytes, QrCodeEcc::Low, Version::MIN, Version::new(LARGEST), mask, true)
            .ok()?;
    let side = (code.size() + 8).to_string();
    Some([&side, " ", &squares(&code)].concat())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The squares that a path draws, by the rule that `squares` states.
    fn drawn(path: &str, side: usize) -> Vec<Vec<bool>> {
        let mut rows = vec![vec![false; side]; side];
        for run in path.split_terminator('z') {
            let (start, rest) = run.strip_prefix('M').unwrap().split_once('h').unwrap();
            let (x, y) = start.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let (length, back) = rest.split_once("v1h-").unwrap();
            assert_eq!(length, back);
            rows[y][x..x + length.parse::<usize>().unwrap()].fill(true);
        }
        rows
    }

    #[test]
    fn the_path_draws_the_squares_of_the_code_inside_its_margin() {
        let text = "https://pay.example/p/1b7ae2c4?token=8f0c1d";
        let all = qr(text).unwrap();
        let (side, path) = all.split_once(' ').unwrap();
        let side: usize = side.parse().unwrap();
        let bytes = [QrSegment::make_bytes(text.as_bytes())];
        let mask = Some(Mask::new(0));
        let code =
            QrCode::encode_segments_advanced(&bytes, QrCodeEcc::Low, Version::MIN, Version::new(LARGEST), mask, true)
                .unwrap();
        for (y, row) in drawn(path, side).into_iter().enumerate() {
            for (x, dark) in row.into_iter().enumerate() {
                let (inner_x, inner_y) = (x as i32 - 4, y as i32 - 4);
                assert_eq!(dark, code.get_module(inner_x, inner_y), "{x} {y}");
            }
        }
    }

    #[test]
    fn a_text_that_is_too_long_has_no_code() {
        assert!(qr(&"a".repeat(850)).is_some());
        assert!(qr(&"a".repeat(8_000)).is_none());
    }
}
