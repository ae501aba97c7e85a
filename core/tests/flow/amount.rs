//! What the shopper saw is what is charged.

use crate::world::*;
use paymentsos_core::flow::{Request, Setup, StateName};

#[test]
fn an_amount_that_differs_is_shown_and_pay_has_to_be_pressed_again() {
    let mut world = World::at_shop();
    world.press_pay();
    world.read_says(of_amount(5000));
    let view = world.shows(StateName::Ready);
    assert_eq!((view.money, view.amount_changed, view.can_pay), (Some(money(5000)), true, true));
    assert_eq!(world.keys().len(), 0);
    world.pays_where(of_amount(5000));
    assert!(matches!(&world.sent.last().unwrap().1, Request::Create { expected, .. } if *expected == money(5000)));
}

#[test]
fn an_amount_that_changes_before_pay_is_pointed_out_until_pay() {
    let mut world = World::at_shop();
    world.read_says(of_amount(5000));
    assert!(world.shows(StateName::Ready).amount_changed);
    world.press_pay();
    assert!(!world.view().amount_changed);
}

#[test]
fn another_currency_is_another_amount() {
    let mut told = payment(paymentsos_core::paymentsos::PaymentStatus::Initialized, []);
    told.payment.currency = "EUR".into();
    let mut world = World::at_shop();
    world.press_pay();
    world.read_says(paymentsos_core::flow::Answer::Payment(told));
    assert!(world.shows(StateName::Ready).amount_changed);
}

#[test]
fn pay_before_the_reading_waits_for_it() {
    let mut world = World::at_shop();
    world.press_pay();
    world.shows(StateName::Creating);
    assert_eq!(world.keys().len(), 0);
    world.read_says(untouched());
    assert_eq!(world.keys(), [key(1)]);
}

#[test]
fn where_no_amount_is_shown_pay_does_nothing() {
    let mut world = World::open(Setup { money: None, ..shop() });
    assert!(!world.shows(StateName::Ready).can_pay);
    world.press_pay();
    assert!(world.locks.is_empty());
    world.read_says(untouched());
    let view = world.shows(StateName::Ready);
    assert_eq!((view.money, view.can_pay, view.amount_changed), (Some(money(4097)), true, false));
    world.pays();
    assert_eq!(world.keys(), [key(2)]);
}

#[test]
fn a_412_shows_the_new_amount_and_pay_has_to_be_pressed_again() {
    let mut world = World::paying();
    world.create_says(refused(412));
    let view = world.shows(StateName::Ready);
    assert!(view.amount_changed && view.can_pay);
    assert_eq!(world.saved.len(), 0, "nothing was made");
    world.read_says(of_amount(5000));
    let view = world.shows(StateName::Ready);
    assert_eq!((view.money, view.amount_changed), (Some(money(5000)), true));
    world.pays_where(of_amount(5000));
    assert!(matches!(&world.sent.last().unwrap().1, Request::Create { expected, .. } if *expected == money(5000)));
    assert_eq!(world.keys(), [key(1), key(1)]);
}

#[test]
fn a_press_right_after_a_412_waits_for_the_amount() {
    let mut world = World::paying();
    world.create_says(refused(412));
    world.press_pay();
    assert_eq!(world.keys().len(), 1);
    world.read_says(of_amount(5000));
    assert!(world.shows(StateName::Ready).amount_changed);
    assert_eq!(world.keys().len(), 1);
}

#[test]
fn a_repeat_expects_what_was_seen_at_the_press() {
    let mut world = World::paying();
    world.create_says(lost());
    world.read_says(untouched());
    world.ring();
    assert!(matches!(&world.sent.last().unwrap().1, Request::Create { expected, .. } if *expected == money(4097)));
}

#[test]
fn an_amount_that_changes_under_a_lost_post_is_shown_before_the_same_key_is_used_again() {
    let mut world = World::paying();
    world.create_says(lost());
    world.read_says(of_amount(5000));
    let view = world.shows(StateName::Ready);
    assert_eq!((view.money, view.amount_changed), (Some(money(5000)), true));
    assert_eq!(world.keys(), [key(1)]);
    world.pays_where(of_amount(5000));
    assert!(matches!(&world.sent.last().unwrap().1, Request::Create { expected, .. } if *expected == money(5000)));
    assert_eq!(world.keys(), [key(1), key(1)]);
}

#[test]
fn a_new_look_at_the_page_shows_a_new_amount() {
    let mut world = World::ready();
    world.input(paymentsos_core::flow::Input::Shown);
    world.read_says(of_amount(5000));
    let view = world.shows(StateName::Ready);
    assert_eq!((view.money, view.amount_changed), (Some(money(5000)), true));
}
