//! Writes the lines of a trace. This is in every shopper's browser, so it is kept small: letters and numbers, and no formatting.
//!
//! What is written here is read in `read.rs`, word by word in the same order.

use crate::decimal;
use crate::flow::returned::is_uuid;
use crate::flow::{Answer, Attempt, Effect, Input, Kept, Now, PAY_BY_LINK, Request, Start, Told, ToldPayment, View};

/// What happened, and when. `redirect_hosts` are those of the settings that the flow was started with.
pub fn input_line(input: &Input, now: Now, redirect_hosts: &[String]) -> String {
    let mut line = Line { text: decimal(now.steady), redirect_hosts };
    line.number(now.wall);
    line.number(now.chance.into());
    match input {
        Input::Start(start) => {
            let setup = &start.setup;
            let flags = flags([start.can_keep, start.visible, start.online, setup.merchant_site.is_safe()]);
            line.token('s', flags, "");
            line.start(start);
        }
        input => line.input(input),
    }
    line.text
}

/// What the flow made of it: what is to be seen, and what is to be done.
pub fn outcome_line(view: &View, effects: &[Effect]) -> String {
    let mut line = Line { text: "=".to_owned(), redirect_hosts: &[] };
    line.word(view.state.name());
    line.word(view.fault.map_or("", |code| code.name()));
    for effect in effects {
        line.effect(effect);
    }
    line.text
}

/// A line being written. Every word has a space before it.
struct Line<'a> {
    text: String,
    redirect_hosts: &'a [String],
}

