//! Pay-by-Link: the address is shown, and this page stays.

use crate::world::*;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{Input, Presentation, Setup, StateName};

/// The link is on the screen.
fn shown() -> World {
    let mut world = World::paying();
    world.create_says(pending(FIRST).at_bank().by("PBL"));
    world
}

#[test]
fn a_pay_by_link_vendor_shows_a_link_and_asks_meanwhile() {
    let mut world = shown();
    assert_eq!(world.shows(StateName::Link).place, Some(BANK));
    assert!(world.went.is_empty());
    world.ring();
    world.ask_says(pending(FIRST).at_bank());
    world.shows(StateName::Link);
    world.ring();
    world.ask_says(succeed(FIRST));
    assert_eq!(world.shows(StateName::Succeeded).place, None);
}

#[test]
fn a_link_that_fails_can_be_tried_again() {
    let mut world = shown();
    world.ring();
    world.ask_says(failed(FIRST).because("payment_method_declined"));
    if world.is_open(Ask::Read) {
        world.read_says(lists([failed(FIRST).of(&key(1))]));
    }
    assert!(world.shows_failure(Code::Declined).can_retry);
}

#[test]
fn the_presentation_decides_over_the_vendor() {
    for (presentation, vendor, state) in [
        (Presentation::Auto, "PBL", StateName::Link),
        (Presentation::Auto, "VISA", StateName::Redirecting),
        (Presentation::Link, "VISA", StateName::Link),
        (Presentation::Page, "PBL", StateName::Redirecting),
    ] {
        let mut world = World::open(Setup { presentation, ..shop() });
        world.read_says(untouched());
        world.pays();
        world.create_says(pending(FIRST).at_bank().by(vendor));
        world.shows(state);
    }
}

#[test]
fn a_link_ends_when_the_backend_says_so_whatever_the_deadline() {
    for ends_after in [5 * MINUTE, 40 * MINUTE] {
        let mut world = World::paying();
        let ends = world.now.wall + ends_after;
        let link = || pending(FIRST).at_bank().by("PBL").expiring(ends);
        world.create_says(link());
        assert_eq!(world.view().expires_at, Some(ends));
        while world.view().state == StateName::Link {
            assert!(world.now.wall <= ends, "it ends");
            if world.is_open(Ask::Transaction) && !world.now.wall.eq(&ends) {
                world.ask_says(link());
            } else if world.is_open(Ask::Transaction) {
                assert!(!world.is_held(), "the last check");
                world.ask_says(link());
            } else {
                world.ring();
            }
        }
        assert_eq!(world.now.wall, ends);
        let view = world.shows(StateName::Processing);
        assert_eq!((view.fault, view.place), (Some(Code::StillPending), Some(BANK)));
    }
}

#[test]
fn a_link_without_an_end_has_the_deadline() {
    let mut world = shown();
    world.wait(15 * MINUTE);
    world.ask_says(pending(FIRST).at_bank());
    world.shows(StateName::Processing);
}

#[test]
fn a_reload_shows_the_link_again() {
    let mut world = shown();
    world.reload();
    world.read_says(lists([pending(FIRST).at_bank().of(&key(1))]));
    assert!(!world.is_held(), "the shopper waits for the link");
    world.ask_says(pending(FIRST).at_bank());
    assert_eq!(world.shows(StateName::Link).place, Some(BANK));
}

#[test]
fn a_look_anew_leaves_the_link_on_the_screen() {
    let mut world = shown();
    world.input(Input::Reset);
    world.shows(StateName::Link);
    world.input(Input::Shown);
    world.shows(StateName::Link);
}

#[test]
fn who_pays_by_the_link_in_this_browser_and_returns_sees_the_result() {
    let mut world = shown();
    world.comes_back(&back_with(FIRST, "Succeed"), "");
    world.read_says(lists([pending(FIRST).at_bank().of(&key(1))]));
    world.ask_says(pending(FIRST).at_bank());
    assert_eq!(world.shows(StateName::Confirming).place, None, "they have been there");
}

#[test]
fn a_link_whose_reply_was_lost_is_shown_nevertheless() {
    let mut world = World::paying();
    world.create_says(lost());
    world.read_says(lists([pending(FIRST).at_bank().by("PBL").of(&key(1))]));
    world.ask_says(pending(FIRST).at_bank().by("PBL"));
    assert_eq!(world.shows(StateName::Link).place, Some(BANK));
    assert!(world.went.is_empty());
}

#[test]
fn a_link_stays_one_where_the_vendor_is_not_named_again() {
    let mut world = shown();
    world.ring();
    let mut bare = pending(FIRST).at_bank().of(&key(1));
    bare.transaction.payment_method = None;
    world.ask_says(bare.clone());
    world.reload();
    world.read_says(lists([bare.clone()]));
    world.ask_says(bare);
    world.shows(StateName::Link);
}

#[test]
fn a_link_to_nowhere_safe_is_not_shown() {
    let mut world = World::paying();
    world.create_says(pending(FIRST).at(place(BANK, "javascript", "")).by("PBL"));
    let view = world.shows(StateName::Processing);
    assert_eq!((view.place, view.fault), (None, Some(Code::RedirectionRefused)));
}
