//! The merchant's backend: the reference's guard and its waiting, on virtual time. What is in [`Records`] outlives the process; all
//! else dies with it. That it does what the reference does is shown by `faithful`.

#[cfg(test)]
mod faithful;
mod guard;
mod records;
mod wait;
mod wire;

use crate::chance::Chance;
use crate::faults::{Fault, Faults};
use crate::paymentsos::{CreateBody, PaymentsOs, Plan};
use crate::time::{Life, Signal, Time, Turns};
use paymentsos_core::flow::{Millis, Money};
use paymentsos_core::paymentsos::{Kind, Payment, Transaction};
use records::Records;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A request as it reaches the backend.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    Create { kind: Kind, attempt: String, expected: Money, plan: Plan },
    Read,
    Ask { kind: Kind, id: String, wait: Option<Millis> },
    Authenticate { kind: Kind, id: String, attempt: String },
}

/// A reply.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Body,
    /// `Preference-Applied`.
    pub(crate) held: bool,
    /// `Retry-After`, in milliseconds.
    pub(crate) retry_after: Option<Millis>,
}

/// What a reply holds.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "few are alive at a time")]
pub(crate) enum Body {
    Problem,
    Payment(Payment),
    Transaction(Transaction),
}

/// Why something cannot be done: the status of the reply, and when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Problem {
    status: u16,
    retry_after: Option<Millis>,
}

impl Problem {
    const fn new(status: u16) -> Problem {
        Problem { status, retry_after: None }
    }
}

impl From<Problem> for Reply {
    fn from(Problem { status, retry_after }: Problem) -> Reply {
        Reply { status, body: Body::Problem, held: false, retry_after }
    }
}

impl Reply {
    fn problem(status: u16) -> Reply {
        Problem::new(status).into()
    }

    fn transaction(status: u16, transaction: Transaction) -> Reply {
        Reply { status, body: Body::Transaction(transaction), held: false, retry_after: None }
    }
}

/// What a backend does about a second attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    /// As the reference.
    Reference,
    /// It knows its keys, and nothing else: all depends on the page.
    KeysAlone,
}

/// A backend, its records, and its way to PaymentsOS.
pub(crate) struct Merchant {
    pub(crate) time: Time,
    pub(crate) chance: Rc<RefCell<Chance>>,
    pub(crate) faults: Rc<Faults>,
    pub(crate) paymentsos: Rc<RefCell<PaymentsOs>>,
    pub(crate) guard: Guard,
    records: RefCell<Records>,
    process: RefCell<Process>,
    /// Rings when a transaction has been made or decided at PaymentsOS.
    pub(crate) made: Signal,
    #[cfg(test)]
    next_create: Cell<faithful::Lost>,
}

/// What dies with a process.
#[derive(Clone)]
struct Process {
    life: Life,
    turns: Rc<Turns>,
    news: Signal,
    /// Rings with each reply, and when it dies: its connections break.
    replied: Signal,
    read_at: Rc<Cell<Option<Millis>>>,
}

impl Process {
    fn new(time: &Time) -> Process {
        Process {
            life: Life::new(),
            turns: Turns::new(time),
            news: Signal::new(time),
            replied: Signal::new(time),
            read_at: Rc::default(),
        }
    }
}

impl Merchant {
    pub(crate) fn new(
        time: &Time,
        chance: &Rc<RefCell<Chance>>,
        faults: &Rc<Faults>,
        paymentsos: &Rc<RefCell<PaymentsOs>>,
        guard: Guard,
    ) -> Rc<Merchant> {
        let merchant = Rc::new(Merchant {
            time: time.clone(),
            chance: chance.clone(),
            faults: faults.clone(),
            paymentsos: paymentsos.clone(),
            guard,
            records: RefCell::default(),
            process: RefCell::new(Process::new(time)),
            made: Signal::new(time),
            #[cfg(test)]
            next_create: Cell::new(faithful::Lost::Nothing),
        });
        merchant.clone().follows();
        merchant
    }

