//! What a create request must hold, and what of it reaches PaymentsOS.

mod common;

use common::wire::Wire;
use common::{PENDING_THEN_SUCCEEDS, SUCCEEDS, Shop, good, id, problem, until};
use merchant::ChangeError;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

#[tokio::test]
async fn the_amount_that_was_shown_must_hold() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let body = shopper.body(SUCCEEDS, key).await;
    shop.merchant.change_amount(&shopper.payment, 5_000).await.unwrap();
    assert_eq!(problem(shopper.post(key, &body).await, 412).await, "amount-differs");
    assert_eq!(shopper.creates().await.len(), 0);
    let payment = good(shopper.get("").await, 200).await;
    assert_eq!(payment["amount"], 5_000);
    let mut body = body;
    body["expected"] = json!({"amount": 5_000, "currency": "EUR"});
    assert_eq!(problem(shopper.post(key, &body).await, 412).await, "amount-differs");
    body["expected"] = json!({"amount": 5_000, "currency": "USD"});
    assert_eq!(good(shopper.post(key, &body).await, 201).await["amount"], 5_000);
}

#[tokio::test]
async fn what_no_record_can_be_called_is_not_found() {
    let secret = "a-key-of-the-warehouse-that-is-long-enough";
    let shop = Shop::open_with(|config| config.system_keys = vec![merchant::Secret::new(secret)]);
    let shop = Arc::new(shop.await);
    let shopper = shop.shopper().await;
    let own = format!("/api/payments/{}/charges/%00", shopper.payment);
    let others = ["/api/payments/%00", "/api/payments/a%00b/charges/c", "/shop/orders/%00"];
    for path in others.iter().copied().chain([own.as_str()]) {
        let reply = shopper.request(Method::GET, path).send().await.expect("a reply");
        assert_eq!(problem(reply, 404).await, "not-found", "{path}");
    }
    let request = shop.request(Method::POST, "/systems/payments/%00/captures").bearer_auth(secret);
    let request = request.header("idempotency-key", Uuid::new_v4().to_string()).json(&json!({"amount": 1}));
    assert_eq!(problem(request.send().await.expect("a reply"), 404).await, "not-found");
}

#[tokio::test]
async fn the_amount_is_not_changed_under_a_create_that_is_on_its_way() {
    let mut wire = None;
    let shop = Arc::new(Shop::open_with(|config| wire = Some(Wire::between(config))).await);
    let wire = wire.expect("a wire");
    let shopper = shop.shopper().await;
    shop.faults(&json!({"api": [{"method": "POST", "path": "/charges", "latency_ms": 300}]})).await;
    let paying = {
        let shopper = shopper.clone();
        tokio::spawn(async move { shopper.paid(SUCCEEDS).await })
    };
    until(async || (wire.creates().len() == 1).then_some(())).await;
    let changed = shop.merchant.change_amount(&shopper.payment, 5_000).await;
    assert!(matches!(changed, Err(ChangeError::BeingPaid)), "{changed:?}");
    assert_eq!(paying.await.expect("a charge")["amount"], 4097);
}

#[tokio::test]
async fn a_create_waits_for_a_change_of_the_amount_that_is_on_its_way() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let body = shopper.body(SUCCEEDS, key).await;
    // A create that did not wait would be carried out after the change.
    let slow = json!({"api": [{"method": "PUT", "path": "", "latency_ms": 200}, {"method": "POST", "path": "/charges", "latency_ms": 500}]});
    shop.faults(&slow).await;
    let (changed, paid) = tokio::join!(shop.merchant.change_amount(&shopper.payment, 5_000), shopper.post(key, &body));
    match changed {
        Ok(()) => assert_eq!(problem(paid, 412).await, "amount-differs"),
        Err(error) => {
            assert!(matches!(error, ChangeError::BeingPaid), "{error}");
            assert_eq!(good(paid, 201).await["amount"], 4097);
        }
    }
}

