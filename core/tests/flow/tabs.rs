//! Several tabs of one browser: one creates, one waits, all hear. And the page that is put aside and shown again.

use crate::world::*;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{
    Attempt, Input, LOCK_LIMIT, LOCK_NOTICE, Lock, METHOD_LIMIT, Millis, Press, Request, StateName,
};
use paymentsos_core::paymentsos::Kind;

/// Pay was pressed while another tab is paying.
fn held_up() -> World {
    let mut world = World::ready();
    world.locked_elsewhere.push(Lock::Create);
    world.press_pay();
    world
}

/// What another tab has saved before its POST.
fn others() -> Attempt {
    Attempt {
        id: key(99),
        kind: Kind::Authorization,
        at: MORNING,
        transaction: None,
        since: None,
        doubtful: false,
        link: false,
    }
}

fn save(world: &mut World, attempt: &Attempt) {
    world.saved.insert(PAYMENT.into(), attempt.to_line());
}

#[test]
fn nothing_is_read_or_sent_for_a_press_while_another_tab_is_paying() {
    let mut world = held_up();
    assert_eq!((world.locks.as_slice(), world.open.len()), (&[Lock::Create][..], 0));
    world.wait(LOCK_NOTICE - 1);
    assert_eq!(world.shows(StateName::Creating).fault, None, "it may take a moment");
    world.wait(1);
    assert_eq!(world.shows(StateName::Creating).fault, Some(Code::PaidElsewhere));
    world.read_says(untouched());
    world.wait(LOCK_LIMIT - LOCK_NOTICE - 1);
    assert_eq!(world.keys().len(), 0);
    world.wait(1);
    let view = world.shows(StateName::Ready);
    assert_eq!((view.fault, view.can_pay), (Some(Code::PaidElsewhere), true));
    assert!(world.locks.is_empty(), "nor does it stand in anybody's way");
    world.read_says(untouched());
    assert_eq!(world.shows(StateName::Ready).fault, Some(Code::PaidElsewhere));
}

#[test]
fn what_the_other_tab_has_made_meanwhile_is_adopted() {
    let mut world = held_up();
    world.wait(LOCK_NOTICE);
    world.read_says(lists([pending(SECOND)]));
    assert_eq!((world.asks_for(), world.keys().len()), (Some(SECOND), 0));
    world.shows(StateName::Confirming);
    assert_eq!(world.locks, [Lock::Wait]);

    let mut world = held_up();
    world.input(Input::Heard);
    world.read_says(lists([succeed(SECOND)]));
    world.ask_says(succeed(SECOND));
    world.shows(StateName::Succeeded);
    assert_eq!(world.keys().len(), 0);
}

#[test]
fn once_the_other_tab_is_done_the_payment_is_read_before_anything_is_sent() {
    let mut world = held_up();
    world.sleep(500);
    world.is_free(Lock::Create);
    assert_eq!((world.keys().len(), world.is_open(Ask::Read)), (0, true));
    world.read_says(lists([failed(SECOND)]));
    assert_eq!(world.keys(), [key(1)]);
    assert_eq!(world.locks, [Lock::Create], "until it is answered");
    world.create_says(pending(FIRST).at_bank());
    assert!(world.locks.is_empty());
}

#[test]
fn an_attempt_that_another_tab_has_begun_is_gone_on_with_under_its_key() {
    let mut world = held_up();
    save(&mut world, &others());
    world.is_free(Lock::Create);
    world.read_says(untouched());
    assert_eq!(world.keys(), [key(99)]);
    assert!(matches!(&world.sent.last().unwrap().1, Request::Create { kind: Kind::Authorization, .. }));
    // Whether theirs arrived is not known, so ours is a repeat.
    world.create_says(refused(400));
    world.shows(StateName::Creating);
    assert_eq!(world.attempt().map(|attempt| (attempt.id, attempt.doubtful)), Some((key(99), true)));
}

#[test]
fn a_transaction_that_another_tab_has_saved_is_asked_for_and_nothing_is_sent() {
    let mut world = held_up();
    save(&mut world, &Attempt { transaction: Some(SECOND.into()), ..others() });
    world.is_free(Lock::Create);
    world.shows(StateName::Confirming);
    assert_eq!((world.asks_for(), world.locks.as_slice()), (Some(SECOND), &[Lock::Wait][..]));
    world.read_says(lists([failed(SECOND).of(&key(99)).authorization()]));
    world.ask_says(failed(SECOND).of(&key(99)));
    world.shows_failure(Code::Declined);
    assert_eq!(world.keys().len(), 0);
}

