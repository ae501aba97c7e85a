//! The shopper's way: to the issuer's page or the hosted one, and back with every outcome.

mod common;

use common::{Merchant, SUCCEEDS, THREE_D_SECURE, id, location, page, quick};
use reqwest::StatusCode;
use sandbox::Switches;
use serde_json::{Value, json};

#[tokio::test]
async fn every_outcome_leads_back_to_the_shop() {
    let merchant = Merchant::open().await;
    for (outcome, back_with, last, sub_category) in [
        ("succeed", "Succeed", "Succeed", Value::Null),
        ("fail", "Failed", "Failed", json!("declined_by_issuing_bank")),
        ("cancel", "Failed", "Failed", json!("cancelled_by_customer")),
        ("late-succeed", "Pending", "Succeed", Value::Null),
        ("late-fail", "Pending", "Failed", json!("declined_by_issuing_bank")),
        ("never", "Pending", "Pending", Value::Null),
    ] {
        let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
        assert_eq!(charge["result"], json!({"status": "Pending"}));
        assert_eq!(charge["redirection"]["merchant_site_url"], "https://shop.example/return?cart=7#top");
        assert!(page(&charge).starts_with(&format!("{}/3ds/", merchant.running.public_url)));
        let shown = merchant.client.get(page(&charge)).send().await.expect("a page").text().await.expect("its text");
        assert!(shown.contains("40.97 USD") && shown.contains("shop.example") && shown.contains("order-17"), "{shown}");
        assert!(shown.contains(&format!("name=\"outcome\" value=\"{outcome}\"")));

        let back = merchant.press(&charge, outcome).await;
        let id = id(&charge);
        let expected =
            format!("https://shop.example/return?cart=7&payment_id={payment}&charge_id={id}&status={back_with}#top");
        assert_eq!(location(&back), expected);
        let charge = merchant.until(&format!("/payments/{payment}/charges/{id}"), last).await;
        assert_eq!(charge["result"]["sub_category"], sub_category, "{outcome}");
    }
}

#[tokio::test]
async fn pay_by_link_goes_through_the_hosted_page() {
    let merchant = Merchant::open().await;
    let payment = merchant.payment().await;
    let body = json!({
        "payment_method": {"type": "untokenized", "source_type": "payment_page", "vendor": "PBL"},
        "merchant_site_url": "https://shop.example/return",
    });
    let authorization = merchant.post(&format!("/payments/{payment}/authorizations"), &body).await;
    assert!(page(&authorization).contains("/pay/"));
    let listed = merchant.get(&format!("/payments/{payment}/redirections")).await;
    assert_eq!(listed, json!([authorization["redirection"]]));
    let one = merchant.get(&format!("/payments/{payment}/redirections/{}", id(&listed[0]))).await;
    assert_eq!(one, authorization["redirection"]);

    let back = merchant.press(&authorization, "succeed").await;
    assert!(location(&back).contains(&format!("authorization_id={}&status=Succeed", id(&authorization))));
    assert_eq!(merchant.payment_status(&payment).await, "Authorized");
}

#[tokio::test]
async fn only_the_first_press_counts() {
    let merchant = Merchant::open().await;
    let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
    merchant.press(&charge, "fail").await;
    let again = merchant.press(&charge, "succeed").await;
    assert!(location(&again).contains("status=Failed"));
    let read = merchant.get(&format!("/payments/{payment}/charges/{}", id(&charge))).await;
    assert_eq!(read["result"]["status"], "Failed");

    let shown = merchant.client.get(page(&charge)).send().await.expect("a page");
    assert_eq!(shown.status(), StatusCode::OK);
    let shown = shown.text().await.expect("its text");
    assert!(!shown.contains("<form") && shown.contains("Back to the shop"), "{shown}");
}

#[tokio::test]
async fn a_late_answer_is_not_changed_by_another_press() {
    let merchant = Merchant::open().await;
    let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
    merchant.press(&charge, "late-fail").await;
    let again = merchant.press(&charge, "succeed").await;
    assert!(!location(&again).contains("status=Succeed"));
    merchant.until(&format!("/payments/{payment}/charges/{}", id(&charge)), "Failed").await;
}

#[tokio::test]
async fn a_redirection_that_nobody_finishes_fails_but_one_that_was_pressed_does_not() {
    let merchant = Merchant::open_with(Switches { redirection_ms: 1_500, ..quick() }, None).await;
    let (left_open, never) = merchant.charge(THREE_D_SECURE).await;
    merchant.press(&never, "never").await;
    let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
    let expired = merchant.until(&format!("/payments/{payment}/charges/{}", id(&charge)), "Failed").await;
    assert_eq!(expired["result"]["sub_category"], "expired");
    let never = merchant.get(&format!("/payments/{left_open}/charges/{}", id(&never))).await;
    assert_eq!(never["result"]["status"], "Pending");
    let late = merchant.press(&charge, "succeed").await;
    assert!(location(&late).contains("status=Failed"));
}