    fn process(&self) -> Process {
        self.process.borrow().clone()
    }

    /// The process dies in the middle of whatever it does, and another begins with its records.
    pub(crate) fn is_killed(self: &Rc<Self>) {
        let dying = self.process();
        dying.life.end();
        dying.replied.ring();
        *self.process.borrow_mut() = Process::new(&self.time);
        self.clone().follows();
    }

    /// It ends with its story.
    pub(crate) fn ends(&self) {
        self.process().life.end();
    }

    /// Replies, unless it dies meanwhile. What has been begun goes on though nobody waits for the reply.
    pub(crate) async fn handle(self: Rc<Self>, call: Call, is_own: bool) -> Option<Reply> {
        let process = self.process();
        let reply = Rc::new(RefCell::new(None));
        let (merchant, own_process, slot) = (self.clone(), process.clone(), reply.clone());
        self.time.spawn(&process.life, async move {
            let reply = merchant.reply(&own_process, call, is_own).await;
            *slot.borrow_mut() = Some(reply);
            own_process.replied.ring();
        });
        loop {
            let news = process.replied.next();
            if let Some(reply) = reply.borrow_mut().take() {
                return Some(reply);
            }
            if process.life.is_over() {
                return None;
            }
            news.await;
        }
    }

    async fn reply(self: &Rc<Self>, process: &Process, call: Call, is_own: bool) -> Reply {
        match call {
            Call::Ask { kind, id, wait } => {
                let mut reply = self.current(process, kind, &id, wait).await;
                if let Body::Transaction(transaction) = &mut reply.body
                    && !is_own
                {
                    for_strangers(transaction);
                }
                reply
            }
            _ if !is_own => Reply::problem(401),
            Call::Read => self.payment(process).await,
            Call::Create { .. } if self.guard == Guard::KeysAlone => self.create_by_key(process, call).await,
            Call::Create { kind, attempt, expected, plan } => {
                let _turn = process.turns.clone().turn().await;
                match self.create(process, &guard::Create { kind, attempt, expected, plan }).await {
                    Ok(transaction) => Reply::transaction(201, transaction),
                    Err(problem) => problem.into(),
                }
            }
            Call::Authenticate { kind, id, attempt } => {
                let _turn = process.turns.clone().turn().await;
                self.authenticate(process, kind, &id, &attempt).await
            }
        }
    }

    /// A backend that hands everything on.
    async fn create_by_key(self: &Rc<Self>, process: &Process, call: Call) -> Reply {
        let Call::Create { kind, attempt, expected, plan } = call else { return Reply::problem(404) };
        let payment = match self.read(process).await {
            Ok(payment) => payment,
            Err(error) => return error.problem().into(),
        };
        if (payment.amount, &payment.currency) != (expected.amount, &expected.currency) {
            return Reply::problem(412);
        }
        let body = CreateBody { kind, key: attempt.clone(), reconciliation: attempt, plan };
        match self.create_at_paymentsos(&body).await {
            Ok(transaction) => Reply::transaction(201, transaction),
            Err(error) => error.problem().into(),
        }
    }

    /// A webhook arrives: a hint, upon which the payment is read.
    pub(crate) fn hears(self: &Rc<Self>) {
        let (merchant, process) = (self.clone(), self.process());
        self.time.spawn(&process.life.clone(), async move {
            // What could not be read is read when it is asked for.
            let _ = merchant.read(&process).await;
        });
    }

    fn happens(&self, fault: Fault) -> bool {
        self.faults.happens(fault, &mut self.chance.borrow_mut())
    }
}

/// What anybody may see who knows both ids.
fn for_strangers(transaction: &mut Transaction) {
    transaction.result.category = None;
    transaction.redirection = None;
    transaction.reconciliation_id = None;
    transaction.payment_method = None;
    transaction.provider_specific_data = None;
    transaction.expires_at = None;
}
