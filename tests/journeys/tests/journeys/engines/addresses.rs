//! The redirect policy together with each engine's own `URL`, on the addresses of the web platform's tests (`urltestdata.json`, which is
//! a part of the `url` crate's package).

use super::at_the_shop;
use fuzz_targets::is_good_address;
use journeys::{Browser, Engine};
use paymentsos_core::flow::Place;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use url::{ParseError, Url};

in_every_engine! {
    whatever_url_reads_is_judged_rightly,
    the_page_judges_as_the_core
        except Firefox "its driver's scripts cannot answer in the backend's place"
        except WebKit "its driver's scripts cannot answer in the backend's place",
}

/// The hosts of some of the addresses, as an allow-list of a shop.
const HOSTS: [&str; 3] = ["example.com", "*.example.org", "localhost"];

/// Addresses as one that the backend names, and as one of a page: with the base that it is read against, which may be none.
fn addresses() -> Vec<(String, Option<String>)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let told = Command::new(cargo).args(["metadata", "--format-version=1", "--locked"]).output().expect("cargo runs");
    let told: Value = serde_json::from_slice(&told.stdout).expect("cargo tells what it builds with");
    let packages = told["packages"].as_array().expect("packages").iter().filter(|package| package["name"] == "url");
    let manifests = packages.filter_map(|package| package["manifest_path"].as_str()).map(PathBuf::from);
    let mut files = manifests.map(|manifest| manifest.with_file_name("tests").join("urltestdata.json"));
    let file = files.find(|file| file.is_file()).expect("the url crate's package has the tests' data");
    let data = std::fs::read_to_string(file).expect("the data can be read");
    let data: Vec<Value> = serde_json::from_str(&data).expect("the data is a list");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let given: Vec<_> = data.iter().filter_map(|one| Some((text(&one["input"])?, text(&one["base"])))).collect();
    // Most are at http, which is hardly ever allowed: so each also at https.
    let at_https = |text: &String| text.replacen("http:", "https:", 1);
    let others = given.iter().map(|(input, base)| (at_https(input), base.as_ref().map(at_https)));
    let others: Vec<_> = others.filter(|other| !given.contains(other)).collect();
    given.into_iter().chain(others).collect()
}

/// What the engine's `URL` reads, as the component takes it (`src/browser/places.rs`), and the address as it writes it.
async fn read(browser: &Browser, addresses: &[(String, Option<String>)]) -> Vec<(Place, String)> {
    let script = "return arguments[0].map(([input, base]) => {
        try {
            const { href, protocol, hostname, username, password } = base === null ? new URL(input) : new URL(input, base);
            return [href, protocol, hostname, username, password];
        } catch (_) {
            return null;
        }
    });";
    let reply = browser.driver.execute(script, vec![json!(addresses)]).await.expect("the script runs");
    let read = reply.json().as_array().expect("an answer for each").iter().map(|fields| match fields.as_array() {
        Some(fields) => {
            let [href, protocol, hostname, username, password] =
                [0, 1, 2, 3, 4].map(|at| fields[at].as_str().expect("text").to_owned());
            let place = Place {
                number: 0,
                scheme: protocol.strip_suffix(':').unwrap_or_default().to_owned(),
                host: hostname,
                has_credentials: !username.is_empty() || !password.is_empty(),
                length: href.chars().count(),
            };
            (place, href)
        }
        None => {
            let (scheme, host) = (String::new(), String::new());
            (Place { number: 0, scheme, host, has_credentials: false, length: 0 }, String::new())
        }
    });
    let read: Vec<(Place, String)> = read.collect();
    assert_eq!(read.len(), addresses.len());
    read
}

/// Whoever is sent somewhere gets where it is safe, by what another reader sees in that address.
async fn whatever_url_reads_is_judged_rightly(engine: Engine) {
    let (_world, browser, _) = at_the_shop(engine, "card").await;
    let mut addresses = addresses();
    // Also as the backend's reply may have them, without a base.
    addresses.extend(addresses.clone().into_iter().filter(|(_, base)| base.is_some()).map(|(input, _)| (input, None)));
    let hosts = HOSTS.map(str::to_owned);
    let (mut safe, mut allowed, mut refused, mut none) = (0, 0, 0, 0);
    for ((input, base), (place, href)) in addresses.iter().zip(read(&browser, &addresses).await) {
        let is_good = match Url::parse(&href) {
            // An escape that a browser lets stand in a host is refused, whatever it stands for.
            Ok(url) => is_good_address(&url) && !place.host.contains('%'),
            // Some browsers let a label stand that is no Punycode: https to a name that nobody can have.
            Err(ParseError::IdnaError) => place.scheme == "https" && place.is_safe(),
            Err(_) => false,
        };
        if place.is_safe() {
            assert!(
                is_good,
                "{engine} reads {input:?} ({base:?}) as {href}, and the shopper would go there: {place:?}"
            );
            safe += 1;
        } else {
            // What another reader can make nothing of may be refused.
            assert!(!is_good, "{engine} reads {input:?} ({base:?}) as {href}, and it is refused: {place:?}");
            (refused, none) = (refused + 1, none + usize::from(href.is_empty()));
        }
        let is_listed =
            matches!(place.host.as_str(), "example.com" | "localhost") || place.host.ends_with(".example.org");
        assert_eq!(place.is_allowed(&hosts), is_good && is_listed, "{href}");
        allowed += usize::from(place.is_allowed(&hosts));
    }
    println!(
        "{engine}: of {} addresses, {safe} safe, {allowed} on the list, {refused} refused, {none} none",
        addresses.len()
    );
    assert!(safe >= 100 && allowed >= 20 && refused - none >= 100 && none >= 100, "{safe} {allowed} {refused} {none}");
}