#[tokio::test]
async fn a_page_that_was_opened_but_not_used_expires_too() {
    let merchant = Merchant::open_with(Switches { redirection_ms: 700, ..quick() }, None).await;
    let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
    let open = async || {
        let shown = merchant.client.get(page(&charge)).send().await.expect("a page");
        assert_eq!(shown.status(), StatusCode::OK);
        shown.text().await.expect("its text")
    };
    assert!(open().await.contains("<form"));
    let expired = merchant.until(&format!("/payments/{payment}/charges/{}", id(&charge)), "Failed").await;
    assert_eq!(expired["result"]["sub_category"], "expired");
    let shown = open().await;
    assert!(!shown.contains("<form") && shown.contains("status=Failed"), "{shown}");
    // The payment is free for another attempt.
    assert_eq!(merchant.payment_status(&payment).await, "Initialized");
    merchant.post(&format!("/payments/{payment}/charges"), &merchant.with_card(SUCCEEDS).await).await;
}

#[tokio::test]
async fn a_late_outcome_comes_even_where_nobody_returns() {
    let merchant = Merchant::open().await;
    merchant.faults(&json!({"return": {"none": true}})).await;
    for (outcome, last) in [("late-succeed", "Succeed"), ("late-fail", "Failed")] {
        let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
        let stays = merchant.press(&charge, outcome).await;
        assert_eq!(stays.status(), StatusCode::OK);
        assert!(!stays.text().await.expect("its text").contains("shop.example/return"));
        merchant.until(&format!("/payments/{payment}/charges/{}", id(&charge)), last).await;
    }
}

#[tokio::test]
async fn an_address_that_nobody_can_go_back_to_leaves_the_shopper_on_the_page() {
    let merchant = Merchant::open().await;
    for address in ["abc", "javascript:alert(1)"] {
        let payment = merchant.payment().await;
        let mut body = merchant.with_card(THREE_D_SECURE).await;
        body["merchant_site_url"] = address.into();
        let charge = merchant.post(&format!("/payments/{payment}/charges"), &body).await;
        let done = merchant.press(&charge, "succeed").await;
        assert_eq!(done.status(), StatusCode::OK);
        let text = done.text().await.expect("its text");
        assert!(text.contains("All done") && !text.contains("href=\"javascript"), "{text}");
    }
}

#[tokio::test]
async fn a_redirection_needs_a_way_back() {
    let merchant = Merchant::open().await;
    let mut body = merchant.with_card(THREE_D_SECURE).await;
    body["merchant_site_url"] = Value::Null;
    let path = format!("/payments/{}/charges", merchant.payment().await);
    let refusal = merchant.refused(&path, &body, 400).await;
    assert!(refusal["more_info"].as_str().is_some_and(|info| info.contains("merchant_site_url")));
}

#[tokio::test]
async fn pages_run_nothing_and_hold_nothing_from_outside_as_html() {
    let merchant = Merchant::open().await;
    let evil = "<script>alert(1)</script>{content}\"'";
    let body = json!({"amount": 4097, "currency": "USD", "statement_soft_descriptor": evil, "order": {"id": evil}});
    let payment = id(&merchant.post("/payments", &body).await);
    let charge =
        merchant.post(&format!("/payments/{payment}/charges"), &merchant.with_card(THREE_D_SECURE).await).await;
    let shown = merchant.client.get(page(&charge)).send().await.expect("a page");
    let policy = shown.headers()["content-security-policy"].to_str().expect("a policy").to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
    let text = shown.text().await.expect("its text");
    assert!(!text.contains("<script") && text.contains("&lt;script&gt;"), "{text}");
    let style = merchant.client.get(merchant.url("/pages.css")).send().await.expect("a style sheet");
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
}

#[tokio::test]
async fn wrong_addresses_and_presses_are_refused_politely() {
    let merchant = Merchant::open().await;
    let missing = merchant.client.get(merchant.url("/3ds/none")).send().await.expect("a page");
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    let (_, charge) = merchant.charge(THREE_D_SECURE).await;
    let other = page(&charge).replace("/3ds/", "/pay/");
    assert_eq!(merchant.client.get(&other).send().await.expect("a page").status(), StatusCode::NOT_FOUND);
    let odd = merchant.press(&charge, "whatever").await;
    assert_eq!(odd.status(), StatusCode::BAD_REQUEST);
    assert!(odd.text().await.expect("its text").contains("<form"), "the buttons are still there");
    location(&merchant.press(&charge, "succeed").await);
}

