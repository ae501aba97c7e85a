//! Every wait ends, and none is longer or busier than it must be.

use crate::world::*;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{
    Answer, CREATE_LIMIT, HELD_LIMIT, Input, LOOK_LIMIT, Lock, Millis, READ_LIMIT, Setup, StateName,
};

/// Asks have been answered with pending for so long that the pauses no longer grow.
fn waiting() -> World {
    let mut world = World::back_from_bank();
    world.ask_says(pending(FIRST));
    world
}

/// The backend is holding its answer.
fn held() -> World {
    let mut world = waiting();
    world.ring();
    assert!(world.is_held());
    world
}

/// How long it is until the next ask, after this answer to the one under way.
fn pause_after(world: &mut World, answer: impl Into<Answer>) -> Millis {
    world.ask_says(answer);
    let from = world.now.steady;
    while !world.is_open(Ask::Transaction) {
        world.ring();
    }
    world.now.steady - from
}

#[test]
fn requests_are_given_up_after_their_time_outs() {
    let mut world = World::at_shop();
    let read = world.number(Ask::Read).unwrap();
    world.wait(READ_LIMIT - 1);
    assert!(world.aborted.is_empty());
    world.wait(1);
    assert_eq!(world.aborted, [read]);

    let mut world = World::paying();
    let create = world.number(Ask::Create).unwrap();
    world.wait(CREATE_LIMIT - 1);
    assert!(world.aborted.is_empty());
    world.wait(1);
    assert_eq!(world.aborted, [create]);

    let mut world = held();
    let held = world.number(Ask::Transaction).unwrap();
    world.wait(HELD_LIMIT - 1);
    assert!(!world.aborted.contains(&held));
    world.wait(1);
    assert!(world.aborted.contains(&held));
    assert_eq!((CREATE_LIMIT, READ_LIMIT, HELD_LIMIT), (60_000, 10_000, 35_000));
}

#[test]
fn an_ask_that_is_not_held_has_the_time_of_a_read() {
    let mut world = World::at_the_bank();
    world.reload();
    world.read_says(lists([pending(FIRST).of(&key(1))]));
    assert!(!world.is_held());
    let ask = world.number(Ask::Transaction).unwrap();
    world.wait(READ_LIMIT);
    assert!(world.aborted.contains(&ask));
}

#[test]
fn pauses_grow_with_the_time_waited_within_bounds() {
    let mut world = held();
    world.now.chance = u16::MAX / 2;
    let mut last = 0;
    while world.now.wall < MORNING + 14 * MINUTE {
        let waited = world.now.wall - MORNING;
        let pause = pause_after(&mut world, pending(FIRST));
        let most = (waited / 12).clamp(900, 10_000);
        assert!((most - 3..=most).contains(&pause) && pause >= last, "{pause} after {waited}");
        last = pause;
    }
    assert!(last > 9_000);
}

#[test]
fn an_answer_that_was_held_is_followed_by_the_next_ask_at_once() {
    let mut world = held();
    for _ in 0..5 {
        world.sleep(25_000);
        assert!(pause_after(&mut world, pending(FIRST).held()) <= 400);
        assert!(world.is_held());
    }
}

#[test]
fn an_answer_that_was_not_really_held_is_followed_by_a_pause() {
    let mut world = held();
    world.sleep(4_999);
    assert!(pause_after(&mut world, pending(FIRST).held()) >= 800);
    world.sleep(6_000);
    assert!(pause_after(&mut world, pending(FIRST)) >= 800, "the backend cannot hold; it was slow");
}

#[test]
fn a_wait_that_breaks_twice_is_not_offered_again() {
    let mut world = held();
    pause_after(&mut world, lost());
    assert!(world.is_held());
    pause_after(&mut world, refused(504));
    assert!(!world.is_held());
    pause_after(&mut world, pending(FIRST));
    assert!(!world.is_held());
}

