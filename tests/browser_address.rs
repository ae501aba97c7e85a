//! The address bar: what a return has left there goes, and everything else stays as it was.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing fails")]

mod stub;

use paymentsos_checkout::browser;
use serde_json::json;
use stub::{
    CHARGE, PAYMENT, Page, Pretend, address, js_object, payment_with, pending, set_address, settle, succeeded, window,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

const OTHER: &str = "11111111-1111-4111-8111-111111111111";

fn returned(status: &str) -> String {
    format!("payment_id={PAYMENT}&charge_id={CHARGE}&status={status}")
}

/// What is left of an address once a checkout of the payment is there.
async fn left_of(before: &str) -> String {
    let page = Page::new();
    set_address(before, &JsValue::NULL);
    let _shop = page.mount(page.props()).await;
    address()
}

#[wasm_bindgen_test]
async fn return_parameters_leave_and_the_pages_own_state_stays() {
    let page = Page::new();
    let state = json!({ "key": "a1b2", "scroll": [0, 120], "nested": { "deep": null } });
    set_address(&format!("/shop?{}", returned("Pending")), &js_object(&state));
    let length = window().history().unwrap().length().unwrap();
    let shop = page.mount(page.props()).await;
    assert_eq!(address(), "/shop");
    assert_eq!(stub::to_json(&window().history().unwrap().state().unwrap()), state);
    assert_eq!(window().history().unwrap().length().unwrap(), length);
    assert_eq!(shop.heading(), "Confirming your payment");
    page.ask().await;
}

#[wasm_bindgen_test]
async fn foreign_parameters_and_the_fragment_stay_to_the_letter() {
    let returned = returned("Succeed");
    assert_eq!(left_of(&format!("/shop?a=1&{returned}&b=2#below")).await, "/shop?a=1&b=2#below");
    assert_eq!(
        left_of(&format!("/?q=a%20b+c&x=&=y&&{returned}&z&status=open&payment_id=7#%C3%A9")).await,
        "/?q=a%20b+c&x=&=y&&z&status=open&payment_id=7#%C3%A9"
    );
    assert_eq!(left_of(&format!("/shop?{returned}#")).await, "/shop");
}

#[wasm_bindgen_test]
async fn a_hash_route_keeps_its_own() {
    let returned = returned("Failed");
    assert_eq!(left_of(&format!("/#/checkout?{returned}")).await, "/#/checkout");
    assert_eq!(left_of(&format!("/#/checkout?step=2&{returned}")).await, "/#/checkout?step=2");
    assert_eq!(left_of(&format!("/?{returned}#/checkout?step=2")).await, "/#/checkout?step=2");
}

#[wasm_bindgen_test]
async fn the_return_of_another_payment_is_left_alone() {
    let before = format!("/shop?payment_id={OTHER}&charge_id={OTHER}&status=Pending");
    assert_eq!(left_of(&before).await, before);
    assert_eq!(left_of("/shop?status=open").await, "/shop?status=open");
}

#[wasm_bindgen_test]
async fn the_status_in_the_address_is_not_believed() {
    for status in ["Succeed", "Failed"] {
        let page = Page::new();
        set_address(&format!("/shop?{}", returned(status)), &JsValue::NULL);
        let shop = page.mount(page.props()).await;
        assert_eq!(shop.heading(), "Confirming your payment");
        page.read().await.reply(200, &payment_with(json!([pending()])));
        page.ask().await.reply(200, &pending());
        settle().await;
        assert_eq!(shop.heading(), "Confirming your payment");
    }
}

#[wasm_bindgen_test]
async fn a_page_that_does_not_know_the_payment_sees_what_came_of_it() {
    let page = Page::new();
    set_address(&format!("/returned?{}", returned("Pending")), &JsValue::NULL);
    let mut props = page.props();
    props.payment_id = None;
    let shop = page.mount(props).await;
    page.read().await.reply(200, &payment_with(json!([succeeded()])));
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
    assert_eq!(address(), "/returned");
    assert!(!shop.has("button"));
}

#[wasm_bindgen_test]
async fn a_page_that_may_not_change_its_address_goes_on() {
    let page = Page::new();
    let before = format!("/shop?{}", returned("Pending"));
    set_address(&before, &JsValue::NULL);
    let shop = {
        let _refused = Pretend::new(window().history().unwrap(), "replaceState", JsValue::NULL);
        page.mount(page.props()).await
    };
    assert_eq!(address(), before);
    page.read().await.reply(200, &payment_with(json!([succeeded()])));
    page.ask().await.reply(200, &succeeded());
    shop.reads("Payment complete").await;
}

#[wasm_bindgen_test]
async fn nothing_to_look_at_is_said() {
    let page = Page::new();
    let mut props = page.props();
    props.payment_id = None;
    let shop = page.mount(props).await;
    shop.reads("You cannot pay here right now").await;
    assert!(shop.text().contains("There is no payment to show on this page."), "{}", shop.text());
    assert!(page.log().is_empty());
}

#[wasm_bindgen_test]
async fn where_to_come_back_to_may_be_given_against_the_pages_own_address() {
    let page = Page::new();
    set_address("/shop/basket?a=1#x", &JsValue::NULL);
    let origin = stub::origin();
    assert_eq!(browser::this_page(), format!("{origin}/shop/basket?a=1"));
    assert_eq!(browser::absolute("/done?order=7"), format!("{origin}/done?order=7"));
    assert_eq!(browser::absolute("done"), format!("{origin}/shop/done"));
    assert_eq!(browser::absolute("https://shop.example"), "https://shop.example/");
    assert_eq!(browser::absolute("https://["), "https://[");
    drop(page);
}

#[wasm_bindgen_test]
async fn where_nobody_can_come_back_to_nobody_can_pay() {
    for site in ["https://[", "javascript:alert(1)", "http://shop.example/", "https://user@shop.example/"] {
        let page = Page::new();
        let mut props = page.props();
        props.merchant_site_url = Some(site.into());
        let shop = page.mount(props).await;
        shop.reads("You cannot pay here right now").await;
        assert!(!shop.has("button[part~=pay]"), "{site}");
    }
}