#[tokio::test]
async fn the_way_back_goes_wrong_when_told_to() {
    let merchant = Merchant::open().await;
    merchant.faults(&json!({"return": {"status": "Succeed", "payment_id": "p", "transaction_id": "t"}})).await;
    let (_, charge) = merchant.charge(THREE_D_SECURE).await;
    let back = merchant.press(&charge, "fail").await;
    assert_eq!(location(&back), "https://shop.example/return?cart=7&payment_id=p&charge_id=t&status=Succeed#top");
    let path = format!("/payments/{}/authorizations", merchant.payment().await);
    let authorization = merchant.post(&path, &merchant.with_card(THREE_D_SECURE).await).await;
    let back = merchant.press(&authorization, "late-fail").await;
    assert_eq!(
        location(&back),
        "https://shop.example/return?cart=7&payment_id=p&authorization_id=t&status=Succeed#top"
    );

    // Each by itself, and the rest is true.
    for (fault, expected) in [
        (json!({"status": "Reviewing"}), "payment_id={payment}&charge_id={charge}&status=Reviewing#top"),
        (json!({"payment_id": "p"}), "payment_id=p&charge_id={charge}&status=Failed#top"),
        (json!({"transaction_id": ""}), "payment_id={payment}&charge_id=&status=Failed#top"),
    ] {
        merchant.faults(&json!({"return": fault})).await;
        let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
        let back = merchant.press(&charge, "cancel").await;
        let expected = expected.replace("{payment}", &payment).replace("{charge}", &id(&charge));
        assert!(location(&back).ends_with(&format!("?cart=7&{expected}")), "{}", location(&back));
    }

    merchant.faults(&json!({"return": {"none": true}})).await;
    let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
    let stays = merchant.press(&charge, "succeed").await;
    assert_eq!(stays.status(), StatusCode::OK);
    assert!(stays.text().await.expect("its text").contains("All done"));
    assert_eq!(merchant.payment_status(&payment).await, "Captured");
}

#[tokio::test]
async fn a_redirection_leads_elsewhere_when_told_to() {
    let merchant = Merchant::open().await;
    merchant.faults(&json!({"redirection_url": "javascript:alert(1)"})).await;
    let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
    assert_eq!(page(&charge), "javascript:alert(1)");
    let read = merchant.get(&format!("/payments/{payment}/charges/{}", id(&charge))).await;
    assert_eq!(page(&read), "javascript:alert(1)");
}

#[tokio::test]
async fn a_card_without_a_challenge_has_no_redirection() {
    let merchant = Merchant::open().await;
    let (payment, _) = merchant.charge(SUCCEEDS).await;
    assert_eq!(merchant.get(&format!("/payments/{payment}/redirections")).await, json!([]));
}

/// The page's headers that say who may show it in a frame.
async fn framing(merchant: &Merchant, url: &str) -> (Option<String>, String) {
    let shown = merchant.client.get(url).send().await.expect("a page");
    let header = |name| shown.headers().get(name).map(|value| value.to_str().expect("a header").to_owned());
    (header("x-frame-options"), header("content-security-policy").expect("a policy"))
}

#[tokio::test]
async fn a_page_may_be_framed_where_the_reply_says_so() {
    let merchant = Merchant::open().await;
    let (payment, charge) = merchant.charge(THREE_D_SECURE).await;
    assert_eq!(charge["provider_specific_data"], json!({"iframeAllowed": true}));
    let (options, policy) = framing(&merchant, page(&charge)).await;
    assert_eq!(options, None);
    assert!(!policy.contains("frame-ancestors"), "{policy}");
    let read = merchant.get(&format!("/payments/{payment}/charges/{}", id(&charge))).await;
    assert!(read.get("provider_specific_data").is_none(), "{read}");
    let (_, charge) = merchant.charge(SUCCEEDS).await;
    assert_eq!(charge["provider_specific_data"], json!({}));
}

#[tokio::test]
async fn a_page_that_may_not_be_framed_refuses_it() {
    let merchant = Merchant::open_with(Switches { iframe_allowed: false, ..quick() }, None).await;
    let (_, charge) = merchant.charge(THREE_D_SECURE).await;
    assert_eq!(charge["provider_specific_data"], json!({"iframeAllowed": false}));
    let refused = async |url: &str| {
        let (options, policy) = framing(&merchant, url).await;
        assert_eq!(options.as_deref(), Some("DENY"));
        assert!(policy.ends_with("; frame-ancestors 'none'"), "{policy}");
    };
    refused(page(&charge)).await;
    // What was said holds for as long as the redirection does, also once it is finished.
    assert_eq!(merchant.set("/sandbox/switches", &json!({"iframe_allowed": true})).await.status(), StatusCode::OK);
    merchant.press(&charge, "succeed").await;
    refused(page(&charge)).await;
    refused(&merchant.url("/3ds/none")).await;
}

#[tokio::test]
async fn a_page_refuses_to_be_framed_when_told_to_whatever_was_said() {
    let merchant = Merchant::open().await;
    merchant.faults(&json!({"refuse_framing": true})).await;
    let (_, charge) = merchant.charge(THREE_D_SECURE).await;
    assert_eq!(charge["provider_specific_data"], json!({"iframeAllowed": true}));
    let (options, policy) = framing(&merchant, page(&charge)).await;
    assert_eq!(options.as_deref(), Some("DENY"));
    assert!(policy.ends_with("; frame-ancestors 'none'"), "{policy}");
}
