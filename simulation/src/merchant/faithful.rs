//! The model does what the reference does: both are given the same scripts, the reference over HTTP with a sandbox behind it, and every
//! reply has to be the same.

use super::{Body, Call, Guard, Merchant, Reply};
use crate::chance::Chance;
use crate::faults::Faults;
use crate::ids;
use crate::paymentsos::{PaymentsOs, Plan};
use crate::time::{Life, Time};
use paymentsos_core::flow::Money;
use paymentsos_core::paymentsos::{Kind, Status};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;

/// What becomes of the one call by which a transaction would be made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lost {
    Nothing,
    Request,
    Reply,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Create {
        attempt: u32,
        plan: Plan,
        right_amount: bool,
        lost: Lost,
    },
    /// The payment, and then the transaction of that number.
    Ask(usize),
    Decide(usize, bool),
    Restart,
}

/// A reply, as far as a checkout sees it: the status, which transaction, and how that stands; of a payment, how all stand.
type Seen = (u16, Option<usize>, Vec<String>);

fn script(seed: u64) -> Vec<Step> {
    let mut chance = Chance::seeded(seed);
    // The sandbox's provider fails with a fault of its own, which is worth a repeat; a bank declines.
    let plans = [Plan::Succeeds, Plan::ProviderFails, Plan::AtBank, Plan::ProviderFails, Plan::AtBank];
    (0..10)
        .map(|_| match chance.below(12) {
            0..=5 => Step::Create {
                attempt: chance.below(4),
                plan: chance.pick(&plans),
                right_amount: !chance.one_in(8),
                lost: chance.pick(&[Lost::Nothing, Lost::Nothing, Lost::Request, Lost::Reply]),
            },
            6..=7 => Step::Ask(chance.below(3) as usize),
            8..=10 => Step::Decide(chance.below(3) as usize, chance.one_in(2)),
            _ => Step::Restart,
        })
        .collect()
}

struct Model {
    time: Time,
    merchant: Rc<Merchant>,
    paymentsos: Rc<RefCell<PaymentsOs>>,
}

impl Model {
    fn new() -> Model {
        let time = Time::new();
        let chance = Rc::new(RefCell::new(Chance::of(&[])));
        let faults = Rc::new(Faults::default());
        let paymentsos = Rc::new(RefCell::new(PaymentsOs {
            amount: 4097,
            made: Vec::new(),
            closed: None,
            guards: true,
            repeats_faults: false,
            replays_snapshots: false,
        }));
        let merchant = Merchant::new(&time, &chance, &faults, &paymentsos, Guard::Reference);
        Model { time, merchant, paymentsos }
    }

    fn call(&self, call: Call) -> Reply {
        let reply = Rc::new(RefCell::new(None));
        let (merchant, slot) = (self.merchant.clone(), reply.clone());
        self.time.spawn(&Life::new(), async move {
            let reply = merchant.handle(call, true).await;
            *slot.borrow_mut() = reply;
        });
        let end = self.time.now() + 20_000;
        while reply.borrow().is_none() && self.time.step(end) {}
        reply.borrow_mut().take().expect("a reply")
    }

    fn number(&self, id: &str) -> Option<usize> {
        self.paymentsos.borrow().made.iter().position(|made| made.id == id)
    }

    fn seen(&self, reply: Reply) -> Seen {
        match reply.body {
            Body::Problem => (reply.status, None, Vec::new()),
            Body::Transaction(told) => {
                (reply.status, self.number(&told.id), vec![told.result.status.as_str().to_owned()])
            }
            Body::Payment(payment) => {
                let listed = payment.related_resources.unwrap_or_default().charges;
                (reply.status, None, listed.iter().map(|one| one.result.status.as_str().to_owned()).collect())
            }
        }
    }

