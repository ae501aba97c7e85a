//! Backends that are broken on purpose: each breaks the rule that it is meant to break, and the message says what was found.

mod common;

use axum::http::{HeaderMap, StatusCode};
use common::proxy::{Answer, Asked, Behind, Doing, Proxy, doing, nothing};
use common::{address, checked, config, sandbox};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::time::sleep;
use url::Url;
use uuid::Uuid;

/// Where it is broken.
enum Broken {
    /// Towards the component.
    Front(Doing),
    /// Towards PaymentsOS.
    Back(Doing),
    /// Towards both.
    Both(Doing, Doing),
}

use Broken::{Back, Both, Front};

/// That the check finds it, in those words; and what is broken without it is nothing.
async fn breaks(rule: &str, words: &str, broken: impl FnOnce(&Url) -> Broken) {
    let sandbox = sandbox().await;
    let (front, back) = (Proxy::new().await, Proxy::new().await);
    let mut config = config(back.url.clone());
    config.public_url = Some(front.url.clone());
    let merchant = merchant::start(config).await.expect("a merchant");
    let url = front.url.clone();
    let (at_front, at_back) = match broken(&address(sandbox.address)) {
        Front(doing) => (doing, nothing()),
        Back(doing) => (nothing(), doing),
        Both(at_front, at_back) => (at_front, at_back),
    };
    front.before(vec![address(merchant.address)], at_front);
    back.before(vec![address(sandbox.address)], at_back);
    let report = checked(url, &sandbox, &[rule]).await;
    let text = report.to_string();
    assert!(!report.is_kept(), "it was not found:\n{text}");
    let (outcome, found) = report.broken().next().expect("a broken rule");
    assert_eq!(outcome.name, rule);
    assert!(found.contains(words), "{found}");
    assert!(text.contains(outcome.suffered), "{text}");
}

macro_rules! mutants {
    ($($name:ident: $rule:literal, $words:literal, $broken:expr;)+) => {
        $(#[tokio::test]
        async fn $name() {
            breaks($rule, $words, |_| $broken).await;
        })+
    };
}

