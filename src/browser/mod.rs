//! The driver: carries out what the flow asks for, and reports what happened. It takes no decision.

mod address;
mod api;
mod clock;
pub mod device;
mod hand_on;
mod hints;
pub mod json;
mod leaving;
mod money;
pub(crate) mod objects;
mod places;
mod popup;
mod presses;
mod storage;
mod tabs;
mod timer;
mod unseen;

pub use hand_on::{can_hand_on, copy, focus_anew, room, share};
pub use money::{duration, is_locale, money, time, two_digits};
pub use timer::Timer;

use api::{Api, Sending};
use js_sys::{Function, Promise};
use paymentsos_core::flow::{Answer, Effect, Input, Kept, Lock, Now, Press, Request, Setup, Start, View, returned};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::{AttrValue, Callback};

pub use address::{absolute, is_origin};
pub use api::asset;
pub use leaving::framed;
pub use places::Places;
pub use presses::Presses;

/// With which requests the browser sends the shop's cookies (`fetch`'s `credentials`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credentials {
    /// Never.
    Omit,
    /// To a backend on the page's own origin.
    #[default]
    SameOrigin,
    /// Always.
    Include,
}

impl Credentials {
    const fn name(self) -> &'static str {
        match self {
            Credentials::Omit => "omit",
            Credentials::SameOrigin => "same-origin",
            Credentials::Include => "include",
        }
    }
}

/// How the backend is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// The base address of the Merchant API.
    pub backend: AttrValue,
    /// Sent as `Authorization: Bearer`.
    pub client_token: Option<AttrValue>,
    /// With which requests cookies go.
    pub credentials: Credentials,
    /// Promises the response to a request, where the page has asked for the same already.
    pub early: Option<Function>,
}

/// Carries out effects for one checkout on a page.
pub struct Driver {
    report: Callback<Input>,
    access: Access,
    /// Where PaymentsOS is asked to send the shopper back to.
    merchant_site_url: String,
    places: Rc<Places>,
    /// The number of the latest press, and its payment method once the page has given it.
    method: Rc<RefCell<(u32, JsValue)>>,
    sending: Vec<(u32, Sending)>,
    alarm: Option<Timer>,
    /// The payment that is listened for, and the channel of its tabs.
    payment: String,
    channel: Option<tabs::Channel>,
    popup: Option<popup::Popup>,
    unseen: Option<unseen::Unseen>,
    /// The EMV code of the window that a challenge fits into, as of the latest press.
    challenge: &'static str,
    locks: Vec<(Lock, tabs::Lock)>,
    _hints: hints::Listeners,
}

impl Driver {
    /// A driver that reports to `report`, from now on also what the browser hints at.
    pub fn new(report: Callback<Input>, access: Access) -> Driver {
        Driver {
            _hints: hints::Listeners::new(&report),
            report,
            access,
            merchant_site_url: String::new(),
            places: Rc::default(),
            method: Rc::default(),
            sending: Vec::new(),
            alarm: None,
            payment: String::new(),
            channel: None,
            popup: None,
            unseen: None,
            challenge: device::FULL_SCREEN,
            locks: Vec::new(),
        }
    }

    /// Takes the backend's address, token or use of cookies anew.
    pub fn set_access(&mut self, access: Access) {
        self.access = access;
    }

    /// Everything that is known when a page begins: its address and what was saved.
    pub fn start(&mut self, setup: Setup, merchant_site_url: String) -> Start {
        self.merchant_site_url = merchant_site_url;
        self.popup = None;
        self.unseen = None;
        let returned = address::read();
        let kept = storage::kept(&self.access.backend);
        let saved = Start::payments(&setup, &returned, kept.as_ref())
            .into_iter()
            .filter_map(|id| Some((id.to_owned(), storage::attempt(&self.access.backend, id)?)))
            .collect();
        let can_keep = storage::can_keep();
        let (visible, online) = hints::now();
        Start { setup, returned, saved, kept, can_keep, visible, online }
    }

    /// This moment.
    pub fn now(&self) -> Now {
        clock::now()
    }

    /// The facts about an address, which is kept.
    pub fn place(&self, address: &str) -> paymentsos_core::flow::Place {
        self.places.keep(address)
    }

    /// The address kept under a number.
    pub fn address(&self, number: u32) -> Option<AttrValue> {
        self.places.address(number)
    }

