//! The contract: what a backend offers the component, as OpenAPI 3.1 and as a page. The shapes are made from the types that are
//! replied with; which problems a call may end with stands here, and what is served is held against it.

mod page;
mod requests;

pub(crate) use requests::{BrowserAttributes, CollectionAttributes, PaymentMethodRequest};

use crate::api::OperationRequest;
use crate::authentication::AuthenticationRequest;
use crate::create_body::CreateRequest;
use crate::problem::{Details, Type};
use crate::store::OperationKind;
use paymentsos_core::paymentsos::{Kind, Payment, Transaction};
use utoipa::openapi::path::PathItem;
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HeaderBuilder, HttpMethod, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder,
    PathsBuilder, Ref, Required, ResponseBuilder, SchemaFormat, schema,
};
use utoipa::{PartialSchema, ToSchema};

/// The contract as OpenAPI 3.1, in JSON.
pub fn contract() -> String {
    // Its parts are maps of texts.
    document().to_pretty_json().unwrap_or_default() + "\n"
}

/// The contract as a page for people, in Markdown.
pub fn contract_page() -> String {
    page::write(&serde_json::to_value(document()).unwrap_or_default())
}

const COOKIE: &str = "session";
const TOKEN: &str = "client-token";
const SYSTEM: &str = "system-key";

const ABOUT: &str = "What a backend offers the checkout component. The shapes are PaymentsOS's own, so that there is little to map; \
    the component ignores what it does not know. Every reply says `Cache-Control: no-store`. Errors are problems (RFC 9457), or \
    PaymentsOS's `{category, description, more_info}`.\n\nThe backend guards: a payment that has a transaction that is not `Failed` \
    takes no other one, also when two requests arrive at once, and PaymentsOS is not asked for it; what came of a request whose reply got lost is found before anything \
    else is done. It builds PaymentsOS's body from an allow-list. The amount is its own.\n\nIt is for the shop's own pages. A POST of \
    another origin's page is refused (`403`), and no reply says `Access-Control-Allow-Origin` with `*` or with an origin that is none of \
    the shop's. Where its pages are at another origin than the backend, the replies to them say `Access-Control-Allow-Origin` with that \
    origin, `Access-Control-Allow-Credentials: true`, `Access-Control-Expose-Headers: Preference-Applied, Retry-After` and \
    `Vary: Origin`; those to a preflight (`OPTIONS`) also `Access-Control-Allow-Headers: Content-Type, Idempotency-Key, Prefer`, with \
    `Authorization` where there are client tokens.";

/// By what a POST of another origin's page is known.
const ORIGIN: &str = "Refused with `403` where a page of another origin sends it: where `Origin` is none of the shop's, `null` included, and, \
    where there is no `Origin`, if `Sec-Fetch-Site` says `cross-site`. What says neither is no browser's.";

/// What any request may end with.
const ANY: [Type; 3] = [Type::NotFound, Type::TooMany, Type::Internal];
/// What any request for PaymentsOS's word may end with.
const UPSTREAM: [Type; 3] = [Type::Unavailable, Type::Busy, Type::TimedOut];
/// What any POST may end with.
const POST: [Type; 11] = [
    Type::Json,
    Type::Body,
    Type::IdempotencyKey,
    Type::ReconciliationId,
    Type::NoSession,
    Type::AnotherSession,
    Type::Origin,
    Type::TooLarge,
    Type::NotJson,
    Type::Kind,
    Type::Refused,
];

