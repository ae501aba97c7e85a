//! Reads the lines of a trace, in the order in which `write.rs` writes them. Whatever a line holds, it is read or it is said why not.

use super::{Trace, VERSION};
use crate::flow::returned::Returned;
use crate::flow::{
    Answer, Attempt, Fit, Input, Kept, Lock, Millis, Money, Now, PAY_BY_LINK, Place, Presentation, Press, Setup, Start,
    StateName, Told, ToldPayment,
};
use crate::paymentsos::{self, Kind, Payment, PaymentMethod, PaymentStatus, ProviderSpecificData, Status, Transaction};
use std::fmt;

/// Why a trace cannot be read, or not be replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It was written in another version.
    Version(u32),
    /// A line is not what it should be.
    Line {
        /// Its number in the list of lines, from 1.
        number: usize,
        /// What was looked for there, and not found.
        wanted: &'static str,
    },
    /// Lines were dropped, so that it can be told, but not be replayed.
    Gap(usize),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Version(version) => {
                write!(f, "the trace is written in version {version}, and this reads version {VERSION}")
            }
            Unreadable::Line { number, wanted } => {
                write!(f, "line {number} of the trace is not readable: {wanted} is missing")
            }
            Unreadable::Gap(dropped) => write!(f, "{dropped} lines were dropped from the trace, which was too long"),
        }
    }
}

impl std::error::Error for Unreadable {}

/// One thing that happened, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub now: Now,
    /// What.
    pub input: Input,
    /// What came of it; none where the component stopped before it could say so.
    pub outcome: Option<Outcome>,
}

/// What came of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the shopper saw then.
    pub state: StateName,
    /// The code of what was wrong, if anything was.
    pub fault: Option<String>,
    /// What the flow asked for.
    pub effects: Vec<Done>,
    /// The line itself.
    pub line: String,
}

/// An effect, as far as a trace says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Which one.
    pub letter: char,
    /// Its number: a request's, an address's, or milliseconds.
    pub number: u64,
    /// The id or the code that belongs to it; empty where none does.
    pub word: String,
}

impl Trace {
    /// What its lines say.
    ///
    /// # Errors
    ///
    /// Where it is of another version, or a line cannot be read.
    pub fn steps(&self) -> Result<Vec<Step>, Unreadable> {
        if self.version != VERSION {
            return Err(Unreadable::Version(self.version));
        }
        let mut steps: Vec<Step> = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            let unreadable = |wanted| Unreadable::Line { number: at + 1, wanted };
            let is_outcome = line.starts_with('=');
            match steps.last_mut() {
                Some(step) if is_outcome && step.outcome.is_none() => {
                    step.outcome = Some(outcome(line).map_err(unreadable)?);
                }
                Some(step) if step.outcome.is_none() => return Err(unreadable("what came of the line before")),
                _ if is_outcome => return Err(unreadable("an input")),
                _ => steps.push(step(line).map_err(unreadable)?),
            }
        }
        Ok(steps)
    }
}

/// What was looked for, and not found.
type Wanted = &'static str;

fn step(line: &str) -> Result<Step, Wanted> {
    let mut words = Words(line.split(' '));
    let (steady, wall) = (words.moment()?, words.moment()?);
    let chance = u16::try_from(words.number()?).map_err(|_| "a random number below 65,536")?;
    let input = input(&mut words)?;
    words.end()?;
    Ok(Step { now: Now { steady, wall, chance }, input, outcome: None })
}

fn outcome(line: &str) -> Result<Outcome, Wanted> {
    let mut words = Words(line.split(' '));
    words.word()?;
    let state = words.word()?;
    let state = StateName::ALL.into_iter().find(|one| one.name() == state).ok_or("the name of a state")?;
    let fault = words.optional()?;
    let effects = words.0.map(done).collect::<Result<_, _>>()?;
    Ok(Outcome { state, fault, effects, line: line.to_owned() })
}

fn done(token: &str) -> Result<Done, Wanted> {
    let (letter, number, word) = split(token)?;
    Ok(Done { letter, number, word: word.to_owned() })
}

/// A letter, its number, and the word that belongs to it.
fn split(token: &str) -> Result<(char, u64, &str), Wanted> {
    let (token, word) = token.split_once('=').unwrap_or((token, ""));
    let mut letters = token.chars();
    let letter = letters.next().ok_or("a letter")?;
    let number = letters.as_str().parse().map_err(|_| "a letter with a number")?;
    Ok((letter, number, word))
}

