//! The shapes of requests whose values are read one by one, an allow-list, and so have no type of their own in the code.

use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is paid with. Card numbers are not taken: a card is tokenized by the browser.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes what is read value by value")]
pub(crate) enum PaymentMethodRequest {
    /// A token of PaymentsOS's, for a card.
    Tokenized {
        #[schema(inline)]
        r#type: Tokenized,
        /// The token.
        token: String,
        /// The card's security code, which is handed on and kept nowhere.
        credit_card_cvv: Option<String>,
    },
    /// Anything else.
    Untokenized {
        #[schema(inline)]
        r#type: Untokenized,
        /// Such as `payment_page`; never `credit_card`.
        source_type: Option<String>,
        /// Such as `PBL`.
        vendor: Option<String>,
        /// What the provider needs beside, at most 32 plain values.
        #[schema(value_type = Option<BTreeMap<String, Value>>)]
        additional_details: Option<BTreeMap<String, Value>>,
    },
}

#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes what is read value by value")]
pub(crate) enum Tokenized {
    Tokenized,
}

#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes what is read value by value")]
pub(crate) enum Untokenized {
    Untokenized,
}

/// For 3-D Secure.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is read value by value")]
pub(crate) struct BrowserAttributes {
    internal: Option<Browser>,
}

/// For 3-D Secure, and whether the issuer's data collection was completed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is read value by value")]
pub(crate) struct CollectionAttributes {
    internal: Collected,
}

/// What a script can read of the browser (EMV 3DS). What it cannot, the backend adds.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is read value by value")]
pub(crate) struct Browser {
    browser_language: Option<String>,
    browser_color_depth: Option<String>,
    browser_screen_height: Option<String>,
    browser_screen_width: Option<String>,
    /// Minutes behind UTC.
    browser_time_zone: Option<String>,
    browser_java_enabled: Option<bool>,
    /// What a challenge may take of the screen.
    #[schema(inline)]
    challenge_window_size: Option<WindowSize>,
}

/// What a script can read of the browser, and whether the issuer's data collection was completed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is read value by value")]
pub(crate) struct Collected {
    #[schema(inline)]
    data_collection_completed_ind: Completed,
    #[serde(flatten)]
    browser: Browser,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is read value by value")]
pub(crate) enum WindowSize {
    #[serde(rename = "01")]
    W250,
    #[serde(rename = "02")]
    W390,
    #[serde(rename = "03")]
    W500,
    #[serde(rename = "04")]
    W600,
    #[serde(rename = "05")]
    Full,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is read value by value")]
pub(crate) enum Completed {
    Y,
    N,
}
