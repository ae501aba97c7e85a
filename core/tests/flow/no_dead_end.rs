//! From every state there is a way to the truth.

use crate::world::*;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{Input, Setup, StateName};
use paymentsos_core::paymentsos::PaymentStatus;

fn link() -> World {
    let mut world = World::paying();
    world.create_says(pending(FIRST).at_bank().by("PBL"));
    world
}

fn processing() -> World {
    let mut world = World::back_from_bank();
    world.wait(15 * MINUTE);
    world.ask_says(pending(FIRST));
    world
}

fn failed_once() -> World {
    let mut world = World::paying();
    world.create_says(failed(FIRST));
    world
}

fn succeeded() -> World {
    let mut world = World::paying();
    world.create_says(succeed(FIRST));
    world
}

fn unavailable() -> World {
    let mut world = World::at_shop();
    world.read_says(refused(401));
    world
}

/// A way into every state that a started page can be in.
fn every_state() -> Vec<(StateName, World)> {
    vec![
        (StateName::Ready, World::ready()),
        (StateName::Creating, World::paying()),
        (StateName::Redirecting, World::at_the_bank()),
        (StateName::Link, link()),
        (StateName::Confirming, World::back_from_bank()),
        (StateName::Processing, processing()),
        (StateName::Failed, failed_once()),
        (StateName::Succeeded, succeeded()),
        (StateName::Unavailable, unavailable()),
    ]
}

/// Meanwhile the payment was paid, under the key of this page: that is found without pressing anything.
fn finds_it_paid(world: &mut World) {
    for _ in 0..8 {
        if world.is_open(Ask::Read) {
            world.read_says(lists([succeed(FIRST).of(&key(1))]));
        } else if world.is_open(Ask::Transaction) {
            world.ask_says(succeed(FIRST));
        } else if world.view().state != StateName::Succeeded {
            world.ring();
        }
    }
    world.shows(StateName::Succeeded);
}

#[test]
fn shown_again_from_the_cache_every_state_finds_the_truth() {
    for (state, mut world) in every_state() {
        world.shows(state);
        // What was under way died with the page, without a word.
        world.open.clear();
        world.alarm = None;
        world.sleep(MINUTE / 2);
        world.input(Input::Shown);
        let failed_for_good = state == StateName::Failed;
        if failed_for_good {
            world.read_says(lists([failed(FIRST).of(&key(1)), succeed(SECOND)]));
            world.ask_says(succeed(SECOND));
            world.shows(StateName::Succeeded);
        } else {
            finds_it_paid(&mut world);
        }
    }
}

#[test]
fn reloaded_every_state_finds_the_truth() {
    for (state, mut world) in every_state() {
        world.shows(state);
        world.reload();
        if state == StateName::Failed {
            // Nothing but the failure is known here.
            world.read_says(lists([failed(FIRST).of(&key(1))]));
            world.ask_says(failed(FIRST));
            assert!(world.shows_failure(Code::Declined).can_retry);
        } else {
            finds_it_paid(&mut world);
        }
    }
}

#[test]
fn offline_and_online_again_every_waiting_state_finds_the_truth() {
    for (state, mut world) in every_state() {
        let waits = [
            StateName::Creating,
            StateName::Redirecting,
            StateName::Link,
            StateName::Confirming,
            StateName::Processing,
        ];
        if !waits.contains(&state) {
            continue;
        }
        world.goes_offline();
        for which in [Ask::Create, Ask::Read, Ask::Transaction] {
            if world.is_open(which) {
                world.answer(which, lost());
            }
        }
        world.wait(45_000);
        world.goes_online();
        finds_it_paid(&mut world);
    }
}

#[test]
fn back_from_the_bank_by_the_back_button_is_no_new_payment() {
    let mut world = World::at_the_bank();
    world.sleep(MINUTE);
    world.input(Input::Shown);
    world.ask_says(pending(FIRST).at_bank());
    let view = world.shows(StateName::Confirming);
    assert_eq!((view.place, view.can_pay, view.can_retry), (Some(BANK), false, false));
    world.ring();
    world.ask_says(failed(FIRST).because("payment_method_declined"));
    if world.is_open(Ask::Read) {
        world.read_says(lists([failed(FIRST).of(&key(1))]));
    }
    assert!(world.shows_failure(Code::Declined).can_retry);
}

#[test]
fn a_tab_that_is_looked_at_again_leaves_redirecting() {
    let mut world = World::at_the_bank();
    world.hides();
    world.sleep(MINUTE);
    world.is_looked_at();
    world.shows(StateName::Confirming);
    assert!(world.is_open(Ask::Transaction));
}