#[test]
fn retry_after_is_obeyed() {
    let mut world = World::back_from_bank();
    assert_eq!(pause_after(&mut world, refused_for(429, 45_000)), 45_000);
    assert_eq!(pause_after(&mut world, refused_for(503, 90_000)), 90_000);

    let mut world = World::paying();
    world.create_says(refused_for(429, 20_000));
    world.read_says(untouched());
    let from = world.now.steady;
    world.ring();
    assert_eq!((world.now.steady - from, world.keys().len()), (20_000, 2));

    let mut world = World::at_shop();
    world.read_says(refused_for(503, 30_000));
    let from = world.now.steady;
    world.ring();
    assert!(world.is_open(Ask::Read));
    assert_eq!(world.now.steady - from, 30_000);
}

#[test]
fn being_looked_at_does_not_send_a_post_before_its_time() {
    let mut world = World::paying();
    world.create_says(refused_for(429, 20_000));
    world.read_says(untouched());
    world.hides();
    world.is_looked_at();
    world.read_says(untouched());
    world.wait(19_999);
    assert_eq!(world.keys().len(), 1);
    world.wait(1);
    assert_eq!(world.keys().len(), 2);
}

#[test]
fn retry_after_does_not_outlast_the_deadline() {
    let mut world = World::back_from_bank();
    world.ask_says(refused_for(503, Millis::MAX));
    world.wait(15 * MINUTE);
    world.ask_says(refused_for(503, Millis::MAX));
    world.shows(StateName::Processing);

    let mut world = World::paying();
    world.create_says(refused_for(503, Millis::MAX));
    world.read_says(refused_for(503, Millis::MAX));
    world.wait(CREATE_LIMIT);
    world.read_says(refused_for(503, Millis::MAX));
    world.shows(StateName::Processing);

    let mut world = World::at_shop();
    world.read_says(refused_for(503, Millis::MAX));
    world.shows(StateName::Unavailable);
}

#[test]
fn numbers_beyond_all_sense_do_no_harm() {
    let mut world = World::open(Setup { deadline: Millis::MAX, ..shop() });
    world.read_says(untouched());
    world.pays();
    world.create_says(pending(FIRST).at_bank().by("PBL").expiring(Millis::MAX));
    world.shows(StateName::Link);
    world.reload();
    world.read_says(lists([pending(FIRST)]));
    world.ask_says(pending(FIRST));
    world.shows(StateName::Confirming);
}

#[test]
fn hidden_or_offline_it_asks_every_thirty_seconds() {
    let ways: [fn(&mut World) -> Vec<paymentsos_core::flow::Effect>; 2] = [World::hides, World::goes_offline];
    for way in ways {
        let mut world = World::back_from_bank();
        way(&mut world);
        if !world.is_open(Ask::Transaction) {
            world.ring();
        }
        for answer in [pending(FIRST).into(), lost(), pending(FIRST).held().into()] {
            assert_eq!(pause_after(&mut world, answer), 30_000);
            world.sleep(5_000);
        }
    }
}

#[test]
fn becoming_visible_or_online_asks_at_once() {
    let mut world = waiting();
    world.hides();
    world.ring();
    world.ask_says(pending(FIRST));
    world.sleep(1_000);
    world.is_looked_at();
    assert!(world.is_open(Ask::Transaction));

    let mut world = waiting();
    world.goes_offline();
    world.ring();
    world.ask_says(lost());
    world.sleep(1_000);
    world.goes_online();
    assert!(world.is_open(Ask::Transaction));
}

#[test]
fn what_is_under_way_is_replaced_when_the_page_is_looked_at() {
    let mut world = World::back_from_bank();
    let first = world.number(Ask::Transaction).unwrap();
    world.hides();
    world.sleep(3_000);
    world.is_looked_at();
    assert!(world.aborted.contains(&first));
    let second = world.number(Ask::Transaction).unwrap();
    assert_ne!(first, second);
    world.sleep(100);
    world.input(Input::Heard);
    assert_eq!(world.number(Ask::Transaction), Some(second), "it was only just asked");
}

