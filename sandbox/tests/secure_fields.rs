//! The stand-in for PayU's Secure Fields: what a shop's page embeds, and the frames of the fields.

mod common;

use common::{
    COLLECTS_THEN_CHALLENGES, COLLECTS_THEN_SUCCEEDS, FAILS, Merchant, PENDING_THEN_FAILS, PENDING_THEN_SUCCEEDS,
    SUCCEEDS, THREE_D_SECURE, good,
};
use reqwest::{Method, Response, StatusCode};
use sandbox::Config;
use serde_json::json;

async fn get(merchant: &Merchant, path: &str) -> Response {
    merchant.client.get(merchant.url(path)).send().await.expect("a reply")
}

#[tokio::test]
async fn a_page_embeds_it_from_payus_path() {
    let merchant = Merchant::open().await;
    let script = get(&merchant, "/v3/latest/secure-fields.min.js").await;
    assert_eq!(script.status(), StatusCode::OK);
    assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
    let text = script.text().await.expect("its text");
    assert!(text.contains("globalThis.POS = { Fields, createToken }"), "{text}");
}

#[tokio::test]
async fn each_field_is_a_page_with_an_input_that_browsers_can_fill_in() {
    let merchant = Merchant::open().await;
    for (kind, label, autocomplete) in [
        ("cardNumber", "Card number", "cc-number"),
        ("creditCardExpiry", "Expiry date", "cc-exp"),
        ("cvv", "Security code", "cc-csc"),
    ] {
        let page = get(&merchant, &format!("/v3/latest/field?type={kind}")).await;
        assert_eq!(page.status(), StatusCode::OK);
        let text = page.text().await.expect("its text");
        for part in [
            format!("<title>{label}</title>"),
            format!("name=\"{kind}\""),
            format!("aria-label=\"{label}\""),
            format!("autocomplete=\"{autocomplete}\""),
            "inputmode=\"numeric\"".to_owned(),
            "dir=\"ltr\"".to_owned(),
        ] {
            assert!(text.contains(&part), "{part} in {text}");
        }
        assert!(!text.contains('{'), "{text}");
    }
    for other in ["/v3/latest/field", "/v3/latest/field?type=holder", "/v3/latest/field?type=%3Cscript%3E"] {
        assert_eq!(get(&merchant, other).await.status(), StatusCode::NOT_FOUND, "{other}");
    }
}

#[tokio::test]
async fn a_field_runs_nothing_but_its_own_script_and_may_be_framed_by_anybody() {
    let merchant = Merchant::open().await;
    let page = get(&merchant, "/v3/latest/field?type=cvv").await;
    let headers = page.headers().clone();
    let policy = headers["content-security-policy"].to_str().expect("a policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"));
    for never in ["unsafe", "frame-ancestors", "*"] {
        assert!(!policy.contains(never), "{never} in {policy}");
    }
    assert!(!headers.contains_key("x-frame-options"));
    let text = page.text().await.expect("its text");
    for inline in ["<style", "style=", "onload", "<script>"] {
        assert!(!text.contains(inline), "{inline} in {text}");
    }
    for (path, media_type) in [("field.js", "text/javascript; charset=utf-8"), ("field.css", "text/css; charset=utf-8")]
    {
        assert!(text.contains(&format!("\"{path}\"")), "{path} in {text}");
        let file = get(&merchant, &format!("/v3/latest/{path}")).await;
        assert_eq!(
            (file.status(), &file.headers()["content-type"]),
            (StatusCode::OK, &media_type.parse().expect("a header"))
        );
    }
    assert!(merchant.log().await.is_empty(), "only tokens are asked for at PaymentsOS");
}

#[tokio::test]
async fn every_test_card_passes_where_the_check_digit_is_looked_at() {
    let merchant = Merchant::open().await;
    for number in [
        SUCCEEDS,
        FAILS,
        PENDING_THEN_SUCCEEDS,
        PENDING_THEN_FAILS,
        THREE_D_SECURE,
        COLLECTS_THEN_CHALLENGES,
        COLLECTS_THEN_SUCCEEDS,
    ] {
        // As the number's frame asks for a token.
        let body = json!({
            "holder_name": "A B", "token_type": "credit_card", "card_number": number, "expiration_date": "12/2031",
            "credit_card_cvv": "123",
        });
        let request = merchant.bare(Method::POST, "/tokens").header("public-key", Config::default().public_key);
        let request = request.header("x-payments-os-env", "test").header("api-version", "1.3.0").json(&body);
        let token = good(request.send().await.expect("a reply"), 201).await;
        assert_eq!(token["pass_luhn_validation"], true);
        assert!(token["encrypted_cvv"].is_string());
    }
}
