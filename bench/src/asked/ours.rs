//! Our schedule: the flow itself, on a page that the shopper has come back to.

use super::{Asked, Millis, PATIENCE, ROUND_TRIP, Schedule};
use crate::sample::{CHARGE, PAYMENT};
use paymentsos_core::flow::returned::Returned;
use paymentsos_core::flow::schedule::HELD_WAIT;
use paymentsos_core::flow::{
    Answer, Effect, Fit, Flow, Input, Money, Now, Place, Presentation, Request, Setup, Start, StateName, Told,
    ToldPayment,
};
use paymentsos_core::paymentsos::Kind;
use serde_json::json;
use std::collections::BTreeMap;

pub(crate) struct Ours {
    /// Whether the backend holds its answers.
    pub(crate) held: bool,
}

impl Schedule for Ours {
    fn name(&self) -> &'static str {
        if self.held { "ours, answers held" } else { "ours, answers not held" }
    }

    fn ask(&self, is_final: Millis, seed: u64) -> Asked {
        let mut page = Page { held: self.held, is_final, chance: seed, ..Page::default() };
        page.tell(Input::Start(Box::new(start())));
        while page.flow.view().state != StateName::Succeeded {
            page.goes_on();
        }
        Asked { requests: page.requests, delay: page.now.saturating_sub(is_final) }
    }
}

fn start() -> Start {
    let merchant_site =
        Place { number: 0, scheme: "https".into(), host: "shop.example".into(), has_credentials: false, length: 25 };
    let setup = Setup {
        payment_id: Some(PAYMENT.into()),
        kind: Kind::Charge,
        money: Some(Money { amount: 4_097, currency: "USD".into() }),
        presentation: Presentation::Auto,
        redirect_hosts: Vec::new(),
        merchant_site,
        deadline: PATIENCE,
        fit: Fit::Pay,
    };
    let returned = Returned { payment_id: Some(PAYMENT.into()), transaction: Some((Kind::Charge, CHARGE.into())) };
    Start {
        setup,
        returned: vec![returned],
        saved: Vec::new(),
        kept: None,
        can_keep: true,
        visible: true,
        online: true,
    }
}

/// A page on virtual time, and its backend.
#[derive(Default)]
struct Page {
    flow: Flow,
    now: Millis,
    chance: u64,
    alarm: Option<Millis>,
    /// What is on its way, by when it is there.
    answers: BTreeMap<(Millis, u32), Answer>,
    requests: u32,
    is_final: Millis,
    held: bool,
}

impl Page {
    /// To whatever comes next.
    fn goes_on(&mut self) {
        let answer = self.answers.first_key_value().map(|(key, _)| *key);
        match (answer, self.alarm) {
            (Some((at, number)), alarm) if alarm.is_none_or(|alarm| at <= alarm) => {
                self.now = at;
                if let Some(answer) = self.answers.remove(&(at, number)) {
                    self.tell(Input::Answered { request: number, answer });
                }
            }
            (_, Some(alarm)) => {
                (self.now, self.alarm) = (alarm, None);
                self.tell(Input::Woke);
            }
            (_, None) => unreachable!("the flow waits for nothing, and has no result"),
        }
    }

    fn tell(&mut self, input: Input) {
        // A multiplicative generator is random enough for jitter.
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let now = Now { steady: self.now, wall: 1_764_000_000_000 + self.now, chance: (self.chance >> 48) as u16 };
        for effect in self.flow.handle(input, now) {
            match effect {
                Effect::Send(number, request) => self.send(number, &request),
                Effect::Abort(number) => self.answers.retain(|(_, sent), _| *sent != number),
                Effect::Wake(delay) => self.alarm = Some(self.now + delay),
                // Another tab has the payment's locks in no payment of these.
                Effect::Lock(lock) => self.tell(Input::Locked(lock, None)),
                _ => {}
            }
        }
    }

    fn send(&mut self, number: u32, request: &Request) {
        self.requests += 1;
        let asked = self.now + ROUND_TRIP / 2;
        let held = self.held && matches!(request, Request::Ask { held: true, .. });
        let answered = if held { asked.max(self.is_final.min(asked + HELD_WAIT)) } else { asked };
        let status = if answered >= self.is_final { "Succeed" } else { "Pending" };
        let charge = json!({"id": CHARGE, "amount": 4_097, "currency": "USD", "result": {"status": status}});
        let place = &mut |_: &str| unreachable!("nothing is to be gone to");
        let answer = match request {
            Request::Read { .. } => {
                let whole = if status == "Succeed" { "Captured" } else { "Pending" };
                let payment = json!({
                    "id": PAYMENT, "amount": 4_097, "currency": "USD", "status": whole,
                    "related_resources": {"charges": [charge], "authorizations": []},
                });
                serde_json::from_value(payment).map(|payment| Answer::Payment(ToldPayment::new(payment, place)))
            }
            _ => serde_json::from_value(charge).map(|charge| Answer::Transaction {
                told: Told::new(charge, place),
                vendor: None,
                held,
            }),
        };
        self.answers.insert((answered + ROUND_TRIP / 2, number), answer.unwrap_or(Answer::Lost));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_that_is_there_is_known_after_one_round_trip() {
        for held in [true, false] {
            let asked = Ours { held }.ask(0, 1);
            assert_eq!(asked.delay, ROUND_TRIP);
            assert!(asked.requests <= 2, "{asked:?}");
        }
    }

    #[test]
    fn a_held_answer_comes_with_the_result() {
        for is_final in [10_000, 60_000, 600_000] {
            let asked = Ours { held: true }.ask(is_final, 1);
            // Unless it comes just between two questions.
            assert!(asked.delay <= ROUND_TRIP * 2 + 400, "{asked:?}");
            assert!(u64::from(asked.requests) <= 4 + is_final / HELD_WAIT, "{asked:?}");
        }
    }
}