#[tokio::test]
async fn the_amount_is_not_changed_while_an_attempts_outcome_is_unknown() {
    let shop = Arc::new(Shop::open_deaf().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    shop.faults(&json!({"api": [{"method": "POST", "path": "/charges", "status": 503}]})).await;
    assert_eq!(problem(shopper.pay(SUCCEEDS, key).await, 502).await, "paymentsos-unavailable");
    let changed = shop.merchant.change_amount(&shopper.payment, 5_000).await;
    assert!(matches!(changed, Err(ChangeError::BeingPaid)), "{changed:?}");
    shop.faults(&json!({})).await;
    assert_eq!(good(shopper.pay(SUCCEEDS, key).await, 201).await["amount"], 4097);
}

#[tokio::test]
async fn what_is_not_right_is_refused_before_paymentsos_hears_of_it() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let good_body = shopper.body(SUCCEEDS, key).await;
    let ours = shop.merchant.public_url.as_str();
    let changed = |name: &str, value: Value| {
        let mut body = good_body.clone();
        body[name] = value;
        body
    };
    for (body, status, expected) in [
        (changed("merchant_site_url", json!("https://evil.example/")), 422, "merchant-site-url"),
        (changed("merchant_site_url", json!("javascript:alert(1)")), 422, "merchant-site-url"),
        (changed("merchant_site_url", json!("data:text/html,x")), 422, "merchant-site-url"),
        (changed("merchant_site_url", json!(ours.replace("//", "//user:password@"))), 422, "merchant-site-url"),
        (changed("merchant_site_url", json!(format!("{ours}?{}", "x".repeat(8_192)))), 422, "merchant-site-url"),
        (changed("merchant_site_url", json!(["https://evil.example/"])), 400, "json"),
        (changed("reconciliation_id", json!(Uuid::new_v4())), 400, "reconciliation-id"),
        (changed("reconciliation_id", json!(null)), 400, "reconciliation-id"),
        (changed("payment_method", json!(null)), 422, "payment-method"),
        (changed("payment_method", json!({"type": "tokenized"})), 422, "payment-method"),
        (
            changed(
                "payment_method",
                json!({"type": "untokenized", "source_type": "credit_card", "card_number": SUCCEEDS}),
            ),
            422,
            "payment-method",
        ),
        (changed("expected", json!(null)), 422, "expected-missing"),
        (changed("expected", json!({"amount": "much"})), 400, "json"),
        (json!([]), 400, "reconciliation-id"),
    ] {
        assert_eq!(problem(shopper.post(key, &body).await, status).await, expected, "{body}");
    }
    let without_key = shopper.request(Method::POST, &shopper.path("/charges")).json(&good_body).send().await.unwrap();
    assert_eq!(problem(without_key, 400).await, "idempotency-key");
    let post = |key: &str| shopper.request(Method::POST, &shopper.path("/charges")).header("idempotency-key", key);
    assert_eq!(problem(post("1").json(&good_body).send().await.unwrap(), 400).await, "idempotency-key");
    let key = key.to_string();
    let form = post(&key).body("a=b").header("content-type", "application/x-www-form-urlencoded").send();
    assert_eq!(problem(form.await.unwrap(), 415).await, "media-type");
    let large = json!({"payment_method": "x".repeat(70_000)});
    assert_eq!(problem(post(&key).json(&large).send().await.unwrap(), 413).await, "too-large");
    let other_kind = shopper.request(Method::POST, &shopper.path("/authorizations")).header("idempotency-key", &key);
    assert_eq!(problem(other_kind.json(&good_body).send().await.unwrap(), 422).await, "kind");
    assert_eq!(problem(shopper.request(Method::DELETE, &shopper.path("")).send().await.unwrap(), 405).await, "method");
    assert_eq!(shopper.creates().await.len(), 0);
}

