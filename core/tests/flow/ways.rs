//! To the bank in a window or a frame of its own, while this page stays; and back.

use crate::world::*;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{Effect, Input, Lock, Presentation, Setup, StateName, WATCHDOG, Way};

/// A shop's page that goes to the bank that way, with Pay pressed and the POST on its way.
fn paying(presentation: Presentation) -> World {
    let mut world = World::open(Setup { presentation, ..shop() });
    world.read_says(untouched());
    world.pays();
    world
}

/// The shopper is at the bank, in a window.
fn in_a_window() -> World {
    let mut world = paying(Presentation::Popup);
    world.create_says(pending(FIRST).of(&key(1)).at_bank());
    assert_eq!(world.shows(StateName::Redirecting).way, Way::Popup);
    world
}

/// The same, in a frame.
fn in_a_frame() -> World {
    let mut world = paying(Presentation::Iframe);
    world.create_says(pending(FIRST).of(&key(1)).at_bank().framed());
    assert_eq!(world.shows(StateName::Redirecting).way, Way::Frame);
    world
}

#[test]
fn a_window_is_opened_in_the_press_and_taken_to_the_bank() {
    let mut world = paying(Presentation::Popup);
    assert_eq!(world.window, Some(None));
    world.create_says(pending(FIRST).of(&key(1)).at_bank());
    assert_eq!(world.window, Some(Some(BANK)));
    assert!(world.went.is_empty());
    assert_eq!(world.shows(StateName::Redirecting).place, None);
}

#[test]
fn while_a_window_is_open_the_status_is_asked_for() {
    let mut world = in_a_window();
    world.ring();
    world.ask_says(pending(FIRST).at_bank());
    world.shows(StateName::Redirecting);
    world.ring();
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
    assert_eq!(world.window, None);
}

#[test]
fn a_window_that_cannot_be_seen_can_be_replaced_by_a_link() {
    let mut world = in_a_window();
    world.wait(WATCHDOG);
    let view = world.shows(StateName::Redirecting);
    assert_eq!((view.place, view.way), (Some(BANK), Way::Popup));
}

#[test]
fn where_windows_are_blocked_the_page_goes_itself() {
    let mut world = World::open(Setup { presentation: Presentation::Popup, ..shop() });
    world.opens_windows = false;
    world.read_says(untouched());
    world.pays();
    world.create_says(pending(FIRST).of(&key(1)).at_bank());
    assert_eq!(world.went, [BANK]);
    assert_eq!(world.shows(StateName::Redirecting).way, Way::Page);
}

#[test]
fn a_window_that_is_not_needed_is_closed() {
    for answer in [succeed(FIRST).of(&key(1)), failed(FIRST).of(&key(1))] {
        let mut world = paying(Presentation::Popup);
        world.create_says(answer);
        assert_eq!(world.window, None);
    }
    let mut world = World::open(Setup { presentation: Presentation::Popup, ..shop() });
    world.read_says(untouched());
    let press = world.press();
    world.input(Input::Pay(press));
    world.input(Input::Method { number: 1, given: false });
    world.shows(StateName::Ready);
    assert_eq!(world.window, None);
}

#[test]
fn a_window_that_is_closed_is_asked_about_at_once_and_nothing_is_said_of_it() {
    let mut world = in_a_window();
    world.input(Input::WindowClosed);
    assert_eq!(world.window, None);
    assert!(world.is_open(Ask::Transaction));
    // The shopper may not have finished, or the bank's page may only look closed from here.
    assert_eq!(world.shows(StateName::Confirming).place, Some(BANK));
    world.ask_says(pending(FIRST).at_bank());
    world.shows(StateName::Confirming);
    world.ring();
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
}

#[test]
fn who_closes_the_window_before_there_is_anywhere_to_go_is_not_taken_there() {
    let mut world = paying(Presentation::Popup);
    world.input(Input::WindowClosed);
    assert_eq!(world.window, None);
    world.shows(StateName::Creating);
    world.create_says(pending(FIRST).of(&key(1)).at_bank());
    assert_eq!(world.shows(StateName::Confirming).place, Some(BANK));
    assert!(world.went.is_empty());
}

