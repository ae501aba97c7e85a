//! What can go wrong. Each story has some of it, drawn at its beginning, and none of it once all is healed.

use crate::chance::Chance;
use std::cell::{Cell, RefCell};

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $rate:literal;)+) => {
        /// A kind of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault { $($(#[doc = $doc])+ $variant,)+ }

        impl Fault {
            /// All of them.
            pub const ALL: &[Fault] = &[$(Fault::$variant,)+];

            /// What it is called.
            pub const fn name(self) -> &'static str {
                match self { $(Fault::$variant => $name,)+ }
            }

            /// In a story that has it, it happens once in so many times.
            const fn rate(self) -> u32 {
                match self { $(Fault::$variant => $rate,)+ }
            }
        }
    };
}

faults! {
    /// A request of the page is lost on its way.
    RequestLost = "request lost", 6;
    /// The reply to the page is lost.
    ReplyLost = "reply lost", 6;
    /// A request arrives twice, the second time later.
    RequestDoubled = "request doubled", 6;
    /// A request or its reply takes longer than anybody waits.
    Slow = "request or reply very late", 8;
    /// PaymentsOS cannot be reached.
    PaymentsOsDown = "PaymentsOS down", 8;
    /// PaymentsOS asks for patience.
    PaymentsOsBusy = "PaymentsOS busy", 12;
    /// PaymentsOS does not reply in time.
    PaymentsOsHangs = "PaymentsOS hangs", 12;
    /// PaymentsOS's reply is lost.
    PaymentsOsReplyLost = "reply of PaymentsOS lost", 8;
    /// A webhook is not sent.
    WebhookLost = "webhook lost", 3;
    /// The backend's process is killed.
    BackendKilled = "backend killed", 1;
    /// The page is loaded again.
    Reload = "reload", 1;
    /// Back, to a page that was kept whole or not.
    Back = "back", 1;
    /// A tab is closed.
    TabClosed = "tab closed", 1;
    /// The shop is opened in another tab.
    AnotherTab = "another tab", 1;
    /// The bank's app brings the shopper back in another browser.
    ReturnElsewhere = "return in another browser", 3;
    /// Nobody brings the shopper back.
    NoReturn = "no return", 4;
    /// An address that somebody has made up.
    ForgedAddress = "forged address", 1;
    /// The return says another status than there is.
    ReturnLies = "return with another status", 3;
    /// Storage is refused from the beginning.
    StorageRefused = "storage refused", 3;
    /// Storage fails from now on, or again not.
    StorageFails = "storage fails", 1;
    /// The wall clock jumps.
    ClockJumps = "clock jumps", 1;
    /// The page is loaded again in another release, which does not understand what was saved.
    OtherRelease = "another release", 1;
    /// The network is gone, and comes again.
    Offline = "offline", 1;
    /// The page is hidden, and seen again.
    Hidden = "hidden", 1;
    /// A timer fires late.
    TimerLate = "timer late", 10;
    /// The shop changes the amount.
    AmountChanged = "amount changed", 1;
    /// The page is pressed again and again.
    Impatience = "impatient presses", 1;
    /// The shop refunds or voids.
    Closed = "refunded or voided", 1;
    /// The page does not go where it is told to go.
    StaysHere = "navigation fails", 4;
    /// The page gives no payment method.
    NoMethod = "no payment method", 5;
    /// Data collection never ends.
    CollectsForEver = "data collection never ends", 3;
    /// A time-out of the page goes unnoticed as it is put aside, and comes back.
    PutAside = "put aside and shown again", 1;
}

/// Which faults there are in a story, and how often each has happened.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    allowed: Cell<u64>,
    counts: RefCell<Vec<u64>>,
}

impl Faults {
    /// No faults at all, or about half of the kinds.
    pub(crate) fn draw(&self, chance: &mut Chance) {
        self.counts.borrow_mut().resize(Fault::ALL.len(), 0);
        let share = chance.pick(&[0, 2, 2, 3, 5]);
        for fault in Fault::ALL {
            if share > 0 && chance.one_in(share) {
                self.allowed.set(self.allowed.get() | 1 << *fault as u64);
            }
        }
    }

    /// Nothing goes wrong any more.
    pub(crate) fn heal(&self) {
        self.allowed.set(0);
    }

    pub(crate) fn allows(&self, fault: Fault) -> bool {
        self.allowed.get() & 1 << fault as u64 != 0
    }

    /// It has been done.
    pub(crate) fn count(&self, fault: Fault) {
        self.counts.borrow_mut()[fault as usize] += 1;
    }

    /// Whether it happens now.
    pub(crate) fn happens(&self, fault: Fault, chance: &mut Chance) -> bool {
        let happens = self.allows(fault) && chance.one_in(fault.rate());
        if happens {
            self.count(fault);
        }
        happens
    }

    pub(crate) fn counts(&self) -> Vec<u64> {
        self.counts.borrow().clone()
    }
}
