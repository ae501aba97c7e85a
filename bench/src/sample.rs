//! The payment that is measured.

/// Its id.
pub(crate) const PAYMENT: &str = "65de6d2a-0000-4000-8000-00000000000a";
/// Its charge's.
pub(crate) const CHARGE: &str = "aec1c306-0000-4000-8000-000000000001";
