//! The module is refused, not there, or breaks down in the middle of a payment: a fixed text, a way on, and no second payment.

use journeys::{Browser, World, wait_for};

/// Lets the module trap at its next call once `window.breakDown` is set: what a page holds of it is wrapped as the browser gives it out.
const CAN_BREAK_DOWN: &str = "
    const own = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = async (...given) => {
      const { instance, module } = await own(...given);
      const exports = {};
      for (const [name, value] of Object.entries(instance.exports)) {
        exports[name] = typeof value !== 'function' ? value : (...words) => {
          if (window.breakDown) throw new WebAssembly.RuntimeError('unreachable');
          return value(...words);
        };
      }
      return { instance: { exports }, module };
    };";

/// What the element shows where the module cannot speak.
async fn fixed_text(browser: &Browser) -> String {
    browser.value("return document.querySelector('paymentsos-checkout').shadowRoot.textContent;").await
}

async fn cannot_start(world: &World, browser: &Browser) {
    browser.goes_to(&world.shop()).await;
    browser.sees("unavailable").await;
    let text = fixed_text(browser).await;
    assert!(text.contains("Payment cannot be shown here"), "{text}");
    assert!(text.contains("If you may have paid already, look at your order or your e-mail first."), "{text}");
    assert_eq!(browser.detail().await["error"]["code"], "cannot_start");
    assert!(browser.has("button[part~=reload]").await && !browser.has("button[part~=pay]").await);
    assert_eq!((world.proxy.passed("POST", "/charges").len(), world.creates().await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_policy_that_forbids_webassembly_is_said_and_the_page_goes_on_without() {
    let world = World::start().await;
    let browser = world.browser().await;
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'";
    world.proxy.with("GET", "/").say("content-security-policy", policy);
    cannot_start(&world, &browser).await;
    browser.pictures("cannot-start").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_browser_without_webassembly_is_told_so() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.begins_with("delete window.WebAssembly;").await;
    cannot_start(&world, &browser).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_module_that_is_not_there_is_tried_again_by_reloading() {
    let world = World::start().await;
    let browser = world.browser().await;
    world.proxy.with("GET", ".wasm").answer(404);
    cannot_start(&world, &browser).await;
    world.proxy.calms_down();
    browser.presses("button[part~=reload]").await;
    browser.sees("ready").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_module_that_does_not_come_is_not_waited_for_for_ever() {
    let world = World::start().await;
    let browser = world.browser().await;
    let gate = world.proxy.with("GET", ".wasm").hold_the_reply();
    cannot_start(&world, &browser).await;
    drop(gate);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn glue_of_another_release_is_not_put_together_with_the_module() {
    let world = World::start().await;
    let browser = world.browser().await;
    // What a proxy makes of it that keeps one file from before a release: the text of another module.
    world.proxy.with("GET", "paymentsos-checkout.js").answer_with(
        200,
        "text/javascript",
        "export default () => {}; export const version = () => 0;",
    );
    cannot_start(&world, &browser).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_trap_in_the_middle_of_a_payment_pays_no_second_time() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.begins_with(CAN_BREAK_DOWN).await;
    browser.shop("charge", "card").await;
    let gate = world.proxy.with("POST", "/charges").hold_the_reply();
    browser.pays().await;
    world.proxy.has_passed("POST", "/charges", 1).await;
    browser.value("window.breakDown = true; return '';").await;
    gate.lets_go();
    browser.sees("unavailable").await;
    let text = fixed_text(&browser).await;
    assert!(
        text.contains("Before you pay again, look at your order or your e-mail to see whether it was paid."),
        "{text}"
    );
    assert_eq!(browser.detail().await["error"]["code"], "stopped");
    assert!(!browser.has("button[part~=pay]").await, "{text}");
    browser.pictures("stopped").await;
    browser.value("document.querySelector('paymentsos-checkout').pay(); return '';").await;
    assert_eq!(world.proxy.passed("POST", "/charges").len(), 1);
    browser.presses("button[part~=reload]").await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!((world.proxy.passed("POST", "/charges").len(), world.creates().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_trap_while_the_shopper_is_about_to_leave_leads_them_nowhere() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.begins_with(CAN_BREAK_DOWN).await;
    browser.shop("charge", "card-3ds").await;
    browser
        .value("document.addEventListener('checkout-redirect', () => { window.breakDown = true; }); return '';")
        .await;
    browser.pays().await;
    browser.sees("unavailable").await;
    assert!(browser.address().await.starts_with(&world.shop()), "{}", browser.address().await);
    // The attempt is saved: whoever reloads goes on where they were.
    browser.presses("button[part~=reload]").await;
    browser.sees("confirming").await;
    browser.presses("a[part~=continue]").await;
    browser.decides(journeys::Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_trap_of_another_module_on_the_page_stops_nothing() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop("charge", "card").await;
    let script = "const error = new WebAssembly.RuntimeError('unreachable');
        error.stack = 'RuntimeError: unreachable at https://shop.example/game.wasm:wasm-function[3]:0x2f';
        dispatchEvent(new ErrorEvent('error', { error })); return '';";
    browser.value(script).await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_browser_without_custom_elements_says_so_instead_of_a_blank() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.begins_with("Object.defineProperty(window, 'customElements', { value: undefined });").await;
    browser.goes_to(&world.shop()).await;
    wait_for("a text in the place of the element", async || {
        match browser.value("return document.querySelector('paymentsos-checkout')?.textContent ?? '';").await {
            text if text.contains("Payment cannot be shown here") => Ok(()),
            text => Err(text),
        }
    })
    .await;
    assert_eq!(world.proxy.passed("POST", "/charges").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_browser_without_constructed_style_sheets_pays_in_the_same_look() {
    let world = World::start().await;
    let browser = world.browser().await;
    // Safari before 16.4.
    browser.begins_with("window.CSSStyleSheet = function () { throw new TypeError('Illegal constructor'); };").await;
    browser.shop("charge", "card").await;
    let display = "const root = document.querySelector('paymentsos-checkout').shadowRoot;
                   return getComputedStyle(root.querySelector('[part~=checkout]')).display;";
    wait_for("the style sheet", async || match browser.value(display).await {
        display if display == "flex" => Ok(()),
        display => Err(display),
    })
    .await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn ten_elements_on_a_page_load_one_module() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.shop("charge", "card").await;
    let more = "const one = document.querySelector('paymentsos-checkout');
                for (let more = 0; more < 9; more += 1) {
                  const another = one.cloneNode();
                  another.dataset.state = '';
                  one.after(another);
                }";
    browser.driver.execute(more, vec![]).await.expect("there is room for more");
    wait_for("ten that are ready", async || {
        match browser.value("return `${document.querySelectorAll('[data-state=ready]').length}`;").await {
            ready if ready == "10" => Ok(()),
            ready => Err(ready),
        }
    })
    .await;
    for file in ["paymentsos-checkout_bg.wasm", "paymentsos-checkout.js"] {
        assert_eq!(world.proxy.passed("GET", file).len(), 1, "{file}");
    }
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn while_the_module_is_on_its_way_its_room_is_kept() {
    let world = World::start().await;
    let browser = world.browser().await;
    let wasm = world.proxy.with("GET", "paymentsos-checkout_bg.wasm").hold_the_reply();
    browser.goes_to(&world.shop()).await;
    let height = "return `${document.querySelector('paymentsos-checkout')?.offsetHeight}`;";
    let kept = wait_for("the room that is kept", async || match browser.value(height).await.parse::<u32>() {
        Ok(height) if height >= 320 => Ok(height),
        other => Err(format!("{other:?}")),
    })
    .await;
    assert_eq!(browser.state().await, "loading");
    wasm.lets_go();
    browser.sees("ready").await;
    assert_eq!(browser.value(height).await, kept.to_string());
}

/// What the flow asks for first it has been told by the time that it is there, and it asks no second time.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn while_the_module_is_on_its_way_the_first_look_is_too() {
    let world = World::start().await;
    let browser = world.browser().await;
    let wasm = world.proxy.with("GET", "paymentsos-checkout_bg.wasm").hold_the_reply();
    browser.goes_to(&world.shop()).await;
    let asked = async |path: &str| {
        let look = async || match world.proxy.passed("GET", path).as_slice() {
            [look] if look.status.is_some() => Ok(()),
            looks => Err(format!("{looks:?}")),
        };
        wait_for("the look, answered", look).await;
    };
    asked("/api/payments/").await;
    assert_eq!(browser.state().await, "loading");
    wasm.lets_go();
    browser.sees("ready").await;
    let payment = browser.payment().await;
    let path = format!("/api/payments/{payment}");
    assert_eq!(world.proxy.passed("GET", &path).len(), 1);
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;

    let back = world.return_address(&payment, "Pending").await;
    let wasm = world.proxy.with("GET", "paymentsos-checkout_bg.wasm").hold_the_reply();
    // At the transaction, and at the payment.
    let looks = || {
        let looks = world.proxy.passed("GET", &path);
        let (transaction, payment): (Vec<_>, Vec<_>) = looks.iter().partition(|look| look.path.contains("/charges/"));
        (transaction.len(), payment.len())
    };
    let earlier = looks();
    browser.goes_to(&back).await;
    wait_for("both looks", async || match looks() {
        now if now == (earlier.0 + 1, earlier.1 + 1) => Ok(()),
        looks => Err(format!("{looks:?} after {earlier:?}")),
    })
    .await;
    wasm.lets_go();
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(looks(), (earlier.0 + 1, earlier.1 + 1), "nothing is asked twice");
}

/// Were nothing told of what the policy forbids, every journey would end well on a page that broke it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_page_that_breaks_its_policy_would_be_found() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser.goes_to(&world.shop()).await;
    browser.sees("ready").await;
    world.keeps_to_its_policy();
    let picture = "const picture = new Image(); picture.src = '//localhost:1/picture.png'; return 'tried';";
    assert_eq!(browser.value(picture).await, "tried");
    wait_for("the violation", async || match world.proxy.passed("POST", "/violation").len() {
        1 => Ok(()),
        count => Err(format!("{count} are told of")),
    })
    .await;
}