mutants! {
    says_nothing_of_caching: "no-store", "says nothing", Front(replies(|_, answer| { answer.headers.remove("cache-control"); }));
    lists_no_transactions: "payment-shape", "related_resources", Front(payments(|body| { body.as_object_mut().map(|body| body.remove("related_resources")); }));
    lists_an_empty_list: "payment-shape", "does not list", Front(payments(|body| body["related_resources"]["charges"] = json!([])));
    tells_an_amount_as_text: "transaction-shape", "`amount`", Front(transactions(|body| body["amount"] = json!("40.97")));
    replies_without_a_result: "transaction-shape", "result.status", Front(transactions(|body| { body["result"] = json!({}); }));
    replies_200_to_a_create: "transaction-shape", "the create replied 200", Front(creates(|answer| answer.status = StatusCode::OK));
    forgets_the_redirection: "redirection", "redirection.url", Front(transactions(|body| body["redirection"] = json!(null)));
    hands_all_on: "listed-fields", "provider_data", Front(transactions(|body| body["provider_data"] = json!({"x": 1})));
    tells_a_secret_in_a_header: "secrets", "holds a secret that was given", Front(replies(|_, answer| {
        answer.set("x-called-with", &sandbox::Config::default().private_key);
    }));
    tells_a_secret: "secrets", "holds a secret that was given",
        Front(payments(|body| body["order"]["id"] = json!(sandbox::Config::default().private_key)));
    makes_a_key_of_its_own: "repeat", "the repeat under the same key", Front(anew());
    makes_a_key_of_its_own_for_each_of_many: "repeats-at-once", "the repeat under the same key", Front(anew());
    refuses_a_second_attempt: "after-a-failure", "the second attempt got the first one's", Front(first_key_of_payment());
    tells_of_another_payment: "key-of-another", "the first one's transaction", Front(by_key_alone());
    repeats_a_failed_one_anew: "failed-repeat", "another transaction", Front(anew());
    makes_another_with_another_body: "body-changed", "a new transaction", Front(anew());
    says_yes_to_both: "two-keys-at-once", "they replied 201", Front(conflicts_to(StatusCode::CREATED));
    says_422_to_a_paid_payment: "another-key", "a second attempt got 422", Front(conflicts_to(StatusCode::UNPROCESSABLE_ENTITY));
    finds_nothing_after_a_lost_reply: "lost-reply", "the repeat under the same key replied", Back(finds_nothing());
    says_failed_when_paymentsos_is_down: "unavailable", "PaymentsOS's 503 became 201", Front(says_failed());
    says_refused_when_paymentsos_is_down: "unavailable", "PaymentsOS's 503 became 422", Front(faults_to(StatusCode::UNPROCESSABLE_ENTITY));
    asks_for_no_patience: "busy", "Retry-After is missing", Front(replies(|_, answer| { answer.headers.remove("retry-after"); }));
    hangs_with_paymentsos: "hangs", "the payment took", Front(hangs_longer(Asked::is_payment, 5, 3));
    hangs_with_a_status: "hangs", "the transaction took", Front(hangs_longer(Asked::is_status, 5, 3));
    // The first by its name, so that the others are run while it waits.
    a_create_hangs_with_paymentsos: "create-hangs", "the create took", Front(hangs_longer(Asked::is_create, 40, 11));
    a_create_that_hangs_is_said_to_be_refused: "create-hangs", "its unknown outcome became 422",
        Front(faults_to(StatusCode::UNPROCESSABLE_ENTITY));
    waits_unasked: "asked-plainly", "it took", Front(doing(async |mut asked, behind| {
        if asked.is_status() {
            asked.set("prefer", "wait=5");
        }
        behind.ask(asked).await
    }));
    says_that_it_waits: "held", "it says Preference-Applied", Front(says_that_it_was_held());
    waits_for_too_long: "held", "where 3 s were preferred", Front(doing(async |mut asked, behind| {
        if asked.headers.contains_key("prefer") {
            asked.set("prefer", "wait=10");
        }
        behind.ask(asked).await
    }));
    sleeps_through_the_news: "woken", "it was answered with 200 (Pending)", Front(remembers_first_status());
    knows_only_webhooks: "becomes-final", "10 s after it became", Front(remembers_first_status());
    believes_the_address: "status-of-the-address", "with status=Succeed in its query", Front(believes_a_query());
    believes_the_body: "status-of-the-address", "the create believes the body", Front(creates(|answer| {
        answer.change(|body| body["result"]["status"] = json!("Succeed"));
    }));
    says_that_nothing_was_paid: "unfinished", "still Initialized", Front(payments(|body| body["status"] = json!("Initialized")));
    charges_what_there_is: "amount-differs", "it got 201", Front(requests(|body| body["expected"]["amount"] = json!(4_097)));
    charges_in_any_currency: "currency-differs", "it got 201", Front(requests(|body| body["expected"]["currency"] = json!("USD")));
    charges_what_it_is_told: "amount-of-the-client", "went on to PaymentsOS", Back(requests(|body| body["amount"] = json!(1)));
    hands_on_what_is_not_forbidden: "allow-list", "`made_up_by_the_check` reached PaymentsOS", hands_on_but("expected");
    hands_on_what_the_shopper_saw: "allow-list", "`expected` reached PaymentsOS", hands_on_but("made_up_by_the_check");
    hands_on_what_it_got: "allow-list", "reached PaymentsOS", Back(requests(|body| body["installments"] = json!({"number_of_installments": 3})));
    returns_to_anywhere: "foreign-return", "https://evil.example/return got 201",
        Front(doing(async |mut asked, behind| {
            if asked.is_create() {
                let own = asked.headers.get("origin").and_then(|origin| origin.to_str().ok()).unwrap_or_default().to_owned();
                asked.change(|body| body["merchant_site_url"] = json!(own));
            }
            behind.ask(asked).await
        }));
    takes_card_numbers: "card-number", "a card number got 201", Front(requests(|body| {
        if body["payment_method"]["source_type"] == "credit_card" {
            body["payment_method"] = json!({"type": "untokenized", "source_type": "payment_page", "vendor": "PBL"});
        }
    }));
    makes_up_a_key: "no-key", "it got 201", Front(doing(async |mut asked, behind| {
        if asked.is_create() {
            let key = Uuid::new_v4().to_string();
            asked.set("idempotency-key", &key);
            asked.change(|body| body["reconciliation_id"] = json!(key));
        }
        behind.ask(asked).await
    }));
    reads_forms: "not-json", "text/plain got 201", Front(doing(async |mut asked, behind| {
        asked.set("content-type", "application/json");
        behind.ask(asked).await
    }));
    breaks_down_over_rubbish: "not-json", "the body `", Front(doing(async |asked, behind| {
        if asked.is_create() && serde_json::from_slice::<Value>(&asked.body).map_or(true, |body| !body.is_object()) {
            return Answer::json(StatusCode::INTERNAL_SERVER_ERROR, &json!({}));
        }
        behind.ask(asked).await
    }));
    lets_anybody_read: "nobody-reads", "the payment got 200", Front(lets_anybody_in());
    lets_anybody_pay: "nobody-pays", "a create got 201", Front(lets_anybody_in());
    lets_customers_read_each_others: "another-session", "to another session, the payment got 200", Front(lets_anybody_in());
    tells_strangers_all: "stranger-sees", "a stranger is told", Front(lets_anybody_in());
    looks_at_the_transaction_alone: "transaction-elsewhere", "the other payment's address got 200", Front(by_transaction_alone());
    listens_to_any_page: "foreign-origin", "https://evil.example, a create got 201", Front(forgets_where_it_came_from());
    listens_to_what_names_no_origin: "foreign-origin", "sec-fetch-site: cross-site, a create got 201", Front(doing(async |mut asked, behind| {
        asked.headers.remove("sec-fetch-site");
        behind.ask(asked).await
    }));
    lets_any_script_read: "cors", "Access-Control-Allow-Origin", Front(doing(async |asked, behind| {
        let origin = asked.headers.get("origin").cloned();
        let mut answer = behind.ask(asked).await;
        if let Some(origin) = origin {
            answer.headers.insert("access-control-allow-origin", origin);
        }
        answer
    }));
    breaks_down_over_an_unknown_payment: "unknown-payment", "got 500", Front(replies(|_, answer| {
        if answer.status == StatusCode::NOT_FOUND {
            answer.status = StatusCode::INTERNAL_SERVER_ERROR;
        }
    }));
    says_it_in_html: "problems", "text/html", Front(replies(|_, answer| {
        if answer.status.is_client_error() {
            answer.set("content-type", "text/html");
        }
    }));
}