    fn step(&self, step: Step) -> Vec<Seen> {
        match step {
            Step::Create { attempt, plan, right_amount, lost } => {
                let amount = if right_amount { 4097 } else { 1 };
                let expected = Money { amount, currency: ids::CURRENCY.into() };
                self.merchant.next_create.set(lost);
                let reply = self.call(Call::Create { kind: Kind::Charge, attempt: ids::key(attempt), expected, plan });
                self.merchant.next_create.set(Lost::Nothing);
                vec![self.seen(reply)]
            }
            Step::Ask(at) => {
                let payment = self.call(Call::Read);
                let mut seen = vec![self.seen(payment)];
                let id = self.paymentsos.borrow().made.get(at).map(|made| made.id.clone());
                if let Some(id) = id {
                    let transaction = self.call(Call::Ask { kind: Kind::Charge, id, wait: None });
                    seen.push(self.seen(transaction));
                }
                seen
            }
            Step::Decide(at, succeeds) => {
                let id = self.paymentsos.borrow().made.get(at).map(|made| made.id.clone());
                if let Some(id) = id {
                    self.paymentsos.borrow_mut().decide(&id, succeeds);
                }
                Vec::new()
            }
            Step::Restart => {
                self.merchant.is_killed();
                Vec::new()
            }
        }
    }
}

struct Reference {
    client: Client,
    sandbox: sandbox::Running,
    merchant: Option<merchant::Running>,
    config: merchant::Config,
    payment: String,
    cookie: String,
    amount: u64,
    currency: String,
}

impl Reference {
    async fn open(file: &std::path::Path) -> Reference {
        let listen = ([127, 0, 0, 1], 0).into();
        let switches = sandbox::Switches { webhook_ms: 0, ..sandbox::Switches::default() };
        let sandbox = sandbox::Config { listen, switches, ..sandbox::Config::default() };
        let keys = sandbox.clone();
        let sandbox = sandbox::start(sandbox).await.expect("a sandbox");
        let url = format!("http://{}", sandbox.address).parse().expect("an address");
        let config = merchant::Config {
            database_url: format!("sqlite:{}", file.display()),
            public_url: "http://localhost:8080".parse().ok(),
            ..merchant::Config::in_memory(url, &keys.app_id, &keys.private_key, &keys.public_key)
        };
        let merchant = merchant::start(config.clone()).await.expect("a merchant");
        let client = Client::builder().no_proxy().build().expect("a client");
        let orders = format!("http://{}/shop/orders", merchant.address);
        let reply = client.post(orders).json(&json!({})).send().await.expect("a reply");
        let cookie =
            reply.headers()["set-cookie"].to_str().expect("text").split(';').next().expect("a pair").to_owned();
        let order: Value = reply.json().await.expect("an order");
        let text = |name: &str| order[name].as_str().expect("text").to_owned();
        Reference {
            client,
            sandbox,
            merchant: Some(merchant),
            config,
            payment: text("payment_id"),
            cookie,
            amount: order["amount"].as_u64().expect("an amount"),
            currency: text("currency"),
        }
    }

    fn api(&self, path: &str) -> String {
        let merchant = self.merchant.as_ref().expect("it runs");
        format!("http://{}/api/payments/{}{path}", merchant.address, self.payment)
    }

    fn at_sandbox(&self, path: &str) -> String {
        format!("http://{}{path}", self.sandbox.address)
    }

    async fn send(&self, request: RequestBuilder) -> (StatusCode, Value) {
        let reply = request.header("cookie", &self.cookie).send().await.expect("a reply");
        (reply.status(), reply.json().await.unwrap_or_default())
    }

    /// The ids of all charges at PaymentsOS, in the order in which they were made.
    async fn made(&self) -> Vec<String> {
        let request = self.client.get(self.at_sandbox(&format!("/payments/{}?expand=all", self.payment)));
        let request = request
            .header("app-id", self.config.app_id.as_str())
            .header("private-key", self.sandbox_key())
            .header("api-version", "1.3.0")
            .header("x-payments-os-env", "test");
        let payment: Value = request.send().await.expect("a reply").json().await.expect("a payment");
        let charges = payment["related_resources"]["charges"].as_array().cloned().unwrap_or_default();
        charges.iter().map(|charge| charge["id"].as_str().expect("an id").to_owned()).collect()
    }

    fn sandbox_key(&self) -> String {
        sandbox::Config::default().private_key
    }

    async fn seen(&self, (status, body): (StatusCode, Value)) -> Seen {
        let status_of = |one: &Value| one.pointer("/result/status").and_then(Value::as_str).map(str::to_owned);
        if let Some(listed) = body.pointer("/related_resources/charges").and_then(Value::as_array) {
            return (status.as_u16(), None, listed.iter().filter_map(status_of).collect());
        }
        let made = self.made().await;
        let number = made.iter().position(|id| Some(id.as_str()) == body["id"].as_str());
        (status.as_u16(), number, status_of(&body).into_iter().collect())
    }