#[test]
fn an_attempt_of_yesterday_or_of_another_release_is_nobodys() {
    let yesterday = Attempt { at: MORNING - 25 * 60 * MINUTE, ..others() };
    for line in [yesterday.to_line(), others().to_line().replacen('1', "2", 1)] {
        let mut world = held_up();
        world.saved.insert(PAYMENT.into(), line);
        world.is_free(Lock::Create);
        world.read_says(untouched());
        assert_eq!(world.keys(), [key(1)]);
    }
}

#[test]
fn a_key_that_another_tab_has_seen_fail_is_not_used_again() {
    let mut world = World::paying();
    world.create_says(lost());
    world.read_says(refused(503));
    while world.view().state == StateName::Creating {
        match world.number(Ask::Create) {
            Some(_) => world.create_says(lost()),
            None if world.is_open(Ask::Read) => world.read_says(refused(503)),
            None => world.ring(),
        };
    }
    world.shows(StateName::Processing);
    // The other tab hears how it ended, and forgets it.
    world.saved.clear();
    world.check();
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.shows(StateName::Ready);
    let before = world.keys().len();
    world.pays_where(lists([failed(FIRST).of(&key(1))]));
    assert_eq!(world.keys()[before..], [key(2)]);
}

#[test]
fn the_lock_is_kept_from_the_reading_to_the_answer_and_no_longer() {
    let mut world = World::ready();
    assert!(world.locks.is_empty());
    world.press_pay();
    assert_eq!(world.locks, [Lock::Create]);
    world.read_says(untouched());
    world.create_says(lost());
    assert_eq!(world.locks, [Lock::Create], "it may have to be sent again");
    world.read_says(untouched());
    world.ring();
    world.create_says(failed(FIRST));
    assert!(world.locks.is_empty());

    let ends: [fn(&mut World); 4] = [
        |world| drop(world.create_says(pending(FIRST))),
        |world| drop(world.create_says(succeed(FIRST))),
        |world| {
            world.create_says(refused(422));
            world.read_says(untouched());
        },
        |world| drop(world.start()),
    ];
    for end in ends {
        let mut world = World::paying();
        end(&mut world);
        assert!(!world.locks.contains(&Lock::Create));
    }
}

#[test]
fn the_lock_is_asked_for_only_once_the_page_has_given_the_payment_method() {
    let pressed = || {
        let mut world = World::ready();
        world.input(Input::Pay(Press { id: key(1), method: 1, window: false }));
        world
    };
    let mut world = pressed();
    assert_eq!((world.locks.len(), world.open.len()), (0, 0));
    world.input(Input::Method { number: 7, given: true });
    assert!(world.locks.is_empty(), "that was another press");
    // A wallet's sheet may be open for minutes.
    world.wait(4 * MINUTE);
    world.shows(StateName::Creating);
    world.input(Input::Method { number: 1, given: true });
    world.read_says(untouched());
    assert_eq!(world.keys(), [key(1)]);

    let refusals: [fn(&mut World); 2] =
        [|world| drop(world.input(Input::Method { number: 1, given: false })), |world| world.wait(METHOD_LIMIT)];
    for refuse in refusals {
        let mut world = pressed();
        refuse(&mut world);
        let view = world.shows(StateName::Ready);
        assert_eq!((view.fault, view.can_pay), (Some(Code::PaymentMethodMissing), true));
        assert_eq!((world.reported.as_slice(), world.saved.len()), (&[Code::PaymentMethodMissing][..], 0));
        assert!(Code::PaymentMethodMissing.no_money_moved());
        world.input(Input::Method { number: 1, given: true });
        world.shows(StateName::Ready);
    }
}

#[test]
fn one_tab_waits_and_the_others_ask_now_and_then() {
    let mut world = World::back_from_bank();
    // Another tab was first.
    world.locks.clear();
    world.locked_elsewhere.push(Lock::Wait);
    world.reload();
    world.read_says(lists([pending(FIRST).of(&key(1))]));
    assert!(!world.is_held());
    world.ask_says(pending(FIRST));
    let from = world.now.steady;
    world.ring();
    assert_eq!((world.now.steady - from, world.is_held()), (30_000, false), "asking goes on, whatever others say");
    world.ask_says(pending(FIRST));
    // The other tab is closed.
    world.sleep(1_000);
    world.is_free(Lock::Wait);
    world.wait(0);
    assert!(world.is_held());
}

