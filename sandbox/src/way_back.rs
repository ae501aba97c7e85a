//! The way back to the shop: its own address, with what PaymentsOS adds to it.

use crate::faults::ReturnFaults;
use crate::store::{Operation, Payment, Redirection, Transaction};
use url::Url;

/// Where the shopper is sent back to, if there is such a place.
pub(crate) fn way_back(
    faults: &ReturnFaults,
    payment: &Payment,
    transaction: &Transaction,
    redirection: &Redirection,
) -> Option<Url> {
    if faults.none {
        return None;
    }
    let kind = match transaction.operation {
        Operation::Authorization => "authorization_id",
        _ => "charge_id",
    };
    extended(
        &redirection.merchant_site_url,
        [
            ("payment_id", faults.payment_id.as_deref().unwrap_or(&payment.id)),
            (kind, faults.transaction_id.as_deref().unwrap_or(&transaction.id)),
            ("status", faults.status.as_deref().unwrap_or(transaction.outcome.status.as_str())),
        ],
    )
}

/// The merchant's address with our parameters after its own, and its fragment still at the end.
fn extended(merchant_site_url: &str, parameters: [(&str, &str); 3]) -> Option<Url> {
    // PaymentsOS takes any text for an address; only one that a browser can leave for is of use here.
    let mut url = Url::parse(merchant_site_url).ok()?;
    if matches!(url.scheme(), "javascript" | "data" | "blob" | "vbscript" | "file") {
        return None;
    }
    url.query_pairs_mut().extend_pairs(parameters);
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::extended;

    fn back(merchant_site_url: &str) -> Option<String> {
        extended(merchant_site_url, [("payment_id", "p"), ("charge_id", "c"), ("status", "Pending")]).map(String::from)
    }

    #[test]
    fn extends_an_address_behind_its_own_parameters_and_before_its_fragment() {
        let ours = "payment_id=p&charge_id=c&status=Pending";
        for (from, to) in [
            ("https://shop.example/return", format!("https://shop.example/return?{ours}")),
            ("https://shop.example", format!("https://shop.example/?{ours}")),
            ("https://shop.example/?", format!("https://shop.example/?{ours}")),
            ("https://shop.example/?a=b%20c&d", format!("https://shop.example/?a=b%20c&d&{ours}")),
            ("https://shop.example/#/done?x", format!("https://shop.example/?{ours}#/done?x")),
            ("shop://return", format!("shop://return?{ours}")),
        ] {
            assert_eq!(back(from), Some(to));
        }
    }

    #[test]
    fn goes_nowhere_else() {
        assert_eq!(back("abc"), None);
        assert_eq!(back("javascript:alert(1)"), None);
    }
}