fn input(words: &mut Words<'_>) -> Result<Input, Wanted> {
    let (letter, number, _) = split(words.word()?)?;
    let short = u32::try_from(number).map_err(|_| "a shorter number");
    Ok(match letter {
        's' => Input::Start(Box::new(start(number, words)?)),
        'p' => Input::Pay(Press { method: short?, id: words.owned()?, window: words.flag()? }),
        'm' => Input::Method { number: short?, given: true },
        'n' => Input::Method { number: short?, given: false },
        'l' => {
            let lock = pick(number, &[Lock::Create, Lock::Wait])?;
            Input::Locked(lock, if words.is_over() { None } else { Some(attempt(words)?) })
        }
        't' => Input::TryAgain,
        'c' => Input::Check,
        'r' => Input::Reset,
        'a' => Input::Answered { request: short?, answer: answer(words)? },
        'w' => Input::Woke,
        'v' => Input::Visible(number == 1),
        'o' => Input::Online(number == 1),
        'x' => Input::Left,
        'y' => Input::Shown,
        'h' => Input::Heard,
        'k' => Input::Token,
        'z' => Input::WindowClosed,
        'b' => Input::HandedOver,
        'd' => Input::TakenOver,
        _ => return Err("an input"),
    })
}

fn start(number: u64, words: &mut Words<'_>) -> Result<Start, Wanted> {
    let [can_keep, visible, online, is_safe] = flags(number);
    let setup = Setup {
        payment_id: words.optional()?,
        kind: words.kind()?,
        money: match (words.optional_number()?, words.optional()?) {
            (Some(amount), currency) => Some(Money { amount, currency: currency.unwrap_or_default() }),
            (None, _) => None,
        },
        presentation: pick(
            words.number()?,
            &[Presentation::Auto, Presentation::Page, Presentation::Popup, Presentation::Iframe, Presentation::Link],
        )?,
        // Whether they allow an address is written with the address.
        redirect_hosts: Vec::new(),
        merchant_site: place(0, is_safe),
        deadline: words.number()?,
        fit: pick(words.number()?, &[Fit::Pay, Fit::Look, Fit::Nothing])?,
    };
    let returned = words.list(|words| {
        let payment_id = words.optional()?;
        let kind = words.optional_number()?.map(|number| pick(number, &Kind::ALL)).transpose()?;
        Ok(Returned { payment_id, transaction: kind.zip(Some(words.owned()?)) })
    })?;
    let saved = words.list(|words| Ok((words.owned()?, attempt(words)?)))?;
    let kept = match words.is_over() {
        true => None,
        false => Some(Kept {
            payment_id: words.owned()?,
            kind: words.kind()?,
            transaction: words.owned()?,
            since: words.number()?,
        }),
    };
    Ok(Start { setup, returned, saved, kept, can_keep, visible, online })
}

fn attempt(words: &mut Words<'_>) -> Result<Attempt, Wanted> {
    let (id, kind, at) = (words.owned()?, words.kind()?, words.number()?);
    let (transaction, since) = (words.optional()?, words.optional_number()?);
    let [doubtful, link, ..] = flags(words.number()?);
    Ok(Attempt { id, kind, at, transaction, since, doubtful, link })
}

fn answer(words: &mut Words<'_>) -> Result<Answer, Wanted> {
    let (letter, number, _) = split(words.word()?)?;
    Ok(match letter {
        'p' => Answer::Payment(payment(number == 1, words)?),
        't' => {
            let [by_link, held, ..] = flags(number);
            Answer::Transaction { told: told(words)?, vendor: vendor(by_link), held }
        }
        'r' => {
            let status = u16::try_from(number).map_err(|_| "the status of a reply")?;
            Answer::Refused { status, retry_after: words.optional_number()? }
        }
        'l' => Answer::Lost,
        'n' => Answer::NotSent,
        _ => return Err("an answer"),
    })
}

fn payment(is_chargedback: bool, words: &mut Words<'_>) -> Result<ToldPayment, Wanted> {
    let payment = Payment {
        id: words.owned()?,
        amount: words.number()?,
        currency: words.owned()?,
        status: PaymentStatus::from(words.owned()?),
        is_chargedback,
        order: None,
        related_resources: None,
    };
    let transactions = match words.optional_number()? {
        Some(count) => Some(words.times(count, |words| Ok((words.kind()?, told(words)?)))?),
        None => None,
    };
    Ok(ToldPayment { payment, transactions })
}