// The guard stands before charges, and not before authorizations.
mutants! {
    authorizes_anew: "authorization-repeat", "the repeat under the same key", Front(at_authorizations(anew()));
    authorizes_twice: "authorization-another-key", "a second attempt got 201",
        Front(at_authorizations(conflicts_to(StatusCode::CREATED)));
    authorizes_twice_at_once: "authorization-two-keys-at-once", "they replied 201",
        Front(at_authorizations(conflicts_to(StatusCode::CREATED)));
    says_that_it_waits_for_an_authorization: "authorization-held", "it says Preference-Applied",
        Front(at_authorizations(says_that_it_was_held()));
    sleeps_through_the_news_of_an_authorization: "authorization-woken", "it was answered with 200 (Pending)",
        Front(at_authorizations(remembers_first_status()));
    knows_of_authorizations_by_webhooks_only: "authorization-becomes-final", "10 s after it became",
        Front(at_authorizations(remembers_first_status()));
    authorizes_what_there_is: "authorization-amount-differs", "it got 201",
        Front(at_authorizations(requests(|body| body["expected"]["amount"] = json!(4_097))));
    authorizes_with_what_it_got: "authorization-allow-list", "reached PaymentsOS",
        Back(at_authorizations(requests(|body| body["installments"] = json!({"number_of_installments": 3}))));
    authorizes_for_other_customers: "authorization-another-session", "by another session, a create got 201",
        Front(lets_anybody_in_at("/authorizations"));
    authorizes_from_any_page: "authorization-foreign-origin", "https://evil.example, a create got 201",
        Front(at_authorizations(forgets_where_it_came_from()));
}

