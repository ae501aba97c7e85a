//! What can be wrong: the table that merchants branch on.

use paymentsos_core::codes::{CATEGORIES, Code, Known, Who, code_of};
use paymentsos_core::paymentsos::{Outcome, Status};
use std::collections::BTreeSet;

fn outcome(category: Option<&str>, sub_category: Option<&str>) -> Outcome {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let (category, sub_category) = (owned(category), owned(sub_category));
    Outcome { status: Status::Failed, category, sub_category, description: None }
}

#[test]
fn names_are_unique_apart_from_payment_closed() {
    let mut seen = BTreeSet::new();
    let twice: Vec<&str> = Code::ALL.iter().map(|code| code.name()).filter(|name| !seen.insert(*name)).collect();
    assert_eq!(twice, ["payment_closed"]);
    assert_eq!(Code::PaymentCancelled.name(), Code::PaymentRefunded.name());
    assert!(seen.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
}

#[test]
fn each_category_has_its_code() {
    for (category, sub_category, code) in [
        ("payment_method_declined", "", Code::Declined),
        ("payment_method_declined", "declined_by_issuing_bank", Code::Declined),
        ("payment_method_declined", "cancelled_by_customer", Code::Cancelled),
        ("payment_method_declined", "expired", Code::Expired),
        ("payment_method_error", "", Code::PaymentMethodInvalid),
        ("provider_error", "", Code::ProviderError),
        ("provider_network_error", "", Code::ProviderUnreachable),
        ("api_request_error", "", Code::MerchantConfiguration),
        ("provider_authentication_error", "", Code::MerchantConfiguration),
        ("api_authentication_error", "", Code::MerchantConfiguration),
        ("internal_error", "", Code::ProviderError),
    ] {
        assert_eq!(code_of(&outcome(Some(category), Some(sub_category))), code, "{category} {sub_category}");
    }
}

#[test]
fn every_row_of_the_table_is_reached() {
    for &(category, sub_category, code, _) in CATEGORIES {
        assert_eq!(code_of(&outcome(Some(category), Some(sub_category))), code, "{category} {sub_category}");
    }
}

#[test]
fn anything_else_is_not_completed() {
    for category in [None, Some(""), Some("Provider_Error"), Some("provider_error "), Some("something_new")] {
        for sub_category in [None, Some("expired")] {
            assert_eq!(code_of(&outcome(category, sub_category)), Code::NotCompleted, "{category:?}");
        }
    }
}

#[test]
fn what_was_seen_is_told_from_what_is_assumed() {
    let seen = CATEGORIES.iter().filter(|row| row.3 == Known::Seen).map(|row| row.0);
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [
            "payment_method_declined",
            "payment_method_error",
            "provider_error",
            "provider_network_error",
            "api_request_error"
        ]
    );
}

#[test]
fn that_no_money_moved_is_said_only_where_it_is_known() {
    let known: Vec<Code> = Code::ALL.iter().copied().filter(|code| code.no_money_moved()).collect();
    assert_eq!(
        known,
        [
            Code::Declined,
            Code::PaymentMethodInvalid,
            Code::Cancelled,
            Code::Expired,
            Code::MerchantConfiguration,
            Code::RequestRefused,
            Code::PaymentMethodMissing
        ]
    );
}

#[test]
fn who_can_act_is_one_of_four() {
    let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.who().name()).collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["merchant", "network", "provider", "shopper"]);
    assert_eq!(Code::Declined.who(), Who::Shopper);
}