#[test]
fn ready_is_read_anew_when_the_page_is_shown_again() {
    let mut world = World::ready();
    world.sleep(60 * MINUTE);
    world.input(Input::Shown);
    world.press_pay();
    assert_eq!(world.keys().len(), 0, "it waits for the reading");
    world.read_says(lists([succeed(SECOND)]));
    world.ask_says(succeed(SECOND));
    world.shows(StateName::Succeeded);
}

#[test]
fn an_hour_old_page_reads_before_it_pays() {
    let mut world = World::ready();
    world.sleep(60 * MINUTE);
    world.press_pay();
    assert!(world.is_open(Ask::Read));
    world.read_says(untouched());
    assert_eq!(world.keys(), [key(1)]);
}

#[test]
fn unavailable_can_be_tried_again() {
    let mut world = unavailable();
    let view = world.shows(StateName::Unavailable);
    assert_eq!(view.fault, Some(Code::NotAuthorizedHere));
    world.check();
    world.read_says(untouched());
    assert!(world.shows(StateName::Ready).can_pay);
}

#[test]
fn unavailable_for_want_of_a_network_tries_again_by_itself_when_there_is_one() {
    let mut world = World::at_shop();
    world.goes_offline();
    while world.view().state == StateName::Ready {
        match world.is_open(Ask::Read) {
            true => world.read_says(lost()),
            false => world.ring(),
        };
    }
    world.shows(StateName::Unavailable);
    world.goes_online();
    world.read_says(untouched());
    assert!(world.shows(StateName::Ready).can_pay);
}

#[test]
fn a_new_client_token_asks_at_once_and_goes_on_asking() {
    for status in [401, 403] {
        let mut world = World::new(return_page());
        world.comes_back(&back_with(FIRST, "Pending"), "");
        world.ask_says(refused(status));
        world.read_says(refused(status));
        assert_eq!(world.shows(StateName::Processing).fault, Some(Code::NotAuthorizedHere));
        assert_eq!(world.reported, [Code::NotAuthorizedHere]);
        world.sleep(1_000);
        world.input(Input::Token);
        world.ask_says(pending(FIRST));
        world.read_says(lists([pending(FIRST)]));
        world.shows(StateName::Confirming);
        world.ring();
        world.ask_says(succeed(FIRST));
        world.shows(StateName::Succeeded);
    }
    let mut world = unavailable();
    world.input(Input::Token);
    world.read_says(untouched());
    assert!(world.shows(StateName::Ready).can_pay);
}

#[test]
fn a_view_only_page_that_may_not_read_the_payment_says_where_to_look() {
    let mut world = World::new(return_page());
    world.comes_back(&format!("?payment_id={PAYMENT}"), "");
    world.read_says(refused(403));
    assert_eq!(world.shows(StateName::Processing).fault, Some(Code::NotAuthorizedHere));
    world.check();
    world.read_says(lists([succeed(FIRST)]));
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
}

#[test]
fn a_page_that_asks_for_a_new_look_drops_nothing_that_lives() {
    for (state, mut world) in every_state() {
        let live = [
            StateName::Creating,
            StateName::Redirecting,
            StateName::Link,
            StateName::Confirming,
            StateName::Processing,
        ];
        if !live.contains(&state) {
            continue;
        }
        let attempt = world.attempt();
        assert!(attempt.is_some(), "{state:?}");
        world.input(Input::Reset);
        assert_eq!(world.attempt().map(|attempt| attempt.id), attempt.map(|attempt| attempt.id));
        assert!(!world.view().can_pay, "{state:?}");
    }
}

#[test]
fn a_new_look_after_a_failure_offers_pay_again() {
    let mut world = failed_once();
    world.input(Input::Reset);
    assert!(world.shows(StateName::Ready).can_pay);
    world.press_pay();
    assert_eq!(world.keys().len(), 1, "it waits for a reading");
    world.read_says(lists([failed(FIRST)]));
    assert_eq!(world.keys(), [key(1), key(2)]);
}

#[test]
fn a_new_look_after_a_refusal_offers_pay_at_once() {
    let mut world = World::paying();
    world.create_says(refused(400));
    world.read_says(untouched());
    world.shows(StateName::Failed);
    world.input(Input::Reset);
    world.read_says(untouched());
    assert!(world.shows(StateName::Ready).can_pay);
}

#[test]
fn a_page_with_other_settings_begins_anew() {
    let mut world = World::paying();
    world.setup = Setup { deadline: MINUTE, ..shop() };
    world.start();
    world.shows(StateName::Creating);
    finds_it_paid(&mut world);
    assert_eq!(world.keys().len(), 1);
}