// PaymentsOS's own guard is not the backend's.
#[tokio::test]
async fn leaves_the_guard_to_paymentsos() {
    breaks("another-key", "2 different creates reached PaymentsOS", |url| unguarded(url, "/charges")).await;
}

#[tokio::test]
async fn leaves_the_guard_of_authorizations_to_paymentsos() {
    let broken = |url: &Url| unguarded(url, "/authorizations");
    breaks("authorization-another-key", "2 different creates reached PaymentsOS", broken).await;
    breaks("authorization-two-keys-at-once", "2 different creates reached PaymentsOS", broken).await;
    breaks("authorization-amount-differs", "it got 201", broken).await;
    breaks("authorization-another-session", "by another session, a create got 201", broken).await;
    breaks("authorization-foreign-origin", "https://evil.example, a create got 201", broken).await;
    breaks("authorization-allow-list", "reached PaymentsOS", broken).await;
}

/// A create at that address goes to PaymentsOS as it comes, past all that the backend knows.
fn unguarded(paymentsos: &Url, at: &'static str) -> Broken {
    let (paymentsos, client) = (paymentsos.clone(), reqwest::Client::builder().no_proxy().build().expect("a client"));
    Front(doing(move |asked: Asked, behind| {
        let (paymentsos, client) = (paymentsos.clone(), client.clone());
        async move {
            if !asked.is_create() || !asked.path.ends_with(at) {
                return behind.ask(asked).await;
            }
            let url = paymentsos.join(asked.path.trim_start_matches("/api")).expect("an address");
            let keys = sandbox::Config::default();
            let request = client.post(url).header("app-id", keys.app_id).header("private-key", keys.private_key);
            let request = request.header("api-version", "1.3.0").header("x-payments-os-env", "test");
            let request = request.header("idempotency-key", &asked.headers["idempotency-key"]);
            let request = request.header("content-type", "application/json").body(asked.body);
            let reply = request.send().await.expect("a reply");
            Answer::json(reply.status(), &reply.json().await.expect("JSON"))
        }
    }))
}

/// Does it with authorizations, and hands on all else.
fn at_authorizations(doing_it: Doing) -> Doing {
    doing(move |asked, behind| {
        let doing_it = if asked.path.contains("/authorizations") { Arc::clone(&doing_it) } else { nothing() };
        doing_it(asked, behind)
    })
}

fn says_that_it_was_held() -> Doing {
    doing(async |mut asked, behind| {
        let is_held = asked.headers.remove("prefer").is_some();
        let mut answer = behind.ask(asked).await;
        if is_held {
            answer.set("preference-applied", "wait=3");
        }
        answer
    })
}

fn forgets_where_it_came_from() -> Doing {
    doing(async |mut asked, behind| {
        asked.headers.remove("origin");
        asked.headers.remove("sec-fetch-site");
        behind.ask(asked).await
    })
}

/// What took so many seconds takes some more.
fn hangs_longer(is: fn(&Asked) -> bool, hung: u64, more: u64) -> Doing {
    doing(move |asked, behind| async move {
        let (is, began) = (is(&asked), Instant::now());
        let answer = behind.ask(asked).await;
        if is && began.elapsed() > Duration::from_secs(hung) {
            sleep(Duration::from_secs(more)).await;
        }
        answer
    })
}

/// A list of what is forbidden, in the place of one of what is allowed.
const FORBIDDEN: [&str; 6] =
    ["external", "sca_exemptions", "installments", "provider_specific_data", "cof_transaction_indicators", "level_2_3"];

