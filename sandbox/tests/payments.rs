//! A payment from its creation to its last status, as the mock provider decides.

mod common;

use common::{FAILS, Merchant, PENDING_THEN_FAILS, PENDING_THEN_SUCCEEDS, SUCCEEDS, good, id, quick};
use paymentsos_core::paymentsos::{Payment, PaymentStatus, Status, Transaction};
use reqwest::Method;
use sandbox::Switches;
use serde_json::{Value, json};

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).expect("PaymentsOS's shape")
}

#[tokio::test]
async fn a_payment_is_made_and_read() {
    let merchant = Merchant::open().await;
    let body = json!({
        "amount": 4097, "currency": "USD", "customer_id": "c1", "statement_soft_descriptor": "Acme",
        "order": {"id": "order-17"}, "billing_address": {"phone": "555"}, "unknown": true,
    });
    let made = merchant.post("/payments", &body).await;
    assert_eq!(
        (&made["amount"], &made["currency"], &made["status"]),
        (&json!(4097), &json!("USD"), &json!("Initialized"))
    );
    assert_eq!(made["order"]["id"], "order-17");
    assert_eq!(made["is_chargedback"], false);
    assert!(made["created"].as_str().is_some_and(|at| at.parse::<u64>().is_ok()), "milliseconds, as text");
    assert!(made["customer"]["href"].as_str().is_some_and(|href| href.ends_with("/customers/c1")));
    assert!(made.get("customer_id").is_none() && made.get("unknown").is_none());
    let actions: Vec<_> =
        made["possible_next_actions"].as_array().expect("actions").iter().map(|a| &a["action"]).collect();
    assert_eq!(actions, ["Charge", "Authorization", "Update Payment"]);

    let read = merchant.get(&format!("/payments/{}", id(&made))).await;
    assert_eq!(read, made);
    assert!(read.get("related_resources").is_none(), "only when asked for");
}

#[tokio::test]
async fn expand_lists_what_is_asked_for() {
    let merchant = Merchant::open().await;
    let payment = merchant.payment().await;
    let all = merchant.get(&format!("/payments/{payment}?expand=all")).await;
    for name in ["authorizations", "charges", "captures", "voids", "refunds", "credits", "redirections"] {
        assert_eq!(all["related_resources"][name], json!([]), "{name}");
    }
    let some = merchant.get(&format!("/payments/{payment}?expand=charges&expand=redirections")).await;
    assert_eq!(some["related_resources"], json!({"charges": [], "redirections": []}));
}

#[tokio::test]
async fn a_payment_is_replaced_only_before_anything_was_done() {
    let merchant = Merchant::open().await;
    let payment = merchant.payment().await;
    let replace = async || {
        let body = json!({"amount": 500, "currency": "EUR"});
        merchant.request(Method::PUT, &format!("/payments/{payment}")).json(&body).send().await.expect("a reply")
    };
    let replaced = good(replace().await, 200).await;
    assert_eq!((&replaced["amount"], &replaced["currency"]), (&json!(500), &json!("EUR")));
    assert!(replaced.get("order").is_none(), "what is not sent again is gone");

    merchant.post(&format!("/payments/{payment}/charges"), &merchant.with_card(FAILS).await).await;
    let refusal = good(replace().await, 409).await;
    assert_eq!(refusal["more_info"], "Please check the current state of the payment.");
}

