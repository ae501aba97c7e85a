//! A step in words, for whoever reads a support ticket.

use super::{Done, Outcome, Step};
use crate::flow::{Answer, Attempt, Fit, Input, Lock, Millis, Money, Press, Start, Told, ToldPayment};

impl Step {
    /// What happened, then line by line what came of it. `begun` is when the run began, in steady time; `before` is the step before.
    pub fn story(&self, begun: Millis, before: Option<&Step>) -> Vec<String> {
        let mut story = vec![format!("{:>10}  {}", since(begun, self.now.steady), input(&self.input))];
        let Some(outcome) = &self.outcome else {
            story.push(indented("→ the component stopped here, before it could say what came of it"));
            return story;
        };
        let mut effects = outcome.effects.iter().peekable();
        while let Some(done) = effects.next() {
            // What is charged comes before the request that asks for it.
            let charged = (done.letter == 'm').then(|| effects.next()).flatten();
            story.push(indented(&match charged {
                Some(create) => format!("→ {} for {} {}", effect(create), done.number, done.word),
                None => format!("→ {}", effect(done)),
            }));
        }
        let was = before.and_then(|step| step.outcome.as_ref()).map(seen);
        if was != Some(seen(outcome)) {
            let fault = outcome.fault.as_ref().map(|fault| format!(", {fault}")).unwrap_or_default();
            story.push(indented(&format!("= {}{fault}", outcome.state.name())));
        }
        story
    }
}

fn seen(outcome: &Outcome) -> (&'static str, Option<&String>) {
    (outcome.state.name(), outcome.fault.as_ref())
}

fn indented(text: &str) -> String {
    format!("{:12}{text}", "")
}

fn since(begun: Millis, now: Millis) -> String {
    format!("+{}", time(now.saturating_sub(begun)))
}

fn time(millis: Millis) -> String {
    match millis / 1000 {
        seconds @ 0..60 => format!("{seconds}.{} s", millis % 1000 / 100),
        seconds => format!("{}:{:02} min", seconds / 60, seconds % 60),
    }
}

fn input(input: &Input) -> String {
    match input {
        Input::Start(start) => begins(start),
        Input::Pay(Press { id, window, .. }) => {
            format!("Pay is pressed (attempt {id}){}", if *window { "; a window opens" } else { "" })
        }
        Input::Method { given: true, .. } => "the page has given the payment method".to_owned(),
        Input::Method { given: false, .. } => "the page gives no payment method".to_owned(),
        Input::Locked(lock, saved) => format!(
            "the lock for {} is there{}",
            purpose(*lock),
            saved.as_ref().map(|saved| format!("; saved is {}", attempt(saved))).unwrap_or_default()
        ),
        Input::TryAgain => "the shopper presses Try again".to_owned(),
        Input::Check => "the shopper or the page wants to know now".to_owned(),
        Input::Reset => "the page wants a new look".to_owned(),
        Input::Answered { request, answer: came } => format!("request {request}: {}", answer(came)),
        Input::Woke => "the time is over".to_owned(),
        Input::Visible(true) => "the page becomes visible".to_owned(),
        Input::Visible(false) => "the page becomes hidden".to_owned(),
        Input::Online(true) => "the browser is online".to_owned(),
        Input::Online(false) => "the browser is offline".to_owned(),
        Input::Left => "the page is being left".to_owned(),
        Input::Shown => "the page is shown again".to_owned(),
        Input::Heard => "another tab says that something has happened".to_owned(),
        Input::Token => "the page sets a new client-token".to_owned(),
        Input::WindowClosed => "the window of the bank seems to be closed".to_owned(),
        Input::HandedOver => "the shopper is back in the window or the frame".to_owned(),
        Input::TakenOver => "the page that opened this one goes on".to_owned(),
    }
}

fn begins(start: &Start) -> String {
    let setup = &start.setup;
    let mut parts = vec![match &setup.payment_id {
        Some(id) => format!("the page begins: {} of payment {id}", setup.kind.name()),
        None => "the page begins, without a payment-id".to_owned(),
    }];
    parts.extend(setup.money.as_ref().map(money));
    for set in &start.returned {
        let (kind, id) = set.transaction.as_ref().map_or(("transaction", "?"), |(kind, id)| (kind.name(), id));
        let payment = set.payment_id.as_deref().unwrap_or("?");
        parts.push(format!("its address names {kind} {id} of payment {payment}"));
    }
    parts
        .extend(start.saved.iter().map(|(payment, saved)| format!("saved of payment {payment} is {}", attempt(saved))));
    parts.extend(start.kept.as_ref().map(|kept| {
        let (kind, id, payment) = (kept.kind.name(), &kept.transaction, &kept.payment_id);
        format!("last looked at was {kind} {id} of payment {payment}")
    }));
    for (is_so, words) in [
        (!setup.merchant_site.is_safe(), "merchant-site-url cannot be used"),
        (setup.fit == Fit::Look, "a setting is missing or not understood"),
        (setup.fit == Fit::Nothing, "there is no backend"),
        (!start.can_keep, "nothing can be kept in this browser"),
        (!start.visible, "hidden"),
        (!start.online, "offline"),
    ] {
        parts.extend(is_so.then(|| words.to_owned()));
    }
    parts.join("; ")
}

