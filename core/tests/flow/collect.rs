//! Self-handled 3-D Secure: the issuer collects data unseen, then the backend goes on, then the shopper, if they still have to.

use crate::world::*;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{COLLECT_LIMIT, Input, Lock, Request, StateName};
use paymentsos_core::paymentsos::Kind;

/// The issuer is collecting.
fn collecting() -> World {
    let mut world = World::paying();
    world.create_says(pending(FIRST).of(&key(1)).collecting());
    world.shows(StateName::Confirming);
    assert_eq!(world.collecting, Some(COLLECTOR));
    world
}

/// The issuer has collected, and the backend goes on.
fn authenticating() -> World {
    let mut world = collecting();
    world.input(Input::HandedOver);
    assert!(world.is_open(Ask::Authenticate));
    world
}

fn authentication(world: &World) -> Option<(&str, &str, bool)> {
    world.open.iter().find_map(|open| match &open.request {
        Request::Authenticate { payment_id, kind: Kind::Charge, id, attempt, collected } => {
            assert_eq!(payment_id, PAYMENT);
            Some((id.as_str(), attempt.as_str(), *collected))
        }
        _ => None,
    })
}

#[test]
fn the_shopper_is_not_sent_where_the_issuer_collects() {
    let world = collecting();
    assert!(world.went.is_empty());
    assert_eq!((world.view().place, world.view().frame), (None, None));
}

#[test]
fn once_it_has_collected_the_backend_goes_on_under_the_same_key() {
    let mut world = collecting();
    world.input(Input::HandedOver);
    assert_eq!((world.collecting, world.took_over), (None, 1));
    assert_eq!(authentication(&world), Some((FIRST, key(1).as_str(), true)));
    world.answer(Ask::Authenticate, succeed(FIRST).of(&key(1)));
    world.shows(StateName::Succeeded);
}

#[test]
fn the_backend_is_told_that_it_took_too_long() {
    let mut world = collecting();
    world.wait(COLLECT_LIMIT - 1);
    assert_eq!(authentication(&world), None);
    world.wait(1);
    assert_eq!(world.collecting, None);
    assert_eq!(authentication(&world), Some((FIRST, key(1).as_str(), false)));
}

#[test]
fn a_challenge_is_gone_to() {
    let mut world = collecting();
    world.input(Input::HandedOver);
    world.answer(Ask::Authenticate, pending(FIRST).of(&key(1)).at_bank());
    world.shows(StateName::Redirecting);
    assert_eq!(world.went, [BANK]);
}

#[test]
fn a_failure_is_told() {
    let mut world = collecting();
    world.input(Input::HandedOver);
    world.answer(Ask::Authenticate, failed(FIRST).of(&key(1)));
    world.shows_failure(Code::Declined);
}

#[test]
fn where_the_reply_is_lost_the_transaction_tells_and_if_it_has_not_gone_on_it_is_sent_again() {
    let mut world = collecting();
    world.input(Input::HandedOver);
    world.answer(Ask::Authenticate, lost());
    world.ring();
    world.ask_says(pending(FIRST).of(&key(1)).collecting());
    assert_eq!(authentication(&world), Some((FIRST, key(1).as_str(), true)));
    world.answer(Ask::Authenticate, refused(503));
    world.ring();
    world.ask_says(pending(FIRST).of(&key(1)).at_bank());
    assert_eq!((authentication(&world), &world.went[..]), (None, &[BANK][..]));
}

#[test]
fn it_is_asked_for_once_even_where_later_answers_still_speak_of_it() {
    let mut world = collecting();
    world.input(Input::HandedOver);
    world.answer(Ask::Authenticate, pending(FIRST).of(&key(1)));
    for _ in 0..3 {
        world.ring();
        world.ask_says(pending(FIRST).of(&key(1)).collecting());
    }
    world.shows(StateName::Confirming);
    assert_eq!((world.count(Ask::Authenticate), world.collecting), (1, None));
}

#[test]
fn a_backend_that_cannot_go_on_is_reported_and_the_status_asked_for() {
    let mut world = collecting();
    world.input(Input::HandedOver);
    world.answer(Ask::Authenticate, refused(404));
    assert_eq!(world.reported, [Code::RequestRefused]);
    world.ask_says(pending(FIRST).of(&key(1)).collecting());
    world.shows(StateName::Confirming);
    world.wait(16 * MINUTE);
    while world.is_open(Ask::Transaction) {
        world.ask_says(pending(FIRST).of(&key(1)).collecting());
    }
    world.shows(StateName::Processing);
    assert_eq!(world.count(Ask::Authenticate), 1);
}

#[test]
fn a_reload_collects_again() {
    let mut world = collecting();
    world.reload();
    world.read_says(lists([pending(FIRST).of(&key(1)).collecting()]));
    world.ask_says(pending(FIRST).of(&key(1)).collecting());
    assert_eq!(world.collecting, Some(COLLECTOR));
    world.wait(COLLECT_LIMIT);
    assert_eq!(authentication(&world), Some((FIRST, key(1).as_str(), false)));
}

#[test]
fn one_tab_collects() {
    let mut world = collecting();
    world.locked_elsewhere.push(Lock::Wait);
    world.reload();
    world.read_says(lists([pending(FIRST).of(&key(1)).collecting()]));
    world.ask_says(pending(FIRST).of(&key(1)).collecting());
    assert_eq!(world.collecting, None);
    world.is_free(Lock::Wait);
    world.ring();
    world.ask_says(pending(FIRST).of(&key(1)).collecting());
    assert_eq!(world.collecting, Some(COLLECTOR));
}

#[test]
fn whoever_did_not_make_the_attempt_does_not_go_on_with_it() {
    let mut world = collecting();
    world.another_browser();
    world.reload();
    world.read_says(lists([pending(FIRST).of(&key(1)).collecting()]));
    world.ask_says(pending(FIRST).of(&key(1)).collecting());
    world.shows(StateName::Confirming);
    assert_eq!(world.collecting, None);
}

#[test]
fn the_page_that_the_issuer_sends_its_frame_back_to_leaves_it_to_the_page_around() {
    let mut world = collecting();
    world.comes_back(&back_with(FIRST, "Pending"), "");
    assert_eq!(world.handed_over, 1);
    world.read_says(lists([pending(FIRST).of(&key(1)).collecting()]));
    world.ask_says(pending(FIRST).of(&key(1)).collecting());
    assert_eq!((world.collecting, world.count(Ask::Authenticate)), (None, 0));
}

#[test]
fn an_answer_about_another_transaction_goes_on_with_nothing() {
    let mut world = authenticating();
    world.answer(Ask::Authenticate, succeed(SECOND));
    world.shows(StateName::Confirming);
    assert_eq!(world.view().transaction_id.as_deref(), Some(FIRST));
}

/// The transaction may have told where to go before the answer does.
#[test]
fn the_page_goes_to_the_bank_once() {
    let mut world = authenticating();
    world.sleep(1_000);
    world.hides();
    world.is_looked_at();
    world.ask_says(pending(FIRST).at_bank());
    world.shows(StateName::Redirecting);
    world.answer(Ask::Authenticate, pending(FIRST).at_bank());
    assert_eq!(world.went, [BANK]);
}
