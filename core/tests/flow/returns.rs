//! From anywhere, but only to look.

use crate::world::*;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::returned::{Clean, read};
use paymentsos_core::flow::{Attempt, Effect, Kept, Setup, Start, StateName};
use paymentsos_core::paymentsos::Kind;

#[test]
fn a_return_is_found_in_the_query_the_fragment_and_a_hash_route() {
    let parameters = back_with(FIRST, "Pending");
    let bare = &parameters[1..];
    for (query, fragment, left) in [
        (parameters.clone(), String::new(), ("", "")),
        (String::new(), format!("#{bare}"), ("", "")),
        (String::new(), format!("#/thanks?{bare}"), ("", "#/thanks")),
        (format!("?cart=9&{bare}"), "#/thanks".into(), ("?cart=9", "#/thanks")),
        (format!("?cart=9?{bare}"), String::new(), ("?cart=9", "")),
        (format!("?cart=9&{bare}&lang=en"), "#top".into(), ("?cart=9&lang=en", "#top")),
    ] {
        let mut world = World::new(shop());
        world.comes_back(&query, &fragment);
        world.shows(StateName::Confirming);
        assert_eq!(world.asks_for(), Some(FIRST), "{query} {fragment}");
        assert_eq!((world.query.as_str(), world.fragment.as_str()), left);
    }
}

#[test]
fn an_authorization_returns_as_one() {
    let mut world = World::new(return_page());
    world.comes_back(&format!("?payment_id={PAYMENT}&authorization_id={FIRST}&status=Pending"), "");
    world.read_says(lists([succeed(FIRST).authorization()]));
    world.ask_says(succeed(FIRST).authorization());
    assert_eq!(world.shows(StateName::Succeeded).kind, Kind::Authorization);
}

#[test]
fn another_browser_sees_the_result_of_an_approved_payment() {
    let mut world = World::at_the_bank();
    world.another_browser();
    world.setup = return_page();
    world.comes_back(&back_with(FIRST, "Pending"), "");
    world.read_says(refused(401));
    world.shows(StateName::Confirming);
    world.ask_says(succeed(FIRST));
    let view = world.shows(StateName::Succeeded);
    assert_eq!((view.money, view.reference.as_deref()), (Some(money(4097)), Some(PAYMENT)));
}

#[test]
fn a_payment_known_from_the_address_alone_offers_neither_pay_nor_try_again() {
    for answer in [failed(FIRST), failed(FIRST).because("provider_error")] {
        let mut world = World::new(return_page());
        world.comes_back(&back_with(FIRST, "Failed"), "");
        world.read_says(lists([failed(FIRST)]));
        world.ask_says(answer);
        let view = world.shows(StateName::Failed);
        assert!(!view.can_retry && !view.can_pay);
        assert_eq!(world.try_again(), []);
        assert_eq!(world.press_pay(), []);
    }
}

#[test]
fn a_payment_known_from_the_address_alone_shows_what_stands_for_it() {
    let mut world = World::new(return_page());
    world.comes_back(&format!("?payment_id={PAYMENT}&status=Succeed"), "");
    assert!(!world.is_open(Ask::Transaction), "the address names none");
    world.read_says(lists([succeed(FIRST)]));
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
}

#[test]
fn where_nothing_was_tried_a_view_only_page_says_nothing() {
    let mut world = World::new(return_page());
    world.comes_back(&format!("?payment_id={PAYMENT}&status=Succeed"), "");
    world.read_says(untouched());
    let view = world.shows(StateName::Processing);
    assert!(!view.can_pay && !view.can_retry);
}

#[test]
fn an_attempt_saved_here_may_be_tried_again_on_a_page_that_names_no_payment() {
    let mut world = World::at_the_bank();
    world.setup = return_page();
    world.comes_back(&back_with(FIRST, "Failed"), "");
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.ask_says(failed(FIRST));
    assert!(world.shows_failure(Code::Declined).can_retry);
}

#[test]
fn an_address_of_another_payment_is_ignored() {
    let mut world = World::new(shop());
    world.comes_back(&format!("?payment_id={OTHER_PAYMENT}&charge_id={FIRST}&status=Succeed"), "");
    world.shows(StateName::Ready);
    assert!(!world.is_open(Ask::Transaction));
    assert!(world.cleaned.is_empty(), "it is somebody else's");
}

