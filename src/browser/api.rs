//! The Merchant API, by `fetch`.

use super::json;
use super::objects::{member, object};
use super::{Access, Credentials, Places, device};
use js_sys::{Date, Function, Promise, encode_uri_component};
use paymentsos_core::flow::{Answer, Millis, Request, Told, ToldPayment};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, RequestCache, RequestCredentials, RequestInit, Response};

/// How to reach the backend, as it was when a request was sent.
pub(super) struct Api {
    pub(super) access: Access,
    pub(super) merchant_site_url: String,
}

/// A request under way; dropped, it is aborted, and no answer comes.
pub(super) struct Sending {
    controller: Option<AbortController>,
    done: Rc<Cell<bool>>,
}

impl Sending {
    pub(super) fn is_done(&self) -> bool {
        self.done.get()
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Some(controller) = self.controller.take().filter(|_| !self.done.replace(true)) {
            controller.abort();
        }
    }
}

impl Api {
    /// Sends a request; `answer` is called once, unless it is aborted before.
    pub(super) fn send(
        self,
        request: Request,
        method: Option<Promise>,
        places: Rc<Places>,
        answer: impl FnOnce(Answer) + 'static,
    ) -> Sending {
        let controller = AbortController::new().ok();
        let signal = controller.as_ref().map(AbortController::signal);
        let done = Rc::new(Cell::new(false));
        let sending = Sending { controller, done: done.clone() };
        spawn_local(async move {
            let came = self.exchange(request, method, &places, signal.as_ref()).await;
            if !done.replace(true) {
                answer(came);
            }
        });
        sending
    }

    async fn exchange(
        &self,
        request: Request,
        method: Option<Promise>,
        places: &Places,
        signal: Option<&web_sys::AbortSignal>,
    ) -> Answer {
        let (path, body, key, held) = match request {
            Request::Read { payment_id } => (segment(&payment_id), None, None, false),
            Request::Ask { payment_id, kind, id, held } => {
                ([&segment(&payment_id), "/", kind.path(), "/", &segment(&id)].concat(), None, None, held)
            }
            Request::Create { payment_id, kind, attempt, expected, .. } => {
                let Some(method) = payment_method(method).await else { return Answer::NotSent };
                let body = object(&[
                    ("payment_method", method.clone()),
                    ("merchant_site_url", self.merchant_site_url.as_str().into()),
                    ("reconciliation_id", attempt.as_str().into()),
                    (
                        "expected",
                        object(&[
                            ("amount", JsValue::from_f64(expected.amount as f64)),
                            ("currency", expected.currency.into()),
                        ]),
                    ),
                    ("three_d_secure_attributes", object(&[("internal", device::browser())])),
                ]);
                ([&segment(&payment_id), "/", kind.path()].concat(), Some((body, method)), Some(attempt), false)
            }
        };
        let is_read = !path.contains('/');
        let address = [self.access.backend.trim_end_matches('/'), "/payments/", &path].concat();
        let options = RequestInit::new();
        options.set_method(if body.is_some() { "POST" } else { "GET" });
        options.set_cache(RequestCache::NoStore);
        options.set_credentials(match self.access.credentials {
            Credentials::Omit => RequestCredentials::Omit,
            Credentials::SameOrigin => RequestCredentials::SameOrigin,
            Credentials::Include => RequestCredentials::Include,
        });
        options.set_signal(signal);
        let mut headers = vec![("Accept", "application/json".into())];
        if let Some(token) = &self.access.client_token {
            headers.push(("Authorization", ["Bearer ", token].concat().into()));
        }
        if let Some(key) = key {
            headers.push(("Idempotency-Key", key.into()));
        }
        if held {
            headers.push(("Prefer", "wait=25".into()));
        }
        let mut vendor = None;
        if let Some((body, method)) = body {
            vendor = member(&method, "vendor").as_string();
            // A payment method that refers to itself, or holds a BigInt, cannot be sent.
            let Ok(text) = js_sys::JSON::stringify(&body) else { return Answer::NotSent };
            options.set_body(&text);
            headers.push(("Content-Type", "application/json".into()));
        }
        options.set_headers(&object(&headers));
        // A token that no header can hold, or an address that is none.
        let Ok(request) = web_sys::Request::new_with_str_and_init(&address, &options) else { return Answer::NotSent };
        let Some(response) = fetch(&request).await else { return Answer::Lost };
        if !response.ok() {
            return Answer::Refused { status: response.status(), retry_after: retry_after(&response) };
        }
        let held = header(&response, "Preference-Applied").is_some_and(|applied| applied.contains("wait"));
        let place = &mut |address: &str| places.keep(address);
        let Some(body) = body_of(response).await else { return Answer::Lost };
        let read = match is_read {
            true => json::payment(&body).map(|payment| Answer::Payment(ToldPayment::new(payment, place))),
            false => json::transaction(&body).map(|transaction| Answer::Transaction {
                told: Told::new(transaction, place),
                vendor,
                held,
            }),
        };
        read.unwrap_or(Answer::Lost)
    }
}

/// `fetch` as the page has it: one that it has wrapped may throw, and give, whatever it likes.
async fn fetch(request: &web_sys::Request) -> Option<Response> {
    let window = web_sys::window()?;
    let fetch: Function = member(&window, "fetch").dyn_into().ok()?;
    let promise = Promise::resolve(&fetch.call1(&window, request).ok()?);
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

/// The payment method, once the page has given it: an object.
async fn payment_method(method: Option<Promise>) -> Option<JsValue> {
    JsFuture::from(method?).await.ok().filter(JsValue::is_object)
}

fn segment(id: &str) -> String {
    encode_uri_component(id).into()
}

/// The reply's body, by the browser's own JSON parser.
async fn body_of(response: Response) -> Option<JsValue> {
    JsFuture::from(response.json().ok()?).await.ok()
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok()?
}

/// `Retry-After` (RFC 9110): seconds, or a date.
fn retry_after(response: &Response) -> Option<Millis> {
    let text = header(response, "Retry-After")?;
    match text.trim().parse::<Millis>() {
        Ok(seconds) => Some(seconds.saturating_mul(1000)),
        Err(_) => Some(Date::parse(&text) - Date::now()).filter(|left| *left > 0.0).map(|left| left as Millis),
    }
}
