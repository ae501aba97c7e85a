//! What can be wrong, as one table: stable codes for merchants, who can act, and what is known of the money.

use crate::paymentsos::Outcome;

/// Who can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// The person who pays.
    Shopper,
    /// The shop: its page or its backend.
    Merchant,
    /// The connection between the browser and the shop.
    Network,
    /// The payment provider or the bank.
    Provider,
}

impl Who {
    /// The word used in events.
    pub const fn name(self) -> &'static str {
        match self {
            Who::Shopper => "shopper",
            Who::Merchant => "merchant",
            Who::Network => "network",
            Who::Provider => "provider",
        }
    }
}

/// Writes the table: name in events, who can act, whether another attempt can help, and whether it is known that no money moved.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $who:ident, retriable: $retriable:literal, unmoved: $unmoved:literal;)+) => {
        /// What is wrong. The names are public and stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $variant,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The word used in events.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)+ }
            }

            /// Who can act on it.
            pub const fn who(self) -> Who {
                match self { $(Code::$variant => Who::$who,)+ }
            }

            /// Whether another attempt may end otherwise.
            pub const fn retriable(self) -> bool {
                match self { $(Code::$variant => $retriable,)+ }
            }

            /// Whether it is known that no money has moved.
            pub const fn no_money_moved(self) -> bool {
                match self { $(Code::$variant => $unmoved,)+ }
            }
        }
    };
}

codes! {
    /// The bank refused this payment method.
    Declined = "declined", Shopper, retriable: true, unmoved: true;
    /// The payment method cannot be used: wrong or expired data.
    PaymentMethodInvalid = "payment_method_invalid", Shopper, retriable: true, unmoved: true;
    /// The shopper cancelled at the bank or on the hosted page.
    Cancelled = "cancelled", Shopper, retriable: true, unmoved: true;
    /// The redirection was not finished in time.
    Expired = "expired", Shopper, retriable: true, unmoved: true;
    /// It failed, and no more is known.
    NotCompleted = "not_completed", Shopper, retriable: true, unmoved: false;
    /// The provider had a fault.
    ProviderError = "provider_error", Provider, retriable: true, unmoved: false;
    /// PaymentsOS could not reach the provider.
    ProviderUnreachable = "provider_unreachable", Provider, retriable: true, unmoved: false;
    /// The shop's account or request is not right.
    MerchantConfiguration = "merchant_configuration", Merchant, retriable: false, unmoved: true;
    /// The payment was voided.
    PaymentCancelled = "payment_closed", Merchant, retriable: false, unmoved: false;
    /// The payment was refunded or charged back.
    PaymentRefunded = "payment_closed", Merchant, retriable: false, unmoved: false;
    /// The backend refused the create request before PaymentsOS was asked.
    RequestRefused = "request_refused", Merchant, retriable: true, unmoved: true;
    /// The page's function for the payment method gave none. Nothing was sent.
    PaymentMethodMissing = "payment_method_missing", Merchant, retriable: true, unmoved: true;
    /// Another tab or window of this browser is paying.
    PaidElsewhere = "paid_elsewhere", Shopper, retriable: true, unmoved: false;
    /// This browser may not read the payment.
    NotAuthorizedHere = "not_authorized_here", Shopper, retriable: false, unmoved: false;
    /// The redirection leads where the shopper must not be sent.
    RedirectionRefused = "redirection_refused", Merchant, retriable: false, unmoved: false;
    /// The shop's backend cannot be reached, or has a fault.
    BackendUnreachable = "backend_unreachable", Network, retriable: true, unmoved: false;
    /// The backend's replies lack what the Merchant API asks for.
    BackendIncomplete = "backend_incomplete", Merchant, retriable: true, unmoved: false;
    /// `merchant-site-url` is not an address that a shopper can be sent back to.
    InvalidMerchantSiteUrl = "invalid_merchant_site_url", Merchant, retriable: false, unmoved: false;
    /// A setting of the element is missing or not understood; the error says which.
    InvalidAttribute = "invalid_attribute", Merchant, retriable: false, unmoved: false;
    /// There is no payment to look at: neither `payment-id` nor a return.
    NoPayment = "no_payment", Merchant, retriable: false, unmoved: false;
    /// A status that PaymentsOS has not documented: taken for pending.
    UnknownStatus = "unknown_status", Provider, retriable: false, unmoved: false;
    /// The final status did not come within the deadline.
    StillPending = "still_pending", Provider, retriable: false, unmoved: false;
}

/// How a row of [`CATEGORIES`] is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Known {
    /// Read in a public source, or in a reply of PaymentsOS.
    Seen,
    /// Believed, without a source.
    Assumed,
}

/// PaymentsOS's `result.category` (with `sub_category` where it matters; empty stands for any) and the code for it. The first row
/// that fits holds; anything else is [`Code::NotCompleted`].
pub const CATEGORIES: &[(&str, &str, Code, Known)] = &[
    ("payment_method_declined", "cancelled_by_customer", Code::Cancelled, Known::Assumed),
    ("payment_method_declined", "expired", Code::Expired, Known::Assumed),
    ("payment_method_declined", "", Code::Declined, Known::Seen),
    ("payment_method_error", "", Code::PaymentMethodInvalid, Known::Seen),
    ("provider_error", "", Code::ProviderError, Known::Seen),
    ("provider_network_error", "", Code::ProviderUnreachable, Known::Seen),
    ("api_request_error", "", Code::MerchantConfiguration, Known::Seen),
    ("provider_authentication_error", "", Code::MerchantConfiguration, Known::Assumed),
    ("api_authentication_error", "", Code::MerchantConfiguration, Known::Assumed),
    ("internal_error", "", Code::ProviderError, Known::Assumed),
];

/// The code for a failed transaction's result.
pub fn code_of(outcome: &Outcome) -> Code {
    let category = outcome.category.as_deref().unwrap_or_default();
    let sub_category = outcome.sub_category.as_deref().unwrap_or_default();
    CATEGORIES
        .iter()
        .find(|(known, sub, ..)| *known == category && (sub.is_empty() || *sub == sub_category))
        .map_or(Code::NotCompleted, |&(_, _, code, _)| code)
}
