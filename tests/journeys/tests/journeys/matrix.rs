//! Every way to pay by every way to go, to its end. (What else may come of each is told in the stories of the ways.)

use journeys::{Outcome, World};

/// A way to pay: the shop's setting for it, and what is chosen from a list, if there is one.
#[derive(Clone, Copy, Debug)]
struct Method {
    setting: &'static str,
    chosen: Option<&'static str>,
}

/// A token that the page brings, in the press.
const TOKEN: Method = Method { setting: "card-3ds", chosen: None };
const SAVED_CARD: Method = Method { setting: "choose", chosen: Some("1") };
const PAY_BY_LINK: Method = Method { setting: "choose", chosen: Some("2") };
const BANK_TRANSFER: Method = Method { setting: "choose", chosen: Some("3") };
const SECURE_FIELDS: Method = Method { setting: "choose", chosen: Some("0") };

/// Where the shopper decides: the bank's page, wherever that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Page,
    Popup,
    Frame,
    Link,
}

fn shown(method: Method, presentation: &str) -> Shown {
    match presentation {
        "popup" => Shown::Popup,
        "iframe" => Shown::Frame,
        "link" => Shown::Link,
        "auto" if method.chosen == PAY_BY_LINK.chosen => Shown::Link,
        _ => Shown::Page,
    }
}

async fn is_paid(method: Method, presentation: &str) {
    let world = World::that_frames().await;
    let browser = world.browser().await;
    browser.shop_with(&format!("method={}&presentation={presentation}", method.setting)).await;
    browser.reads("$40.97").await;
    let shop = browser.tab().await;
    if let Some(chosen) = method.chosen {
        browser.presses(&format!("input[part~=radio][data-press='{chosen}']")).await;
    }
    if method.chosen == SECURE_FIELDS.chosen {
        browser.types_a_card("4000000000003220").await;
    }
    browser.pays().await;
    match shown(method, presentation) {
        Shown::Page => browser.decides(Outcome::Succeed).await,
        Shown::Popup => {
            browser.looks_at_the_window_opened(&shop).await;
            browser.decides(Outcome::Succeed).await;
            browser.has_only(&shop).await;
            browser.looks_at(&shop).await;
        }
        Shown::Frame => browser.decides_in_the_frame(Outcome::Succeed).await,
        Shown::Link => {
            browser.sees("link").await;
            let address = browser.piece("a[part~=continue]").await.attr("href").await.expect("an attribute");
            let phone = world.browser().await;
            phone.goes_to(&address.expect("an address")).await;
            phone.decides(Outcome::Succeed).await;
            // A browser that is closed too soon takes what was pressed with it.
            phone.sees("succeeded").await;
        }
    }
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

macro_rules! matrix {
    ($($name:ident: $method:ident,)+) => { $(
        mod $name {
            matrix!(@each $method, page, popup, iframe, link, auto);
        }
    )+ };
    (@each $method:ident, $($presentation:ident),+) => { $(
        #[tokio::test(flavor = "multi_thread")]
        #[ignore = "needs the built shop and a browser: cargo xtask test"]
        async fn $presentation() {
            super::is_paid(super::$method, stringify!($presentation)).await;
        }
    )+ };
}

matrix! {
    a_token: TOKEN,
    a_saved_card: SAVED_CARD,
    pay_by_link: PAY_BY_LINK,
    a_bank_transfer: BANK_TRANSFER,
    secure_fields: SECURE_FIELDS,
}
