//! The first screen needs a part of the wasm alone. It is there before the rest, whatever it shows; what is pressed waits for the rest; and
//! where that does not come, nobody pays, and everybody is told.

use journeys::{Browser, Gate, World, wait_for};
use serde_json::json;

const REST: &str = "paymentsos-checkout_rest.wasm";

/// Two ways to pay, set before the element begins, which note that they are asked, and give nothing.
const TWO_METHODS: &str = "window.asked = '';
    const method = (label) => ({ label, payment_method: () => { window.asked += label; } });
    window.methods = () => [method('A'), method('B')];
    element.methods = window.methods();";
const SECOND: &str = "input[data-press='1']";

/// Whatever was pressed or asked for has been done by the time that a call is answered.
async fn is_ready_at_last(browser: &Browser) {
    let answered = "return document.querySelector('paymentsos-checkout').checkNow();";
    assert_eq!(browser.value(answered).await, "ready");
}

async fn nobody_has_paid(world: &World) {
    assert_eq!((world.proxy.passed("POST", "/charges").len(), world.creates().await), (0, 0));
}

/// Pages run this as soon as they have the `element`.
async fn with_the_element(browser: &Browser, script: &str) {
    let script = format!(
        "document.addEventListener('DOMContentLoaded', () => new MutationObserver((_, observer) => {{
            const element = document.querySelector('paymentsos-checkout');
            if (!element) return;
            observer.disconnect();
            {script}
        }}).observe(document, {{ subtree: true, childList: true }}));"
    );
    browser.begins_with(&script).await;
}

async fn at_a_choice(world: &World) -> (Browser, Gate) {
    let browser = world.browser().await;
    with_the_element(&browser, TWO_METHODS).await;
    let rest = world.proxy.with("GET", REST).hold_the_reply();
    browser.shop_with("method=card").await;
    (browser, rest)
}

/// What was asked for a payment method, once that has come to nothing.
async fn asked(browser: &Browser) -> String {
    browser.reads("Your payment details are missing").await;
    browser.value("return window.asked;").await
}

async fn at_the_first_screen(world: &World) -> (Browser, Gate) {
    let browser = world.browser().await;
    let rest = world.proxy.with("GET", REST).hold_the_reply();
    browser.shop_with("method=card").await;
    (browser, rest)
}

