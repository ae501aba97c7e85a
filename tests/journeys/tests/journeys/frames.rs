//! The shop's page in a frame of another origin's: it leaves by the window around it, or says where to go to whom it was told to.

use journeys::{Browser, Outcome, Proxy, World, wait_for};
use serde_json::{Value, json};

/// A page of another origin, with the shop in a frame. It notes what it is told.
struct Host {
    proxy: Proxy,
    world: World,
    browser: Browser,
}

impl Host {
    /// With that `sandbox`, if any.
    async fn around_the_shop(sandbox: Option<&str>) -> Host {
        let proxy = Proxy::start().await;
        let world = World::framed_by(&proxy.origin()).await;
        let browser = world.browser().await;
        let sandbox = sandbox.map(|tokens| format!(" sandbox=\"{tokens}\"")).unwrap_or_default();
        let shop = format!("{}?kind=charge&method=card-3ds", world.shop());
        let page = format!(
            "<!doctype html><title>Host</title><iframe src=\"{shop}\"{sandbox} width=600 height=700></iframe>\
             <script>window.heard = []; addEventListener('message', (event) => heard.push({{ origin: event.origin, data: event.data }}));</script>"
        );
        proxy.with("GET", "/").answer_with(200, "text/html", &page);
        browser.goes_to(&proxy.origin()).await;
        let host = Host { proxy, world, browser };
        host.looks_into_the_frame().await;
        host.browser.sees("ready").await;
        host
    }

    /// Sets an attribute of the checkout.
    async fn sets(&self, name: &str, value: &str) {
        let set = format!("document.querySelector('paymentsos-checkout').setAttribute('{name}', '{value}');");
        self.browser.driver.execute(set, vec![]).await.expect("there is a checkout");
    }

    /// The words of a browser go to the frame from now on.
    async fn looks_into_the_frame(&self) {
        wait_for("the frame", async || {
            self.browser.driver.enter_default_frame().await.map_err(|error| error.to_string())?;
            self.browser.driver.enter_frame(0).await.map_err(|error| error.to_string())
        })
        .await;
    }

    /// They go to the page around it again.
    async fn looks_at_the_whole(&self) {
        self.browser.driver.enter_default_frame().await.expect("there is a page");
    }

    /// What the page around it has heard.
    async fn heard(&self) -> Vec<Value> {
        let heard = self.browser.driver.execute("return window.heard;", vec![]).await.expect("the page notes");
        heard.json().as_array().cloned().unwrap_or_default()
    }
}

const MAY_NOT_LEAVE: &str = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_frame_leaves_by_the_window_around_it() {
    let host = Host::around_the_shop(None).await;
    host.browser.pays().await;
    host.looks_at_the_whole().await;
    host.browser.decides(Outcome::Succeed).await;
    // PaymentsOS sends the shopper back to the shop's own page, which is the whole window now.
    host.world.agrees(&host.browser, "succeeded", &["Succeed"]).await;
    assert!(host.browser.address().await.starts_with(&host.world.shop()));
    assert_eq!(host.world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_frame_that_may_not_leave_tells_the_page_around_it() {
    let host = Host::around_the_shop(Some(MAY_NOT_LEAVE)).await;
    host.sets("host-origin", &host.proxy.origin()).await;
    host.browser.pays().await;
    host.browser.sees("redirecting").await;
    let payment = host.browser.payment().await;
    host.looks_at_the_whole().await;
    let heard = wait_for("the page around it to be told", async || match host.heard().await {
        heard if heard.is_empty() => Err("nothing yet".to_owned()),
        heard => Ok(heard),
    })
    .await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(format!("{}/", heard[0]["origin"].as_str().unwrap_or_default()), host.world.shop());
    let told = &heard[0]["data"];
    let charge = host.world.payment(&payment).await["related_resources"]["charges"][0].clone();
    assert_eq!(
        *told,
        json!({
            "source": "paymentsos-checkout",
            "version": 1,
            "type": "checkout-redirect",
            "payment_id": payment,
            "kind": "charge",
            "transaction_id": charge["id"],
            "url": charge["redirection"]["url"],
        })
    );
    // The page around it does as it is told.
    host.browser.goes_to(told["url"].as_str().expect("an address")).await;
    host.browser.decides(Outcome::Succeed).await;
    host.world.agrees(&host.browser, "succeeded", &["Succeed"]).await;
    assert_eq!(host.world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_frame_that_may_not_leave_and_knows_no_host_offers_a_window_of_its_own() {
    let host = Host::around_the_shop(Some(MAY_NOT_LEAVE)).await;
    host.browser.pays().await;
    host.browser.sees("redirecting").await;
    let link = host.browser.piece("a[part~=continue]").await;
    assert_eq!(link.attr("target").await.expect("a link").as_deref(), Some("_blank"));
    let whole = host.browser.tab().await;
    link.click().await.expect("the link opens");
    host.browser.looks_at_the_window_opened(&whole).await;
    host.browser.decides(Outcome::Succeed).await;
    host.browser.sees("succeeded").await;
    host.browser.looks_at(&whole).await;
    assert!(host.heard().await.is_empty());
    host.looks_into_the_frame().await;
    host.world.agrees(&host.browser, "succeeded", &["Succeed"]).await;
    assert_eq!(host.world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_page_of_another_origin_than_was_named_hears_nothing() {
    let host = Host::around_the_shop(Some(MAY_NOT_LEAVE)).await;
    host.sets("host-origin", "https://elsewhere.example").await;
    host.browser.pays().await;
    host.browser.sees("redirecting").await;
    // Long after it could have been told.
    host.browser.piece("a[part~=continue]").await;
    host.looks_at_the_whole().await;
    assert!(host.heard().await.is_empty(), "{:?}", host.heard().await);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_frame_without_an_address_to_come_back_to_lets_nobody_pay() {
    let host = Host::around_the_shop(None).await;
    let remove = "document.querySelector('paymentsos-checkout').removeAttribute('merchant-site-url');";
    host.browser.driver.execute(remove, vec![]).await.expect("there is a checkout");
    host.browser.sees("unavailable").await;
    assert!(host.browser.text().await.contains("“merchant-site-url”"));
    assert_eq!(host.browser.detail().await["error"]["attribute"], "merchant-site-url");
}
