//! Minor units: how many there are in a currency, and how an amount is shown.

/// How many decimals the currency has, by ISO 4217.
fn decimals(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "VUV"
        | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// What one of the currency's major units is in minor ones.
pub(crate) fn major(currency: &str) -> u64 {
    10_u64.pow(decimals(currency))
}

/// As a provider writes it: `40.97`.
pub(crate) fn decimal(amount: u64, currency: &str) -> String {
    match decimals(currency) {
        0 => amount.to_string(),
        places => format!("{}.{:0width$}", amount / major(currency), amount % major(currency), width = places as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn knows_the_decimals() {
        assert_eq!(decimal(4097, "USD"), "40.97");
        assert_eq!(decimal(5, "EUR"), "0.05");
        assert_eq!(decimal(4097, "JPY"), "4097");
        assert_eq!(decimal(4097, "KWD"), "4.097");
    }
}
