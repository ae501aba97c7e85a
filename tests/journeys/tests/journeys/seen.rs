//! Every state, as every shopper sees it: light and dark, from left to right and from right to left. Nothing is in the way of those who
//! see, hear or move otherwise (axe, WCAG 2.2 AA), and there is room for languages of long words. Where `JOURNEYS_PICTURES` names a folder, each is pictured there, at three widths.

use journeys::{Browser, Engine, Mode, Outcome, World, is_less_by};
use serde_json::json;
use std::path::PathBuf;

const WIDTHS: [u32; 3] = [320, 768, 1280];

/// Looks at what is on the page in every mode.
async fn is_looked_at(browser: &Browser, name: &str) {
    let folder = std::env::var_os("JOURNEYS_PICTURES").map(PathBuf::from);
    for mode in browser.modes() {
        browser.looks_in(mode).await;
        assert_eq!(browser.stumbles().await, Vec::<String>::new(), "{name}, {mode:?}");
        let Some(folder) = &folder else { continue };
        for width in WIDTHS {
            browser.is_wide(width).await;
            browser.pictures_all(&folder.join(format!("{name}-{width}-{}.png", mode.name()))).await;
        }
    }
    browser.looks_in(Mode::Light).await;
    if is_less_by(&Engine::OTHERS, "only Chromium can be told to be dark, and made as narrow as a phone") {
        return;
    }
    browser.speaks_at_length().await;
    browser.is_wide(320).await;
    assert_eq!(browser.sticks_out().await, "", "{name}, in a language of long words");
}

macro_rules! scenes {
    ($($name:ident,)+) => { $(
        #[tokio::test(flavor = "multi_thread")]
        #[ignore = "needs the built shop and a browser: cargo xtask test"]
        async fn $name() { scene::$name(&World::start().await).await; }
    )+ };
}

scenes! {
    loading,
    ready,
    ready_with_a_list,
    ready_with_another_amount,
    ready_without_a_method,
    creating,
    redirecting,
    redirecting_in_a_window,
    link,
    confirming,
    confirming_with_a_way_on,
    succeeded,
    succeeded_with_an_authorization,
    failed,
    failed_without_a_reason,
    processing,
    unavailable,
    cannot_start,
    the_banks_page,
    the_hosted_page,
}

/// The two that need more of the shop's policy.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn ready_with_the_fields_of_a_card() {
    let world = World::that_frames().await;
    let browser = world.browser().await;
    browser.shop_with("method=choose").await;
    browser.has_fields().await;
    is_looked_at(&browser, "03-ready-card").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn redirecting_in_a_frame() {
    let world = World::that_frames().await;
    let browser = world.browser().await;
    browser.shop_with("method=card-3ds&presentation=iframe").await;
    browser.reads("$40.97").await;
    browser.pays().await;
    browser.piece("a[part~=continue]").await;
    is_looked_at(&browser, "09-frame").await;
}

mod scene {
    use super::*;

    pub(super) async fn loading(world: &World) {
        let held = world.proxy.with("GET", "paymentsos-checkout_bg.wasm").hold_the_reply();
        let browser = world.browser().await;
        browser.goes_to(&world.shop()).await;
        browser.sees("loading").await;
        is_looked_at(&browser, "01-loading").await;
        drop(held);
    }

    pub(super) async fn ready(world: &World) {
        let (browser, _) = world.at_the_shop("card").await;
        browser.reads("$40.97").await;
        is_looked_at(&browser, "02-ready").await;
    }

    pub(super) async fn ready_with_a_list(world: &World) {
        let browser = world.browser().await;
        browser.shop_with("method=choose").await;
        browser.reads("ending in").await;
        is_looked_at(&browser, "03-ready-list").await;
    }

    pub(super) async fn ready_with_another_amount(world: &World) {
        let (browser, _) = world.at_the_shop("card").await;
        world.proxy.with("POST", "/charges").times(1).answer(412);
        world.proxy.with("GET", "/api/payments/").edit(|payment| payment["amount"] = json!(5097));
        browser.pays().await;
        browser.reads("The amount has changed").await;
        is_looked_at(&browser, "04-ready-amount").await;
    }

    pub(super) async fn ready_without_a_method(world: &World) {
        let (browser, _) = world.at_the_shop("card").await;
        browser.value("document.querySelector('paymentsos-checkout').paymentMethod = () => null; return '';").await;
        browser.pays().await;
        browser.reads("Your payment details are missing").await;
        is_looked_at(&browser, "05-ready-method").await;
    }

