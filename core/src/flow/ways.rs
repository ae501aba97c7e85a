//! How the shopper gets to the bank, and back: by this page, by a window or a frame of their own, or by a link.

use super::{Effect, Flow, Millis, Now, Presentation, State, schedule};
use crate::codes::Code;
use crate::paymentsos::Transaction;

/// How long after leaving began a link is shown, in milliseconds: the page should have gone by then, and a window or frame be there.
pub const WATCHDOG: Millis = 4_000;

/// By what the shopper goes there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Way {
    /// This page.
    #[default]
    Page,
    /// The window that was opened in the press.
    Popup,
    /// A frame in this page.
    Frame,
}

/// The window that was opened in the press.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Window {
    #[default]
    None,
    Open,
    /// By the shopper, as far as one can tell.
    Closed,
}

impl Flow {
    /// Takes the shopper on: to their bank, or to a link shown here. Where there is nowhere to go, the status is asked for.
    pub(super) fn leave(&mut self, now: Now) {
        if self.may_collect() {
            return self.collect(now);
        }
        let way = self.way();
        let Some(watched) = &mut self.watched else { return };
        watched.begun = now.steady;
        watched.next = Some(now.steady + schedule::pause(0, now.chance));
        match (watched.place, way) {
            (Some(_), _) if self.attempt.as_ref().is_some_and(|attempt| attempt.link) => self.state = State::Link,
            (Some(place), Some(way)) => {
                self.state = State::Redirecting { way, place, watchdog: Some(now.steady + WATCHDOG) };
                match way {
                    Way::Page => {
                        // Asked only if the page stays.
                        watched.next = None;
                        self.effect(Effect::Go(place));
                    }
                    Way::Popup => self.effect(Effect::Open(place)),
                    Way::Frame => {}
                }
            }
            // The shopper has to go somewhere and cannot: nothing more will come of it here.
            (None, _) if watched.refused => self.processing(Some(Code::RedirectionRefused)),
            // Who has closed the window meanwhile is not taken anywhere; there is a link.
            _ => self.state = State::Confirming { leave: false },
        }
    }

    fn way(&self) -> Option<Way> {
        let may_be_framed = |transaction: &Transaction| {
            transaction.provider_specific_data.as_ref().is_some_and(|data| data.iframe_allowed)
        };
        match (self.setup.as_ref().map(|setup| setup.presentation), self.window) {
            (Some(Presentation::Popup), Window::Open) => Some(Way::Popup),
            (Some(Presentation::Popup), Window::Closed) => None,
            (Some(Presentation::Iframe), _) => {
                let told = self.watched.as_ref().and_then(|watched| watched.told.as_ref());
                Some(if told.is_some_and(|told| may_be_framed(&told.transaction)) { Way::Frame } else { Way::Page })
            }
            _ => Some(Way::Page),
        }
    }

    /// The window seems to be closed. Pages that cut themselves off from their openers look so too, so asking goes on.
    pub(super) fn window_closed(&mut self, now: Now) {
        self.close_window();
        self.window = Window::Closed;
        if let State::Redirecting { way: Way::Popup, .. } = self.state {
            self.state = State::Confirming { leave: false };
            self.ask_now(now);
        }
    }

    /// The shopper has come back to the shop's page, in the window or the frame.
    pub(super) fn handed_over(&mut self, now: Now) {
        match self.state {
            State::Collecting { .. } => self.have_collected(true, now),
            State::Redirecting { way: Way::Popup | Way::Frame, .. } => {}
            State::Confirming { .. } | State::Processing(_) if self.window == Window::Open => {}
            _ => return,
        }
        self.effect(Effect::TakeOver);
        if self.authentication.is_none() {
            self.returned();
            self.close_window();
            if let State::Redirecting { .. } = self.state {
                self.state = State::Confirming { leave: false };
            }
            self.look_again(now);
        }
    }

    /// The window is closed once nothing is left to do in it.
    pub(super) fn settle_window(&mut self) {
        let has_use = matches!(
            self.state,
            State::Creating(_)
                | State::Redirecting { .. }
                | State::Collecting { .. }
                | State::Confirming { .. }
                | State::Processing(_)
        );
        if !has_use {
            self.close_window();
        }
    }

    fn close_window(&mut self) {
        if self.window == Window::Open {
            self.window = Window::None;
            self.effect(Effect::Close);
        }
    }
}