#[tokio::test]
async fn nothing_but_what_is_listed_reaches_paymentsos() {
    let mut wire = None;
    let shop = Arc::new(Shop::open_with(|config| wire = Some(Wire::between(config))).await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let plain = shopper.body(SUCCEEDS, key).await;
    let mut body = plain.clone();
    for (name, value) in [
        ("amount", json!(1)),
        ("currency", json!("JPY")),
        ("kind", json!("authorization")),
        ("authorization_type", json!("pre_authorization")),
        ("installments", json!({"number_of_installments": 3})),
        ("external", json!({"cavv": "x"})),
        ("sca_exemptions", json!({"exemption_action": true})),
        ("cof_transaction_indicators", json!({"card_entry_mode": "recurring"})),
        ("provider_specific_data", json!({"x": {}})),
        ("additional_details", json!({"x": "y"})),
        ("app-id", json!("another")),
    ] {
        body[name] = value;
    }
    body["three_d_secure_attributes"] = json!({
        "internal": {"browser_language": "en", "challenge_indicator": "04", "browser_header": "forged"},
        "external": {"cavv": "x"}, "sca_exemptions": {"exemption_action": true},
    });
    let made = good(shopper.post(key, &body).await, 201).await;
    assert_eq!((&made["amount"], &made["currency"]), (&json!(4097), &json!("USD")));
    let creates = wire.expect("a wire").creates();
    let (headers, sent) = &creates[0];
    let expected = json!({
        "payment_method": plain["payment_method"],
        "merchant_site_url": plain["merchant_site_url"],
        "reconciliation_id": key,
        "three_d_secure_attributes": {"internal": {"browser_language": "en", "browser_header": "*/*"}},
    });
    assert_eq!((creates.len(), sent), (1, &expected));
    assert_eq!(headers["app-id"], sandbox::Config::default().app_id);
}

#[tokio::test]
async fn a_repeat_that_asks_for_something_else_gets_the_original() {
    let mut wire = None;
    let shop = Arc::new(Shop::open_with(|config| wire = Some(Wire::between(config))).await);
    let shopper = shop.shopper().await;
    let key = Uuid::new_v4();
    let original = good(shopper.pay(PENDING_THEN_SUCCEEDS, key).await, 201).await;
    let mut other_amount = shopper.body(SUCCEEDS, key).await;
    other_amount["expected"] = json!({"amount": 1, "currency": "EUR"});
    let mut other_method = shopper.body(SUCCEEDS, key).await;
    other_method["payment_method"] = json!({"type": "untokenized", "source_type": "payment_page", "vendor": "PBL"});
    for body in [other_amount, other_method] {
        assert_eq!(id(&good(shopper.post(key, &body).await, 201).await), id(&original));
    }
    assert_eq!(wire.expect("a wire").creates().len(), 1);
}

#[tokio::test]
async fn a_key_of_one_kind_is_no_key_of_the_other() {
    let shop = Arc::new(Shop::open().await);
    let (charged, authorized) = (shop.shopper().await, shop.shopper_of(&json!({"kind": "authorization"})).await);
    let key = Uuid::new_v4();
    assert_eq!(charged.pay(SUCCEEDS, key).await.status(), 201);
    assert_eq!(problem(authorized.pay(SUCCEEDS, key).await, 422).await, "key-of-another");
    assert_eq!(authorized.creates().await.len(), 0);
}

#[tokio::test]
async fn a_payment_that_was_closed_since_the_look_is_not_paid() {
    let shop = Arc::new(Shop::open().await);
    let card = json!({"payment_method": {"type": "tokenized", "token": shop.token(SUCCEEDS).await}});
    for (steps, status) in [
        (&[("authorizations", &card), ("voids", &json!({}))][..], "Voided"),
        (&[("charges", &card), ("refunds", &json!({}))], "Refunded"),
        (&[("authorizations", &card), ("captures", &json!({})), ("refunds", &json!({}))], "Refunded"),
    ] {
        let shopper = shop.shopper().await;
        assert_eq!(good(shopper.get("").await, 200).await["status"], "Initialized");
        for (path, body) in steps {
            shop.do_at_paymentsos(Method::POST, &format!("/payments/{}/{path}", shopper.payment), body).await;
        }
        let before = shopper.creates().await.len();
        assert_eq!(problem(shopper.pay(SUCCEEDS, Uuid::new_v4()).await, 409).await, "payment-has-transaction");
        assert_eq!(shopper.creates().await.len(), before);
        assert_eq!(good(shopper.get("").await, 200).await["status"], status);
    }
}

#[tokio::test]
async fn a_payment_that_was_charged_back_since_the_look_is_not_paid() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    assert_eq!(good(shopper.get("").await, 200).await["status"], "Initialized");
    let url = format!("http://{}/sandbox/payments/{}/chargeback", shop.sandbox.address, shopper.payment);
    assert_eq!(shop.client.post(url).send().await.expect("a reply").status(), 200);
    assert_eq!(problem(shopper.pay(SUCCEEDS, Uuid::new_v4()).await, 409).await, "payment-has-transaction");
    assert_eq!(shopper.creates().await.len(), 0);
}

