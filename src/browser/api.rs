//! The Merchant API, by `fetch`.

use super::json;
use super::objects::{call, construct, member, object};
use super::{Access, Places, device};
use js_sys::{Date, Promise, encode_uri_component};
use paymentsos_core::flow::{Answer, Millis, Money, Request, Told, ToldPayment};
use paymentsos_core::from_decimal;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// How to reach the backend, as it was when a request was sent.
pub(super) struct Api {
    pub(super) access: Access,
    pub(super) merchant_site_url: String,
    pub(super) challenge: &'static str,
}

/// A request under way; dropped, it is aborted, and no answer comes.
pub(super) struct Sending {
    controller: JsValue,
    done: Rc<Cell<bool>>,
}

impl Sending {
    pub(super) fn is_done(&self) -> bool {
        self.done.get()
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if !self.done.replace(true) {
            call(&self.controller, "abort", &[]);
        }
    }
}

impl Api {
    /// Sends a request; `answer` is called once, unless it is aborted before.
    pub(super) fn send(
        self,
        request: Request,
        method: JsValue,
        places: Rc<Places>,
        answer: impl FnOnce(Answer) + 'static,
    ) -> Sending {
        let controller = construct(&js_sys::global(), "AbortController", &[]).unwrap_or_default();
        let signal = member(&controller, "signal");
        let done = Rc::new(Cell::new(false));
        let sending = Sending { controller, done: done.clone() };
        spawn_local(async move {
            let came = self.exchange(request, method, &places, signal).await;
            if !done.replace(true) {
                answer(came);
            }
        });
        sending
    }

    async fn exchange(self, request: Request, method: JsValue, places: &Places, signal: JsValue) -> Answer {
        let Some(sent) = self.prepare(&request, &method, signal) else { return Answer::NotSent };
        let early = self.access.early.as_ref().and_then(|early| early.call1(&JsValue::UNDEFINED, &sent).ok());
        let response = match early.filter(JsValue::is_object) {
            Some(early) => JsFuture::from(Promise::resolve(&early)).await.ok(),
            None => fetch(sent).await,
        };
        let Some(response) = response else { return Answer::Lost };
        let body = if is_ok(&response) { body_of(&response).await } else { JsValue::UNDEFINED };
        answer(&request, &response, &body, &method, places)
    }

    /// The request as `fetch` takes it; none where it cannot be sent: without a payment method, with one that JSON cannot hold, with a
    /// token that no header can hold, or to an address that is none.
    fn prepare(&self, request: &Request, method: &JsValue, signal: JsValue) -> Option<JsValue> {
        let (payment_id, kind, id) = match request {
            Request::Read { payment_id } => (payment_id, "", ""),
            Request::Ask { payment_id, kind, id, .. } => (payment_id, kind.path(), id.as_str()),
            Request::Create { payment_id, kind, .. } => (payment_id, kind.path(), ""),
            Request::Authenticate { payment_id, kind, id, .. } => (payment_id, kind.path(), id.as_str()),
        };
        let mut address = [self.access.backend.trim_end_matches('/'), "/payments/", &segment(payment_id)].concat();
        for part in [kind, &segment(id)] {
            if !part.is_empty() {
                address.push('/');
                address.push_str(part);
            }
        }
        let text = JsValue::from_str;
        let mut headers = vec![("Accept", text("application/json"))];
        if let Some(token) = &self.access.client_token {
            headers.push(("Authorization", text(&["Bearer ", token].concat())));
        }
        let mut body = JsValue::UNDEFINED;
        match request {
            Request::Create { attempt, .. } | Request::Authenticate { attempt, .. } => {
                if let Request::Authenticate { .. } = request {
                    address.push_str("/authentication-flows");
                }
                body = js_sys::JSON::stringify(&self.body(request, attempt, method)?).ok()?.into();
                headers.push(("Idempotency-Key", text(attempt)));
                headers.push(("Content-Type", text("application/json")));
            }
            Request::Ask { held: true, .. } => headers.push(("Prefer", text("wait=25"))),
            _ => {}
        }
        let options = object(&[
            ("method", text(if body.is_undefined() { "GET" } else { "POST" })),
            ("headers", object(&headers)),
            ("body", body),
            ("cache", text("no-store")),
            ("credentials", text(self.access.credentials.name())),
            ("signal", signal),
        ]);
        construct(&js_sys::global(), "Request", &[text(&address), options])
    }