#[test]
fn staying_visible_or_online_is_no_news() {
    let mut world = waiting();
    assert_eq!(world.is_looked_at(), []);
    assert_eq!(world.goes_online(), []);
}

#[test]
fn online_again_a_pressed_pay_goes_on_at_once() {
    let mut world = World::at_shop();
    world.goes_offline();
    world.press_pay();
    world.read_says(lost());
    world.sleep(2_000);
    world.goes_online();
    world.read_says(untouched());
    assert_eq!(world.keys(), [key(1)]);
}

/// Answers everything with pending until the state is another.
fn goes_on_until_it_ends(world: &mut World) {
    while world.view().state == StateName::Confirming {
        match world.is_open(Ask::Transaction) {
            true => world.ask_says(pending(FIRST)),
            false => world.ring(),
        };
    }
}

#[test]
fn the_deadline_ends_in_one_last_check_and_then_processing() {
    let mut world = waiting();
    let asked = |world: &World| world.count(Ask::Transaction);
    world.wait(14 * MINUTE + 59_999);
    assert!(world.alarm.is_some());
    if world.is_open(Ask::Transaction) {
        world.ask_says(pending(FIRST));
    }
    let before = asked(&world);
    world.wait(1);
    world.shows(StateName::Confirming);
    assert_eq!((asked(&world) - before, world.is_held()), (1, false));
    world.ask_says(pending(FIRST));
    let view = world.shows(StateName::Processing);
    assert_eq!((view.fault, view.can_pay, view.can_retry), (Some(Code::StillPending), false, false));
    assert_eq!(world.told, 0, "it is no result");
    assert!(world.attempt().is_some(), "and nothing is forgotten");
    let sent = world.sent.len();
    world.wait(60 * MINUTE);
    assert_eq!(world.sent.len(), sent);
}

#[test]
fn the_last_check_may_bring_the_result_or_nothing() {
    let mut world = waiting();
    world.wait(15 * MINUTE);
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);

    let mut world = waiting();
    world.wait(15 * MINUTE);
    world.wait(READ_LIMIT);
    assert_eq!(world.shows(StateName::Processing).fault, Some(Code::BackendUnreachable));
}

#[test]
fn a_late_final_status_replaces_processing() {
    let looks: [fn(&mut World); 5] = [
        |world| {
            world.check();
        },
        |world| {
            world.hides();
            world.is_looked_at();
        },
        |world| {
            world.goes_offline();
            world.goes_online();
        },
        |world| {
            world.input(Input::Shown);
        },
        |world| {
            world.input(Input::Heard);
        },
    ];
    for look in looks {
        for last in [succeed(FIRST), failed(FIRST)] {
            let mut world = waiting();
            goes_on_until_it_ends(&mut world);
            world.sleep(60 * MINUTE);
            look(&mut world);
            assert!(world.view().checking);
            world.ask_says(last.clone());
            if world.is_open(Ask::Read) {
                world.read_says(lists([last]));
            }
            assert!(matches!(world.view().state, StateName::Succeeded | StateName::Failed));
            assert_eq!(world.told, 1);
        }
    }
}

#[test]
fn a_check_that_finds_it_pending_leaves_it_processing() {
    let mut world = waiting();
    world.wait(15 * MINUTE);
    world.ask_says(lost());
    world.check();
    world.ask_says(pending(FIRST));
    world.read_says(lists([pending(FIRST)]));
    let view = world.shows(StateName::Processing);
    assert_eq!((view.fault, view.checking), (Some(Code::StillPending), false), "it can be reached again");
}