#[test]
fn nothing_to_look_at_is_said() {
    let mut world = World::open(return_page());
    assert_eq!(world.shows(StateName::Unavailable).fault, Some(Code::NoPayment));
    assert_eq!((world.open.len(), world.alarm), (0, None));
    world.comes_back(&format!("?charge_id={FIRST}"), "");
    world.shows(StateName::Unavailable);
}

#[test]
fn a_forged_transaction_of_a_known_payment_leads_back_to_pay() {
    for ask_first in [true, false] {
        let mut world = World::new(shop());
        world.comes_back(&back_with(FORGED, "Succeed"), "");
        if ask_first {
            world.ask_says(refused(404));
            world.shows(StateName::Processing);
        }
        world.read_says(lists([]));
        assert!(world.shows(StateName::Ready).can_pay);
        assert_eq!(world.view().transaction_id, None);
        assert_eq!(world.kept, None);
    }
}

#[test]
fn a_forged_transaction_does_not_hide_the_one_saved_here() {
    let mut world = World::at_the_bank();
    world.comes_back(&back_with(FORGED, "Succeed"), "");
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    assert_eq!(world.asks_for(), Some(FIRST), "how ours ended is asked for");
    world.ask_says(failed(FIRST));
    world.read_says(lists([failed(FIRST).of(&key(1))]));
    world.shows_failure(Code::Declined);
    world.try_again();
    world.read_says(lists([failed(FIRST)]));
    world.pays_where(lists([failed(FIRST)]));
    assert_eq!(world.keys(), [key(1), key(2)]);
}

#[test]
fn a_forged_transaction_does_not_hide_a_post_that_may_have_arrived() {
    let mut world = World::paying();
    world.comes_back(&back_with(FORGED, "Failed"), "");
    world.read_says(lists([]));
    world.shows(StateName::Creating);
    world.wait(20_000);
    world.read_says(lists([pending(FIRST).of(&key(1))]));
    assert_eq!(world.asks_for(), Some(FIRST));
}

/// An old address, say from an e-mail or the history, while the payment cannot be read.
#[test]
fn after_the_failure_that_an_old_address_names_the_one_saved_here_is_looked_for() {
    let mut world = World::at_the_bank();
    world.comes_back(&back_with(SECOND, "Failed"), "");
    world.read_says(lost());
    world.ask_says(failed(SECOND));
    world.shows_failure(Code::Declined);
    world.try_again();
    world.shows(StateName::Confirming);
    assert_eq!(world.asks_for(), Some(FIRST), "it may have been paid");
    world.read_says(lost());
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
}

#[test]
fn of_several_sets_the_one_saved_here_counts() {
    let mut world = World::at_the_bank();
    let (ours, theirs) = (back_with(FIRST, "Pending"), back_with(FORGED, "Failed"));
    for query in [format!("{ours}&{}", &theirs[1..]), format!("{theirs}&{}", &ours[1..])] {
        world.comes_back(&query, "");
        assert_eq!(world.asks_for(), Some(FIRST), "{query}");
    }
}

#[test]
fn of_several_sets_the_last_counts_where_nothing_is_saved() {
    let mut world = World::new(shop());
    let (old, new) = (back_with(FIRST, "Failed"), back_with(SECOND, "Pending"));
    world.comes_back(&format!("{old}&{}", &new[1..]), "");
    assert_eq!(world.asks_for(), Some(SECOND));
}

#[test]
fn a_reload_after_the_return_finds_the_transaction_again() {
    for same_browser in [true, false] {
        let mut world = World::at_the_bank();
        if !same_browser {
            world.another_browser();
            world.setup = return_page();
        }
        world.comes_back(&back_with(FIRST, "Pending"), "");
        assert_eq!(world.query, "", "the ids have left the address");
        world.reload();
        assert_eq!(world.asks_for(), Some(FIRST), "same browser: {same_browser}");
        assert_eq!(world.view().payment_id.as_deref(), Some(PAYMENT));
    }
}

#[test]
fn a_reload_after_the_result_shows_it_again() {
    let mut world = World::back_from_bank();
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
    world.setup = return_page();
    world.reload();
    world.read_says(lists([succeed(FIRST)]));
    world.ask_says(succeed(FIRST));
    world.shows(StateName::Succeeded);
}