    async fn step(&mut self, step: Step) -> Vec<Seen> {
        match step {
            Step::Create { attempt, plan, right_amount, lost } => {
                let fault = match lost {
                    Lost::Nothing => json!({}),
                    Lost::Request => {
                        json!({"api": [{"method": "POST", "path": "/charges", "times": 1, "status": 503}]})
                    }
                    Lost::Reply => {
                        json!({"api": [{"method": "POST", "path": "/charges", "times": 1, "lose_reply": true}]})
                    }
                };
                let faults = self.at_sandbox("/sandbox/faults");
                self.client.put(&faults).json(&fault).send().await.expect("a reply");
                let mut method = json!({"type": "untokenized", "source_type": "payment_page", "vendor": "PBL"});
                match plan {
                    Plan::Succeeds => method["additional_details"] = json!({"untokenized_result_status": "succeed"}),
                    Plan::ProviderFails => {
                        method["additional_details"] = json!({"untokenized_result_status": "failed"})
                    }
                    _ => {}
                }
                let merchant = self.merchant.as_ref().expect("it runs");
                let key = ids::key(attempt);
                let amount = if right_amount { self.amount } else { 1 };
                let body = json!({
                    "payment_method": method,
                    "merchant_site_url": merchant.public_url.join("/return").expect("an address").as_str(),
                    "reconciliation_id": key,
                    "expected": {"amount": amount, "currency": self.currency},
                });
                let request = self.client.post(self.api("/charges")).header("idempotency-key", key).json(&body);
                let reply = self.send(request).await;
                self.client.put(&faults).json(&json!({})).send().await.expect("a reply");
                vec![self.seen(reply).await]
            }
            Step::Ask(at) => {
                let payment = self.send(self.client.get(self.api(""))).await;
                let mut seen = vec![self.seen(payment).await];
                if let Some(id) = self.made().await.get(at) {
                    let transaction = self.send(self.client.get(self.api(&format!("/charges/{id}")))).await;
                    seen.push(self.seen(transaction).await);
                }
                seen
            }
            Step::Decide(at, succeeds) => {
                if let Some(id) = self.made().await.get(at) {
                    let end = if succeeds { "succeed" } else { "fail" };
                    let path = format!("/sandbox/payments/{}/transactions/{id}/{end}", self.payment);
                    // What is decided already is refused, and stays.
                    self.client.post(self.at_sandbox(&path)).send().await.expect("a reply");
                }
                Vec::new()
            }
            Step::Restart => {
                if let Some(running) = self.merchant.take() {
                    running.stop().await;
                }
                self.merchant = Some(merchant::start(self.config.clone()).await.expect("a merchant"));
                Vec::new()
            }
        }
    }
}

#[tokio::test]
async fn the_model_does_what_the_reference_does() {
    let folder = std::env::temp_dir().join(format!("faithful-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut compared = 0;
    for seed in 0..40 {
        let model = Model::new();
        let mut reference = Reference::open(&folder.join(format!("{seed}.db"))).await;
        let script = script(seed);
        for (at, step) in script.iter().enumerate() {
            let (expected, seen) = (reference.step(*step).await, model.step(*step));
            assert_eq!(seen, expected, "script {seed}, step {at} of {script:#?}");
            compared += seen.len();
        }
        if let Some(running) = reference.merchant.take() {
            running.stop().await;
        }
    }
    assert!(compared > 200, "only {compared} replies were compared");
    std::fs::remove_dir_all(&folder).expect("the folder is there");
}

#[test]
fn what_fails_at_paymentsos_is_known_as_failed() {
    let model = Model::new();
    let create = |attempt, plan| Step::Create { attempt, plan, right_amount: true, lost: Lost::Nothing };
    assert_eq!(model.step(create(0, Plan::Fails)), [(201, Some(0), vec![Status::Failed.as_str().to_owned()])]);
    assert_eq!(model.step(create(1, Plan::Succeeds)), [(201, Some(1), vec![Status::Succeed.as_str().to_owned()])]);
    assert_eq!(model.step(create(2, Plan::Succeeds)), [(409, None, vec![])]);
}