#[test]
fn the_deadline_counts_on_by_the_wall_clock_across_reloads() {
    for same_browser in [true, false] {
        let mut world = World::back_from_bank();
        if !same_browser {
            world.saved.clear();
        }
        for _ in 0..7 {
            world.sleep(2 * MINUTE);
            world.reload();
            world.read_says(lists([pending(FIRST)]));
            world.ask_says(pending(FIRST));
            world.shows(StateName::Confirming);
        }
        world.wait(MINUTE);
        assert!(world.is_open(Ask::Transaction));
        world.ask_says(pending(FIRST));
        world.shows(StateName::Processing);
        assert_eq!(world.now.wall, MORNING + 15 * MINUTE, "same browser: {same_browser}");
    }
}

#[test]
fn a_reload_after_the_deadline_checks_once_more() {
    let mut world = World::back_from_bank();
    world.sleep(20 * MINUTE);
    world.reload();
    world.read_says(lists([pending(FIRST)]));
    world.wait(0);
    world.ask_says(pending(FIRST));
    world.shows(StateName::Processing);
}

#[test]
fn a_return_begins_the_deadline_anew() {
    let mut world = World::at_the_bank();
    world.sleep(14 * MINUTE);
    world.comes_back(&back_with(FIRST, "Pending"), "");
    world.read_says(lists([pending(FIRST)]));
    let back = world.now.wall;
    goes_on_until_it_ends(&mut world);
    assert_eq!(world.now.wall - back, 15 * MINUTE);
}

#[test]
fn a_wall_clock_that_is_set_back_does_not_prolong_the_deadline() {
    let mut world = waiting();
    world.now.wall -= 120 * MINUTE;
    let from = world.now.steady;
    goes_on_until_it_ends(&mut world);
    assert_eq!(world.now.steady - from, 15 * MINUTE);
}

#[test]
fn a_machine_that_slept_finds_the_deadline_over() {
    let mut world = waiting();
    world.now.wall += 120 * MINUTE;
    let from = world.now.steady;
    goes_on_until_it_ends(&mut world);
    assert!(world.now.steady - from < MINUTE);
}

#[test]
fn a_saved_time_ahead_of_the_clock_is_cut_to_the_deadline() {
    let mut world = World::back_from_bank();
    world.now.wall -= 120 * MINUTE;
    world.reload();
    world.read_says(lists([pending(FIRST)]));
    let from = world.now.steady;
    goes_on_until_it_ends(&mut world);
    assert_eq!(world.now.steady - from, 15 * MINUTE);
}

#[test]
fn the_shops_own_deadline_holds() {
    let mut world = World::open(Setup { deadline: 2 * MINUTE, ..shop() });
    world.read_says(untouched());
    world.pays();
    world.create_says(pending(FIRST));
    goes_on_until_it_ends(&mut world);
    assert_eq!(world.now.wall - MORNING, 2 * MINUTE);
}

#[test]
fn a_payment_that_cannot_be_read_is_tried_for_a_minute() {
    let mut world = World::at_shop();
    let from = world.now.steady;
    while world.view().state == StateName::Ready {
        match world.is_open(Ask::Read) {
            true => world.read_says(refused(503)),
            false => world.ring(),
        };
    }
    assert!(world.now.steady - from <= LOOK_LIMIT);
    assert!((8..40).contains(&world.count(Ask::Read)));
    assert_eq!(world.shows(StateName::Unavailable).fault, Some(Code::BackendUnreachable));
}

#[test]
fn a_quarter_of_an_hour_takes_few_requests() {
    let mut world = waiting();
    goes_on_until_it_ends(&mut world);
    assert!(world.count(Ask::Transaction) < 140, "{}", world.count(Ask::Transaction));

    let mut world = World::back_from_bank();
    while world.view().state == StateName::Confirming {
        match world.is_open(Ask::Transaction) {
            true => {
                world.wait(25_000);
                if world.is_open(Ask::Transaction) {
                    world.ask_says(pending(FIRST).held());
                }
            }
            false => {
                world.ring();
            }
        }
    }
    assert!(world.count(Ask::Transaction) < 45, "{}", world.count(Ask::Transaction));
}

