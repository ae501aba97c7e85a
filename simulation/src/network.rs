//! The way between a page and the backend, on which requests and replies get lost, late, doubled and out of order.

use crate::browser::Open;
use crate::faults::Fault;
use crate::ids;
use crate::merchant::{Body, Call, Reply};
use crate::paymentsos::Plan;
use crate::world::World;
use paymentsos_core::flow::schedule::HELD_WAIT;
use paymentsos_core::flow::{Answer, Input, Place, Request, Told, ToldPayment};
use std::rc::Rc;

/// Numbers of places where the issuer collects data begin here.
pub(crate) const COLLECTORS: u32 = 10_000;
/// The number of a place that must not be gone to.
const NOWHERE: u32 = 20_000;

impl World {
    /// Sends a request of a page. Its answer finds the page, if that is still there and still waits for it.
    pub(crate) fn send(self: &Rc<Self>, tab: usize, page: u64, number: u32, request: Request) {
        let (world, time) = (self.clone(), self.time.now());
        self.with(tab, page, |page| page.open.push(Open { number, request: request.clone(), sent: time }));
        // On its own: what has been sent goes on though the page is gone.
        self.time.spawn(&self.life, async move {
            let answer = world.call(tab, &request).await;
            let waits = world.with(tab, page, |page| {
                let at = page.open.iter().position(|open| open.number == number);
                at.map(|at| page.open.remove(at)).is_some()
            });
            if waits == Some(true) {
                let browser = world.tabs.borrow()[tab].browser;
                world.browsers.borrow_mut()[browser].keys.hear(tab, &request, &answer);
                world.with(tab, page, |page| page.notes.hear(&request, &answer));
                world.input(tab, page, Input::Answered { request: number, answer });
            }
        });
    }

    async fn call(self: &Rc<Self>, tab: usize, request: &Request) -> Answer {
        let (is_offline, is_own) = {
            let (tabs, browsers) = (self.tabs.borrow(), self.browsers.borrow());
            let browser = &browsers[tabs[tab].browser];
            (browser.offline, browser.has_session)
        };
        if is_offline {
            self.time.sleep(5).await;
            return Answer::Lost;
        }
        let call = self.words_of(request);
        let vendor = match &call {
            Call::Create { plan: Plan::ByLink, .. } => Some("PBL".to_owned()),
            Call::Create { .. } => Some("VISA".to_owned()),
            _ => None,
        };
        self.time.sleep(self.between(10, 150)).await;
        if self.happens(Fault::RequestLost) {
            return self.nothing_comes().await;
        }
        let is_about_ours = match request {
            Request::Create { payment_id, .. }
            | Request::Read { payment_id }
            | Request::Ask { payment_id, .. }
            | Request::Authenticate { payment_id, .. } => payment_id.eq_ignore_ascii_case(ids::PAYMENT),
        };
        if !is_about_ours {
            self.time.sleep(self.between(10, 150)).await;
            return Answer::Refused { status: 404, retry_after: None };
        }
        if self.happens(Fault::Slow) {
            self.time.sleep(self.between(5_000, 90_000)).await;
        }
        if self.happens(Fault::RequestDoubled) {
            let (world, call) = (self.clone(), call.clone());
            self.time.spawn(&self.life, async move {
                world.time.sleep(world.between(0, 60_000)).await;
                // Nobody waits for its answer.
                let _ = world.merchant.clone().handle(call, is_own).await;
            });
        }
        let Some(reply) = self.merchant.clone().handle(call, is_own).await else { return Answer::Lost };
        if self.happens(Fault::ReplyLost) {
            return self.nothing_comes().await;
        }
        if self.happens(Fault::Slow) {
            self.time.sleep(self.between(5_000, 90_000)).await;
        }
        self.time.sleep(self.between(10, 150)).await;
        answer(reply, vendor)
    }

    /// A broken connection, or one that nothing ever comes from.
    async fn nothing_comes(&self) -> Answer {
        let is_silent = self.one_in(2);
        self.time.sleep(if is_silent { 600_000 } else { 100 }).await;
        Answer::Lost
    }

    fn words_of(&self, request: &Request) -> Call {
        match request {
            Request::Create { kind, attempt, method, expected, .. } => Call::Create {
                kind: *kind,
                attempt: attempt.clone(),
                expected: expected.clone(),
                plan: self.plans.borrow().get(method).copied().unwrap_or(Plan::Succeeds),
            },
            Request::Read { .. } => Call::Read,
            Request::Ask { kind, id, held, .. } => {
                Call::Ask { kind: *kind, id: id.clone(), wait: held.then_some(HELD_WAIT) }
            }
            Request::Authenticate { kind, id, attempt, .. } => {
                Call::Authenticate { kind: *kind, id: id.clone(), attempt: attempt.clone() }
            }
        }
    }
}

fn answer(reply: Reply, vendor: Option<String>) -> Answer {
    if !(200..300).contains(&reply.status) {
        return Answer::Refused { status: reply.status, retry_after: reply.retry_after };
    }
    match reply.body {
        Body::Transaction(transaction) => {
            Answer::Transaction { told: Told::new(transaction, &mut place), vendor, held: reply.held }
        }
        Body::Payment(payment) => Answer::Payment(ToldPayment::new(payment, &mut place)),
        Body::Problem => Answer::Lost,
    }
}

/// The facts about an address, under a number from which it can be told what it is about.
fn place(url: &str) -> Place {
    let of =
        |start: &str| url.strip_prefix(start).and_then(|rest| rest.strip_prefix('/')).and_then(|at| at.parse().ok());
    let number = match (of(ids::BANK), of(ids::COLLECTOR)) {
        (Some::<u32>(at), _) => at,
        (None, Some::<u32>(at)) => COLLECTORS + at,
        (None, None) => NOWHERE,
    };
    let scheme = url.split(':').next().unwrap_or_default().to_owned();
    Place { number, scheme, host: "bank.example".into(), has_credentials: false, length: url.len() }
}

/// An answer, for the story.
pub(crate) fn words(answer: &Answer) -> String {
    match answer {
        Answer::Payment(told) => {
            let listed = told.transactions.iter().flatten();
            let listed = listed.map(|(_, told)| format!("{} {}", told.id(), told.transaction.result.status.as_str()));
            format!("the payment is {}, with [{}]", told.payment.status.as_str(), listed.collect::<Vec<_>>().join(", "))
        }
        Answer::Transaction { told, .. } => format!("{} is {}", told.id(), told.transaction.result.status.as_str()),
        Answer::Refused { status, .. } => format!("status {status}"),
        Answer::Lost => "nothing came".into(),
        Answer::NotSent => "not sent".into(),
    }
}
