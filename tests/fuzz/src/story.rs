//! Whole stories of a payment: the steps of the flow's own tests, drawn from bytes, and held to the same after each step.

use crate::tape::Tape;
use crate::trace::tell;
use crate::world::MINUTE;
use crate::world::anything::{Backend, Outcome, Reply, Run, Step};
use paymentsos_core::flow::{Lock, Millis, Presentation};

/// As many as a story of `properties` has.
const MOST_STEPS: usize = 200;

const STATUSES: [u16; 10] = [400, 401, 403, 404, 409, 412, 422, 429, 500, 503];

/// Takes the bytes, and panics where something does not hold.
pub fn run(bytes: &[u8]) {
    let mut tape = Tape::of(bytes);
    let presentation = tape.pick(&[Presentation::Auto, Presentation::Popup, Presentation::Iframe]);
    let backend = tape.pick(&[Backend::Honest, Backend::Faulty, Backend::Silent]);
    let (cannot_store, chance) = (tape.flag(), tape.byte());
    let outcomes = (0..=tape.below(4)).map(|_| tape.pick(&Outcome::ALL)).collect();
    let mut told = Told(Run::new(outcomes, presentation, !cannot_store));
    told.0.world.now.chance = u16::from(chance) * 257;
    for _ in 0..MOST_STEPS {
        if tape.is_over() {
            break;
        }
        told.0.step(&step(&mut tape));
    }
    told.0.comes_to_rest(backend);
}

/// What has led there, for whoever looks at a finding.
struct Told(Run);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tell(&self.0.world.trace);
        }
    }
}

fn step(tape: &mut Tape<'_>) -> Step {
    match tape.below(32) {
        0..=4 => Step::Answer(tape.below(4), reply(tape)),
        5 | 6 => Step::Pay,
        7 => Step::PaySlowly,
        8 => Step::Method(tape.flag()),
        9 => Step::Elsewhere(tape.pick(&[Lock::Create, Lock::Wait]), tape.flag()),
        10 => Step::Left,
        11 => Step::Amount(tape.pick(&[4097, 5000])),
        12 => Step::TryAgain,
        13 => Step::Check,
        14 => Step::Reset,
        15 => Step::Visible(tape.flag()),
        16 => Step::Online(tape.flag()),
        17 => Step::Shown,
        18 => Step::Heard,
        19 => Step::HandedOver,
        20 => Step::TakenOver,
        21 => Step::WindowClosed,
        22 => Step::Token,
        23 => Step::Restart,
        24 => Step::Reload,
        25 => Step::Return { which: tape.below(4), forged: tape.flag() },
        26 => Step::Again(tape.below(64)),
        27 => Step::Late(tape.below(64)),
        28 => match tape.below(3) {
            0 => Step::Wait(tape.number(1) * 360),
            1 => Step::Sleep(tape.number(1) * 20 * MINUTE / 255),
            _ => Step::ClockJumps(i64::from(tape.byte().cast_signed()) * 28_000),
        },
        29 => Step::Ring,
        30 => Step::Early,
        _ => match tape.below(4) {
            3 => Step::Closes,
            which => Step::Decides(which, tape.flag()),
        },
    }
}

fn reply(tape: &mut Tape<'_>) -> Reply {
    match tape.below(8) {
        1 => Reply::AsAtFirst,
        2 => Reply::LostAfter,
        3 => Reply::LostBefore,
        4 => {
            let retry_after = match tape.below(4) {
                0 | 1 => None,
                2 => Some(tape.number(1) * 353),
                _ => Some(Millis::MAX),
            };
            Reply::Refused { status: tape.pick(&STATUSES), retry_after, done: tape.flag() }
        }
        5 => Reply::Vague,
        6 => Reply::Held,
        7 => Reply::NotSent,
        _ => Reply::Honest,
    }
}