#[test]
fn where_nothing_can_be_kept_the_ids_stay_in_the_address() {
    let mut world = World::new(return_page());
    world.can_store = false;
    world.comes_back(&back_with(FIRST, "Pending"), "");
    assert_eq!(world.cleaned, [Clean::Status]);
    assert_eq!(world.query, format!("?payment_id={PAYMENT}&charge_id={FIRST}"));
    world.reload();
    assert_eq!(world.asks_for(), Some(FIRST));
}

#[test]
fn a_new_attempt_makes_a_reload_forget_the_last_one() {
    let mut world = World::back_from_bank();
    world.ask_says(failed(FIRST));
    world.try_again();
    world.read_says(lists([failed(FIRST)]));
    world.pays_where(lists([failed(FIRST)]));
    world.reload();
    world.shows(StateName::Creating);
    assert_eq!(world.asks_for(), None);
}

#[test]
fn nothing_of_the_address_is_kept() {
    let mut world = World::new(shop());
    let secret = "?token=s3cret&email=a%40b.example";
    let effects = world.comes_back(&format!("{secret}&{}", &back_with(FIRST, "Pending")[1..]), "#access_token=s3cret");
    let all = format!("{effects:?} {:?} {:?} {:?}", world.saved, world.kept, world.view());
    assert!(!all.contains("s3cret") && !all.contains("b.example"));
    assert_eq!((world.query.as_str(), world.fragment.as_str()), (secret, "#access_token=s3cret"));

    let mut world = World::paying();
    let effects = world.create_says(pending(FIRST).at_bank());
    let kept = effects.iter().filter(|effect| !matches!(effect, Effect::Go(_)));
    let all = format!("{:?} {:?} {:?}", kept.collect::<Vec<_>>(), world.saved, world.kept);
    assert!(!all.contains("bank.example") && !all.contains("VISA") && !all.contains("1111\""));
}

#[test]
fn what_was_kept_of_another_payment_is_not_asked_for() {
    let mut world = World::back_from_bank();
    world.another_browser();
    world.comes_back(&back_with(FIRST, "Pending"), "");
    assert!(world.kept.is_some());
    world.setup = return_page();
    world.comes_back(&format!("?payment_id={OTHER_PAYMENT}"), "");
    assert_eq!((world.asks_for(), world.view().payment_id.as_deref()), (None, Some(OTHER_PAYMENT)));
}

#[test]
fn only_the_payments_in_question_are_looked_up() {
    let query = format!("{}&payment_id={OTHER_PAYMENT}", back_with(FIRST, "Pending"));
    let kept = Kept { payment_id: FORGED.into(), kind: Kind::Charge, transaction: FIRST.into(), since: 0 };
    let sets = read(&query, "");
    assert_eq!(Start::payments(&shop(), &sets, Some(&kept)), [PAYMENT]);
    assert_eq!(Start::payments(&return_page(), &sets, Some(&kept)), [PAYMENT, OTHER_PAYMENT, FORGED]);
    assert_eq!(Start::payments(&return_page(), &[], None), [""; 0]);
}

#[test]
fn what_another_release_has_saved_is_ignored() {
    let mut world = World::at_the_bank();
    let newer = world.saved[PAYMENT].replacen('1', "2", 1);
    world.saved.insert(PAYMENT.into(), newer);
    world.kept = Some("2 something else".into());
    world.reload();
    world.shows(StateName::Ready);
    world.read_says(lists([pending(FIRST).at_bank()]));
    assert_eq!(world.asks_for(), Some(FIRST), "the payment tells");
}

#[test]
fn what_was_saved_more_than_a_day_ago_is_not_believed() {
    let mut world = World::at_the_bank();
    world.kept = None;
    world.now.wall += 24 * 60 * MINUTE + 1;
    world.reload();
    world.shows(StateName::Ready);
    let old = Attempt::from_line(&world.saved[PAYMENT]).map(|attempt| attempt.id);
    assert_eq!(old, Some(key(1)));
}

#[test]
fn a_changed_payment_keeps_the_saved_attempt() {
    let mut world = World::at_the_bank();
    world.setup = Setup { payment_id: Some(OTHER_PAYMENT.into()), ..shop() };
    world.start();
    world.shows(StateName::Ready);
    assert!(world.attempt().is_some());
    world.setup = shop();
    world.start();
    assert_eq!(world.asks_for(), Some(FIRST));
}
