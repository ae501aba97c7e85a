//! Stale and doubled answers, early and doubled alarms: none of them changes anything.

use crate::world::*;
use paymentsos_core::flow::{Answer, COLLECT_LIMIT, Effect, Input, Lock, Press, StateName};

/// Every story, at every step of which something stale arrives.
fn stories() -> Vec<(&'static str, World)> {
    vec![
        ("at the shop", World::at_shop()),
        ("ready", World::ready()),
        ("paying", World::paying()),
        ("in doubt", {
            let mut world = World::paying();
            world.create_says(lost());
            world.read_says(untouched());
            world
        }),
        ("at the bank", World::at_the_bank()),
        ("link", {
            let mut world = World::paying();
            world.create_says(pending(FIRST).at_bank().by("PBL"));
            world.ring();
            world
        }),
        ("back", World::back_from_bank()),
        ("asking", {
            let mut world = World::back_from_bank();
            world.ask_says(pending(FIRST));
            world.ring();
            world
        }),
        ("processing", {
            let mut world = World::back_from_bank();
            world.wait(15 * MINUTE);
            world.ask_says(pending(FIRST));
            world
        }),
        ("failed", {
            let mut world = World::paying();
            world.create_says(failed(FIRST));
            world
        }),
        ("succeeded", {
            let mut world = World::paying();
            world.create_says(succeed(FIRST));
            world
        }),
        ("unavailable", {
            let mut world = World::at_shop();
            world.read_says(refused(401));
            world
        }),
    ]
}

fn answers() -> [Answer; 9] {
    [
        untouched(),
        lists([succeed(FIRST)]),
        lists([failed(FIRST)]),
        succeed(FIRST).into(),
        failed(FIRST).into(),
        pending(FIRST).at_bank().into(),
        refused(401),
        lost(),
        Answer::NotSent,
    ]
}

#[test]
fn an_answer_that_nobody_waits_for_changes_nothing() {
    for (story, mut world) in stories() {
        let answered = (0..40).filter(|number| world.open.iter().all(|open| open.number != *number));
        for request in answered.collect::<Vec<_>>() {
            for answer in answers() {
                let before = world.view();
                let effects = world.input(Input::Answered { request, answer: answer.clone() });
                assert_eq!((effects, world.view()), (vec![], before), "{story}: {answer:?} to {request}");
            }
        }
    }
}

/// A story, and an answer that comes twice in it.
type Doubled = (fn() -> World, Ask, Answer);

#[test]
fn a_doubled_answer_changes_nothing() {
    let doubled: [Doubled; 6] = [
        (World::at_shop, Ask::Read, untouched()),
        (World::at_shop, Ask::Read, lists([pending(FIRST)])),
        (World::paying, Ask::Create, pending(FIRST).at_bank().into()),
        (World::paying, Ask::Create, failed(FIRST).into()),
        (World::paying, Ask::Create, lost()),
        (World::back_from_bank, Ask::Transaction, succeed(FIRST).into()),
    ];
    for (story, which, answer) in doubled {
        let mut world = story();
        let request = world.number(which).unwrap();
        world.answer(which, answer.clone());
        let before = world.view();
        let effects = world.input(Input::Answered { request, answer });
        assert_eq!((effects, world.view()), (vec![], before));
    }
}

#[test]
fn an_alarm_that_rings_early_only_sets_itself_again() {
    for (story, mut world) in stories() {
        let before = world.view();
        let alarm = world.alarm.filter(|at| *at > world.now.steady);
        let effects = world.input(Input::Woke);
        assert!(effects.iter().all(|effect| matches!(effect, Effect::Wake(_))) && effects.len() <= 1, "{story}");
        assert_eq!(world.view(), before, "{story}");
        if !effects.is_empty() {
            assert_eq!(world.alarm, alarm, "{story}");
        }
    }
}