/// What has that in its address was asked for once, and its reply is here, whatever becomes of it.
async fn has_come(browser: &Browser, address: &str) {
    let come = format!(
        "return `${{performance.getEntriesByType('resource')
                    .filter(({{ name, responseEnd }}) => name.includes('{address}') && responseEnd > 0).length}}`;"
    );
    wait_for(address, async || match browser.value(&come).await {
        come if come == "1" => Ok(()),
        come => Err(come),
    })
    .await;
}

/// The page has been sent what it asked for there.
async fn is_answered(world: &World, path: &str) {
    wait_for(path, async || match world.proxy.passed("GET", path).first() {
        Some(passed) if passed.status == Some(200) => Ok(()),
        passed => Err(format!("{passed:?}")),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_pressed_before_the_rest_is_there_is_done_once_it_is() {
    let world = World::start().await;
    let (browser, rest) = at_the_first_screen(&world).await;
    browser.pays().await;
    // Impatience changes nothing.
    browser.pays().await;
    assert_eq!(browser.state().await, "ready");
    assert_eq!(world.proxy.passed("POST", "/charges").len(), 0);
    rest.lets_go();
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", "/charges").len(), world.creates().await), (1, 1));
}

/// Nobody pays an amount that they have not seen.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_pressed_before_the_amount_changes_is_not_done() {
    let world = World::start().await;
    let (browser, rest) = at_the_first_screen(&world).await;
    world.proxy.with("GET", "/api/payments/").edit(|payment| payment["amount"] = json!(5097));
    browser.reads("Pay $40.97").await;
    browser.pays().await;
    let change = "document.querySelector('paymentsos-checkout').setAttribute('amount', '5097'); return '';";
    browser.value(change).await;
    rest.lets_go();
    browser.reads("Pay $50.97").await;
    is_ready_at_last(&browser).await;
    nobody_has_paid(&world).await;
}

/// The payment is of another amount than the page says, which is known by the time that the press is done.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_pressed_before_the_payments_own_amount_is_known_is_not_done() {
    let world = World::start().await;
    world.proxy.with("GET", "/api/payments/").edit(|payment| payment["amount"] = json!(5097));
    let (browser, rest) = at_the_first_screen(&world).await;
    is_answered(&world, "/api/payments/").await;
    browser.reads("Pay $40.97").await;
    browser.pays().await;
    rest.lets_go();
    browser.reads("Pay $50.97").await;
    is_ready_at_last(&browser).await;
    nobody_has_paid(&world).await;
}

/// A press is done though the payment's reference has come meanwhile, and is seen to wait until then.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_pressed_before_the_payment_is_known_is_done() {
    let world = World::start().await;
    let payment = world.proxy.with("GET", "/api/payments/").hold_the_reply();
    let (browser, rest) = at_the_first_screen(&world).await;
    browser.pays().await;
    assert!(browser.has("[part~=base][aria-busy=true]").await);
    payment.lets_go();
    is_answered(&world, "/api/payments/").await;
    assert!(!browser.has("[part~=reference] bdi").await);
    rest.lets_go();
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert!(!browser.has("[aria-busy]").await);
    assert_eq!((world.proxy.passed("POST", "/charges").len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_chosen_before_the_rest_is_there_is_paid_with() {
    let world = World::start().await;
    let (browser, rest) = at_a_choice(&world).await;
    browser.presses(SECOND).await;
    browser.pays().await;
    // Impatience asks nobody twice.
    browser.pays().await;
    rest.lets_go();
    assert_eq!(asked(&browser).await, "B");
}

/// The shop's own button says what is chosen, too.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_the_page_asks_for_after_a_choice_is_done_after_it() {
    let world = World::start().await;
    let (browser, rest) = at_a_choice(&world).await;
    browser.presses(SECOND).await;
    // The same again, as a page may set it whenever it likes.
    let ask = "const element = document.querySelector('paymentsos-checkout'); element.methods = window.methods(); element.pay(); return '';";
    browser.value(ask).await;
    rest.lets_go();
    assert_eq!(asked(&browser).await, "B");
}

/// What the page sets after it has asked does not change what it has asked for.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_the_page_asks_for_is_not_done_for_another_amount() {
    let world = World::start().await;
    world.proxy.with("GET", "/api/payments/").edit(|payment| payment["amount"] = json!(5097));
    let (browser, rest) = at_the_first_screen(&world).await;
    let ask = "const element = document.querySelector('paymentsos-checkout'); element.pay(); return '';";
    browser.value(ask).await;
    browser.value("document.querySelector('paymentsos-checkout').setAttribute('amount', '5097'); return '';").await;
    rest.lets_go();
    browser.reads("Pay $50.97").await;
    is_ready_at_last(&browser).await;
    nobody_has_paid(&world).await;
}

/// The payment turns out to be of another amount than the page says, while what was asked for waits for its turn.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_the_page_asks_for_is_not_done_for_the_payments_own_amount() {
    let world = World::start().await;
    world.proxy.with("GET", "/api/payments/").edit(|payment| payment["amount"] = json!(5097));
    let (browser, rest) = at_the_first_screen(&world).await;
    is_answered(&world, "/api/payments/").await;
    browser.reads("Pay $40.97").await;
    let ask = "const element = document.querySelector('paymentsos-checkout');
        for (const _ of 'many') element.checkNow();
        element.pay().then((state) => { document.title = state; });
        return '';";
    browser.value(ask).await;
    rest.lets_go();
    browser.reads("Pay $50.97").await;
    is_ready_at_last(&browser).await;
    assert_eq!(browser.value("return document.title;").await, "ready");
    nobody_has_paid(&world).await;
}

/// What is pressed in the very moment that the rest is there does not overtake a choice.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_pressed_while_all_that_waits_is_done_does_not_overtake_it() {
    let world = World::start().await;
    let (browser, rest) = at_a_choice(&world).await;
    // The page presses once it sees what it has set, which was before the choice.
    let press = "const element = document.querySelector('paymentsos-checkout');
        new MutationObserver((_, observer) => {
            const pay = element.shadowRoot.querySelector('button[part~=pay]');
            if (pay.textContent !== 'Buy') return;
            observer.disconnect();
            pay.click();
        }).observe(element.shadowRoot, { subtree: true, childList: true, characterData: true });
        element.messages = { pay_amount: 'Buy' };
        return '';";
    browser.value(press).await;
    browser.presses(SECOND).await;
    rest.lets_go();
    browser.reads("Buy").await;
    is_ready_at_last(&browser).await;
    assert_ne!(browser.value("return window.asked;").await, "A");
    browser.pays().await;
    assert_eq!(asked(&browser).await, "B");
}

/// What was asked of an element that is not there any more is not done.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_asked_of_an_element_that_is_taken_away_is_not_done() {
    let world = World::start().await;
    let (browser, rest) = at_a_choice(&world).await;
    let ask = "const element = document.querySelector('paymentsos-checkout');
        element.pay().then((state) => { document.title = state; });
        const other = element.cloneNode();
        window.asked = '';
        element.replaceWith(other);
        return '';";
    browser.value(ask).await;
    rest.lets_go();
    browser.sees("ready").await;
    is_ready_at_last(&browser).await;
    assert_eq!(browser.value("return `${document.title} ${window.asked}`;").await, "ready ");
    nobody_has_paid(&world).await;
}

/// A page may pay as soon as it is told that it can.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_the_page_asks_for_once_it_is_ready_is_done() {
    let world = World::start().await;
    let browser = world.browser().await;
    with_the_element(&browser, "addEventListener('checkout-state', () => element.pay(), { once: true });").await;
    let rest = world.proxy.with("GET", REST).hold_the_reply();
    browser.shop_with("method=card").await;
    rest.lets_go();
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

/// Where the shop's own button was pressed first, and another way to pay chosen then, nobody has said yet what to pay with.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn who_chooses_anew_takes_back_what_the_page_has_asked_for() {
    let world = World::start().await;
    let (browser, rest) = at_a_choice(&world).await;
    let ask =
        "document.querySelector('paymentsos-checkout').pay().then((state) => { document.title = state; }); return '';";
    browser.value(ask).await;
    browser.presses(SECOND).await;
    assert_eq!(browser.value("return document.title;").await, "ready");
    rest.lets_go();
    is_ready_at_last(&browser).await;
    browser.pays().await;
    assert_eq!(asked(&browser).await, "B");
}

/// A card's token is no other's.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_pressed_to_be_paid_with_one_is_not_paid_with_another() {
    let world = World::start().await;
    let browser = world.browser().await;
    let rest = world.proxy.with("GET", REST).hold_the_reply();
    browser.shop_with("method=card").await;
    let set = |token: &str| {
        let method = format!("{{ type: 'tokenized', token: '{token}' }}");
        format!("document.querySelector('paymentsos-checkout').paymentMethod = {method}; return '';")
    };
    browser.value(&set("first")).await;
    browser.pays().await;
    browser.value(&set("second")).await;
    rest.lets_go();
    has_come(&browser, REST).await;
    is_ready_at_last(&browser).await;
    assert!(!browser.has("[aria-busy]").await);
    nobody_has_paid(&world).await;
}

/// On a slow line a language may come after the first screen.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_pressed_before_the_language_is_there_is_done() {
    for late in [false, true] {
        let world = World::start().await;
        let browser = world.browser().await;
        let language = world.proxy.with("GET", "/locales/de").hold_the_reply();
        let rest = world.proxy.with("GET", REST).hold_the_reply();
        browser.shop_with("method=card&language=de").await;
        if late {
            browser.pays().await;
        }
        language.lets_go();
        has_come(&browser, "/locales/de").await;
        if !late {
            browser.pays().await;
        }
        rest.lets_go();
        world.agrees(&browser, "succeeded", &["Succeed"]).await;
        browser.reads("Bezahlt").await;
        assert_eq!(world.creates().await, 1);
    }
}

/// What the page asks for before anything is to be seen is meant for the payment that it names by then.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_asked_for_one_payment_before_anything_is_there_is_not_done_for_another() {
    let world = World::start().await;
    let browser = world.browser().await;
    let ask = "element.pay().then((state) => { window.answered = state; });
        const request = new XMLHttpRequest();
        request.open('POST', '/shop/orders', false);
        request.setRequestHeader('Content-Type', 'application/json');
        request.send(JSON.stringify({ kind: 'authorization' }));
        window.other = JSON.parse(request.responseText).payment_id;
        element.setAttribute('payment-id', window.other);";
    with_the_element(&browser, ask).await;
    browser.shop_with("method=card").await;
    is_ready_at_last(&browser).await;
    assert_eq!(browser.value("return window.other;").await, browser.payment().await);
    assert_eq!(browser.value("return window.answered;").await, "loading");
    nobody_has_paid(&world).await;
}

/// Of ways to pay that are not on the screen any more, once the rest is there, nobody can choose.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_list_that_is_about_to_change_cannot_be_chosen_from() {
    let world = World::start().await;
    let (browser, rest) = at_a_choice(&world).await;
    let other = "document.querySelector('paymentsos-checkout').methods = window.methods().reverse(); return '';";
    browser.value(other).await;
    browser.presses(SECOND).await;
    let chosen =
        "return document.querySelector('paymentsos-checkout').shadowRoot.querySelector('input:checked').dataset.press;";
    assert_eq!(browser.value(chosen).await, "0");
    rest.lets_go();
    is_ready_at_last(&browser).await;
    assert_eq!(browser.value(chosen).await, "0");
    browser.pays().await;
    assert_eq!(asked(&browser).await, "B");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn who_chooses_anew_has_not_pressed_pay_yet() {
    let world = World::start().await;
    world.proxy.with("GET", "/api/payments/").edit(|payment| payment["amount"] = json!(5097));
    let (browser, rest) = at_a_choice(&world).await;
    browser.pays().await;
    browser.presses(SECOND).await;
    assert!(!browser.has("[aria-busy]").await);
    // What was chosen stays so where the rest of the screen changes.
    browser.value("document.querySelector('paymentsos-checkout').setAttribute('amount', '5097'); return '';").await;
    rest.lets_go();
    browser.reads("Pay $50.97").await;
    is_ready_at_last(&browser).await;
    assert_eq!(browser.value("return window.asked;").await, "");
    browser.pays().await;
    assert_eq!(asked(&browser).await, "B");
}

/// Nobody pays by coming back to a page.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_was_pressed_before_the_page_was_left_is_not_done() {
    let world = World::start().await;
    let (browser, rest) = at_the_first_screen(&world).await;
    browser.pays().await;
    browser.value("document.querySelector('paymentsos-checkout').pay(); return '';").await;
    // As when a page goes into the back-forward cache.
    browser.value("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })); return '';").await;
    browser.value("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })); return '';").await;
    assert!(!browser.has("[aria-busy]").await);
    rest.lets_go();
    is_ready_at_last(&browser).await;
    nobody_has_paid(&world).await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
}

/// Another order of the same price is another order.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_is_pressed_for_one_payment_is_not_done_for_another() {
    let world = World::start().await;
    let (browser, rest) = at_the_first_screen(&world).await;
    browser.pays().await;
    let other = "return fetch('/shop/orders', {
                     method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ kind: 'authorization' }),
                 }).then((reply) => reply.json()).then((order) => {
                     document.querySelector('paymentsos-checkout').setAttribute('payment-id', order.payment_id);
                     return order.payment_id;
                 });";
    let one = browser.payment().await;
    let other = browser.value(other).await;
    assert!(!other.is_empty() && other != one, "{other}");
    rest.lets_go();
    world.proxy.has_passed("GET", &other, 1).await;
    is_ready_at_last(&browser).await;
    nobody_has_paid(&world).await;
    // The page is told which one it is now.
    assert_eq!(browser.detail().await["payment_id"], other.as_str());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn elements_that_come_together_are_there_together_and_a_later_one_with_the_rest() {
    let world = World::start().await;
    let browser = world.browser().await;
    with_the_element(&browser, "element.after(element.cloneNode());").await;
    let rest = world.proxy.with("GET", REST).hold_the_reply();
    browser.shop_with("method=card").await;
    let states =
        "return [...document.querySelectorAll('paymentsos-checkout')].map(({ dataset }) => dataset.state).join();";
    let later =
        "const element = document.querySelector('paymentsos-checkout'); element.after(element.cloneNode()); return '';";
    let all = async |wanted: &str| {
        wait_for(wanted, async || match browser.value(states).await {
            seen if seen == wanted => Ok(()),
            seen => Err(seen),
        })
        .await;
    };
    all("ready,ready").await;
    browser.value(later).await;
    all("ready,loading,ready").await;
    rest.lets_go();
    all("ready,ready,ready").await;
    browser.pays().await;
    all("succeeded,succeeded,succeeded").await;
    assert_eq!((world.proxy.passed("POST", "/charges").len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn an_element_that_is_moved_waits_for_the_rest_no_longer_than_another() {
    let world = World::start().await;
    let (browser, _rest) = at_the_first_screen(&world).await;
    browser.pays().await;
    let move_it = "document.querySelector('main').prepend(document.querySelector('paymentsos-checkout')); return '';";
    browser.value(move_it).await;
    assert_eq!(browser.state().await, "ready");
    browser.sees("unavailable").await;
    assert_eq!(browser.detail().await["error"]["code"], "cannot_start");
    nobody_has_paid(&world).await;
}

/// What has waited is not let into a module that has trapped meanwhile.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn after_a_trap_nothing_that_waits_is_done() {
    let world = World::start().await;
    let browser = world.browser().await;
    // An error of the page's own: Firefox's driver has scripts of another realm.
    let trap = "addEventListener('trap', () => {
                    const error = new WebAssembly.RuntimeError('unreachable');
                    error.stack = 'RuntimeError: unreachable at https://shop.example/paymentsos-checkout_bg.wasm:wasm-function[7]:0x12';
                    dispatchEvent(new ErrorEvent('error', { error }));
                });";
    browser.begins_with(trap).await;
    let rest = world.proxy.with("GET", REST).hold_the_reply();
    browser.shop_with("method=card").await;
    browser.pays().await;
    browser
        .value("document.querySelector('paymentsos-checkout').pay(); dispatchEvent(new Event('trap')); return '';")
        .await;
    assert_eq!(browser.detail().await["error"]["code"], "stopped");
    rest.lets_go();
    has_come(&browser, REST).await;
    assert_eq!(browser.value("return document.querySelector('paymentsos-checkout').pay();").await, "unavailable");
    nobody_has_paid(&world).await;
}

/// A window is opened in the press itself, which cannot wait.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn where_a_press_opens_a_window_pay_is_there_with_the_rest() {
    let world = World::start().await;
    let browser = world.browser().await;
    let rest = world.proxy.with("GET", REST).hold_the_reply();
    browser.goes_to(&format!("{}?kind=charge&method=card&presentation=popup", world.shop())).await;
    has_come(&browser, "paymentsos-checkout_bg.wasm").await;
    // Time for what would be there now.
    let later = "return new Promise((done) => setTimeout(() => done(document.querySelector('paymentsos-checkout').dataset.state), 500));";
    assert_eq!(browser.value(later).await, "loading");
    rest.lets_go();
    browser.sees("ready").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_stands_in_a_slot_stays_the_pages_own() {
    let world = World::start().await;
    let (browser, rest) = at_the_first_screen(&world).await;
    let put = "const terms = document.createElement('input');
               terms.type = 'checkbox';
               terms.slot = 'summary';
               window.heard = 0;
               terms.addEventListener('click', () => { window.heard += 1; });
               document.querySelector('paymentsos-checkout').append(terms);
               terms.click();
               return `${window.heard} ${terms.checked}`;";
    assert_eq!(browser.value(put).await, "1 true");
    rest.lets_go();
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    let now = "return `${window.heard} ${document.querySelector('[slot=summary]').checked}`;";
    assert_eq!(browser.value(now).await, "1 true");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn what_the_page_asks_for_before_the_rest_is_there_is_done_once_it_is() {
    let world = World::start().await;
    let (browser, rest) = at_the_first_screen(&world).await;
    let ask = "const element = document.querySelector('paymentsos-checkout');
               element.pay().then((state) => { document.title = state; });
               return element.state.state;";
    assert_eq!(browser.value(ask).await, "ready");
    rest.lets_go();
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(browser.value("return document.title;").await, "succeeded");
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn an_element_that_is_taken_away_before_the_rest_is_there_comes_back() {
    let world = World::start().await;
    let (browser, rest) = at_the_first_screen(&world).await;
    let move_it = "const element = document.querySelector('paymentsos-checkout');
                   const place = element.parentNode;
                   element.remove();
                   setTimeout(() => place.append(element), 100);
                   return element.isConnected ? 'there' : 'away';";
    assert_eq!(browser.value(move_it).await, "away");
    rest.lets_go();
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_rest_that_is_lost_is_asked_for_again() {
    let world = World::start().await;
    let browser = world.browser().await;
    world.proxy.with("GET", REST).times(8).lose_the_reply();
    browser.shop_with("method=card").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn where_the_rest_is_not_nobody_pays_and_a_reload_begins_anew() {
    let world = World::start().await;
    let browser = world.browser().await;
    world.proxy.with("GET", REST).answer(404);
    browser.shop_with("method=card").await;
    browser.pays().await;
    browser.sees("unavailable").await;
    assert_eq!(browser.detail().await["error"]["code"], "cannot_start");
    assert!(!browser.has("button[part~=pay]").await);
    nobody_has_paid(&world).await;
    world.proxy.calms_down();
    browser.presses("button[part~=reload]").await;
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

/// Who was told that it does not work may have gone to pay elsewhere.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_rest_that_comes_too_late_does_nothing_any_more() {
    let world = World::start().await;
    let (browser, rest) = at_the_first_screen(&world).await;
    browser.pays().await;
    browser.sees("unavailable").await;
    assert_eq!(browser.detail().await["error"]["code"], "cannot_start");
    rest.lets_go();
    has_come(&browser, REST).await;
    let asked = "return document.querySelector('paymentsos-checkout').pay();";
    assert_eq!(browser.value(asked).await, "unavailable");
    nobody_has_paid(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn every_first_screen_is_there_before_the_rest() {
    // What the page sets before the element begins, and what is to be seen then.
    let pages = [
        ("", "Pay"),
        ("set('amount', '4097'); set('currency', 'USD');", "Pay $40.97"),
        ("set('amount', '4097'); set('currency', 'USD'); set('kind', 'authorization');", "Reserve $40.97"),
        ("set('amount', '4097'); set('currency', 'JPY'); set('locale', 'ja');", "4,097"),
        ("set('amount', '4097'); set('currency', 'EUR'); set('locale', 'de');", "40,97"),
        ("set('amount', '4097'); set('currency', 'EUR'); set('locale', 'ar');", "€"),
        ("set('amount', '40.97');", "“amount” is missing"),
        ("set('presentation', 'iframe');", "Pay"),
        ("set('deadline', 'soon'); set('redirect-hosts', 'bank.example *.psp.example');", "“deadline” is missing"),
        ("set('client-token', 'secret'); set('credentials', 'include');", "Pay"),
        ("element.messages = { pay: 'Buy {amount} now', ready: 'Yours' };", "Yours"),
        ("element.methods = [{ label: 'One', payment_method: {} }, { label: 'Two', payment_method: {} }];", "Two"),
        ("element.methods = 'none';", "“methods” is missing"),
        ("set('backend', 'nowhere:');", "“backend” is missing"),
        ("element.removeAttribute('payment-id');", "There is no payment"),
    ];
    for (page, words) in pages {
        let world = World::start().await;
        let _rest = world.proxy.with("GET", REST).hold_the_reply();
        let browser = world.browser().await;
        let script = format!("const set = (name, value) => element.setAttribute(name, value); {page}");
        with_the_element(&browser, &script).await;
        browser.goes_to(&world.shop()).await;
        browser.reads(words).await;
        let state = browser.state().await;
        assert!(matches!(state.as_str(), "ready" | "unavailable"), "{page}: {state}");
        assert_ne!(browser.detail().await["error"]["code"], "stopped", "{page}");
    }
}
