//! No result that the backend has not confirmed.

use crate::world::*;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{Answer, Input, Kept, Money, Setup, StateName};
use paymentsos_core::paymentsos::{Kind, PaymentStatus};

#[test]
fn the_status_in_the_address_is_never_believed() {
    for status in ["Succeed", "Failed", "Pending", "succeed", "FAILED"] {
        let mut world = World::new(return_page());
        world.comes_back(&back_with(FIRST, status), "");
        let view = world.shows(StateName::Confirming);
        assert_eq!(view.outcome, None);
        assert_eq!(world.asks_for(), Some(FIRST));
        assert_eq!(world.told, 0);
    }
}

#[test]
fn what_a_reading_lists_as_final_is_asked_for_by_its_very_id() {
    for listed in [succeed(FIRST), failed(FIRST)] {
        let mut world = World::new(return_page());
        world.comes_back(&format!("?payment_id={PAYMENT}"), "");
        world.read_says(lists([listed]));
        world.shows(StateName::Confirming);
        assert_eq!((world.asks_for(), world.told), (Some(FIRST), 0));
    }
    let mut world = World::back_from_bank();
    world.input(Input::Reset);
    world.read_says(lists([succeed(FIRST)]));
    world.shows(StateName::Confirming);
}

#[test]
fn a_reading_that_knows_more_makes_it_ask_at_once() {
    let mut world = World::at_the_bank();
    world.comes_back(&back_with(FIRST, "Pending"), "");
    world.ask_says(pending(FIRST));
    world.read_says(lists([failed(FIRST)]));
    world.shows(StateName::Confirming);
    assert_eq!(world.asks_for(), Some(FIRST));
}

#[test]
fn an_answer_about_another_transaction_is_none() {
    let mut world = World::back_from_bank();
    world.ask_says(succeed(SECOND));
    world.shows(StateName::Confirming);
    world.ring();
    assert_eq!(world.asks_for(), Some(FIRST));
}

#[test]
fn an_answer_of_another_sort_is_none() {
    let mut world = World::back_from_bank();
    world.ask_says(lists([succeed(FIRST)]));
    world.shows(StateName::Confirming);

    let mut world = World::at_shop();
    world.read_says(succeed(FIRST));
    world.shows(StateName::Ready);

    let mut world = World::paying();
    world.create_says(lists([succeed(FIRST)]));
    world.shows(StateName::Creating);
    let mut world = World::paying();
    world.create_says(succeed(""));
    world.shows(StateName::Creating);
}

#[test]
fn an_unknown_status_is_pending_and_reported_once() {
    let mut world = World::back_from_bank();
    world.ask_says(odd(FIRST));
    world.shows(StateName::Confirming);
    world.ring();
    world.ask_says(odd(FIRST));
    assert_eq!(world.reported, [Code::UnknownStatus]);
    world.ring();
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
}

#[test]
fn an_unknown_status_in_the_answer_to_a_create_is_pending_and_reported() {
    let mut world = World::paying();
    world.create_says(odd(FIRST));
    world.shows(StateName::Confirming);
    assert_eq!(world.reported, [Code::UnknownStatus]);
}

#[test]
fn a_payment_that_was_voided_refunded_or_charged_back_is_closed() {
    let mut charged_back = payment(PaymentStatus::Captured, [succeed(FIRST)]);
    charged_back.payment.is_chargedback = true;
    for (answer, code) in [
        (Answer::Payment(payment(PaymentStatus::Voided, [succeed(FIRST)])), Code::PaymentCancelled),
        (Answer::Payment(payment(PaymentStatus::Refunded, [succeed(FIRST)])), Code::PaymentRefunded),
        (stands_at(PaymentStatus::Refunded), Code::PaymentRefunded),
        (Answer::Payment(charged_back), Code::PaymentRefunded),
    ] {
        let mut world = World::at_shop();
        world.read_says(answer.clone());
        let view = world.shows_failure(code);
        assert!(!view.can_retry && !view.can_pay);
        assert_eq!((code.name(), world.told), ("payment_closed", 1));

        let mut world = World::at_the_bank();
        world.comes_back(&back_with(FIRST, "Succeed"), "");
        world.ask_says(succeed(FIRST));
        world.shows(StateName::Confirming);
        world.read_says(answer);
        world.shows_failure(code);
        assert_eq!(world.saved.len(), 0);
    }
}

#[test]
fn a_success_waits_until_the_payment_was_heard_or_could_not_be() {
    let mut world = World::at_the_bank();
    world.comes_back(&back_with(FIRST, "Succeed"), "");
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Confirming);
    world.wait(10_000);
    world.shows(StateName::Succeeded);
}

#[test]
fn a_page_opened_on_a_paid_payment_shows_its_result_and_its_amount() {
    let mut world = World::open(Setup { money: Some(money(1)), ..shop() });
    world.read_says(lists([succeed(FIRST)]));
    assert_eq!(world.view().money, Some(money(4097)), "not what the page says");
    let mut paid = succeed(FIRST);
    paid.transaction.currency = None;
    world.ask_says(paid);
    assert_eq!(world.shows(StateName::Succeeded).money, Some(money(4097)));
}