fn told(words: &mut Words<'_>) -> Result<Told, Wanted> {
    let mut transaction = Transaction {
        id: words.owned()?,
        result: paymentsos::Outcome {
            status: Status::from(words.owned()?),
            category: words.optional()?,
            sub_category: words.optional()?,
            description: None,
        },
        redirection: None,
        reconciliation_id: words.optional()?,
        amount: words.optional_number()?,
        currency: words.optional()?,
        payment_method: None,
        provider_specific_data: None,
        expires_at: words.optional_number()?,
    };
    let [by_link, framed, collects, refused] = flags(words.number()?);
    let number = words.optional_number()?.map(u32::try_from).transpose().map_err(|_| "an address's number")?;
    transaction.payment_method =
        vendor(by_link).map(|vendor| PaymentMethod { vendor: Some(vendor), last_4_digits: None });
    transaction.provider_specific_data = framed.then_some(ProviderSpecificData { iframe_allowed: true });
    let place = match number {
        Some(number) => Some(place(number, true)),
        None => refused.then(|| place(0, false)),
    };
    Ok(Told { transaction, place, collects })
}

fn vendor(by_link: bool) -> Option<String> {
    by_link.then(|| PAY_BY_LINK.to_owned())
}

/// An address of which no more is known than whether a shopper may be sent there.
fn place(number: u32, is_safe: bool) -> Place {
    let scheme = if is_safe { "https" } else { "" };
    Place { number, scheme: scheme.to_owned(), host: "?".to_owned(), has_credentials: false, length: 0 }
}

fn flags(number: u64) -> [bool; 4] {
    [1, 2, 4, 8].map(|flag| number & flag != 0)
}

fn pick<T: Copy>(number: u64, choices: &[T]) -> Result<T, Wanted> {
    let at = usize::try_from(number).ok();
    at.and_then(|at| choices.get(at)).copied().ok_or("one of a few numbers")
}

/// The words of a line that have not been read yet.
struct Words<'a>(std::str::Split<'a, char>);

impl<'a> Words<'a> {
    fn word(&mut self) -> Result<&'a str, Wanted> {
        self.0.next().ok_or("a word")
    }

    /// A word that is there, be it empty.
    fn owned(&mut self) -> Result<String, Wanted> {
        Ok(self.optional()?.unwrap_or_default())
    }

    fn optional(&mut self) -> Result<Option<String>, Wanted> {
        let word = self.word()?;
        Ok((word != "-").then(|| word.to_owned()))
    }

    fn number(&mut self) -> Result<u64, Wanted> {
        self.0.next().and_then(|word| word.parse().ok()).ok_or("a number")
    }

    /// A moment as a browser can have it; the flow reckons with none beyond.
    fn moment(&mut self) -> Result<Millis, Wanted> {
        const LAST: Millis = 1 << 53;
        Some(self.number()?).filter(|moment| *moment < LAST).ok_or("a moment")
    }

    fn optional_number(&mut self) -> Result<Option<u64>, Wanted> {
        match self.word()? {
            "-" => Ok(None),
            word => word.parse().map(Some).map_err(|_| "a number"),
        }
    }

    fn flag(&mut self) -> Result<bool, Wanted> {
        pick(self.number()?, &[false, true])
    }

    fn kind(&mut self) -> Result<Kind, Wanted> {
        pick(self.number()?, &Kind::ALL)
    }

    fn list<T>(&mut self, read: impl FnMut(&mut Self) -> Result<T, Wanted>) -> Result<Vec<T>, Wanted> {
        let count = self.number()?;
        self.times(count, read)
    }

    /// So many of them. A line that promises more than it holds ends the reading.
    fn times<T>(&mut self, count: u64, mut read: impl FnMut(&mut Self) -> Result<T, Wanted>) -> Result<Vec<T>, Wanted> {
        (0..count).map(|_| read(self)).collect()
    }

    fn is_over(&self) -> bool {
        self.0.clone().next().is_none()
    }

    fn end(&self) -> Result<(), Wanted> {
        if self.is_over() { Ok(()) } else { Err("the end of the line") }
    }
}
