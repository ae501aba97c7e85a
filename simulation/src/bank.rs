//! The bank, and PaymentsOS as it goes on by itself: what is pending becomes final, webhooks are sent, shoppers are sent back.

use crate::browser::At;
use crate::faults::Fault;
use crate::paymentsos::Plan;
use crate::tabs::Shop;
use crate::world::World;
use paymentsos_core::flow::Millis;
use std::rc::Rc;

/// A redirection that nobody finishes fails after that.
const REDIRECTION_ENDS: Millis = 15 * 60_000;

impl World {
    /// PaymentsOS goes on with whatever is made there.
    pub(crate) fn paymentsos_lives(self: &Rc<Self>) {
        let world = self.clone();
        self.time.spawn(&self.life, async move {
            let mut seen = 0;
            let mut authenticated = Vec::new();
            loop {
                let news = world.merchant.made.next();
                let made: Vec<(String, Plan, bool)> = {
                    let paymentsos = world.paymentsos.borrow();
                    paymentsos.made.iter().map(|made| (made.id.clone(), made.plan, made.is_authenticated())).collect()
                };
                for (at, (id, plan, is_authenticated)) in made.iter().enumerate() {
                    if at >= seen {
                        world.say(|| format!("PaymentsOS makes {id}: {plan:?}"));
                        world.tells_the_merchant();
                        match plan {
                            Plan::PendsThenSucceeds => world.decides_later(id, true),
                            Plan::PendsThenFails => world.decides_later(id, false),
                            Plan::AtBank
                            | Plan::Framed
                            | Plan::Collects
                            | Plan::CollectsAndSucceeds
                            | Plan::ByLink
                            | Plan::Unsafe => world.decides_in(REDIRECTION_ENDS, id, false),
                            Plan::Succeeds | Plan::Fails | Plan::ProviderFails => {}
                        }
                    }
                    if *is_authenticated && *plan == Plan::CollectsAndSucceeds && !authenticated.contains(&at) {
                        authenticated.push(at);
                        world.decides_in(100, id, true);
                    }
                }
                seen = made.len();
                news.await;
            }
        });
    }

    fn decides_later(self: &Rc<Self>, id: &str, succeeds: bool) {
        let after = self.chance.borrow_mut().pick(&[1_500, 4_000, 20_000, 150_000, 1_500_000]);
        self.decides_in(after, id, succeeds);
    }

    pub(crate) fn decides_in(self: &Rc<Self>, after: Millis, id: &str, succeeds: bool) {
        let (world, id) = (self.clone(), id.to_owned());
        self.time.spawn(&self.life, async move {
            world.time.sleep(after).await;
            let is_news = world.paymentsos.borrow_mut().decide(&id, succeeds);
            if is_news {
                world.decided.set(world.time.now());
                world.say(|| format!("{id} {}", if succeeds { "succeeds" } else { "fails" }));
                world.breaks(crate::watch::at_paymentsos(&world.paymentsos.borrow()));
                world.tells_the_merchant();
            }
        });
    }

    /// A webhook, if none is lost: soon, or late.
    pub(crate) fn tells_the_merchant(self: &Rc<Self>) {
        if self.happens(Fault::WebhookLost) {
            return;
        }
        let world = self.clone();
        self.time.spawn(&self.life, async move {
            let late = if world.faults.allows(Fault::WebhookLost) { 60_000 } else { 1_000 };
            world.time.sleep(world.between(50, late)).await;
            world.merchant.hears();
        });
    }

    /// The shopper decides at the bank, and is sent back, or not.
    pub(crate) fn finishes_at_the_bank(self: &Rc<Self>, tab: usize, shop: &Shop) {
        let At::Bank(number) = self.tabs.borrow()[tab].at else { return };
        let made = {
            let paymentsos = self.paymentsos.borrow();
            paymentsos.made.get(number).map(|made| (made.id.clone(), made.kind))
        };
        let Some((id, kind)) = made else { return };
        // Succeed, fail, later, never.
        match self.below(6) {
            0 | 1 => self.decides_in(0, &id, true),
            2 => self.decides_in(0, &id, false),
            3 => self.decides_in(self.between(2_000, 40_000), &id, true),
            4 => self.decides_in(self.between(2_000, 40_000), &id, false),
            _ => {}
        }
        if self.happens(Fault::NoReturn) {
            return;
        }
        let status = if self.happens(Fault::ReturnLies) { "Succeed" } else { "Pending" };
        let query = format!("?payment_id={}&{}={id}&status={status}", crate::ids::PAYMENT, kind.return_parameter());
        let back = if self.happens(Fault::ReturnElsewhere) { self.in_another_browser() } else { tab };
        self.say(|| format!("tab {back}: back from the bank"));
        self.begins(back, shop, &query);
    }
}
