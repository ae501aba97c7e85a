//! What is old is forgotten; what is not decided yet is kept.

mod common;

use common::records::Records;
use common::{SUCCEEDS, Shop, THREE_D_SECURE, config, good, problem, until};
use std::sync::Arc;
use std::time::Duration;

/// When it is looked whether a payment has come to its end.
const SOON: Duration = Duration::from_millis(50);

#[tokio::test]
async fn what_is_old_and_decided_is_forgotten_and_nothing_else() {
    let records = Records::new();
    let shop = Arc::new(
        Shop::open_with(|config| {
            config.database_url = records.url();
            config.follow_after = SOON;
        })
        .await,
    );
    let (paid, paying) = (shop.shopper().await, shop.shopper().await);
    paid.paid(SUCCEEDS).await;
    paying.paid(THREE_D_SECURE).await;
    // What is followed is kept: the one that is paid is not followed any more, as soon as somebody has looked.
    let forgetful = |keep_for| {
        let mut config = config(&shop.sandbox);
        config.database_url = records.url();
        config.keep_for = keep_for;
        config.follow_after = SOON;
        merchant::start(config)
    };
    let keeps = forgetful(Duration::from_secs(60)).await.expect("a merchant");
    assert_eq!(good(paid.sent_to(&keeps).get("").await, 200).await["status"], "Captured");
    // A merchant forgets when it starts.
    until(async || {
        let forgets = forgetful(Duration::ZERO).await.expect("a merchant");
        let gone = async || {
            let reply = paid.sent_to(&forgets).get("").await;
            (reply.status() == 404).then_some(())
        };
        let is_gone = tokio::time::timeout(Duration::from_millis(500), until(gone)).await.is_ok();
        if is_gone {
            assert_eq!(problem(paid.sent_to(&forgets).get("").await, 404).await, "not-found");
            assert_eq!(good(paying.sent_to(&forgets).get("").await, 200).await["status"], "Pending");
        }
        is_gone.then_some(())
    })
    .await;
}
