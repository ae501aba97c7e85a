//! What PaymentsOS says of frames in its reply to a create reaches the browser, though its readings leave it out.

mod common;

use common::{SUCCEEDS, Shop, THREE_D_SECURE, good, id};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

#[tokio::test]
async fn a_create_says_that_the_page_may_be_framed_and_so_do_later_answers_and_repeats() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let charge = good(shopper.pay(THREE_D_SECURE, key).await, 201).await;
    assert_eq!(charge["provider_specific_data"], json!({"iframeAllowed": true}));
    let path = format!("/charges/{}", id(&charge));
    let listed = &good(shopper.get("").await, 200).await["related_resources"]["charges"][0];
    let repeated = good(shopper.pay(THREE_D_SECURE, key).await, 201).await;
    for seen in [listed, &repeated, &good(shopper.get(&path).await, 200).await] {
        assert_eq!(seen["provider_specific_data"], json!({"iframeAllowed": true}));
    }
    let stranger = shop.request(Method::GET, &shopper.path(&path)).send().await.expect("a reply");
    assert_eq!(good(stranger, 200).await.get("provider_specific_data"), None);
    // What is final leads nowhere any more.
    shopper.press(&charge, "succeed").await;
    let paid = good(shopper.wait(&charge).await, 200).await;
    assert_eq!((&paid["result"]["status"], paid.get("provider_specific_data")), (&json!("Succeed"), None));
}

#[tokio::test]
async fn nothing_is_said_where_it_is_not_allowed() {
    let shop = Arc::new(Shop::open().await);
    shop.switches(&json!({"iframe_allowed": false})).await;
    for (card, status) in [(THREE_D_SECURE, "Pending"), (SUCCEEDS, "Succeed")] {
        let shopper = shop.shopper().await;
        let charge: Value = shopper.paid(card).await;
        assert_eq!(charge["result"]["status"], status);
        assert_eq!(charge.get("provider_specific_data"), None);
    }
}
