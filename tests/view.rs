//! What the shopper reads in each state: the screens' HTML, rendered without a browser.

#![cfg(not(target_arch = "wasm32"))]

mod screens;

use paymentsos_checkout::messages::{Key, Messages};
use paymentsos_checkout::view::ScreenProps;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::StateName;
use paymentsos_core::paymentsos::{Kind, PaymentMethod};
use screens::{HREF, every_screen, html, screen, with};
use std::rc::Rc;

/// Whether there is an element of this tag and part.
fn has(html: &str, tag: &str, part: &str) -> bool {
    tags(html).any(|(name, attributes)| name == tag && parts(attributes).any(|own| own == part))
}

/// The opening tags: name and attributes.
fn tags(html: &str) -> impl Iterator<Item = (&str, &str)> {
    html.split('<').skip(1).filter(|rest| !rest.starts_with('/')).map(|rest| {
        let tag = rest.split('>').next().unwrap_or_default();
        tag.split_once(' ').unwrap_or((tag, ""))
    })
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    attributes.split_once(&format!("{name}=\""))?.1.split('"').next()
}

fn parts(attributes: &str) -> impl Iterator<Item = &str> {
    attribute(attributes, "part").unwrap_or_default().split(' ')
}

/// The attributes of the first element of this tag and part.
fn attributes<'a>(html: &'a str, tag: &str, part: &str) -> &'a str {
    let found = tags(html).find(|(name, attributes)| *name == tag && parts(attributes).any(|own| own == part));
    found.unwrap_or_else(|| panic!("no {tag}[part~={part}] in {html}")).1
}

/// What is read, without the live region, which repeats some of it.
fn read(html: &str) -> String {
    let (_, shown) = html.split_once("<section").expect("a section");
    text(shown)
}

/// What the live region says.
fn announced(html: &str) -> String {
    let (status, _) = html.split_once("<section").expect("a section");
    text(status)
}