#[test]
fn the_wait_is_passed_on_when_it_is_over() {
    let waiting = || {
        let mut world = World::back_from_bank();
        world.ask_says(pending(FIRST));
        world.ring();
        assert_eq!((world.is_held(), world.locks.as_slice()), (true, &[Lock::Wait][..]));
        world
    };
    let ends: [fn(&mut World); 4] = [
        |world| drop(world.hides()),
        |world| drop(world.input(Input::Left)),
        |world| {
            world.ask_says(succeed(FIRST));
            if world.is_open(Ask::Read) {
                world.read_says(lists([succeed(FIRST)]));
            }
        },
        |world| {
            world.wait(15 * MINUTE);
            world.ask_says(pending(FIRST));
            world.shows(StateName::Processing);
        },
    ];
    for end in ends {
        let mut world = waiting();
        end(&mut world);
        assert!(world.locks.is_empty());
    }
}

#[test]
fn each_hearing_is_followed_by_one_look_of_our_own() {
    let mut failed_here = World::paying();
    failed_here.create_says(failed(FIRST));
    let mut processing = World::back_from_bank();
    processing.wait(15 * MINUTE);
    processing.ask_says(pending(FIRST));
    let mut linked = World::paying();
    linked.create_says(pending(FIRST).at_bank().by("PBL"));
    linked.wait(0);
    let mut unavailable = World::at_shop();
    unavailable.read_says(refused(401));
    for mut world in [World::ready(), failed_here, processing, linked, unavailable] {
        world.sleep(10_000);
        let before = world.sent.len();
        world.input(Input::Heard);
        assert_eq!(world.sent.len() - before, 1, "{:?}", world.view().state);
        assert!(!world.is_held());
    }
}

#[test]
fn hearing_while_the_page_is_being_left_does_not_keep_it() {
    let mut world = World::at_the_bank();
    world.input(Input::Heard);
    world.shows(StateName::Redirecting);
    world.ask_says(pending(FIRST).at_bank());
    world.shows(StateName::Redirecting);
}

#[test]
fn what_others_should_look_at_is_announced_once() {
    let mut world = World::paying();
    assert_eq!(world.announced, 0);
    world.create_says(pending(FIRST));
    assert_eq!(world.announced, 1);
    world.wait(0);
    world.ask_says(pending(FIRST));
    assert_eq!(world.announced, 1);
    world.ring();
    world.ask_says(succeed(FIRST));
    assert_eq!((world.shows(StateName::Succeeded).state, world.announced), (StateName::Succeeded, 2));
}

#[test]
fn what_was_heard_is_not_announced_back_but_what_follows_is() {
    let mut world = World::ready();
    world.input(Input::Heard);
    world.read_says(lists([failed(SECOND)]));
    world.pays_where(lists([failed(SECOND)]));
    world.create_says(failed(FIRST));
    assert_eq!(world.announced, 2, "what was made, and how it ended, are ours");

    let mut world = World::back_from_bank();
    world.ask_says(pending(FIRST));
    let before = world.announced;
    world.sleep(2_000);
    world.input(Input::Heard);
    world.ask_says(succeed(FIRST));
    if world.is_open(Ask::Read) {
        world.read_says(lists([succeed(FIRST)]));
    }
    world.shows(StateName::Succeeded);
    assert_eq!(world.announced, before);
}

#[test]
fn a_page_hears_of_its_own_payment_and_of_none_while_it_is_put_aside() {
    let mut world = World::ready();
    assert_eq!(world.listens.as_deref(), Some(PAYMENT));
    world.input(Input::Left);
    assert_eq!(world.listens, None);
    world.input(Input::Shown);
    assert_eq!(world.listens.as_deref(), Some(PAYMENT));
    world.setup.payment_id = Some(OTHER_PAYMENT.into());
    world.start();
    assert_eq!(world.listens.as_deref(), Some(OTHER_PAYMENT));
}

/// Put aside in this state, and shown again that much later.
fn put_aside(world: &mut World, time: Millis) {
    world.input(Input::Left);
    assert!(world.locks.is_empty());
    assert!(world.open.iter().all(|open| matches!(open.request, Request::Create { .. })), "only a POST is left alone");
    world.sleep(time);
    world.input(Input::Shown);
}

