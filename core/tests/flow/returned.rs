//! What the address says after a return, and what is taken out of it.

use paymentsos_core::flow::returned::{Clean, Returned, clean, is_uuid, read};
use paymentsos_core::paymentsos::Kind;
use proptest::prelude::*;

const P: &str = "65de6d2a-0000-4000-8000-00000000000a";
const Q: &str = "65de6d2a-0000-4000-8000-00000000000b";
const T: &str = "aec1c306-0000-4000-8000-000000000001";
const U: &str = "aec1c306-0000-4000-8000-000000000002";

fn charge(payment: Option<&str>, id: &str) -> Returned {
    Returned { payment_id: payment.map(str::to_owned), transaction: Some((Kind::Charge, id.to_owned())) }
}

fn payment(id: &str) -> Returned {
    Returned { payment_id: Some(id.to_owned()), transaction: None }
}

#[test]
fn return_parameters_are_found_wherever_they_stand() {
    let one = format!("payment_id={P}&charge_id={T}&status=Pending");
    for (query, fragment) in [
        (format!("?{one}"), String::new()),
        (one.clone(), String::new()),
        (String::new(), format!("#{one}")),
        (String::new(), format!("#/thanks?{one}")),
        (String::new(), format!("#!/thanks?cart=9&{one}")),
        (format!("?cart=9?{one}"), String::new()),
        (format!("?cart=9&{one}&utm_source=x"), "#top".into()),
        (format!("?status=Pending&charge_id={T}&payment_id={P}"), String::new()),
        (format!("?payment_id={P}"), format!("#charge_id={T}")),
        (format!("?payment_id=+{P}%20&charge_id=%0A{T}&status=%20Pending"), String::new()),
        (format!("?payment%5Fid={}&charge_id={T}", P.replace('-', "%2D")), String::new()),
        (format!("?payment_id={}&charge_id={}", P.to_uppercase(), T.to_uppercase()), String::new()),
        (format!("?%&%z=%zz&a=%e9&{one}"), String::new()),
        (format!("?&&payment_id={P}&&charge_id={T}&"), String::new()),
    ] {
        assert_eq!(read(&query, &fragment), [charge(Some(P), T)], "{query} {fragment}");
    }
}

#[test]
fn an_authorization_is_read_as_one() {
    let sets = read(&format!("?payment_id={P}&authorization_id={T}&status=Pending"), "");
    let transaction = Some((Kind::Authorization, T.to_owned()));
    assert_eq!(sets, [Returned { payment_id: Some(P.into()), transaction }]);
}

#[test]
fn parts_of_a_set_are_a_set() {
    assert_eq!(read(&format!("?payment_id={P}"), ""), [payment(P)]);
    assert_eq!(read(&format!("?charge_id={T}&status=Pending"), ""), [charge(None, T)]);
    assert_eq!(read("?status=Succeed", ""), []);
}

#[test]
fn a_parameter_that_comes_again_begins_a_new_set() {
    for (query, sets) in [
        (
            format!("?payment_id={P}&charge_id={T}&status=Failed&payment_id={P}&charge_id={U}&status=Pending"),
            vec![charge(Some(P), T), charge(Some(P), U)],
        ),
        (
            format!("?payment_id={P}&charge_id={T}&payment_id={Q}&charge_id={U}"),
            vec![charge(Some(P), T), charge(Some(Q), U)],
        ),
        (
            format!("?payment_id={P}&charge_id={T}&status=Failed&charge_id={U}"),
            vec![charge(Some(P), T), charge(None, U)],
        ),
        (format!("?payment_id={P}&payment_id={Q}"), vec![payment(P), payment(Q)]),
    ] {
        assert_eq!(read(&query, ""), sets, "{query}");
    }
}

#[test]
fn what_is_not_of_paymentsos_is_left_alone() {
    let trailing = format!("?payment_id={P}0");
    for query in [
        "",
        "?",
        "?payment_id",
        "?payment_id=",
        "?payment_id=17",
        "?payment_id=65de6d2a-0000-4000-8000-00000000000g",
        "?charge_id=../../admin",
        "?status=shipped",
        "?status=",
        "?my_payment_id=65de6d2a-0000-4000-8000-00000000000a",
        "?PAYMENT_ID=65de6d2a-0000-4000-8000-00000000000a",
        "?payment_id=65de6d2a%00-0000-4000-8000-00000000000a",
        &trailing,
    ] {
        assert_eq!(read(query, ""), [], "{query}");
        for what in [Clean::All, Clean::Status] {
            assert_eq!(clean(query, what), if query == "?" { "" } else { query });
        }
    }
}

#[test]
fn rubbish_of_any_size_is_read_in_one_go() {
    let rubbish = "%&?#=+é%zz".repeat(6_500);
    assert!(rubbish.len() > 64 * 1024);
    let wanted = format!("payment_id={P}&charge_id={T}&status=Pending");
    assert_eq!(read(&format!("?{rubbish}&{wanted}&{rubbish}"), &rubbish), [charge(Some(P), T)]);
    assert_eq!(read(&format!("?payment_id={}", "a".repeat(65_536)), ""), []);
    assert_eq!(clean(&format!("?{rubbish}&{wanted}"), Clean::All), format!("?{rubbish}"));
}

