//! Whole payments by those who have no pointer, or no sight: by the keyboard alone, and by the accessibility tree alone, as a screen reader
//! walks it.

use journeys::{Browser, Engine, World, is_left_out_by, wait_for};
use serde_json::{Value, json};
use thirtyfour::Key;

/// Presses a key.
async fn key(browser: &Browser, key: Key) {
    browser.driver.action_chain().send_keys(key.value().to_string()).perform().await.expect("a key is pressed");
}

/// What has the focus, wherever it is: its part, or its value, or its name.
async fn focused(browser: &Browser) -> String {
    browser
        .value(
            "let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
             return at?.getAttribute('part') ?? at?.getAttribute('value') ?? at?.localName ?? '';",
        )
        .await
}

/// Tabs until something has the focus.
async fn tabs_to(browser: &Browser, wanted: &str) {
    let mut seen = Vec::new();
    for _ in 0..30 {
        key(browser, Key::Tab).await;
        let at = focused(browser).await;
        if at.split(' ').any(|part| part == wanted) {
            return;
        }
        seen.push(at);
    }
    panic!("nobody gets to {wanted} by Tab: {seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn by_the_keyboard_alone() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop_with("method=card-3ds").await;
    browser.reads("$40.97").await;
    tabs_to(&browser, "pay").await;
    key(&browser, Key::Enter).await;
    browser.is_at_the_bank().await;
    tabs_to(&browser, "late-fail").await;
    key(&browser, Key::Enter).await;
    browser.sees("failed").await;
    tabs_to(&browser, "retry").await;
    key(&browser, Key::Space).await;
    browser.sees("ready").await;
    // Where the button was that had the focus, there is a heading now.
    wait_for("the focus on the heading", async || match focused(&browser).await {
        at if at == "heading" => Ok(()),
        at => Err(at),
    })
    .await;
    browser.chooses("card").await;
    tabs_to(&browser, "pay").await;
    key(&browser, Key::Space).await;
    world.agrees(&browser, "succeeded", &["Failed", "Succeed"]).await;
    assert_eq!(focused(&browser).await, "heading");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn by_the_keyboard_alone_from_a_list_and_by_a_link() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop_with("method=choose").await;
    browser.piece("fieldset[part~=methods]").await;
    tabs_to(&browser, "radio").await;
    key(&browser, Key::Down).await;
    wait_for("Pay by Link is chosen", async || {
        let chosen = "return document.querySelector('paymentsos-checkout').shadowRoot.querySelector(':checked').closest('label').innerText;";
        match browser.value(chosen).await {
            text if text.contains("Pay by link") => Ok(()),
            text => Err(text),
        }
    })
    .await;
    tabs_to(&browser, "pay").await;
    key(&browser, Key::Enter).await;
    browser.sees("link").await;
    let shop = browser.tab().await;
    tabs_to(&browser, "continue").await;
    key(&browser, Key::Enter).await;
    browser.looks_at_the_window_opened(&shop).await;
    browser.is_at_the_bank().await;
    tabs_to(&browser, "succeed").await;
    key(&browser, Key::Enter).await;
    browser.sees("succeeded").await;
    browser.looks_at(&shop).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
}

/// The page as a screen reader walks it: roles and names, in order.
async fn walked(browser: &Browser) -> Vec<(String, String, i64)> {
    browser.tells("Accessibility.enable", json!({})).await;
    let tree = browser.tells("Accessibility.getFullAXTree", json!({})).await;
    let nodes = tree["nodes"].as_array().cloned().unwrap_or_default();
    let text = |node: &Value, name: &str| node[name]["value"].as_str().unwrap_or_default().to_owned();
    nodes
        .iter()
        .filter(|node| node["ignored"] != true)
        .map(|node| (text(node, "role"), text(node, "name"), node["backendDOMNodeId"].as_i64().unwrap_or_default()))
        .filter(|(role, ..)| !["StaticText", "InlineTextBox", "none", "generic"].contains(&role.as_str()))
        .collect()
}

/// Waits for something of that role and name, and gives its number.
async fn hears(browser: &Browser, role: &str, name: &str) -> i64 {
    wait_for(&format!("{role} “{name}”"), async || {
        let all = walked(browser).await;
        match all.iter().find(|(found, words, _)| found == role && words.starts_with(name)) {
            Some((.., number)) => Ok(*number),
            None => Err(format!("{all:?}")),
        }
    })
    .await
}

/// Does what a screen reader does for whoever presses what it has just read.
async fn presses(browser: &Browser, role: &str, name: &str) {
    let number = hears(browser, role, name).await;
    let object = browser.tells("DOM.resolveNode", json!({"backendNodeId": number})).await;
    let id = object["object"]["objectId"].clone();
    let press = json!({"objectId": id, "functionDeclaration": "function () { this.click(); }", "userGesture": true});
    browser.tells("Runtime.callFunctionOn", press).await;
}

/// What the live region says.
async fn is_told(browser: &Browser, words: &str) {
    wait_for(&format!("“{words}” in the live region"), async || {
        let said = "return document.querySelector('paymentsos-checkout').shadowRoot.querySelector('[role=status]').textContent;";
        match browser.value(said).await {
            text if text.contains(words) => Ok(()),
            text => Err(text),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn by_the_accessibility_tree_alone() {
    if is_left_out_by(&Engine::OTHERS, "only Chromium tells what a screen reader hears") {
        return;
    }
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop_with("method=choose").await;
    hears(&browser, "region", "Your payment").await;
    hears(&browser, "heading", "Your payment").await;
    hears(&browser, "group", "Payment method").await;
    hears(&browser, "radio", "VISA ending in 3220").await;
    presses(&browser, "radio", "Bank transfer").await;
    presses(&browser, "button", "Pay $40.97").await;
    hears(&browser, "heading", "Complete your payment").await;
    presses(&browser, "button", "Decline").await;
    browser.sees("failed").await;
    hears(&browser, "heading", "Payment not completed").await;
    is_told(&browser, "Payment not completed").await;
    is_told(&browser, "declined the payment").await;
    presses(&browser, "button", "Try again").await;
    presses(&browser, "radio", "Pay by link").await;
    presses(&browser, "button", "Pay $40.97").await;
    hears(&browser, "heading", "Pay with this link").await;
    is_told(&browser, "Pay with this link").await;
    hears(&browser, "image", "QR code of the payment link").await;
    hears(&browser, "button", "Copy link").await;
    let shop = browser.tab().await;
    presses(&browser, "link", "Open the payment page (opens in a new tab)").await;
    browser.looks_at_the_window_opened(&shop).await;
    presses(&browser, "button", "Pay now").await;
    browser.sees("succeeded").await;
    browser.looks_at(&shop).await;
    hears(&browser, "heading", "Payment complete").await;
    is_told(&browser, "Payment complete").await;
    is_told(&browser, "$40.97").await;
    world.agrees(&browser, "succeeded", &["Failed", "Succeed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn the_live_region_speaks_once_of_each_state() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop_with("method=card-late").await;
    browser.reads("$40.97").await;
    browser
        .value(
            "window.said = []; const region = document.querySelector('paymentsos-checkout').shadowRoot.querySelector('[role=status]');
             new MutationObserver(() => { const text = region.innerText.trim().replace(/\\n+/g, '\\n'); if (text && text !== said.at(-1)) said.push(text); })
                 .observe(region, { subtree: true, childList: true, characterData: true }); return '';",
        )
        .await;
    browser.pays().await;
    browser.sees("succeeded").await;
    let said = browser.driver.execute("return said;", vec![]).await.expect("it was noted").json().clone();
    let said: Vec<&str> = said.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert_eq!(said, ["Starting your payment", "Confirming your payment", "Payment complete\n$40.97"]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn whatever_is_pressed_is_large_enough_for_a_thumb() {
    if is_left_out_by(&Engine::OTHERS, "only Chromium can be made as narrow as a phone") {
        return;
    }
    let world = World::start().await;
    let browser = world.browser().await;
    browser.is_wide(320).await;
    browser.shop_with("method=choose").await;
    browser.piece("fieldset[part~=methods]").await;
    let too_small = "const root = document.querySelector('paymentsos-checkout').shadowRoot;
        return [...root.querySelectorAll('button, a, label')].map((one) => [one.getAttribute('part'), one.getBoundingClientRect()])
            .filter(([, box]) => box.width < 44 || box.height < 44).map(([part]) => part).join(' ');";
    assert_eq!(browser.value(too_small).await, "");
    presses(&browser, "radio", "Pay by link").await;
    browser.pays().await;
    browser.sees("link").await;
    assert_eq!(browser.value(too_small).await, "");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn at_twice_the_size_of_text_nothing_is_cut_off_or_scrolled_sideways() {
    if is_left_out_by(&Engine::OTHERS, "only Chromium can be made as narrow as a phone") {
        return;
    }
    let world = World::start().await;
    let browser = world.browser().await;
    // 1280 pixels at 400 % are 320; at 320, text of 200 % is what WCAG asks for besides.
    for (width, size) in [(320, "100%"), (320, "200%"), (640, "200%")] {
        browser.is_wide(width).await;
        browser.shop_with("method=choose").await;
        browser.piece("fieldset[part~=methods]").await;
        browser.value(&format!("document.documentElement.style.fontSize = '{size}'; return '';")).await;
        assert_eq!(browser.sticks_out().await, "", "{width} {size}");
    }
}
