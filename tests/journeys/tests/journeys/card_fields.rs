//! A card by PayU's Secure Fields: typed into frames of PayU's, paid by its token.

use journeys::{Browser, Engine, Outcome, World, is_left_out_by, wait_for};

/// The shop with its list of ways to pay, a card the first of them, once the fields are there.
async fn at_the_fields(world: &World) -> Browser {
    let browser = world.browser().await;
    browser.notes_what_is_posted().await;
    browser.shop_with("method=choose").await;
    browser.reads("Card").await;
    browser.has_fields().await;
    browser
}

/// What stands in the page's own part of the fields.
async fn said(browser: &Browser) -> String {
    browser.value("return document.querySelector('paymentsos-checkout [slot=card]').innerText;").await
}

async fn says(browser: &Browser, words: &str) {
    wait_for(words, async || match said(browser).await {
        text if text.contains(words) => Ok(()),
        text => Err(text),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_card_is_paid_by_its_token_and_the_shop_never_sees_its_number() {
    let world = World::that_frames().await;
    let browser = at_the_fields(&world).await;
    browser.pictures("card-fields").await;
    browser.types_a_card("4111111111111111").await;
    browser.pictures("card-fields-typed").await;
    // As frameworks do that draw anew.
    let again = "const checkout = document.querySelector('paymentsos-checkout');
        checkout.methods = checkout.methods.map((method) => structuredClone(method)); return '';";
    browser.value(again).await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    browser.reads("VISA ending in 1111").await;
    let method = "return Object.keys(posted.payment_method).sort().join(' ');";
    assert_eq!(browser.value(method).await, "credit_card_cvv token type");
    let posted = browser.posted().await;
    assert!(
        posted.contains("\"type\":\"tokenized\"")
            && !posted.contains("4111111111111111")
            && !posted.contains("\"123\""),
        "{posted}"
    );
    assert!(!browser.value("return document.documentElement.outerHTML;").await.contains("41111111"));
    assert!(!browser.storage().await.contains("4111"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_card_with_three_d_secure_is_paid() {
    let world = World::that_frames().await;
    let browser = at_the_fields(&world).await;
    browser.types_a_card("4000000000003220").await;
    browser.pays().await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_wrong_is_said_below_its_field_and_nothing_is_sent() {
    if is_left_out_by(&[Engine::WebKit], "its driver takes back nothing that was typed into a field in a frame") {
        return;
    }
    let world = World::that_frames().await;
    let browser = at_the_fields(&world).await;
    browser.pays().await;
    says(&browser, "Enter the name as it is on the card.").await;
    browser.types_a_card("4111111111111112").await;
    browser.pays().await;
    says(&browser, "Check the card number.").await;
    browser.sees("ready").await;
    browser.reads("Your payment details are missing or incomplete").await;
    browser.pictures("card-fields-wrong").await;
    assert_eq!(world.creates().await, 0);
    // Once more, and rightly.
    browser.types("number", "\u{e003}1").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn the_fields_speak_the_pages_language_and_are_there_only_while_a_card_is_chosen() {
    let world = World::that_frames().await;
    let browser = at_the_fields(&world).await;
    assert!(said(&browser).await.contains("Card number"));
    browser.speaks("fr").await;
    says(&browser, "Numéro de carte").await;
    browser.speaks("en").await;
    says(&browser, "Card number").await;
    browser.presses("input[part~=radio][data-press='1']").await;
    wait_for("no fields", async || {
        let seen = "return `${document.querySelector('paymentsos-checkout [slot=card]').checkVisibility()}`;";
        match browser.value(seen).await.as_str() {
            "false" => Ok(()),
            other => Err(other.to_owned()),
        }
    })
    .await;
    browser.presses("input[part~=radio][data-press='0']").await;
    browser.types_a_card("4111111111111111").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn without_payus_script_the_shopper_is_told_and_can_pay_another_way() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop_with("method=card").await;
    browser
        .value(
            "document.querySelector('paymentsos-checkout').methods = [
                { secure_fields: { public_key: 'x', environment: 'test' } },
                { payment_method: { type: 'untokenized', source_type: 'payment_page', vendor: 'PBL' } },
            ]; return '';",
        )
        .await;
    says(&browser, "The card fields could not be loaded.").await;
    browser.pays().await;
    browser.reads("Your payment details are missing").await;
    assert_eq!(world.creates().await, 0);
    browser.presses("input[part~=radio][data-press='1']").await;
    browser.pays().await;
    browser.sees("link").await;
    world.never_two().await;
}
