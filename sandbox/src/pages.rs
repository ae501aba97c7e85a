//! What the shopper sees: the issuer's page and the hosted payment page. Plain forms, no script; nothing from outside is HTML.

use crate::app::App;
use crate::clock;
use crate::lock;
use crate::log::{Entry, What};
use crate::money;
use crate::provider::{Destination, Page};
use crate::resources;
use crate::store::{Operation, Payment, Press, Redirection, Store, Transaction};
use crate::way_back::way_back;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;
use url::{Url, form_urlencoded};

const STYLE: &str = include_str!("../pages/pages.css");
const LAYOUT: &str = include_str!("../pages/layout.html");

/// The issuer's page and the hosted one, each at its own address, and their style sheet.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/3ds/{redirection}", get(show_issuer).post(press_issuer))
        .route("/pay/{redirection}", get(show_hosted).post(press_hosted))
        .route("/pages.css", get(style))
}

async fn style() -> Response {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
    (headers, STYLE).into_response()
}

async fn show_issuer(State(app): State<App>, Path(id): Path<String>) -> Response {
    show(&app, &id, Page::Issuer, StatusCode::OK)
}

async fn show_hosted(State(app): State<App>, Path(id): Path<String>) -> Response {
    show(&app, &id, Page::Hosted, StatusCode::OK)
}

async fn press_issuer(State(app): State<App>, Path(id): Path<String>, body: Bytes) -> Response {
    press(&app, &id, Page::Issuer, &body).await
}

async fn press_hosted(State(app): State<App>, Path(id): Path<String>, body: Bytes) -> Response {
    press(&app, &id, Page::Hosted, &body).await
}

/// The redirection, if this is its page.
fn find<'a>(store: &'a Store, id: &str, page: Page) -> Option<(&'a Payment, &'a Transaction, &'a Redirection)> {
    store.redirection(id).filter(|(.., redirection)| redirection.destination == Destination::Page(page))
}

/// The page: with its buttons while it is open, then with the way back.
fn show(app: &App, id: &str, page: Page, status: StatusCode) -> Response {
    let store = lock(&app.store);
    let Some((payment, transaction, redirection)) = find(&store, id, page) else {
        drop(store);
        log(app, "GET", id, page, None, StatusCode::NOT_FOUND);
        return unknown(page);
    };
    let visit = Visit { app, page, payment, transaction, redirection };
    let open = redirection.press.is_none() && !transaction.outcome.status.is_final();
    let content = if open { visit.question() } else { visit.finished() };
    let response = html(page, status, visit.title(), &content, visit.way_back(), visit.framing());
    log(app, if status == StatusCode::OK { "GET" } else { "POST" }, id, page, Some((payment, transaction)), status);
    response
}

/// The press of a button. Only the first one counts; any later one leads back to the shop all the same.
async fn press(app: &App, id: &str, page: Page, body: &Bytes) -> Response {
    let outcome = form_urlencoded::parse(body).find(|(name, _)| name == "outcome");
    let Some(press) = outcome.and_then(|(_, value)| Press::from_value(&value)) else {
        return show(app, id, page, StatusCode::BAD_REQUEST);
    };
    if find(&lock(&app.store), id, page).is_some() {
        let told = app.press(id, press);
        app.let_arrive(told).await;
    }
    let store = lock(&app.store);
    let Some((payment, transaction, redirection)) = find(&store, id, page) else {
        drop(store);
        log(app, "POST", id, page, None, StatusCode::NOT_FOUND);
        return unknown(page);
    };
    let visit = Visit { app, page, payment, transaction, redirection };
    let location = visit.way_back().and_then(|url| HeaderValue::try_from(String::from(url)).ok());
    let response = match location {
        Some(location) => {
            let headers = [(LOCATION, location), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        None => html(page, StatusCode::OK, visit.title(), &visit.finished(), None, visit.framing()),
    };
    log(app, "POST", id, page, Some((payment, transaction)), response.status());
    response
}

fn log(app: &App, method: &str, id: &str, page: Page, of: Option<(&Payment, &Transaction)>, status: StatusCode) {
    let about = of.map(|(payment, transaction)| resources::about(payment, transaction)).unwrap_or_default();
    let path = format!("/{}/{id}", page.folder());
    app.log.add(Entry::new(What::Page, method, &path, about, Some(status.as_u16())));
}

/// Whether a page of any origin may show this one in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Allowed,
    Refused,
}

/// A shopper before a page.
struct Visit<'a> {
    app: &'a App,
    page: Page,
    payment: &'a Payment,
    transaction: &'a Transaction,
    redirection: &'a Redirection,
}