fn attempt(attempt: &Attempt) -> String {
    let mut parts = vec![format!("attempt {}", attempt.id)];
    parts.extend(attempt.transaction.as_ref().map(|id| format!("{} {id}", attempt.kind.name())));
    for (is_so, words) in [(attempt.doubtful, "in doubt"), (attempt.link, "by link")] {
        parts.extend(is_so.then(|| words.to_owned()));
    }
    parts.join(", ")
}

fn answer(answer: &Answer) -> String {
    match answer {
        Answer::Payment(told) => payment(told),
        Answer::Transaction { told, held, .. } => {
            format!(
                "{}{}",
                transaction("the transaction", told),
                if *held { ", the answer having been held" } else { "" }
            )
        }
        Answer::Refused { status, retry_after } => {
            let again = retry_after.map(|after| format!(", to be tried again in {}", time(after)));
            format!("refused with {status}{}", again.unwrap_or_default())
        }
        Answer::Lost => "no answer, or none that can be read".to_owned(),
        Answer::NotSent => "it could not be sent".to_owned(),
    }
}

fn payment(told: &ToldPayment) -> String {
    let payment = &told.payment;
    let sum = money(&Money { amount: payment.amount, currency: payment.currency.clone() });
    let mut parts = vec![format!("the payment is {}, {sum}", payment.status.as_str())];
    parts.extend(payment.is_chargedback.then(|| "charged back".to_owned()));
    match &told.transactions {
        None => parts.push("its transactions are not listed".to_owned()),
        Some(listed) if listed.is_empty() => parts.push("nothing was tried".to_owned()),
        Some(listed) => parts.extend(listed.iter().map(|(kind, told)| transaction(kind.name(), told))),
    }
    parts.join("; ")
}

fn transaction(name: &str, told: &Told) -> String {
    let result = &told.transaction.result;
    let mut parts = vec![format!("{name} {} is {}", told.id(), result.status.as_str())];
    parts.extend([&result.category, &result.sub_category].into_iter().flatten().cloned());
    parts.extend(told.transaction.reconciliation_id.as_ref().map(|attempt| format!("of attempt {attempt}")));
    parts.extend(told.place.as_ref().map(|place| match (place.is_safe(), told.collects) {
        (false, _) => "leading where nobody may be sent".to_owned(),
        (true, true) => format!("wanting data at address {}", place.number),
        (true, false) => format!("leading to address {}", place.number),
    }));
    parts.join(", ")
}

fn money(money: &Money) -> String {
    format!("{} {} in minor units", money.amount, money.currency)
}

fn purpose(lock: Lock) -> &'static str {
    match lock {
        Lock::Create => "creating",
        Lock::Wait => "waiting",
    }
}

/// The letters of `write.rs` in words.
fn effect(done: &Done) -> String {
    let Done { letter, number, word } = done;
    let lock = || purpose(if *number == 0 { Lock::Create } else { Lock::Wait });
    match letter {
        'c' => format!("creates under attempt {word} (request {number})"),
        'a' => format!("asks for transaction {word} (request {number})"),
        'h' => format!("asks for transaction {word}, the answer to be held (request {number})"),
        't' => format!("goes on with 3-D Secure of attempt {word}, the data having been collected (request {number})"),
        'u' => format!("goes on with 3-D Secure of attempt {word}, without the data (request {number})"),
        'r' => format!("reads payment {word} (request {number})"),
        'x' => format!("gives up request {number}"),
        'w' => format!("waits {}", time(*number)),
        's' => format!("saves attempt {word}"),
        'f' => format!("forgets attempt {word}"),
        'k' => format!("keeps transaction {word} for a reload"),
        'd' => "keeps no transaction any more".to_owned(),
        'l' => format!("asks for the lock for {}", lock()),
        'v' => format!("gives the lock for {} back", lock()),
        'e' if word.is_empty() => "listens to no other tab".to_owned(),
        'e' => format!("listens to the other tabs of payment {word}"),
        'n' => "tells the other tabs to look".to_owned(),
        'q' if *number == 0 => "takes the return out of the address".to_owned(),
        'q' => "takes the status out of the address".to_owned(),
        'g' => format!("takes the shopper to address {number}"),
        'o' => format!("takes the window to address {number}"),
        'z' => "closes the window".to_owned(),
        'i' => format!("lets address {number} collect data"),
        'j' => "is done with collecting".to_owned(),
        'b' => "tells whoever opened this page that the shopper is back".to_owned(),
        'p' => "tells the window or the frame that it goes on here".to_owned(),
        'y' => "closes this window".to_owned(),
        '!' => "tells the page the result".to_owned(),
        '?' => format!("reports {word} to the page"),
        _ => format!("does what this release does not know ({letter}{number} {word})"),
    }
}