/// The page as it is published, shown each of them as the redirection of a pending charge: it offers those to the shopper that the core
/// allows of what the engine reads, and refuses the others.
async fn the_page_judges_as_the_core(engine: Engine) {
    let (_world, browser, _) = at_the_shop(engine, "card").await;
    let inputs: BTreeSet<String> = addresses().into_iter().map(|(input, _)| input).collect();
    let addresses: Vec<(String, Option<String>)> = inputs.into_iter().map(|input| (input, None)).collect();
    let (mut offered, mut refused) = (0, 0);
    for hosts in [&[][..], &HOSTS.map(str::to_owned)] {
        let judged = judged(&browser, &addresses, &hosts.join(" ")).await;
        for (((input, _), (place, href)), judged) in addresses.iter().zip(read(&browser, &addresses).await).zip(judged)
        {
            let wanted = if place.is_allowed(hosts) { href } else { "refused".to_owned() };
            assert_eq!(judged, wanted, "{input:?}, of {hosts:?}");
            *(if judged == "refused" { &mut refused } else { &mut offered }) += 1;
        }
    }
    println!("{engine}: the page offered {offered} and refused {refused}");
    assert!(offered >= 100 && refused >= 200, "{offered} {refused}");
}

/// Where each element says that the shopper can go on, or that it is refused.
async fn judged(browser: &Browser, addresses: &[(String, Option<String>)], hosts: &str) -> Vec<String> {
    let script = "const [addresses, hosts, done] = arguments;
    const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const real = window.fetch;
    window.fetch = async (request, options) => {
        const found = /payments\\/00000000-0000-4000-8000-(\\d{12})(\\/.*)?$/.exec(request.url || request);
        if (!found) return real(request, options);
        const n = Number(found[1]);
        const charge = { id: id(n), result: { status: 'Pending' }, redirection: { url: addresses[n] } };
        const payment = { id: id(n), amount: 4097, currency: 'USD', status: 'Pending', related_resources: { charges: [charge] } };
        return new Response(JSON.stringify(found[2] ? charge : payment), { headers: { 'content-type': 'application/json' } });
    };
    const judged = (n) => new Promise((resolve) => {
        const element = document.createElement('paymentsos-checkout');
        element.setAttribute('backend', '/api');
        element.setAttribute('payment-id', id(n));
        if (hosts) element.setAttribute('redirect-hosts', hosts);
        const began = Date.now();
        const say = (what) => { clearInterval(looking); element.remove(); resolve(what); };
        element.addEventListener('checkout-error', ({ detail }) => {
            if (detail.error && detail.error.code === 'redirection_refused') say('refused');
        });
        const looking = setInterval(() => {
            const link = element.shadowRoot && element.shadowRoot.querySelector('a[part~=continue]');
            if (link) say(link.href);
            else if (Date.now() - began > 15000) say(`neither, but ${element.getAttribute('data-state')}`);
        }, 20);
        document.body.append(element);
    });
    (async () => {
        const all = [];
        // Not all at once: each asks again and again as long as it is there.
        for (let from = 0; from < addresses.length; from += 25) {
            const some = addresses.slice(from, from + 25).map((_, at) => judged(from + at));
            all.push(...await Promise.all(some));
        }
        window.fetch = real;
        done(all);
    })();";
    let inputs: Vec<&str> = addresses.iter().map(|(input, _)| input.as_str()).collect();
    let patience = std::time::Duration::from_secs(300);
    browser.driver.set_script_timeout(patience).await.expect("scripts may take long");
    let reply = browser.driver.execute_async(script, vec![json!(inputs), json!(hosts)]).await.expect("the script runs");
    let judged = reply.json().as_array().expect("an answer for each");
    judged.iter().map(|one| one.as_str().expect("text").to_owned()).collect()
}
