//! One story, from its choices: a payment, everything that happens to it, and whether the truth came out.

use crate::browser::Browser;
use crate::chance::Chance;
use crate::faults::{Fault, Faults};
use crate::merchant::{Guard, Merchant};
use crate::paymentsos::PaymentsOs;
use crate::tabs::Shop;
use crate::time::{Life, Time};
use crate::truth;
use crate::watch::{Keys, Violation};
use crate::world::{Line, World};
use paymentsos_core::flow::{Millis, Presentation};
use paymentsos_core::paymentsos::{Kind, Status};
use std::cell::RefCell;
use std::rc::Rc;

/// How a story went.
#[derive(Debug)]
pub struct Story {
    /// The rule that was broken, if one was.
    pub violation: Option<Violation>,
    /// Its choices, from which it can be told again.
    pub tape: Vec<u32>,
    /// How often each kind of fault happened, in the order of [`Fault::ALL`].
    pub faults: Vec<u64>,
    /// How many inputs the flows were given.
    pub inputs: u64,
    /// How it ended at PaymentsOS.
    pub end: End,
    /// What happened, where that was asked for.
    pub told: Vec<Line>,
}

/// How a payment ended at PaymentsOS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing was made.
    Nothing,
    /// It has succeeded.
    Succeeded,
    /// All that was made has failed.
    Failed,
    /// It is not decided.
    Pending,
}

/// The longest stories have some ten thousand.
const MOST_STEPS: u64 = 300_000;

/// Tells the story of a seed.
pub fn of_seed(seed: u64, narrated: bool) -> Story {
    run(Chance::seeded(seed), narrated)
}

/// Tells the story of a tape.
pub fn of_tape(tape: &[u32], narrated: bool) -> Story {
    run(Chance::of(tape), narrated)
}

fn run(mut chance: Chance, narrated: bool) -> Story {
    let time = Time::new();
    let faults = Rc::new(Faults::default());
    faults.draw(&mut chance);
    let refuses_storage = faults.happens(Fault::StorageRefused, &mut chance);
    let has_locks = !chance.one_in(4);
    let shop = Shop {
        kind: chance.pick(&[Kind::Charge, Kind::Authorization]),
        presentation: chance.pick(&[
            Presentation::Auto,
            Presentation::Page,
            Presentation::Popup,
            Presentation::Iframe,
            Presentation::Link,
        ]),
        shows_amount: !chance.one_in(3),
        deadline: chance.pick(&[15 * 60_000, 15 * 60_000, 60_000]),
    };
    // Where the page cannot know what was sent before, or another may pay at the same time, only a backend can guard.
    let page_can_guard = has_locks
        && !refuses_storage
        && ![Fault::StorageFails, Fault::OtherRelease, Fault::ClockJumps, Fault::ReturnElsewhere, Fault::ForgedAddress]
            .into_iter()
            .any(|fault| faults.allows(fault));
    let guard = if page_can_guard && chance.one_in(2) { Guard::KeysAlone } else { Guard::Reference };
    let paymentsos = Rc::new(RefCell::new(PaymentsOs {
        amount: 4097,
        made: Vec::new(),
        closed: None,
        guards: chance.one_in(3),
        repeats_faults: guard == Guard::Reference && chance.one_in(3),
        replays_snapshots: chance.one_in(3),
    }));
    let browser = Browser {
        saved: Default::default(),
        refuses_storage,
        has_locks,
        has_channel: !chance.one_in(4),
        keeps_pages: chance.one_in(2),
        has_session: true,
        ahead: 0,
        offline: false,
        locks: Vec::new(),
        // Without locks, two tabs may save one after the other.
        keys: Keys::new(refuses_storage || !has_locks),
    };
    let steps = 4 + chance.below(26);
    let long = chance.one_in(4);
    let chance = Rc::new(RefCell::new(chance));
    let merchant = Merchant::new(&time, &chance, &faults, &paymentsos, guard);
    let world = Rc::new(World {
        time: time.clone(),
        life: Life::new(),
        chance,
        faults,
        paymentsos,
        merchant,
        browsers: RefCell::default(),
        tabs: RefCell::default(),
        plans: RefCell::default(),
        presses: Default::default(),
        pages: Default::default(),
        decided: Default::default(),
        violation: RefCell::default(),
        told: RefCell::new(narrated.then(Vec::new)),
        inputs: Default::default(),
    });
    world.say(|| format!("{guard:?}, {shop:?}, storage: {}, locks: {has_locks}", !refuses_storage));
    let browser = world.new_browser(browser);
    let tab = world.new_tab(browser, true, false);
    world.paymentsos_lives();
    let whole = Life::new();
    let done = Rc::new(RefCell::new(false));
    {
        let (world, done) = (world.clone(), done.clone());
        time.spawn(&whole, async move {
            world.begins(tab, &shop, "");
            world.shops(&shop, steps).await;
            truth::comes_out(&world, &shop, long).await;
            *done.borrow_mut() = true;
        });
    }
    // A day is longer than any story.
    const END: Millis = 24 * 60 * 60_000;
    let mut steps = 0;
    while !*done.borrow() && world.violation.borrow().is_none() && time.step(END) {
        steps += 1;
        if steps > MOST_STEPS {
            let seen = format!("after {steps} steps, {} inputs", world.inputs.get());
            world.breaks(Some(Violation { rule: 5, name: "no storm of requests", seen }));
        }
    }
    world.life.end();
    world.merchant.ends();
    let end = end(&world.paymentsos.borrow());
    let tape = world.chance.borrow().tape().to_vec();
    Story {
        violation: world.violation.take(),
        tape,
        faults: world.faults.counts(),
        inputs: world.inputs.get(),
        end,
        told: world.told.take().unwrap_or_default(),
    }
}

fn end(paymentsos: &PaymentsOs) -> End {
    let any = |status: Status| paymentsos.made.iter().any(|made| made.status == status);
    match () {
        () if any(Status::Succeed) => End::Succeeded,
        () if any(Status::Pending) => End::Pending,
        () if any(Status::Failed) => End::Failed,
        () => End::Nothing,
    }
}