#[test]
fn a_page_put_aside_while_it_pays_asks_before_it_sends_again() {
    let mut world = World::paying();
    put_aside(&mut world, 5_000);
    assert_eq!((world.locks.as_slice(), world.keys().len()), (&[Lock::Create][..], 1));
    world.read_says(untouched());
    world.ring();
    assert_eq!(world.keys(), [key(1), key(1)]);
    world.create_says(pending(FIRST).at_bank());
    assert_eq!(world.asks_for(), Some(FIRST), "a repeat is confirmed before the page is left");

    // Another tab has it by now.
    let mut world = World::paying();
    world.input(Input::Left);
    world.locked_elsewhere.push(Lock::Create);
    world.input(Input::Shown);
    world.read_says(untouched());
    world.wait(20_000);
    assert_eq!(world.keys().len(), 1, "and no other repeats it");
    world.is_free(Lock::Create);
    world.read_says(lists([succeed(FIRST).of(&key(1))]));
    world.ask_says(succeed(FIRST).of(&key(1)));
    world.shows(StateName::Succeeded);
}

#[test]
fn a_page_shown_again_gets_to_the_truth_from_every_state() {
    let stories: [fn() -> World; 5] = [World::ready, World::paying, World::at_the_bank, World::back_from_bank, || {
        let mut world = World::paying();
        world.create_says(failed(FIRST));
        world
    }];
    for story in stories {
        let mut world = story();
        put_aside(&mut world, 20 * MINUTE);
        if world.is_open(Ask::Read) {
            world.read_says(lists([succeed(FIRST).of(&key(1))]));
        }
        world.ask_says(succeed(FIRST).of(&key(1)));
        if world.is_open(Ask::Read) {
            world.read_says(lists([succeed(FIRST).of(&key(1))]));
        }
        world.shows(StateName::Succeeded);
    }
}

#[test]
fn a_page_that_is_visible_and_shown_again_asks_once() {
    let comes_back: [fn(&mut World); 2] = [
        |world| {
            world.is_looked_at();
            world.input(Input::Shown);
        },
        |world| {
            world.input(Input::Shown);
            world.is_looked_at();
        },
    ];
    for comes_back in comes_back {
        let mut world = World::back_from_bank();
        world.hides();
        world.input(Input::Left);
        world.sleep(MINUTE);
        let before = world.sent.len();
        comes_back(&mut world);
        assert_eq!((world.listens.as_deref(), world.is_open(Ask::Transaction)), (Some(PAYMENT), true));
        assert_eq!(world.sent.len() - before, 1);
    }
}

#[test]
fn the_turn_to_wait_is_no_reason_to_be_impatient() {
    let mut world = World::back_from_bank();
    world.locks.clear();
    world.locked_elsewhere.push(Lock::Wait);
    world.reload();
    world.ask_says(refused_for(503, 45_000));
    let from = world.now.steady;
    world.is_free(Lock::Wait);
    while !world.is_open(Ask::Transaction) {
        world.ring();
    }
    assert_eq!(world.now.steady - from, 45_000);
}

#[test]
fn an_attempt_that_another_tab_has_saved_is_not_forgotten_here() {
    // The other tab has heard of the failure too, and its next attempt is on the way.
    let mut world = World::back_from_bank();
    world.ask_says(pending(FIRST).of(&key(1)));
    save(&mut world, &others());
    world.locked_elsewhere.push(Lock::Create);
    world.sleep(1_000);
    world.input(Input::Heard);
    world.ask_says(failed(FIRST).of(&key(1)));
    if world.is_open(Ask::Read) {
        world.read_says(lists([failed(FIRST).of(&key(1))]));
    }
    world.shows(StateName::Failed);
    assert_eq!(world.attempt().map(|attempt| attempt.id), Some(key(99)));
    // It is closed meanwhile: whoever pays now goes on with what it began.
    world.locked_elsewhere.clear();
    world.try_again();
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.pays_where(lists([failed(FIRST).of(&key(1))]));
    assert_eq!(world.keys().last(), Some(&key(99)));
}

#[test]
fn what_another_tab_has_saved_is_not_written_over_without_the_lock() {
    let mut world = World::paying();
    world.input(Input::Left);
    save(&mut world, &others());
    world.locked_elsewhere.push(Lock::Create);
    world.sleep(5_000);
    world.input(Input::Shown);
    assert_eq!(world.attempt().map(|attempt| attempt.id), Some(key(99)));

    // Nor by a key that was never used, where theirs is adopted.
    let mut world = World::paying();
    world.create_says(refused(412));
    world.read_says(untouched());
    save(&mut world, &Attempt { transaction: Some(SECOND.into()), link: true, ..others() });
    world.input(Input::Heard);
    world.read_says(lists([pending(SECOND).of(&key(99)).at_bank()]));
    assert_eq!(world.attempt().map(|attempt| (attempt.id, attempt.link)), Some((key(99), true)));

    // Nor does what was refused here say anything of it.
    let mut world = World::paying();
    world.create_says(refused(422));
    world.input(Input::Left);
    save(&mut world, &others());
    world.sleep(5_000);
    world.input(Input::Shown);
    world.read_says(untouched());
    assert_eq!(world.attempt().map(|attempt| attempt.id), Some(key(99)));
}

