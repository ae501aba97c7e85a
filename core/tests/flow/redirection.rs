//! To the bank and back.

use crate::world::*;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{Effect, Input, LONGEST_ADDRESS, Place, Request, Setup, StateName, WATCHDOG};

#[test]
fn there_and_back_approved() {
    let mut world = World::at_the_bank();
    world.shows(StateName::Redirecting);
    assert_eq!(world.went, [BANK]);
    world.comes_back(&back_with(FIRST, "Pending"), "");
    world.shows(StateName::Confirming);
    assert_eq!(world.asks_for(), Some(FIRST));
    world.read_says(lists([pending(FIRST).of(&key(1))]));
    world.ask_says(pending(FIRST));
    assert_eq!(world.shows(StateName::Confirming).place, None, "who has been there is not sent there again");
    world.ring();
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
    assert_eq!((world.told, world.saved.len()), (1, 0));
}

#[test]
fn there_and_back_declined() {
    let mut world = World::back_from_bank();
    world.ask_says(failed(FIRST));
    assert!(world.shows_failure(Code::Declined).can_retry);
    world.try_again();
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.pays_where(lists([failed(FIRST).of(&key(1))]));
    assert_eq!(world.keys(), [key(1), key(2)]);
}

#[test]
fn the_transaction_is_saved_before_the_page_is_left() {
    let mut world = World::paying();
    let effects = world.create_says(pending(FIRST).at_bank());
    let saved =
        |effect: &Effect| matches!(effect, Effect::Save(_, saved) if saved.transaction.as_deref() == Some(FIRST));
    let save = effects.iter().position(saved).unwrap();
    let go = effects.iter().position(|effect| *effect == Effect::Go(BANK)).unwrap();
    assert!(save < go);
    assert_eq!(world.kept.as_deref().map(|kept| kept.contains(FIRST)), Some(true));
}

#[test]
fn a_page_that_stays_shows_a_link_after_four_seconds_and_asks() {
    let mut world = World::at_the_bank();
    assert_eq!(world.view().place, None, "not while the page is about to go there");
    world.wait(WATCHDOG - 1);
    assert_eq!((world.view().place, world.is_open(Ask::Transaction)), (None, false));
    world.wait(1);
    assert_eq!(world.shows(StateName::Redirecting).place, Some(BANK));
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
}

#[test]
fn a_page_that_stays_for_good_ends_at_the_deadline() {
    let mut world = World::at_the_bank();
    world.wait(WATCHDOG);
    let ends = MORNING + 16 * MINUTE;
    while world.view().state == StateName::Redirecting && world.now.wall < ends {
        if world.is_open(Ask::Transaction) {
            world.ask_says(pending(FIRST).at_bank());
        } else {
            world.ring();
        }
    }
    let view = world.shows(StateName::Processing);
    assert_eq!(view.place, Some(BANK), "nobody has been there");
}

#[test]
fn coming_back_without_paying_shows_a_way_on() {
    for persisted in [true, false] {
        let mut world = World::at_the_bank();
        if persisted {
            world.input(Input::Shown);
        } else {
            world.reload();
            world.read_says(lists([pending(FIRST).at_bank().of(&key(1))]));
            assert!(!world.is_held(), "the shopper is waiting for the way on");
        }
        world.ask_says(pending(FIRST).at_bank());
        let view = world.shows(StateName::Confirming);
        assert_eq!(view.place, Some(BANK), "persisted: {persisted}");
        assert!(!view.can_pay, "another payment could be a second one");
    }
}

#[test]
fn a_reading_alone_shows_the_way_on() {
    let mut world = World::at_the_bank();
    world.reload();
    world.read_says(lists([pending(FIRST).at_bank().of(&key(1))]));
    assert_eq!(world.view().place, Some(BANK));
}

#[test]
fn once_it_has_failed_there_is_no_way_on() {
    let mut world = World::at_the_bank();
    world.input(Input::Shown);
    world.sleep(MINUTE);
    world.ask_says(failed(FIRST).at_bank());
    assert_eq!(world.shows(StateName::Confirming).place, None);
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    assert_eq!(world.shows_failure(Code::Declined).place, None);
}

#[test]
fn an_address_that_is_not_safe_is_not_gone_to() {
    let https = bank();
    let refused = [
        place(BANK, "http", "bank.example"),
        place(BANK, "javascript", ""),
        place(BANK, "data", ""),
        place(BANK, "blob", "bank.example"),
        place(BANK, "", ""),
        Place { has_credentials: true, ..https.clone() },
        Place { length: LONGEST_ADDRESS + 1, ..https },
    ];
    for place in refused {
        let mut world = World::paying();
        world.create_says(pending(FIRST).at(place.clone()));
        let view = world.shows(StateName::Processing);
        assert_eq!((view.place, world.went.as_slice()), (None, &[][..]), "{place:?}");
        assert_eq!((world.reported.as_slice(), view.fault), (&[Code::RedirectionRefused][..], view.fault));
        world.check();
        world.ask_says(pending(FIRST).at(place));
        assert_eq!(world.reported.len(), 1, "once");
        assert_eq!(world.shows(StateName::Processing).fault, Some(Code::RedirectionRefused));
        world.wait(1_000);
        world.check();
        world.ask_says(succeed(FIRST));
        world.read_says(lists([succeed(FIRST)]));
        world.shows(StateName::Succeeded);
    }
}

#[test]
fn only_the_hosts_that_are_given_are_gone_to() {
    let setup = || Setup { redirect_hosts: vec!["bank.example".into(), "*.psp.example".into()], ..shop() };
    for (host, goes) in [("bank.example", true), ("a.psp.example", true), ("bank.example.org", false)] {
        let mut world = World::open(setup());
        world.read_says(untouched());
        world.pays();
        world.create_says(pending(FIRST).at(place(BANK, "https", host)));
        assert_eq!(!world.went.is_empty(), goes, "{host}");
    }
}

#[test]
fn a_merchant_site_url_that_is_not_safe_lets_nobody_pay() {
    let mut world = World::open(Setup { merchant_site: place(1, "http", "shop.example"), ..shop() });
    assert_eq!(world.shows(StateName::Unavailable).fault, Some(Code::InvalidMerchantSiteUrl));
    assert_eq!(world.press_pay(), []);
    assert_eq!(world.check(), [], "it will not become another");
}

#[test]
fn a_redirection_that_is_over_before_the_page_is_left_is_not_gone_to() {
    let mut world = World::paying();
    world.create_says(lost());
    world.read_says(lists([pending(FIRST).at_bank().of(&key(1))]));
    assert!(!world.is_held(), "the shopper waits to be taken to their bank");
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
    assert!(world.went.is_empty());
}

#[test]
fn what_is_asked_for_is_the_transaction_of_the_return() {
    let world = World::back_from_bank();
    assert!(world.sent.iter().any(|(_, request)| *request
        == Request::Ask {
            payment_id: PAYMENT.into(),
            kind: paymentsos_core::paymentsos::Kind::Charge,
            id: FIRST.into(),
            held: true
        }));
}