#[test]
fn a_404_is_waited_out_where_the_attempt_is_saved_and_ends_elsewhere() {
    let mut world = World::back_from_bank();
    world.ask_says(refused(404));
    world.shows(StateName::Confirming);
    world.ring();
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);

    let mut world = World::new(return_page());
    world.comes_back(&back_with(FIRST, "Pending"), "");
    world.ask_says(refused(404));
    assert_eq!(world.shows(StateName::Processing).fault, Some(Code::NotAuthorizedHere));

    let mut world = World::at_shop();
    world.read_says(refused(404));
    assert_eq!(world.shows(StateName::Unavailable).fault, Some(Code::NotAuthorizedHere));
}

#[test]
fn how_it_stands_is_asked_first_and_the_next_answer_is_waited_for_at_once() {
    let mut world = World::at_shop();
    world.read_says(lists([pending(FIRST)]));
    assert!(world.is_open(Ask::Transaction) && !world.is_held());
    assert_eq!(pause_after(&mut world, pending(FIRST)), 0);
    assert!(world.is_held());
    // The answer to a create has said it already.
    let mut world = World::paying();
    world.create_says(pending(FIRST));
    world.wait(0);
    assert!(world.is_held());
}

/// Until another tab's turn to wait is over, or the next look, it is one more that waits.
#[test]
fn who_has_just_come_back_waits_for_the_first_answer_whoever_else_waits() {
    let mut world = World::new(return_page());
    world.locked_elsewhere.push(Lock::Wait);
    world.comes_back(&back_with(FIRST, "Pending"), "");
    assert!(world.is_held());
    world.sleep(25_000);
    assert!(pause_after(&mut world, pending(FIRST).held()) > 400);
    assert!(!world.is_held(), "from then on one tab waits");

    let mut world = World::back_from_bank();
    world.sleep(1_000);
    world.input(Input::Heard);
    assert!(world.is_open(Ask::Transaction) && !world.is_held(), "there may be news");

    let mut world = World::new(return_page());
    world.locked_elsewhere.push(Lock::Wait);
    world.comes_back(&back_with(FIRST, "Pending"), "");
    pause_after(&mut world, lost());
    assert!(!world.is_held(), "what broke once is not waited for out of turn");
}

#[test]
fn a_connection_that_died_unnoticed_is_not_waited_for() {
    let mut world = held();
    world.hides();
    world.sleep(MINUTE);
    world.is_looked_at();
    assert!(world.is_open(Ask::Transaction) && !world.is_held(), "an answer is due soon, or the connection is dead");
    world.wait(READ_LIMIT + 6_000);
    assert!(world.is_open(Ask::Transaction), "and asked anew");
}

#[test]
fn a_check_does_not_wait_for_what_the_backend_holds() {
    let mut world = held();
    world.sleep(100);
    world.check();
    assert!(world.is_open(Ask::Transaction) && !world.is_held());
}

#[test]
fn a_hidden_page_waits_for_no_answer() {
    let mut world = held();
    let held = world.number(Ask::Transaction).unwrap();
    world.hides();
    assert!(world.aborted.contains(&held) && world.open.is_empty());
    assert!(world.locks.is_empty());
    world.wait(30_000);
    assert!(world.is_open(Ask::Transaction) && !world.is_held());
}

#[test]
fn an_instant_answer_to_every_wait_makes_no_storm() {
    for says in [pending(FIRST), pending(FIRST).held()] {
        let mut world = held();
        let before = world.count(Ask::Transaction);
        let end = world.now.steady + MINUTE;
        while world.now.steady < end {
            match world.is_open(Ask::Transaction) {
                true => world.ask_says(says.clone()),
                false => world.ring(),
            };
        }
        assert!(world.count(Ask::Transaction) - before <= 36, "{}", world.count(Ask::Transaction) - before);
    }
}