#[test]
fn what_was_paid_is_what_the_transaction_says() {
    let mut world = World::paying();
    let mut paid = succeed(FIRST);
    paid.transaction.amount = Some(4000);
    paid.transaction.currency = Some("EUR".into());
    world.create_says(paid);
    let view = world.shows(StateName::Succeeded);
    assert_eq!(view.money, Some(Money { amount: 4000, currency: "EUR".into() }));
}

#[test]
fn a_failure_of_the_address_is_told_once_it_was_asked_for() {
    let mut world = World::new(shop());
    world.comes_back(&back_with(FIRST, "Failed"), "");
    world.read_says(lists([failed(FIRST)]));
    world.shows(StateName::Confirming);
    world.ask_says(failed(FIRST));
    world.shows_failure(Code::Declined);
}

#[test]
fn a_failure_that_the_payment_speaks_against_is_asked_for_once_more() {
    let mut world = World::new(shop());
    world.comes_back(&back_with(FIRST, "Failed"), "");
    world.ask_says(failed(FIRST));
    world.read_says(lists([succeed(FIRST)]));
    world.shows(StateName::Confirming);
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);

    // Where it stays a failure, it is one.
    let mut world = World::new(shop());
    world.comes_back(&back_with(FIRST, "Failed"), "");
    world.ask_says(failed(FIRST));
    world.read_says(lists([succeed(FIRST)]));
    world.ask_says(failed(FIRST));
    world.shows_failure(Code::Declined);
}

#[test]
fn what_this_tab_saw_fail_is_not_the_last_word_while_another_tabs_post_is_unanswered() {
    let mut world = World::paying();
    world.create_says(failed(FIRST).of(&key(1)));
    world.try_again();
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    // The other tab of this browser: it saves an attempt, and its POST is on its way.
    world.pays_where(lists([failed(FIRST).of(&key(1))]));
    assert_eq!(world.keys().len(), 2);
    let kept = Kept { payment_id: PAYMENT.into(), kind: Kind::Charge, transaction: FIRST.into(), since: 0 };
    world.kept = Some(kept.to_line());
    world.reload();
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.shows(StateName::Creating);
}

#[test]
fn the_reason_of_a_failure_is_said_only_where_it_is_known() {
    for (category, code, unmoved) in [
        ("payment_method_declined", Code::Declined, true),
        ("provider_error", Code::ProviderError, false),
        ("something_new", Code::NotCompleted, false),
    ] {
        let mut world = World::paying();
        world.create_says(failed(FIRST).because(category));
        world.shows_failure(code);
        assert_eq!(code.no_money_moved(), unmoved);
    }
}

#[test]
fn after_a_result_nothing_is_asked() {
    let mut world = World::paying();
    world.create_says(succeed(FIRST));
    world.input(Input::Reset);
    world.ask_says(lost());
    world.read_says(lists([succeed(FIRST)]));
    world.shows(StateName::Succeeded);
    let sent = world.sent.len();
    world.wait(60 * MINUTE);
    world.shows(StateName::Succeeded);
    assert_eq!((world.sent.len(), world.alarm), (sent, None));
}

#[test]
fn a_result_is_told_once_a_page_however_often_it_is_looked_at() {
    let mut world = World::back_from_bank();
    world.ask_says(succeed(FIRST));
    world.input(Input::Reset);
    world.read_says(lists([succeed(FIRST)]));
    world.shows(StateName::Succeeded);
    world.start();
    world.read_says(lists([succeed(FIRST)]));
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
    assert_eq!(world.told, 1);
}

/// A repeat may be told of a failure that the payment has got over by now; a first POST is told of its own.
#[test]
fn the_failure_of_a_repeat_is_heard_from_the_payment_too() {
    let mut world = World::paying();
    world.sleep(20_000);
    world.create_says(failed(FIRST));
    world.shows_failure(Code::Declined);
    assert!(world.open.is_empty(), "{:?}", world.open);

    let mut world = World::paying();
    world.create_says(lost());
    world.read_says(untouched());
    world.ring();
    world.sleep(20_000);
    world.create_says(failed(FIRST));
    world.shows(StateName::Confirming);
    world.read_says(lists([failed(FIRST).of(&key(1)), succeed(SECOND)]));
    world.ask_says(succeed(SECOND));
    world.shows(StateName::Succeeded);
}

/// The payment may list it later than the backend has told of it.
#[test]
fn what_is_saved_is_asked_for_though_the_payment_does_not_list_it() {
    let mut world = World::paying();
    world.create_says(pending(FIRST));
    world.reload();
    assert_eq!(world.asks_for(), Some(FIRST));
    world.read_says(untouched());
    assert_eq!(world.asks_for(), Some(FIRST));
    world.shows(StateName::Confirming);
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
}

/// That the payment is not found right after a POST that was lost is no word on who may read it.
#[test]
fn a_payment_that_is_not_found_is_looked_for_again_once_something_was_sent() {
    let mut world = World::paying();
    world.create_says(lost());
    world.read_says(refused(404));
    world.shows(StateName::Creating);
    assert!(!world.reported.contains(&Code::NotAuthorizedHere), "{:?}", world.reported);
    world.ring();
    assert!(world.is_open(Ask::Read) || world.is_open(Ask::Create));
}
