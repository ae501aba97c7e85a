//! Each state as a flow may show it, and what the screen makes of it.

#![allow(dead_code, reason = "each story uses its own part of it")]

use paymentsos_checkout::messages::Messages;
use paymentsos_checkout::view::{Method, ScreenProps};
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{StateName, View, Way};
use paymentsos_core::paymentsos::{Kind, PaymentMethod};
use std::rc::Rc;
use yew::prelude::*;

pub(crate) const HREF: &str = "https://pay.example/p/1b7ae2c4?token=8f0c1d";

/// A screen of this state for an order of $40.97, with nothing out of the ordinary.
pub(crate) fn screen(state: StateName) -> ScreenProps {
    ScreenProps {
        view: View {
            state,
            money: None,
            kind: Kind::Charge,
            reference: Some("KC-10482".into()),
            payment_method: (state == StateName::Succeeded)
                .then(|| PaymentMethod { vendor: Some("VISA".into()), last_4_digits: Some("1111".into()) }),
            payment_id: Some("8d3c2f3e-6a7b-4c55-9f0b-3a5a4f3f9d11".into()),
            transaction_id: None,
            outcome: None,
            amount_changed: false,
            can_pay: state == StateName::Ready,
            can_retry: state == StateName::Failed,
            checking: false,
            place: None,
            way: Way::Page,
            frame: None,
            offline: false,
            expires_at: None,
            fault: match state {
                StateName::Failed => Some(Code::Declined),
                StateName::Processing => Some(Code::StillPending),
                StateName::Unavailable => Some(Code::BackendUnreachable),
                _ => None,
            },
        },
        messages: Rc::new(Messages::default()),
        money: Some("$40.97".into()),
        expires: None,
        href: (state == StateName::Link).then(|| HREF.into()),
        frame: None,
        frame_size: None,
        left: None,
        left_said: None,
        methods: Vec::new(),
        chosen: 0,
        target: None,
        wrong: None,
        qr: (state == StateName::Link).then(|| "29 M4 4h7v1h-7z".into()),
        can_share: true,
        can_copy: true,
        copied: false,
    }
}

/// The same as changed.
pub(crate) fn with(state: StateName, change: impl FnOnce(&mut ScreenProps)) -> ScreenProps {
    let mut props = screen(state);
    change(&mut props);
    props
}

/// A card, a saved card, Pay by Link, a bank, and one of the shop's own.
pub(crate) fn methods() -> Vec<Method> {
    let vendor = |vendor: &'static str| Method { vendor: Some(vendor.into()), ..Method::default() };
    vec![
        Method { card: true, ..Method::default() },
        Method { digits: Some("1111".into()), expires: Some("12/2031".into()), ..vendor("VISA") },
        vendor("PBL"),
        vendor("PSE"),
        Method { label: Some("Gift card".into()), ..Method::default() },
    ]
}

/// Yew renders components only.
#[component]
pub(crate) fn Screen(props: &ScreenProps) -> Html {
    paymentsos_checkout::view::screen(props)
}

/// Every screen there can be, one thing changed at a time.
pub(crate) fn every_screen() -> Vec<ScreenProps> {
    let mut all = Vec::new();
    for state in StateName::ALL {
        for kind in Kind::ALL {
            let faults = Code::ALL.iter().copied().map(Some).chain([None]);
            for fault in faults {
                for flag in [false, true] {
                    all.push(with(state, |props| {
                        props.view.offline = flag;
                        props.left = flag.then(|| "14:59".into());
                        props.left_said = (flag && fault.is_none()).then(|| "3 minutes".into());
                        if flag {
                            props.methods = methods();
                        }
                        props.view.kind = kind;
                        props.view.fault = fault;
                        props.view.can_pay = state == StateName::Ready && flag;
                        props.view.can_retry = state == StateName::Failed && flag;
                        props.view.amount_changed = flag;
                        props.view.checking = flag;
                        props.copied = flag && fault.is_some();
                        props.can_share = flag;
                        props.href = flag.then(|| HREF.into());
                        props.expires = flag.then(|| "18:45".into());
                        props.money = flag.then(|| "$40.97".into());
                        if flag {
                            props.view.payment_method =
                                Some(PaymentMethod { vendor: Some("PBL".into()), last_4_digits: None });
                        }
                    }));
                }
            }
        }
    }
    for way in [Way::Popup, Way::Frame] {
        for late in [false, true] {
            all.push(with(StateName::Redirecting, |props| {
                props.view.way = way;
                props.frame = (way == Way::Frame).then(|| HREF.into());
                props.frame_size = late.then_some((500, 600));
                props.href = late.then(|| HREF.into());
            }));
        }
    }
    all
}

#[cfg(not(target_arch = "wasm32"))]
/// Its HTML.
pub(crate) fn html(props: ScreenProps) -> String {
    pollster::block_on(yew::LocalServerRenderer::<Screen>::with_props(props).hydratable(false).render())
}