/// Hands a body on to PaymentsOS as it came, but for what is forbidden, and that name.
fn hands_on_but(another: &'static str) -> Broken {
    fn strip(value: &mut Value, another: &str) {
        if let Some(fields) = value.as_object_mut() {
            fields.retain(|name, _| !FORBIDDEN.contains(&name.as_str()) && name != another);
            fields.values_mut().for_each(|field| strip(field, another));
        }
    }
    let came: Arc<Mutex<HashMap<String, Value>>> = Arc::default();
    let known = Arc::clone(&came);
    let at_front = doing(move |asked: Asked, behind: Behind| {
        if let (true, Ok(body)) = (asked.is_create(), serde_json::from_slice::<Value>(&asked.body)) {
            let attempt = body["reconciliation_id"].as_str().unwrap_or_default().to_owned();
            came.lock().expect("no panic").insert(attempt, body);
        }
        async move { behind.ask(asked).await }
    });
    let at_back = requests(move |body| {
        let attempt = body["reconciliation_id"].as_str().unwrap_or_default();
        if let Some(mut came) = known.lock().expect("no panic").get(attempt).cloned() {
            strip(&mut came, another);
            *body = came;
        }
    });
    Both(at_front, at_back)
}

fn replies(change: impl Fn(&HeaderMap, &mut Answer) + Send + Sync + 'static) -> Doing {
    let change = Arc::new(change);
    doing(move |asked, behind| {
        let change = Arc::clone(&change);
        async move {
            let headers = asked.headers.clone();
            let mut answer = behind.ask(asked).await;
            change(&headers, &mut answer);
            answer
        }
    })
}

fn when(is: fn(&Asked) -> bool, change: impl Fn(&mut Answer) + Send + Sync + 'static) -> Doing {
    let change = Arc::new(change);
    doing(move |asked, behind| {
        let change = Arc::clone(&change);
        async move {
            let is = is(&asked);
            let mut answer = behind.ask(asked).await;
            if is && answer.status.is_success() {
                change(&mut answer);
            }
            answer
        }
    })
}