impl Visit<'_> {
    fn title(&self) -> &'static str {
        match self.page {
            Page::Issuer => "Confirm your payment",
            Page::Hosted => "Pay securely",
        }
    }

    /// Who is paid: the name on the statement, else the host of the shop.
    fn merchant(&self) -> String {
        let named = self.payment.details.get("statement_soft_descriptor").and_then(Value::as_str);
        named.map(str::to_owned).unwrap_or_else(|| {
            let url = Url::parse(&self.redirection.merchant_site_url).ok();
            let host = url.as_ref().and_then(Url::host_str);
            host.unwrap_or(&self.app.config.app_id).to_owned()
        })
    }

    fn amount(&self) -> String {
        format!("{} {}", money::decimal(self.transaction.amount, &self.payment.currency), self.payment.currency)
    }

    fn facts(&self) -> String {
        let order = self.payment.details.get("order").and_then(|order| order["id"].as_str());
        let method = self.transaction.payment_method.as_ref();
        let field = |name: &str| method.and_then(|method| method[name].as_str());
        let with = match (field("vendor"), field("last_4_digits")) {
            (vendor, Some(digits)) => Some(format!("{} •••• {digits}", vendor.unwrap_or("Card"))),
            (vendor, None) => vendor.or(field("source_type")).map(str::to_owned),
        };
        let when = clock::iso(self.transaction.created);
        let day = when.split_once('T').map_or(when.as_str(), |(day, _)| day).to_owned();
        [
            ("Merchant", Some(self.merchant())),
            ("Order", order.map(str::to_owned)),
            ("Paying with", with),
            ("Date", Some(day)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some(format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", escape(&value?))))
        .collect()
    }

    fn question(&self) -> String {
        let (heading, intro, labels) = match self.page {
            Page::Issuer => (
                "Is this you?",
                "Your bank wants to be sure that it is you who pays. Nothing is paid before you confirm.",
                ["Confirm payment", "Refuse", "Cancel and go back", "Confirm", "Refuse", "Leave it open"],
            ),
            Page::Hosted => (
                "Complete your payment",
                "You are paying on our secure page. The shop never sees your payment details.",
                ["Pay now", "Decline", "Cancel and go back", "Pay", "Decline", "Leave it open"],
            ),
        };
        let verb = match self.transaction.operation {
            Operation::Authorization => "To be reserved",
            _ => "To pay",
        };
        let [succeed, fail, cancel, late_succeed, late_fail, never] = labels;
        format!(
            "<h1>{heading}</h1>\n<p class=\"intro\">{intro}</p>\n\
             <p class=\"amount\"><span>{verb}</span> <strong>{amount}</strong></p>\n<dl>\n{facts}</dl>\n\
             <form method=\"post\">\n\
             <button class=\"primary\" name=\"outcome\" value=\"succeed\">{succeed}</button>\n\
             <div class=\"pair\">\n\
             <button name=\"outcome\" value=\"fail\">{fail}</button>\n\
             <button name=\"outcome\" value=\"cancel\">{cancel}</button>\n\
             </div>\n\
             <fieldset>\n<legend>Or let the answer come after you are back</legend>\n\
             <button name=\"outcome\" value=\"late-succeed\">{late_succeed}<small>seconds later</small></button>\n\
             <button name=\"outcome\" value=\"late-fail\">{late_fail}<small>seconds later</small></button>\n\
             <button name=\"outcome\" value=\"never\">{never}<small>no answer at all</small></button>\n\
             </fieldset>\n</form>",
            amount = escape(&self.amount()),
            facts = self.facts(),
        )
    }

    fn finished(&self) -> String {
        let (heading, text) = match self.transaction.outcome.status.as_str() {
            "Succeed" => ("All done", "This payment is confirmed."),
            "Failed" => ("This payment did not go through", "Nothing was paid here. You can go back to the shop."),
            _ => ("Thank you", "Your answer was taken. The final result may take a while."),
        };
        let link = self.way_back().map(|url| {
            format!(
                "<p><a class=\"primary\" href=\"{}\" rel=\"noreferrer\">Back to the shop</a></p>",
                escape(url.as_str())
            )
        });
        format!(
            "<h1>{heading}</h1>\n<p class=\"intro\">{text}</p>\n\
             <p class=\"amount\"><span>Amount</span> <strong>{amount}</strong></p>\n<dl>\n{facts}</dl>\n{link}",
            amount = escape(&self.amount()),
            facts = self.facts(),
            link = link.unwrap_or_else(|| "<p>You can close this page.</p>".to_owned()),
        )
    }

    fn framing(&self) -> Framing {
        match self.redirection.iframe_allowed && !lock(&self.app.faults).refuse_framing {
            true => Framing::Allowed,
            false => Framing::Refused,
        }
    }

    fn way_back(&self) -> Option<Url> {
        let faults = lock(&self.app.faults).back.clone();
        way_back(&faults, self.payment, self.transaction, self.redirection)
    }
}

fn unknown(page: Page) -> Response {
    let content = "<h1>There is nothing to pay here</h1>\n<p class=\"intro\">This link is not valid, or no longer.</p>";
    html(page, StatusCode::NOT_FOUND, "Not found", content, None, Framing::Refused)
}

fn html(page: Page, status: StatusCode, title: &str, content: &str, back: Option<Url>, framing: Framing) -> Response {
    // A bank's columns, and a padlock.
    let (class, name, label, mark) = match page {
        Page::Issuer => {
            let mark = "M12 2 3 7v2h18V7zM5 11v7h3v-7zm5.5 0v7h3v-7zM16 11v7h3v-7zM3 20v2h18v-2z";
            ("issuer", "Example Bank", "Card verification", mark)
        }
        Page::Hosted => {
            let mark = "M4 10h16v12H4zM7 10V7a5 5 0 0 1 10 0v3h-2.5V7a2.5 2.5 0 0 0-5 0v3z";
            ("hosted", "PayPage", "Hosted payment page", mark)
        }
    };
    let body = [("{class}", class), ("{name}", name), ("{label}", label), ("{mark}", mark), ("{title}", title)]
        .into_iter()
        // Last, as it holds what merchants wrote.
        .chain([("{content}", content)])
        .fold(LAYOUT.to_owned(), |page, (place, text)| page.replace(place, text));
    // `form-action` also holds for where the reply to a form redirects to: the shop, wherever it is, or an app's own scheme.
    let scheme = back.map_or_else(String::new, |url| format!(" {}:", url.scheme()));
    let framed_by = if framing == Framing::Refused { "; frame-ancestors 'none'" } else { "" };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action *{scheme}; base-uri 'none'{framed_by}"
    );
    let headers = [
        (CONTENT_SECURITY_POLICY, policy.as_str()),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let mut response = (status, headers, Html(body)).into_response();
    if framing == Framing::Refused {
        // For browsers that do not know `frame-ancestors`.
        response.headers_mut().insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    response
}

fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, letter| {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn writes_nothing_as_html() {
        assert_eq!(escape(r#"<b a="1">'&"#), "&lt;b a=&quot;1&quot;&gt;&#39;&amp;");
    }
}
