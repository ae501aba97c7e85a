//! Virtual time, and those who live by it. Tasks are futures that only ever wait for time or for a [`Signal`]; which of them goes on
//! next follows from the queue alone, so that a run is repeated by repeating its choices.

use paymentsos_core::flow::Millis;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Something that lives, and whose tasks end with it.
#[derive(Clone, Debug)]
pub(crate) struct Life(Rc<Cell<bool>>);

impl Life {
    pub(crate) fn new() -> Life {
        Life(Rc::new(Cell::new(true)))
    }

    pub(crate) fn end(&self) {
        self.0.set(false);
    }

    pub(crate) fn is_over(&self) -> bool {
        !self.0.get()
    }
}

struct Task {
    life: Life,
    future: Pin<Box<dyn Future<Output = ()>>>,
}

/// A clock and a queue. A clone is the same one.
#[derive(Clone)]
pub(crate) struct Time(Rc<Inner>);

struct Inner {
    now: Cell<Millis>,
    /// When which task goes on; of those at the same time, the one that was put there first.
    queue: RefCell<BinaryHeap<Reverse<(Millis, u64, usize)>>>,
    tasks: RefCell<Vec<Option<Task>>>,
    running: Cell<usize>,
    count: Cell<u64>,
}

impl Time {
    pub(crate) fn new() -> Time {
        Time(Rc::new(Inner {
            now: Cell::new(0),
            queue: RefCell::default(),
            tasks: RefCell::default(),
            running: Cell::new(usize::MAX),
            count: Cell::new(0),
        }))
    }

    pub(crate) fn now(&self) -> Millis {
        self.0.now.get()
    }

    /// Begins something that ends by itself or with that life.
    pub(crate) fn spawn(&self, life: &Life, future: impl Future<Output = ()> + 'static) {
        let mut tasks = self.0.tasks.borrow_mut();
        tasks.push(Some(Task { life: life.clone(), future: Box::pin(future) }));
        self.put(self.now(), tasks.len() - 1);
    }

    fn put(&self, at: Millis, task: usize) {
        let count = self.0.count.get();
        self.0.count.set(count + 1);
        self.0.queue.borrow_mut().push(Reverse((at, count, task)));
    }

    /// Lets whatever is next go on, if that is not after `end`. Says whether there was something.
    pub(crate) fn step(&self, end: Millis) -> bool {
        let next = self.0.queue.borrow().peek().map(|Reverse(next)| *next);
        let Some((at, _, task)) = next.filter(|(at, ..)| *at <= end) else {
            self.0.now.set(self.now().max(end));
            return false;
        };
        self.0.queue.borrow_mut().pop();
        self.0.now.set(self.now().max(at));
        let Some(mut running) = self.0.tasks.borrow_mut().get_mut(task).and_then(Option::take) else { return true };
        if running.life.is_over() {
            return true;
        }
        self.0.running.set(task);
        let is_done = running.future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        if !is_done && !running.life.is_over() {
            self.0.tasks.borrow_mut()[task] = Some(running);
        }
        true
    }

    /// Waits until then.
    pub(crate) fn until(&self, at: Millis) -> impl Future<Output = ()> + use<> {
        let time = self.clone();
        let mut is_put = false;
        poll_fn(move |_| {
            if time.now() >= at {
                return Poll::Ready(());
            }
            if !std::mem::replace(&mut is_put, true) {
                time.put(at, time.0.running.get());
            }
            Poll::Pending
        })
    }

    /// Waits for so many milliseconds.
    pub(crate) fn sleep(&self, time: Millis) -> impl Future<Output = ()> + use<> {
        self.until(self.now().saturating_add(time))
    }

    /// What comes of it within so many milliseconds; it is given up after that.
    pub(crate) async fn within<T>(&self, limit: Millis, future: impl Future<Output = T>) -> Option<T> {
        let mut future = std::pin::pin!(future);
        let mut limit = std::pin::pin!(self.sleep(limit));
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending => limit.as_mut().poll(context).map(|()| None),
        })
        .await
    }
}

/// Something that can be waited for, by any number of tasks, any number of times.
#[derive(Clone)]
pub(crate) struct Signal {
    time: Time,
    rung: Rc<Cell<u64>>,
    waiting: Rc<RefCell<Vec<usize>>>,
}

impl Signal {
    pub(crate) fn new(time: &Time) -> Signal {
        Signal { time: time.clone(), rung: Rc::default(), waiting: Rc::default() }
    }

    /// Everybody who waits goes on.
    pub(crate) fn ring(&self) {
        self.rung.set(self.rung.get() + 1);
        for task in self.waiting.borrow_mut().drain(..) {
            self.time.put(self.time.now(), task);
        }
    }

    /// Waits for the next time that it rings.
    pub(crate) fn next(&self) -> impl Future<Output = ()> + use<> {
        let signal = self.clone();
        let before = self.rung.get();
        poll_fn(move |_| {
            if signal.rung.get() != before {
                return Poll::Ready(());
            }
            let task = signal.time.0.running.get();
            let mut waiting = signal.waiting.borrow_mut();
            if !waiting.contains(&task) {
                waiting.push(task);
            }
            Poll::Pending
        })
    }
}

/// A turn that one has at a time; those who wait get it in the order in which they came.
pub(crate) struct Turns {
    next: Cell<u64>,
    serving: Cell<u64>,
    changed: Signal,
}

/// Somebody's turn, until it is dropped.
pub(crate) struct Turn {
    turns: Rc<Turns>,
}

impl Turns {
    pub(crate) fn new(time: &Time) -> Rc<Turns> {
        Rc::new(Turns { next: Cell::new(0), serving: Cell::new(0), changed: Signal::new(time) })
    }

    pub(crate) async fn turn(self: Rc<Turns>) -> Turn {
        let ticket = self.next.get();
        self.next.set(ticket + 1);
        // Whoever waits is never broken off but with everybody else, when the process dies, and its turns with it.
        while self.serving.get() != ticket {
            self.changed.next().await;
        }
        Turn { turns: self }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.serving.set(self.turns.serving.get() + 1);
        self.turns.changed.ring();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_from_one_thing_to_the_next() {
        let time = Time::new();
        let seen: Rc<RefCell<Vec<(Millis, &str)>>> = Rc::default();
        let life = Life::new();
        for (name, after) in [("late", 50), ("early", 10), ("middle", 20)] {
            let (own, seen) = (time.clone(), seen.clone());
            time.spawn(&life, async move {
                own.sleep(after).await;
                seen.borrow_mut().push((own.now(), name));
            });
        }
        while time.step(20) {}
        assert_eq!(*seen.borrow(), [(10, "early"), (20, "middle")]);
        life.end();
        while time.step(100) {}
        assert_eq!((seen.borrow().len(), time.now()), (2, 100), "what has died does nothing");
    }

    #[test]
    fn turns_come_in_order_and_what_takes_too_long_is_given_up() {
        let time = Time::new();
        let turns = Turns::new(&time);
        let seen: Rc<RefCell<Vec<(Millis, u64)>>> = Rc::default();
        for number in 0..3 {
            let (own, seen, turns) = (time.clone(), seen.clone(), turns.clone());
            time.spawn(&Life::new(), async move {
                let _turn = turns.turn().await;
                own.within(10, own.sleep(if number == 1 { 100 } else { 5 })).await;
                seen.borrow_mut().push((own.now(), number));
            });
        }
        while time.step(1_000) {}
        assert_eq!(*seen.borrow(), [(5, 0), (15, 1), (20, 2)]);
    }
}
