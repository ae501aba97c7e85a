//! Whole numbers in digits. The standard library's `to_string` brings 1 kB into every shopper's browser, and on some toolchains all of its
//! formatting.

/// As `to_string` writes it.
pub fn decimal(number: u64) -> String {
    let mut text = if number < 10 { String::new() } else { decimal(number / 10) };
    text.push(char::from(b'0' + (number % 10) as u8));
    text
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn writes_as_to_string_does() {
        for number in [0, 7, 9, 10, 99, 100, 4097, u64::from(u32::MAX), u64::MAX] {
            assert_eq!(decimal(number), number.to_string());
        }
    }
}