#[test]
fn clean_leaves_everything_else_to_the_letter() {
    let ours = format!("payment_id={P}&charge_id={T}&status=Pending");
    for (part, left) in [
        (format!("?{ours}"), ""),
        (format!("#{ours}"), ""),
        (format!("#/thanks?{ours}"), "#/thanks"),
        (format!("#/thanks?{ours}&tab=2"), "#/thanks?tab=2"),
        (format!("#/thanks?tab=2&{ours}"), "#/thanks?tab=2"),
        (format!("?a=%20+b&{ours}&c=%zz&&d"), "?a=%20+b&c=%zz&&d"),
        (format!("?{ours}&a=1"), "?a=1"),
        (format!("?a=1?{ours}"), "?a=1"),
        (format!("?payment_id={P}&a=1&charge_id={T}&b=2&status=FAILED"), "?a=1&b=2"),
        ("?status=shipped&payment_id=17".into(), "?status=shipped&payment_id=17"),
        ("#top".into(), "#top"),
        ("#/a?b=1#c".into(), "#/a?b=1#c"),
        (String::new(), ""),
    ] {
        assert_eq!(clean(&part, Clean::All), left, "{part}");
    }
}

/// Somebody else's parameters may be as long as they like, and cost nothing.
#[test]
fn what_is_longer_than_a_parameter_of_ours_is_none() {
    let padded = |spaces: usize| format!("payment_id={}{P}", "+".repeat(spaces));
    assert_eq!(read(&padded(120 - P.len()), "").len(), 1);
    assert_eq!(read(&padded(121 - P.len()), ""), []);
    let named = |spaces: usize| format!("{}payment_id={P}", "+".repeat(spaces));
    assert_eq!(read(&named(60 - "payment_id".len()), "").len(), 1);
    assert_eq!(read(&named(61 - "payment_id".len()), ""), []);
}

#[test]
fn where_nothing_can_be_kept_only_the_status_goes() {
    let ids = format!("?payment_id={P}&charge_id={T}");
    for status in ["Pending", "succeed", "FAILED", "+Succeed%20"] {
        assert_eq!(clean(&format!("{ids}&status={status}"), Clean::Status), ids, "{status}");
    }
    assert_eq!(clean(&format!("?status=Pending&a=1&{}", &ids[1..]), Clean::Status), format!("?a=1&{}", &ids[1..]));
}

#[test]
fn a_uuid_is_what_looks_like_one() {
    for id in [P, T, &P.to_uppercase(), "00000000-0000-0000-0000-000000000000"] {
        assert!(is_uuid(id), "{id}");
    }
    let doubled = P.repeat(2);
    for id in ["", "65de6d2a000040008000-00000000000a----", &P[1..], &doubled, "65de6d2a-0000-4000-8000-0000000000é"] {
        assert!(!is_uuid(id), "{id}");
    }
}

/// Addresses that are much like those of a return.
fn address() -> impl Strategy<Value = String> {
    let words = vec![
        "payment_id",
        "charge_id",
        "authorization_id",
        "status",
        "=",
        "=",
        "=",
        "&",
        "&",
        "?",
        "#",
        "/",
        "%",
        "%20",
        "+",
        P,
        Q,
        T,
        U,
        "Pending",
        "Failed",
        "Succeed",
        "shipped",
        "a",
        "é",
        "%e9",
        " ",
    ];
    prop::collection::vec(prop::sample::select(words), 0..24).prop_map(|words| words.concat())
}

/// Sets of parameters, as PaymentsOS and shops may put them together.
fn parameters() -> impl Strategy<Value = String> {
    let pieces = vec![
        format!("payment_id={P}"),
        format!("payment_id={Q}"),
        format!("charge_id={T}"),
        format!("authorization_id={U}"),
        "status=Pending".into(),
        "status=shipped".into(),
        "lang=en".into(),
        "/route".into(),
        String::new(),
    ];
    let piece = (prop::sample::select(vec!["?", "&", "&", "#"]), prop::sample::select(pieces));
    prop::collection::vec(piece.prop_map(|(separator, piece)| format!("{separator}{piece}")), 0..12)
        .prop_map(|pieces| pieces.concat())
}

fn any_part() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), address(), parameters()]
}

proptest! {
    #[test]
    fn reading_never_fails(query in any_part(), fragment in any_part()) {
        for set in read(&query, &fragment) {
            prop_assert!(set != Returned::default());
            let ids = set.payment_id.into_iter().chain(set.transaction.map(|(_, id)| id));
            for id in ids {
                prop_assert!(is_uuid(&id) && id == id.to_ascii_lowercase());
            }
        }
    }

    #[test]
    fn what_was_cleaned_has_nothing_to_read(part in any_part()) {
        prop_assert_eq!(read(&clean(&part, Clean::All), ""), []);
    }

    #[test]
    fn cleaning_twice_is_cleaning_once(part in any_part()) {
        for what in [Clean::All, Clean::Status] {
            let once = clean(&part, what);
            prop_assert_eq!(clean(&once, what), once);
        }
    }

    #[test]
    fn cleaning_takes_out_and_never_puts_in(part in any_part()) {
        for what in [Clean::All, Clean::Status] {
            let mut rest = part.chars();
            prop_assert!(clean(&part, what).chars().all(|kept| rest.any(|char| char == kept)));
        }
    }

    #[test]
    fn without_the_status_the_ids_are_what_they_were(part in parameters()) {
        let ids = |part: &str| -> Vec<String> {
            let sets = read(part, "").into_iter();
            sets.flat_map(|set| set.payment_id.into_iter().chain(set.transaction.map(|(_, id)| id))).collect()
        };
        let (mut before, mut after) = (ids(&part), ids(&clean(&part, Clean::Status)));
        before.sort();
        after.sort();
        prop_assert_eq!(before, after);
    }

    #[test]
    fn what_is_somebody_elses_stays(part in "[?#&=a-z0-9/%+]{0,40}") {
        let bare = matches!(part.as_str(), "?" | "#");
        prop_assert_eq!(clean(&part, Clean::All), if bare { "" } else { &part });
    }
}
