//! The engineer's page: three files under a strict policy, at an address that is easy to find.

mod common;

use common::{Merchant, location_of};
use reqwest::{Response, StatusCode};
use serde_json::Value;

async fn get(merchant: &Merchant, path: &str) -> Response {
    merchant.client.get(merchant.url(path)).send().await.expect("a reply")
}

#[tokio::test]
async fn the_root_leads_there() {
    let merchant = Merchant::open().await;
    for path in ["/", "/sandbox/"] {
        let reply = get(&merchant, path).await;
        assert_eq!(reply.status(), StatusCode::TEMPORARY_REDIRECT);
        let to = reply.url().join(location_of(&reply)).expect("an address");
        assert_eq!(to.as_str(), merchant.url("/sandbox"));
    }
    assert_eq!(get(&merchant, "/sandbox").await.status(), StatusCode::OK);
    assert!(merchant.log().await.is_empty(), "looking on is nothing that happens");
}

#[tokio::test]
async fn it_loads_its_own_files_alone_and_nobody_may_frame_it() {
    let merchant = Merchant::open().await;
    let page = get(&merchant, "/sandbox").await;
    let policy = page.headers()["content-security-policy"].to_str().expect("a policy");
    let strict = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; \
                  base-uri 'none'; frame-ancestors 'none'";
    assert!(policy.starts_with(strict), "{policy}");
    assert_eq!(page.headers()["x-frame-options"], "DENY");
    let text = page.text().await.expect("its text");
    for (path, media_type) in
        [("sandbox/console.js", "text/javascript; charset=utf-8"), ("sandbox/console.css", "text/css; charset=utf-8")]
    {
        assert!(text.contains(&format!("\"{path}\"")), "{path} in {text}");
        let file = get(&merchant, &format!("/{path}")).await;
        assert_eq!(file.status(), StatusCode::OK);
        assert_eq!(file.headers()["content-type"], media_type);
        assert_eq!(file.headers()["x-content-type-options"], "nosniff");
    }
}

#[tokio::test]
async fn it_has_no_inline_script_or_style_and_writes_nothing_as_html() {
    let merchant = Merchant::open().await;
    let text = get(&merchant, "/sandbox").await.text().await.expect("its text");
    for inline in
        ["<style", "style=", "<script>", "javascript:", " onclick", " onload", " onsubmit", "http://", "https://"]
    {
        let is_only_a_value = inline == "https://" && text.matches(inline).count() == 1;
        assert!(!text.contains(inline) || is_only_a_value, "{inline} in {text}");
    }
    let script = get(&merchant, "/sandbox/console.js").await.text().await.expect("its text");
    for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", ".style."] {
        assert!(!script.contains(sink), "{sink}");
    }
}

#[tokio::test]
async fn it_has_a_button_for_every_fault() {
    let merchant = Merchant::open().await;
    let text = get(&merchant, "/sandbox").await.text().await.expect("its text");
    // Those that are absent while they are off.
    merchant
        .faults(&serde_json::json!({
            "return": {"status": "Failed", "payment_id": "p", "transaction_id": "t"}, "redirection_url": "https://bank.invalid/",
            "api": [{"method": "GET", "times": 1, "status": 500, "retry_after": 1, "after": true}],
        }))
        .await;
    let faults: Value = get(&merchant, "/sandbox/faults").await.json().await.expect("the faults");
    let mut names = Vec::new();
    for (name, fault) in faults.as_object().expect("an object") {
        match fault {
            Value::Object(group) => names.extend(group.keys().map(|inner| format!("data-fault=\"{name}.{inner}\""))),
            Value::Array(rules) => {
                names.extend(rules[0].as_object().expect("a rule").keys().map(|field| format!("name=\"{field}\"")));
            }
            _ => names.push(format!("data-fault=\"{name}\"")),
        }
    }
    assert_eq!(names.len(), 21, "{names:?}");
    for name in names {
        assert!(text.contains(&name), "{name}");
    }
}