    fn body(&self, request: &Request, attempt: &str, method: &JsValue) -> Option<JsValue> {
        let text = JsValue::from_str;
        let (mut expected, mut merchant_site_url, mut collected) = Default::default();
        if let Request::Create { expected: Money { amount, currency }, .. } = request {
            method.is_object().then_some(())?;
            expected = object(&[("amount", JsValue::from_f64(*amount as f64)), ("currency", text(currency))]);
            merchant_site_url = text(&self.merchant_site_url);
        } else if let Request::Authenticate { collected: completed, .. } = request {
            collected = text(if *completed { "Y" } else { "N" });
        }
        let internal = device::browser(&[
            ("challenge_window_size", self.challenge.into()),
            ("data_collection_completed_ind", collected),
        ]);
        Some(object(&[
            ("payment_method", method.clone()),
            ("merchant_site_url", merchant_site_url),
            ("reconciliation_id", text(attempt)),
            ("expected", expected),
            ("three_d_secure_attributes", object(&[("internal", internal)])),
        ]))
    }
}

fn answer(request: &Request, response: &JsValue, body: &JsValue, method: &JsValue, places: &Places) -> Answer {
    if !is_ok(response) {
        let Some(status) = member(response, "status").as_f64() else { return Answer::Lost };
        return Answer::Refused { status: status as u16, retry_after: retry_after(response) };
    }
    let place = &mut |address: &str| places.keep(address);
    let read = match request {
        Request::Read { .. } => json::payment(body).map(|payment| Answer::Payment(ToldPayment::new(payment, place))),
        _ => json::transaction(body).map(|transaction| Answer::Transaction {
            told: Told::new(transaction, place),
            vendor: member(method, "vendor").as_string(),
            // Byte by byte: `contains` would bring a substring search of 0.7 kB.
            held: header(response, "Preference-Applied")
                .is_some_and(|applied| applied.as_bytes().windows(4).any(|part| part == b"wait")),
        }),
    };
    read.unwrap_or(Answer::Lost)
}

/// `fetch` as the page has it: one that it has wrapped may throw, and give, whatever it likes.
async fn fetch(request: JsValue) -> Option<JsValue> {
    let promise = Promise::resolve(&call(&js_sys::global(), "fetch", &[request])?);
    JsFuture::from(promise).await.ok()
}

/// A file of the page's own, as JSON.
pub async fn asset(address: &str) -> Option<JsValue> {
    let request = construct(&js_sys::global(), "Request", &[address.into()])?;
    let response = fetch(request).await.filter(is_ok)?;
    Some(body_of(&response).await)
}

fn is_ok(response: &JsValue) -> bool {
    member(response, "ok").is_truthy()
}

fn segment(id: &str) -> String {
    encode_uri_component(id).into()
}

/// The reply's body, by the browser's own JSON parser.
async fn body_of(response: &JsValue) -> JsValue {
    match call(response, "json", &[]) {
        Some(body) => JsFuture::from(Promise::resolve(&body)).await.unwrap_or_default(),
        None => JsValue::UNDEFINED,
    }
}

fn header(response: &JsValue, name: &str) -> Option<String> {
    call(&member(response, "headers"), "get", &[name.into()])?.as_string()
}

/// `Retry-After` (RFC 9110): seconds, or a date.
fn retry_after(response: &JsValue) -> Option<Millis> {
    let text = header(response, "Retry-After")?;
    match from_decimal(text.trim_ascii()) {
        Some(seconds) => Some(seconds.min(Millis::MAX / 1000) * 1000),
        None => Some(Date::parse(&text) - Date::now()).filter(|left| *left > 0.0).map(|left| left as Millis),
    }
}
