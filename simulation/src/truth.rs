//! Once all is healed, and the shopper looks, every page says what is so.

use crate::ids;
use crate::paymentsos::PaymentsOs;
use crate::tabs::Shop;
use crate::watch::Violation;
use crate::world::World;
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{Input, Millis, StateName, View};
use paymentsos_core::paymentsos::Status;
use std::rc::Rc;

/// How long after a look, or a press, a page may take to say what is so.
const SOON: Millis = 45_000;
/// So many presses lead to the truth from anywhere.
const PRESSES: usize = 3;

/// All is well again: whoever looks at a page is told the truth, soon, and by pressing what is offered.
pub(crate) async fn comes_out(world: &Rc<World>, shop: &Shop, long: bool) {
    world.faults.heal();
    let count = world.browsers.borrow().len();
    world.say(|| "all is well again".into());
    for browser in 0..count {
        world.browsers.borrow_mut()[browser].refuses_storage = false;
        world.is_online(browser, true);
    }
    // What was under way before comes to its end.
    world.time.sleep(2 * 60_000).await;
    for (tab, number) in world.pages() {
        world.is_seen(tab, number, false);
        world.is_seen(tab, number, true);
    }
    world.time.sleep(SOON).await;
    let mut presses = 0;
    // What has just been decided is told a press later.
    while presses < PRESSES || world.time.now() < world.decided.get() + SOON * 2 {
        presses += 1;
        let is_decided = world.paymentsos.borrow().made.iter().any(|made| made.status != Status::Failed);
        for (tab, number) in world.pages() {
            let Some((_, view)) = world.view(tab).filter(|(page, _)| *page == number) else { continue };
            match view.state {
                StateName::Processing | StateName::Unavailable => world.input(tab, number, Input::Check),
                StateName::Failed if view.can_retry && is_decided => world.input(tab, number, Input::TryAgain),
                // Where something stands, Pay pays nothing, and leads to it.
                StateName::Ready if view.can_pay && is_decided => world.pays(tab, number, shop),
                _ => {}
            }
        }
        world.time.sleep(SOON).await;
    }
    if world.violation.borrow().is_some() {
        return;
    }
    for (tab, number) in world.pages() {
        let violation = says_what_is_so(world, tab, number);
        world.breaks(violation);
    }
    if long {
        // Nothing waits for ever.
        world.time.sleep(70 * 60_000).await;
        for (tab, number) in world.pages() {
            let Some((_, view)) = world.view(tab).filter(|(page, _)| *page == number) else { continue };
            let waits = [StateName::Loading, StateName::Creating, StateName::Confirming, StateName::Link];
            if waits.contains(&view.state) {
                let seen = format!("tab {tab} still shows {:?}", view.state);
                world.breaks(Some(Violation { rule: 5, name: "every wait ends", seen }));
            }
        }
    }
}

fn says_what_is_so(world: &World, tab: usize, number: u64) -> Option<Violation> {
    let (_, view) = world.view(tab).filter(|(page, _)| *page == number)?;
    let (is_own, is_ours) = {
        let (tabs, browsers) = (world.tabs.borrow(), world.browsers.borrow());
        // A page that knows of no payment at all has none to tell of.
        let is_ours = view.payment_id.as_deref() == Some(ids::PAYMENT);
        (browsers[tabs[tab].browser].has_session, is_ours)
    };
    let paymentsos = world.paymentsos.borrow();
    let is_so = match (is_ours, is_own) {
        // Of another payment, nothing is known here.
        (false, _) => matches!(view.state, StateName::Processing | StateName::Unavailable),
        (true, false) => is_so_for_strangers(&view, &paymentsos),
        (true, true) => is_so(&view, &paymentsos),
    };
    if is_so {
        return None;
    }
    let made = paymentsos.made.iter().map(|made| format!("{} {}", made.id, made.status.as_str()));
    let seen = format!(
        "tab {tab} shows {:?} {:?} of {:?} at the end, while there is [{}], {:?}",
        view.state,
        view.fault,
        view.transaction_id,
        made.collect::<Vec<_>>().join(", "),
        paymentsos.closed,
    );
    Some(Violation { rule: 6, name: "the truth comes out", seen })
}

fn is_so(view: &View, paymentsos: &PaymentsOs) -> bool {
    if paymentsos.closed.is_some() {
        return matches!(
            (view.state, view.fault),
            (StateName::Failed, Some(Code::PaymentRefunded | Code::PaymentCancelled))
                // A page that has told of the success does not ask again by itself.
                | (StateName::Succeeded, _)
        );
    }
    let stands = paymentsos.made.iter().find(|made| PaymentsOs::is_live(made));
    let is_forged = view.transaction_id.as_deref().is_some_and(|id| paymentsos.find(id).is_none());
    match stands.map(|made| (&made.status, &made.id)) {
        Some((Status::Succeed, id)) => view.state == StateName::Succeeded && view.transaction_id.as_ref() == Some(id),
        Some(_) => matches!(
            view.state,
            StateName::Confirming | StateName::Redirecting | StateName::Link | StateName::Processing
        ),
        // View-only pages, and those that were not told which, cannot pay.
        None if paymentsos.made.is_empty() || is_forged => {
            matches!(view.state, StateName::Ready | StateName::Processing | StateName::Unavailable | StateName::Failed)
        }
        None => matches!(view.state, StateName::Ready | StateName::Failed),
    }
}

/// Who only knows the ids of a transaction is told of that one alone.
fn is_so_for_strangers(view: &View, paymentsos: &PaymentsOs) -> bool {
    let made = view.transaction_id.as_deref().and_then(|id| paymentsos.find(id));
    match (made.map(|made| &made.status), view.state) {
        (Some(Status::Succeed), state) => state == StateName::Succeeded,
        (Some(Status::Failed), state) => state == StateName::Failed,
        (Some(_), state) => matches!(state, StateName::Confirming | StateName::Processing),
        (None, state) => matches!(state, StateName::Processing | StateName::Unavailable),
    }
}
