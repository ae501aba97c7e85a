//! Whole numbers in digits. The standard library's ways of writing and reading them bring more than a kilobyte into every shopper's browser,
//! and on some toolchains all of its formatting.

/// As `to_string` writes it.
pub fn decimal(number: u64) -> String {
    let mut text = if number < 10 { String::new() } else { decimal(number / 10) };
    text.push(char::from(b'0' + (number % 10) as u8));
    text
}

/// What [`decimal`] wrote: digits alone, leading zeros among them, of a number that a `u64` holds.
pub fn from_decimal(text: &str) -> Option<u64> {
    const LARGEST: &str = "18446744073709551615";
    // Of as many digits, what is larger comes after it.
    if text.is_empty() || text.len() > LARGEST.len() || text.len() == LARGEST.len() && text > LARGEST {
        return None;
    }
    text.bytes().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::{decimal, from_decimal};

    const NUMBERS: [u64; 10] = [0, 7, 9, 10, 99, 100, 4097, u32::MAX as u64, 10_000_000_000_000_000_000, u64::MAX];

    #[test]
    fn writes_as_to_string_does() {
        for number in NUMBERS {
            assert_eq!(decimal(number), number.to_string());
        }
    }

    #[test]
    fn reads_what_is_written_and_nothing_else() {
        for number in NUMBERS {
            assert_eq!(from_decimal(&decimal(number)), Some(number));
        }
        for other in [
            "",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1.0",
            "1e3",
            "١",
            "0x1",
            "18446744073709551616",
            "1844674407370955161/",
            "000000000000000000001",
        ] {
            assert_eq!(from_decimal(other), None, "{other}");
        }
        assert_eq!(from_decimal("0041"), Some(41));
    }
}