#[test]
fn an_alarm_that_rings_twice_does_nothing_the_second_time() {
    for (story, mut world) in stories() {
        if world.alarm.is_none() {
            continue;
        }
        world.ring();
        let (before, alarm) = (world.view(), world.alarm);
        let effects = world.input(Input::Woke);
        assert!(effects.iter().all(|effect| matches!(effect, Effect::Wake(_))) && effects.len() <= 1, "{story}");
        assert_eq!((world.view(), world.alarm), (before, alarm), "{story}");
    }
}

#[test]
fn before_the_start_nothing_happens() {
    let mut world = World::new(shop());
    let inputs = [
        Input::Pay(Press { id: key(1), method: 1, window: false }),
        Input::TryAgain,
        Input::Check,
        Input::Reset,
        Input::Answered { request: 1, answer: untouched() },
        Input::Woke,
        Input::Visible(true),
        Input::Online(true),
        Input::Shown,
        Input::Heard,
        Input::Token,
    ];
    for input in inputs {
        assert_eq!(world.input(input), []);
    }
    world.shows(StateName::Loading);
}

#[test]
fn what_is_not_offered_does_nothing() {
    for (story, mut world) in stories() {
        let before = world.view();
        if !before.can_pay {
            assert_eq!(world.press_pay(), [], "{story}");
        }
        if !before.can_retry {
            assert_eq!(world.try_again(), [], "{story}");
        }
        assert_eq!(world.view(), before, "{story}");
    }
}

#[test]
fn the_same_inputs_make_the_same_run() {
    let run = || {
        let mut world = World::back_from_bank();
        world.ask_says(pending(FIRST));
        world.wait(3 * MINUTE);
        (format!("{:?}", world.sent), world.view(), world.alarm)
    };
    assert_eq!(run(), run());
}

#[test]
fn the_answer_to_an_aborted_request_is_nobodys() {
    let mut world = World::back_from_bank();
    let first = world.number(Ask::Transaction).unwrap();
    world.hides();
    world.sleep(2_000);
    world.is_looked_at();
    let effects = world.input(Input::Answered { request: first, answer: succeed(FIRST).into() });
    assert!(effects.is_empty());
    world.shows(StateName::Confirming);
}

/// A browser may say the same again.
#[test]
fn what_is_as_it_was_before_is_no_hint() {
    let mut world = World::back_from_bank();
    assert!(world.is_looked_at().is_empty());
    world.ask_says(pending(FIRST));
    let before = world.sent.len();
    world.hides();
    world.hides();
    assert_eq!(world.sent.len(), before);
}

#[test]
fn what_is_due_just_after_an_ask_does_not_ring_the_alarm_without_a_pause() {
    let mut world = World::paying();
    world.create_says(pending(FIRST).of(&key(1)).collecting());
    world.wait(COLLECT_LIMIT);
    assert!(world.is_open(Ask::Authenticate));
    world.input(Input::Left);
    world.sleep(2 * MINUTE);
    world.locked_elsewhere.push(Lock::Wait);
    // It asks at once. Then the request of before is found to be over, and its turn to wait comes in the same moment.
    world.input(Input::Shown);
    assert!(world.is_open(Ask::Transaction));
    world.ring();
    world.is_free(Lock::Wait);
    for _ in 0..3 {
        if world.alarm == Some(world.now.steady) {
            world.ring();
        }
    }
    assert_ne!(world.alarm, Some(world.now.steady), "it rings and rings");
}

/// What was on its way for the page as it was is given up, whatever the page begins with anew.
#[test]
fn a_page_that_begins_anew_gives_up_what_is_on_its_way() {
    for (story, mut world) in stories() {
        let on_its_way: Vec<u32> = world.open.iter().map(|open| open.number).collect();
        world.open.clear();
        let effects = world.start();
        for number in on_its_way {
            assert!(effects.contains(&Effect::Abort(number)), "{story}: {number} in {effects:?}");
        }
    }
}

/// An answer that comes late is to be nobody's.
#[test]
fn a_page_that_begins_anew_numbers_its_requests_on() {
    let mut world = World::at_shop();
    let first = world.number(Ask::Read);
    world.start();
    assert!(world.number(Ask::Read) > first, "{first:?}");
}