    pub(super) async fn creating(world: &World) {
        let (browser, _) = world.at_the_shop("card").await;
        let held = world.proxy.with("POST", "/charges").hold_the_reply();
        browser.pays().await;
        browser.sees("creating").await;
        is_looked_at(&browser, "06-creating").await;
        drop(held);
    }

    pub(super) async fn redirecting(world: &World) {
        let (browser, _) = world.at_the_shop("card-3ds").await;
        browser.value("addEventListener('checkout-redirect', (event) => event.preventDefault()); return '';").await;
        browser.pays().await;
        browser.sees("redirecting").await;
        browser.piece("a[part~=continue]").await;
        is_looked_at(&browser, "07-redirecting").await;
    }

    pub(super) async fn redirecting_in_a_window(world: &World) {
        let browser = world.browser().await;
        browser.shop_with("method=card-3ds&presentation=popup").await;
        let shop = browser.tab().await;
        browser.pays().await;
        browser.looks_at_the_window_opened(&shop).await;
        browser.looks_at(&shop).await;
        browser.sees("redirecting").await;
        is_looked_at(&browser, "08-popup").await;
    }

    pub(super) async fn link(world: &World) {
        let (browser, _) = world.at_the_shop("pay-by-link").await;
        browser.pays().await;
        browser.sees("link").await;
        browser.piece("svg[part~=qr] path[d^=M]").await;
        is_looked_at(&browser, "10-link").await;
    }

    pub(super) async fn confirming(world: &World) {
        let (browser, _) = world.at_the_bank().await;
        browser.decides(Outcome::Never).await;
        browser.sees("confirming").await;
        is_looked_at(&browser, "11-confirming").await;
    }

    pub(super) async fn confirming_with_a_way_on(world: &World) {
        let (browser, _) = world.at_the_bank().await;
        browser.goes_back().await;
        browser.sees("confirming").await;
        browser.piece("a[part~=continue]").await;
        is_looked_at(&browser, "12-confirming-way-on").await;
    }

    pub(super) async fn succeeded(world: &World) {
        let (browser, _) = world.at_the_shop("card").await;
        browser.pays().await;
        browser.sees("succeeded").await;
        is_looked_at(&browser, "13-succeeded").await;
    }

    pub(super) async fn succeeded_with_an_authorization(world: &World) {
        let browser = world.browser().await;
        browser.shop("authorization", "card").await;
        browser.pays().await;
        browser.sees("succeeded").await;
        is_looked_at(&browser, "14-succeeded-authorization").await;
    }

    pub(super) async fn failed(world: &World) {
        let (browser, _) = world.at_the_bank().await;
        browser.decides(Outcome::Fail).await;
        browser.sees("failed").await;
        is_looked_at(&browser, "15-failed").await;
    }

    pub(super) async fn failed_without_a_reason(world: &World) {
        let (browser, _) = world.at_the_shop("card-declined").await;
        browser.pays().await;
        browser.sees("failed").await;
        is_looked_at(&browser, "16-failed-no-reason").await;
    }

    pub(super) async fn processing(world: &World) {
        let (browser, _) = world.at_the_shop("card-3ds").await;
        browser.pays().await;
        browser.is_at_the_bank().await;
        browser
            .begins_with(
                "document.addEventListener('DOMContentLoaded', () => new MutationObserver(() => {
            document.querySelector('paymentsos-checkout:not([deadline])')?.setAttribute('deadline', '1');
        }).observe(document, { childList: true, subtree: true }));",
            )
            .await;
        browser.decides(Outcome::Never).await;
        browser.sees("processing").await;
        is_looked_at(&browser, "17-processing").await;
    }

    pub(super) async fn unavailable(world: &World) {
        world.proxy.with("GET", "/api/payments/").answer(403);
        let browser = world.browser().await;
        browser.goes_to(&world.shop()).await;
        browser.sees("unavailable").await;
        is_looked_at(&browser, "18-unavailable").await;
    }

    pub(super) async fn cannot_start(world: &World) {
        world.proxy.with("GET", "paymentsos-checkout_bg.wasm").answer(404);
        let browser = world.browser().await;
        browser.goes_to(&world.shop()).await;
        browser.sees("unavailable").await;
        is_looked_at(&browser, "19-cannot-start").await;
    }

    pub(super) async fn the_banks_page(world: &World) {
        let (browser, _) = world.at_the_bank().await;
        is_looked_at(&browser, "20-bank").await;
    }

    pub(super) async fn the_hosted_page(world: &World) {
        let browser = world.browser().await;
        browser.shop_with("method=pay-by-link&presentation=page").await;
        browser.pays().await;
        browser.is_at_the_bank().await;
        is_looked_at(&browser, "21-hosted").await;
    }
}