    /// A press on Pay. `method` is PaymentsOS's `payment_method`, or a function that gives one or a promise of one; it is called
    /// here, inside the click. So is the window opened in which the shopper goes on, with `words` in it, where there are any.
    /// `challenge` is the EMV code of the window that a challenge fits into.
    pub fn press(&mut self, method: &JsValue, words: Option<&str>, challenge: &'static str) -> Press {
        self.challenge = challenge;
        let report = self.report.clone();
        self.popup = words.and_then(|words| popup::Popup::open(words, move || report.emit(Input::WindowClosed)));
        let mut method_of_press = self.method.borrow_mut();
        let number = method_of_press.0 + 1;
        *method_of_press = (number, JsValue::UNDEFINED);
        drop(method_of_press);
        let given = match method.dyn_ref::<Function>() {
            Some(function) => function.call0(&JsValue::UNDEFINED),
            None => Ok(method.clone()),
        };
        let promise = match given {
            Ok(value) => Promise::resolve(&value),
            Err(error) => Promise::reject(&error),
        };
        let (report, latest) = (self.report.clone(), self.method.clone());
        spawn_local(async move {
            let value = JsFuture::from(promise).await.unwrap_or_default();
            let given = value.is_object();
            let mut latest = latest.borrow_mut();
            if latest.0 == number {
                latest.1 = value;
                drop(latest);
                report.emit(Input::Method { number, given });
            }
        });
        Press { id: clock::uuid(), method: number, window: self.popup.is_some() }
    }

    /// Goes to the address kept under a number. Says whether the browser has let it.
    pub fn go(&self, number: u32) -> bool {
        self.places.address(number).is_none_or(|address| leaving::go(&address))
    }

    /// Brings the window that was opened in the press to the front.
    pub fn show_window(&self) {
        if let Some(popup) = &self.popup {
            popup.show();
        }
    }

    /// Tells the page around this frame, if it is of that origin, to take the shopper to the address kept under a number.
    pub fn tell_host(&self, origin: &str, number: u32, view: &View) {
        if let Some(address) = self.places.address(number) {
            leaving::tell_host(origin, &address, view);
        }
    }

    /// Carries out what concerns the browser alone. What concerns the page is left to the caller.
    pub fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Send(number, request) => self.send(number, request),
            Effect::Wake(delay) => {
                let report = self.report.clone();
                self.alarm = Some(Timer::new(delay, move || report.emit(Input::Woke)));
            }
            Effect::Listen(payment) => {
                self.payment = payment.clone().unwrap_or_default();
                let report = self.report.clone();
                self.channel = payment.and_then(|payment| {
                    tabs::Channel::open(&storage::key(&self.access.backend, &payment), move |input| report.emit(input))
                });
            }
            effect => self.carry_on(effect),
        }
    }

    /// What no page begins with that has nothing but a payment to be paid.
    #[inline(never)]
    fn carry_on(&mut self, effect: Effect) {
        let backend = &self.access.backend;
        match effect {
            Effect::Abort(number) => self.sending.retain(|(sent, _)| *sent != number),
            Effect::Save(payment, attempt) => storage::save(backend, &payment, &attempt),
            Effect::Forget { payment_id, attempt } => storage::forget(backend, &payment_id, &attempt),
            Effect::Keep(kept) => storage::keep(backend, Some(&kept)),
            Effect::Drop => storage::keep(backend, None::<&Kept>),
            Effect::CleanAddress(what) => address::clean(what),
            Effect::Announce | Effect::HandOver | Effect::TakeOver => {
                if let Some(channel) = &self.channel {
                    channel.say(&effect);
                }
            }
            Effect::Open(number) => {
                if let (Some(popup), Some(address)) = (&self.popup, self.places.address(number)) {
                    popup.go(&address);
                }
            }
            Effect::Close => self.popup = None,
            Effect::Collect(number) => {
                self.unseen = self.places.address(number).and_then(|address| unseen::Unseen::load(&address));
            }
            Effect::Collected => self.unseen = None,
            Effect::Leave => leaving::close(),
            Effect::Lock(lock) => self.lock(lock),
            Effect::Unlock(lock) => self.locks.retain(|(held, _)| *held != lock),
            Effect::Send(..) | Effect::Wake(_) | Effect::Listen(_) => {}
            Effect::Go(_) | Effect::Tell | Effect::Report(_) => {}
        }
    }

    fn lock(&mut self, lock: Lock) {
        let (report, backend, payment) = (self.report.clone(), self.access.backend.clone(), self.payment.clone());
        let name = storage::key(&backend, &payment) + if lock == Lock::Wait { "|wait" } else { "" };
        let granted = move || {
            let saved =
                Some(lock).filter(|lock| *lock == Lock::Create).and_then(|_| storage::attempt(&backend, &payment));
            report.emit(Input::Locked(lock, saved));
        };
        self.locks.push((lock, tabs::Lock::ask(&name, granted)));
    }

    fn send(&mut self, number: u32, request: Request) {
        // What has been answered is done with.
        self.sending.retain(|(_, sending)| !sending.is_done());
        let method = match (&request, &*self.method.borrow()) {
            (Request::Create { method, .. }, (number, given)) if number == method => given.clone(),
            _ => JsValue::UNDEFINED,
        };
        let api = Api {
            access: self.access.clone(),
            merchant_site_url: self.merchant_site_url.clone(),
            challenge: self.challenge,
        };
        let report = self.report.clone();
        let done = move |answer: Answer| report.emit(Input::Answered { request: number, answer });
        self.sending.push((number, api.send(request, method, self.places.clone(), done)));
    }
}

/// The address of the page without return parameters and fragment, which PaymentsOS is to send the shopper back to.
pub fn this_page() -> String {
    address::this_page(returned::Clean::All)
}