/// What the backend asks for is waited for, as long as that is within the time that a look may take.
#[test]
fn a_look_may_take_its_whole_time_and_no_more() {
    for (later, state) in [(LOOK_LIMIT, StateName::Ready), (LOOK_LIMIT + 1, StateName::Unavailable)] {
        let mut world = World::at_shop();
        world.read_says(refused_for(503, later));
        world.shows(state);
        if state == StateName::Ready {
            assert_eq!(world.alarm, Some(world.now.steady + later));
        }
    }
    // A return that names no transaction.
    for (later, state) in [(LOOK_LIMIT, StateName::Confirming), (LOOK_LIMIT + 1, StateName::Processing)] {
        let mut world = World::new(return_page());
        world.comes_back(&format!("payment_id={PAYMENT}&status=Pending"), "");
        world.read_says(refused_for(503, later));
        world.shows(state);
        if state == StateName::Confirming {
            assert_eq!(world.alarm, Some(world.now.steady + later));
        }
    }
}

/// Whoever looks at the page again has a look of its own, with all of its time.
#[test]
fn looked_at_again_a_look_has_its_whole_time() {
    let mut world = World::new(return_page());
    world.comes_back(&format!("payment_id={PAYMENT}&status=Pending"), "");
    world.sleep(LOOK_LIMIT - 5_000);
    world.is_looked_at();
    world.hides();
    world.is_looked_at();
    world.read_says(refused_for(503, LOOK_LIMIT));
    world.shows(StateName::Confirming);
}

#[test]
fn what_was_asked_just_now_is_not_asked_again() {
    for (after, again) in [(499, 0), (500, 1)] {
        let mut world = World::back_from_bank();
        let before = world.count(Ask::Transaction);
        world.sleep(after);
        world.input(Input::Heard);
        assert_eq!(world.count(Ask::Transaction) - before, again, "after {after} ms");
    }
}

/// A backend that holds nothing is asked at its pauses, also after a look in between; one that holds is asked at once.
#[test]
fn after_a_look_only_a_backend_that_holds_is_asked_at_once() {
    for holds in [false, true] {
        let mut world = World::back_from_bank();
        assert!(world.is_held());
        world.sleep(6_000);
        world.ask_says(if holds { pending(FIRST).held() } else { pending(FIRST) });
        world.hides();
        world.sleep(1_000);
        world.is_looked_at();
        assert!(!world.is_held());
        world.ask_says(pending(FIRST));
        let pause = world.alarm.map(|at| at - world.now.steady);
        assert_eq!(pause == Some(0), holds, "{pause:?}");
    }
}

/// The time for a create is over in the very moment in which the payment tells that nothing came of it.
#[test]
fn at_its_limit_a_create_is_given_up() {
    let mut world = World::paying();
    let begun = world.now.steady;
    world.create_says(lost());
    world.sleep(begun + CREATE_LIMIT - world.now.steady);
    world.read_says(untouched());
    world.shows(StateName::Processing);

    let mut world = World::paying();
    world.create_says(lost());
    world.sleep(begun + CREATE_LIMIT - 1 - world.now.steady);
    world.read_says(untouched());
    world.shows(StateName::Creating);
}

/// Nor is a payment that is not found given up where its attempt is saved: it may know of another transaction.
#[test]
fn beside_an_ask_that_is_not_answered_the_payment_is_read_again_also_after_a_404() {
    let mut world = World::paying();
    world.create_says(pending(FIRST));
    world.reload();
    world.read_says(refused(404));
    world.wait(6_000);
    assert!(world.is_open(Ask::Read));
}

/// So it is from its first moment on: in a tab that was opened in the background, or by a page out of the browser's memory.
#[test]
fn a_page_that_begins_hidden_or_offline_asks_every_thirty_seconds() {
    let not_there: [fn(&mut World); 2] = [|world| world.visible = false, |world| world.online = false];
    for not_there in not_there {
        let mut world = World::at_the_bank();
        not_there(&mut world);
        world.comes_back(&back_with(FIRST, "Pending"), "");
        world.read_says(lists([pending(FIRST).of(&key(1))]));
        assert_eq!(pause_after(&mut world, pending(FIRST)), 30_000);
    }
}