#[test]
fn a_press_that_was_put_aside_asks_for_its_turn_anew() {
    let mut world = World::ready();
    world.press_pay();
    world.input(Input::Left);
    world.sleep(2 * MINUTE);
    // Browsers grant a lock a moment later than a timer without a delay rings.
    world.locked_elsewhere.push(Lock::Create);
    world.input(Input::Shown);
    world.wait(0);
    assert_eq!(world.shows(StateName::Creating).fault, None);
    world.is_free(Lock::Create);
    world.read_says(untouched());
    assert_eq!(world.keys(), [key(1)]);
}

#[test]
fn a_page_that_is_pressed_was_not_left() {
    let mut world = World::ready();
    world.input(Input::Left);
    world.pays();
    assert_eq!((world.keys().len(), world.listens.as_deref()), (1, Some(PAYMENT)));
}

#[test]
fn what_is_made_here_is_announced_whatever_was_heard_meanwhile() {
    let mut world = World::paying();
    world.input(Input::Heard);
    world.create_says(pending(FIRST).at_bank());
    assert_eq!(world.announced, 1);
}

/// Put aside while it waits for its turn to pay, the page asks for it anew, and has its whole time to wait again.
#[test]
fn a_turn_that_was_given_away_is_waited_for_anew() {
    let mut world = held_up();
    world.wait(LOCK_LIMIT - 2_000);
    world.read_says(untouched());
    world.input(Input::Left);
    world.open.clear();
    world.alarm = None;
    world.input(Input::Shown);
    assert_eq!(world.alarm, Some(world.now.steady + LOCK_NOTICE));
    world.read_says(untouched());
    world.wait(LOCK_LIMIT - 1);
    world.shows(StateName::Creating);
    world.wait(1);
    assert_eq!(world.shows(StateName::Ready).fault, Some(Code::PaidElsewhere));
}

/// A key that is left over from a refusal is in no doubt, as long as nothing was sent under it since.
#[test]
fn put_aside_before_anything_is_sent_a_key_is_in_no_doubt() {
    let mut world = World::paying();
    world.create_says(refused(412));
    world.read_says(of_amount(5000));
    world.press_pay();
    world.input(Input::Left);
    world.open.clear();
    world.input(Input::Shown);
    world.is_free(Lock::Create);
    world.read_says(of_amount(5000));
    assert_eq!(world.keys(), [key(1), key(1)]);
    world.create_says(refused(422));
    world.read_says(of_amount(5000));
    world.shows_failure(Code::RequestRefused);
}

#[test]
fn looked_at_again_a_page_where_all_is_said_asks_nothing() {
    let mut world = World::ready();
    world.hides();
    world.is_looked_at();
    assert!(world.open.is_empty(), "{:?}", world.open);
}

/// Waiting for its turn took nothing of the time in which the payment is looked at.
#[test]
fn once_it_is_its_turn_a_look_has_its_whole_time() {
    let mut world = held_up();
    world.sleep(LOCK_LIMIT - 500);
    world.is_free(Lock::Create);
    world.read_says(lost());
    world.wait(2_000);
    world.shows(StateName::Creating);
}

/// Another tab has the turn, this one's POST is in doubt, and the backend is down: no reason to ask it more than once a second.
#[test]
fn a_turn_that_does_not_come_makes_no_storm() {
    let mut world = World::paying();
    world.input(Input::Left);
    world.open.clear();
    world.locks.clear();
    world.locked_elsewhere.push(Lock::Create);
    world.input(Input::Shown);
    let (before, end) = (world.count(Ask::Read), world.now.steady + MINUTE / 2);
    while world.now.steady < end {
        if world.is_open(Ask::Read) {
            world.read_says(refused(503));
        } else {
            world.ring();
        }
    }
    world.shows(StateName::Creating);
    let reads = world.count(Ask::Read) - before;
    assert!((5..15).contains(&reads), "{reads} in half a minute");
}
