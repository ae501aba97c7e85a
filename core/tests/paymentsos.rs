//! PaymentsOS's shapes, read from real-shaped replies.

use paymentsos_core::paymentsos::{ApiError, Kind, Payment, PaymentStatus, ProviderData, Status, Transaction};
use serde_json::{Value, from_str, json, to_value};

const SUCCEEDED: &str = include_str!("../fixtures/charge-succeeded.json");
const PENDING: &str = include_str!("../fixtures/charge-pending-redirection.json");
const FAILED: &str = include_str!("../fixtures/charge-failed.json");
const ODD: &str = include_str!("../fixtures/charge-odd.json");

fn transaction(text: &str) -> Transaction {
    from_str(text).expect("a transaction")
}

#[test]
fn a_real_reply_is_read_with_just_the_fields_of_the_merchant_api() {
    let charge = transaction(SUCCEEDED);
    assert_eq!(charge.result.status, Status::Succeed);
    assert_eq!(charge.amount, Some(4097));
    assert_eq!(
        to_value(&charge).unwrap(),
        json!({
            "id": "aec1c306-e0f7-452b-8fb5-5b34489e9d10",
            "result": {"status": "Succeed"},
            "reconciliation_id": "0b8f2f4e-1111-4222-8333-444455556666",
            "amount": 4097,
            "payment_method": {"vendor": "VISA", "last_4_digits": "1111"},
        })
    );
}

#[test]
fn a_pending_reply_says_where_to_go_and_a_failed_one_why() {
    let redirection = transaction(PENDING).redirection.unwrap();
    assert_eq!(redirection.url.as_deref(), Some("https://issuer.example/3ds/3f0d2d9c"));
    let failed = transaction(FAILED).result;
    assert_eq!(failed.status, Status::Failed);
    assert_eq!(failed.category.as_deref(), Some("payment_method_declined"));
    assert_eq!(failed.sub_category.as_deref(), Some("declined_by_issuing_bank"));
}

#[test]
fn fields_of_an_unexpected_form_are_absent_and_unknown_words_are_kept() {
    let odd = transaction(ODD);
    assert_eq!(odd.result.status, Status::Other("Reviewing".into()));
    assert!(!odd.result.status.is_final());
    assert_eq!(odd.result.sub_category.as_deref(), Some("17"));
    assert_eq!((odd.result.description, odd.redirection, odd.payment_method, odd.currency), (None, None, None, None));
    assert_eq!((odd.amount, odd.expires_at), (Some(4097), Some(1_614_822_509_990)));
}

#[test]
fn raw_response_comes_in_any_form() {
    for text in [SUCCEEDED, PENDING, FAILED, ODD] {
        let reply: Value = from_str(text).unwrap();
        let provider: ProviderData = serde_json::from_value(reply["provider_data"].clone()).unwrap();
        assert!(provider.response_code.is_some());
    }
}

#[test]
fn a_payment_tells_what_is_listed_from_what_is_not_known() {
    let bare: Payment = from_str(include_str!("../fixtures/payment-initialized.json")).unwrap();
    assert_eq!(bare.status, PaymentStatus::Initialized);
    assert_eq!(bare.related_resources, None);
    let expanded: Payment = from_str(include_str!("../fixtures/payment-expanded.json")).unwrap();
    assert_eq!(expanded.related_resources.unwrap().charges, [transaction(SUCCEEDED)]);
    assert_eq!(expanded.order.unwrap().id.as_deref(), Some("order-17"));
}

#[test]
fn a_payment_with_a_transaction_that_cannot_be_read_cannot_be_read() {
    let mut payment: Value = from_str(include_str!("../fixtures/payment-expanded.json")).unwrap();
    payment["related_resources"]["charges"][0]["result"] = json!("fine");
    assert!(serde_json::from_value::<Payment>(payment).is_err());
}

#[test]
fn related_resources_that_are_no_object_make_the_payment_unreadable() {
    for odd in [json!([]), json!("none"), json!(0), json!(-1), json!(false)] {
        let mut payment: Value = from_str(include_str!("../fixtures/payment-initialized.json")).unwrap();
        payment["related_resources"] = odd;
        assert!(serde_json::from_value::<Payment>(payment.clone()).is_err(), "{payment}");
    }
}

#[test]
fn without_an_id_or_a_status_there_is_no_transaction() {
    assert!(from_str::<Transaction>(r#"{"result":{"status":"Succeed"}}"#).is_err());
    assert!(from_str::<Transaction>(r#"{"id":"1","result":{}}"#).is_err());
    assert!(from_str::<Transaction>(r#"{"id":"1"}"#).is_err());
}

#[test]
fn an_error_says_what_is_wrong() {
    let error: ApiError = from_str(include_str!("../fixtures/error-not-found.json")).unwrap();
    assert_eq!(error.more_info.as_deref(), Some("Payment resource does not exists"));
}

fn with(field: &str, value: Value) -> Transaction {
    let mut charge: Value = from_str(PENDING).expect("a charge");
    charge[field] = value;
    serde_json::from_value(charge).expect("a transaction")
}

/// JavaScript has no other numbers.
#[test]
fn a_float_that_is_whole_is_an_integer_and_no_other() {
    for (number, read) in [
        (json!(4097.0), Some(4097)),
        (json!(0.0), Some(0)),
        (json!(9_007_199_254_740_991.0), Some(9_007_199_254_740_991)),
        (json!(9_007_199_254_740_992.0), None),
        (json!(40.97), None),
        (json!(-1.0), None),
        (json!(-1), None),
        (json!(1e300), None),
    ] {
        assert_eq!(with("amount", number.clone()).amount, read, "{number}");
    }
}

#[test]
fn only_data_collection_is_nothing_for_the_shopper() {
    for (operation, collects) in [(json!("data_collection"), true), (json!("challenge"), false), (json!(null), false)] {
        let redirection = with("redirection", json!({"url": "https://a.example", "operation_type": operation}));
        assert_eq!(
            redirection.redirection.map(|redirection| redirection.collects_data()),
            Some(collects),
            "{operation}"
        );
    }
}

#[test]
fn a_frame_is_allowed_where_the_provider_says_true_and_only_that_is_passed_on() {
    for (flag, is_allowed) in
        [(json!(true), true), (json!("true"), true), (json!("yes"), false), (json!(1), false), (json!(false), false)]
    {
        let charge = with("provider_specific_data", json!({"iframeAllowed": flag}));
        assert_eq!(charge.provider_specific_data.as_ref().map(|data| data.iframe_allowed), Some(is_allowed), "{flag}");
        let passed_on = to_value(&charge).unwrap().get("provider_specific_data").cloned();
        assert_eq!(passed_on, is_allowed.then(|| json!({"iframeAllowed": true})), "{flag}");
    }
}

#[test]
fn related_resources_that_are_null_are_not_known() {
    let mut payment: Value = from_str(include_str!("../fixtures/payment-initialized.json")).unwrap();
    payment["related_resources"] = json!(null);
    assert_eq!(serde_json::from_value::<Payment>(payment).unwrap().related_resources, None);
}

#[test]
fn both_kinds_have_their_words_in_addresses() {
    let words = Kind::ALL.map(|kind| (kind.name(), kind.path(), kind.return_parameter()));
    let expected = [("charge", "charges", "charge_id"), ("authorization", "authorizations", "authorization_id")];
    assert_eq!(words, expected);
    assert_eq!(Kind::from_name("charges"), None);
}