#[test]
fn a_frame_stays_as_it_is_whatever_answers_say_of_its_address() {
    let mut world = in_a_frame();
    assert_eq!(world.view().frame, Some(BANK));
    world.ring();
    world.ask_says(pending(FIRST).at(place(BANK + 20, "https", "bank.example")));
    assert_eq!(world.shows(StateName::Redirecting).frame, Some(BANK));
    world.ring();
    world.ask_says(pending(FIRST));
    assert_eq!(world.shows(StateName::Redirecting).frame, Some(BANK));
}

#[test]
fn what_may_not_be_framed_is_gone_to_by_the_page() {
    let mut world = paying(Presentation::Iframe);
    world.create_says(pending(FIRST).of(&key(1)).at_bank());
    assert_eq!(world.went, [BANK]);
    assert_eq!(world.shows(StateName::Redirecting).way, Way::Page);
}

#[test]
fn a_frame_that_shows_nothing_can_be_left_by_a_link() {
    let mut world = in_a_frame();
    assert_eq!(world.view().place, None);
    world.wait(WATCHDOG);
    assert_eq!(world.shows(StateName::Redirecting).place, Some(BANK));
}

#[test]
fn looking_at_the_page_again_does_not_take_the_frame_or_the_window_away() {
    for mut world in [in_a_window(), in_a_frame()] {
        world.hides();
        world.is_looked_at();
        assert!(world.is_open(Ask::Transaction));
        world.shows(StateName::Redirecting);
        world.check();
        world.shows(StateName::Redirecting);
    }
}

#[test]
fn who_comes_back_in_the_window_is_taken_over_and_the_window_closed() {
    for mut world in [in_a_window(), in_a_frame()] {
        world.input(Input::HandedOver);
        assert_eq!((world.took_over, world.window), (1, None));
        // They have been there: there is no way back to the bank.
        assert_eq!(world.shows(StateName::Confirming).place, None);
        world.ask_says(succeed(FIRST));
        world.shows(StateName::Succeeded);
        world.input(Input::HandedOver);
        assert_eq!(world.took_over, 1);
    }
}

#[test]
fn the_page_that_is_come_back_to_hands_over_and_goes_on_by_itself_until_it_is_taken_over() {
    let mut world = World::new(return_page());
    world.comes_back(&back_with(FIRST, "Pending"), "");
    assert_eq!((world.handed_over, world.closed_itself), (1, 0));
    assert!(world.is_open(Ask::Transaction));
    assert!(world.input(Input::TakenOver).contains(&Effect::Leave));
    // Where the browser does not let it close itself, it still comes to the truth.
    world.read_says(lists([succeed(FIRST)]));
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
}

#[test]
fn nobody_takes_over_what_they_did_not_send_away() {
    for mut world in [World::ready(), World::at_the_bank(), World::back_from_bank()] {
        let before = world.took_over;
        world.input(Input::HandedOver);
        assert_eq!(world.took_over, before);
    }
}

#[test]
fn at_the_deadline_the_window_is_left_to_the_shopper() {
    let mut world = in_a_window();
    world.wait(15 * MINUTE);
    while world.is_open(Ask::Transaction) {
        world.ask_says(pending(FIRST).at_bank());
    }
    assert_eq!(world.shows(StateName::Processing).fault, Some(Code::StillPending));
    assert_eq!(world.window, Some(Some(BANK)));
    world.input(Input::HandedOver);
    assert_eq!((world.took_over, world.window), (1, None));
    world.read_says(lists([succeed(FIRST)]));
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
}

#[test]
fn one_tab_waits_while_the_shopper_is_in_a_window() {
    let world = in_a_window();
    assert!(world.locks.contains(&Lock::Wait));
}