pub(crate) fn document() -> OpenApi {
    let mut paths =
        PathsBuilder::new().path("/api/payments/{payment_id}", PathItem::new(HttpMethod::Get, read_payment()));
    for kind in Kind::ALL {
        let at = format!("/api/payments/{{payment_id}}/{}", kind.path());
        paths = paths
            .path(&at, PathItem::new(HttpMethod::Post, create(kind)))
            .path(format!("{at}/{{id}}"), PathItem::new(HttpMethod::Get, read_transaction(kind)))
            .path(format!("{at}/{{id}}/authentication-flows"), PathItem::new(HttpMethod::Post, go_on(kind)));
    }
    for kind in OperationKind::ALL {
        let at = format!("/systems/payments/{{payment_id}}/{}", kind.path());
        paths = paths.path(at, PathItem::new(HttpMethod::Post, operate(kind)));
    }
    let cookie = ApiKeyValue::with_description(
        "shop_session",
        "The merchant's session; the cookie's name is the backend's affair.",
    );
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "The element's `client-token`: made for one payment, it stands for the session where cookies do not go.",
        ))
        .build();
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("One of `SHOP_SYSTEM_KEYS`: for the shop's own systems, never for a page."))
        .build();
    let mut schemas = vec![
        (OperationRequest::name().into_owned(), OperationRequest::schema()),
        (Payment::name().into_owned(), Payment::schema()),
        (Transaction::name().into_owned(), Transaction::schema()),
        (CreateRequest::name().into_owned(), CreateRequest::schema()),
        (AuthenticationRequest::name().into_owned(), AuthenticationRequest::schema()),
        (Details::name().into_owned(), Details::schema()),
    ];
    Payment::schemas(&mut schemas);
    CreateRequest::schemas(&mut schemas);
    AuthenticationRequest::schemas(&mut schemas);
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme(COOKIE, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))
        .security_scheme(TOKEN, SecurityScheme::Http(token))
        .security_scheme(SYSTEM, SecurityScheme::Http(key))
        .build();
    let info =
        InfoBuilder::new().title("Merchant API").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT)).build();
    OpenApiBuilder::new().info(info).paths(paths.build()).components(Some(components)).build()
}

fn read_payment() -> Operation {
    let problems = [&ANY[..], &UPSTREAM, &[Type::NoSession, Type::AnotherSession]].concat();
    answering(for_session(OperationBuilder::new()), &problems)
        .operation_id(Some("readPayment"))
        .summary(Some("The payment, as PaymentsOS has it now"))
        .description(Some(
            "With all its transactions: a payment without `related_resources` says nothing about them. Only for the session that the order \
             was made in.",
        ))
        .parameter(id("payment_id", "The payment's id."))
        .response("200", json_reply::<Payment>("The payment."))
        .build()
}

fn create(kind: Kind) -> Operation {
    let own = [
        Type::PaymentHasTransaction,
        Type::Conflict,
        Type::AmountDiffers,
        Type::KeyOfAnother,
        Type::ExpectedMissing,
        Type::PaymentMethod,
        Type::MerchantSiteUrl,
    ];
    let name = kind.name();
    answering(for_session(OperationBuilder::new()), &[&ANY[..], &UPSTREAM, &POST, &own].concat())
        .operation_id(Some(match kind {
            Kind::Charge => "createCharge",
            Kind::Authorization => "createAuthorization",
        }))
        .summary(Some(format!("Makes {} {name}, once", article(kind))))
        .description(Some(format!(
            "A repeat under the same key is replied to with the original, as it stands then. After anything but a 2xx, what came of it is \
             unknown, unless the problem says otherwise: repeat it with the same key.\n\n{ORIGIN}",
        )))
        .parameter(id("payment_id", "The payment's id."))
        .parameter(key())
        .request_body(Some(json_body::<CreateRequest>()))
        .response("201", json_reply::<Transaction>(&format!("The {name}, final or pending; where the shopper must go, with a `redirection`.")))
        .build()
}

fn read_transaction(kind: Kind) -> Operation {
    let applied = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(schema::Type::String)))
        .description(Some("`wait=` and the seconds, where the answer could be held."))
        .build();
    let prefer = ParameterBuilder::new()
        .name("Prefer")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "`wait=25` (RFC 7240): hold the answer until the status changes, for so many seconds at most.",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(schema::Type::String).examples(["wait=25"])));
    let reply = json_reply::<Transaction>(
        "The transaction. A stranger who knows both ids sees `id`, `result.status`, `amount` and `currency`.",
    );
    answering(OperationBuilder::new(), &[&ANY[..], &UPSTREAM].concat())
        .securities(Some([SecurityRequirement::default(), session(), token()]))
        .operation_id(Some(match kind {
            Kind::Charge => "readCharge",
            Kind::Authorization => "readAuthorization",
        }))
        .summary(Some(format!("The {}, as it is now", kind.name())))
        .description(Some(
            "Asked until the status is `Succeed` or `Failed`. A backend that cannot hold an answer ignores `Prefer`.",
        ))
        .parameter(id("payment_id", "The payment's id."))
        .parameter(id("id", "The transaction's id."))
        .parameter(prefer)
        .response("200", reply.header("Preference-Applied", applied))
        .build()
}

