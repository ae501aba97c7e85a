//! Whatever happens, in whatever order: a shopper who presses anything, a network that loses, delays and doubles, a backend without
//! any guard of its own, and one browser. What has to hold, holds after every step.

use crate::world::MINUTE;
use crate::world::anything::{Backend, Outcome, Reply, Run, Step};
use paymentsos_core::flow::{Lock, Millis, Presentation};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngSeed, TestRunner};

fn reply() -> impl Strategy<Value = Reply> {
    let status = prop::sample::select(vec![400, 401, 403, 404, 409, 412, 422, 429, 500, 503]);
    let retry_after = prop_oneof![Just(None), Just(None), (0..90_000u64).prop_map(Some), Just(Some(Millis::MAX))];
    prop_oneof![
        8 => Just(Reply::Honest),
        1 => Just(Reply::AsAtFirst),
        2 => Just(Reply::LostAfter),
        1 => Just(Reply::LostBefore),
        2 => (status, retry_after, any::<bool>())
            .prop_map(|(status, retry_after, done)| Reply::Refused { status, retry_after, done }),
        1 => Just(Reply::Vague),
        1 => Just(Reply::Held),
        1 => Just(Reply::NotSent),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<usize>;
    prop_oneof![
        6 => Just(Step::Pay),
        1 => Just(Step::PaySlowly),
        1 => any::<bool>().prop_map(Step::Method),
        2 => (prop::sample::select(vec![Lock::Create, Lock::Wait]), any::<bool>())
            .prop_map(|(lock, takes)| Step::Elsewhere(lock, takes)),
        1 => Just(Step::Left),
        1 => prop::sample::select(vec![4097, 4097, 5000]).prop_map(Step::Amount),
        3 => Just(Step::TryAgain),
        1 => Just(Step::Check),
        1 => Just(Step::Reset),
        1 => any::<bool>().prop_map(Step::Visible),
        1 => any::<bool>().prop_map(Step::Online),
        1 => Just(Step::Shown),
        1 => Just(Step::Heard),
        1 => Just(Step::HandedOver),
        1 => Just(Step::TakenOver),
        1 => Just(Step::WindowClosed),
        1 => Just(Step::Token),
        1 => Just(Step::Restart),
        2 => Just(Step::Reload),
        1 => (index(), any::<bool>()).prop_map(|(which, forged)| Step::Return { which, forged }),
        20 => (index(), reply()).prop_map(|(which, reply)| Step::Answer(which, reply)),
        1 => index().prop_map(Step::Again),
        2 => index().prop_map(Step::Late),
        3 => (0..90_000u64).prop_map(Step::Wait),
        1 => (0..20 * MINUTE).prop_map(Step::Sleep),
        4 => Just(Step::Ring),
        1 => Just(Step::Early),
        1 => (-3_600_000..3_600_000i64).prop_map(Step::ClockJumps),
        3 => (index(), any::<bool>()).prop_map(|(which, approved)| Step::Decides(which, approved)),
        1 => Just(Step::Closes),
    ]
}

fn outcomes() -> impl Strategy<Value = Vec<Outcome>> {
    // Only after a failure there is another attempt.
    let outcome = prop_oneof![1 => Just(Outcome::Fails), 8 => prop::sample::select(&Outcome::ALL[..])];
    prop::collection::vec(outcome, 1..5)
}

fn presentation() -> impl Strategy<Value = Presentation> {
    prop::sample::select(vec![Presentation::Auto, Presentation::Popup, Presentation::Iframe])
}

/// The same cases every time, unless the environment asks for others (`PROPTEST_RNG_SEED`) or for more (`PROPTEST_CASES`).
fn repeatable() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    match config.rng_seed {
        RngSeed::Random => ProptestConfig { rng_seed: RngSeed::Fixed(17), ..config },
        RngSeed::Fixed(_) => config,
    }
}

fn run(outcomes: Vec<Outcome>, presentation: Presentation, steps: &[Step], can_store: bool, chance: u16) -> Run {
    let mut run = Run::new(outcomes, presentation, can_store);
    run.world.now.chance = chance;
    for step in steps {
        run.step(step);
    }
    run
}

proptest! {
    #![proptest_config(repeatable())]

    /// Also: nothing is sent unless nothing stands, and what is sent was saved before. The world asserts the latter.
    #[test]
    fn one_key_until_a_known_failure(
        outcomes in outcomes(), presentation in presentation(), steps in prop::collection::vec(step(), 0..80), chance in any::<u16>()
    ) {
        run(outcomes, presentation, &steps, true, chance);
    }

    /// On a payment that has come to something, so that results are many.
    #[test]
    fn a_result_is_what_the_backend_said(
        outcomes in outcomes(), presentation in presentation(), steps in prop::collection::vec(step(), 0..60), can_store in any::<bool>()
    ) {
        let honest = || Step::Answer(0, Reply::Honest);
        let mut all = vec![honest(), Step::Pay, honest()];
        all.extend(steps);
        run(outcomes, presentation, &all, can_store, 0);
    }

    #[test]
    fn every_wait_ends(
        outcomes in outcomes(), presentation in presentation(), steps in prop::collection::vec(step(), 0..50), chance in any::<u16>(),
        backend in prop::sample::select(vec![Backend::Silent, Backend::Faulty, Backend::Honest]),
    ) {
        run(outcomes, presentation, &steps, true, chance).comes_to_rest(backend);
    }
}

type Story = (Vec<Outcome>, Presentation, Vec<Step>, u16, bool, Backend);

/// How many inputs it was, if all held.
fn told(story: &Story) -> std::thread::Result<u64> {
    std::panic::catch_unwind(|| {
        let (outcomes, presentation, steps, chance, can_store, backend) = story.clone();
        let mut run = run(outcomes, presentation, &steps, can_store, chance);
        run.comes_to_rest(backend);
        u64::from(run.world.inputs)
    })
}

/// A million inputs, in whatever order, every story being brought to its end. The first that does not hold is made as short as it can be, and
/// printed.
#[test]
fn a_million_inputs() {
    const INPUTS: u64 = 1_000_000;
    let mut runner = TestRunner::deterministic();
    let backend = prop::sample::select(vec![Backend::Silent, Backend::Faulty, Backend::Honest]);
    let stories =
        (outcomes(), presentation(), prop::collection::vec(step(), 40..200), any::<u16>(), any::<bool>(), backend);
    let mut inputs = 0;
    while inputs < INPUTS {
        let mut story = stories.new_tree(&mut runner).expect("a story");
        match told(&story.current()) {
            Ok(more) => inputs += more,
            Err(_) => {
                let mut shortest = story.current();
                while story.simplify() {
                    while told(&story.current()).is_ok() && story.complicate() {}
                    if told(&story.current()).is_err() {
                        shortest = story.current();
                    }
                }
                panic!("after {inputs} inputs: {shortest:?}");
            }
        }
    }
}