#[tokio::test]
async fn an_amount_that_was_changed_at_paymentsos_since_the_look_is_not_charged() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    assert_eq!(good(shopper.get("").await, 200).await["amount"], 4097);
    let path = format!("/payments/{}", shopper.payment);
    for changed in [json!({"amount": 4098, "currency": "USD"}), json!({"amount": 4097, "currency": "EUR"})] {
        shop.do_at_paymentsos(Method::PUT, &path, &changed).await;
        assert_eq!(problem(shopper.pay(SUCCEEDS, Uuid::new_v4()).await, 412).await, "amount-differs");
    }
    assert_eq!(shopper.creates().await.len(), 0);
}

#[tokio::test]
async fn an_authorization_is_made_where_the_order_wants_one() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper_of(&json!({"kind": "authorization"})).await;
    let made = shopper.paid(SUCCEEDS).await;
    let read = good(shopper.get(&format!("/authorizations/{}", id(&made))).await, 200).await;
    assert_eq!(read, made);
    let payment = good(shopper.get("").await, 200).await;
    assert_eq!(payment["status"], "Authorized");
    assert_eq!(payment["related_resources"]["charges"], json!([]));
    assert_eq!(payment["related_resources"]["authorizations"][0]["id"], made["id"]);
}

#[tokio::test]
async fn replies_hold_the_listed_fields_and_no_others() {
    let shop = Arc::new(Shop::open().await);
    let shopper = shop.shopper().await;
    shopper.paid(SUCCEEDS).await;
    let payment = good(shopper.get("").await, 200).await;
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut found = names(&payment);
    found.sort_unstable();
    assert_eq!(found, ["amount", "currency", "id", "order", "related_resources", "status"]);
    let mut found = names(&payment["related_resources"]["charges"][0]);
    found.sort_unstable();
    assert_eq!(found, ["amount", "currency", "id", "payment_method", "reconciliation_id", "result"]);
    assert_eq!(payment["order"], json!({"id": shopper.order["order_id"]}));
}

#[tokio::test]
async fn the_shoppers_address_is_told_as_far_as_it_can_be_believed() {
    for (trusted, expected) in [(vec![], "127.0.0.1"), (vec!["127.0.0.0/8"], "198.51.100.7")] {
        let set_up = |config: &mut merchant::Config| {
            config.trusted_proxies = trusted.iter().map(|text: &&str| text.parse().unwrap()).collect();
        };
        let shop = Arc::new(Shop::open_with(set_up).await);
        let shopper = shop.shopper().await;
        let key = Uuid::new_v4();
        let request =
            shopper.request(Method::POST, &shopper.path("/charges")).header("idempotency-key", key.to_string());
        let request = request.header("x-forwarded-for", "198.51.100.7").json(&shopper.body(SUCCEEDS, key).await);
        assert_eq!(request.send().await.unwrap().status(), 201);
        assert_eq!(shopper.transactions().await[0]["ip_address"], expected);
    }
}