fn payments(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Doing {
    when(Asked::is_payment, move |answer| answer.change(&change))
}

fn creates(change: impl Fn(&mut Answer) + Send + Sync + 'static) -> Doing {
    when(Asked::is_create, change)
}

fn transactions(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Doing {
    when(|asked| asked.is_create() || asked.is_status(), move |answer| answer.change(&change))
}

fn requests(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Doing {
    let change = Arc::new(change);
    doing(move |mut asked, behind| {
        if asked.is_create() {
            asked.change(&*change);
        }
        async move { behind.ask(asked).await }
    })
}

/// Each request looks like a new attempt.
fn anew() -> Doing {
    doing(async |mut asked, behind| {
        if asked.is_create() {
            let key = Uuid::new_v4().to_string();
            asked.set("idempotency-key", &key);
            asked.change(|body| body["reconciliation_id"] = json!(key));
        }
        behind.ask(asked).await
    })
}

/// Every attempt of a payment is taken for its first one.
fn first_key_of_payment() -> Doing {
    let keys: Arc<Mutex<HashMap<String, String>>> = Arc::default();
    doing(move |mut asked, behind| {
        if asked.is_create() {
            let own = asked.headers["idempotency-key"].to_str().expect("text").to_owned();
            let key = keys.lock().expect("no panic").entry(asked.path.clone()).or_insert(own).clone();
            asked.set("idempotency-key", &key);
            asked.change(|body| body["reconciliation_id"] = json!(key));
        }
        async move { behind.ask(asked).await }
    })
}

/// What was replied under a key is replied again, whatever is asked.
fn by_key_alone() -> Doing {
    let replied: Arc<Mutex<HashMap<String, Answer>>> = Arc::default();
    doing(move |asked, behind| {
        let replied = Arc::clone(&replied);
        async move {
            if !asked.is_create() {
                return behind.ask(asked).await;
            }
            let key = asked.headers["idempotency-key"].to_str().expect("text").to_owned();
            let known = replied.lock().expect("no panic").get(&key).cloned();
            match known {
                Some(answer) => answer,
                None => {
                    let answer = behind.ask(asked).await;
                    replied.lock().expect("no panic").insert(key, answer.clone());
                    answer
                }
            }
        }
    })
}

/// A transaction is found by its own id.
fn by_transaction_alone() -> Doing {
    let known: Arc<Mutex<HashMap<String, Answer>>> = Arc::default();
    doing(move |asked, behind| {
        let known = Arc::clone(&known);
        async move {
            let (is_create, id) = (asked.is_create(), asked.path.rsplit('/').next().unwrap_or_default().to_owned());
            let found = known.lock().expect("no panic").get(&id).cloned();
            if let Some(found) = found {
                return found;
            }
            let answer = behind.ask(asked).await;
            if let Some(id) = answer.value()["id"].as_str().filter(|_| is_create) {
                let found = Answer { status: StatusCode::OK, ..answer.clone() };
                known.lock().expect("no panic").insert(id.to_owned(), found);
            }
            answer
        }
    })
}

/// The first status of a transaction stays.
fn remembers_first_status() -> Doing {
    let known: Arc<Mutex<HashMap<String, Answer>>> = Arc::default();
    doing(move |asked, behind| {
        let known = Arc::clone(&known);
        async move {
            let (is_status, path) = (asked.is_status(), asked.path.clone());
            let answer = behind.ask(asked).await;
            if !is_status {
                return answer;
            }
            let is_pending = answer.value().pointer("/result/status") == Some(&json!("Pending"));
            let mut known = known.lock().expect("no panic");
            if is_pending {
                known.insert(path.clone(), answer.clone());
            }
            let mut pending = answer.clone();
            pending.change(|body| body["result"] = json!({"status": "Pending"}));
            known.get(&path).cloned().unwrap_or(pending)
        }
    })
}

fn believes_a_query() -> Doing {
    doing(async |asked, behind| {
        let believed = asked.path.contains("status=Succeed");
        let mut answer = behind.ask(asked).await;
        if believed {
            answer.change(|body| body["result"]["status"] = json!("Succeed"));
        }
        answer
    })
}

/// Whoever comes is taken for the one who made the order.
fn lets_anybody_in() -> Doing {
    lets_anybody_in_at("")
}

/// Whoever comes to such an address.
fn lets_anybody_in_at(part: &'static str) -> Doing {
    let owners: Arc<Mutex<HashMap<String, String>>> = Arc::default();
    doing(move |mut asked, behind| {
        let owners = Arc::clone(&owners);
        async move {
            let payment = asked.path.split('/').nth(3).unwrap_or_default().to_owned();
            let owner = owners.lock().expect("no panic").get(&payment).cloned();
            if let Some(owner) = owner.filter(|_| asked.path.contains(part)) {
                asked.set("cookie", &owner);
            }
            let answer = behind.ask(asked).await;
            if let (Some(made), Some(cookie)) =
                (answer.value()["payment_id"].as_str(), answer.headers.get("set-cookie"))
            {
                let cookie = cookie.to_str().expect("text").split(';').next().expect("a pair").to_owned();
                owners.lock().expect("no panic").insert(made.to_owned(), cookie);
            }
            answer
        }
    })
}

/// A `409` is told as something else; as a success, with some transaction.
fn conflicts_to(status: StatusCode) -> Doing {
    replies(move |_, answer| {
        if answer.status == StatusCode::CONFLICT {
            *answer = match status {
                StatusCode::CREATED => {
                    Answer::json(status, &json!({"id": Uuid::new_v4().to_string(), "result": {"status": "Succeed"}}))
                }
                _ => Answer { status, ..answer.clone() },
            };
        }
    })
}

/// A fault is told as something else.
fn faults_to(status: StatusCode) -> Doing {
    replies(move |_, answer| {
        if answer.status.is_server_error() {
            answer.status = status;
        }
    })
}

fn says_failed() -> Doing {
    replies(|_, answer| {
        if answer.status.is_server_error() {
            let failed = json!({"id": Uuid::new_v4().to_string(), "result": {"status": "Failed"}});
            *answer = Answer::json(StatusCode::CREATED, &failed);
        }
    })
}

/// Neither a reading nor the key at PaymentsOS leads to what was made: as where the backend makes a key of its own for each try, and
/// takes the conflict for the end.
fn finds_nothing() -> Doing {
    doing(async |mut asked, behind| {
        let is_payment = asked.method == "GET" && asked.path.contains("expand=all");
        if asked.is_create() {
            asked.set("idempotency-key", &Uuid::new_v4().to_string());
        }
        let mut answer = behind.ask(asked).await;
        if is_payment {
            answer.change(|body| {
                body["status"] = json!("Initialized");
                body["related_resources"] = json!({"charges": [], "authorizations": []});
            });
        }
        answer
    })
}
