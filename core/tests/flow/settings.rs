//! A page whose settings are wrong: what there is can be looked at, and nothing is paid.

use crate::world::*;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{Effect, Fit, Setup, StateName};

fn with(fit: Fit) -> Setup {
    Setup { fit, ..shop() }
}

#[test]
fn a_wrong_setting_lets_nobody_pay_and_is_reported() {
    let mut world = World::new(with(Fit::Look));
    let effects = world.start();
    assert!(effects.contains(&Effect::Report(Code::InvalidAttribute)), "{effects:?}");
    let view = world.shows(StateName::Unavailable);
    assert_eq!((view.fault, view.can_pay), (Some(Code::InvalidAttribute), false));
    assert_eq!(world.press_pay(), []);
    assert_eq!(world.check(), [], "it will not become another");
}

#[test]
fn whoever_has_paid_is_told_the_result_whatever_else_is_wrong() {
    let mut world = World::back_from_bank();
    world.setup = with(Fit::Look);
    world.reload();
    world.shows(StateName::Confirming);
    world.ask_says(succeed(FIRST));
    world.read_says(lists([succeed(FIRST).of(&key(1))]));
    world.shows(StateName::Succeeded);
}

#[test]
fn after_a_failure_a_wrong_setting_lets_nobody_try_again() {
    let mut world = World::back_from_bank();
    world.setup = with(Fit::Look);
    world.reload();
    world.ask_says(failed(FIRST));
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.shows(StateName::Failed);
    world.try_again();
    assert_eq!(world.shows(StateName::Unavailable).fault, Some(Code::InvalidAttribute));
    assert_eq!(world.keys(), [key(1)]);
}

#[test]
fn where_there_is_no_backend_nobody_is_asked() {
    for setup in [with(Fit::Nothing), Setup { fit: Fit::Nothing, ..return_page() }] {
        let mut world = World::new(setup);
        world.comes_back(&back_with(FIRST, "Pending"), "");
        assert_eq!(world.shows(StateName::Unavailable).fault, Some(Code::InvalidAttribute));
        assert!(world.sent.is_empty());
    }
}

#[test]
fn a_setting_that_is_put_right_lets_the_shopper_pay() {
    let mut world = World::new(with(Fit::Look));
    world.start();
    world.setup = shop();
    world.start();
    world.shows(StateName::Ready);
    world.pays();
    assert_eq!(world.keys().len(), 1);
}