#[test]
fn the_reference_stays_while_the_payment_is_read_anew() {
    for mut world in [World::ready(), failed_once()] {
        world.input(Input::Shown);
        assert_eq!(world.view().reference.as_deref(), Some("order-17"));
    }
}

#[test]
fn what_died_in_the_cache_is_not_waited_for_however_young_it_is() {
    let mut world = World::back_from_bank();
    let dead = world.number(Ask::Transaction).unwrap();
    world.input(Input::Shown);
    assert!(world.aborted.contains(&dead) && world.is_open(Ask::Transaction));

    let mut world = World::at_shop();
    world.alarm = None;
    world.input(Input::Shown);
    assert!(world.alarm.is_some(), "the alarm may have died, too");
}

#[test]
fn online_again_a_payment_that_was_not_read_is_read_at_once() {
    let mut world = World::at_shop();
    world.goes_offline();
    world.read_says(lost());
    world.goes_online();
    assert!(world.is_open(Ask::Read));
}

#[test]
fn a_receipt_that_is_shown_again_still_holds_or_says_that_it_does_not() {
    for input in [Input::Shown, Input::Heard] {
        let receipt = || {
            let mut world = World::paying();
            world.create_says(succeed(FIRST));
            world.input(input.clone());
            world.shows(StateName::Succeeded);
            world
        };
        for answer in [lists([succeed(FIRST)]), untouched(), not_expanded(), lost(), refused(401)] {
            let mut world = receipt();
            world.read_says(answer.clone());
            world.shows(StateName::Succeeded);
            world.wait(MINUTE);
            assert_eq!((world.told, world.open.len()), (1, 0), "{answer:?}");
        }
        let mut world = receipt();
        world.read_says(stands_at(PaymentStatus::Refunded));
        world.shows_failure(Code::PaymentRefunded);
    }
}

#[test]
fn what_a_check_reads_as_succeeded_is_asked_for_at_once() {
    let mut world = World::back_from_bank();
    world.wait(15 * MINUTE);
    world.ask_says(pending(FIRST));
    world.shows(StateName::Processing);
    world.check();
    // The backend's own news came between the two answers.
    world.ask_says(pending(FIRST));
    world.read_says(lists([succeed(FIRST).of(&key(1))]));
    assert_eq!(world.asks_for(), Some(FIRST));
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
}

#[test]
fn a_failure_is_looked_at_anew_by_whoever_looks_at_the_page_again() {
    for view_only in [false, true] {
        let mut world = failed_once();
        if view_only {
            world.setup = return_page();
            world.comes_back(&back_with(FIRST, "Failed"), "");
            world.ask_says(failed(FIRST).of(&key(1)));
            world.read_says(lists([failed(FIRST).of(&key(1))]));
        }
        world.shows(StateName::Failed);
        world.hides();
        // Paid since, on another device: nothing is heard of it here.
        world.sleep(MINUTE);
        world.is_looked_at();
        world.read_says(lists([failed(FIRST).of(&key(1)), succeed(SECOND).of(&key(2))]));
        world.ask_says(succeed(SECOND).of(&key(2)));
        world.shows(StateName::Succeeded);
    }
}

#[test]
fn a_forged_transaction_does_not_hide_a_payment_whose_reading_was_lost() {
    let lost_ways: [fn(&mut World); 2] = [
        |world| {
            world.read_says(lost());
            world.wait(2_000);
        },
        |world| {
            world.input(Input::Left);
            world.sleep(MINUTE);
            world.input(Input::Shown);
        },
    ];
    for is_lost in lost_ways {
        let mut world = World::at_the_bank();
        world.comes_back(&back_with(FORGED, "Pending"), "");
        world.ask_says(refused(404));
        is_lost(&mut world);
        world.read_says(lists([succeed(FIRST).of(&key(1))]));
        world.ask_says(succeed(FIRST).of(&key(1)));
        world.shows(StateName::Succeeded);
    }
}

/// Its address was cleaned, so nothing else tells it after a reload.
#[test]
fn a_page_that_names_no_payment_knows_it_after_try_again_and_a_reload_too() {
    let mut world = World::at_the_bank();
    world.setup = return_page();
    world.comes_back(&back_with(FIRST, "Failed"), "");
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.ask_says(failed(FIRST).of(&key(1)));
    world.shows_failure(Code::Declined);
    world.try_again();
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.shows(StateName::Ready);
    world.reload();
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.ask_says(failed(FIRST).of(&key(1)));
    world.shows_failure(Code::Declined);
}