impl Line<'_> {
    /// All but the start: see `Flow::go_on`.
    #[inline(never)]
    fn input(&mut self, input: &Input) {
        let (letter, number) = match input {
            Input::Start(_) => return,
            Input::Pay(press) => ('p', press.method.into()),
            Input::Method { number, given: true } => ('m', (*number).into()),
            Input::Method { number, given: false } => ('n', (*number).into()),
            Input::Locked(lock, _) => ('l', *lock as u64),
            Input::TryAgain => ('t', 0),
            Input::Check => ('c', 0),
            Input::Reset => ('r', 0),
            Input::Answered { request, .. } => ('a', (*request).into()),
            Input::Woke => ('w', 0),
            Input::Visible(visible) => ('v', (*visible).into()),
            Input::Online(online) => ('o', (*online).into()),
            Input::Left => ('x', 0),
            Input::Shown => ('y', 0),
            Input::Heard => ('h', 0),
            Input::Token => ('k', 0),
            Input::WindowClosed => ('z', 0),
            Input::HandedOver => ('b', 0),
            Input::TakenOver => ('d', 0),
        };
        self.token(letter, number, "");
        match input {
            Input::Pay(press) => {
                self.word(&press.id);
                self.number(press.window.into());
            }
            Input::Locked(_, saved) => self.attempt(saved.as_ref()),
            Input::Answered { answer, .. } => self.answer(answer),
            _ => {}
        }
    }

    /// A word; `-` where there is none, and `?` in place of what is no word.
    fn word(&mut self, word: &str) {
        if word.is_empty() {
            self.text.push_str(" -");
        } else {
            self.text.push(' ');
            self.put(word);
        }
    }

    /// A hyphen alone is no word: it stands for none.
    fn put(&mut self, word: &str) {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let is_word = word.len() <= 64 && word != "-" && word.bytes().all(is_letter);
        self.text.push_str(if is_word { word } else { "?" });
    }

    fn optional(&mut self, word: Option<&String>) {
        self.word(word.map_or("", |word| word));
    }

    fn number(&mut self, number: u64) {
        self.word(&decimal(number));
    }

    fn optional_number(&mut self, number: Option<u64>) {
        match number {
            Some(number) => self.number(number),
            None => self.word(""),
        }
    }

    /// A letter and its number, and maybe a word that belongs to it.
    fn token(&mut self, letter: char, number: u64, word: &str) {
        self.text.push(' ');
        self.text.push(letter);
        self.put(&decimal(number));
        if !word.is_empty() {
            self.text.push('=');
            self.put(word);
        }
    }

    fn start(&mut self, start: &Start) {
        let setup = &start.setup;
        self.optional(setup.payment_id.as_ref());
        self.number(setup.kind as u64);
        self.optional_number(setup.money.as_ref().map(|money| money.amount));
        self.optional(setup.money.as_ref().map(|money| &money.currency));
        self.number(setup.presentation as u64);
        self.number(setup.deadline);
        self.number(setup.fit as u64);
        self.number(start.returned.len() as u64);
        for set in &start.returned {
            self.optional(set.payment_id.as_ref());
            self.optional_number(set.transaction.as_ref().map(|(kind, _)| *kind as u64));
            self.optional(set.transaction.as_ref().map(|(_, id)| id));
        }
        self.number(start.saved.len() as u64);
        for (payment_id, attempt) in &start.saved {
            self.word(payment_id);
            self.attempt(Some(attempt));
        }
        if let Some(Kept { payment_id, kind, transaction, since }) = &start.kept {
            self.word(payment_id);
            self.number(*kind as u64);
            self.word(transaction);
            self.number(*since);
        }
    }

    fn attempt(&mut self, attempt: Option<&Attempt>) {
        if let Some(Attempt { id, kind, at, transaction, since, doubtful, link }) = attempt {
            self.word(id);
            self.number(*kind as u64);
            self.number(*at);
            self.optional(transaction.as_ref());
            self.optional_number(*since);
            self.number(flags([*doubtful, *link, false, false]));
        }
    }

    fn answer(&mut self, answer: &Answer) {
        match answer {
            Answer::Payment(told) => self.payment(told),
            Answer::Transaction { told, vendor, held } => {
                self.token('t', flags([is_by_link(vendor.as_ref()), *held, false, false]), "");
                self.told(told);
            }
            Answer::Refused { status, retry_after } => {
                self.token('r', (*status).into(), "");
                self.optional_number(*retry_after);
            }
            Answer::Lost => self.token('l', 0, ""),
            Answer::NotSent => self.token('n', 0, ""),
        }
    }

    fn payment(&mut self, told: &ToldPayment) {
        let payment = &told.payment;
        self.token('p', payment.is_chargedback.into(), "");
        self.word(&payment.id);
        self.number(payment.amount);
        self.word(&payment.currency);
        self.word(payment.status.as_str());
        self.optional_number(told.transactions.as_ref().map(|listed| listed.len() as u64));
        for (kind, told) in told.transactions.iter().flatten() {
            self.number(*kind as u64);
            self.told(told);
        }
    }

    fn told(&mut self, told: &Told) {
        let transaction = &told.transaction;
        let vendor = transaction.payment_method.as_ref().and_then(|method| method.vendor.as_ref());
        let framed = transaction.provider_specific_data.as_ref().is_some_and(|data| data.iframe_allowed);
        let place = told.place.as_ref().filter(|place| place.is_allowed(self.redirect_hosts));
        let refused = told.place.is_some() && place.is_none();
        self.word(&transaction.id);
        self.word(transaction.result.status.as_str());
        self.optional(transaction.result.category.as_ref());
        self.optional(transaction.result.sub_category.as_ref());
        // Only an attempt's id tells anything, and that is a UUID.
        self.optional(transaction.reconciliation_id.as_ref().filter(|id| is_uuid(id)));
        self.optional_number(transaction.amount);
        self.optional(transaction.currency.as_ref());
        self.optional_number(transaction.expires_at);
        self.number(flags([is_by_link(vendor), framed, told.collects, refused]));
        self.optional_number(place.map(|place| place.number.into()));
    }

    /// The letters are told in words in `story.rs`.
    fn effect(&mut self, effect: &Effect) {
        let (letter, number, word) = match effect {
            Effect::Send(number, request) => {
                let (letter, word) = match request {
                    Request::Create { attempt, expected, .. } => {
                        self.token('m', expected.amount, &expected.currency);
                        ('c', attempt)
                    }
                    Request::Ask { id, held: false, .. } => ('a', id),
                    Request::Ask { id, held: true, .. } => ('h', id),
                    Request::Authenticate { attempt, collected: true, .. } => ('t', attempt),
                    Request::Authenticate { attempt, collected: false, .. } => ('u', attempt),
                    Request::Read { payment_id } => ('r', payment_id),
                };
                (letter, (*number).into(), word.as_str())
            }
            Effect::Abort(number) => ('x', (*number).into(), ""),
            Effect::Wake(after) => ('w', *after, ""),
            Effect::Save(_, attempt) => ('s', 0, attempt.id.as_str()),
            Effect::Forget { attempt, .. } => ('f', 0, attempt.as_str()),
            Effect::Keep(kept) => ('k', 0, kept.transaction.as_str()),
            Effect::Drop => ('d', 0, ""),
            Effect::Lock(lock) => ('l', *lock as u64, ""),
            Effect::Unlock(lock) => ('v', *lock as u64, ""),
            Effect::Listen(payment_id) => ('e', 0, payment_id.as_deref().unwrap_or_default()),
            Effect::Announce => ('n', 0, ""),
            Effect::CleanAddress(what) => ('q', *what as u64, ""),
            Effect::Go(place) => ('g', (*place).into(), ""),
            Effect::Open(place) => ('o', (*place).into(), ""),
            Effect::Close => ('z', 0, ""),
            Effect::Collect(place) => ('i', (*place).into(), ""),
            Effect::Collected => ('j', 0, ""),
            Effect::HandOver => ('b', 0, ""),
            Effect::TakeOver => ('p', 0, ""),
            Effect::Leave => ('y', 0, ""),
            Effect::Tell => ('!', 0, ""),
            Effect::Report(code) => ('?', 0, code.name()),
        };
        self.token(letter, number, word);
    }
}

/// Four answers of yes or no in one number.
fn flags(flags: [bool; 4]) -> u64 {
    flags.into_iter().rev().fold(0, |number, flag| number * 2 + u64::from(flag))
}

fn is_by_link(vendor: Option<&String>) -> bool {
    vendor.is_some_and(|vendor| vendor == PAY_BY_LINK)
}
