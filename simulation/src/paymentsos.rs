//! PaymentsOS, as far as one payment goes: what it makes of creates, and what becomes of them.

use crate::ids;
use paymentsos_core::flow::Millis;
use paymentsos_core::paymentsos::{
    Kind, Order, Outcome, Payment, PaymentMethod, PaymentStatus, ProviderSpecificData, Redirection, RelatedResources,
    Status, Transaction,
};

/// What a create will come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    Succeeds,
    Fails,
    /// `provider_error`: documented as worth a repeat under the same key.
    ProviderFails,
    PendsThenSucceeds,
    PendsThenFails,
    /// 3-D Secure.
    AtBank,
    /// The same, in a frame if the page wants it.
    Framed,
    /// Self-handled 3-D Secure: the issuer collects data, then the shopper goes there.
    Collects,
    /// The same, where the data is enough.
    CollectsAndSucceeds,
    ByLink,
    /// A redirection that must not be followed.
    Unsafe,
}

/// A transaction, and what it will come to.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    number: usize,
    pub(crate) id: String,
    pub(crate) kind: Kind,
    key: String,
    reconciliation: String,
    pub(crate) plan: Plan,
    pub(crate) status: Status,
    category: Option<&'static str>,
    pub(crate) amount: u64,
    authenticated: bool,
    expires_at: Option<Millis>,
    /// What it has ever been.
    pub(crate) has_succeeded: bool,
    pub(crate) has_failed: bool,
}

impl Made {
    /// The issuer has its data.
    pub(crate) fn is_authenticated(&self) -> bool {
        self.authenticated
    }
}

/// Why a create made nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Conflict,
    NotFound,
}

/// One payment at PaymentsOS.
#[derive(Debug)]
pub(crate) struct PaymentsOs {
    pub(crate) amount: u64,
    pub(crate) made: Vec<Made>,
    pub(crate) closed: Option<PaymentStatus>,
    /// It also refuses a second transaction by itself. Else, all depends on the merchant and the page.
    pub(crate) guards: bool,
    /// A repeat under a key that has come to a fault of the provider is carried out anew.
    pub(crate) repeats_faults: bool,
    /// A repeat is replied to with what the create was replied to with.
    pub(crate) replays_snapshots: bool,
}

/// What a create sends.
#[derive(Clone, Debug)]
pub(crate) struct CreateBody {
    pub(crate) kind: Kind,
    pub(crate) key: String,
    pub(crate) reconciliation: String,
    pub(crate) plan: Plan,
}

impl PaymentsOs {
    pub(crate) fn is_live(made: &Made) -> bool {
        made.status != Status::Failed
    }