fn go_on(kind: Kind) -> Operation {
    let own = [Type::Conflict, Type::AnotherAttempt, Type::DataCollection];
    answering(for_session(OperationBuilder::new()), &[&ANY[..], &UPSTREAM, &POST, &own].concat())
        .operation_id(Some(match kind {
            Kind::Charge => "authenticateCharge",
            Kind::Authorization => "authenticateAuthorization",
        }))
        .summary(Some(format!("Goes on with the 3-D Secure of {} {}", article(kind), kind.name())))
        .description(Some(format!(
            "Only for merchants who handle 3-D Secure themselves: once the issuer has collected its data, or was waited for long \
             enough.\n\n{ORIGIN}",
        )))
        .parameter(id("payment_id", "The payment's id."))
        .parameter(id("id", "The transaction's id."))
        .parameter(key())
        .request_body(Some(json_body::<AuthenticationRequest>()))
        .response("200", json_reply::<Transaction>("The transaction, as it is then: final, or with a challenge to go to."))
        .build()
}

fn operate(kind: OperationKind) -> Operation {
    let own = [
        Type::Json,
        Type::Body,
        Type::IdempotencyKey,
        Type::NoKey,
        Type::PaymentHasOperation,
        Type::NotAuthorized,
        Type::TooLarge,
        Type::NotJson,
        Type::KeyOfAnother,
        Type::Amount,
        Type::Refused,
    ];
    let (id_, summary) = match kind {
        OperationKind::Capture => ("capture", "Captures an authorization, or a part of it, once"),
        OperationKind::Void => ("void", "Voids an authorization, once"),
    };
    answering(OperationBuilder::new(), &[&ANY[..], &UPSTREAM, &own].concat())
        .securities(Some([SecurityRequirement::new(SYSTEM, [""; 0])]))
        .operation_id(Some(id_))
        .summary(Some(summary))
        .description(Some(
            "For the shop's own systems; not a part of what the component asks for. A repeat under the same key is replied to with what \
             became of it. While it is pending, it is followed, and the end is told by the hook.",
        ))
        .parameter(id("payment_id", "The payment's id."))
        .parameter(key_of("A UUID of the system's own, a new one for each operation; which is also the `reconciliation_id`."))
        .request_body(Some(json_body::<OperationRequest>()))
        .response("201", json_reply::<Transaction>(&format!("The {}, final or pending.", kind.name())))
        .build()
}

const fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::Charge => "a",
        Kind::Authorization => "an",
    }
}

fn session() -> SecurityRequirement {
    SecurityRequirement::new(COOKIE, [""; 0])
}

fn token() -> SecurityRequirement {
    SecurityRequirement::new(TOKEN, [""; 0])
}

fn for_session(operation: OperationBuilder) -> OperationBuilder {
    operation.securities(Some([session(), token()]))
}

/// With a reply for each status that its problems have.
fn answering(mut operation: OperationBuilder, problems: &[Type]) -> OperationBuilder {
    let mut statuses: Vec<_> = problems.iter().map(|sort| sort.status()).collect();
    statuses.sort();
    statuses.dedup();
    for status in statuses {
        let here = problems.iter().filter(|sort| sort.status() == status);
        let meanings =
            here.map(|sort| format!("`{}`: {}", sort.uri(), sort.meaning())).collect::<Vec<_>>().join("\n\n");
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Details::name()))).build();
        let mut reply = ResponseBuilder::new().description(meanings).content("application/problem+json", content);
        if problems.iter().any(|sort| sort.status() == status && matches!(sort, Type::Busy | Type::TooMany)) {
            let seconds = ObjectBuilder::new().schema_type(schema::Type::Integer);
            let header =
                HeaderBuilder::new().schema(Some(seconds)).description(Some("Seconds until it is worth asking again."));
            reply = reply.header("Retry-After", header.build());
        }
        operation = operation.response(status.as_str(), reply.build());
    }
    operation
}

fn uuid() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(schema::Type::String).format(Some(SchemaFormat::Custom("uuid".to_owned())))
}

fn id(name: &str, about: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(about))
        .schema(Some(uuid()))
        .build()
}

fn key() -> Parameter {
    key_of("The attempt's id, which is also its `reconciliation_id`.")
}

fn key_of(about: &str) -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some(about))
        .schema(Some(uuid()))
        .build()
}

fn json_body<T: ToSchema>() -> utoipa::openapi::request_body::RequestBody {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(T::name()))).build();
    RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True)).build()
}

fn json_reply<T: ToSchema>(about: &str) -> ResponseBuilder {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(T::name()))).build();
    let kept_nowhere = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(schema::Type::String).enum_values(Some(["no-store"]))))
        .build();
    ResponseBuilder::new().description(about).content("application/json", content).header("Cache-Control", kept_nowhere)
}