#[tokio::test]
async fn a_card_that_succeeds_captures_the_payment_at_once() {
    let merchant = Merchant::open().await;
    let (payment, charge) = merchant.charge(SUCCEEDS).await;
    let typed: Transaction = read(&charge);
    assert_eq!((typed.result.status, typed.amount), (Status::Succeed, Some(4097)));
    assert_eq!(typed.reconciliation_id.as_deref(), Some("attempt-1"));
    assert_eq!(charge["result"], json!({"status": "Succeed"}), "nothing else on success");
    assert_eq!(charge["provider_data"]["response_code"], "0");
    assert_eq!(charge["provider_data"]["provider_name"], "MockProcessor");
    assert_eq!(charge["payment_method"]["last_4_digits"], "1111");
    assert!(charge["provider_data"]["raw_response"].is_string() && charge.get("redirection").is_none());

    let expanded: Payment = read(&merchant.get(&format!("/payments/{payment}?expand=all")).await);
    assert_eq!(expanded.status, PaymentStatus::Captured);
    assert_eq!(expanded.related_resources.expect("related resources").charges[0].id, typed.id);
    let listed = merchant.get(&format!("/payments/{payment}/charges")).await;
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "a bare array");
}

#[tokio::test]
async fn a_card_that_fails_leaves_the_payment_open_for_another() {
    let merchant = Merchant::open().await;
    let (payment, charge) = merchant.charge(FAILS).await;
    assert_eq!(charge["result"]["status"], "Failed");
    assert_eq!(charge["result"]["category"], "provider_error");
    assert_eq!(charge["provider_data"]["response_code"], "102");
    assert_eq!(merchant.payment_status(&payment).await, "Initialized");
    let path = format!("/payments/{payment}/charges");
    let second = merchant.post(&path, &merchant.with_card(SUCCEEDS).await).await;
    assert_eq!(second["result"]["status"], "Succeed");
    merchant.refused(&path, &merchant.with_card(SUCCEEDS).await, 409).await;
}

#[tokio::test]
async fn a_pending_card_ends_as_the_table_says() {
    let merchant = Merchant::open().await;
    for (card, status, sum) in
        [(PENDING_THEN_SUCCEEDS, "Succeed", "Captured"), (PENDING_THEN_FAILS, "Failed", "Initialized")]
    {
        merchant.set("/sandbox/switches", &json!({"pending_ms": 1_000})).await;
        let (payment, charge) = merchant.charge(card).await;
        assert_eq!(charge["result"], json!({"status": "Pending"}));
        assert_eq!(merchant.payment_status(&payment).await, "Pending");
        let path = format!("/payments/{payment}/charges");
        merchant.refused(&path, &merchant.with_card(SUCCEEDS).await, 409).await;
        merchant.until(&format!("{path}/{}", id(&charge)), status).await;
        assert_eq!(merchant.payment_status(&payment).await, sum);
    }
}

#[tokio::test]
async fn a_card_number_with_a_wrong_check_digit_fails() {
    let merchant = Merchant::open().await;
    let (_, charge) = merchant.charge("4111111111111112").await;
    assert_eq!(charge["payment_method"]["pass_luhn_validation"], false);
    assert_eq!(charge["result"]["category"], "payment_method_error");
}

#[tokio::test]
async fn the_amount_picks_the_error() {
    let merchant = Merchant::open().await;
    for (amount, category) in [
        (2005, "payment_method_error"),
        (2006, "payment_method_declined"),
        (2007, "provider_network_error"),
        (2000, "provider_error"),
    ] {
        let payment = merchant.payment_of(amount).await;
        let failed = merchant.post(&format!("/payments/{payment}/charges"), &merchant.with_card(FAILS).await).await;
        assert_eq!(failed["result"]["category"], category);
    }
}

#[tokio::test]
async fn an_untokenized_method_does_as_it_is_told() {
    let merchant = Merchant::open().await;
    for (word, first, last) in [
        ("succeed", "Succeed", "Succeed"),
        ("failed", "Failed", "Failed"),
        ("pending_succeed", "Pending", "Succeed"),
        ("pending_failed", "Pending", "Failed"),
    ] {
        let path = format!("/payments/{}/authorizations", merchant.payment().await);
        let body = json!({"payment_method": {
            "type": "untokenized", "source_type": "bank_transfer", "vendor": "PSE",
            "additional_details": {"untokenized_result_status": word},
        }});
        let authorization = merchant.post(&path, &body).await;
        assert_eq!(authorization["result"]["status"], first);
        merchant.until(&format!("{path}/{}", id(&authorization)), last).await;
    }
}

