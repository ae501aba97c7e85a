//! PaymentsOS's own JSON shapes, as far as a checkout needs them.
//!
//! They are also the shapes of the Merchant API, which hands PaymentsOS's replies on with just these fields. Whatever else a
//! reply holds is ignored, a word that is not known is kept as it came, and a field of an unexpected form reads as absent, so that
//! a reply is only unreadable where it has no `id` or no `result.status`.

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// The two ways of asking for money: a charge takes it, an authorization reserves it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Authorization and capture in one: the shopper has paid when it succeeds.
    #[default]
    Charge,
    /// The amount is reserved, to be captured later.
    Authorization,
}

impl Kind {
    /// Both kinds, charges first.
    pub const ALL: [Kind; 2] = [Kind::Charge, Kind::Authorization];

    /// The word used for it in attributes, events and the saved attempt: `charge` or `authorization`.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Charge => "charge",
            Kind::Authorization => "authorization",
        }
    }

    /// The kind of that name, if it is one.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its segment in the addresses of both APIs: `charges` or `authorizations`.
    pub const fn path(self) -> &'static str {
        match self {
            Kind::Charge => "charges",
            Kind::Authorization => "authorizations",
        }
    }

    /// The parameter that PaymentsOS adds to `merchant_site_url`: `charge_id` or `authorization_id`.
    pub const fn return_parameter(self) -> &'static str {
        match self {
            Kind::Charge => "charge_id",
            Kind::Authorization => "authorization_id",
        }
    }
}

/// Writes an enum of PaymentsOS's words that keeps the words it does not know.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])+ $variant:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[doc = $doc])+ $variant,)+
            /// A word that PaymentsOS has not documented, as it came.
            Other(String),
        }

        impl $name {
            /// PaymentsOS's word for it.
            pub fn as_str(&self) -> &str {
                match self {
                    $($name::$variant => stringify!($variant),)+
                    $name::Other(word) => word,
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $(stringify!($variant) => $name::$variant,)+
                    _ => $name::Other(word),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let meaning = [$(concat!("`", stringify!($variant), "`:", $($doc),+)),+].join("\n");
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(format!("A word of PaymentsOS's. Others may come.\n\n{meaning}")))
                    .examples([$(stringify!($variant)),+])
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

words! {
    /// `result.status` of a transaction. Only [`Succeed`](Status::Succeed) and [`Failed`](Status::Failed) are final; any other
    /// word counts as pending.
    Status {
        /// The transaction is done.
        Succeed,
        /// The transaction was refused, and will not be done.
        Failed,
        /// Not decided yet.
        Pending,
    }
}

impl Status {
    /// Whether it will not change any more.
    pub fn is_final(&self) -> bool {
        matches!(self, Status::Succeed | Status::Failed)
    }
}

words! {
    /// `status` of a payment: the sum of its transactions.
    PaymentStatus {
        /// No transaction has succeeded, and none is pending.
        Initialized,
        /// A transaction is pending.
        Pending,
        /// The amount is reserved.
        Authorized,
        /// The amount is taken, wholly or in part.
        Captured,
        /// The amount was given back, wholly or in part.
        Refunded,
        /// The authorization was cancelled.
        Voided,
        /// Money was paid out.
        Credited,
    }
}

/// What became of a transaction: its `result`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Outcome {
    /// Where it stands.
    pub status: Status,
    /// Why it failed, roughly: an open set of words, such as `payment_method_declined`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Why it failed, more closely, such as `declined_by_issuing_bank`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub sub_category: Option<String>,
    /// A sentence for engineers; not for shoppers.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Where the shopper must go to finish a pending transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Redirection {
    /// The redirection's id.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The page to go to: the issuer's, or a hosted payment page.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where the shopper will be sent back to.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub merchant_site_url: Option<String>,
    /// Only in self-handled 3-D Secure; `data_collection` is the one value seen.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub operation_type: Option<String>,
}

impl Redirection {
    /// Whether its page is not for the shopper's eyes: it collects data on the browser for the issuer (self-handled 3-D Secure).
    pub fn collects_data(&self) -> bool {
        self.operation_type.as_deref() == Some("data_collection")
    }
}

/// What a reply says of the payment method: enough for a receipt, nothing to pay with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentMethod {
    /// The brand, such as `VISA` or `PBL`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// The card number's last four digits.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub last_4_digits: Option<String>,
}

/// A charge or an authorization.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transaction {
    /// Its id, a UUID.
    pub id: String,
    /// What became of it.
    pub result: Outcome,
    /// Where the shopper must go, while it is pending and needs them.
    #[serde(default, deserialize_with = "object", skip_serializing_if = "Option::is_none")]
    pub redirection: Option<Redirection>,
    /// The attempt's id, as its create request gave it.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub reconciliation_id: Option<String>,
    /// In minor units of the currency.
    #[serde(default, deserialize_with = "integer", skip_serializing_if = "Option::is_none")]
    pub amount: Option<u64>,
    /// ISO 4217.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What was paid with.
    #[serde(default, deserialize_with = "object", skip_serializing_if = "Option::is_none")]
    pub payment_method: Option<PaymentMethod>,
    /// What the provider adds to the reply to a create.
    #[serde(default, deserialize_with = "object", skip_serializing_if = "says_nothing")]
    pub provider_specific_data: Option<ProviderSpecificData>,
    /// When the redirection ends, in milliseconds since 1970 (UTC), where the backend knows it.
    #[serde(default, deserialize_with = "integer", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
}