fn text(html: &str) -> String {
    let text: Vec<_> = html.split('<').filter_map(|rest| rest.split_once('>')).map(|(_, text)| text).collect();
    text.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn failed(code: Code) -> ScreenProps {
    with(StateName::Failed, |props| {
        props.view.fault = Some(code);
        props.view.can_retry = code.retriable();
    })
}

#[test]
fn every_screen_has_one_frame_and_one_live_region() {
    for props in every_screen() {
        let html = html(props);
        assert_eq!(html.matches("role=\"status\"").count(), 1, "{html}");
        assert!(html.starts_with("<div part=\"status\" role=\"status\">"), "{html}");
        for other in ["role=\"alert\"", "aria-live"] {
            assert!(!html.contains(other), "an error is not announced twice: {html}");
        }
        assert_eq!(html.matches("<h2").count(), 1);
        assert_eq!(attribute(attributes(&html, "h2", "heading"), "tabindex"), Some("-1"));
        assert_eq!(attribute(attributes(&html, "section", "checkout"), "aria-labelledby"), Some("heading"));
    }
}

#[test]
fn every_screen_keeps_to_the_strictest_page() {
    for props in every_screen() {
        let html = html(props);
        for forbidden in ["style=", "<style", "<script", "<img", "javascript:"] {
            assert!(!html.contains(forbidden), "{forbidden} in {html}");
        }
        for (tag, attributes) in tags(&html) {
            assert!(!attributes.split(' ').any(|name| name.starts_with("on")), "{attributes}");
            assert_eq!(tag == "button", attribute(attributes, "type") == Some("button"), "{attributes}");
        }
    }
}

#[test]
fn every_key_is_said_somewhere() {
    let own = Key::ALL.iter().map(|key| (key.name().to_owned(), format!("[{}]", key.name()))).collect();
    let messages = Rc::new(Messages::new(own));
    let mut said = String::new();
    for mut props in every_screen() {
        props.messages = messages.clone();
        said += &html(props);
    }
    let unsaid: Vec<_> = Key::ALL.iter().filter(|key| !said.contains(&format!("[{}]", key.name()))).collect();
    assert!(unsaid.is_empty(), "{unsaid:?}");
}

#[test]
fn keys_have_names_of_their_own_and_words() {
    for key in Key::ALL {
        assert_eq!(Key::from_name(key.name()), Some(*key));
        assert_eq!(key.name(), key.name().to_lowercase());
        assert!(!key.english().is_empty() && key.english() == key.english().trim());
        assert!(!key.english().to_lowercase().contains("transaction"), "not a shopper's word: {}", key.english());
    }
}

#[test]
fn every_code_has_words_in_every_state_that_can_have_it() {
    for code in Code::ALL {
        for state in [StateName::Ready, StateName::Failed, StateName::Processing, StateName::Unavailable] {
            let html = html(with(state, |props| {
                props.view.fault = Some(*code);
                props.wrong = Some("amount".into());
            }));
            let words = Key::from(*code).english().replace("{name}", "amount");
            assert!(read(&html).contains(&words), "{words}: {html}");
            assert!(announced(&html).contains(&words), "{words}: {html}");
        }
    }
}

#[test]
fn a_page_has_words_of_its_own() {
    let messages = Messages::new(vec![
        ("pay_amount".into(), "Place order for {amount} {now}".into()),
        ("no_such_key".into(), "nothing".into()),
        ("ready".into(), "first".into()),
        ("ready".into(), "Kasse".into()),
    ]);
    assert_eq!(messages.text(Key::Ready), "Kasse");
    assert_eq!(messages.text(Key::Check), Key::Check.english());
    assert_eq!(messages.fill(Key::PayAmount, &[("amount", "{amount}")]), "Place order for {amount} {now}");
    let html = html(with(StateName::Ready, |props| props.messages = Rc::new(messages)));
    assert!(read(&html).contains("Place order for $40.97 {now}"), "{html}");
}

#[test]
fn loading_holds_the_place() {
    let html = html(screen(StateName::Loading));
    assert!(has(&html, "div", "placeholder"));
    assert!(!html.contains("<button"));
}

#[test]
fn ready_says_what_is_asked_for() {
    let charge = html(screen(StateName::Ready));
    assert!(has(&charge, "button", "pay"));
    assert!(read(&charge).contains("$40.97 Reference KC-10482"), "{charge}");
    assert!(read(&charge).ends_with("Pay $40.97"), "{charge}");
    assert!(!charge.contains("aria-disabled"));
    assert!(charge.contains("<slot name=\"summary\">") && charge.contains("<slot name=\"card\">"));
    assert_eq!(announced(&charge), "", "a page that just stands there says nothing");

    let authorization = html(with(StateName::Ready, |props| props.view.kind = Kind::Authorization));
    assert!(read(&authorization).contains("Reserve $40.97"), "{authorization}");
    assert!(read(&authorization).contains("only reserved now"), "{authorization}");
    assert!(!read(&authorization).contains("Pay $40.97"), "{authorization}");
}

#[test]
fn pay_that_would_do_nothing_says_so_and_can_be_reached() {
    for money in [None, Some("$40.97".into())] {
        let html = html(with(StateName::Ready, |props| {
            props.view.can_pay = false;
            props.money = money.clone();
        }));
        let pay = attributes(&html, "button", "pay");
        assert_eq!(attribute(pay, "aria-disabled"), Some("true"));
        assert!(!pay.contains(" disabled"), "it can be reached: {pay}");
    }
}

#[test]
fn pay_is_only_where_a_payment_can_begin() {
    for props in every_screen() {
        let state = props.view.state;
        assert_eq!(has(&html(props), "button", "pay"), state == StateName::Ready, "{state:?}");
    }
}

#[test]
fn what_is_wrong_is_said_beside_pay() {
    let changed = html(with(StateName::Ready, |props| props.view.amount_changed = true));
    assert!(has(&changed, "p", "notice"));
    assert!(read(&changed).contains("The amount has changed."), "{changed}");
    assert!(announced(&changed).contains("The amount has changed."), "{changed}");

    let missing = html(with(StateName::Ready, |props| props.view.fault = Some(Code::PaymentMethodMissing)));
    assert!(has(&missing, "div", "error"));
    assert!(read(&missing).contains("No money has moved."), "{missing}");
}

#[test]
fn creating_takes_the_place_of_pay() {
    let (ready, creating) = (html(screen(StateName::Ready)), html(screen(StateName::Creating)));
    let below_heading = |html: &str| html.split_once("</h2>").expect("a heading").1.to_owned();
    let (ready, creating_body) = (below_heading(&ready), below_heading(&creating));
    let (above_pay, _) = ready.split_once("<button").expect("Pay");
    assert!(creating_body.starts_with(above_pay), "nothing else changes: {creating_body}");
    assert!(has(&creating, "p", "progress") && has(&creating, "span", "spinner"));
    assert_eq!(announced(&creating), "Starting your payment");
}

#[test]
fn redirecting_gives_a_link_only_once_the_page_is_late() {
    let leaving = html(screen(StateName::Redirecting));
    assert!(has(&leaving, "span", "spinner"));
    assert!(!leaving.contains("<a"));

    let late = html(with(StateName::Redirecting, |props| props.href = Some(HREF.into())));
    let link = attributes(&late, "a", "continue");
    assert_eq!(attribute(link, "href"), Some(HREF));
    assert_eq!(attribute(link, "rel"), Some("noopener noreferrer"));
    assert_eq!(attribute(link, "target"), None);
    assert!(announced(&late).contains("Use this link."));
}

#[test]
fn a_link_can_be_opened_copied_shared_and_scanned() {
    let whole = html(with(StateName::Link, |props| props.expires = Some("18:45".into())));
    let open = attributes(&whole, "a", "continue");
    assert_eq!(attribute(open, "href"), Some(HREF));
    assert_eq!(attribute(open, "target"), Some("_blank"));
    assert_eq!(attribute(open, "rel"), Some("noopener noreferrer"));
    assert!(has(&whole, "button", "copy") && has(&whole, "button", "share"));
    assert!(read(&whole).contains("works until 18:45."), "{whole}");
    let qr = attributes(&whole, "svg", "qr");
    assert!(qr.contains("role=\"img\"") && qr.contains("aria-label=\"QR code"), "{qr}");

    let poor = html(with(StateName::Link, |props| (props.can_copy, props.can_share) = (false, false)));
    assert!(!poor.contains("<button"), "{poor}");
    assert!(!read(&poor).contains("until"), "no end is made up: {poor}");

    let copied = html(with(StateName::Link, |props| props.copied = true));
    assert_eq!(announced(&copied), "Pay with this link Link copied");
}

#[test]
fn the_qr_code_has_its_place_before_it_is_drawn_and_none_where_there_is_none() {
    let drawn = html(with(StateName::Link, |props| props.qr = Some("29 M4 4h7v1h-7z".into())));
    assert!(drawn.contains("viewBox=\"0 0 29 29\"") && drawn.contains("d=\"M4 4h7v1h-7z\""), "{drawn}");
    let drawing = html(with(StateName::Link, |props| props.qr = Some("".into())));
    assert!(has(&drawing, "svg", "qr") && drawing.contains("d=\"\""), "{drawing}");
    let none = html(with(StateName::Link, |props| props.qr = None));
    assert!(!has(&none, "svg", "qr") && has(&none, "a", "continue"), "the link is still there: {none}");
}

#[test]
fn confirming_shows_the_way_on_while_nobody_has_returned() {
    let returned = html(screen(StateName::Confirming));
    assert!(has(&returned, "span", "spinner"));
    assert!(!returned.contains("<a") && !returned.contains("<button"));

    let away = html(with(StateName::Confirming, |props| props.href = Some(HREF.into())));
    assert!(has(&away, "a", "continue"));
    assert!(read(&away).contains("To pay another way, cancel there first."), "{away}");
}

#[test]
fn a_charge_is_paid_and_an_authorization_reserved() {
    let charge = html(screen(StateName::Succeeded));
    assert!(read(&charge).contains("Payment complete Paid $40.97"), "{charge}");
    assert!(read(&charge).contains("VISA ending in 1111 Reference KC-10482"), "{charge}");
    assert!(!read(&charge).to_lowercase().contains("reserved"));
    assert!(charge.contains("<slot name=\"succeeded\">"));
    assert_eq!(announced(&charge), "Payment complete $40.97");

    let authorization = html(with(StateName::Succeeded, |props| props.view.kind = Kind::Authorization));
    assert!(read(&authorization).contains("Amount reserved Reserved $40.97"), "{authorization}");
    assert!(!read(&authorization).to_lowercase().contains("paid"), "{authorization}");
}

#[test]
fn a_receipt_holds_what_is_known() {
    let method = |vendor: Option<&str>, digits: Option<&str>| {
        html(with(StateName::Succeeded, |props| {
            props.view.payment_method =
                Some(PaymentMethod { vendor: vendor.map(str::to_owned), last_4_digits: digits.map(str::to_owned) });
        }))
    };
    assert!(read(&method(Some("PBL"), None)).contains("Pay by link"));
    assert!(read(&method(None, Some("1111"))).contains("Card ending in 1111"));
    assert!(!has(&method(None, None), "dd", "method"));
    let bare = html(with(StateName::Succeeded, |props| {
        (props.money, props.view.reference, props.view.payment_method) = (None, None, None);
    }));
    assert!(!bare.contains("<dt"), "{bare}");
}

#[test]
fn no_money_has_moved_is_said_where_it_is_known_and_nowhere_else() {
    for props in every_screen() {
        let (state, fault) = (props.view.state, props.view.fault);
        let said = html(props).contains("No money has moved.");
        let known = fault.is_some_and(Code::no_money_moved);
        assert_eq!(said, known && matches!(state, StateName::Failed | StateName::Ready), "{state:?} {fault:?}");
    }
    assert!(read(&html(failed(Code::ProviderError))).contains("ask the shop before you pay again"));
    assert!(!read(&html(failed(Code::PaymentRefunded))).contains("ask the shop before you pay again"));
}

#[test]
fn try_again_is_only_where_it_would_do_something() {
    for code in Code::ALL {
        assert_eq!(has(&html(failed(*code)), "button", "retry"), code.retriable(), "{code:?}");
    }
    for state in StateName::ALL {
        let html = html(with(state, |props| props.view.can_retry = false));
        assert_eq!(has(&html, "button", "retry"), state == StateName::Unavailable, "{state:?}");
    }
}

#[test]
fn a_failure_is_told_by_who_can_act() {
    let told = |code| read(&html(failed(code)));
    assert!(told(Code::Declined).contains("declined"));
    assert!(told(Code::Cancelled).contains("cancelled before it was finished"));
    assert!(told(Code::Expired).contains("ran out"));
    assert!(told(Code::MerchantConfiguration).contains("Please tell the shop."));
    assert!(told(Code::RequestRefused).contains("If it happens again"));
    assert!(told(Code::PaymentRefunded).contains("This payment is closed"));
    let elsewhere = html(with(StateName::Failed, |props| props.view.can_retry = false));
    assert!(read(&elsewhere).contains("go back to the shop"), "{elsewhere}");
    assert!(elsewhere.contains("<slot name=\"failed\">"));
}

#[test]
fn processing_is_not_a_failure() {
    let late = html(screen(StateName::Processing));
    assert!(has(&late, "button", "check") && !has(&late, "button", "retry"));
    assert!(read(&late).contains("please do not pay again"), "{late}");
    assert!(read(&late).contains("KC-10482"));
    assert!(!read(&late).to_lowercase().contains("fail"), "{late}");

    let checking = html(with(StateName::Processing, |props| props.view.checking = true));
    assert_eq!(attribute(attributes(&checking, "button", "check"), "aria-disabled"), Some("true"));
    let away = html(with(StateName::Processing, |props| props.href = Some(HREF.into())));
    assert!(has(&away, "a", "continue"));
}

#[test]
fn unavailable_can_be_tried_again() {
    let html = html(screen(StateName::Unavailable));
    assert!(has(&html, "button", "retry"));
    assert!(read(&html).contains("The shop cannot be reached."), "{html}");
}

#[test]
fn nothing_from_outside_becomes_html() {
    const EVIL: &str = "\"><img src=x onerror=alert(1)>";
    for state in StateName::ALL {
        let html = html(with(state, |props| {
            props.view.reference = Some(EVIL.into());
            props.view.payment_method =
                Some(PaymentMethod { vendor: Some(EVIL.into()), last_4_digits: Some(EVIL.into()) });
            props.money = Some(EVIL.into());
            props.expires = Some(EVIL.into());
            props.href = Some(EVIL.into());
            props.messages = Rc::new(Messages::new(vec![("link".into(), EVIL.into())]));
        }));
        assert!(!html.contains("<img"), "{html}");
        let shown = matches!(state, StateName::Loading);
        assert_eq!(!html.contains("&lt;img"), shown, "{state:?}: {html}");
    }
}
