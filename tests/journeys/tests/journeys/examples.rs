//! The example pages, built with the packed package as a shop would build them: each is paid by 3-D Secure, under the strictest policy.

use journeys::{Browser, Engine, Outcome, World, built, is_less_by, wait_for};

/// Whether nobody can know what the browser has told developers of.
fn tells_of_no_errors() -> bool {
    is_less_by(&Engine::OTHERS, "only Chromium's driver tells what was told to developers")
}

/// Pays in a browser that has never been there.
async fn pays(world: &World) -> Browser {
    let browser = world.browser().await;
    browser.goes_to(&world.shop()).await;
    browser.sees("ready").await;
    wait_for("the amount", async || match browser.text().await {
        text if text.contains("40.97") => Ok(()),
        text => Err(text),
    })
    .await;
    browser.pays().await;
    browser.decides(Outcome::Succeed).await;
    browser.sees("succeeded").await;
    assert_eq!(world.statuses(&world.the_payment().await).await, ["Succeed"]);
    wait_for("the page's own word", async || {
        match browser.value("return document.querySelector('#said')?.textContent ?? '';").await {
            said if said == "Thank you for your order!" => Ok(()),
            said => Err(said),
        }
    })
    .await;
    assert_eq!(world.creates().await, 1);
    world.never_two().await;
    // What is loaded later is found by whatever the page was built with.
    browser.speaks("fr").await;
    if !tells_of_no_errors() {
        assert_eq!(browser.errors().await, Vec::<String>::new());
    }
    browser
}

macro_rules! examples {
    ($($test:ident: $name:literal,)+) => { $(
        #[tokio::test(flavor = "multi_thread")]
        #[ignore = "needs the built examples and a browser: cargo xtask test"]
        async fn $test() {
            let world = World::serving(&built::example($name)).await;
            let browser = pays(&world).await;
            browser.pictures(concat!("example-", $name)).await;
            let themed = "return getComputedStyle(document.querySelector('[data-state]')).getPropertyValue('--checkout-surface');";
            assert_eq!(!browser.value(themed).await.is_empty(), ["vite", "webpack"].contains(&$name), "its theme");
            world.keeps_to_its_policy();
        }
    )+ };
}

examples! {
    a_plain_page_that_loads_it_as_from_a_cdn: "html",
    a_page_of_typescript_and_vite: "vite",
    a_page_of_webpack: "webpack",
    a_page_of_react: "react",
    a_page_of_vue: "vue",
    a_page_of_svelte: "svelte",
    a_yew_app: "yew",
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built examples and a browser: cargo xtask test"]
async fn a_single_page_whose_return_lands_on_a_route_in_the_fragment() {
    let world = World::serving(&built::example("hash")).await;
    let browser = pays(&world).await;
    let address = browser.address().await;
    assert!(address.ends_with("/#/done"), "{address}");
    browser.pictures("example-hash").await;
    world.keeps_to_its_policy();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built examples and a browser: cargo xtask test"]
async fn a_file_that_is_not_the_one_the_page_was_given_the_hash_of_is_not_run() {
    let world = World::serving(&built::example("html")).await;
    world.proxy.with("GET", "/element.js").answer_with(200, "text/javascript", "document.title = 'owned';");
    let browser = world.browser().await;
    browser.goes_to(&world.shop()).await;
    wait_for("the page", async || match browser.value("return document.readyState;").await {
        state if state == "complete" => Ok(()),
        state => Err(state),
    })
    .await;
    assert_ne!(browser.value("return document.title;").await, "owned");
    // Here there has to be an error: no errors on the other pages mean nothing if none were ever seen.
    if !tells_of_no_errors() {
        let errors = browser.errors().await;
        assert!(errors.iter().any(|error| error.contains("integrity")), "{errors:?}");
    }
    // The shopper reads what the page says to browsers that cannot show it.
    let said = browser.value("return document.querySelector('paymentsos-checkout').innerText;").await;
    assert!(said.contains("cannot show the payment"), "{said}");
}