#[tokio::test]
async fn an_authorization_is_captured_and_refunded() {
    let merchant = Merchant::open().await;
    let payment = merchant.payment_of(9_000).await;
    let at = |path: &str| format!("/payments/{payment}/{path}");
    merchant.refused(&at("captures"), &json!({}), 409).await;
    merchant.post(&at("authorizations"), &merchant.with_card(SUCCEEDS).await).await;
    assert_eq!(merchant.payment_status(&payment).await, "Authorized");
    merchant.refused(&at("refunds"), &json!({}), 409).await;
    merchant.refused(&at("charges"), &merchant.with_card(SUCCEEDS).await, 409).await;

    let failed = merchant.post(&at("captures"), &json!({"amount": 1000})).await;
    assert_eq!((&failed["result"]["status"], &failed["amount"]), (&json!("Failed"), &json!(1000)));
    assert_eq!(merchant.payment_status(&payment).await, "Authorized");
    let pending = merchant.post(&at("captures"), &json!({"amount": 2500})).await;
    merchant.until(&format!("{}/{}", at("captures"), id(&pending)), "Succeed").await;
    assert_eq!(merchant.payment_status(&payment).await, "Captured");
    merchant.post(&at("captures"), &json!({})).await;

    let refund = merchant.post(&at("refunds"), &json!({"amount": 3500})).await;
    let refund = merchant.until(&format!("{}/{}", at("refunds"), id(&refund)), "Failed").await;
    assert_eq!(refund["provider_data"]["description"], "refund failed");
    assert_eq!(merchant.payment_status(&payment).await, "Captured");
    let refund = merchant.post(&at("refunds"), &json!({})).await;
    assert_eq!((&refund["result"]["status"], &refund["amount"]), (&json!("Succeed"), &json!(9_000)));
    assert_eq!(merchant.payment_status(&payment).await, "Refunded");
}

#[tokio::test]
async fn an_authorization_is_voided() {
    let merchant = Merchant::open().await;
    let payment = merchant.payment_of(9_000).await;
    merchant.post(&format!("/payments/{payment}/authorizations"), &merchant.with_card(SUCCEEDS).await).await;
    let void = merchant.post(&format!("/payments/{payment}/voids"), &json!({})).await;
    assert_eq!(void["provider_data"]["description"], "Canceled.");
    assert!(void.get("amount").is_none());
    assert_eq!(merchant.payment_status(&payment).await, "Voided");
    merchant.refused(&format!("/payments/{payment}/captures"), &json!({}), 409).await;
    merchant.refused(&format!("/payments/{payment}/charges"), &merchant.with_card(SUCCEEDS).await, 409).await;
}

#[tokio::test]
async fn the_newer_amount_table_is_a_switch() {
    let merchant = Merchant::open_with(Switches { newer_amount_table: true, ..quick() }, None).await;
    let payment = merchant.payment_of(9_000).await;
    merchant.post(&format!("/payments/{payment}/authorizations"), &merchant.with_card(SUCCEEDS).await).await;
    let capture = merchant.post(&format!("/payments/{payment}/captures"), &json!({"amount": 4500})).await;
    assert_eq!(capture["result"]["status"], "Pending");
}

#[tokio::test]
async fn a_payment_is_charged_back() {
    let merchant = Merchant::open().await;
    let (payment, _) = merchant.charge(SUCCEEDS).await;
    let path = format!("/sandbox/payments/{payment}/chargeback");
    let reply = merchant.bare(Method::POST, &path).send().await.expect("a reply");
    assert_eq!(good(reply, 200).await["is_chargedback"], true);
    assert_eq!(merchant.get(&format!("/payments/{payment}")).await["is_chargedback"], true);
}
