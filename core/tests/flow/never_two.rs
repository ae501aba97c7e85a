//! One payment, never two.

use crate::world::*;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{Answer, CREATE_LIMIT, Input, Request, Setup, StateName};
use paymentsos_core::paymentsos::{Kind, PaymentStatus};

/// A state, and a story that leads there.
type Way = (&'static str, fn() -> World);

/// Whatever a POST is answered with that leaves its outcome open.
fn no_readable_answers() -> [Answer; 9] {
    [
        lost(),
        refused(408),
        refused(409),
        refused(425),
        refused(429),
        refused(500),
        refused(502),
        refused(503),
        refused(302),
    ]
}

#[test]
fn a_post_without_a_readable_answer_is_looked_for_before_it_is_repeated() {
    for answer in no_readable_answers() {
        let mut world = World::paying();
        world.create_says(answer.clone());
        world.shows(StateName::Creating);
        assert!(world.attempt().unwrap().doubtful, "{answer:?}");
        assert_eq!(world.keys().len(), 1, "first the payment is read");
        world.read_says(untouched());
        world.ring();
        assert_eq!(world.keys(), [key(1), key(1)], "the same key");
    }
}

#[test]
fn a_post_that_arrived_is_adopted() {
    for answer in no_readable_answers() {
        let mut world = World::paying();
        world.create_says(answer);
        world.read_says(lists([pending(FIRST).at_bank().of(&key(1))]));
        world.shows(StateName::Confirming);
        assert!(world.went.is_empty(), "first it is asked for");
        world.ask_says(pending(FIRST).at_bank());
        world.shows(StateName::Redirecting);
        assert_eq!((world.went.as_slice(), world.keys().len()), (&[BANK][..], 1));
    }
}

#[test]
fn a_post_that_arrived_and_failed_is_confirmed_as_failed() {
    let mut world = World::paying();
    world.create_says(lost());
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.shows(StateName::Confirming);
    world.ask_says(failed(FIRST));
    world.shows_failure(Code::Declined);
    world.try_again();
    world.read_says(lists([failed(FIRST)]));
    world.pays_where(lists([failed(FIRST)]));
    assert_eq!(world.keys(), [key(1), key(2)]);
}

#[test]
fn our_own_failure_frees_its_key_whoever_named_it() {
    let mut world = World::paying();
    world.comes_back(&back_with(FIRST, "Failed"), "");
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.ask_says(failed(FIRST).of(&key(1)));
    world.shows_failure(Code::Declined);
    world.try_again();
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.pays_where(lists([failed(FIRST).of(&key(1))]));
    assert_eq!(world.keys(), [key(1), key(2)]);
}

#[test]
fn any_transaction_that_stands_is_adopted_whoever_made_it() {
    let standing = [
        pending(SECOND),
        succeed(SECOND),
        odd(SECOND),
        pending(SECOND).authorization(),
        succeed(SECOND).of("somebody else"),
    ];
    for listed in standing {
        let mut world = World::at_shop();
        world.read_says(lists([failed(FIRST), listed.clone()]));
        let view = world.shows(StateName::Confirming);
        assert!(!view.can_pay);
        assert_eq!((world.asks_for(), view.kind), (Some(SECOND), listed.kind));
        assert_eq!(world.press_pay(), []);
    }
}

#[test]
fn what_another_tab_made_while_pay_was_pressed_is_adopted() {
    let mut world = World::at_shop();
    world.press_pay();
    world.read_says(lists([pending(SECOND)]));
    assert_eq!((world.asks_for(), world.keys().len()), (Some(SECOND), 0));
    world.ask_says(pending(SECOND).at_bank());
    assert_eq!(world.shows(StateName::Confirming).place, Some(BANK), "shown, but not gone to unasked");
    assert!(world.went.is_empty());
}

#[test]
fn another_tabs_payment_that_fails_leaves_our_key_unused() {
    let mut world = World::paying();
    world.create_says(refused(409));
    world.read_says(lists([pending(SECOND)]));
    world.ask_says(failed(SECOND));
    assert!(world.shows_failure(Code::Declined).can_retry);
    world.try_again();
    world.read_says(lists([failed(SECOND)]));
    world.pays_where(lists([failed(SECOND)]));
    assert_eq!(world.keys(), [key(1), key(1)], "nothing is known to have failed under it");
}

#[test]
fn our_own_is_recognised_among_others_and_one_that_succeeded_before_all() {
    let mut world = World::paying();
    world.create_says(lost());
    world.read_says(lists([pending(SECOND), pending(FIRST).of(&key(1)), pending(FORGED)]));
    assert_eq!(world.asks_for(), Some(FIRST));

    let mut world = World::paying();
    world.create_says(lost());
    world.read_says(lists([succeed(SECOND), pending(FIRST).of(&key(1))]));
    assert_eq!(world.asks_for(), Some(SECOND));
}

#[test]
fn a_reading_that_does_not_know_is_not_none() {
    let unknown = || {
        [
            not_expanded(),
            stands_at(PaymentStatus::Pending),
            stands_at(PaymentStatus::Captured),
            stands_at(PaymentStatus::Other("Reviewing".into())),
            Answer::Payment(payment(PaymentStatus::Captured, [failed(FIRST)])),
            Answer::Payment(payment(PaymentStatus::Pending, [failed(FIRST)])),
        ]
    };
    for answer in unknown() {
        let mut world = World::at_shop();
        world.press_pay();
        world.read_says(answer.clone());
        assert_eq!(world.keys().len(), 0, "{answer:?}");
        world.shows(StateName::Creating);
        world.ring();
        world.read_says(untouched());
        assert_eq!(world.keys(), [key(1)]);
    }
    for answer in unknown() {
        let mut world = World::at_shop();
        while world.view().state == StateName::Ready {
            match world.is_open(Ask::Read) {
                true => world.read_says(answer.clone()),
                false => world.ring(),
            };
        }
        let view = world.shows(StateName::Unavailable);
        assert_eq!(view.fault, Some(Code::BackendIncomplete));
    }
}

#[test]
fn a_payment_that_cannot_be_read_is_not_paid() {
    for answer in [lost(), refused(500), refused(404), refused(401)] {
        let mut world = World::at_shop();
        world.press_pay();
        while world.view().state == StateName::Creating {
            match world.is_open(Ask::Read) {
                true => world.read_says(answer.clone()),
                false => world.ring(),
            };
        }
        world.shows(StateName::Unavailable);
        assert_eq!(world.keys().len(), 0);
    }
}

#[test]
fn the_answer_to_another_payments_reading_does_not_count() {
    let mut world = World::at_shop();
    world.press_pay();
    let mut other = payment(PaymentStatus::Initialized, []);
    other.payment.id = OTHER_PAYMENT.into();
    world.read_says(Answer::Payment(other));
    assert_eq!(world.keys().len(), 0);
}

#[test]
fn a_second_press_changes_nothing() {
    let mut world = World::at_shop();
    world.press_pay();
    assert_eq!(world.press_pay(), []);
    world.read_says(untouched());
    assert_eq!(world.press_pay(), []);
    world.create_says(pending(FIRST).at_bank());
    assert_eq!(world.press_pay(), []);
    world.input(Input::Shown);
    assert_eq!(world.press_pay(), []);
    assert_eq!(world.keys(), [key(1)]);
}

#[test]
fn a_reload_at_every_state_sends_nothing_again() {
    let ways: [Way; 8] = [
        ("creating", World::paying),
        ("creating, lost", || {
            let mut world = World::paying();
            world.create_says(lost());
            world
        }),
        ("redirecting", World::at_the_bank),
        ("link", || {
            let mut world = World::paying();
            world.create_says(pending(FIRST).at_bank().by("PBL"));
            world
        }),
        ("confirming", World::back_from_bank),
        ("processing", || {
            let mut world = World::back_from_bank();
            world.ask_says(refused(401));
            world
        }),
        ("confirming without a redirection", || {
            let mut world = World::paying();
            world.create_says(pending(FIRST));
            world
        }),
        ("creating, at its limit", || {
            let mut world = World::paying();
            world.wait(CREATE_LIMIT);
            world
        }),
    ];
    for (state, way) in ways {
        let mut world = way();
        let creates = world.keys().len();
        world.reload();
        assert!(!world.view().can_pay, "{state}");
        assert_eq!(world.press_pay(), [], "{state}");
        world.read_says(lists([pending(FIRST).of(&key(1))]));
        assert_eq!(world.asks_for(), Some(FIRST), "{state}");
        world.ask_says(succeed(FIRST));
        world.shows(StateName::Succeeded);
        assert_eq!(world.keys().len(), creates, "{state}");
    }
}

#[test]
fn after_a_reload_pay_comes_back_under_the_same_key_once_nothing_came() {
    let mut world = World::paying();
    world.reload();
    world.read_says(untouched());
    world.shows(StateName::Creating);
    while world.view().state == StateName::Creating {
        match world.is_open(Ask::Read) {
            true => world.read_says(untouched()),
            false => world.ring(),
        };
    }
    assert!(world.now.wall <= MORNING + 65_000, "it has been looked for long enough");
    assert!(world.shows(StateName::Ready).can_pay);
    world.pays();
    assert_eq!(world.keys(), [key(1), key(1)]);
}

#[test]
fn the_first_post_after_a_reload_is_a_repeat() {
    let repeat = || {
        let mut world = World::paying();
        world.reload();
        world.now.wall += CREATE_LIMIT;
        world.wait(CREATE_LIMIT);
        world.read_says(untouched());
        world.pays();
        assert_eq!(world.keys(), [key(1), key(1)]);
        world
    };
    let mut world = repeat();
    world.create_says(refused(422));
    world.shows(StateName::Creating);
    assert!(world.attempt().is_some(), "the first may have arrived");

    let mut world = repeat();
    world.create_says(pending(FIRST).at_bank());
    assert_eq!((world.asks_for(), world.went.as_slice()), (Some(FIRST), &[][..]));
}

#[test]
fn a_repeat_is_of_the_kind_of_the_first() {
    let mut world = World::paying();
    world.setup = Setup { kind: Kind::Authorization, ..shop() };
    world.reload();
    world.wait(CREATE_LIMIT);
    world.read_says(untouched());
    world.pays();
    assert!(matches!(&world.sent.last().unwrap().1, Request::Create { kind: Kind::Charge, .. }));
}

#[test]
fn what_was_read_before_the_press_is_read_anew() {
    let mut world = World::ready();
    world.input(Input::Reset);
    let before = world.number(Ask::Read);
    world.press_pay();
    assert!(world.is_open(Ask::Read) && world.number(Ask::Read) != before);
    world.read_says(untouched());
    assert!(world.is_open(Ask::Create) && !world.is_open(Ask::Read));
}

#[test]
fn a_refusal_of_a_repeat_says_nothing_of_the_first() {
    for status in [400, 401, 403, 404, 409, 412, 422, 429] {
        let mut world = World::paying();
        world.create_says(lost());
        world.read_says(untouched());
        world.ring();
        world.create_says(refused(status));
        world.shows(StateName::Creating);
        world.read_says(lists([succeed(FIRST).of(&key(1))]));
        world.ask_says(succeed(FIRST));
        world.shows(StateName::Succeeded);
    }
}

#[test]
fn what_a_repeat_calls_pending_is_asked_for_before_the_page_is_left() {
    let repeated = || {
        let mut world = World::paying();
        world.create_says(lost());
        world.read_says(untouched());
        world.ring();
        world.create_says(pending(FIRST).at_bank());
        assert_eq!((world.asks_for(), world.is_held(), world.went.len()), (Some(FIRST), false, 0));
        world
    };
    let mut world = repeated();
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
    assert!(world.went.is_empty());

    let mut world = repeated();
    world.ask_says(pending(FIRST).at_bank());
    world.shows(StateName::Redirecting);
    assert_eq!(world.went, [BANK]);
}

#[test]
fn a_post_of_which_nothing_comes_is_repeated_until_the_limit_and_then_processing() {
    let mut world = World::paying();
    let begun = world.now.steady;
    while world.view().state == StateName::Creating {
        match (world.is_open(Ask::Create), world.is_open(Ask::Read)) {
            (true, _) => world.create_says(refused(503)),
            (_, true) => world.read_says(untouched()),
            _ => world.ring(),
        };
    }
    assert_eq!(world.now.steady - begun, CREATE_LIMIT);
    let view = world.shows(StateName::Processing);
    assert!(!view.can_pay && !view.can_retry);
    let keys = world.keys();
    assert!((5..30).contains(&keys.len()) && keys.iter().all(|used| *used == key(1)), "{keys:?}");

    world.check();
    world.read_says(untouched());
    assert!(world.shows(StateName::Ready).can_pay, "there is a way on");
    world.press_pay();
    assert_eq!(world.keys().last(), Some(&key(1)), "and its key is the same");
}

#[test]
fn a_post_that_hangs_is_given_up_after_its_limit_and_looked_for() {
    let mut world = World::paying();
    let post = world.number(Ask::Create).unwrap();
    world.wait(CREATE_LIMIT);
    assert!(world.aborted.contains(&post));
    assert!(world.is_open(Ask::Read));
    world.read_says(lists([pending(FIRST).at_bank().of(&key(1))]));
    world.ask_says(pending(FIRST).at_bank());
    assert_eq!(world.went, [BANK]);
}

#[test]
fn after_a_lost_post_it_is_not_said_that_nothing_was_sent() {
    let mut world = World::paying();
    world.create_says(lost());
    world.read_says(untouched());
    world.ring();
    world.create_says(Answer::NotSent);
    assert_eq!(world.shows(StateName::Ready).fault, None);
    assert_eq!(world.reported, [Code::PaymentMethodMissing]);
    assert!(world.attempt().is_some());

    world.wait(2 * MINUTE);
    world.press_pay();
    while world.view().state == StateName::Creating {
        match world.is_open(Ask::Read) {
            true => world.read_says(lost()),
            false => world.ring(),
        };
    }
    assert_eq!(world.shows(StateName::Processing).fault, Some(Code::BackendUnreachable));
}

#[test]
fn what_is_heard_of_another_tab_is_looked_at_before_anything_is_sent_again() {
    let mut world = World::paying();
    world.create_says(refused(503));
    world.read_says(untouched());
    world.input(Input::Heard);
    world.read_says(lists([pending(SECOND)]));
    assert_eq!((world.keys().len(), world.asks_for()), (1, Some(SECOND)));
}

#[test]
fn a_failure_named_in_the_address_does_not_win_over_what_stands() {
    let mut world = World::new(shop());
    world.comes_back(&back_with(FIRST, "Failed"), "");
    world.ask_says(failed(FIRST));
    world.shows(StateName::Confirming);
    world.read_says(lists([failed(FIRST), pending(SECOND)]));
    assert_eq!(world.asks_for(), Some(SECOND));
    assert!(!world.view().can_retry);
}

#[test]
fn of_two_that_stand_the_one_asked_for_stays() {
    let mut world = World::new(return_page());
    world.comes_back(&back_with(FIRST, "Pending"), "");
    world.ask_says(pending(FIRST));
    world.read_says(lists([pending(FIRST), pending(SECOND)]));
    world.ring();
    assert_eq!(world.asks_for(), Some(FIRST));

    let mut world = World::new(return_page());
    world.comes_back(&back_with(FIRST, "Pending"), "");
    world.ask_says(succeed(FIRST));
    world.read_says(lists([succeed(FIRST), succeed(SECOND)]));
    assert_eq!(world.shows(StateName::Succeeded).transaction_id.as_deref(), Some(FIRST));
}

#[test]
fn a_success_is_preferred_to_a_pending_one_that_is_asked_for() {
    let mut world = World::new(return_page());
    world.comes_back(&back_with(FIRST, "Pending"), "");
    world.ask_says(pending(FIRST));
    world.read_says(lists([pending(FIRST), succeed(SECOND)]));
    assert_eq!(world.asks_for(), Some(SECOND));
}

#[test]
fn a_failure_is_only_said_once_the_payment_was_heard_anew() {
    let mut world = World::back_from_bank();
    world.wait(20_000);
    world.ask_says(failed(FIRST));
    world.shows(StateName::Confirming);
    world.read_says(lists([failed(FIRST), succeed(SECOND)]));
    world.ask_says(succeed(SECOND));
    world.shows(StateName::Succeeded);
}

#[test]
fn a_failure_is_looked_at_anew_when_another_tab_is_heard() {
    let mut world = World::paying();
    world.create_says(failed(FIRST));
    world.input(Input::Heard);
    world.read_says(lists([failed(FIRST), succeed(SECOND)]));
    world.ask_says(succeed(SECOND));
    world.shows(StateName::Succeeded);
}

#[test]
fn trying_again_waits_for_a_reading() {
    let mut world = World::paying();
    world.create_says(failed(FIRST));
    world.try_again();
    world.press_pay();
    assert_eq!(world.keys().len(), 1);
    world.read_says(lists([failed(FIRST), pending(SECOND)]));
    assert_eq!((world.keys().len(), world.asks_for()), (1, Some(SECOND)));
}
