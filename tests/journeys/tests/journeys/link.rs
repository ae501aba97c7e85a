//! Pay by Link: opened here or taken elsewhere, with the time that is left, while this page waits.

use journeys::{Browser, Engine, Outcome, World, is_left_out_by, wait_for};
use serde_json::{Value, json};

async fn at_the_link(world: &World) -> Browser {
    let browser = world.browser().await;
    browser.shop_with("method=pay-by-link").await;
    browser.pays().await;
    browser.sees("link").await;
    browser
}

async fn address(browser: &Browser) -> String {
    browser.piece("a[part~=continue]").await.attr("href").await.expect("an attribute").expect("an address")
}

/// What a phone's camera reads in a picture of the page.
fn scanned(png: &[u8]) -> Vec<String> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a picture");
    let mut pixels = vec![0; reader.output_buffer_size().expect("its size")];
    let info = reader.next_frame(&mut pixels).expect("a picture");
    let samples = info.color_type.samples();
    let (width, height) = (info.width as usize, info.height as usize);
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[(y * width + x) * samples]);
    image.detect_grids().into_iter().filter_map(|grid| Some(grid.decode().ok()?.1)).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn the_code_on_the_screen_is_the_link_and_is_paid_on_a_phone_while_this_page_waits() {
    let world = World::start().await;
    let browser = at_the_link(&world).await;
    browser.piece("svg[part~=qr] path[d^=M]").await;
    let mut read = Vec::new();
    let modes = browser.modes();
    for mode in &modes {
        browser.looks_in(*mode).await;
        let picture = browser.driver.screenshot_as_png().await.expect("a picture");
        read.extend(scanned(&picture));
    }
    let address = address(&browser).await;
    assert_eq!(read, vec![address; modes.len()]);
    let phone = world.browser().await;
    phone.goes_to(&read[0]).await;
    phone.decides(Outcome::Succeed).await;
    // There it was never begun, and can be looked at.
    phone.sees("succeeded").await;
    browser.speaks("en").await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    assert_eq!(world.creates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn the_link_can_be_copied_and_shared() {
    let world = World::start().await;
    let browser = world.browser().await;
    browser
        .begins_with(
            "Object.defineProperty(navigator, 'share', { value: async (what) => { window.shared = what.url; } });
             Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text; } } });",
        )
        .await;
    browser.shop_with("method=pay-by-link").await;
    browser.pays().await;
    browser.sees("link").await;
    let address = address(&browser).await;
    browser.presses("button[part~=copy]").await;
    browser.reads("Link copied").await;
    browser.presses("button[part~=share]").await;
    assert_eq!(browser.value("return `${copied} ${shared}`;").await, format!("{address} {address}"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn the_time_left_is_shown_every_second_and_read_out_at_three_steps() {
    if is_left_out_by(&[Engine::Firefox], "its driver's scripts have a clock of their own, and cannot set the page's") {
        return;
    }
    let world = World::start().await;
    // The browser's clock is the one that is counted down by.
    world.proxy.with("POST", "/charges").edit(|charge| charge["expires_at"] = in_minutes(20));
    world.proxy.with("GET", "/charges/").edit(|charge| charge["expires_at"] = in_minutes(20));
    let browser = at_the_link(&world).await;
    let shown = async || browser.piece("[part~=time-left]").await.text().await.map_err(|error| error.to_string());
    let said = async || {
        browser.value("return document.querySelector('paymentsos-checkout').shadowRoot.querySelector('[part~=status]').textContent;").await
    };
    let first = shown().await.expect("it is shown");
    assert!(first.starts_with("Time left: 19:5") || first.starts_with("Time left: 20:00"), "{first}");
    wait_for("a second later", async || match shown().await? {
        later if later != first => Ok(()),
        later => Err(later),
    })
    .await;
    assert!(!said().await.contains("Time left"), "{}", said().await);
    for (minutes, words) in [(17, "Time left: 3 minutes"), (19, "Time left: 1 minute"), (19, "Time left: 30 seconds")] {
        let ahead = minutes * 60_000 + if words.contains("30") { 35_000 } else { 5_000 };
        browser.value(&format!("window.real ??= Date.now; Date.now = () => window.real() + {ahead}; return '';")).await;
        wait_for(words, async || match said().await {
            text if text.contains(words) => Ok(()),
            text => Err(text),
        })
        .await;
    }
    browser.pictures("link-time-left").await;
}

fn in_minutes(minutes: u64) -> Value {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is after 1970");
    json!(now.as_millis() as u64 + minutes * 60_000)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the built shop and a browser: cargo xtask test"]
async fn a_link_whose_time_is_over_is_still_looked_after() {
    let world = World::start().await;
    let over = |charge: &mut Value| charge["expires_at"] = json!(1_000);
    world.proxy.with("POST", "/charges").edit(over);
    world.proxy.with("GET", "/charges/").edit(over);
    let browser = world.browser().await;
    browser.shop_with("method=pay-by-link").await;
    browser.pays().await;
    browser.sees("processing").await;
    let payment = browser.payment().await;
    let address = world.payment(&payment).await["related_resources"]["charges"][0]["redirection"]["url"].clone();
    let phone = world.browser().await;
    phone.goes_to(address.as_str().expect("an address")).await;
    phone.decides(Outcome::Succeed).await;
    phone.sees("succeeded").await;
    browser.presses("button[part~=check]").await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
}
