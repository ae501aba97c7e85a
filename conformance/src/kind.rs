//! The two kinds of transaction that a payment is paid by.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Charge,
    Authorization,
}

impl Kind {
    /// As an order says it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Charge => "charge",
            Kind::Authorization => "authorization",
        }
    }

    /// Where they are, below a payment.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Kind::Charge => "/charges",
            Kind::Authorization => "/authorizations",
        }
    }

    /// The option by which payments for it are given.
    pub(crate) fn option(self) -> &'static str {
        match self {
            Kind::Charge => "payment",
            Kind::Authorization => "authorize",
        }
    }
}