/// What the provider adds to the reply to a create, as far as a checkout needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderSpecificData {
    /// Whether the redirection's page may be shown in a frame; only some providers say so.
    #[serde(rename = "iframeAllowed", default, deserialize_with = "flag")]
    pub iframe_allowed: bool,
}

fn says_nothing(data: &Option<ProviderSpecificData>) -> bool {
    data.as_ref().is_none_or(|data| !data.iframe_allowed)
}

/// The merchant's order behind a payment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Order {
    /// The merchant's number for it: the reference that a shopper can quote.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// The transactions of a payment, as `expand=all` lists them. One that cannot be read makes the whole payment unreadable: leaving it
/// out would say that it does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelatedResources {
    /// All its charges.
    #[serde(default)]
    pub charges: Vec<Transaction>,
    /// All its authorizations.
    #[serde(default)]
    pub authorizations: Vec<Transaction>,
}

/// A payment: an amount that a merchant wants, and the transactions that tried to get it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Payment {
    /// Its id, a UUID.
    pub id: String,
    /// In minor units of the currency.
    pub amount: u64,
    /// ISO 4217.
    pub currency: String,
    /// The sum of its transactions.
    pub status: PaymentStatus,
    /// Whether the money was claimed back through the shopper's bank.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "std::ops::Not::not")]
    pub is_chargedback: bool,
    /// The merchant's order.
    #[serde(default, deserialize_with = "object", skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// Its transactions; absent where they were not asked for, which says nothing about them.
    #[serde(default, deserialize_with = "listed", skip_serializing_if = "Option::is_none")]
    pub related_resources: Option<RelatedResources>,
}

/// What the provider said of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProviderData {
    /// Such as `MockProcessor`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub provider_name: Option<String>,
    /// The provider's own code; part of a webhook's signature.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub response_code: Option<String>,
    /// The provider's own sentence.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The provider's own reply. PaymentsOS hands it on as an object or as (even repeatedly) quoted JSON: only text is kept.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub raw_response: Option<String>,
}

/// The body of an error reply of PaymentsOS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ApiError {
    /// Such as `api_request_error`.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// One sentence.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// More of it.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub more_info: Option<String>,
}

/// Where the values that a webhook's signature covers stand in its body (RFC 6901), in the order in which they are signed; the event's
/// type comes before them. Four public implementations agree on it.
pub const SIGNED_BY_WEBHOOK: [&str; 13] = [
    "/id",
    "/account_id",
    "/payment_id",
    "/created",
    "/app_id",
    "/data/id",
    "/data/result/status",
    "/data/result/category",
    "/data/result/sub_category",
    "/data/provider_data/response_code",
    "/data/reconciliation_id",
    "/data/amount",
    "/data/currency",
];

/// A value of whatever form, an object being read as a `T` where one is wanted: what every lenient field is read through.
enum Loose<T> {
    Text(String),
    Number(u64),
    Flag(bool),
    Object(T),
    /// `null`.
    Nothing,
    /// A list, or a number that is none of ours.
    Odd,
}

struct Anything<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Anything<T> {
    type Value = Loose<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Loose<T>, E> {
        Ok(Loose::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Loose<T>, E> {
        Ok(Loose::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Loose<T>, E> {
        Ok(u64::try_from(number).map_or(Loose::Odd, Loose::Number))
    }

    // JavaScript's numbers are all floats: a whole one is meant as an integer. Others say nothing here.
    fn visit_f64<E>(self, number: f64) -> Result<Loose<T>, E> {
        const SAFE: f64 = 9_007_199_254_740_991.0;
        let whole = (0.0..=SAFE).contains(&number) && number % 1.0 == 0.0;
        Ok(if whole { Loose::Number(number as u64) } else { Loose::Odd })
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose<T>, E> {
        Ok(Loose::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Loose<T>, E> {
        Ok(Loose::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Loose<T>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Loose::Odd)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Loose<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Loose::Object)
    }
}

fn loose<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Loose<T>, D::Error> {
    deserializer.deserialize_any(Anything(PhantomData))
}

/// Text, or a number as text; anything else is absent.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match loose::<IgnoredAny, D>(deserializer)? {
        Loose::Text(text) => Some(text),
        Loose::Number(number) => Some(number.to_string()),
        Loose::Flag(_) | Loose::Object(_) | Loose::Nothing | Loose::Odd => None,
    })
}

/// A whole number of zero or more, or text that is one; anything else is absent.
fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match loose::<IgnoredAny, D>(deserializer)? {
        Loose::Number(number) => Some(number),
        Loose::Text(text) => crate::from_decimal(text.trim_ascii()),
        Loose::Flag(_) | Loose::Object(_) | Loose::Nothing | Loose::Odd => None,
    })
}

/// `true`, also as text; anything else is `false`.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(match loose::<IgnoredAny, D>(deserializer)? {
        Loose::Flag(flag) => flag,
        Loose::Text(text) => text == "true",
        Loose::Number(_) | Loose::Object(_) | Loose::Nothing | Loose::Odd => false,
    })
}

/// An object; a value of any other form is absent.
fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(match loose(deserializer)? {
        Loose::Object(object) => Some(object),
        Loose::Text(_) | Loose::Number(_) | Loose::Flag(_) | Loose::Nothing | Loose::Odd => None,
    })
}

/// An object, or `null`: of anything else it cannot be said what it lists, and taking it for nothing would say that nothing is there.
fn listed<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    match loose(deserializer)? {
        Loose::Object(object) => Ok(Some(object)),
        Loose::Nothing => Ok(None),
        _ => Err(de::Error::custom("related_resources is no object")),
    }
}
