//! A card that needs no bank: paid, reserved or declined at once.

use crate::world::*;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{Effect, Request, Setup, StateName};
use paymentsos_core::paymentsos::Kind;

#[test]
fn a_charge_succeeds() {
    let mut world = World::at_shop();
    assert!(world.shows(StateName::Ready).can_pay, "the amount is shown at once");
    world.read_says(untouched());
    world.pays();
    let view = world.shows(StateName::Creating);
    assert!(!view.can_pay);
    world.create_says(succeed(FIRST));
    let view = world.shows(StateName::Succeeded);
    assert_eq!((view.money, view.reference.as_deref()), (Some(money(4097)), Some("order-17")));
    assert_eq!((view.kind, view.transaction_id.as_deref()), (Kind::Charge, Some(FIRST)));
    assert_eq!(view.payment_method.and_then(|method| method.last_4_digits).as_deref(), Some("1111"));
    assert_eq!(world.told, 1);
    assert_eq!(world.saved.len(), 0, "a final status is not saved");
    world.wait(60 * MINUTE);
    assert_eq!((world.open.len(), world.alarm, world.sent.len()), (0, None, 3), "all is quiet");
}

#[test]
fn an_authorization_is_reserved() {
    let mut world = World::open(Setup { kind: Kind::Authorization, ..shop() });
    world.read_says(untouched());
    world.pays();
    let (_, request) = world.sent.last().unwrap();
    assert!(matches!(request, Request::Create { kind: Kind::Authorization, .. }));
    world.create_says(succeed(FIRST).authorization());
    assert_eq!(world.shows(StateName::Succeeded).kind, Kind::Authorization);
}

#[test]
fn what_is_sent_is_what_the_shopper_saw_under_the_key_of_the_press() {
    let world = World::paying();
    assert_eq!(
        world.sent.last().unwrap().1,
        Request::Create {
            payment_id: PAYMENT.into(),
            kind: Kind::Charge,
            attempt: key(1),
            method: 1,
            expected: money(4097)
        }
    );
}

#[test]
fn the_attempt_is_saved_before_the_post_leaves() {
    let mut world = World::ready();
    world.press_pay();
    let effects = world.read_says(untouched());
    let save = effects.iter().position(|effect| matches!(effect, Effect::Save(..))).unwrap();
    let send = effects.iter().position(|effect| matches!(effect, Effect::Send(_, Request::Create { .. }))).unwrap();
    assert!(save < send);
}

#[test]
fn a_decline_can_be_tried_again_under_a_new_key() {
    let mut world = World::paying();
    world.create_says(failed(FIRST));
    let view = world.shows_failure(Code::Declined);
    assert!(view.can_retry && !view.can_pay);
    assert_eq!((world.told, world.saved.len()), (1, 0));

    world.try_again();
    world.shows(StateName::Ready);
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.pays();
    world.create_says(succeed(SECOND));
    world.shows(StateName::Succeeded);
    assert_eq!(world.keys(), [key(1), key(2)]);
    assert_eq!(world.told, 2, "once an attempt");
}

#[test]
fn a_pending_card_without_a_redirection_is_asked_for_until_it_is_final() {
    let mut world = World::paying();
    world.create_says(pending(FIRST));
    world.shows(StateName::Confirming);
    assert!(!world.is_open(Ask::Transaction), "it was told this very moment");
    world.ring();
    world.ask_says(pending(FIRST));
    world.ring();
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
    assert!(world.went.is_empty());
}

#[test]
fn a_fault_of_the_shop_offers_no_second_try() {
    let mut world = World::paying();
    world.create_says(failed(FIRST).because("provider_authentication_error"));
    assert!(!world.shows_failure(Code::MerchantConfiguration).can_retry);
    assert!(world.try_again().is_empty());
}

#[test]
fn no_payment_method_means_that_nothing_was_sent() {
    let mut world = World::paying();
    world.create_says(paymentsos_core::flow::Answer::NotSent);
    let view = world.shows(StateName::Ready);
    assert_eq!((view.fault, view.can_pay), (Some(Code::PaymentMethodMissing), true));
    assert_eq!(world.saved.len(), 0);
    world.press_pay();
    assert_eq!(world.shows(StateName::Creating).fault, None);
}

/// A browser sends a POST again by itself where the connection closes without an answer.
#[test]
fn a_refusal_that_the_payment_speaks_against_is_not_believed() {
    let mut world = World::paying();
    world.create_says(refused(403));
    world.read_says(lists([pending(FIRST).of(&key(1)).at_bank()]));
    world.ask_says(pending(FIRST).of(&key(1)).at_bank());
    world.shows(StateName::Redirecting);
    assert_eq!(world.went, [BANK]);

    let mut world = World::paying();
    world.create_says(refused(422));
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.ask_says(failed(FIRST));
    world.shows_failure(Code::Declined);

    let mut world = World::paying();
    world.create_says(refused(401));
    world.read_says(refused(401));
    world.shows_failure(Code::RequestRefused);

    // Not looked into, it says nothing of the money.
    let mut world = World::paying();
    world.create_says(refused(422));
    world.read_says(lost());
    world.shows(StateName::Creating);
    world.ring();
    world.create_says(refused(422));
    world.read_says(untouched());
    world.shows_failure(Code::RequestRefused);
    assert_eq!(world.keys(), [key(1), key(1)]);
}

#[test]
fn a_request_that_the_backend_refuses_says_so_and_can_be_tried_again() {
    let mut world = World::paying();
    world.create_says(refused(422));
    world.shows(StateName::Creating);
    world.read_says(untouched());
    assert!(world.shows_failure(Code::RequestRefused).can_retry);
    assert_eq!(world.saved.len(), 0, "a reload need not look for a payment");
    world.try_again();
    world.read_says(untouched());
    world.pays();
    world.create_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
    assert_eq!(world.keys(), [key(1), key(1)], "nothing is known to have failed under the key");
}