    pub(crate) fn live(&self) -> usize {
        self.made.iter().filter(|made| PaymentsOs::is_live(made)).count()
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Made> {
        self.made.iter().find(|made| made.id == id)
    }

    fn status(&self) -> PaymentStatus {
        if let Some(closed) = &self.closed {
            return closed.clone();
        }
        let mut status = PaymentStatus::Initialized;
        for made in &self.made {
            match (&made.status, made.kind) {
                (Status::Succeed, Kind::Charge) => return PaymentStatus::Captured,
                (Status::Succeed, Kind::Authorization) => return PaymentStatus::Authorized,
                (Status::Failed, _) => {}
                _ => status = PaymentStatus::Pending,
            }
        }
        status
    }

    pub(crate) fn payment(&self) -> Payment {
        let of = |kind| self.made.iter().filter(|made| made.kind == kind).map(|made| self.transaction(made)).collect();
        Payment {
            id: ids::PAYMENT.into(),
            amount: self.amount,
            currency: ids::CURRENCY.into(),
            status: self.status(),
            is_chargedback: false,
            order: Some(Order { id: Some("order-17".into()) }),
            related_resources: Some(RelatedResources {
                charges: of(Kind::Charge),
                authorizations: of(Kind::Authorization),
            }),
        }
    }

    pub(crate) fn transaction(&self, made: &Made) -> Transaction {
        let is_pending = made.status == Status::Pending;
        let url = match made.plan {
            _ if !is_pending => None,
            Plan::AtBank | Plan::Framed | Plan::ByLink => Some(ids::BANK),
            Plan::Collects if made.authenticated => Some(ids::BANK),
            Plan::Collects | Plan::CollectsAndSucceeds if !made.authenticated => Some(ids::COLLECTOR),
            Plan::Unsafe => Some("javascript:"),
            _ => None,
        };
        let operation_type = (url == Some(ids::COLLECTOR)).then(|| "data_collection".into());
        let redirection = url.map(|url| Redirection {
            url: Some(format!("{url}/{}", made.number)),
            operation_type,
            ..Redirection::default()
        });
        let vendor = if made.plan == Plan::ByLink { "PBL" } else { "VISA" };
        Transaction {
            id: made.id.clone(),
            result: Outcome {
                status: made.status.clone(),
                category: made.category.map(str::to_owned),
                sub_category: None,
                description: None,
            },
            redirection,
            reconciliation_id: Some(made.reconciliation.clone()),
            amount: Some(made.amount),
            currency: Some(ids::CURRENCY.into()),
            payment_method: Some(PaymentMethod { vendor: Some(vendor.into()), last_4_digits: None }),
            provider_specific_data: (made.plan == Plan::Framed)
                .then_some(ProviderSpecificData { iframe_allowed: true }),
            expires_at: made.expires_at,
        }
    }

    /// Makes a transaction, or says what the same key made before. True where it is new.
    pub(crate) fn create(&mut self, body: &CreateBody, now: Millis) -> Result<(Transaction, bool), Refusal> {
        let is_fault = |made: &Made| made.status == Status::Failed && made.plan == Plan::ProviderFails;
        if let Some(made) = self.made.iter().rfind(|made| made.key == body.key && made.kind == body.kind)
            && !(self.repeats_faults && is_fault(made))
        {
            let mut told = self.transaction(made);
            if self.replays_snapshots {
                told.result.status = at_first(made.plan).0;
                told.result.category = at_first(made.plan).1.map(str::to_owned);
            }
            return Ok((told, false));
        }
        if self.guards && (self.live() > 0 || self.closed.is_some()) {
            return Err(Refusal::Conflict);
        }
        let (status, category) = at_first(body.plan);
        let expires_at = (body.plan == Plan::ByLink).then_some(ids::MORNING + now + 20 * 60_000);
        self.made.push(Made {
            number: self.made.len(),
            id: ids::transaction(self.made.len()),
            kind: body.kind,
            key: body.key.clone(),
            reconciliation: body.reconciliation.clone(),
            plan: body.plan,
            has_succeeded: status == Status::Succeed,
            has_failed: status == Status::Failed,
            status,
            category,
            amount: self.amount,
            authenticated: false,
            expires_at,
        });
        let made = &self.made[self.made.len() - 1];
        Ok((self.transaction(made), true))
    }

    /// Goes on after the issuer has collected its data. The transaction's number.
    pub(crate) fn authenticate(&mut self, id: &str) -> Result<usize, Refusal> {
        let at = self.made.iter().position(|made| made.id == id).ok_or(Refusal::NotFound)?;
        let made = &mut self.made[at];
        if made.status == Status::Pending {
            made.authenticated = true;
        }
        Ok(at)
    }

    /// The bank, or whoever else it is, decides. Says whether that was still open.
    pub(crate) fn decide(&mut self, id: &str, succeeds: bool) -> bool {
        let Some(made) = self.made.iter_mut().find(|made| made.id == id && made.status == Status::Pending) else {
            return false;
        };
        made.status = if succeeds { Status::Succeed } else { Status::Failed };
        made.category = (!succeeds).then_some("payment_method_declined");
        made.has_succeeded |= succeeds;
        made.has_failed |= !succeeds;
        true
    }
}

/// What a create is replied to with.
fn at_first(plan: Plan) -> (Status, Option<&'static str>) {
    match plan {
        Plan::Succeeds => (Status::Succeed, None),
        Plan::Fails => (Status::Failed, Some("payment_method_declined")),
        Plan::ProviderFails => (Status::Failed, Some("provider_error")),
        _ => (Status::Pending, None),
    }
}
